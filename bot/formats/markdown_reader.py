"""Reads Markdown: awesome-lists, tables of papers, notes, and our own export."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.formats import paper_list
from bot.formats.blocks import Block, Span, merged, text_of
from bot.formats.links import Contents
from bot.formats.markdown import NAME

_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*)")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,4}[.)])\s+(?:\[[ xX]\]\s+)?(.*)")
_FENCE = re.compile(r"\s{0,9}(```|~~~)")
_RULE = re.compile(r"\s{0,3}(?:[-*_=]\s*){3,}$")
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
    r"\(\s{0,3}+(?:<([^<>\n]*+)>|([^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+))(?:\s++(?:\"[^\"\n]*+\"|'[^'\n]*+'))?\s{0,3}+\)"
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
            yield Block("heading", number, pieces_of(heading[2].rstrip("# \t")), level=len(heading[1]))
        elif (item := _ITEM.match(line)) and not _RULE.match(line):
            item_indent = len(item[1].expandtabs(4))
            yield Block("item", number, pieces_of(item[2]), level=item_indent)
        elif is_row:
            if header is None:
                following = lines[number][:_LONGEST_LINE] if number < len(lines) else ""
                header = tuple(_cells(line)) if _TABLE_RULE.fullmatch(following) else ()
                if header:
                    continue
            if not _TABLE_RULE.fullmatch(line):
                cells = [pieces_of(cell) for cell in _cells(line)]
                joined = [piece for cell in cells for piece in (*cell, Span(" "))]
                yield Block("row", number, joined, cells=cells, header=header)
        elif not _RULE.match(line):
            item_indent = item_indent if line[:1] in " \t" or paragraph else -1
            paragraph.append((number, line))
    if paragraph:
        yield _paragraph(paragraph, item_indent)


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
    ends = ["\n" if text.endswith(("  ", "\\")) else " " for text in texts]
    raw = "".join(text.strip().removesuffix("\\") + end for text, end in zip(texts, ends, strict=True)).rstrip()
    is_facts = len(raw) > 2 and raw[0] == raw[-1] == "*" and raw[1] != "*" and raw[-2] not in "*\\"
    level = item_indent + 1 if item_indent >= 0 else 0
    if len(raw) > 6 and raw[:3] == raw[-3:] == "***":
        return Block("text", lines[0][0], [Span(_plain(_hidden(raw[3:-3])))], level, role="updates")
    if is_facts:
        return Block("text", lines[0][0], [Span(_plain(_hidden(raw[1:-1])))], level, role="facts")
    return Block("quote" if is_quote else "text", lines[0][0], pieces_of(raw), level)


def pieces_of(text: str) -> list[Span]:
    """Return a line's texts and links, without markup."""
    hidden = _hidden(text)
    if "<" in hidden:
        hidden = _ANCHOR.sub(lambda match: f"[{match[2]}](<{match[1]}>)", hidden)
        hidden = _TAG.sub(" ", hidden)
    pieces: list[Span] = []
    # for each open bracket: the number of spans before it, and whether it starts an image
    brackets: list[tuple[int, bool]] = []
    at, strong = 0, False

    def add(part: str) -> None:
        if part:
            pieces.append(Span(_plain(part), "", strong))

    while token := _TOKEN.search(hidden, at):
        add(hidden[at : token.start()])
        at, mark = token.end(), token[0]
        if mark in ("**", "__"):
            strong = not strong
        elif mark.endswith("["):
            brackets = [*brackets[-_MOST_BRACKETS:], (len(pieces), mark == "![")]
            pieces.append(Span("[" if mark == "[" else ""))
        elif mark != "]":
            url = mark.strip("<>").translate(_BACK)
            address = url if mark[0] == "<" else url.rstrip(".,;:!?'\"*_")
            pieces.append(Span(address, address, strong))
            at -= len(url) - len(address)
        elif brackets and (target := _TARGET.match(hidden, at)):
            start, is_picture = brackets.pop()
            inner = text_of(pieces[start + 1 :]).strip() if not is_picture else ""
            bold = strong or (
                pieces[start + 1 :] != [] and all(p.strong for p in pieces[start + 1 :] if p.text.strip())
            )
            del pieces[start:]
            if not is_picture:
                pieces.append(Span(inner, (target[1] or target[2] or "").translate(_BACK), bold))
            at = target.end()
        else:
            if brackets:
                brackets.pop()
            pieces.append(Span("]"))
    add(hidden[at:])
    return merged(pieces)


def _hidden(text: str) -> str:
    return _ESCAPE.sub(lambda match: _STANDS_FOR[match[1]], text)


def _plain(text: str) -> str:
    return _EMPHASIS.sub("", text).translate(_BACK)
