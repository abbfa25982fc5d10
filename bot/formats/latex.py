r"""Converts LaTeX in bibliographies (`{\"o}`, `\&`, `{RNA}`) to plain text and back."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

_COMBINING = "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0323\u0331\u0328\u030a"
_ACCENTS = dict(zip("`'^\"~=.uvHcdbkr", _COMBINING, strict=True))
_NAMED = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ss": "ß",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "i": "ı",
    "j": "ȷ",
    "dots": "…",
    "ldots": "…",
    "textendash": "–",
    "textemdash": "—",
    "par": "\n\n",
    "url": "",
    "href": "",
    "emph": "",
    "mbox": "",
    "ensuremath": "",
    "protect": "",
    "operatorname": "",
    "left": "",
    "right": "",
}
_STYLE = re.compile(
    r"text[a-z]{2}|math[a-z]{2,4}|it|bf|rm|sf|tt|sc|sl|em|(?:it|bf|rm|sc|sl)(?:shape|series|family)|tiny|small|large|"
    r"text|textnormal|textsubscript|textsuperscript|nocase|uppercase|lowercase"
)
_TOKEN = re.compile(
    r"""(?P<line>\\newline(?![A-Za-z])\n? | \\\\\n?)
      | \\(?P<mark>[`'^"~=.]|[uvHcdbkr](?![A-Za-z]))\s*+
        (?:\{\s*+\\?(?P<in>[^{}\\]?)\s*+\}|\\(?P<dotless>[ij])(?![A-Za-z])|(?P<on>[^\s{}\\]))
      | \\(?P<name>[A-Za-z]++)\*?[ \t]*+(?:\n[ \t]*+)?(?:\{\})?
      | \\(?P<char>[^A-Za-z])
      | (?P<paragraph>(?:(?<![ \t])[ \t]++)?\n[ \t]*+\n\s*+)
      | (?P<space>(?:(?<![ \t])[ \t]++)?\n[ \t]*+|~)
      | (?P<dash>---?) | (?P<open>``) | (?P<close>'')
      | (?P<brace>[{}])""",
    re.VERBOSE,
)
_MATH = re.compile(r"(?<!\\)\$(?=\S)([^$]+?)(?<=[^\s\\])\$(?!\d)")
_HREF = re.compile(r"\\href\s*\{[^{}]*\}")
_SPECIAL = re.compile(r"[\\{}$&%#_~^\n`'-]")
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{c: f"\\{c}" for c in "$&%#_"},
    }
)
_LINE_END = re.compile(r"(?<=\S)\n\n(?=\S)|\n")
_NOT_PLAIN = re.compile(r"[\\{}~^$&%#_\n@`]|--|''")  # one search instead of four passes over most texts
_ENTRY_START = re.compile(r"@(?=\w*[ \t]*[({;,、；，])")  # keywords put separators in braces


def decode(latex: str) -> str:
    """Return the text of LaTeX; an unknown command becomes its argument or its name."""
    if not _SPECIAL.search(latex):
        return latex
    return _TOKEN.sub(_plain, _HREF.sub("", _MATH.sub(r"\1", latex)))


def decode_verbatim(text: str) -> str:
    """Return an address or an id without braces and escapes."""
    return re.sub(
        r"\\(text[a-z]+)\{\}|\\url|\\([^A-Za-z])|[{}]|\s+", lambda m: _NAMED.get(m[1], "") if m[1] else m[2] or "", text
    )


def encode(text: str) -> str:
    """Return LaTeX that `decode` turns back into the text."""
    if not _NOT_PLAIN.search(text):
        return text
    safe = re.sub(r"(?:(?<=-)(?=-)|(?<=[`?!])(?=`)|(?<=')(?='))", "{}", text.translate(_ESCAPES))
    safe = _LINE_END.sub(lambda match: "\n\n" if len(match[0]) == 2 else "\\newline\n", safe)
    return _ENTRY_START.sub("{@}", safe)


def encode_verbatim(text: str) -> str:
    """Return an address or an id with TeX's special characters escaped; `decode_verbatim` reverses it."""
    return _ENTRY_START.sub("{@}", text.translate(_ESCAPES))


def _plain(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "line":
            return "\n"
        case "in" | "on" | "dotless":
            letter = match["in"] or match["on"] or match["dotless"] or ""
            return unicodedata.normalize("NFC", letter + _ACCENTS[match["mark"]]) if letter else ""
        case "name":
            return _symbol(match["name"], match.string.startswith("{", match.end()))
        case "char":
            return "" if match["char"] in "/,!;:-@" else match["char"]
        case "paragraph":
            return "\n\n"
    return {"---": "—", "--": "–", "``": "“", "''": "”", "{": "", "}": ""}.get(match[0], " ")


@lru_cache(maxsize=1024)
def _symbol(name: str, has_argument: bool) -> str:
    if name in _NAMED:
        return _NAMED[name]
    if _STYLE.fullmatch(name):
        return ""
    spec = _symbols().get_macro_spec(name)
    symbol = spec.simplify_repl if spec else None
    return symbol.strip() if isinstance(symbol, str) and "%" not in symbol else "" if has_argument else name


@cache
def _symbols() -> Any:
    from pylatexenc.latex2text import get_default_latex_context_db  # slow to import, and rarely needed

    return get_default_latex_context_db()
