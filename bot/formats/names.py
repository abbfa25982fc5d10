"""People's names between how we keep them and how reference managers do: family and given name apart."""

from __future__ import annotations

import re

# Chinese, Japanese and Korean names are said family first.
_EAST_ASIAN = re.compile(r"[々ぁ-ヿ㐀-䶿一-鿿가-힣ㄱ-ㆎ]+")
_ORGANISATION = re.compile(
    r"\b(?:Collaboration|Consortium|Team|Group|Labs?|Laboratory|University|Institute|Research|Inc\.?|AI)$"
)

_BETWEEN = re.compile(r"[,;、，；]|\s(?:and|&)\s", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV")
_OTHERS = re.compile(r"(?:他|ほか)[\s\d]*[名人]?|et\s?al\.?|others|…|\.\.\.", re.IGNORECASE)
_AND_OTHERS = re.compile(r"(?:\s(?:et al\.?|…|他|ほか)|ら)$")
_AFFILIATION = re.compile(r"[(（][^()（）]*[)）]$")


def names_in(text: str) -> list[str]:
    """Return the people that a line lists: `山田太郎、鈴木花子 他`, `Yutao Sun, Li Dong and others`."""
    names: list[str] = []
    for part in _BETWEEN.split(text):
        name = _AND_OTHERS.sub("", _AFFILIATION.sub("", part.strip()).strip()).strip()
        if _SUFFIX.fullmatch(name) and names:
            names[-1] += f", {name}"
        elif name and not _OTHERS.fullmatch(name):
            names.append(name)
    return names


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
