"""The words of the interface, for templates: each in the page's language."""

from __future__ import annotations

import json
from functools import cache
from types import MappingProxyType

from bot.i18n import LANGUAGES, Locale, t
from bot.services.papers.results import reasons_in

Labels = MappingProxyType[str, str]


@cache
def labels(locale: Locale) -> Labels:
    """Return the words of the interface by name."""
    other: Locale = "en" if locale == "ja" else "ja"
    return MappingProxyType(
        {
            "skip": t(locale, "Skip to the content"),
            "site": "論文だより",
            "tagline": t(locale, "The papers that we read together"),
            "navigation": t(locale, "Main menu"),
            "newest": t(locale, "Newest"),
            "editions": t(locale, "Digests"),
            "browse": t(locale, "Find"),
            "about": t(locale, "About this site"),
            "statistics": t(locale, "Statistics"),
            "as_table": t(locale, "As a table"),
            "number": t(locale, "Number"),
            "search": t(locale, "Search the papers"),
            "submit": t(locale, "Search"),
            "in_search": _in_search(locale),
            "language": LANGUAGES[other],
            "all_newest": t(locale, "Recently added"),
            "latest_editions": t(locale, "Recent digests"),
            "all_editions": t(locale, "All digests"),
            "years": t(locale, "By year"),
            "tags": t(locale, "By tag"),
            "authors": t(locale, "By author"),
            "all": t(locale, "All tags, years and authors"),
            "tag": t(locale, "Tag"),
            "year": t(locale, "Year"),
            "author": t(locale, "Author"),
            "other_authors": t(locale, "Other authors"),
            "rest": t(locale, "Show the rest"),
            "undated": t(locale, "Without a date"),
            "feed": t(locale, "Atom feed"),
            "as_json": t(locale, "All papers as JSON"),
            "as_bibtex": t(locale, "All papers as BibTeX"),
            "excerpt": t(locale, "Excerpt"),
            "organization": t(locale, "Organization"),
            "added": t(locale, "Added"),
            "updates": t(locale, "Follow-ups"),
            "cite": t(locale, "Cite"),
            "cite_hint": t(locale, "One click selects the text."),
            "save": t(locale, "Save"),
            "in_editions": t(locale, "In the digests"),
            "related": t(locale, "Related papers"),
            "newer": t(locale, "Newer"),
            "older": t(locale, "Older"),
            "paging": t(locale, "Pages"),
            "warning": t(locale, "Warning"),
            "empty": t(locale, "No papers yet."),
            "no_editions": t(locale, "No digest has arrived yet."),
            "about_what": t(
                locale,
                "This is the collection of a team that reads papers together. Each paper has a headline, a comment and "
                "links to where it can be read.",
            ),
            "about_kept": t(
                locale,
                "論文だより, a bot in the team's chat, keeps it. What is added or corrected there appears here, and "
                "what becomes known later, such as a new version or a retraction, is shown with the paper.",
            ),
            "about_adding": t(locale, "How to add a paper"),
            "about_chat": t(
                locale,
                "On Discord or Slack, give {command} a link, or choose “Add to papers” in the menu of a message that "
                "has one. The bot looks up title, date and authors.",
                command="/addpaper",
            ),
            "about_terminal": t(locale, "At the terminal:"),
            "about_taking": t(locale, "Take it with you"),
            "about_feed": t(locale, "New papers in a feed reader; each tag and each digest has a feed of its own."),
            "about_people": t(locale, "Who added the papers"),
        }
    )


def _in_search(locale: Locale) -> str:
    """Return the words that assets/search.js shows, as JSON."""
    words = {
        "results": t(locale, "Search results"),
        "loading": t(locale, "Reading the papers …"),
        "failed": t(locale, "The papers could not be read; reload the page."),
        "found": t(locale, "Papers found: {count}", count="{count}"),
        "none": t(locale, "No papers match."),
        "near": t(locale, "These come close."),
        "suggestion": t(locale, "Did you mean: {suggestion}", suggestion="{suggestion}"),
        "others": t(locale, "{names} et al.", names="{names}"),
        "reasons": reasons_in(locale),
    }
    return json.dumps(words, ensure_ascii=False)
