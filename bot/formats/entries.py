"""Reads a file's `papers:` list, whatever its syntax; one invalid entry rejects the file, with its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from bot.domain.dates import parse_date
from bot.domain.errors import DayoriError, FileError, InputError
from bot.domain.identifiers import Identifiers, acl_id, arxiv_id, doi, openreview_id
from bot.domain.paper import CONTENT_FIELDS, Link, Paper, checked_link, make_paper, person_name
from bot.domain.paper_update import Update, joined, make_update
from bot.formats.positions import Path, PositionedTree
from bot.formats.update_line import parts_of
from bot.i18n import Message, msg

_T = TypeVar("_T")
_R = TypeVar("_R")
# Some files put two addresses into one link; an address may contain `,https://`, but no space.
_SEVERAL = re.compile(r"(?<![;,\s])[;,]*+\s++(?=https?://)")
_UNQUOTED_ARXIV = re.compile(r"\d{4}\.\d{4,5}")


def _as_link(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


def _as_update(value: object) -> object:
    return parts_of(value) if isinstance(value, str) else value


def _as_list(value: object) -> object:
    return [] if value is None else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_max_length=100_000)


class _Link(_Strict):
    url: str
    label: str | None = None


class _Ids(_Strict):
    arxiv: str | None = None
    doi: str | None = None
    openreview: str | None = None
    acl: str | None = None


class _Update(_Strict):
    kind: str
    date: str
    value: str = ""
    url: str | None = None


_Texts = Annotated[list[str], BeforeValidator(_as_list)]


class _Entry(_Strict):
    title: str
    id: str | None = None
    headline: str | None = None
    date: str | None = None
    comment: str | None = None
    excerpt: str | None = None
    venue: str | None = None
    organization: str | None = None
    authors: _Texts = []
    links: Annotated[list[Annotated[_Link, BeforeValidator(_as_link)]], BeforeValidator(_as_list)] = []
    tags: _Texts = []
    identifiers: Annotated[_Ids, BeforeValidator(lambda value: value or {})] = _Ids()
    added_at: str | None = None
    added_by: str | None = None
    updated_at: str | None = None
    updates: Annotated[list[Annotated[_Update, BeforeValidator(_as_update)]], BeforeValidator(_as_list)] = []


_ENTRY = TypeAdapter(_Entry)
_SCHEMES = {
    "arxiv": ("arXiv", arxiv_id),
    "doi": ("DOI", doi),
    "openreview": ("OpenReview", openreview_id),
    "acl": ("ACL", acl_id),
}


def read_entries(tree: PositionedTree) -> list[Paper]:
    """Return the papers in a file's tree. Raises FileError for the first fault."""
    top = {} if tree.value is None else tree.value
    if not isinstance(top, dict) or not isinstance(top.get("papers"), list | None):
        raise tree.error((), msg('the file must be a list of entries under "papers:"'))
    if unknown := next((key for key in top if key != "papers"), None):
        raise tree.error((unknown,), msg('unknown key "{key}"', key=unknown), at_key=True)
    papers: list[Paper] = []
    numbers: dict[str, int] = {}
    for n, value in enumerate(top.get("papers") or []):
        paper = _read_entry(tree, ("papers", n), value)
        if (other := numbers.setdefault(paper.id, n)) != n:
            raise _twice(tree, paper.id, n, other)
        papers.append(paper)
    return papers


def _read_entry(tree: PositionedTree, path: Path, value: object) -> Paper:
    _refuse_unquoted(tree, path, value)
    try:
        entry = _ENTRY.validate_python(value)
    except ValidationError as error:
        raise _first_problem(tree, path, error) from error
    date = _at(tree, (*path, "date"), parse_date, entry.date) if entry.date else None
    links = [
        _at(tree, (*path, "links", n), checked_link, Link(url, link.label))
        for n, link in enumerate(entry.links)
        for url in _SEVERAL.split(link.url)
    ]
    ids = _at(tree, (*path, "identifiers"), _identifiers, entry.identifiers)
    try:
        paper = make_paper(
            **{name: getattr(entry, name) for name in ("id", *CONTENT_FIELDS)}
            | {"date": date, "links": links, "identifiers": ids}
        )
    except DayoriError as error:
        raise tree.error((*path, "title") if not entry.title.strip() else path, error.message) from error
    updates = [_at(tree, (*path, "updates", n), _update, each) for n, each in enumerate(entry.updates)]
    return replace(_with_bookkeeping(tree, path, paper, entry), updates=joined(updates))


def _at(tree: PositionedTree, path: Path, parse: Callable[[_T], _R], value: _T) -> _R:
    """Parse a value; an error gets the value's place."""
    try:
        return parse(value)
    except InputError as error:
        raise tree.error(path, error.message) from error


def _with_bookkeeping(tree: PositionedTree, path: Path, paper: Paper, entry: _Entry) -> Paper:
    times: dict[str, Any] = {}
    for name in ("added_at", "updated_at"):
        if text := getattr(entry, name):
            try:
                moment = datetime.fromisoformat(text)
                moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
            except (ValueError, OverflowError) as error:
                problem = msg('"{text}" is not a time; write it like 2023-07-19T09:00:00+09:00', text=text[:40])
                raise tree.error((*path, name), problem) from error
            times[name] = moment
    return replace(paper, added_by=person_name(entry.added_by), **times) if times or entry.added_by else paper


def _update(entry: _Update) -> Update:
    return make_update(entry.kind, parse_date(entry.date), entry.value, entry.url)


def _identifiers(ids: _Ids) -> Identifiers:
    by_scheme = {}
    for scheme, (name, parse) in _SCHEMES.items():
        text = getattr(ids, scheme)
        by_scheme[scheme] = parse(text) if text else None
        if text and not by_scheme[scheme]:
            raise InputError(msg('"{text}" is not a valid {name} id', text=text[:60], name=name))
    return Identifiers(**by_scheme)


def _refuse_unquoted(tree: PositionedTree, path: Path, value: object) -> None:
    """Reject an arXiv number without quotes: other programs read it as a decimal and drop its last zero."""
    if not tree.unquoted or not isinstance(value, dict):
        return
    candidates: dict[Path, Any] = {(*path, "id"): value.get("id"), (*path, "title"): value.get("title")}
    if isinstance(ids := value.get("identifiers"), dict):
        candidates |= {(*path, "identifiers", name): ids[name] for name in ids}
    if isinstance(links := value.get("links"), list):
        candidates |= {(*path, "links", n): link for n, link in enumerate(links)}
    for where, text in candidates.items():
        if where in tree.unquoted and isinstance(text, str) and _UNQUOTED_ARXIV.fullmatch(text):
            raise tree.error(where, msg('an arXiv number needs quotes: "{number}"', number=text))


def _first_problem(tree: PositionedTree, path: Path, error: ValidationError) -> FileError:
    problems = error.errors()
    # a misspelled key also makes the right key missing
    first = next((each for each in problems if each["type"] == "extra_forbidden"), problems[0])
    where = (*path, *first["loc"])
    if first["type"] == "extra_forbidden":
        return tree.error(where, msg('unknown key "{key}"', key=str(first["loc"][-1])), at_key=True)
    return tree.error(where, _problem(first["type"], str(first["loc"][-1]) if first["loc"] else "papers"))


def _problem(kind: str, key: str) -> Message:
    match kind:
        case "missing":
            return msg('"{key}" is missing', key=key)
        case "list_type":
            return msg('"{key}" must be a list', key=key)
        case "model_type" | "model_attributes_type" | "dict_type":
            return msg("this must be a mapping of keys to values")
        case "string_too_long":
            return msg('"{key}" is too long', key=key)
        case _:
            return msg('"{key}" must be text', key=key)


def _twice(tree: PositionedTree, id: str, n: int, other: int) -> FileError:
    line = tree.places.get(("papers", other), (0, 0))[0]
    where = msg("line {line}", line=line) if line else msg("entry {n}", n=other + 1)
    return tree.error(("papers", n, "id"), msg('id "{id}" is given twice (first in {where})', id=id, where=where))
