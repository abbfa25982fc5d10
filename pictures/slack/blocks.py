"""Slack's blocks as HTML; an unknown one is an error, so that no picture shows less than the payload has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from pictures.slack.elements import element_html
from pictures.slack.mrkdwn import text_html
from pictures.slack.rich_text import rich_text_html

Block = dict[str, Any]


def blocks_html(blocks: Iterable[Block]) -> str:
    """Return blocks in their order. Raises ValueError for one of an unknown type."""
    return "".join(_block(block) for block in blocks)


def _block(block: Block) -> str:
    draw = _BLOCKS.get(block["type"])
    if draw is None:
        raise ValueError(f"Slack has no block of type {block['type']!r}")
    return f'<div class="block {block["type"]}">{draw(block)}</div>'


def _header(block: Block) -> str:
    return f"<h3>{text_html(block['text'])}</h3>"


def _section(block: Block) -> str:
    text = f'<div class="text">{text_html(block["text"])}</div>' if "text" in block else ""
    fields = "".join(f'<div class="text">{text_html(field)}</div>' for field in block.get("fields", ()))
    table = f'<div class="fields">{fields}</div>' if fields else ""
    beside = f'<div class="accessory">{element_html(block["accessory"])}</div>' if "accessory" in block else ""
    return f'<div class="body">{text}{table}</div>{beside}'


def _context(block: Block) -> str:
    return "".join(
        element_html(element) if element["type"] == "image" else f"<span>{text_html(element)}</span>"
        for element in block["elements"]
    )


def _divider(block: Block) -> str:
    return "<hr>"


def _actions(block: Block) -> str:
    return "".join(element_html(element) for element in block["elements"])


def _input(block: Block) -> str:
    optional = '<span class="optional">（任意）</span>' if block.get("optional") else ""
    label = f'<div class="label">{text_html(block["label"])}{optional}</div>'
    hint = f'<div class="hint">{text_html(block["hint"])}</div>' if "hint" in block else ""
    return f"{label}{element_html(block['element'])}{hint}"


def _image(block: Block) -> str:
    title = f'<div class="hint">{text_html(block["title"])}</div>' if "title" in block else ""
    return f"{title}{element_html(block)}"


def _table(block: Block) -> str:
    settings = [each or {} for each in block.get("column_settings", ())]
    first, *rest = block["rows"]
    rows = [_row(first, "th", settings), *(_row(row, "td", settings) for row in rest)]
    return f"<table>{''.join(rows)}</table>"


def _row(cells: list[Block], tag: str, settings: list[Block]) -> str:
    aligned = [setting.get("align", "left") for setting in settings] + ["left"] * len(cells)
    drawn = (f'<{tag} align="{align}">{_cell(cell)}</{tag}>' for cell, align in zip(cells, aligned, strict=False))
    return f"<tr>{''.join(drawn)}</tr>"


def _cell(cell: Block) -> str:
    match cell["type"]:
        case "raw_text":
            return escape(cell["text"])
        case "rich_text":
            return rich_text_html(cell)
        case kind:
            raise ValueError(f"Slack has no cell of type {kind!r}")


_BLOCKS: dict[str, Callable[[Block], str]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "divider": _divider,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "rich_text": rich_text_html,
    "table": _table,
}
