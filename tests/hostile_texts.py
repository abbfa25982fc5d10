"""Texts that are hard for patterns and loops, and the places of a page or a file where they can be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.doubles.web.answers import html, meta

Frame = Callable[[str], str]

UNITS = (
    " ",
    "\t",
    "\n",
    "\r\n",
    "\u3000",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "「",
    "」",
    '"',
    "'",
    "`",
    "\\",
    "$",
    "&",
    "&amp;",
    "&#",
    "<a ",
    "<a b='",
    "</",
    "<!--",
    "<![CDATA[",
    "<script>",
    "<title>",
    "<meta ",
    "<br>",
    "あ",
    "カ",
    "ー",
    "ヴ",
    "漢",
    "\u0301",
    "か\u3099",
    "\uff9e\u0301",
    "\u0323\u0301",
    "\u200d",
    "👩\u200d",
    "\U0001f1ef",
    "\U000e0067",
    "\U000e0100",
    "1",
    "1.",
    ",",
    ";",
    " and ",
    "{}",
    "{,}",
    "@a{",
    "a-",
    "-",
    "_",
    "*",
    "#",
    "/",
    ":",
    "https://a.jp/",
    "http",
    "arXiv:",
    "10.1234/",
    "%",
    "^^",
    "~",
    "年",
    "|",
    "tag:",
    '"a" ',
    "é",
    "[a](",
    "\n- ",
    "\n\n",
    "\\{",
    "\\a ",
    "\\'{",
    "\\href{",
    "AB  - ",
    "\nAB  - ",
    "論文タイトル:",
    "\n論文タイトル:a\n",
    "!",
    ".",
    "?",
    "=",
    "abstract",
    "a",
    "- a\n",
    "İ",
    "ﬃ",
    "\x00",
    "a:\n",
    "&a *a ",
    "http://a,",
    "A, ",
)
"""The parts of texts that are hard for patterns."""

JOINTS = ("a", " ", "\n", ",")


def grown(unit: str, size: int, before: str = "") -> str:
    """Return a text of that size, between a start and the needle that ends it."""
    return before + unit * (size // len(unit)) + "x"


def page(*tags: str, **more: str) -> str:
    return html(*tags, **more).body.decode("utf-8", "surrogatepass")


def ld(**fields: object) -> str:
    return page(
        '<script type="application/ld+json">' + json.dumps({"@type": "Article", "headline": "A"} | fields) + "</script>"
    )


def bib(field: str) -> Frame:
    return lambda text: f"@misc{{a, title={{A}},\n {field} = {{{text}}}\n}}"


def ris(tag: str) -> Frame:
    return lambda text: f"TY  - GEN\nTI  - A\n{tag}  - {text}\nER  - "


def member(*keys: str) -> Frame:
    """Return a JSON or YAML entry that contains the text there."""

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
    "citation_title",
    "citation_author",
    "citation_authors",
    "citation_date",
    "citation_abstract",
    "citation_doi",
    "citation_pdf_url",
    "citation_arxiv_id",
    "citation_author_institution",
    "dc.creator",
    "dc.identifier",
    "og:title",
    "og:site_name",
    "author",
    "description",
)
BIB_FIELDS = (
    "author",
    "editor",
    "year",
    "month",
    "date",
    "day",
    "doi",
    "url",
    "links",
    "eprint",
    "keywords",
    "note",
    "abstract",
    "annote",
    "timestamp",
    "paperid",
    "acl",
    "title",
    "journal",
)
RIS_TAGS = ("AU", "DA", "PY", "KW", "UR", "C2", "N1", "AB", "DO", "AN", "ID", "C3", "C4", "C6", "L1", "JO")
MEMBERS = (
    ("title",),
    ("date",),
    ("comment",),
    ("authors", "[]"),
    ("links", "[]"),
    ("tags", "[]"),
    ("id",),
    ("identifiers", "doi"),
    ("identifiers", "arxiv"),
    ("added_at",),
    ("links", "[]", "url"),
)


def tagged(name: str) -> Frame:
    return lambda text: page(meta("citation_title", "A"), meta(name, text))


def each(form: str, joint: str = "\n") -> Frame:
    """Return a text of many parts, each with its number and a character of the text."""
    return lambda text: joint.join(form.format(n, letter) for n, letter in enumerate(text[::30]))


def listed(body: str) -> str:
    return page(body=f"<h3>Showing new listings for Friday, 27 November 2026</h3><h3>New submissions</h3>{body}")


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
# The text that each reader gets, where the bare text would be rejected early.
FRAMES: dict[str, dict[str, Frame]] = {
    "sources.arxiv_listing.parse": {
        "": str,
        "heading": lambda text: listed(f"<h3>{text}</h3>"),
        "section": lambda text: listed(f"<h3>New submissions ({text})</h3>"),
        "link": lambda text: listed(f"<dt><a {text}>"),
        "address": lambda text: listed(f"<dt><a href=/abs/{text}>"),
        "papers": lambda text: listed(each("<dt><a href=/abs/2611.{:05}>{}</a></dt>")(text)),
        "links": lambda text: listed(each("<dt><a href={}{}>")(text)),
    },
    "sources.webpage.parse": PAGES,
    "sources.webpage.parse_citation": PAGES,
    "sources.acl.parse": PAGES
    | {
        "box": lambda text: page(meta("citation_title", "A"), body=f'<div class="card-body acl-abstract">{text}</div>'),
    },
    "sources.html_meta.meta_tags": PAGES,
    "sources.html_meta.title_of": PAGES | {"titles": lambda text: "<title" + text},
    "sources.html_meta.scripts_of": PAGES | {"scripts": lambda text: "<script" + text},
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
        "entries of a line": each("@misc{{k{}, title={{{}}}, author={{B}}, year=2020}}", " "),
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
for yaml_reader in ("formats.yaml.read", "formats.yaml_document.read_document", "formats.positions.read_yaml"):
    FRAMES[yaml_reader] = FRAMES["formats.json.read"]
