"""CSL-JSON: the exchange format of Zotero, pandoc and citation processors.

`note` holds the comment, `abstract` the excerpt, `keyword` the tags; fields that CSL lacks are in `custom`, as the
schema of CSL 1.0.2 provides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.domain.paper import Paper
from bot.formats.json import read_tree, written_list
from bot.formats.person_names import joined, parted
from bot.formats.positions import PositionedTree
from bot.formats.record import Record, date_of, date_part, loose_date, papers_of, split_words, usable_id
from bot.formats.update_line import line_of
from bot.i18n import msg

_CUSTOM = ("headline", "links", "tags", "added_at", "added_by", "updates")
_OURS_TO_CSL = {
    "date": "issued",
    "authors": "author",
    "excerpt": "abstract",
    "tags": "keyword",
    "venue": "container-title",
    "organization": "publisher",
    "links": "URL",
}


def read(text: str, file: str) -> list[Paper]:
    """Read a list of CSL items. Raises FileError with line and column."""
    return read_tree(text, file, _papers)


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """Write a list of CSL items."""
    yield from written_list(map(_item, papers))
    yield "\n"


def _papers(tree: PositionedTree) -> list[Paper]:
    if not isinstance(tree.value, list):
        raise tree.error((), msg("a CSL-JSON file must be a list of items"))
    return papers_of(tree.file, [_record_of(tree, n, item) for n, item in enumerate(tree.value)])


def _record_of(tree: PositionedTree, n: int, item: object) -> Record:
    if not isinstance(item, dict):
        raise tree.error((n,), msg("this must be a mapping of keys to values"))
    record = Record(tree.places.get((n,), (0, 0)))
    custom = item["custom"] if isinstance(item.get("custom"), dict) else {}
    for key in _CUSTOM:
        record.put(key, custom.get(key), tree.places.get((n, "custom", key)))
    for key, value in _standard_values(tree, n, item).items():
        record.put(key, value, tree.places.get((n, _OURS_TO_CSL.get(key, key))))
    record.put("title", " ")
    if isinstance(ids := custom.get("identifiers"), dict):
        record.put_ids(None, **{scheme: str(ids.get(scheme) or "") for scheme in ("arxiv", "openreview", "acl")})
    record.put_ids_in(str(item.get("number") or ""))
    for key in ("archive_location", "container-title", "volume", "publisher"):
        record.put_cited_id(str(item.get(key) or ""), tree.places.get((n, key)))
    record.put_doi(str(item.get("DOI") or ""), tree.places.get((n, "DOI")))
    note = str(item.get("note") or item.get("annote") or "")
    if custom:
        record.put("comment", note)
    else:
        record.put_note(note, tree.places.get((n, "note")))
    return record


def _standard_values(tree: PositionedTree, n: int, item: Mapping[str, Any]) -> dict[str, object]:
    """Return the values of CSL's own variables, under our keys."""
    return {
        "id": usable_id(str(item.get("id") or "")),
        "title": item.get("title"),
        "date": _date(item.get("issued")),
        "authors": _people(tree, n, item.get("author")),
        "excerpt": item.get("abstract"),
        "venue": item.get("container-title"),
        "organization": item.get("publisher"),
        "tags": split_words(item["keyword"]) if isinstance(item.get("keyword"), str) else None,
        "links": [item["URL"]] if item.get("URL") else None,
    }


def _people(tree: PositionedTree, n: int, people: object) -> list[str]:
    if people is None:
        return []
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise tree.error((n, "author"), msg('"{key}" must be a list', key="author"))
    return [_name({key: str(value) for key, value in person.items()}) for person in people]


def _name(person: Mapping[str, str]) -> str:
    if literal := person.get("literal"):
        return literal
    particles = [person.get(key, "") for key in ("dropping-particle", "non-dropping-particle")]
    family = " ".join(filter(None, (*particles, person.get("family", ""))))
    return joined(family, person.get("given", ""), person.get("suffix", ""))


def _date(issued: object) -> str:
    if not isinstance(issued, dict):
        return loose_date(issued) if isinstance(issued, str) else ""
    parts = issued.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list):
        numbers = [date_part(str(part)) for part in parts[0][:3]]
        return date_of(*numbers) if numbers else ""
    return loose_date(str(issued.get("raw") or issued.get("literal") or ""))


def _item(paper: Paper) -> dict[str, Any]:
    ids, date = paper.identifiers, paper.date
    parts = [part for part in (date.year, date.month, date.day) if part] if date else []
    custom = {
        "headline": paper.headline,
        "links": [{"url": link.url, **({"label": link.label} if link.label else {})} for link in paper.links],
        "tags": list(paper.tags),
        "identifiers": {scheme: name for scheme, name in ids.pairs() if scheme != "doi"},
        "added_at": paper.added_at.isoformat() if paper.added_at else None,
        "added_by": paper.added_by,
        "updates": list(map(line_of, paper.updates)),
    }
    item = {
        "id": paper.id,
        "type": "article"
        if ids.arxiv and not ids.doi
        else "paper-conference"
        if ids.acl or ids.openreview
        else "article-journal",
        "title": paper.title,
        "author": [_written_name(name) for name in paper.authors],
        "issued": {"date-parts": [parts]} if parts else None,
        "container-title": paper.venue,
        "publisher": paper.organization,
        "abstract": paper.excerpt,
        "status": "retracted" if any(each.is_retraction for each in paper.updates) else None,
        "note": paper.comment,
        "keyword": ", ".join(paper.tags),
        "DOI": ids.doi,
        "number": f"arXiv:{ids.arxiv}" if ids.arxiv else None,
        "URL": paper.links[0].url if paper.links else None,
        "custom": {key: value for key, value in custom.items() if value},
    }
    return {key: value for key, value in item.items() if value}


def _written_name(name: str) -> dict[str, str]:
    parts = parted(name)
    return {key: value for key, value in parts._asdict().items() if value} if parts else {"literal": name}
