"""Papers for tests: plain ones by number, and random ones for properties."""

from __future__ import annotations

import datetime
from dataclasses import replace

from hypothesis import Phase, settings
from hypothesis import strategies as st

from bot.domain.dates import PaperDate
from bot.domain.errors import DayoriError, InputError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper, make_paper, person_name
from bot.i18n import LOCALES

# Troublesome text: marks, joiners, directions, flags, emoji, controls, line ends, markup, mentions, YAML words.
NASTY = (
    "\u0000",
    "\u0007",
    "\u001b[31m",
    "\u0085",
    "\u2028",
    "\u202e",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\ud800",
    "\ufffe",
    "\U0010ffff",
    "\u0301",
    "か\u3099",
    "ﾊﾟ",
    "👩\u200d💻",
    "👍🏽",
    "🇯🇵",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "नि",
    "ﷺ",
    "שלום",
    "、",
    "。",
    "「",
    "」",
    "ー",
    "・",
    "　",
    "\t",
    "\r\n",
    "\n\n\n",
    "\x0b",
    "**",
    "||",
    "`",
    "~~",
    "> ",
    "# ",
    "[a](b)",
    "@everyone",
    "<@1>",
    "<#2>",
    "no",
    "~",
    "null",
    "0123",
    "2601.00010",
    "12:30",
    "- ",
    ": ",
    "#",
    "&a",
    "*a",
    "!!",
    "%",
    "{}",
    "{n}",
    "\\",
    "'",
    '"',
    "<",
    "日本語の見出し",
    "Transformer",
    "https://arxiv.org/abs/2307.08621",
    "W" * 130,
    "論" * 90,
)

# For properties of the store, where shrinking a failing example would take minutes.
on_the_store = settings(max_examples=15, phases=[Phase.explicit, Phase.generate])

texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), max_size=14).map("".join)
lines = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=4)), max_size=6).map("".join)
dates = st.one_of(
    st.builds(PaperDate, st.integers(1000, 9999)),
    st.builds(PaperDate, st.integers(1000, 9999), st.integers(1, 12)),
    st.dates(datetime.date(1000, 1, 1)).map(lambda d: PaperDate(d.year, d.month, d.day)),
)
addresses = st.one_of(
    st.integers(0, 99_999).map(lambda n: f"https://arxiv.org/abs/2307.{n:05}v2"),
    st.integers(0, 99_999).map(lambda n: f"https://dl.acm.org/doi/pdf/10.1145/{n}"),
    st.text("abXY09-_", min_size=8, max_size=10).map(lambda id: f"https://openreview.net/forum?id={id}"),
    st.text(max_size=20).map(lambda path: f"https://example.org/{path}"),
    st.just("https://github.com/microsoft/unilm/tree/master/retnet"),
    st.just("https://例え.jp/論文 (1).pdf?q=あ#[2]"),
)


def assert_said(error: DayoriError) -> None:
    """Check that an error is a sentence in every language."""
    assert all(error.text(locale).strip() for locale in LOCALES)


def attempted(
    title: str,
    headline: str,
    comment: str,
    organization: str,
    date: PaperDate | None,
    names: list[str],
    url: list[str],
) -> Paper | None:
    """Make a paper of random texts; None if they are refused."""
    try:
        return make_paper(
            title=title,
            headline=headline,
            comment=comment,
            excerpt=comment[::-1],
            venue=organization[::-1],
            organization=organization,
            date=date,
            authors=names,
            tags=names[::-1],
            links=[Link(each, name) for each, name in zip(url, names, strict=False)],
        )
    except InputError:
        return None


random_papers = (
    st.builds(
        attempted,
        lines,
        lines,
        texts,
        lines,
        st.none() | dates,
        st.lists(lines, max_size=7),
        st.lists(addresses, max_size=4),
    )
    .filter(lambda made: made is not None)
    .map(lambda made: made or paper(0))
)


def paper(n: int, **fields: object) -> Paper:
    """Return the n-th plain paper; papers of different numbers are different works."""
    values: dict[str, object] = {
        "id": f"paper-{n}",
        "title": f"A Paper on Subject {n}",
        "headline": f"{n}番目の論文",
        "identifiers": Identifiers(arxiv=f"2401.{n:05}"),
    }
    return make_paper(**{**values, **fields})  # type: ignore[arg-type]


stamped = st.builds(
    lambda made, at, by: replace(made, added_at=at, added_by=person_name(by)),
    random_papers,
    st.none() | st.datetimes(timezones=st.just(datetime.UTC)),
    st.none() | lines,
)


def numbered(papers: list[Paper]) -> list[Paper]:
    """Return papers for one file: no two share an id or a work."""
    return [
        replace(each, id=f"{n}-{each.id}"[:80], identifiers=Identifiers(arxiv=f"2401.{n:05}"), links=())
        for n, each in enumerate(papers)
    ]
