"""Converts names between our form and that of reference managers: family name, given name and suffix."""

from __future__ import annotations

import re
from typing import NamedTuple

# Chinese, Japanese and Korean names put the family name first.
_EAST_ASIAN = re.compile(r"[々ぁ-ヿ㐀-䶿一-鿿가-힣ㄱ-ㆎ]+")
_ORGANISATION = re.compile(
    r"\b(?:Collaboration|Consortium|Team|Group|Labs?|Laboratory|University|Institute|Research|Inc\.?|AI)$"
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|2nd|3rd|4th|ph\.?d|m\.?d|esq)\.?", re.IGNORECASE)
_KNOWN_NAME = re.compile(
    r"University|Research|Institute|Laborator|Labs?\b|College|Google|Meta\b|Microsoft|OpenAI|DeepMind|NVIDIA|Apple|"
    r"Amazon|Anthropic|Inc\b|Corp",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[,;、，；]|\s(?:and|&)\s", re.IGNORECASE)
_OTHERS = re.compile(r"(?:他|ほか)[\s\d]*[名人]?|et\s?al\.?|others|…|\.\.\.", re.IGNORECASE)
_AND_OTHERS = re.compile(r"(?:\s(?:et al\.?|…|他|ほか)|ら)$")
_AFFILIATION = re.compile(r"[(（][^()（）]*[)）]$")
_FIRM = re.compile(r"(?:inc|ltd|llc|llp|co|corp|gmbh|ag|s\.?a|plc|k\.?k|pty|b\.?v)\.?", re.IGNORECASE)


class Parts(NamedTuple):
    """A person's name in parts."""

    family: str
    given: str
    suffix: str = ""


def is_known_organisation(name: str) -> bool:
    """Return whether a name contains a word that is typical of organisations."""
    return _KNOWN_NAME.search(name) is not None


def names_in(text: str) -> list[str]:
    """Return the people in a list: `山田太郎、鈴木花子 他`, `Yutao Sun, Li Dong and others`."""
    names: list[str] = []
    for part in _BETWEEN.split(text):
        name = _AND_OTHERS.sub("", _AFFILIATION.sub("", part.strip()).strip()).strip()
        if _SUFFIX.fullmatch(name) and names and "," not in names[-1]:
            names[-1] += f", {name}"
        elif name and not _OTHERS.fullmatch(name):
            names.append(name)
    return names


def joined(family: str, given: str = "", suffix: str = "") -> str:
    """Return a name in our form: `Donald E. Knuth`, `Martin King, Jr.`, `山田 太郎`."""
    parts = (family, given) if _EAST_ASIAN.fullmatch(family) else (given, family)
    name = " ".join(part for each in parts if (part := each.strip()))
    return f"{name}, {suffix.strip()}" if suffix.strip() else name


def parted(name: str) -> Parts | None:
    """Return a name's parts; None for one that `joined` would not restore (one word, an organisation)."""
    bare, _, suffix = name.rpartition(", ") if ", " in name else (name, "", "")
    if "," in bare or " " not in bare or _ORGANISATION.search(bare) or (suffix and not _SUFFIX.fullmatch(suffix)):
        return None
    first, rest = bare.split(" ", 1)
    body, last = bare.rsplit(" ", 1)
    parts = Parts(first, rest, suffix) if _EAST_ASIAN.fullmatch(first) else Parts(last, body, suffix)
    return parts if joined(*parts) == name else None


def from_inverted(text: str, *, suffix_last: bool = False) -> str:
    """Return the name in `Knuth, Donald E.`; with a suffix, `King, Jr., Martin` or `King, Martin, Jr.`.

    A company is not a person: `Google, Inc.` stays unchanged.
    """
    family, *rest = [part.strip() for part in text.split(",", 2)]
    if rest and _FIRM.fullmatch(rest[-1]):
        return ", ".join((family, *rest))
    given, suffix = [*rest, "", ""][:2] if suffix_last or len(rest) < 2 else reversed(rest)
    if _SUFFIX.fullmatch(given) and not _SUFFIX.fullmatch(suffix):  # some programs swap the two
        given, suffix = suffix, given
    return joined(family, given, suffix)
