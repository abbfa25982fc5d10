"""Items that stood in a feed last time are left out before anything is parsed, and nothing new is lost by that."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import SourceError
from bot.domain.feed_entry import FeedDocument
from bot.sources.feed_document import parse

FEEDS = sorted((Path(__file__).parent.parent / "data/feeds").glob("*.[xr]*"))
HOST = "https://lab.example"


def read(body: str, seen: str = "") -> FeedDocument:
    return parse(body.encode(), f"{HOST}/feed", None, "lab.example", seen)


def rss(*items: str, before: str = "") -> str:
    return f"<rss version='2.0'><channel><title>Naps</title>{before}{''.join(items)}</channel></rss>"


def item(name: str, more: str = "") -> str:
    return f"<item><title>{name}</title><guid isPermaLink='false'>{name}</guid>{more}</item>"


def titles(document: FeedDocument) -> list[str | None]:
    return [entry.metadata.title for entry in document.entries]


def test_only_what_is_new_or_was_changed_is_read_again() -> None:
    first = read(rss(item("A"), item("B"), item("C")))
    assert len(first.keys) == 3
    second = read(rss(item("D"), item("B", "<author>Ada</author>"), item("A")), first.seen)
    assert (titles(second), second.title, second.kind) == (["D", "B"], "Naps", "RSS 2.0")
    assert titles(read(rss(item("C"), item("D"), item("A")), second.seen)) == ["C"]


@pytest.mark.parametrize("file", FEEDS, ids=lambda file: file.name)
def test_a_document_that_did_not_change_brings_no_entry(file: Path) -> None:
    body = file.read_bytes()
    try:
        first = parse(body, HOST, None, "lab.example")
    except SourceError:
        return
    again = parse(body, HOST, None, "lab.example", first.seen)
    assert titles(again) == ([] if first.seen else titles(first))
    assert (again.title, again.kind, again.ttl, again.seen) == (first.title, first.kind, first.ttl, first.seen)


def test_a_link_that_a_new_entry_shares_with_one_left_out_does_not_identify_it() -> None:
    link = f"<link>{HOST}/proceedings</link>"
    first = read(rss(item("A", link)))
    assert f"url:{HOST[8:]}/proceedings" in first.keys[0]
    second = read(rss(item("B", link), item("A", link)), first.seen)
    assert (titles(second), second.keys) == (["B"], (("guid:B",),))


@pytest.mark.parametrize(
    "body",
    [
        rss(item("A", "<description><![CDATA[</item><item>]]></description>")),
        rss(item("A"), before="<!-- <item> </item> -->"),
        rss(item("A"), "<!-- ", item("B"), " -->"),
        rss(item("A", "<description><item>within</item></description>")),
        '<!DOCTYPE rss [<!ENTITY nap "<item></item>">]>' + rss(item("A")),
        rss(item("A"))[:-20],
        rss(item("A")).replace("item>", "rss:item>").replace("<rss ", "<rss xmlns:rss='http://purl.org/rss/1.0/' "),
    ],
)
def test_all_is_read_where_it_is_not_plain_where_an_item_ends(body: str) -> None:
    first = read(body)
    assert titles(first) == titles(read(body, first.seen)) == ["A"]


_NAMES = st.sampled_from(["A", "B", "C", "Ｄ", "&lt;i&gt;E&lt;/i&gt;", ""])
_PARTS = st.sampled_from(
    [
        f"<link>{HOST}/a</link>",
        f"<link>{HOST}/b?utm_source=rss</link>",
        "<link>/relative</link>",
        "<guid>one</guid>",
        "<guid isPermaLink='false'>two</guid>",
        "<description>10.5555/naps.1</description>",
        "<description><![CDATA[<b>naps</b> </item> <item>]]></description>",
        "<description><![CDATA[]]]]><![CDATA[>]]></description>",
        "<!-- <item> -->",
        "<item><title>within</title></item>",
        "<dc:identifier xmlns:dc='http://purl.org/dc/elements/1.1/'>10.5555/naps.2</dc:identifier>",
        "&unknown;",
        "<broken",
    ]
)
_ITEMS = st.builds(
    lambda name, parts: f"<item><title>{name}</title>{''.join(parts)}</item>", _NAMES, st.lists(_PARTS, max_size=3)
)


@given(st.lists(_ITEMS, max_size=5), st.lists(_ITEMS, max_size=3), st.booleans())
def test_what_is_left_out_was_known_and_nothing_else_changes(old: list[str], new: list[str], first: bool) -> None:
    try:
        before, whole = read(rss(*old)), read(rss(*(new + old if first else old + new)))
    except SourceError:
        return
    rest = read(rss(*(new + old if first else old + new)), before.seen)
    known = {key for keys in before.keys for key in keys}
    assert news(rest, known) == news(whole, known)
    assert (rest.title, rest.kind, rest.is_broken) == (whole.title, whole.kind, whole.is_broken)


def news(document: FeedDocument, known: set[str]) -> list[tuple[object, ...]]:
    """Return the entries without a known key, with their keys, each once, as a poll finds them."""
    known, found = set(known), list[tuple[object, ...]]()
    for entry, keys in list(zip(document.entries, document.keys, strict=True))[::-1]:
        if known.isdisjoint(keys):
            found.append((entry, keys))
            known.update(keys)
    return found
