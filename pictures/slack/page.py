"""Slack's surfaces as pages in Japanese: a channel, a thread, a modal and an app's home."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

from pictures.slack.blocks import blocks_html
from pictures.slack.mrkdwn import text_html, to_html

Theme = Literal["light", "dark"]

_STYLE = Path(__file__).with_name("style.css")
_APP, _PERSON = "論文だより", "みどり"
_ICON = '<span class="avatar app">📮</span>'
_EYE = (
    '<svg viewBox="0 0 20 20"><path d="M1.5 10C3 6.5 6 4.5 10 4.5s7 2 8.5 5.5C17 13.5 14 15.5 10 15.5S3 13.5 1.5 10z"/>'
    '<circle cx="10" cy="10" r="2.5"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Post:
    """A message with its context: who wrote it, who sees it, and the previews of its links (`unfurls`)."""

    payload: dict[str, Any]
    time: str
    is_private: bool = False
    is_by_person: bool = False
    unfurls: tuple[dict[str, Any], ...] = ()


def channel(posts: Iterable[Post], *, theme: Theme = "light", is_phone: bool = False) -> str:
    """Return the page of a channel."""
    drawn = "".join(_post(post) for post in posts)
    return _page(f'<header># 論文</header><main class="messages">{drawn}</main>', theme, is_phone)


def thread(first: Post, replies: list[Post], *, theme: Theme = "light", is_phone: bool = False) -> str:
    """Return the page of a thread."""
    drawn = "".join(_post(reply) for reply in replies)
    count = f'<div class="count">{len(replies)}件の返信</div>'
    head = "<header>スレッド<small># 論文</small></header>"
    return _page(f'{head}<main class="messages">{_post(first)}{count}{drawn}</main>', theme, is_phone)


def modal(view: dict[str, Any], *, theme: Theme = "light", is_phone: bool = False) -> str:
    """Return the page of a modal."""
    buttons = "".join(
        f'<span class="button {style}">{text_html(view[name])}</span>'
        for name, style in (("close", ""), ("submit", "primary"))
        if name in view
    )
    foot = f"<footer>{buttons}</footer>" if buttons else ""
    head = f'<header>{_ICON}<span>{text_html(view["title"])}</span><span class="close">✕</span></header>'
    content = f'<div class="blocks">{blocks_html(view["blocks"])}</div>'
    return _page(f'<main class="behind"><div class="modal">{head}{content}{foot}</div></main>', theme, is_phone)


def home(view: dict[str, Any], *, theme: Theme = "light", is_phone: bool = False) -> str:
    """Return the page of the app's home."""
    tabs = "<nav><b>ホーム</b><span>メッセージ</span><span>ワークスペース情報</span></nav>"
    content = f'<main class="home"><div class="blocks">{blocks_html(view["blocks"])}</div></main>'
    return _page(f"<header>{_ICON}{_APP}</header>{tabs}{content}", theme, is_phone)


def _page(content: str, theme: Theme, is_phone: bool) -> str:
    return (
        f'<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>Slack</title>'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        f'<body class="{theme} {"phone" if is_phone else "desktop"}" data-ready="">{content}</body></html>'
    )


def _post(post: Post) -> str:
    private = f'<div class="private">{_EYE}あなただけに表示されています</div>' if post.is_private else ""
    name, badge, avatar = (_PERSON, "", '<span class="avatar">緑</span>')
    if not post.is_by_person:
        name, badge, avatar = _APP, '<span class="badge">アプリ</span>', _ICON
    return (
        f'<div class="post{" is-private" if post.is_private else ""}">{private}{avatar}<div class="content">'
        f'<div class="sender"><b>{name}</b>{badge}<span class="time">{escape(post.time)}</span></div>'
        f"{_content(post.payload)}{''.join(_unfurl(each) for each in post.unfurls)}</div></div>"
    )


def _content(payload: dict[str, Any]) -> str:
    """Return a message's blocks, or its text if it has none."""
    if payload.get("blocks"):
        return f'<div class="blocks">{blocks_html(payload["blocks"])}</div>'
    return f'<div class="text">{to_html(payload["text"])}</div>'


def _unfurl(unfurl: dict[str, Any]) -> str:
    return (
        f'<div class="unfurl"><div class="blocks">{blocks_html(unfurl["blocks"])}</div>'
        f'<div class="added">{_ICON}{_APP}</div></div>'
    )
