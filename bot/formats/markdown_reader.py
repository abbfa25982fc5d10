"""Reads Markdown: awesome-lists, tables of papers, notes, and our own export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.formats import paper_list
from bot.formats.blocks import Block, Span, merged, text_of
from bot.formats.links import Contents
from bot.formats.markdown import NAME

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*)")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(.*)")
_OWN_TAGS = re.compile(r"\\#[^\s#]")  # our comments escape only what would be a heading
_FENCE = re.compile(r"\s{0,9}(```|~~~)")
_RULE = re.compile(r"\s{0,3}([-*_=])\s*+(?:\1\s*+){2,}+$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# While markup is parsed, escaped marks are replaced by Unicode noncharacters.
_MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_STANDS_FOR = {mark: chr(0xFDD0 + n) for n, mark in enumerate(_MARKS)}
_BACK = str.maketrans({stand: mark for mark, stand in _STANDS_FOR.items()})
_ANCHOR = re.compile(
    r"<a\s[^<>]{0,200}?href=[\"']([^\"'<>]{1,2000})[\"'][^<>]{0,200}>([^<>]{0,2000})</a>", re.IGNORECASE
)
_TAG = re.compile(r"</?(?!https?:)[a-zA-Z][^<>]{0,500}>|<!--.{0,2000}?-->")
_TOKEN = re.compile(r"!?\[|\]|<https?://[^\s<>]+>|https?://[^\s<>\[\]()|]+|\*\*|__")
_TARGET = re.compile(
    r"\(\s{0,3}+(?:<([^<>\n]*+)>|([^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+))(?:\s++(?:\"([^\"\n]*+)\"|'([^'\n]*+)'))?\s{0,3}+\)"
)
_EMPHASIS = re.compile(r"(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)|~~|`")
_LONGEST_LINE = 20_000
_MOST_BRACKETS = 200


def read(text: str, file: str) -> Contents:
    """Read the papers in a document. Raises FileError."""
    lines = text.removeprefix("\ufeff").splitlines()
    is_ours = next((line for line in lines if line.strip()), "").strip() == f"# {NAME}"
    return paper_list.read(_blocks(lines), file, is_ours=is_ours)


def _blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the document's blocks, without fenced code."""
    fence, paragraph, item_indent = "", list[tuple[int, str]](), -1
    header: tuple[str, ...] | None = None
    for number, raw in enumerate(lines, 1):
        line = raw[:_LONGEST_LINE]
        if match := _FENCE.match(line):
            fence = "" if fence == match[1] else fence or match[1]
            continue
        special = fence or not line.strip() or _HEADING.match(line) or _ITEM.match(line) or _RULE.match(line)
        is_row = not special and _is_row(line)
        if (special or is_row) and paragraph:
            yield _paragraph(paragraph, item_indent)
            paragraph = []
        header = header if is_row else None
        if fence or not line.strip():
            continue
        if heading := _HEADING.match(line):
            item_indent = -1
            yield Block("heading", number, pieces_of(_unclosed(heading[2].rstrip())), level=len(heading[1]))
        elif (item := _ITEM.match(line)) and not _RULE.match(line):
            item_indent = len(item[1].expandtabs(4))
            yield Block("item", number, pieces_of(item[2]), level=item_indent)
        elif is_row and header is None and (header := _header(line, lines[number : number + 1])):
            continue
        elif is_row:
            if not _TABLE_RULE.fullmatch(line):
                yield _row(number, line, header or ())
        elif not _RULE.match(line):
            item_indent = item_indent if line[:1] in " \t" or paragraph else -1
            paragraph.append((number, line))
    if paragraph:
        yield _paragraph(paragraph, item_indent)


def _unclosed(heading: str) -> str:
    """Return a heading without the marks that close it: `Title ##`, but not `C#`."""
    text = heading.rstrip("#")
    return text.rstrip() if text[-1:] in " \t" else heading


def _header(line: str, following: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of a table's first row if the next line says that it is a header, else none."""
    is_header = any(_TABLE_RULE.fullmatch(each[:_LONGEST_LINE]) for each in following)
    return tuple(_cells(line)) if is_header else ()


def _row(number: int, line: str, header: tuple[str, ...]) -> Block:
    cells = [pieces_of(cell) for cell in _cells(line)]
    joined = [piece for cell in cells for piece in (*cell, Span(" "))]
    return Block("row", number, joined, cells=cells, header=header)


def _is_row(line: str) -> bool:
    plain = _ESCAPE.sub("", line)
    return plain.lstrip().startswith("|") and plain.count("|") > 1


def _cells(line: str) -> list[str]:
    """Return a table row's cells."""
    plain = line.strip().replace("\\|", _STANDS_FOR["|"]).strip("|")
    return [cell.strip().replace(_STANDS_FOR["|"], "\\|") for cell in plain.split("|")]


def _paragraph(lines: list[tuple[int, str]], item_indent: int) -> Block:
    """Return a paragraph; lines that end with two spaces, and lines of a quotation, keep their line ends."""
    texts, is_quote = [text for _, text in lines], all(text.lstrip().startswith(">") for _, text in lines)
    if is_quote:
        texts = [text.lstrip().removeprefix(">").removeprefix(" ") for text in texts]
    gaps = [is_quote and not text.strip() for text in (*texts, "x")]
    ends = ["\n" if text.endswith(("  ", "\\")) or any(gaps[n : n + 2]) else " " for n, text in enumerate(texts)]
    raw = "".join(text.strip().removesuffix("\\") + end for text, end in zip(texts, ends, strict=True)).rstrip()
    is_facts = len(raw) > 2 and raw[0] == raw[-1] == "*" and raw[1] != "*" and raw[-2] not in "*\\"
    level = item_indent + 1 if item_indent >= 0 else 0
    if len(raw) > 6 and raw[:3] == raw[-3:] == "***":
        return Block("text", lines[0][0], [Span(_plain(_hidden(raw[3:-3])))], level, role="updates")
    if is_facts:
        return Block("text", lines[0][0], [Span(_plain(_hidden(raw[1:-1])))], level, role="facts")
    role = "tags" if _OWN_TAGS.match(raw) else "links" if raw.startswith("[") else ""
    return Block("quote" if is_quote else "text", lines[0][0], pieces_of(raw), level, role)


def pieces_of(text: str) -> list[Span]:
    """Return a line's texts and links, without markup."""
    hidden = _hidden(text)
    if "<" in hidden:
        hidden = _ANCHOR.sub(lambda match: f"[{match[2]}](<{match[1]}>)", hidden)
        hidden = _TAG.sub(" ", hidden)
    reader, at = _SpanReader(), 0
    while token := _TOKEN.search(hidden, at):
        reader.add_text(hidden[at : token.start()])
        at = reader.add_mark(token[0], hidden, token.end())
    reader.add_text(hidden[at:])
    return merged(reader.spans)


@dataclass(slots=True)
class _SpanReader:
    """Collects a line's spans; `brackets` has for each open one the spans before it, and whether it begins an image."""

    spans: list[Span] = field(default_factory=list)
    brackets: list[tuple[int, bool]] = field(default_factory=list)
    is_strong: bool = False

    def add_text(self, text: str) -> None:
        """Add a text without marks."""
        if text:
            self.spans.append(Span(_plain(text), "", self.is_strong))

    def add_mark(self, mark: str, line: str, end: int) -> int:
        """Add a mark that ends at that place of the line; return where the text after it begins."""
        if mark in ("**", "__"):
            self.is_strong = not self.is_strong
        elif mark.endswith("["):
            self.brackets = [*self.brackets[-_MOST_BRACKETS:], (len(self.spans), mark == "![")]
            self.spans.append(Span("[" if mark == "[" else ""))
        elif mark != "]":
            return end - self._add_address(mark)
        elif self.brackets and (target := _TARGET.match(line, end)):
            url, title = target[1] or target[2] or "", target[3] or target[4] or ""
            self._add_link(url.translate(_BACK), title.translate(_BACK))
            return target.end()
        else:
            if self.brackets:
                self.brackets.pop()
            self.spans.append(Span("]"))
        return end

    def _add_address(self, mark: str) -> int:
        """Add a bare address; return how many characters at its end are no part of it."""
        url = mark.strip("<>").translate(_BACK)
        address = url if mark[0] == "<" else url.rstrip(".,;:!?'\"*_")
        self.spans.append(Span(address, address, self.is_strong))
        return len(url) - len(address)

    def _add_link(self, url: str, title: str) -> None:
        """Make a link of the spans since the last open bracket; an image is left out."""
        start, is_picture = self.brackets.pop()
        label = self.spans[start + 1 :]
        del self.spans[start:]
        if not is_picture:
            is_strong = self.is_strong or (label != [] and all(each.strong for each in label if each.text.strip()))
            self.spans.append(Span(text_of(label).strip(), url, is_strong, title))


def _hidden(text: str) -> str:
    return _ESCAPE.sub(lambda match: _STANDS_FOR[match[1]], text)


def _plain(text: str) -> str:
    return _EMPHASIS.sub("", text).translate(_BACK)
