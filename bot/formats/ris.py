"""RIS: the format of publishers' sites and older reference managers, with one `TAG  - value` per line.

N1 holds the comment, AB the excerpt, KW the tags. Fields that RIS lacks use its custom tags: C1 (headline), C2
(labelled links), C3 (ids), C4 and C5 (time and author of the addition), and C6 (authors, if a name has a comma).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.domain.errors import FileError
from bot.domain.identifiers import identifiers_in, is_url
from bot.domain.paper import Paper
from bot.formats.arxiv_citation import is_citation
from bot.formats.person_names import from_inverted, parted
from bot.formats.record import Place, Record, date_of, date_part, loose_date, papers_of, usable_id
from bot.formats.update_line import lines_of
from bot.i18n import msg

_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|$)")
_TEXTS = {
    "title": ("TI", "T1", "CT"),
    "headline": ("C1",),
    "excerpt": ("AB", "N2"),
    "venue": ("T2", "JF", "JO", "BT"),
    "organization": ("PB",),
    "added_at": ("C4",),
    "added_by": ("C5",),
}
_SEVERAL = re.compile(r"(?<![;\s]);*+\s++(?=http)")  # an address may contain `;`, but no space
_OURS = re.compile(r"(openreview|acl):(\S+)")
Values = dict[str, list[tuple[str, Place]]]
_Lines = dict[str, list[tuple[list[str], Place]]]


def read(text: str, file: str) -> list[Paper]:
    """Read the records in a file. Raises FileError with line and column."""
    return papers_of(file, [_record_of(place, values) for place, values in _records(text, file)])


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write one record per paper."""
    for n, paper in enumerate(papers):
        yield ("\n" if n else "") + "".join(f"{tag}  - {value}\n" for tag, value in _lines(paper))


def _records(text: str, file: str) -> Iterator[tuple[Place, Values]]:
    """Yield each record's position and its values by tag; a line without a tag continues the value before it."""
    start, values, last = (0, 0), _Lines(), None
    for n, line in enumerate(text.split("\n"), 1):
        tag = _TAG.fullmatch(line.lstrip("\ufeff") if n == 1 else line)
        if tag and (tag[1] == "TY") != (not start[0]):
            problem = msg("this record does not end with ER") if start[0] else msg("a record must begin with TY")
            raise FileError(problem, file=file, line=n, column=1)
        if tag and tag[1] == "TY":
            start, values, last = (n, 1), _Lines(), None
        elif tag and tag[1] == "ER":
            yield start, {tag: [("\n".join(lines), place) for lines, place in all_of] for tag, all_of in values.items()}
            start, last = (0, 0), None
        elif tag:
            last = values.setdefault(tag[1], [])
            last.append(([tag[2] or ""], (n, tag.start(2) + 1 if tag[2] else 1)))
        elif last:
            last[-1][0].append(line)
        elif line.strip():
            raise FileError(msg("a record must begin with TY"), file=file, line=n, column=1)
    if start[0]:
        raise FileError(msg("this record does not end with ER"), file=file, line=start[0], column=1)


def _record_of(start: Place, values: Values) -> Record:
    record = Record(start)
    for key, tags in _TEXTS.items():
        if values_of_tags := _first(values, *tags):
            record.put(key, "\n".join(value for value, _ in values_of_tags).strip(), values_of_tags[0][1])
    record.put("title", " ")
    for value, _ in _first(values, "ID"):
        record.put("id", usable_id(value.strip()))
    for value, place in _first(values, "DA", "Y1", "PY"):
        record.put("date", _date(value), place)
    if names := values.get("C6", []):
        record.put("authors", [name for text, _ in names for name in text.split("\n")], names[0][1])
    people = _first(values, "AU", "A1")
    record.put("authors", [_name(name) for name, _ in people], people[0][1] if people else None)
    record.put("tags", [word for text, _ in values.get("KW", []) for word in text.split("\n")])
    for value, place in values.get("C3", []) + values.get("AN", []) + values.get("M1", []):
        own_id = _OURS.fullmatch(value.strip())
        record.put_ids(place, **({own_id[1]: own_id[2]} if own_id else dict(identifiers_in(value).pairs())))
    for value, place in _first(values, "DO"):
        record.put_doi(value.strip(), place)
    record.put("updates", [line for text, _ in values.get("C7", []) for line in text.split("\n")])
    _put_links_and_notes(record, values)
    for tag in ("JO", "JF", "T2", "JA", "BT", "VL", "PB"):
        for value, place in values.get(tag, []):
            record.put_cited_id(value, place)
    return record


def _put_links_and_notes(record: Record, values: Values) -> None:
    link_lines = [
        (link, place) for text, place in values.get("C2", []) for link in text.split("\n") if is_url(link.split(" ")[0])
    ]
    addresses = [(url, place) for text, place in values.get("UR", []) for url in _SEVERAL.split(text)]
    if links := link_lines or addresses:
        parts = [link.partition(" ") if link_lines else (link.strip(), "", "") for link, _ in links]
        record.put("links", [{"url": url, "label": label or None} for url, _, label in parts if url], links[0][1])
    if notes := values.get("N1", []):
        text = "\n".join(text for text, _ in notes).strip()
        record.put("comment", text, notes[0][1])
        if is_citation(text):
            record.put_cited_id(text, notes[0][1])


def _name(text: str) -> str:
    return from_inverted(text, suffix_last=True)


def _first(values: Values, *tags: str) -> list[tuple[str, Place]]:
    """Return the values of the first of these tags that the record has."""
    return next((values[tag] for tag in tags if values.get(tag)), [])


def _date(text: str) -> str:
    """Parse RIS's `2023/07/19/other`, whose parts may be empty, or any other date."""
    parts = [part.strip() for part in text.split("/")][:3]
    if not all(part.isdecimal() for part in parts if part) or not parts[0]:
        return loose_date(text)
    return date_of(*(date_part(part) for part in parts if part))


def _lines(paper: Paper) -> Iterator[tuple[str, str]]:
    date, ids = paper.date, paper.identifiers
    yield "TY", "JOUR" if ids.doi else "GEN"
    yield "ID", paper.id
    yield "TI", paper.title
    people = [_written_name(name) for name in paper.authors]
    yield from (("AU", name) for name in people)
    if tuple(map(_name, people)) != paper.authors:  # RIS splits names at commas
        yield from _long("C6", "\n".join(paper.authors))
    if date:
        yield "PY", f"{date.year:04}"
        yield (
            "DA",
            "/".join((f"{date.year:04}", *(f"{part:02}" if part else "" for part in (date.month, date.day)))) + "/",
        )
    texts = {
        "T2": paper.venue,
        "PB": paper.organization,
        "DO": ids.doi,
        "AN": ids.arxiv and f"arXiv:{ids.arxiv}",
        "C1": paper.headline,
        "C4": paper.added_at.isoformat() if paper.added_at else None,
        "C5": paper.added_by,
    }
    yield from ((tag, text) for tag, text in texts.items() if text)
    yield from (("C3", f"{scheme}:{name}") for scheme, name in ids.pairs() if scheme in ("openreview", "acl"))
    yield from (("KW", tag) for tag in paper.tags)
    yield from (("UR", link.url) for link in paper.links)
    if any(link.label for link in paper.links):
        yield from (("C2", f"{link.url} {link.label or ''}".rstrip()) for link in paper.links)
    yield from _long("C7", lines_of(paper))
    yield from _long("AB", paper.excerpt)
    yield from _long("N1", paper.comment)
    yield "ER", ""


def _written_name(name: str) -> str:
    parts = parted(name)
    return ", ".join(filter(None, parts)) if parts else name


def _long(tag: str, text: str | None) -> Iterator[tuple[str, str]]:
    """Yield a text of several lines, with a new tag before a line that looks like a tag itself."""
    lines: list[str] = []
    for line in (text or "").split("\n") if text else ():
        if lines and _TAG.match(line):
            yield tag, "\n".join(lines)
            lines = []
        lines.append(line)
    if lines:
        yield tag, "\n".join(lines)
