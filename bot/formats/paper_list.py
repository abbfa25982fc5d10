"""Finds the papers in a document: items, rows and headings that link to one, with the text beside and below.

An item's title is the text of its first link if it begins with one, else its bold text, else the text before the first
link. Links named `paper`, `code` and the like are links; all other text is the comment. The heading above (except the
document's own) becomes a tag. Items without a link to a paper are skipped and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.domain.identifiers import canonical_url, identifiers_in, web_address
from bot.domain.paper import Link
from bot.formats.blocks import Block, Span, text_of
from bot.formats.links import Contents, Untitled
from bot.formats.list_item import (
    TRIM,
    ListItem,
    add,
    add_to_section,
    begins_with_title,
    belongs,
    complete,
    source_of,
    split,
    split_row,
)
from bot.formats.record import Record, papers_of
from bot.formats.table_columns import column_of
from bot.i18n import msg

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


def read(blocks: Iterable[Block], file: str, *, is_ours: bool = False) -> Contents:
    """Return the papers in a document; with `is_ours`, it is our export, in which each section is a paper."""
    listing = _PaperList(is_ours)
    for block in blocks:
        listing.add(block)
    return listing.contents(file)


class _PaperList:
    def __init__(self, is_ours: bool) -> None:
        self._is_ours, self._tag, self._about_papers = is_ours, "", False
        self._entries: list[ListItem] = []
        self._open: list[ListItem] = []

    def add(self, block: Block) -> None:
        """Add a block."""
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
        """Return the collected papers."""
        contents, records, keys = Contents([]), [], set[str]()
        for entry in self._entries:
            complete(entry)
            source = source_of(entry)
            if not entry.is_accepted:
                if source and len(contents.skipped) < _MOST_SKIPPED:
                    text = text_of(entry.pieces).strip()[:60] or source
                    contents.skipped.append((entry.line, msg("there is no link to a paper here: {text}", text=text)))
                continue
            key = str(next(iter(identifiers_in(source).pairs()), canonical_url(source))) if source else ""
            if key and key in keys:
                continue
            keys.add(key)
            if entry.title:
                entry.record.put("title", entry.title)
                records.append(entry.record)
            else:
                entry.record.put("title", source)
                contents.untitled.append(Untitled(entry.line, source, papers_of(file, [entry.record])[0]))
        contents.papers = papers_of(file, records)
        return contents

    def _heading(self, block: Block) -> None:
        self._open = []
        text = block.text
        if block.level > 1 and (self._is_ours or any(piece.is_paper for piece in block.spans)):
            entry = self._begin(block, 0, is_section=True)
            entry.record.put("id", block.role or None)
            return
        self._about_papers = _ABOUT_PAPERS.search(text) is not None or (block.level > 1 and self._about_papers)
        name = _ENUMERATION.sub("", text.strip()).strip(TRIM)
        self._tag = name if block.level > 1 and len(name) <= _LONGEST_TAG and not _NO_TAG.fullmatch(name) else ""

    def _begin(self, block: Block, level: int, *, is_section: bool = False) -> ListItem:
        entry = ListItem(
            block.line, level, is_section, is_section and self._is_ours, Record((block.line, 1)), pieces=block.spans
        )
        if self._tag and not is_section:
            entry.record.put("tags", [self._tag])
        links = [piece for piece in block.spans if piece.url and web_address(piece.url)]
        entry.is_accepted = (
            any(piece.is_paper for piece in links) or self._may_be(links) or (is_section and self._is_ours)
        )
        split(entry)
        self._entries.append(entry)
        self._open.append(entry)
        return entry

    def _may_be(self, links: list[Span]) -> bool:
        """Return whether links may lead to a paper, judging by the heading above them."""
        return self._about_papers and any(not (Link(piece.url).is_code or piece.is_label) for piece in links)

    def _item(self, block: Block) -> None:
        while self._open and not self._open[-1].is_section and self._open[-1].level >= block.level:
            self._open.pop()
        parent = self._open[-1] if self._open else None
        links = [piece for piece in block.spans if piece.url]
        if parent and (not links or all(piece.is_label for piece in links)) and belongs(parent, block):
            add(parent, block)
        else:
            self._begin(block, block.level)

    def _row(self, block: Block) -> None:
        self._open = []
        entry = ListItem(block.line, 0, record=Record((block.line, 1)), pieces=block.spans)
        entry.is_accepted = any(piece.is_paper for piece in block.spans)
        columns = [column_of(name) for name in block.header]
        if self._tag:
            entry.record.put("tags", [self._tag])
        split_row(entry, block.cells, columns)
        self._entries.append(entry)

    def _text(self, block: Block) -> None:
        entry = self._open[-1] if self._open else None
        if entry and entry.is_section:
            add_to_section(entry, block)
        elif entry and block.level > entry.level:
            add(entry, block)
        elif any(piece.is_paper for piece in block.spans) and begins_with_title(block.spans):
            self._open = []
            self._begin(block, 0)
