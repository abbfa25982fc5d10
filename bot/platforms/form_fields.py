"""The forms that describe a paper or a feed, as every platform shows them: fields, hints and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.domain.draft import Draft
from bot.i18n import Locale, t


class FormField(NamedTuple):
    """A field with the text that it is filled with; `limit` is how many characters may be typed into it."""

    name: str
    label: str
    hint: str
    limit: int
    text: str = ""
    is_long: bool = False
    is_required: bool = False

    @property
    def fits(self) -> bool:
        """Return whether its text can be shown; one that is too long is left out of the form rather than cut.

        Counted in UTF-16 as browsers do, since no platform says how it counts.
        """
        return len(self.text.encode("utf-16-le", "surrogatepass")) // 2 <= self.limit


def paper_fields(draft: Draft, locale: Locale, longest: int) -> list[FormField]:
    """Return the fields of every draft; the platform takes at most `longest` characters in one."""
    needs_title = not draft.is_addition
    title = t(locale, "As the paper has it") if needs_title else t(locale, "Looked up where it is left blank")
    return [
        FormField(
            "headline", t(locale, "Headline"), t(locale, "One line that says what it is about"), 500, draft.headline
        ),
        FormField("title", t(locale, "Title"), title, 500, draft.title, is_required=needs_title),
        FormField("date", t(locale, "Date"), "2023-07-19 / 2023-07 / 2023年7月19日", 40, draft.date),
        FormField(
            "comment",
            t(locale, "Comment"),
            t(locale, "What you want to tell the team"),
            longest,
            draft.comment,
            is_long=True,
        ),
        FormField("tags", t(locale, "Tags"), t(locale, "Separated by commas"), 500, draft.tags),
    ]


def detail_fields(draft: Draft, locale: Locale, longest: int) -> list[FormField]:
    """Return the further fields of a draft that edits a paper or a proposal."""
    links, authors = draft.links or "", draft.authors or ""
    return [
        FormField(
            "links",
            t(locale, "Links"),
            t(locale, "One per line, after its name: code https://…"),
            longest,
            links,
            is_long=True,
        ),
        FormField("authors", t(locale, "Authors"), t(locale, "One per line"), longest, authors, is_long=True),
        FormField(
            "venue", t(locale, "Venue"), t(locale, "The conference or journal: ACL 2024"), 300, draft.venue or ""
        ),
        FormField(
            "organization",
            t(locale, "Organization"),
            t(locale, "The university or company"),
            300,
            draft.organization or "",
        ),
    ]


def feed_fields(name: str | None, filter: Mapping[str, str], locale: Locale, longest: int) -> list[FormField]:
    """Return the fields of a feed: its name, unless that is None, and the texts of its filter."""
    named = FormField("name", t(locale, "Name"), t(locale, "One word; left blank, one is made up"), 80, name or "")
    include = t(locale, "Words, phrases or expressions, one per line: (diffusion OR 拡散) -survey")
    filters = [
        ("include", t(locale, "At least one of"), include),
        ("exclude", t(locale, "None of"), t(locale, "Words, phrases or expressions, one per line")),
        ("authors", t(locale, "Authors"), t(locale, "Family or full names, one per line")),
        ("tags", t(locale, "Categories"), t(locale, "As the feed names them: cs.CL, cs.LG")),
    ]
    return [
        *([named] if name is not None else []),
        *(
            FormField(field, label, hint, longest, filter.get(field, ""), is_long=True)
            for field, label, hint in filters
        ),
    ]
