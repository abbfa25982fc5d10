"""The papers of a document: its items, rows and headings that link to one, with what stands beside and below.

An item's title is the text of the link that it begins with, else what is bold in it, else what stands before its first
link; links named `paper`, `code` and the like are links, and everything else it says is the comment. The heading above
(but for the document's own) becomes a tag. What links to no paper is left out and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile

from bot.domain.dates import parse_date
from bot.domain.errors import DateError
from bot.domain.identifiers import canonical_url, identifiers_in, web_address
from bot.domain.paper import Link
from bot.formats.blocks import Block, Piece, text_of
from bot.formats.columns import column_of, put_cell
from bot.formats.foreign import Found, papers_of
from bot.formats.links import Contents, Untitled
from bot.formats.names import names_in, parted
from bot.i18n import msg

_TRIM = ' \t\n\u3000-–—:：|｜,、·・*_>「」『』【】"“”→✨⭐🔥📄📝🆕'
_EMPTY = re.compile(r"[\[(（【]\s*(?:[|/,、・·\s-]*)[\])）】]")
_SPACES = re.compile(r"[ \t\u3000]+")
_FIRST_DATE = re.compile(r"[\[(（]?(\d{4}(?:[-/.]\d{1,2}){1,2}|\d{4}年\d{1,2}月(?:\d{1,2}日)?)[\])）]?[\s:：,-]*")
_LAST_DATE = re.compile(r"[\[(（](\d{4}(?:[-/.]\d{1,2}){0,2}|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?)[\])）]$")
_ABOUT_PAPERS = re.compile(r"\bpapers?\b|論文|文献|publications|reading list|references", re.IGNORECASE)
_NO_TAG = re.compile(
    r"(?:the |awesome |related |recent |latest |selected )*(?:papers?|publications?|references?|"
    r"reading list|list|links?|"
    r"(?:table of )?contents|introduction|overview|others?|misc(?:ellaneous)?|resources?)|"
    r"(?:関連)?論文(?:一覧|リスト|まとめ)?|目次|はじめに|概要|一覧|その他|リンク|参考文献|[\W\d_年月日]*",
    re.IGNORECASE,
)
_ENUMERATION = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){0,5}[.)]?\s+|[^\w\s]++\s*+){1,4}")
_LONGEST_TAG, _MOST_SKIPPED = 40, 1000
_TAGS = re.compile(r"(?:^|\s)[#＃](?=[^\s#＃])")
_FACTS = re.compile(r"\s[·・]\s")


@dataclass(slots=True)
class _Entry:
    """One paper being gathered; `level` tells which items below belong to it."""

    line: int
    level: int
    is_section: bool = False
    is_ours: bool = False
    found: Found = field(default_factory=lambda: Found((0, 0)))
    title: str = ""
    pieces: list[Piece] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    accepted: bool = False


def read(blocks: Iterable[Block], file: str, *, own: bool = False) -> Contents:
    """Return the papers of a document; `own` tells that we wrote it, so that each section is a paper."""
    listing = _Listing(own)
    for block in blocks:
        listing.take(block)
    return listing.contents(file)


class _Listing:
    def __init__(self, own: bool) -> None:
        self._own, self._tag, self._about_papers = own, "", False
        self._entries: list[_Entry] = []
        self._open: list[_Entry] = []

    def take(self, block: Block) -> None:
        """Sort a block."""
        match block.kind:
            case "heading":
                self._heading(block)
            case "item":
                self._item(block)
            case "row":
                self._row(block)
            case _:
                self._text(block)

    def contents(self, file: str) -> Contents:
        """Return what was gathered."""
        contents, found, seen = Contents([]), [], set[str]()
        for entry in self._entries:
            _finish(entry)
            source = _source(entry)
            if not entry.accepted:
                if source and len(contents.skipped) < _MOST_SKIPPED:
                    text = text_of(entry.pieces).strip()[:60] or source
                    contents.skipped.append((entry.line, msg("this links to no paper: {text}", text=text)))
                continue
            key = str(next(iter(identifiers_in(source).pairs()), canonical_url(source))) if source else ""
            if key and key in seen:
                continue
            seen.add(key)
            if entry.title:
                entry.found.put("title", entry.title)
                found.append(entry.found)
            else:
                entry.found.put("title", source)
                contents.untitled.append(Untitled(entry.line, source, papers_of(file, [entry.found])[0]))
        contents.papers = papers_of(file, found)
        return contents

    def _heading(self, block: Block) -> None:
        self._open = []
        text = block.text
        if block.level > 1 and (self._own or any(piece.is_paper for piece in block.pieces)):
            entry = self._begin(block, 0, is_section=True)
            entry.found.put("id", block.role or None)
            return
        self._about_papers = _ABOUT_PAPERS.search(text) is not None or (block.level > 1 and self._about_papers)
        name = _ENUMERATION.sub("", text.strip()).strip(_TRIM)
        self._tag = name if block.level > 1 and len(name) <= _LONGEST_TAG and not _NO_TAG.fullmatch(name) else ""

    def _begin(self, block: Block, level: int, *, is_section: bool = False) -> _Entry:
        entry = _Entry(
            block.line, level, is_section, is_section and self._own, Found((block.line, 1)), pieces=block.pieces
        )
        if self._tag and not is_section:
            entry.found.put("tags", [self._tag])
        links = [piece for piece in block.pieces if piece.url and web_address(piece.url)]
        entry.accepted = any(piece.is_paper for piece in links) or self._may_be(links) or (
            is_section and self._own)  # fmt: skip
        _split(entry)
        self._entries.append(entry)
        self._open.append(entry)
        return entry

    def _may_be(self, links: list[Piece]) -> bool:
        """Tell whether links may lead to a paper because of the heading that they stand under."""
        return self._about_papers and any(not (Link(piece.url).is_code or piece.is_label) for piece in links)

    def _item(self, block: Block) -> None:
        while self._open and not self._open[-1].is_section and self._open[-1].level >= block.level:
            self._open.pop()
        parent = self._open[-1] if self._open else None
        links = [piece for piece in block.pieces if piece.url]
        if parent and (not links or all(piece.is_label for piece in links)) and _belongs(parent, block):
            _add(parent, block)
        else:
            self._begin(block, block.level)

    def _row(self, block: Block) -> None:
        self._open = []
        entry = _Entry(block.line, 0, found=Found((block.line, 1)), pieces=block.pieces)
        entry.accepted = any(piece.is_paper for piece in block.pieces)
        columns = [column_of(name) for name in block.header]
        if self._tag:
            entry.found.put("tags", [self._tag])
        _split_row(entry, block.cells, columns)
        self._entries.append(entry)

    def _text(self, block: Block) -> None:
        entry = self._open[-1] if self._open else None
        if entry and entry.is_section:
            _add_to_section(entry, block)
        elif entry and block.level > entry.level:
            _add(entry, block)
        elif any(piece.is_paper for piece in block.pieces) and _begins_with_title(block.pieces):
            self._open = []
            self._begin(block, 0)


def _belongs(parent: _Entry, block: Block) -> bool:
    """Tell whether an item says more of the paper above: text alone, or links that are only named."""
    if parent.is_section:
        return True
    return parent.accepted or (any(piece.is_paper for piece in block.pieces) and not text_of(
        [piece for piece in block.pieces if not piece.url]
    ).strip(_TRIM + "[]()（）/"))  # fmt: skip


def _add(entry: _Entry, block: Block) -> None:
    """Add what stands below an item to it."""
    links = [piece for piece in block.pieces if piece.url and web_address(piece.url)]
    entry.found.values.setdefault("links", []).extend(_as_value(piece) for piece in links)
    entry.found.places.setdefault("links", (block.line, 1))
    entry.accepted |= any(piece.is_paper for piece in links)
    if remark := _remark(text_of([piece for piece in block.pieces if not (piece.url and piece.is_label)])):
        entry.remarks.append(remark)


def _split(entry: _Entry) -> None:
    """Part an item into title, links and remark."""
    pieces = [piece for piece in entry.pieces if piece.text.strip() or piece.url]
    if pieces and not entry.is_ours and not pieces[0].url and (first := _FIRST_DATE.match(pieces[0].text.lstrip())):
        entry.found.put("date", _date(first[1]))
        pieces[0] = Piece(pieces[0].text.lstrip()[first.end() :], "", pieces[0].strong)
    while pieces and not entry.is_ours and not pieces[0].url and not pieces[0].text.strip(_TRIM):
        pieces = pieces[1:]
    taken = _title(pieces, is_section=entry.is_section)
    entry.title = text_of(taken).strip(None if entry.is_ours else _TRIM)
    rest = [piece for piece in pieces if not any(piece is each for each in taken)]
    links = [piece for piece in pieces if piece.url and web_address(piece.url)]
    if links:
        values = [{"url": p.url, "label": None} if any(p is each for each in taken) else _as_value(p) for p in links]
        entry.found.put("links", values)
    if remark := _remark(text_of([piece for piece in rest if not (piece.url and piece.is_label)])):
        entry.remarks.append(remark)


def _title(pieces: list[Piece], *, is_section: bool = False) -> list[Piece]:
    """Return the pieces that are the title; none where an item only has links."""
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
        return strong[:1] or (pieces[:end] if text_of(pieces[:end]).strip(_TRIM + "[]()（）") else [])
    # `https://… Title`, as in a list of links
    rest = [piece for piece in pieces[1:] if not piece.url]
    return rest if web_address(first.text) and text_of(rest).strip(_TRIM) else []


def _begins_with_title(pieces: list[Piece]) -> bool:
    shown = [piece for piece in pieces if piece.url or piece.text.strip(_TRIM)]
    return bool(shown) and (shown[0].strong or bool(shown[0].url))


def _as_value(piece: Piece) -> dict[str, str | None]:
    return {"url": piece.link.url, "label": piece.link.label}


def _remark(text: str) -> str:
    """Return a text without what links left behind in it."""
    lines = (_SPACES.sub(" ", _EMPTY.sub(" ", line)).strip(_TRIM + "[]") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _date(text: str) -> str:
    try:
        return str(parse_date(text.replace(".", "-")))
    except DateError:
        return ""


def _split_row(entry: _Entry, cells: list[list[Piece]], columns: list[str]) -> None:
    """Note a table row's cells by their columns' names; without names, its first link is the title."""
    for pieces, column in zip(cells, columns, strict=False):
        text = text_of(pieces).strip()
        urls = [piece for piece in pieces if piece.url and web_address(piece.url)]
        if column in ("links", "code") or (urls and column not in ("title", "headline", "comment", "excerpt")):
            continue
        if column == "date":
            entry.found.put("date", _date(text))
        elif column == "title":
            entry.title = _remark(text_of([piece for piece in pieces if not piece.is_label]))
        elif column:
            put_cell(entry.found, column, text, entry.found.place)
    links = [piece for piece in entry.pieces if piece.url and web_address(piece.url)]
    if not entry.title:
        named = next((piece.text for piece in links if not piece.is_label), "")
        plain = next((text_of(pieces) for pieces in cells if not any(piece.url for piece in pieces)), "")
        entry.title = (named or ("" if "title" in columns or not _letters(plain) else plain)).strip(_TRIM)
    if links:
        values = [{"url": p.url, "label": None} if p.text.strip() == entry.title else _as_value(p) for p in links]
        entry.found.put("links", values)


def _letters(text: str) -> bool:
    return sum(c.isalpha() for c in text) > 3


def _add_to_section(entry: _Entry, block: Block) -> None:
    """Note a paragraph below a heading that is a paper: its title, facts, links, tags, an excerpt or a remark."""
    pieces = [piece for piece in block.pieces if piece.text.strip() or piece.url]
    text = block.text.strip()
    links = [piece for piece in pieces if piece.url]
    if block.kind == "quote":
        entry.quotes.append(text)
    elif block.role == "title" or (pieces and all(p.strong for p in pieces) and not entry.found.values.get("headline")):
        entry.found.put("headline", entry.title)
        entry.title = text
    elif block.role == "facts":
        _put_facts(entry.found, _FACTS.split(text))
    elif block.role == "tags" or (not links and text[:1] in "#＃" and _TAGS.split(text)[0] == ""):
        entry.found.put("tags", [tag for tag in _TAGS.split(text) if tag])
    elif links and not text_of([p for p in pieces if not p.url]).strip(_TRIM + "/()[]") and not _bare(links):
        entry.found.values["links"] = [_own_value(piece) for piece in links if web_address(piece.url)]
    elif text:
        entry.remarks.append(text)


def _bare(links: list[Piece]) -> bool:
    """Tell whether links are addresses in a text."""
    return all(piece.text == piece.url for piece in links)


def _own_value(piece: Piece) -> dict[str, str | None]:
    return {"url": piece.url, "label": None if Link(piece.url).name == piece.text else piece.text}


def _put_facts(found: Found, parts: list[str]) -> None:
    """Note date, organisation and authors, any of which may be missing."""
    if parts and (date := _date(parts[0])):
        found.put("date", date)
        parts = parts[1:]
    if len(parts) > 1:
        found.put("organization", parts[0])
    last = parts[-1] if parts else ""
    if len(parts) > 1 or "," in last or last.endswith("…") or parted(last):
        found.put("authors", names_in(last.removesuffix("…")))
    else:
        found.put("organization", last)


def _finish(entry: _Entry) -> None:
    """Put together what was gathered, and take the date from where it often stands: in brackets at the end."""
    if not entry.is_ours and (last := _LAST_DATE.search(entry.title)):
        entry.found.put("date", _date(last[1]))
        entry.title = entry.title[: last.start()].strip(_TRIM)
    entry.found.put("comment", "\n\n".join(entry.remarks) if entry.is_section else "\n".join(entry.remarks))
    entry.found.put("excerpt", "\n\n".join(entry.quotes))


def _source(entry: _Entry) -> str:
    links = [link["url"] for link in entry.found.values.get("links", [])]
    return next((url for url in links if Piece("", url).is_paper), links[0] if links else "")
