"""Reads HTML: a page's lists of links to papers, a saved 「まとめ」 page, and our own export.

The page is read in one pass, like in a browser: a tag that was opened is not parsed again inside itself, so the time is
linear.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from bot.domain.errors import FileError
from bot.domain.identifiers import web_address
from bot.domain.paper import Paper
from bot.formats import matome, paper_list
from bot.formats.blocks import Block, Kind, Span, merged
from bot.formats.links import Contents
from bot.formats.markdown import NAME
from bot.i18n import Message

_OPENING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,40}+)|<!--|<[!?]")
_BODY = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""([a-zA-Z][\w:.-]{0,60}+)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>]++)""")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_HIDDEN = frozenset(("script", "style", "noscript", "template", "svg", "title", "textarea", "select", "iframe"))
_AROUND = frozenset(("nav", "footer", "aside", "form", "button"))
_INLINE = frozenset(
    (
        "a",
        "b",
        "strong",
        "i",
        "em",
        "span",
        "code",
        "sub",
        "sup",
        "small",
        "mark",
        "u",
        "s",
        "font",
        "abbr",
        "cite",
        "time",
        "wbr",
        "img",
        "ruby",
        "rt",
        "rp",
        "kbd",
        "q",
        "label",
        "del",
        "ins",
        "var",
        "samp",
        "math",
        "input",
    )
)
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_ROLES = ("title", "facts", "tags", "updates")


def read(text: str, file: str) -> Contents:
    """Read the papers in a page. Raises FileError."""
    is_ours = f"<title>{NAME}</title>" in text[:4000]
    blocks = [block for block in _Page(text, is_ours=is_ours).blocks() if block.spans or block.cells]
    if not is_ours and any(matome.is_matome(block.text) for block in blocks):
        return Contents(_matome(blocks, file))
    return paper_list.read(blocks, file, is_ours=is_ours)


def _matome(blocks: list[Block], file: str) -> list[Paper]:
    """Read a 「まとめ」 page from its text, with the link of each card below the card. Raises FileError."""
    lines, places, url = list[str](), list[int](), ""
    for block in [*blocks, Block("text", blocks[-1].line, [])]:
        linked = next((piece.url for piece in block.spans if piece.is_paper or piece.link.is_code), "")
        if url and linked != url:
            lines += [url, ""]
            places += [block.line, block.line]
        elif url:  # the parts of a card form one paragraph
            del lines[-1:], places[-1:]
        url = linked
        text = block.text.strip().split("\n")
        lines += [*text, ""]
        places += [block.line] * (len(text) + 1)
    try:
        return matome.read("\n".join(lines), file)
    except FileError as error:
        problem = error.message.values.get("problem")
        line = places[error.line - 1] if 0 < error.line <= len(places) else 0
        raise FileError(problem if isinstance(problem, Message) else error.message, file=file, line=line) from error


class _Page:
    """A page being read; `own` pages keep their line ends and their <nav>."""

    def __init__(self, text: str, *, is_ours: bool) -> None:
        self._text, self._is_ours = text, is_ours
        self._line, self._counted = 1, 0
        self._kind: Kind = "text"
        self._level, self._depth, self._quotes, self._strong, self._around = 0, 0, 0, 0, 0
        self._role = self._name = self._url = self._title = ""
        self._pieces: list[Span] = []
        self._cells: list[list[Span]] | None = None
        self._header: tuple[str, ...] = ()
        self._is_header = False

    def blocks(self) -> Iterator[Block]:
        """Yield the page's blocks."""
        at, broken, folded = 0, False, self._text.lower()
        while opening := _OPENING.search(self._text, at):
            self._say(self._text[at : opening.start()])
            at = opening.end()
            if opening[0] == "<!--":
                end = self._text.find("-->", at)
                at = len(self._text) if end < 0 else end + 3
                continue
            body = None if broken else _BODY.match(self._text, at)
            end = body.end() if body else self._text.find(">", at) + 1
            broken = broken or body is None  # a quotation mark is never closed, so quotes are ignored from here on
            if end == 0:
                at = len(self._text)
                break
            name, attributes, at = (opening[2] or "").lower(), self._text[at : end - 1], end
            if not opening[1] and name in _HIDDEN:
                closing = (folded if len(folded) == len(self._text) else self._text).find(f"</{name}", at)
                at = len(self._text) if closing < 0 else closing
                continue
            yield from self._tag(name, opening[1] == "/", attributes, opening.start())
        self._say(self._text[at:])
        yield from self._flush()
        if self._cells is not None:
            yield from self._row(len(self._text))

    def _say(self, text: str) -> None:
        if text and not self._around:
            plain = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
            plain = plain if self._is_ours and self._kind in ("text", "quote") else _SPACES.sub(" ", plain)
            if plain.strip() or (self._pieces and not plain.startswith("\n")):
                self._pieces.append(Span(plain, self._url, self._strong > 0, self._title))

    def _tag(self, name: str, closes: bool, attributes: str, at: int) -> Iterator[Block]:
        if name in _AROUND and not self._is_ours:
            yield from self._flush()
            self._around = max(0, self._around - 1) if closes else self._around + 1
        elif name == "a":
            self._url = "" if closes else web_address(_attribute(attributes, "href")) or ""
            self._title = _attribute(attributes, "title") if self._url else ""
        elif name in ("b", "strong"):
            self._strong = max(0, self._strong - 1) if closes else self._strong + 1
        elif name == "br":
            self._pieces.append(Span("\n", "", self._strong > 0))
        elif name == "img" and self._url and (alt := _attribute(attributes, "alt")):
            self._say(alt)
        elif name in ("td", "th", "tr"):
            yield from self._cell(name, closes, at)
        elif name and name not in _INLINE:
            yield from self._flush()
            if name == "table" and self._cells is not None:
                yield from self._row(at)
            self._begin(name, closes, attributes, at)

    def _begin(self, name: str, closes: bool, attributes: str, at: int) -> None:
        """Record the kind of block that begins here."""
        self._counted, self._line = at, self._line + self._text.count("\n", self._counted, at)
        self._role = ""
        if name in ("ul", "ol"):
            self._depth = max(0, self._depth - 1) if closes else self._depth + 1
        elif name == "blockquote":
            self._quotes = max(0, self._quotes - 1) if closes else self._quotes + 1
        elif name == "article":
            self._name = "" if closes else _attribute(attributes, "id")
        elif name == "p" and not closes:
            self._role = next(
                (role for role in _ROLES if self._is_ours and _attribute(attributes, "class") == role), ""
            )
        elif name == "nav" and not closes:
            self._role = "links"
        elif name == "table":
            self._header = ()
        is_item = not closes and (name == "li" or (self._kind == "item" and name in ("p", "div")))
        self._kind = (
            "heading"
            if name in _HEADINGS and not closes
            else "item"
            if is_item
            else ("quote" if self._quotes else "text")
        )
        self._level = _HEADINGS[name] if self._kind == "heading" else self._depth + (self._kind == "text")
        if name == "h1" and not closes:
            self._depth = 0

    def _cell(self, name: str, closes: bool, at: int) -> Iterator[Block]:
        """Collect a table's cells; the end of a row yields them as one block."""
        if name == "tr":
            if self._cells is not None:
                yield from self._row(at)
            else:
                yield from self._flush()
            self._cells, self._is_header = (None, False) if closes else ([], True)
        elif self._cells is not None:
            if not closes:
                self._is_header = self._is_header and name == "th"
            if self._pieces or closes:
                self._cells.append(merged(self._pieces))
                self._pieces = []

    def _row(self, at: int) -> Iterator[Block]:
        self._counted, self._line = at, self._line + self._text.count("\n", self._counted, at)
        cells = [*(self._cells or []), *([merged(self._pieces)] if self._pieces else [])]
        self._pieces, self._cells = [], None
        if cells and self._is_header and not self._header:
            self._header = tuple("".join(piece.text for piece in cell).strip() for cell in cells)
        elif cells:
            joined = [piece for cell in cells for piece in (*cell, Span(" "))]
            yield Block("row", self._line, joined, cells=cells, header=self._header)

    def _flush(self) -> Iterator[Block]:
        pieces = merged(self._pieces)
        self._pieces = []
        if self._cells is None and any(piece.text.strip() or piece.url for piece in pieces):
            role = self._name if self._kind == "heading" else self._role
            yield Block(self._kind, self._line, pieces, self._level, role)
            if self._kind == "item":
                self._kind, self._level = "text", self._depth + 1
        elif self._cells is not None and pieces:
            self._pieces = [*pieces, Span(" ")]


def _attribute(attributes: str, name: str) -> str:
    for key, value in _ATTRIBUTE.findall(attributes[:20_000]):
        if key.lower() == name:
            plain = value[1:-1] if value[0] in "\"'" else value
            return _ENTITY.sub(lambda match: html.unescape(match[0]), plain).strip()
    return ""
