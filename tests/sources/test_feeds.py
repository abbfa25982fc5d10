"""Feeds are read whatever publishers write into them; what is no feed is told in one clear sentence."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import SourceError
from bot.domain.feed_entry import FeedDocument, FeedEntry, document_from, json_of_document
from bot.domain.identifiers import Identifiers
from bot.domain.paper import make_paper
from bot.sources.feed_document import parse
from bot.sources.lookup import Sources
from tests.doubles.web import Page, Web
from tests.doubles.web.world import sources_in

FEEDS = Path(__file__).parent.parent / "data/feeds"
ALL = sorted(FEEDS.iterdir())


def read(name: str, charset: str | None = None) -> FeedDocument:
    return parse((FEEDS / name).read_bytes(), "https://lab.example/feed", charset, "lab.example")


def links(entry: FeedEntry) -> list[str]:
    return [link.url for link in entry.metadata.links]


def test_arxivs_announcements_are_read_with_their_kind_version_and_month() -> None:
    document = read("arxiv.xml")
    assert (document.title, document.kind, document.ttl) == ("cs.CL updates on arXiv.org", "RSS 2.0", 1440)
    assert (document.skip_days, document.is_broken) == ((5, 6), False)
    assert [(each.announcement, each.version, str(each.metadata.date)) for each in document.entries] == [
        ("new", 1, "2026-11-26"),
        ("cross", 2, "2026-10"),
        ("replace", 4, "2023-01"),
        ("replace-cross", 2, "2003-01"),
    ]
    first, cross, *_ = document.entries
    assert first.metadata.title == "Sleepy Diffusion: When $p<q$ and Models Rest"
    assert first.metadata.excerpt == "We let a diffusion model rest whenever a < b & c > d. It helps."
    assert first.metadata.authors == ("Ada Núñez", "Taro Yamada", "Bo Li")
    assert (first.guid, first.categories) == ("oai:arXiv.org:2611.00001v1", ("cs.CL", "cs.LG"))
    assert links(first) == ["https://arxiv.org/abs/2611.00001"]
    assert first.metadata.identifiers == Identifiers(arxiv="2611.00001")
    assert cross.metadata.identifiers == Identifiers(arxiv="2610.00002", doi="10.5555/porridge.2")
    assert cross.metadata.venue == "Journal of Breakfast 3 (2026)"


def test_a_day_without_announcements_is_an_empty_feed() -> None:
    assert read("arxiv-weekend.xml").entries == ()


def test_an_answer_of_arxivs_api_is_a_feed() -> None:
    document = read("arxiv-api.xml")
    (entry,) = document.entries
    assert document.kind == "Atom 1.0"
    assert (entry.metadata.title, entry.metadata.excerpt) == ("Naps at Scale", "Models nap for n<10 seconds.")
    assert (entry.version, str(entry.metadata.date)) == (2, "2026-11-03")
    assert (entry.comment, entry.metadata.venue) == ("9 pages, accepted at ICLR 2027", "ICLR 2027")
    assert entry.metadata.identifiers == Identifiers(arxiv="2611.00004", doi="10.5555/naps.4")


def test_a_japanese_journals_rss_is_read() -> None:
    document = read("journal.rdf")
    (entry,) = document.entries
    assert (document.title, document.kind) == ("昼寝学会誌", "RSS 1.0")
    assert (entry.metadata.title, entry.metadata.excerpt) == ("拡散モデルの昼寝", "休むと賢くなる。")
    assert entry.metadata.authors == ("山田 太郎", "鈴木 花子")
    assert (str(entry.metadata.date), entry.metadata.venue) == ("2026-11-01", "昼寝学会誌")  # the day in Japan
    assert entry.metadata.identifiers.doi == "10.5715/made.30.1"
    assert entry.categories == ("自然言語処理",)


def test_markup_and_scripts_of_a_blog_are_inert() -> None:
    document = read("blog.xml")
    nap, note = document.entries
    assert document.title == "The Lab & its Blog"
    assert nap.metadata.title == "We taught a model to napalert(1)"
    assert (nap.metadata.excerpt, nap.metadata.authors) == ("It works well.", ("Nao Wu",))
    assert links(nap) == ["https://lab.example/blog/nap", "https://doi.org/10.5555/lab.nap"]
    assert (note.metadata.title, links(note)) == ("A note without a title.", [])


def test_hugging_faces_daily_papers_are_read() -> None:
    (entry,) = read("daily-papers.json").entries
    assert (entry.metadata.title, entry.metadata.authors) == ("Agents That Sleep", ("Fay Pu", "Gus Ray"))
    assert entry.metadata.identifiers.arxiv == "2611.00005"
    assert (str(entry.metadata.date), entry.categories) == ("2026-11-24", ("agents", "sleep"))
    assert links(entry)[-1] == "https://github.com/naps/agents"


def test_of_a_feed_that_ends_early_the_whole_entries_are_kept() -> None:
    document = read("cut.xml")
    assert document.is_broken
    assert [each.metadata.title for each in document.entries] == ["Whole"]


def test_entities_are_neither_multiplied_nor_read_from_files() -> None:
    text = str(read("bomb.xml"))
    assert "aaaa" not in text
    assert "root:" not in text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ((FEEDS / "page.html").read_bytes(), "answered with a web page, not with a feed"),
        ((FEEDS / "page-with-feed.html").read_bytes(), r"its feed seems to be https://lab\.example/feed\.xml"),
        (b"", "answered with nothing"),
        (b"\xef\xbb\xbf \n", "answered with nothing"),
        (b"hello", "is not a feed"),
        (b'{"error": "no"}', "is not a feed"),
        (b"[1, 2", "is not a feed"),
        (b"[" * 100_000, "is not a feed"),
        (b'<?xml version="1.0"?><opml version="2.0"><body/></opml>', "is not a feed"),
        (b'<rss version="2.0"><channel><title>A', r"The answer of lab\.example cannot be read"),
    ],
)
def test_what_is_no_feed_is_told_in_one_sentence(body: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        parse(body, "https://lab.example/", None, "lab.example")
    assert "\n" not in caught.value.text("ja")


def test_the_servers_charset_is_heeded() -> None:
    body = '<rss version="2.0"><channel><title>新着</title></channel></rss>'.encode("euc_jp")
    assert parse(body, "https://lab.example/", "euc-jp", "lab.example").title == "新着"


def test_a_document_survives_the_way_from_its_process() -> None:
    for file in ALL:
        if file.suffix != ".html":
            document = read(file.name)
            assert document_from(json.loads(json.dumps(json_of_document(document)))) == document


_PIECES = st.sampled_from(
    [
        b"<",
        b">",
        b"&",
        b'"',
        b"<item>",
        b"</item>",
        b"<![CDATA[",
        b"]]>",
        b"\x00",
        b"\xff",
        b"{",
        b"null",
        b"&#99999999999;",
    ]
)


@given(st.sampled_from(ALL), st.data())
def test_any_damage_to_a_feed_is_a_document_or_one_error(file: Path, data: st.DataObject) -> None:
    body = file.read_bytes()
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        body = body[:start] + data.draw(_PIECES | st.binary(max_size=8)) + body[end:]
    try:
        document = parse(body, "https://lab.example/", None, "lab.example")
    except SourceError:
        return
    for entry in document.entries:
        about = entry.metadata
        make_paper(
            title=about.title or "",
            excerpt=about.excerpt,
            authors=about.authors,
            links=about.links,
            identifiers=about.identifiers,
        )
        assert all(urlsplit(link).scheme in ("http", "https") for link in links(entry))
        assert entry.guid


# Over the wire.


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as opened:
        yield opened


@pytest.fixture
async def feeds(web: Web) -> AsyncIterator[Sources]:
    opened = sources_in(web, interval=0.3)
    yield opened
    await opened.close()


async def test_a_feed_is_fetched_and_parsed_in_its_own_process(web: Web, feeds: Sources) -> None:
    web.put("lab.example/feed", Page((FEEDS / "blog.xml").read_bytes(), "application/atom+xml"))
    assert (await feeds.read_feed("http://lab.example/feed")).document == read("blog.xml")
    assert "application/rss+xml" in web.asked[0].headers["Accept"]


async def test_a_feed_may_have_moved(web: Web, feeds: Sources) -> None:
    web.redirect("lab.example/old", "/new")
    web.put("lab.example/new", Page((FEEDS / "arxiv.xml").read_bytes(), "text/xml"))
    document = (await feeds.read_feed("http://lab.example/old")).document
    assert document and len(document.entries) == 4


async def test_arxivs_rss_counts_to_arxivs_slow_host(web: Web, feeds: Sources) -> None:
    for host in ("rss.arxiv.org", "export.arxiv.org"):
        web.put(f"{host}/rss/cs.CL", Page((FEEDS / "arxiv.xml").read_bytes(), "application/xml"))
    web.serve("export.arxiv.org", web.arxiv)
    await feeds.read_feed("http://rss.arxiv.org/rss/cs.CL")
    with pytest.raises(SourceError):
        await feeds.look_up("2401.00001")
    first, second = (each.at for each in web.asked)
    assert second - first >= 0.25


@pytest.mark.parametrize(
    ("path", "page", "says"),
    [
        ("/gone", Page(b"", status=410), r"lab\.example answered that this feed is gone for good"),
        ("/missing", Page(b"", status=404), r"lab\.example has no feed at this address"),
        ("/refused", Page(b"", status=403), "refused to answer"),
        ("/large", Page(b"<rss>" + b" " * 5_000_001), "larger than 5 MB"),
        ("/page", Page((FEEDS / "page.html").read_bytes()), "answered with a web page"),
    ],
)
async def test_what_a_server_answers_instead_is_told(
    web: Web, feeds: Sources, path: str, page: Page, says: str
) -> None:
    web.put(f"lab.example{path}", page)
    with pytest.raises(SourceError, match=says):
        await feeds.read_feed(f"http://lab.example{path}")


async def test_a_feed_of_a_private_host_is_not_read(web: Web, feeds: Sources) -> None:
    with pytest.raises(SourceError, match="is not on the public internet"):
        await feeds.read_feed(f"http://127.0.0.2:{web.port}/feed")


async def test_a_bomb_of_gzip_is_given_up(web: Web, feeds: Sources) -> None:
    web.serve("lab.example", web.bomb)
    with pytest.raises(SourceError, match="larger than 5 MB"):
        await feeds.read_feed("http://lab.example/feed")


@pytest.mark.parametrize(
    ("base", "link"),
    [
        ("", "https://lab.example/blog/nap"),
        (' xml:base="https://elsewhere.example/sub/"', "https://elsewhere.example/blog/nap"),
        (' xml:base="/sub/"', "https://lab.example/blog/nap"),
    ],
)
def test_relative_links_are_those_of_the_feeds_address_or_of_its_base(base: str, link: str) -> None:
    atom = f"""<feed xmlns="http://www.w3.org/2005/Atom"{base}><title>Naps</title><entry><title>A</title>
        <id>tag:a</id><link href="/blog/nap"/></entry></feed>"""
    (entry,) = parse(atom.encode(), "https://lab.example/deep/feed", None, "lab.example").entries
    assert (entry.guid, links(entry)) == ("tag:a", [link])


def test_a_guid_that_is_the_only_link_is_read_as_one() -> None:
    rss = b"<rss version='2.0'><channel><item><title>A</title><guid>nap</guid></item></channel></rss>"
    (entry,) = parse(rss, "https://lab.example/deep/feed", None, "lab.example").entries
    assert (entry.guid, links(entry)) == ("https://lab.example/deep/nap", ["https://lab.example/deep/nap"])
