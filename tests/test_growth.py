"""No text from outside can hold the bot up: whatever reads it takes at most n·log n time, however it is built.

A pattern that is tried at every place and looks ahead to the end from each takes seconds at 80,000 characters, and `re`
holds the interpreter all the while. So every public function that is handed text is found here by itself and is given
texts over which such patterns stumble; one for which no reading is written down here makes the test fail.
"""

from __future__ import annotations

import functools
import gc
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, cycle, islice
from time import thread_time
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

import bot
from bot.domain.card import card_of
from bot.domain.dates import PaperDate
from bot.domain.digest import Edition, Reason
from bot.domain.draft import Draft
from bot.domain.errors import DayoriError
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import make_metadata
from bot.domain.paper import Link, Paper, edited, make_paper
from bot.domain.query import parse_query
from bot.domain.text import normalized
from bot.formats.collection import WRITERS
from bot.formats.links import Untitled
from bot.platforms.discord.render import card_embed
from bot.services.lookup import Result, Results
from bot.services.standing import paused
from bot.store.history import Change, Step
from bot.store.papers import columns_of
from bot.store.search import Hit
from bot.store.search.entry import entry_of
from tests.doubles.web.answers import html, meta

Read = Callable[[str], object]
Frame = Callable[[str], str]

UNITS = (
    " ", "\t", "\n", "\r\n", "\u3000", "(", ")", "[", "]", "{", "}", "<", ">", "「", "」", '"', "'", "`", "\\",
    "$", "&", "&amp;",
    "&#", "<a ", "<a b='", "</", "<!--", "<![CDATA[", "<script>", "<title>", "<meta ", "<br>", "あ", "カ", "ー",
    "ヴ", "漢", "\u0301",
    "か\u3099", "\u0323\u0301", "\u200d", "👩\u200d", "\U0001f1ef", "\U000e0067", "\U000e0100", "1", "1.", ",",
    ";", " and ", "{}", "{,}", "@a{", "a-", "-",
    "_", "*", "#", "/", ":", "https://a.jp/", "http", "arXiv:", "10.1234/", "%", "^^", "~", "年", "|", "tag:",
    '"a" ', "é", "[a](", "\n- ",
    "\n\n", "\\{", "\\a ", "\\'{", "\\href{", "AB  - ", "\nAB  - ", "論文タイトル:", "\n論文タイトル:a\n", "!", ".",
    "?", "=", "abstract", "a", "- a\n",
    "İ", "ﬃ", "\x00", "a:\n", "&a *a ", "http://a,", "A, ",
)  # fmt: skip
"""What texts are made of that patterns stumble over."""

JOINTS = ("a", " ", "\n", ",")
SIZE, FACTOR, ALLOWED = 3_000, 4, 2.5  # n·log n takes 4.7 times as long, n² 16 times
_USUAL = 3e-4  # seconds
WHEN = datetime(2024, 1, 1, tzinfo=UTC)


def grown(unit: str, size: int) -> str:
    """Return a text of that size with a needle that ends it."""
    return unit * (size // len(unit)) + "x"


def filled(text: str) -> Paper:
    """Return a paper of nothing but that text, past all limits."""
    return Paper(id="a", title=text, headline=text, date=PaperDate(2024), comment=text, excerpt=text,
                 organization=text, authors=(text, text[:100]), links=(Link("https://a.jp/" + text, text),),
                 tags=(text,), identifiers=Identifiers(doi="10.1/" + text), added_at=WHEN, added_by=text)  # fmt: skip


def many(text: str) -> Paper:
    """Return a paper of as many parts as the text has characters."""
    parts = [f"{n} {letter}" for n, letter in enumerate(text[: len(text) // 30])]
    links = tuple(Link(f"https://a.jp/{n}", part) for n, part in enumerate(parts))
    return Paper(id="a", title="a", authors=tuple(parts), tags=tuple(parts), links=links)


# How an argument of each type is made of a text; an argument of another type needs a reading of its own.
MADE: dict[str, Callable[[str], Any]] = {
    "str": str, "bytes": lambda text: text.encode("utf-8", "surrogatepass"), "Paper": filled, "Locale": lambda _: "ja",
    "int": lambda _: 60, "ZoneInfo": lambda _: ZoneInfo("Asia/Tokyo"), "Link": lambda text: Link(text, text),
    "Draft": lambda text: Draft("https://a.jp/b", text, text, "", text, text),
    "Metadata": lambda text: make_metadata(title=text, excerpt=text),
    "Results": lambda text: Results(text, 1, text, (Result(filled(text), Hit(1, 1.0, None)),), ()),
    "Console": lambda _: Console(width=60, quiet=True), "PaperDate": lambda _: PaperDate(2024),
    "float": lambda _: 1.0, "bool": lambda _: True, "Untitled": lambda text: Untitled(1, text),
    "Any": lambda text: text, "Query": parse_query, "Entry": lambda text: entry_of(filled(text)),
    "Edition": lambda text: Edition(text, 1, WHEN, Reason.NEW, (filled(text),), 1, "ja"),
    "Change": lambda text: Change(1, "edit", WHEN, text),
    "Step": lambda text: Step(text, columns_of(filled(text)), columns_of(filled(text + "a"))),
    "Mapping[str, Any]": lambda text: {"content": text, "embeds": [{"title": text, "url": text}]},
}  # fmt: skip
SEVERAL = re.compile(r"(?:Iterable|Sequence|Collection|list|tuple)\[(\w+)(?:, \.\.\.)?\]")


def argument(annotation: str, text: str) -> Any:
    """Return an argument of that type made of the text. Raises KeyError for a type that is not known."""
    known = annotation.removesuffix(" | None").split(" | ")[0]
    if several := SEVERAL.fullmatch(known):
        return (MADE[several[1]](text), MADE[several[1]](text[:50]))
    return MADE[known](text)


def page(*tags: str, **more: str) -> str:
    return html(*tags, **more).body.decode("utf-8", "surrogatepass")


def ld(**fields: object) -> str:
    return page('<script type="application/ld+json">' + json.dumps({"@type": "Article", "headline": "A"} | fields) +
                "</script>")  # fmt: skip


def bib(field: str) -> Frame:
    return lambda text: f"@misc{{a, title={{A}},\n {field} = {{{text}}}\n}}"


def ris(tag: str) -> Frame:
    return lambda text: f"TY  - GEN\nTI  - A\n{tag}  - {text}\nER  - "


def member(*keys: str) -> Frame:
    """Return a JSON or YAML entry that holds the text there."""

    def made(text: str) -> str:
        value: Any = text
        for key in reversed(keys):
            value = [value] if key == "[]" else {key: value}
        return json.dumps({"papers": [{"title": "A"} | value]})

    return made


def item(**fields: object) -> str:
    return json.dumps([{"title": "A"} | fields])


def work(**fields: object) -> str:
    return json.dumps({"DOI": "10.5555/x", "title": ["A"]} | fields)


def note(**fields: object) -> str:
    return json.dumps({"notes": [{"id": "AbCdEf1234", "content": {"title": "A"} | fields}]})


META_NAMES = (
    "citation_title", "citation_author", "citation_authors", "citation_date", "citation_abstract", "citation_doi",
    "citation_pdf_url", "citation_arxiv_id", "citation_author_institution", "dc.creator", "dc.identifier", "og:title",
    "og:site_name", "author", "description",
)  # fmt: skip
BIB_FIELDS = ("author", "editor", "year", "month", "date", "day", "doi", "url", "links", "eprint", "keywords", "note",
              "abstract", "annote", "timestamp", "paperid", "acl", "title", "journal")  # fmt: skip
RIS_TAGS = ("AU", "DA", "PY", "KW", "UR", "C2", "N1", "AB", "DO", "AN", "ID", "C3", "C4", "C6", "L1", "JO")
MEMBERS = (("title",), ("date",), ("comment",), ("authors", "[]"), ("links", "[]"), ("tags", "[]"), ("id",),
           ("identifiers", "doi"), ("identifiers", "arxiv"), ("added_at",), ("links", "[]", "url"))  # fmt: skip


def tagged(name: str) -> Frame:
    return lambda text: page(meta("citation_title", "A"), meta(name, text))


def each(form: str, joint: str = "\n") -> Frame:
    """Return a text of many parts, each with its number and a character of the text."""
    return lambda text: joint.join(form.format(n, letter) for n, letter in enumerate(text[::30]))


PAGES: dict[str, Frame] = {
    "page": str,
    **{name: tagged(name) for name in META_NAMES},
    "meta names": lambda text: page(f"<meta name=a content=b {text}>"),
    "metas": lambda text: page(*(meta("citation_author", f"{n}, {each}") for n, each in enumerate(text[::30]))),
    "site and title": lambda text: page(meta("og:title", text + " | " + text[:99]), meta("og:site_name", text[:99])),
    "title tag": lambda text: page(title=text),
    "abstract": lambda text: ld(abstract="abstract" + text),
    "json-ld author": lambda text: ld(author=[{"name": text, "affiliation": text}, text]),
    "json-ld authors": lambda text: ld(author=[f"{n}{letter}" for n, letter in enumerate(text[::30])]),
    "json-ld ids": lambda text: ld(identifier=text, datePublished=text, publisher=text, sameAs=[text[:9]] * 100),
    "json-ld text": lambda text: page(f'<script type="application/ld+json">{text}</script>'),
}
# What of a text each reader is given, where the text alone would not get far into it.
FRAMES: dict[str, dict[str, Frame]] = {
    "sources.webpage.parse": PAGES,
    "sources.webpage.parse_citation": PAGES,
    "sources.acl.parse": PAGES
    | {
        "box": lambda text: page(meta("citation_title", "A"), body=f'<div class="card-body acl-abstract">{text}</div>'),
    },
    "sources.tags.metas_of": PAGES,
    "sources.tags.title_of": PAGES | {"titles": lambda text: "<title" + text},
    "sources.tags.scripts_of": PAGES | {"scripts": lambda text: "<script" + text},
    "sources.markup.plain": {"": str, "heading": lambda text: "abstract" + text, "tag": lambda text: "<a" + text},
    "sources.markup.person": {"": str, "two": lambda text: f"{text}, {text}"},
    "sources.crossref.parse": {
        "": str,
        "title": lambda text: work(title=[text], subtitle=[text]),
        "abstract": lambda text: work(abstract="Abstract" + text),
        "authors": lambda text: work(author=[{"given": text, "family": text, "affiliation": [{"name": text}]}] * 2),
        "date": lambda text: work(issued={"date-parts": [[text, text]]}),
        "preprint": lambda text: work(relation={"has-preprint": [{"id": "https://a" + text}, {"id": text}]}),
    },
    "sources.openreview.parse": {
        "": str,
        "title": lambda text: note(title=text),
        "abstract": lambda text: note(abstract={"value": text}),
        "authors": lambda text: note(authors=[text, text[:9]]),
        "code": lambda text: note(code=text),
    },
    "formats.bibtex.read": {
        "": str,
        "key": lambda text: f"@misc{{{text}, title={{A}}}}",
        "after": lambda text: f"{bib('note')('A')}{text}",
        "bare": lambda text: f"@misc{{a, title={{A}}, year={text}}}",
        "quoted": lambda text: f'@misc{{a, title="{text}"}}',
        "entries": each("@misc{{k{}, title={{{}}}}}"),
        "fields": lambda text: bib("note")("}," + each("k{}={{{}}}", ", ")(text) + "{"),
        "names": lambda text: bib("author")(each("A{}, {}", " and ")(text)),
        **{name: bib(name) for name in BIB_FIELDS},
    },
    "formats.ris.read": {
        "": str,
        "records": each("TY  - GEN\nTI  - {}{}\nER  - "),
        "lines": lambda text: "TY  - GEN\nTI  - A\n" + each("AU  - {}{}")(text) + "\nER  - ",
        **{tag: ris(tag) for tag in RIS_TAGS},
    },
    "formats.csl.read": {
        "": str,
        "author": lambda text: item(author=[{"family": text, "given": text, "suffix": text}]),
        "issued": lambda text: item(issued={"raw": text}),
        "date": lambda text: item(issued={"date-parts": [[text]]}),
        "keyword": lambda text: item(keyword=text),
        "note": lambda text: item(note=text, number=text, DOI=text, id=text),
        "keys": lambda text: item(**{f"k{n}": 1 for n in range(len(text) // 9)}),
        "URL": lambda text: item(URL=text),
    },
    "formats.links.read": {
        "": str,
        "behind": lambda text: f"https://a.jp/b {text}",
        "before": lambda text: f"{text} https://a.jp/b",
        "title": lambda text: f"- [{text}](https://a.jp/b)",
        "id": lambda text: f"arXiv:{text}",
        "lines": each("https://a.jp/{} {}"),
    },
    "formats.matome.read": {
        "": str,
        "title": lambda text: f"論文タイトル:{text}",
        "page": lambda text: f"論文タイトル:A\n{text}",
        "date": lambda text: f"論文タイトル:A\n発表日:{text}",
        "authors": lambda text: f"論文タイトル:A\n著者:{text}",
        "card": lambda text: f"論文タイトル:A\n論文より抜粋\n{text}",
        "paragraphs": lambda text: "a\n\n論文タイトル:A\n\n" + "\n\n".join(text[::10]),
        "titles": each("論文タイトル:{}{}", "\n\n"),
    },
    "formats.json.read": {
        "": str,
        "keys": lambda text: json.dumps({f"k{n}": 1 for n in range(len(text) // 9)}),
        "many": lambda text: '{"papers": [' + each('{{"title": "{}"}}', ", ")(text) + "]}",
        **{"/".join(keys): member(*keys) for keys in MEMBERS},
    },
    "formats.csv.read": {
        "": str,
        "cells": lambda text: f"title,authors,link,tags,date\nA,{text},https://a.jp/{text},{text},{text}",
        "quoted": lambda text: f'title,authors\nA,"{text}"',
        "rows": lambda text: "title,authors\n" + each("{},{}")(text),
        "columns": lambda text: "title" + each(",c{}{}", "")(text) + "\nA",
    },
    "domain.query.parse_query": {"": str, "quoted": lambda text: f'"{text}', "tag": lambda text: "tag:" + text},
    "domain.dates.parse_date": {
        "": str,
        "month": lambda text: "July" + text,
        "day": lambda text: "5" + text + "July" + text,
        "time": lambda text: "2024-01-01T00:00" + text,
    },
    "domain.identifiers.doi": {"": str, "doi": lambda text: "doi:10.1234/" + text},
    "domain.identifiers.identifiers_in": {
        "": str,
        "address": lambda text: "https://arxiv.org/abs/" + text,
        "doi": lambda text: "https://a.jp/10.1234/" + text,
    },
    "domain.identifiers.web_address": {
        "": str,
        "host": lambda text: f"https://{text}/",
        "path": lambda text: f"https://a.jp/{text}",
    },
    "domain.identifiers.canonical_url": {"": str, "query": lambda text: f"https://a.jp/?{text}"},
    "formats.latex.decode": {"": str, "math": lambda text: f"${text}", "braces": lambda text: "{" + text + "}"},
    "sources.webpage.page_of": {
        "": str,
        "file": lambda text: f"https://papers.nips.cc/{text}/file/a-Paper.pdf",
        "cvf": lambda text: f"https://openaccess.thecvf.com/{text}/papers/{text}",
    },
}
for yaml_reader in ("formats.yaml.read", "formats.layout.read_layout", "formats.tree.read_yaml"):
    FRAMES[yaml_reader] = FRAMES["formats.json.read"]

# Readers of what a reader that is here has made, of files (each format is here), of work and of a whole database.
# feedparser takes n² for an author's name of digits, so that arXiv's answers are read only where they are killed.
PASSED_OVER = re.compile(
    r"sources\.arxiv\.parse|sources\.tags\.text_after|domain\.identifiers\.address_of|domain\.paper\.edited|"
    r"formats\.(?:collection\.(?:read_file|read_contents|writer)|disk\..+|foreign\.papers_of)|"
    r"formats\.json\.(?:read_tree|written_list)|services\.(?:unbroken\..+|drafts\.checked)|"
    r"formats\.(?:columns\.put_cell|listing\.read)|"
    r"store\.search\.(?:answer|planner|mending|slips|stemming|ranking|rewording|index|entry\.unpack)(?:\..+)?|"
    r"platforms\.(?:console\.(?:reports\.imported|help\.(?:overview|of_command))|"
    r"discord\.(?:context|listing|permissions|press|refusals)\..+)"
)
OWN: dict[str, Read] = {
    "many parts on a card": lambda text: (card_of(many(text), "ja"), entry_of(many(text)), columns_of(many(text))),
    "many parts in a file": lambda text: [list(write([many(text)])) for write in WRITERS.values()],
    "many parts at Discord": lambda text: card_embed(many(text), "ja"),
    "a paper": lambda text: make_paper(
        title=text[:400], comment=text, authors=text.split("a"), tags=text[:40].split("a")
    ),
    "domain.text.normalized": lambda text: [normalized(form, text) for form in ("NFC", "NFKC", "NFD")],
    "changed": lambda text: edited(filled("a"), comment=text),
    "services.standing.paused": lambda text: paused(text, text, "ja", lambda command, locale: command),
}
AREAS = ("domain", "sources", "formats", "services", "platforms", "store.search")


TEXTUAL = re.compile(r"\b(?:str|bytes|Paper|Link|Draft|Results|Edition)\b")


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Yield every public function of the rooms that text goes through, by its name."""
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        room = module.name.removeprefix("bot.")
        if room.startswith(AREAS):
            for name, value in list(vars(importlib.import_module(module.name)).items()):
                function = inspect.unwrap(value) if callable(value) else None
                if (
                    inspect.isfunction(function)
                    and value.__module__ == module.name
                    and not name.startswith("_")
                    and not inspect.iscoroutinefunction(function)
                    and not inspect.isasyncgenfunction(function)
                ):
                    yield f"{room}.{name}", value


def reading(function: Callable[..., object]) -> Read | None:
    """Return how a function reads one text; None where no text is handed to it, or it cannot be called like this."""
    parameters = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
    types = {each.name: str(each.annotation) for each in parameters}
    named = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}

    def read(text: str) -> object:
        made = {name: argument(type, text) for name, type in types.items()}
        return function(*(made[name] for name in types if name not in named), **{name: made[name] for name in named})

    if not any(TEXTUAL.search(type) for type in types.values()):
        return None
    try:
        for type in types.values():
            argument(type, "a")
    except KeyError:
        return None
    return read


def readings() -> dict[str, Read]:
    """Return each reader with each frame of texts."""
    found = dict(OWN)
    for name, function in functions():
        if not PASSED_OVER.fullmatch(name) and (read := reading(function)):
            for frame, put in FRAMES.get(name, {"": str}).items():
                found[f"{name} {frame}".strip()] = functools.partial(lambda read, put, text: read(put(text)), read, put)
    return found


def seconds(read: Read, text: str, times: int = 1) -> float:
    """Return the shortest time that reading takes this thread; what it refuses is read too."""
    taken = []
    for _ in range(times):
        for cache in caches():
            cache.cache_clear()
        gc.disable()  # it looks at everything that is there, whoever made it
        began = thread_time()
        try:
            with suppress(DayoriError, ValueError):
                read(text)
        finally:
            taken.append(thread_time() - began)
            gc.enable()
    return min(taken)


@functools.cache
def caches() -> list[Any]:
    """Return what remembers answers: it would hide how long they take."""
    modules = [importlib.import_module(each.name) for each in pkgutil.walk_packages(bot.__path__, "bot.")
               if each.name.startswith(("bot.domain", "bot.formats", "bot.store.search"))]  # fmt: skip
    return [value for module in modules for value in vars(module).values() if hasattr(value, "cache_clear")]


READINGS = readings()


def test_every_function_that_is_handed_text_is_read_here() -> None:
    unread = [
        name
        for name, function in functions()
        if not PASSED_OVER.fullmatch(name)
        and any(str(each.annotation) in ("str", "bytes") for each in inspect.signature(function).parameters.values())
        and not any(read.split(" ")[0] == name for read in READINGS)
    ]
    assert not unread, "give them a type in MADE, a reading in OWN or a place in PASSED_OVER"
    assert not FRAMES.keys() - {name for name, _ in functions()}


def growth(read: Read, unit: str, size: int) -> float:
    """Return how many times as long a text that is longer by FACTOR takes."""
    small, large = grown(unit, size), grown(unit, size * FACTOR)
    return seconds(read, large) / max(seconds(read, small, 2), 1e-4)


@pytest.mark.parametrize("name", READINGS)
def test_reading_takes_its_share_longer_for_a_longer_text(name: str) -> None:
    """Each unit is tried alone and, by turns, with one of the joints; only what is slower than usual is measured."""
    read, size, usual = READINGS[name], SIZE, "The quick brown fox, 2024. " * (SIZE // 27)
    while size > 1_500 and seconds(read, usual[:size], 2) > _USUAL:
        size //= 2
    limit = 10 * seconds(read, usual[:size], 2) + 2e-3
    joints = islice(cycle(JOINTS), crc32(name.encode()) % len(JOINTS), None)
    for unit in chain.from_iterable((unit, unit + joint) for unit, joint in zip(UNITS, joints, strict=False)):
        if seconds(read, grown(unit, size)) > limit:
            ratios = [growth(read, unit, size)]
            while min(ratios) > ALLOWED * FACTOR and len(ratios) < 6:
                ratios.append(growth(read, unit, size))
            assert min(ratios) <= ALLOWED * FACTOR, f"{unit!r} takes {min(ratios):.0f} times as long"
