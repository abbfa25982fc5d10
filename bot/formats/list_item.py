"""Turns one item, row or section of a document into a paper: its title, its links and its other text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import dropwhile, takewhile

from bot.domain.dates import parse_date
from bot.domain.errors import DateError
from bot.domain.identifiers import web_address
from bot.domain.paper import Link
from bot.formats.blocks import Block, Span, text_of
from bot.formats.person_names import is_known_organisation, names_in, parted
from bot.formats.record import Record
from bot.formats.table_columns import put_cell

TRIM = ' \t\n\u3000-–—:：|｜,、·・*_>「」『』【】"“”→✨⭐🔥📄📝🆕'
_EMPTY = re.compile(r"[\[(（【][|/,、・·\s-]*+[\])）】]")
_SPACES = re.compile(r"[ \t\u3000]+")
_FIRST_DATE = re.compile(r"[\[(（]?(\d{4}(?:[-/.]\d{1,2}){1,2}|\d{4}年\d{1,2}月(?:\d{1,2}日)?)[\])）]?[\s:：,-]*")
_ANY_DATE = r"(\d{4}(?:[-/.]\d{1,2}){0,2}|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?)"
_LAST_DATE = re.compile(rf"[\[(（]{_ANY_DATE}[\])）]$")
_REMARKED_DATE = re.compile(rf"[\[(（]{_ANY_DATE}[\])）]|{_ANY_DATE}$")
_TAGS = re.compile(r"(?:^|\s)[#＃](?=[^\s#＃])")
_VENUE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|proceedings|conference|journal|transactions|letters|論文誌|学会", re.I)
_FACTS = re.compile(r"\s[·・]\s")


@dataclass(slots=True)
class ListItem:
    """A paper being collected; items below it with a deeper `level` belong to it."""

    line: int
    level: int
    is_section: bool = False
    is_ours: bool = False
    record: Record = field(default_factory=lambda: Record((0, 0)))
    title: str = ""
    pieces: list[Span] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    is_accepted: bool = False


def belongs(parent: ListItem, block: Block) -> bool:
    """Return whether an item belongs to the paper above: only text, or links that merely name their target."""
    if parent.is_section:
        return True
    return parent.is_accepted or (
        any(piece.is_paper for piece in block.spans)
        and not text_of([piece for piece in block.spans if not piece.url]).strip(TRIM + "[]()（）/")
    )


def add(entry: ListItem, block: Block) -> None:
    """Add a block below an item to it."""
    links = [piece for piece in block.spans if piece.url and web_address(piece.url)]
    entry.record.values.setdefault("links", []).extend(_as_value(piece) for piece in links)
    entry.record.places.setdefault("links", (block.line, 1))
    entry.is_accepted |= any(piece.is_paper for piece in links)
    if remark := _remark(text_of([piece for piece in block.spans if not (piece.url and piece.is_label)])):
        entry.remarks.append(remark)


def split(entry: ListItem) -> None:
    """Split an item into title, links and remark."""
    pieces = [piece for piece in entry.pieces if piece.text.strip() or piece.url]
    if pieces and not entry.is_ours and not pieces[0].url and (first := _FIRST_DATE.match(pieces[0].text.lstrip())):
        entry.record.put("date", _date(first[1]))
        pieces[0] = Span(pieces[0].text.lstrip()[first.end() :], "", pieces[0].strong)
    if not entry.is_ours:
        pieces = list(dropwhile(lambda piece: not piece.url and not piece.text.strip(TRIM), pieces))
    title_pieces = _title(pieces, is_section=entry.is_section)
    entry.title = text_of(title_pieces).strip(None if entry.is_ours else TRIM)
    in_title = {id(piece) for piece in title_pieces}
    others = [piece for piece in pieces if id(piece) not in in_title]
    links = [piece for piece in pieces if piece.url and web_address(piece.url)]
    if links:
        values = [{"url": p.url, "label": None} if id(p) in in_title else _as_value(p) for p in links]
        entry.record.put("links", values)
    if remark := _remark(text_of([piece for piece in others if not (piece.url and piece.is_label)])):
        entry.remarks.append(remark)


def _title(pieces: list[Span], *, is_section: bool = False) -> list[Span]:
    """Return the spans of the title; empty if an item has only links."""
    if not pieces:
        return []
    first = pieces[0]
    if is_section and not any(piece.url for piece in pieces):
        return pieces
    if first.url and (not first.is_label or is_section):
        return [piece for piece in pieces if piece.url == first.url]
    if first.strong:
        return list(takewhile(lambda piece: piece.strong, pieces))
    if not first.url:
        end = next((n for n, piece in enumerate(pieces) if piece.url), len(pieces))
        strong = [piece for piece in pieces[:end] if piece.strong]
        return strong[:1] or (pieces[:end] if text_of(pieces[:end]).strip(TRIM + "[]()（）") else [])
    # `https://… Title`, as in a list of links
    others = [piece for piece in pieces[1:] if not piece.url]
    return others if web_address(first.text) and text_of(others).strip(TRIM) else []


def begins_with_title(pieces: list[Span]) -> bool:
    """Return whether a paragraph begins like a list item: with a link or in bold."""
    visible = [piece for piece in pieces if piece.url or piece.text.strip(TRIM)]
    return bool(visible) and (visible[0].strong or bool(visible[0].url))


def _as_value(piece: Span) -> dict[str, str | None]:
    return {"url": piece.link.url, "label": piece.link.label}


def _remark(text: str) -> str:
    """Return a text without the remains of removed links."""
    lines = (_SPACES.sub(" ", _EMPTY.sub(" ", line)).strip(TRIM + "[]") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _date(text: str) -> str:
    try:
        return str(parse_date(text.replace(".", "-")))
    except DateError:
        return ""


def split_row(entry: ListItem, cells: list[list[Span]], columns: list[str]) -> None:
    """Read a table row's cells by column name; without names, its first link is the title."""
    for pieces, column in zip(cells, columns, strict=False):
        text = text_of(pieces).strip()
        urls = [piece for piece in pieces if piece.url and web_address(piece.url)]
        if column in ("links", "code") or (urls and column not in ("title", "headline", "comment", "excerpt")):
            continue
        if column == "date":
            entry.record.put("date", _date(text))
        elif column == "title":
            entry.title = _remark(text_of([piece for piece in pieces if not piece.is_label]))
        elif column:
            put_cell(entry.record, column, text, entry.record.place)
    links = [piece for piece in entry.pieces if piece.url and web_address(piece.url)]
    if not entry.title:
        link_text = next((piece.text for piece in links if not piece.is_label), "")
        plain = next((text_of(pieces) for pieces in cells if not any(piece.url for piece in pieces)), "")
        entry.title = (link_text or ("" if "title" in columns or not _letters(plain) else plain)).strip(TRIM)
    if links:
        values = [{"url": p.url, "label": None} if p.text.strip() == entry.title else _as_value(p) for p in links]
        entry.record.put("links", values)


def _letters(text: str) -> bool:
    return sum(c.isalpha() for c in text) > 3


def add_to_section(entry: ListItem, block: Block) -> None:
    """Read a paragraph below a paper's heading: its title, facts, links, tags, an excerpt or a remark."""
    pieces = [piece for piece in block.spans if piece.text.strip() or piece.url]
    text = block.text.strip()
    links = [piece for piece in pieces if piece.url]
    if block.kind == "quote":
        entry.quotes.append(text)
    elif block.role == "title" or (
        pieces and all(p.strong for p in pieces) and not entry.record.values.get("headline")
    ):
        entry.record.put("headline", entry.title)
        entry.title = text
    elif block.role == "updates" and entry.is_ours:
        return
    elif block.role == "facts":
        _put_facts(entry.record, _FACTS.split(text))
    elif block.role == "tags" or (not entry.is_ours and not links and _TAGS.split(text)[0] == ""):
        entry.record.put("tags", [tag for tag in _TAGS.split(text) if tag])
    elif links and not text_of([p for p in pieces if not p.url]).strip(TRIM + "/()[]") and _are_links(entry, block):
        entry.record.values["links"] = [_own_value(piece) for piece in links if web_address(piece.url)]
    elif text:
        entry.remarks.append(text)


def _are_links(entry: ListItem, block: Block) -> bool:
    """Return whether a paragraph's links are the paper's, and no text of plain addresses."""
    return block.role == "links" if entry.is_ours else any(piece.url not in ("", piece.text) for piece in block.spans)


def _own_value(piece: Span) -> dict[str, str | None]:
    return {"url": piece.url, "label": None if Link(piece.url).name == piece.text != piece.title else piece.text}


def _put_facts(record: Record, parts: list[str]) -> None:
    """Read date, venue, organisation and authors, any of which may be missing."""
    if parts and (date := _date(parts[0])):
        record.put("date", date)
        parts = parts[1:]
    if len(parts) > 2 or (parts and _VENUE.search(parts[0]) and not is_known_organisation(parts[0])):
        record.put("venue", parts[0])
        parts = parts[1:]
    if len(parts) > 1:
        record.put("organization", parts[0])
    last = parts[-1] if parts else ""
    if len(parts) > 1 or "," in last or last.endswith("…") or (parted(last) and not is_known_organisation(last)):
        record.put("authors", names_in(last.removesuffix("…")))
    else:
        record.put("organization", last)


def complete(entry: ListItem) -> None:
    """Complete a paper from its parts; its date is often in brackets after the title."""
    if not entry.is_ours and (last := _LAST_DATE.search(entry.title)):
        entry.record.put("date", _date(last[1]))
        entry.title = entry.title[: last.start()].strip(TRIM)
    first = _REMARKED_DATE.match(entry.remarks[0]) if entry.remarks and not entry.is_ours else None
    if first and (date := _date(first[1] or first[2])):
        entry.record.put("date", date)
        entry.remarks[0] = entry.remarks[0][first.end() :].strip(TRIM)
    entry.record.put("comment", "\n\n".join(entry.remarks) if entry.is_section else "\n".join(entry.remarks))
    entry.record.put("excerpt", "\n\n".join(entry.quotes))


def source_of(entry: ListItem) -> str:
    """Return the address most likely to have metadata, or an empty text."""
    links = [link["url"] for link in entry.record.values.get("links", [])]
    return next((url for url in links if Span("", url).is_paper), links[0] if links else "")
