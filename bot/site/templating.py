"""Fills templates: what all pages of a language and folder have in common is filled once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup, escape

from bot.i18n import Locale
from bot.site.jinja_environment import template
from bot.site.labels import labels
from bot.site.site import Site, root_of

_HERE = Path(__file__).parent
MENU = {"newest": "index.html", "editions": "editions/index.html", "browse": "browse.html", "about": "about.html"}
_MADE_WITH = ("site", "formats", "domain", "i18n")
_DERIVED = (".pyc", ".po")
_LOCALES_OG = {"ja": "ja_JP", "en": "en_US"}


def fill(file: str, **values: Any) -> str:
    """Return a template filled with values."""
    return template(file).render(values)


def part(file: str, **values: Any) -> Markup:
    """Return a template filled with values, as a part of a page."""
    return Markup(fill(file, **values))


def page(site: Site, locale: Locale, file: str, path: str, top: str | None = None, **values: Any) -> tuple[str, str]:
    """Return a page of a language: its path within the site, and its text.

    Templates write links to pages of the same language as `home` + path, to files all languages share as `top` + path.
    Both are relative to the page, unless `top` says where the site begins; then the page's other language is the front.
    """
    whole_path = site.folder(locale) + path
    home, way_up = (root_of(path), root_of(whole_path)) if top is None else (top + site.folder(locale), top)
    frame = _frame(site, locale, home, way_up, path if path in MENU.values() else "")
    other_path = site.folder(frame["other_locale"]) + (path if top is None else MENU["newest"])
    addresses = {
        "url": site.absolute(whole_path),
        "other_href": f"{frame['top']}{other_path}",
        "other_url": site.absolute(other_path),
        "first_url": site.absolute(path),
    }
    return whole_path, template(file).render({**frame, **addresses, **values})


def _frame(site: Site, locale: Locale, home: str, top: str, menu_path: str) -> Mapping[str, Any]:
    """Return what all pages of a language have in common; it is filled once per folder."""
    key = (locale, home, top, menu_path)
    if key not in site.frames:
        shared = {
            "locale": locale,
            "label": _words(locale),
            "home": home,
            "top": top,
            "assets": site.assets,
            "og_locale": _LOCALES_OG[locale],
        }
        parts = {
            name: part(f"{name}.html", **shared, path=menu_path, menu=MENU).strip()
            for name in ("head", "header", "footer")
        }
        other = next(each for each in site.locales if each != locale)
        site.frames[key] = {**shared, **parts, "other_locale": other}
    return site.frames[key]


@cache
def _words(locale: Locale) -> SimpleNamespace:
    """Return the words of the interface, escaped already."""
    return SimpleNamespace(**{name: escape(text) for name, text in labels(locale).items()})


def design() -> str:
    """Return a fingerprint of all that pages are made with: templates, assets, sentences and program."""
    digest = blake2b(digest_size=9)
    for file in (file for folder in _MADE_WITH for file in sorted((_HERE.parent / folder).rglob("*"))):
        if file.suffix not in _DERIVED and file.is_file():
            digest.update(file.relative_to(_HERE.parent).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()
