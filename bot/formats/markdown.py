"""Markdown for wikis, READMEs and notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.domain.identifiers import address_of
from bot.domain.paper import Link, Paper

NAME = "論文だより"
_URL = re.compile(r"(https?://[^\s<>\u3000-\u303f\uff00-\uffef]+)")
_INLINE = re.compile(r"([\\`*_\[\]<>~|&$])")
_AT_START = re.compile(r"^(#(?=[\s#]|$)|[+=:-]|\d+(?=[.)]))")
_AT_END = re.compile(r"#(?=#*$)")  # would close a heading


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write one section per paper."""
    yield f"# {NAME}\n"
    for paper in papers:
        yield "\n" + "\n\n".join(_section(paper)) + "\n"


def facts_of(paper: Paper) -> list[str]:
    """Return date, venue, organisation and all authors, as far as they are known: importing the file loses none."""
    facts = (str(paper.date or ""), paper.venue, paper.organization, ", ".join(paper.authors))
    return [fact for fact in facts if fact]


def updates_of(paper: Paper) -> list[str]:
    """Return what became known of the paper later; a retraction comes first."""
    updates = sorted(paper.updates, key=lambda update: not update.is_retraction)
    return [update.text("ja") for update in updates]


def links_of(paper: Paper) -> list[Link]:
    """Return the pages of the paper's ids that are not among its links, then its links."""
    id_links = [Link(address_of(scheme, name)) for scheme, name in paper.identifiers.pairs()]
    urls = {link.url for link in paper.links}
    return [link for link in id_links if link.url not in urls] + list(paper.links)


def _section(paper: Paper) -> Iterator[str]:
    heading = _escaped(paper.heading)
    yield f"## [{heading}](<{paper.url}>)" if paper.url else f"## {_AT_END.sub(_behind_backslash, heading)}"
    if paper.headline:
        yield f"**{_escaped(paper.title)}**"
    if facts := facts_of(paper):
        yield f"*{' · '.join(map(_escaped, facts))}*"  # the reader recognises facts by the italics
    if paper.updates:
        yield f"***{_escaped(' · '.join(updates_of(paper)))}***"  # and updates by these
    if paper.comment:
        yield _lines(paper.comment)
    if paper.excerpt:
        yield "\n".join(f"> {line}" if line else ">" for line in _lines(paper.excerpt).split("\n"))
    if links := links_of(paper):
        yield " · ".join(f"[{_escaped(link.name)}](<{link.url}>{_title(link)})" for link in links)
    if paper.tags:
        yield " ".join(f"\\#{_escaped(tag)}" for tag in paper.tags)


def title_of(link: Link) -> str:
    """Return the title that tells a label from the name that a link without one shows; empty for other links."""
    return link.label or "" if link.label == Link(link.url).name else ""


def _title(link: Link) -> str:
    return f' "{title}"' if (title := title_of(link)) else ""


def _lines(text: str) -> str:
    """Return a text with its line ends kept and its markup escaped."""
    lines = [_AT_START.sub(_behind_backslash, _escaped(line.strip())) for line in text.split("\n")]
    return re.sub(r"(?<=[^\n])\n(?=[^\n])", "  \n", "\n".join(lines))


def _behind_backslash(mark: re.Match[str]) -> str:
    return f"{mark[0]}\\" if mark[0].isdigit() else f"\\{mark[0]}"


def _escaped(text: str) -> str:
    parts = _URL.split(text)
    return "".join(f"<{part}>" if n % 2 else _INLINE.sub(r"\\\1", part) for n, part in enumerate(parts))
