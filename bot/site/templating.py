"""Fills templates: Jinja2 with autoescape, so that no text of a paper becomes markup."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.i18n import Locale
from bot.site.inert import address, finalize
from bot.site.labels import labels
from bot.site.site import Site, root_of

_HERE = Path(__file__).parent
MENU = {"newest": "index.html", "editions": "editions/index.html", "browse": "browse.html", "about": "about.html"}
_LOCALES_OG = {"ja": "ja_JP", "en": "en_US"}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=True,
    )
    environment.filters["address"] = address
    return environment


def fill(template: str, **values: Any) -> str:
    """Return a template filled with values."""
    return _environment().get_template(template).render(values)


def page(site: Site, locale: Locale, template: str, path: str, **values: Any) -> tuple[str, str]:
    """Return a page of a language: its path within the site, and its text.

    Templates write links to pages of the same language as `home` + path, to files all languages share as `top` + path.
    """
    whole_path = site.folder(locale) + path
    other = next(each for each in site.locales if each != locale)
    home, top = root_of(path), root_of(whole_path)
    frame = {
        "site": site,
        "locale": locale,
        "label": labels(locale),
        "home": home,
        "top": top,
        "path": path,
        "url": site.absolute(whole_path),
        "other": {
            "lang": other,
            "href": f"{top}{site.folder(other)}{path}",
            "url": site.absolute(site.folder(other) + path),
        },
        "first": {"lang": site.locales[0], "url": site.absolute(path)},
        "og_locale": _LOCALES_OG[locale],
    }
    menu = path if path in MENU.values() else ""
    fragments = {name: _fragment(site, locale, name, home, top, menu) for name in ("header", "footer")}
    return whole_path, fill(template, **frame, **fragments, **values)


def _fragment(site: Site, locale: Locale, name: str, home: str, top: str, path: str) -> Markup:
    """Return what all pages of a language have in common at their head or foot; it is filled once per folder."""
    key = (locale, name, home, top, path)
    if key not in site.fragments:
        text = fill(f"{name}.html", label=labels(locale), home=home, top=top, path=path, menu=MENU, assets=site.assets)
        site.fragments[key] = Markup(text.strip())
    return site.fragments[key]


def design() -> str:
    """Return a fingerprint of all that pages are made with: templates, assets and program."""
    digest = blake2b(digest_size=9)
    for file in sorted(_HERE.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(file.relative_to(_HERE).as_posix().encode() + file.read_bytes())
    for file in sorted((_HERE.parent / "i18n/locales").rglob("*.mo")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
