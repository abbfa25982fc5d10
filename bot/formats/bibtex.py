"""BibTeX: the bibliography format of LaTeX users and reference managers.

Beside the usual fields, `annote` holds the comment, `abstract` the excerpt, `keywords` the tags. Fields that BibTeX
lacks have names of our own (`headline`, `links`), which other programs ignore.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.domain.dates import PaperDate
from bot.domain.errors import FileError
from bot.domain.paper import Paper
from bot.formats.arxiv_citation import old_arxiv_id
from bot.formats.latex import decode, decode_verbatim, encode, encode_verbatim
from bot.formats.person_names import from_inverted, parted
from bot.formats.record import Place, Record, date_of, date_part, loose_date, papers_of, split_words, usable_id
from bot.formats.update_line import lines_of
from bot.i18n import msg

if TYPE_CHECKING:
    from bibtexparser.model import Entry

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile("|".join(_MONTHS))
_LOOSE_START = re.compile(r"^[ \t]*@[ \t]*\w+", re.MULTILINE)
_URL = re.compile(r"https?://[^\s{}]+")
_NAME_MARK = re.compile(r"\\.|[{}]|(?<=\s)(?P<and>and)(?=\s)", re.IGNORECASE | re.DOTALL)
_KEY = re.compile(r"[^\w.+-]")
_TEXTS = {
    "title": ("title",),
    "headline": ("headline",),
    "comment": ("annote", "annotation", "comment"),
    "excerpt": ("abstract",),
    "venue": ("booktitle", "journal", "journaltitle"),
    "organization": ("organization", "institution", "school"),
    "added_by": ("owner",),
}


def read(text: str, file: str) -> list[Paper]:
    """Read the entries of a bibliography. Raises FileError with line and column."""
    from bibtexparser.entrypoint import parse_string  # slow to import, and rarely needed

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # it also logs what it returns
    library = parse_string(text)
    places = _Places(text)
    for block in library.failed_blocks:
        line = (block.start_line or 0) + 1
        raise _broken(file, getattr(block.error, "abort_reason", str(block.error)), *places.of(line, "@"))
    for comment in library.comments:
        if stray := _LOOSE_START.search(comment.comment) if type(comment).__name__ == "ImplicitComment" else None:
            line = (comment.start_line or 0) + 1 + comment.comment.count("\n", 0, stray.start())
            raise _broken(file, "", *places.of(line, "@"))
    if text.strip() and not library.entries and (library.comments or not library.blocks):
        raise FileError(msg("there is no BibTeX entry in it"), file=file, line=1, column=1)
    return papers_of(file, (_record_of(entry, places) for entry in library.entries))


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write a bibliography; an entry's key is the paper's id, as far as BibTeX allows."""
    keys: dict[str, int] = {}
    for n, paper in enumerate(papers):
        yield ("\n" if n else "") + entry(paper, _free_key(paper.id, keys))


def entry(paper: Paper, key: str) -> str:
    """Return a paper's entry under a key that BibTeX allows."""
    fields = dict(_fields(paper))
    if key != paper.id:
        fields["paperid"] = encode_verbatim(paper.id)
    body = "".join(
        f"  {name} = {'' if name == 'month' else '{'}{value}{'' if name == 'month' else '}'},\n"
        for name, value in fields.items()
        if value
    )
    return f"@misc{{{key},\n{body}}}\n"


def _broken(file: str, problem: str, line: int, column: int) -> FileError:
    if duplicate := re.match(r"Duplicate field keys on entry: '(.+?)'", problem):
        return FileError(msg('the key "{key}" is given twice', key=duplicate[1]), file=file, line=line, column=column)
    if duplicate := re.search(r"[Dd]uplicate.*[Kk]ey[^']*'(.+?)'", problem):
        return FileError(msg('the key "{key}" is given twice', key=duplicate[1]), file=file, line=line, column=column)
    reason = problem.split(". ")[0] or "@article{key, title = {…}}"
    return FileError(msg("not valid BibTeX: {problem}", problem=reason), file=file, line=line, column=column)


class _Places:
    """Finds words in lines of a text and remembers them: one line may hold all entries of a file."""

    def __init__(self, text: str) -> None:
        self._lines, self._cache = text.lower().split("\n"), dict[tuple[int, str], Place]()

    def of(self, line: int, word: str) -> Place:
        """Return the line and the first column of a word in that line; column 1 if it is not there."""
        if (line, word) not in self._cache:
            at = self._lines[line - 1].find(word) if line <= len(self._lines) else -1
            self._cache[line, word] = line, max(at, 0) + 1
        return self._cache[line, word]


def _record_of(entry: Entry, places: _Places) -> Record:
    record = Record(places.of(entry.start_line + 1 if entry.start_line is not None else 1, "@"))
    fields = {field.key.lower(): field for field in entry.fields}

    def raw(*names: str) -> tuple[str, Place]:
        field = next((fields[name] for name in names if name in fields and str(fields[name].value).strip()), None)
        if field is None:
            return "", record.place
        return str(field.value), places.of((field.start_line or 0) + 1, field.key.lower())

    for key, names in _TEXTS.items():
        value, place = raw(*names)
        record.put(key, decode(value), place)
    record.put("title", " ", record.place)
    record.put("id", decode_verbatim(raw("paperid")[0]) or usable_id(entry.key))
    people, place = raw("author", "editor")
    record.put("authors", [_name(name) for name in _split_names(people) if name != "others"], place)
    keywords, place = raw("keywords", "keyword")
    record.put("tags", [decode(word) for word in split_words(keywords)], place)
    record.put("date", _date(raw("date")[0], raw("year")[0], raw("month")[0], raw("day")[0]), raw("date", "year")[1])
    record.put("added_at", _time(raw("timestamp")[0]))
    for name in ("openreview", "acl"):
        value, place = raw(name)
        record.put_ids(place, **{name: decode_verbatim(value)})
    eprint, place = raw("eprint")
    archive = decode_verbatim(raw("primaryclass", "eprintclass")[0])
    record.put_ids_in(old_arxiv_id(decode_verbatim(eprint), archive), place)
    updates, place = raw("updates")
    record.put("updates", decode(updates).split("\n") if updates else [], place)
    note = raw("howpublished") if updates else raw("note", "howpublished")  # ours says the same as the updates
    _put_ids_and_links(record, raw("doi"), raw("url"), raw("links"), note)
    for value, place in (raw("journal", "journaltitle"), raw("volume"), raw("booktitle", "publisher", "howpublished")):
        record.put_cited_id(decode(value), place)
    return record


def _put_ids_and_links(
    record: Record, doi: tuple[str, Place], url: tuple[str, Place], links: tuple[str, Place], note: tuple[str, Place]
) -> None:
    record.put_doi(decode_verbatim(doi[0]), doi[1])
    if links[0]:
        lines = (line.partition(" ") for line in decode(links[0]).split("\n"))
        record.put("links", [{"url": address, "label": label or None} for address, _, label in lines], links[1])
    elif address := decode_verbatim(url[0]):
        record.put("links", [address], url[1])
    elif in_note := _URL.search(note[0]):
        record.put("links", [decode_verbatim(in_note[0])], note[1])
    if not _URL.search(note[0]):
        record.put_note(decode(note[0]), note[1])


def _split_names(text: str) -> Iterator[str]:
    """Yield the names between each `and` outside braces."""
    depth = start = 0
    for mark in _NAME_MARK.finditer(text):
        depth += (mark[0] == "{") - (mark[0] == "}")
        if mark["and"] and not depth:
            yield text[start : mark.start()].strip()
            start = mark.end()
    yield text[start:].strip()


def _name(text: str) -> str:
    if text.startswith("{") and text.endswith("}") and _depth_never_zero(text):
        return decode(text)
    return from_inverted(decode(text))


def _depth_never_zero(text: str) -> bool:
    """Return whether one pair of braces encloses the whole text."""
    depth = 0
    for n, mark in enumerate(text):
        depth += (mark == "{") - (mark == "}")
        if depth == 0 and n < len(text) - 1:
            return False
    return True


def _date(date: str, year: str, month: str, day: str) -> str:
    if date:
        return loose_date(decode(date))
    if not (digits := re.search(r"\d{4}", year)):
        return ""
    month_name = _MONTH.search(month.lower())
    number = _MONTHS.index(month_name[0]) + 1 if month_name else date_part(month.strip())
    days = re.search(r"\d{1,2}", day or (month if month_name else ""))
    return date_of(int(digits[0]), number, int(days[0]) if days else 0)


def _time(text: str) -> str:
    """Return a complete time of addition; JabRef's own forms of `timestamp` are ignored."""
    return text if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*", text) else ""


def _free_key(id: str, keys: dict[str, int]) -> str:
    key = base = _KEY.sub("-", id)
    while key.lower() in keys:
        keys[base.lower()] += 1
        key = f"{base}-{keys[base.lower()]}"
    keys[key.lower()] = 1
    return key


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    ids, date, links = paper.identifiers, paper.date or PaperDate(1000), paper.links
    yield "title", f"{{{encode(paper.title)}}}"  # double braces keep styles from changing `LLM` to lower case
    yield "author", " and ".join(map(_written_name, paper.authors))
    yield "year", f"{date.year:04}" if paper.date else ""
    yield "month", _MONTHS[date.month - 1] if date.month else ""
    yield "day", str(date.day or "")
    yield "booktitle", encode(paper.venue or "")
    yield "organization", encode(paper.organization or "")
    yield "eprint", encode_verbatim(ids.arxiv or "")
    yield "archiveprefix", "arXiv" if ids.arxiv else ""
    yield "doi", encode_verbatim(ids.doi or "")
    yield "openreview", encode_verbatim(ids.openreview or "")
    yield "acl", encode_verbatim(ids.acl or "")
    yield "url", encode_verbatim(links[0].url) if links else ""
    labelled = "\n".join(f"{link.url} {link.label or ''}".rstrip() for link in links)
    yield "links", encode(labelled) if len(links) > 1 or any(link.label for link in links) else ""
    yield "keywords", ", ".join(re.sub("[;,、；，]", r"{\g<0>}", encode(tag)) for tag in paper.tags)
    yield "headline", encode(paper.headline or "")
    yield "annote", encode(paper.comment or "")
    yield "abstract", encode(paper.excerpt or "")
    yield "timestamp", paper.added_at.isoformat() if paper.added_at else ""
    yield "owner", encode(paper.added_by or "")
    yield "note", encode("; ".join(each.text("en") for each in paper.updates if each.is_retraction))
    yield "updates", encode(lines_of(paper))


def _written_name(name: str) -> str:
    parts = parted(name)
    text = encode(", ".join(filter(None, (parts.family, parts.suffix, parts.given))) if parts else name)
    plain = _name(text) == name and not re.search(r"\band\b", text, re.IGNORECASE) and name != "others"
    return text if plain and (parts or "," not in name) and "{" not in text else f"{{{encode(name)}}}"
