"""A paper is recognised by its id in every form in which people paste it."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.identifiers import (
    Identifiers,
    address_of,
    arxiv_id,
    canonical_url,
    doi,
    identifiers_in,
    is_url,
    links_in,
    web_address,
)
from tests.samples import addresses, texts

_RETNET = Identifiers(arxiv="2307.08621")
_URL_PARTS = st.sampled_from(
    [
        "http://",
        "HTTPS://",
        "https://www.",
        "ftp://",
        "example.org",
        "例え.jp",
        "[::1]",
        "[",
        "]",
        ":80",
        ":x",
        "user@",
        "/",
        "//",
        "?",
        "&",
        "=",
        "#",
        "%",
        "%20",
        "%25",
        "%3F",
        "%2525",
        " ",
        "(a)",
        "<b>",
        "a",
        "\t",
        "é",
        "..",
        ";",
        "utm_source=x",
        "10.1145/3.4",
    ],
)
near_addresses = st.lists(_URL_PARTS, max_size=9).map("".join) | addresses | texts


@pytest.mark.parametrize(
    "pasted",
    [
        "2307.08621",
        "2307.08621v2",
        "arXiv:2307.08621",
        "ARXIV: 2307.08621v1",
        " ２３０７.０８６２１ ",
        "https://arxiv.org/abs/2307.08621",
        "http://arxiv.org/abs/2307.08621v3",
        "https://arxiv.org/pdf/2307.08621",
        "https://arxiv.org/pdf/2307.08621v2.pdf",
        "https://arxiv.org/html/2307.08621v1",
        "https://arxiv.org/format/2307.08621",
        "https://www.arxiv.org/abs/2307.08621/",
        "https://export.arxiv.org/abs/2307.08621?context=cs.CL#S1",
        "https://huggingface.co/papers/2307.08621",
        "https://www.alphaxiv.org/abs/2307.08621",
        "https://alphaxiv.org/overview/2307.08621v2",
        "https://ar5iv.labs.arxiv.org/html/2307.08621",
        "10.48550/arXiv.2307.08621",
        "doi:10.48550/arxiv.2307.08621",
        "https://doi.org/10.48550/arXiv.2307.08621",
    ],
)
def test_an_arxiv_paper_is_recognised_in_every_shape(pasted: str) -> None:
    assert identifiers_in(pasted) == _RETNET


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("hep-th/9901001v2", "hep-th/9901001"),
        ("https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("MATH.gt/0309136", "math.GT/0309136"),
        ("https://arxiv.org/pdf/cs/0112017v1.pdf", "cs/0112017"),
    ],
)
def test_an_old_arxiv_id_is_recognised(pasted: str, name: str) -> None:
    assert identifiers_in(pasted) == Identifiers(arxiv=name)


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("doi: 10.1145/3292500.3330701.", "10.1145/3292500.3330701"),
        ("https://doi.org/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://dx.doi.org/10.1038/S41586-021-03819-2", "10.1038/s41586-021-03819-2"),
        ("https://dl.acm.org/doi/abs/10.1145/3292500.3330701?download=true", "10.1145/3292500.3330701"),
        ("https://dl.acm.org/doi/pdf/10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://link.springer.com/article/10.1007/s10994-021-05946-3", "10.1007/s10994-021-05946-3"),
        ("https://link.springer.com/content/pdf/10.1007/s10994-021-05946-3.pdf", "10.1007/s10994-021-05946-3"),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/aaai.12036", "10.1002/aaai.12036"),
        ("https://www.frontiersin.org/articles/10.3389/frai.2023.1/full", "10.3389/frai.2023.1"),
        ("https://www.jstage.jst.go.jp/doi/10.5715%2Fjnlp.30.1/", "10.5715/jnlp.30.1"),
    ],
)
def test_a_doi_is_recognised_alone_and_in_a_publishers_link(pasted: str, name: str) -> None:
    assert identifiers_in(pasted) == Identifiers(doi=name)


@pytest.mark.parametrize(
    ("pasted", "ids"),
    [
        ("https://openreview.net/forum?id=UU9Icwbhin", Identifiers(openreview="UU9Icwbhin")),
        ("https://openreview.net/pdf?id=UU9Icwbhin", Identifiers(openreview="UU9Icwbhin")),
        ("https://openreview.net/forum?noteId=x&id=UU9Icwbhin&referrer=y", Identifiers(openreview="UU9Icwbhin")),
        ("https://aclanthology.org/2020.acl-main.1/", Identifiers(acl="2020.acl-main.1")),
        ("https://www.aclanthology.org/P19-1001.pdf", Identifiers(acl="P19-1001")),
        ("https://aclanthology.org/2020.acl-main.1.bib", Identifiers(acl="2020.acl-main.1")),
    ],
)
def test_openreview_and_acl_papers_are_recognised(pasted: str, ids: Identifiers) -> None:
    assert identifiers_in(pasted) == ids


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "RetNet",
        "2307.086",
        "https://example.org/abs/2307.08621",
        "https://arxiv.org/list/cs.CL/recent",
        "10.1145/",
        "10.1145/;",
        "https://openreview.net/group?id=ICLR.cc",
        "https://openreview.net/",
        "https://aclanthology.org/volumes/2020.acl-main/",
        "javascript:alert(1)",
        "https://notarxiv.org/abs/2307.08621",
        "https://github.com/microsoft/unilm",
    ],
)
def test_what_names_no_paper_tells_no_id(pasted: str) -> None:
    assert identifiers_in(pasted) == Identifiers()


@given(
    st.one_of(
        st.from_regex(r"\A[0-9]{4}\.[0-9]{4,5}\Z").map(lambda name: ("arxiv", name)),
        st.from_regex(r"\A10\.[0-9]{4,9}/[a-z0-9()<>:;._#%-]{0,20}[a-z0-9]\Z").map(lambda name: ("doi", name)),
        st.from_regex(r"\A[A-Za-z0-9_-]{6,20}\Z").map(lambda name: ("openreview", name)),
        st.from_regex(r"\A20[0-9]{2}\.[a-z0-9-]{1,12}\.[0-9]{1,4}\Z").map(lambda name: ("acl", name)),
    )
)
def test_the_page_of_an_id_tells_the_id_again(pair: tuple[str, str]) -> None:
    scheme, name = pair
    if scheme == "doi" and "#" in name:
        return  # an address ends its path there
    assert identifiers_in(address_of(scheme, name)).pairs() == (pair,)


@given(near_addresses)
def test_an_address_made_safe_stays_as_it_is(text: str) -> None:
    if (address := web_address(text)) is not None:
        assert web_address(address) == address
        assert address.startswith(("http://", "https://"))
        assert address.isascii()
        assert not set(address) & set(' <>()[]"\n') - set("[]")
        assert "]" not in address.partition("/")[2][2:].partition("/")[2]


@given(near_addresses)
@example("http://[")
@example("http://a.b/%2525?a=%2526")
@example("http://a.b/%3Fx=1")
def test_two_spellings_of_one_page_have_one_key(text: str) -> None:
    page = canonical_url(text)
    if is_url(text):
        assert canonical_url(f"https://www.{page}") == page


@pytest.mark.parametrize(
    "other",
    [
        "http://www.example.org/a/",
        "https://example.org/a?utm_source=x&utm_medium=y",
        "https://EXAMPLE.org/a#part",
        "https://m.example.org/a?fbclid=1",
        "https://example.org/%61",
        "https://example.org:443/a",
    ],
)
def test_what_does_not_change_the_page_does_not_change_the_key(other: str) -> None:
    assert canonical_url(other) == canonical_url("https://example.org/a")


@pytest.mark.parametrize("other", ["https://example.org/A", "https://example.org/a?page=2", "https://example.net/a"])
def test_another_page_has_another_key(other: str) -> None:
    assert canonical_url(other) != canonical_url("https://example.org/a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "ftp://example.org/a",
        "javascript:alert(1)",
        "https://",
        "https://user:pw@example.org/",
        "http://a\nb.org",
        "http://[",
        "http://a:99999/",
        "https://exa mple.org/",
        "https://example.org/\u202ea",
        "https://a.org/" + "x" * 2000,
        "http://..",
        "https://a.org/" + "あ" * 300,
    ],
)
def test_what_cannot_be_linked_safely_is_no_address(text: str) -> None:
    assert web_address(text) is None
    assert not is_url(text)


def test_an_address_is_made_safe_to_put_into_markdown() -> None:
    assert web_address("https://例え.jp/論文 (1).pdf") == "https://xn--r8jz45g.jp/%E8%AB%96%E6%96%87%20%281%29.pdf"


@given(texts)
def test_an_id_read_from_text_reads_back(text: str) -> None:
    for read in (arxiv_id, doi):
        if (name := read(text)) is not None:
            assert read(name) == name


def test_missing_ids_are_filled_in_from_another_source() -> None:
    both = Identifiers(arxiv="2307.08621") | Identifiers(arxiv="9999.99999", doi="10.1/x")
    assert both == Identifiers(arxiv="2307.08621", doi="10.1/x")
    assert both.pairs() == (("arxiv", "2307.08621"), ("doi", "10.1/x"))


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("(see https://a.org/wiki/A_(b))", "https://a.org/wiki/A_(b)"),
        ("https://doi.org/10.1016/S0140-6736(20)30183-5.", "https://doi.org/10.1016/S0140-6736(20)30183-5"),
        ("[DOI](https://doi.org/10.1016/S0140-6736(20)30183-5)", "https://doi.org/10.1016/S0140-6736(20)30183-5"),
        ("<https://a.org/x>!", "https://a.org/x"),
        ('"https://a.org/x)).",', "https://a.org/x"),
    ],
)
def test_a_link_in_a_text_keeps_the_brackets_that_it_opens(text: str, link: str) -> None:
    assert [unquote(each) for each in links_in(text)] == [link]


def test_a_host_is_no_longer_than_the_net_allows() -> None:
    assert web_address("https://" + "a." * 126 + "a/") is not None
    assert web_address("https://" + "a." * 127 + "a/") is None
    assert web_address("https://" + "あ." * 900 + "a/") is None
