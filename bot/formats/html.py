"""A self-contained HTML page of a collection, to put on any server or to send as a file."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from bot.domain.paper import Paper
from bot.formats.markdown import NAME, facts_of, links_of, title_of, updates_of

_URL = re.compile(r"(https?://[^\s<>\u3000-\u303f\uff00-\uffef]+)")
_STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5b6675; --line: #e3e7ee; --paper: #fff; --ground: #f5f6f9;
  --link: #1f5fbf }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #9aa5b5; --line: #2d3542; --paper: #1b212b; --ground: #12161d; --link: #8ab4f8 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere; -webkit-text-size-adjust: 100%;
  font: 16px/1.75 system-ui, "Hiragino Sans", "Noto Sans JP", "Yu Gothic", sans-serif }
main { max-width: 44rem; margin: 0 auto; padding: 1.25rem .9rem 3rem }
h1 { font-size: 1.3rem; margin: .25rem .25rem 1rem }
article { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.1rem;
  margin: 0 0 .9rem }
h2 { font-size: 1.1rem; line-height: 1.5; margin: 0 }
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
p { margin: .6rem 0 0; white-space: pre-line }
.title { font-size: .95rem; font-weight: 600 }
.updates { font-weight: 600 }
.facts, .tags, .updates { font-size: .85rem; color: var(--soft) }
blockquote { margin: .7rem 0 0; padding-left: .8rem; border-left: 3px solid var(--line); color: var(--soft);
  font-size: .9rem; white-space: pre-line }
nav { display: flex; flex-wrap: wrap; gap: .3rem .5rem; margin-top: .8rem; font-size: .9rem }
nav a { border: 1px solid var(--line); border-radius: 1rem; padding: .15rem .8rem }
"""


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write the page; it loads nothing from outside and runs no script."""
    yield (
        '<!doctype html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{NAME}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>📮 {NAME}</h1>\n"
    )
    count = 0
    for paper in papers:
        count += 1
        yield f"{article(paper)}\n"
    yield f'<p class="facts">{count} 本</p>\n</main>\n</body>\n</html>\n'


def article(paper: Paper) -> str:
    """Return one paper as an `article` element."""
    return f'<article id="{_escaped(paper.id)}">\n' + "\n".join(_parts(paper)) + "\n</article>"


def _parts(paper: Paper) -> Iterator[str]:
    heading = _escaped(paper.heading)
    yield f"<h2>{_anchor(paper.url, heading) if paper.url else heading}</h2>"
    if paper.headline:
        yield f'<p class="title" lang="en">{_escaped(paper.title)}</p>'
    if facts := facts_of(paper):
        yield f'<p class="facts">{_escaped(" ・ ".join(facts))}</p>'
    if paper.updates:
        yield f'<p class="updates">{_escaped(chr(10).join(updates_of(paper)))}</p>'
    if paper.comment:
        yield f"<p>{_linked(paper.comment)}</p>"
    if paper.excerpt:
        yield f"<blockquote>{_linked(paper.excerpt)}</blockquote>"
    if links := links_of(paper):
        yield "<nav>" + " ".join(_anchor(link.url, _escaped(link.name), title_of(link)) for link in links) + "</nav>"
    if paper.tags:
        yield f'<p class="tags">{_escaped(" ".join(f"#{tag}" for tag in paper.tags))}</p>'


def _anchor(url: str, content: str, title: str = "") -> str:
    attribute = f' title="{_escaped(title)}"' if title else ""
    return f'<a href="{_escaped(url)}" rel="noopener noreferrer"{attribute}>{content}</a>'


def _linked(text: str) -> str:
    """Return the text with its addresses as links."""
    return "".join(
        _anchor(part, _escaped(part)) if n % 2 else _escaped(part) for n, part in enumerate(_URL.split(text))
    )


def _escaped(text: str) -> str:
    return html.escape(text.replace("\ufffe", "").replace("\uffff", ""))
