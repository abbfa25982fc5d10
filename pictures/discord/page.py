"""Messages as a page of web components that looks like Discord in Japanese, in the dark theme."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pictures.discord.markdown import to_html, to_plain

_STYLE = Path(__file__).with_name("style.css")
_AVATAR = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#3f6fb5"/>'
    '<text x="20" y="27" font-size="20" text-anchor="middle">📮</text></svg>'
)
_ASKER = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="#b5633f"/></svg>'
)
# The components apply their own styles after ours and are in English; this is the text of Discord in Japanese.
_WHEN_DRAWN = """
const parts = () => [...document.querySelectorAll("*")].filter((each) => each.localName.startsWith("discord-"));
while (!parts().every((each) => each.classList.contains("hydrated"))) await new Promise((on) => setTimeout(on, 20));
document.head.append(document.getElementById("today"));
const say = (selector, text) => document.querySelectorAll(selector).forEach((found) => { found.textContent = text; });
say(".discord-application-tag", "アプリ");
say(".discord-message-timestamp", document.body.dataset.time);
document.querySelectorAll(".discord-executed-command").forEach((found) => {
  found.childNodes.forEach((node) => { if (node.nodeValue === " used ") node.nodeValue = "が"; });
  found.append("を使用しました");
});
document.querySelectorAll(".discord-message-ephemeral").forEach((found) => {
  for (const node of found.childNodes)
    if (node.nodeValue?.startsWith("Only")) node.nodeValue = "これらはあなただけに表示されています • ";
});
say(".discord-message-ephemeral-link", "これらのメッセージを削除する");
await document.fonts.ready;
document.body.dataset.ready = "";
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message's payload and its context: `asked` is the command that it answers privately."""

    payload: dict[str, Any]
    asked: str | None = None


def page(messages: list[Shown], time: str, *, is_phone: bool) -> str:
    """Return the page; it is ready when its body has the attribute `data-ready`."""
    drawn = "".join(_message(shown) for shown in messages)
    return f"""<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>Discord</title>
<meta name="viewport" content="width=device-width">
<script type="module" src="/core/derockdev-discord-components-core.esm.js"></script></head>
<body class="{"phone" if is_phone else "desktop"}" data-time="{escape(time)}">
<discord-messages>{drawn}</discord-messages>
<style id="today">{_STYLE.read_text(encoding="utf-8")}</style>
<script type="module">{_WHEN_DRAWN}</script></body></html>"""


def _message(shown: Shown) -> str:
    payload = shown.payload
    question = ""
    if shown.asked:
        question = (
            f'<discord-command slot="reply" author="みどり" avatar="{_ASKER}" command="/{escape(shown.asked)}">'
            "</discord-command>"
        )
    content = f'<div class="md">{to_html(payload["content"])}</div>' if payload.get("content") else ""
    embeds = "".join(_embed(embed) for embed in payload.get("embeds", ()))
    rows = "".join(_row(row) for row in payload.get("components", ()))
    return (
        f'<discord-message author="論文だより" bot avatar="{_AVATAR}"{" ephemeral" if shown.asked else ""}>{question}'
        f"{content}{embeds}" + (f'<div slot="components">{rows}</div>' if rows else "") + "</discord-message>"
    )


def _embed(embed: dict[str, Any]) -> str:
    title = f' embed-title="{escape(to_plain(embed["title"]))}"' if "title" in embed else ""
    url = f' url="{escape(embed["url"])}"' if "url" in embed else ""
    footer = ""
    if "footer" in embed:
        text = escape(embed["footer"]["text"])
        footer = f'<discord-embed-footer slot="footer"><span>{text}</span></discord-embed-footer>'
    return (
        f'<discord-embed slot="embeds" color="#{embed["color"]:06x}"{title}{url}>'
        f'<discord-embed-description slot="description"><div class="md">{to_html(embed["description"])}</div>'
        f"</discord-embed-description>{footer}</discord-embed>"
    )


def _row(row: dict[str, Any]) -> str:
    return f"<discord-action-row>{''.join(_component(each) for each in row['components'])}</discord-action-row>"


def _component(component: dict[str, Any]) -> str:
    if component["type"] == 3:
        return f'<div class="menu"><span>{escape(component["placeholder"])}</span><span>⌄</span></div>'
    emoji = (component.get("emoji") or {}).get("name", "")
    kinds = {1: "primary", 2: "secondary", 3: "success", 4: "destructive"}
    disabled = " disabled" if component.get("disabled") else ""
    label = escape(f"{emoji} {component['label']}".strip())
    return f'<discord-button type="{kinds[component["style"]]}"{disabled}>{label}</discord-button>'
