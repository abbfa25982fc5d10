"""arXiv ids in citations: `arXiv preprint arXiv:2307.09288`, `CoRR, abs/2307.09288`."""

from __future__ import annotations

import re

from bot.domain.identifiers import Identifiers, arxiv_id
from bot.domain.text import normalized

_LONGEST = 300  # characters; journal names are shorter
_NUMBER = r"(?:(?:0[7-9]|1[0-4])\d{2}\.\d{4}|\d{4}\.\d{5}|[a-z][a-z-]{1,20}(?:\.[a-z]{2})?/\d{7})"
_CITED = re.compile(rf"(?<![\w/])(?:arxiv[:/ ] ?(?:abs/)?|abs/)({_NUMBER})(?:v\d{{1,3}})?(?![\d/])", re.IGNORECASE)
_AROUND = re.compile(
    r"arxiv|e-?prints?|preprints?|corr|available|at|\[[\w.\- ]*\]|\(?\d{4}\)?|[^\w\[\]]", re.IGNORECASE
)
_OLD_NUMBER = re.compile(r"\d{7}")
_ARCHIVE = re.compile(r"[a-z][a-z-]{1,20}(?:\.[A-Za-z]{2})?")


def ids_cited(text: str) -> Identifiers:
    """Return the arXiv id in the name of a journal or a volume; empty if there is none."""
    match = _CITED.search(normalized("NFKC", text[:_LONGEST]))
    return Identifiers(arxiv=arxiv_id(match[1])) if match else Identifiers()


def is_citation(text: str) -> bool:
    """Return whether a text is nothing but a reference to arXiv."""
    plain = normalized("NFKC", text[: _LONGEST + 1])
    match = _CITED.search(plain) if len(plain) <= _LONGEST else None
    return match is not None and not _AROUND.sub("", plain[: match.start()] + " " + plain[match.end() :])


def old_arxiv_id(number: str, archive: str) -> str:
    """Return a number from before 2007 with its archive as an id; any other number is returned unchanged."""
    is_old_id = _OLD_NUMBER.fullmatch(number.strip()) and _ARCHIVE.fullmatch(archive.strip())
    return f"{archive.strip()}/{number.strip()}" if is_old_id else number
