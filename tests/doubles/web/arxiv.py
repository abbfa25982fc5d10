"""arXiv as its readers see it: feeds, listings and the API, by what it announced on which day; with its faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import md5
from html import escape
from zoneinfo import ZoneInfo

from aiohttp import web as aiohttp

from .answers import Page, atom, html
from .server import Web, response

NEW_YORK = ZoneInfo("America/New_York")
LISTED_FROM = timedelta(hours=4)  # before midnight in New York, the listing shows the next day's announcement
HEADINGS = {"new": "New submissions", "cross": "Cross submissions", "replace": "Replacement submissions"}


@dataclass(frozen=True)
class Announced:
    """A paper as it was announced in a category; `categories` begin with its primary one."""

    id: str
    kind: str
    categories: tuple[str, ...]
    version: int = 1


@dataclass
class Faults:
    """What is wrong with arXiv just now."""

    stale: bool = False  # the feed is dated today but holds the announcement before
    absent: frozenset[str] = frozenset()  # categories that combined feeds lack
    most: int = 2000  # entries that a feed holds
    page: int = 2000  # papers that a page of a listing shows
    listing: Page | None = None  # what it answers instead of listings
    answers: int = 1000  # answers that the API still gives
    unknown: frozenset[str] = frozenset()  # papers that the API does not know yet
    before_answer: Callable[[], None] = lambda: None  # called at each request of the API


@dataclass
class ArxivServer:
    """Serves all hosts of arXiv by a clock."""

    clock: Callable[[], datetime]
    days: dict[date, dict[str, list[Announced]]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    requests: Counter[str] = field(default_factory=Counter)

    def serve(self, web: Web) -> None:
        web.serve("rss.arxiv.org", self._feed)
        web.serve("arxiv.org", self._listing)
        web.serve("export.arxiv.org", self._api)

    def announce(
        self, day: str, category: str, *, new: int = 0, cross: int = 0, replaced: int = 0, also: str = ""
    ) -> list[str]:
        """Announce papers, the new ones also as cross-lists in `also`; return the ids of all but replacements."""
        of_day = self.days.setdefault(date.fromisoformat(day), {})
        count = sum(len(each) for days in self.days.values() for each in days.values())
        ids = (f"2611.{count + n:05}" for n in range(1, 10_000))
        others = {"cross": ("hep-th", category), "replace": (category,)}
        for kind, number in (("new", new), ("cross", cross), ("replace", replaced)):
            for id in (next(ids) for _ in range(number)):
                categories = others.get(kind, (category, also) if also else (category,))
                paper = Announced(id, kind, categories, 3 if kind == "replace" else 1)
                of_day.setdefault(category, []).append(paper)
                if also and kind == "new":
                    of_day.setdefault(also, []).append(Announced(id, "cross", categories))
        return [paper.id for paper in of_day.get(category, []) if paper.kind != "replace"]

    async def _feed(self, request: aiohttp.Request) -> aiohttp.Response:
        self.requests["feed"] += 1
        today = self.clock().astimezone(NEW_YORK).date()
        earlier = [day for day in self.days if day < today]
        day = max(earlier) if self.faults.stale and earlier else today
        names = request.path.rpartition("/")[2].split("+")
        held = [name for name in names if name not in self.faults.absent]
        papers = {paper.id: paper for name in held for paper in reversed(self.days.get(day, {}).get(name, []))}
        page = rss(names, list(papers.values())[: self.faults.most], today)
        tag = f'"{md5(page.body).hexdigest()}"'
        if request.headers.get("If-None-Match") == tag:
            self.requests["304"] += 1
            return aiohttp.Response(status=304, headers={"ETag": tag})
        return response(replace(page, headers={"ETag": tag}))

    async def _listing(self, request: aiohttp.Request) -> aiohttp.Response:
        _, _, category, name = request.path.split("/")
        if self.faults.listing:
            self.requests["failed listing"] += 1
            return response(self.faults.listing)
        self.requests["listing" if name == "new" else name] += 1
        ahead = (self.clock() + LISTED_FROM).astimezone(NEW_YORK).date()
        days = sorted((day for day in self.days if day <= ahead), reverse=True)
        skip = int(request.query.get("skip", "0"))
        if name == "recent":
            papers = {day: self.days[day].get(category, []) for day in days[:5]}
            return response(recent(papers, skip, min(int(request.query["show"]), self.faults.page)))
        return response(listing(days[0], self.days[days[0]].get(category, []), skip, self.faults.page))

    async def _api(self, request: aiohttp.Request) -> aiohttp.Response:
        self.requests["api"] += 1
        self.faults.before_answer()
        if self.requests["api"] > self.faults.answers:
            return response(Page(b"Rate exceeded.", "text/plain", 429, {"Retry-After": "60"}))
        ids = set(request.query["id_list"].split(",")) - self.faults.unknown
        papers = {paper.id: paper for day in self.days.values() for each in day.values() for paper in each}
        return response(atom({f"{id}v{papers[id].version}": _values(papers[id]) for id in sorted(ids & papers.keys())}))


def _values(paper: Announced) -> dict[str, object]:
    return {
        "title": f"Paper {paper.id}",
        "authors": ["Ada Núñez"],
        "published": "2026-11-20T10:00:00Z",
        "abstract": "It sleeps.",
        "categories": list(paper.categories),
    }


def rss(names: Sequence[str], papers: Iterable[Announced], day: date) -> Page:
    """A feed of arXiv, dated that day."""
    midnight = f"{day:%a, %d %b %Y} 00:00:00 -0500"
    items = "".join(
        f"""<item><title>Paper {paper.id}</title><link>https://arxiv.org/abs/{paper.id}</link>
<description>arXiv:{paper.id}v{paper.version} Announce Type: {paper.kind} \nAbstract: It sleeps.</description>
<guid isPermaLink="false">oai:arXiv.org:{paper.id}v{paper.version}</guid>
{"".join(f"<category>{name}</category>" for name in paper.categories)}<pubDate>{midnight}</pubDate>
<arxiv:announce_type>{paper.kind}</arxiv:announce_type><dc:creator>Ada Núñez</dc:creator></item>"""
        for paper in papers
    )
    return Page(
        f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>
<title>{", ".join(names)} updates on arXiv.org</title><link>http://rss.arxiv.org/rss/{"+".join(names)}</link>
<description>x</description><lastBuildDate>{midnight}</lastBuildDate><pubDate>{midnight}</pubDate>
<skipDays><day>Sunday</day><day>Saturday</day></skipDays>{items}</channel></rss>""".encode(),
        "application/rss+xml",
    )


def listing(day: date, papers: Sequence[Announced], skip: int = 0, most: int = 2000) -> Page:
    """A page of a listing."""
    shown, parts = papers[skip : skip + most], []
    for kind, heading in HEADINGS.items():
        of_kind = [paper for paper in shown if paper.kind == kind]
        total = sum(paper.kind == kind for paper in papers)
        if of_kind:
            first = "" if len(of_kind) == total else "first "
            parts += [
                f"<dl id='articles'><h3>{heading} (showing {first}{len(of_kind)} of {total} entries)</h3>",
                *map(_item, of_kind),
                "</dl>",
            ]
    count = f"<div class='paging'>Total of {len(papers)} entries </div>" if papers else ""
    day_text = f"{day:%A}, {day.day} {day:%B %Y}"
    body = "".join(parts) or "<p>No updates today.</p>"
    return html(
        title="x", body=f"<div id='dlpage'><h3>Showing new listings for {day_text}</h3>{count}{body}{count}</div>"
    )


def recent(days: Mapping[date, Sequence[Announced]], skip: int, most: int) -> Page:
    """A page of the last announcements; their replacements are not listed."""
    new = [(day, [paper for paper in papers if paper.kind != "replace"]) for day, papers in days.items()]
    shown, parts = {id(paper) for paper in [paper for _, papers in new for paper in papers][skip : skip + most]}, []
    for day, papers in new:
        of_day = [paper for paper in papers if id(paper) in shown]
        first = "" if len(of_day) == len(papers) else "first "
        count = f" (showing {first}{len(of_day)} of {len(papers)} entries )" if papers else ""
        if of_day or not papers:
            heading = f"<dl id='articles'><h3>{day:%a}, {day.day} {day:%b %Y}{count}</h3>"
            parts += [
                heading,
                *(map(_item, of_day) if papers else ["<p>No updates for this time period.</p>"]),
                "</dl>",
            ]
    total = sum(len(papers) for _, papers in new)
    return html(title="x", body=f"<div class='paging'>Total of {total} entries : </div>{''.join(parts)}")


def _item(paper: Announced) -> str:
    kind = {"new": "", "cross": f"(cross-list from {paper.categories[0]})", "replace": "(replaced)"}[paper.kind]
    return f"""<dt><a name='item1'>[1]</a>
<a href ="/abs/{paper.id}" title="Abstract" id="{paper.id}"> arXiv:{paper.id} </a> {kind}
[<a href="/pdf/{paper.id}" title="Download PDF">pdf</a>, <a href="/format/{paper.id}">other</a>]</dt>
<dd><div class='meta'><div class='list-title mathjax'>Paper {escape(paper.id)}</div>
<div class='list-authors'><a href="https://arxiv.org/search/?query=N">Ada Núñez</a></div>
<p class='mathjax'>It sleeps beside <a href="https://arxiv.org/abs/1001.00001">another</a>.</p></div></dd>"""
