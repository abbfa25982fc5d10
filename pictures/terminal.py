"""The terminal's output as a page: rich's own SVG, in a font whose Japanese is twice as wide as its Latin."""

from __future__ import annotations

import io
import re
from html import unescape

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bot.domain.dates import parse_date
from bot.domain.digest import Edition
from bot.domain.errors import DateError
from bot.domain.paper import Paper
from bot.i18n import t
from bot.platforms.console import render
from bot.platforms.console.reports import prompt_name
from pictures.album import Album
from pictures.moment import ZONE

_COLUMNS, _WIDTH = 80, 824
_WRONG_DATE = "2023-13-40"
_HALF_WIDTH = 0.5  # width of a Latin letter in Noto Sans Mono CJK, relative to its height
_HEIGHT = 20  # of a letter, in rich's SVG
# The Japanese font draws frames as wide as kanji; a terminal draws them half as wide and without gaps.
_STYLE = """
@font-face { font-family: Frames; src: local("DejaVu Sans Mono"), local("Noto Sans Mono"); size-adjust: 106%;
  unicode-range: U+2500-257F; }
body { margin: 0; background: #292929; } svg { display: block; width: 100%; }
"""
_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_TEXT = re.compile(r'textLength="[\d.]+"([^>]*)>([^<]*)</text>')


async def draw(album: Album, edition: Edition, papers: list[Paper]) -> None:
    """Save the terminal's pictures."""
    retnet = next(paper for paper in papers if paper.id == "retnet")
    for name, page, scale in (
        ("terminal", _ran(edition), 1),
        ("terminal-paper", _answered(retnet), 1.5),
        ("terminal-aborted", _aborted(retnet), 1),
        ("terminal-refused", _refused(retnet), 1),
    ):
        await album.save(name, page, _WIDTH, scale, ".terminal")


def _ran(edition: Edition) -> str:
    """Return the page with the output of `dayori run`."""
    console = _console()
    console.print(Text("$ make run", style="dim"))
    console.print(render.edition(edition, ZONE, render.width_of(console), prompt_name))
    return _page(console)


def _answered(paper: Paper) -> str:
    """Return the page with the answer to a look-up."""
    console = _console()
    console.print(_typed("/paper RetNet"))
    console.print(render.card(paper, "ja", render.width_of(console)))
    return _page(console)


def _aborted(paper: Paper) -> str:
    """Return the page of a removal that Ctrl-C stops at its question."""
    console = _console()
    console.print(_typed("/removepaper retnet"))
    console.print(render.card(paper, "ja", render.width_of(console)))
    console.print(Text(f"{t('ja', 'Remove this paper?')} [y/N] ").append("^C", style="dim"))
    console.print(Text(t("ja", "Stopped; nothing was changed."), style="yellow"))
    console.print(_typed(""))
    return _page(console)


def _refused(paper: Paper) -> str:
    """Return the page of an edit whose invalid date is asked for again."""
    console = _console()
    console.print(_typed("/editpaper retnet"))
    console.print(Text(f"  {t('ja', 'Title')}: {paper.title}"))
    console.print(Text(f"  {t('ja', 'Headline')}: {paper.headline}"))
    console.print(Text(f"  {t('ja', 'Date')}: {_WRONG_DATE}"))
    try:
        parse_date(_WRONG_DATE)
    except DateError as error:
        console.print(Text(error.text("ja"), style="yellow"))
    console.print(Text(f"  {t('ja', 'Date')}: {_WRONG_DATE}"))
    return _page(console)


def _typed(line: str) -> Text:
    return Text().append("dayori> ", style="bold").append(line)


def _console() -> Console:
    return Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, highlight=False)


def _page(console: Console) -> str:
    svg = _FACES.sub("", console.export_svg(title="dayori", font_aspect_ratio=_HALF_WIDTH))
    svg = svg.replace("Fira Code", "Frames, Noto Sans Mono CJK JP").replace("font-variant-east-asian: full-width;", "")
    svg = _TEXT.sub(_in_cells, svg)
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style>'
        f'<body data-ready=""><div class="terminal">{svg}</div></body>'
    )


def _in_cells(match: re.Match[str]) -> str:
    """Correct the length of a run of text: rich counts characters, and a Japanese one takes two cells."""
    length = cell_len(unescape(match[2])) * _HEIGHT * _HALF_WIDTH
    return f'textLength="{length:g}" lengthAdjust="spacingAndGlyphs"{match[1]}>{match[2]}</text>'
