"""Generated papers in the formats of the real sources."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """The content of an address."""

    body: bytes
    kind: str | None = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def html(*tags: str, title: str = "", body: str = "") -> Page:
    head = "".join(tags) + (f"<title>{escape(title)}</title>" if title else "")
    return Page(
        f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>'.encode(
            "utf-8", "surrogatepass"
        )
    )


def meta(name: str, content: str, key: str = "name") -> str:
    return f'<meta {key}="{name}" content="{escape(content)}">\n'


def citation(title: str, *authors: str, **tags: str) -> Page:
    """A publisher's page: `date="2023/7"` becomes `citation_publication_date`, other keys `citation_<key>`."""
    lines = [meta("citation_title", title), *(meta("citation_author", name) for name in authors)]
    lines += [meta("citation_" + ("publication_date" if key == "date" else key), value) for key, value in tags.items()]
    return html(*lines, title=title + " | Some Publisher")


def atom(entries: dict[str, dict[str, Any]]) -> Page:
    """arXiv's answer with these papers, by id with version."""
    body = "".join(_entry(id, values) for id, values in entries.items())
    return Page(
        f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/made-up</id>
  <title>arXiv Query: search_query=&amp;id_list=&amp;start=0&amp;max_results={len(entries)}</title>
  <updated>2026-11-24T00:00:00Z</updated>
  <link href="https://arxiv.org/api/query?search_query=" type="application/atom+xml"/>
  <opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>
  <opensearch:totalResults>{len(entries)}</opensearch:totalResults>
{body}</feed>
""".encode(),
        "application/atom+xml; charset=utf-8",
    )


def _entry(id: str, values: dict[str, Any]) -> str:
    more = "".join(
        f"    <arxiv:{key}>{escape(values[key])}</arxiv:{key}>\n"
        for key in ("comment", "journal_ref", "doi")
        if key in values
    )
    place = f"<arxiv:affiliation>{escape(values['affiliation'])}</arxiv:affiliation>" if "affiliation" in values else ""
    authors = "".join(f"<author><name>{escape(name)}</name>{place}</author>" for name in values["authors"])
    terms = values.get("categories", ["cs.CL"])
    categories = "".join(f'<category term="{term}" scheme="http://arxiv.org/schemas/atom"/>' for term in terms)
    return f"""  <entry>
    <id>http://arxiv.org/abs/{id}</id>
    <title>{escape(values["title"])}</title>
    <updated>2026-02-03T04:05:06Z</updated>
    <link href="https://arxiv.org/abs/{id}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{id}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{escape(values.get("abstract", ""))}</summary>
    {categories}
    <published>{values["published"]}</published>
{more}    <arxiv:primary_category term="{terms[0]}"/>
    {authors}
  </entry>
"""


def arxiv_error(reason: str) -> Page:
    return Page(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>arXiv Query</title><id>http://arxiv.org/api/made-up</id>
<entry><id>http://arxiv.org/api/errors#made_up</id><title>Error</title><summary>{escape(reason)}</summary>
<link href="http://arxiv.org/api/errors#made_up" rel="alternate" type="text/html"/>
<author><name>arXiv api core</name></author></entry></feed>""".encode(),
        "application/atom+xml",
    )


def as_json(value: Any, kind: str = "application/json") -> Page:
    return Page(json.dumps(value).encode(), kind)


def crossref(work: dict[str, Any]) -> Page:
    return as_json({"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": work})


def openreview(id: str, milliseconds: int | None, **content: Any) -> Page:
    """The API's version 2, where each value is wrapped."""
    wrapped = {key: {"value": value} for key, value in content.items()}
    note = {"id": id, "forum": id, "content": wrapped, "cdate": 1, "pdate": milliseconds, "version": 2}
    return as_json({"notes": [note], "count": 1})


def anthology(id: str, title: str, *authors: str, date: str, abstract: str) -> Page:
    url = f"https://aclanthology.org/{id}"
    tags = [meta("citation_title", title), *(meta("citation_author", name) for name in authors)]
    tags += [
        meta("citation_publication_date", date),
        meta("citation_pdf_url", url + ".pdf"),
        meta("citation_doi", f"10.18653/v1/{id}"),
        meta("og:title", title, "property"),
        meta("og:site_name", "ACL Anthology", "property"),
        meta("og:url", url, "property"),
        meta("og:description", f"{', '.join(authors)}. Made-Up Proceedings.", "property"),
    ]
    body = f'<div class="card-body acl-abstract"><h5 class=card-title>Abstract</h5><span>{abstract}</span></div>'
    return html(*tags, title=title + " - ACL Anthology", body=body)
