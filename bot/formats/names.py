"""People's names between how we keep them and how reference managers do: family and given name apart."""

from __future__ import annotations

import re

# Chinese, Japanese and Korean names are said family first.
_EAST_ASIAN = re.compile(r"[々ぁ-ヿ㐀-䶿一-鿿가-힣ㄱ-ㆎ]+")
_ORGANISATION = re.compile(
    r"\b(?:Collaboration|Consortium|Team|Group|Labs?|Laboratory|University|Institute|Research|Inc\.?|AI)$"
)


def joined(family: str, given: str = "", suffix: str = "") -> str:
    """Return a name as we keep it: `Donald E. Knuth`, `Martin King, Jr.`, `山田 太郎`."""
    parts = (family, given) if _EAST_ASIAN.fullmatch(family) else (given, family)
    name = " ".join(part for each in parts if (part := each.strip()))
    return f"{name}, {suffix.strip()}" if suffix.strip() else name


def parted(name: str) -> tuple[str, str] | None:
    """Return (family, given), or None for a name that `joined` would not give back: one word, an organisation."""
    if "," in name or " " not in name or _ORGANISATION.search(name):
        return None
    first, rest = name.split(" ", 1)
    body, last = name.rsplit(" ", 1)
    family, given = (first, rest) if _EAST_ASIAN.fullmatch(first) else (last, body)
    return (family, given) if joined(family, given) == name else None


def from_inverted(text: str, *, suffix_last: bool = False) -> str:
    """Return the name that `Knuth, Donald E.` says; with a suffix, `King, Jr., Martin` or `King, Martin, Jr.`."""
    family, *rest = [part.strip() for part in text.split(",", 2)]
    if suffix_last or len(rest) < 2:
        return joined(family, *rest)
    return joined(family, rest[1], rest[0])
