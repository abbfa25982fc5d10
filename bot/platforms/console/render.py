"""Cards, editions and lists as rendered in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.domain.card import Card, card_of, tags_line
from bot.domain.dates import PaperDate
from bot.domain.digest import Edition, explain, feeds_line, follow_ups_title
from bot.domain.paper import Paper
from bot.domain.query import parse_query
from bot.domain.text import clip
from bot.i18n import Locale, NameCommand, t, tn
from bot.platforms.console.wrap import wrap
from bot.services.papers.results import Result, Results

_WIDEST, _NARROWEST = 100, 24
_FRAME = 4


def width_of(console: Console) -> int:
    """Return the width of a card in cells."""
    return max(_NARROWEST, min(console.width, _WIDEST))


def card(paper: Paper, locale: Locale, width: int, number: int | None = None) -> RenderableType:
    """Render one paper, `width` cells wide."""
    content, inner = card_of(paper, locale), width - _FRAME
    parts = [_lines(content.heading, inner, "bold"), _lines(content.subtitle or "", inner, "italic")]
    parts += [_lines("\n".join(content.warnings), inner, "bold red")]
    parts += [_facts(content, inner), _lines("\n".join(content.updates), inner, "magenta")]
    parts += [_spaced(_lines(content.comment or "", inner, ""))]
    parts += [_spaced(_indented(content.excerpt or "", inner))]
    parts += [_spaced(_links(content, inner)), _lines(tags_line(content.tags), inner, "green")]
    return Panel(
        Group(*(part for part in parts if part.plain)),
        title=Text(str(number), style="bold") if number else None,
        title_align="left",
        subtitle=Text(clip(content.footer, max(4, inner // 2 - 2)), style="dim"),
        subtitle_align="right",
        box=box.ROUNDED,
        border_style="red" if content.warnings else "blue",
        width=width,
    )


def edition(edition: Edition, zone: ZoneInfo, width: int, name_command: NameCommand) -> RenderableType:
    """Render an edition: its opening, then a card for each paper."""
    locale = edition.locale
    day = edition.composed_at.astimezone(zone).date()
    date = PaperDate(day.year, day.month, day.day).text(locale)
    parts: list[RenderableType] = [
        Text(t(locale, "📮 論文だより no. {number}", number=edition.number), style="bold magenta"),
        Text(date, style="cyan"),
        _lines(explain(edition, name_command), width, ""),
        *([_lines(line, width, "dim")] if (line := feeds_line(edition)) else []),
    ]
    parts += [card(paper, locale, width, n) for n, paper in enumerate(edition.papers, 1)]
    if edition.remaining:
        more = tn(
            locale,
            "{n} more paper will be in the next edition.",
            "{n} more papers will be in the next edition.",
            edition.remaining,
        )
        parts.append(_lines(more, width, "dim"))
    if edition.follow_ups:
        parts.append(Text(follow_ups_title(locale), style="bold magenta"))
    for each in edition.follow_ups:
        line = f"{each.update.mark} {each.paper.heading}: {each.update.text(locale)}"
        parts.append(_lines(line, width, "bold red" if each.update.is_warning else ""))
    return Group(*parts)


def results(results: Results, locale: Locale, width: int, offset: int = 0) -> RenderableType:
    """Render search results: the card of a single one, a numbered list, or what is near if there are none."""
    if not results.results:
        return _nothing(results, locale, width)
    hint = [_lines(text, width, "yellow")] if (text := results.hint(locale)) else []
    if results.total == 1:
        return Group(*hint, card(results.results[0].paper, locale, width))
    head = tn(locale, "{n} paper", "{n} papers", results.total)
    page = t(
        locale, "{first}-{last} of {total}", first=offset + 1, last=offset + len(results.results), total=results.total
    )
    order = t(locale, "last added first") if parse_query(results.query).is_empty else ""
    head = " ・ ".join(filter(None, [head if results.total == len(results.results) else page, order]))
    parts = [Text(head, style="cyan")]
    return Group(*hint, *parts, *_rows(results.results, locale, width, offset))


def _nothing(results: Results, locale: Locale, width: int) -> RenderableType:
    parts = [_lines(t(locale, "No paper was found for “{query}”.", query=clip(results.query, 60)), width, "yellow")]
    if results.near:
        parts.append(Text(t(locale, "These come close:"), style="cyan"))
    return Group(*parts, *_rows(results.near, locale, width, 0))


def _rows(results: Sequence[Result], locale: Locale, width: int, offset: int) -> list[Text]:
    rows = []
    for n, result in enumerate(results, offset + 1):
        paper = result.paper
        heading = wrap(paper.heading, width - 4)
        row = Text().append(f"{n:>3} ", style="bold blue")
        row.append("\n    ".join(heading), style="bold")
        title = paper.title if paper.headline else ""
        facts = [result.reason(locale), paper.date.text(locale) if paper.date else "", title, paper.id]
        row.append("\n    " + "\n    ".join(wrap(" ・ ".join(fact for fact in facts if fact), width - 4)), style="dim")
        rows.append(row)
    return rows


def _lines(text: str, width: int, style: str) -> Text:
    return Text("\n".join(wrap(text, width)), style=style) if text else Text()


def _spaced(text: Text) -> Text:
    return Text("\n").append_text(text) if text.plain else text


def _indented(text: str, width: int) -> Text:
    return Text("\n".join("│ " + line for line in wrap(text, width - 2)), style="dim") if text else Text()


def _facts(content: Card, width: int) -> Text:
    """Render the facts, with line breaks between facts where possible."""
    lines: list[str] = []
    for fact in content.facts:
        joined = f"{lines[-1]} ・ {fact}" if lines else fact
        if lines and cell_len(joined) > width:
            lines.append(fact)
        else:
            lines[-1:] = [joined]
    return _lines("\n".join(lines), width, "cyan")


def _links(content: Card, width: int) -> Text:
    """Render the links with their addresses in one column; a long address goes below its label."""
    lines = Text()
    labels = [clip(link.name, 20) for link in content.links]
    column = max(map(cell_len, labels), default=0) + 2
    for n, (label, link) in enumerate(zip(labels, content.links, strict=True)):
        fits = column + cell_len(link.url) <= width
        address = link.url if fits else "\n  ".join(wrap(link.url, width - 2))
        lines.append("\n" if n else "").append(label, style="yellow")
        lines.append(" " * (column - cell_len(label)) if fits else "\n  ").append(address, style="blue")
    return lines
