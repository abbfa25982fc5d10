"""The elements of Slack's blocks as HTML: buttons, menus, fields and images."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from pictures.slack.mrkdwn import text_html

Element = dict[str, Any]

_CHOOSE, _CHOOSE_DATE = "項目を選択する", "日付を選択する"  # Slack's own words where a payload has none


def element_html(element: Element) -> str:
    """Return an element. Raises ValueError for one of an unknown type."""
    draw = _ELEMENTS.get(element["type"])
    if draw is None:
        raise ValueError(f"Slack has no element of type {element['type']!r}")
    return draw(element)


def _button(element: Element) -> str:
    return f'<span class="button {element.get("style", "")}">{text_html(element["text"])}</span>'


def _overflow(element: Element) -> str:
    return '<span class="button overflow">⋯</span>'


def _select(element: Element) -> str:
    option = element.get("initial_option")
    return _menu(text_html(option["text"]) if option else _placeholder(element, _CHOOSE))


def _conversations_select(element: Element) -> str:
    is_chosen = "initial_conversation" in element or element.get("default_to_current_conversation")
    return _menu("# 論文" if is_chosen else _placeholder(element, _CHOOSE))


def _multi_select(element: Element) -> str:
    chips = "".join(
        f'<span class="chip">{text_html(option["text"])}<span>✕</span></span>'
        for option in element.get("initial_options", ())
    )
    return _menu(chips or _placeholder(element, _CHOOSE))


def _date(element: Element) -> str:
    chosen = escape(element.get("initial_date", ""))
    return f'<span class="menu date">{_CALENDAR}{chosen or _placeholder(element, _CHOOSE_DATE)}{_CHEVRON}</span>'


def _menu(content: str) -> str:
    return f'<span class="menu">{content}{_CHEVRON}</span>'


def _text_input(element: Element) -> str:
    value = escape(str(element.get("initial_value", "")))
    kind = "field area" if element.get("multiline") else "field"
    return f'<span class="{kind}">{value or _placeholder(element, "")}</span>'


def _choices(element: Element) -> str:
    one = element["type"] == "radio_buttons"
    initial = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    return "".join(_choice(option, option in initial, "radio" if one else "check") for option in element["options"])


def _choice(option: Element, is_chosen: bool, kind: str) -> str:
    hint = f"<small>{text_html(option['description'])}</small>" if "description" in option else ""
    box = f'<span class="{kind}{" chosen" if is_chosen else ""}"></span>'
    return f'<span class="choice">{box}<span>{text_html(option["text"])}{hint}</span></span>'


def _image(element: Element) -> str:
    return f'<img src="{escape(element["image_url"])}" alt="{escape(element["alt_text"])}">'


def _placeholder(element: Element, default: str) -> str:
    text = text_html(element["placeholder"]) if "placeholder" in element else escape(default)
    return f'<span class="placeholder">{text}</span>'


def _icon(path: str) -> str:
    return f'<svg viewBox="0 0 20 20"><path d="{path}"/></svg>'


_CHEVRON = _icon("M5 8l5 5 5-5")
_CALENDAR = _icon("M3.5 5.5h13v11h-13zM3.5 9h13M7 3v4M13 3v4")
_ELEMENTS: dict[str, Callable[[Element], str]] = {
    "button": _button,
    "overflow": _overflow,
    "static_select": _select,
    "external_select": _select,
    "conversations_select": _conversations_select,
    "multi_static_select": _multi_select,
    "multi_external_select": _multi_select,
    "datepicker": _date,
    "plain_text_input": _text_input,
    "url_text_input": _text_input,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "image": _image,
}
