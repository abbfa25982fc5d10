"""What arXiv and Crossref answer about a paper's publication is read from answers as the real ones give them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.errors import SourceBusyError, SourceError, UnknownPaperError
from bot.domain.publication import Notice, Publication
from bot.sources.lookup import Sources
from tests.doubles.web import Page, Web
from tests.doubles.web.answers import arxiv_error, crossref
from tests.doubles.web.server import always

ENTRY: dict[str, Any] = {"title": "A Paper", "authors": ["A B"], "published": "2024-01-05T17:58:01Z"}


async def of_arxiv(web: Web, sources: Sources, version: str, **values: str) -> Publication:
    web.papers = {f"2401.00001{version}": ENTRY | values}
    return (await sources.arxiv_publications(["2401.00001"]))["2401.00001"]


async def of_crossref(web: Web, sources: Sources, **values: Any) -> Publication:
    work = {"DOI": "10.1101/2024.01.02", "title": ["A Work"], "type": "journal-article"} | values
    web.put("api.crossref.org/works/10.1101%2F2024.01.02", crossref(work))
    return await sources.crossref_publication("10.1101/2024.01.02")


async def test_arxiv_tells_version_venue_published_version_and_code(web: Web, sources: Sources) -> None:
    assert await of_arxiv(web, sources, "v1") == Publication(version=1)
    told = await of_arxiv(
        web,
        sources,
        "v12",
        journal_ref="Nature 612,\n 7 (2026)",
        doi="10.1038/S1-2",
        comment="12 pages. Code: https://github.com/naps/sleepy.",
    )
    code = "https://github.com/naps/sleepy"
    assert told == Publication(version=12, venue="Nature 612, 7 (2026)", doi="10.1038/s1-2", code=code)
    assert (await of_arxiv(web, sources, "v2", comment="Accepted at ICML 2026 (oral)")).venue == "ICML 2026"
    assert (await of_arxiv(web, sources, "v1", doi="10.48550/arXiv.2401.00001")).doi is None
    assert (await of_arxiv(web, sources, "v1", comment="https://huggingface.co/papers/2401.00002")).code is None


@pytest.mark.parametrize(
    ("remark", "is_withdrawn"),
    [
        ({"comment": "This paper has been withdrawn by the author due to a crucial error in Lemma 2"}, True),
        ({"comment": "arXiv admin note: this submission has been withdrawn by arXiv administrators"}, True),
        ({"abstract": "This paper has been withdrawn."}, True),
        ({"comment": "This paper was withdrawn from ICLR 2026"}, False),
        ({"abstract": "We study how a paper is withdrawn."}, False),
    ],
)
async def test_arxiv_tells_a_withdrawal(web: Web, sources: Sources, remark: dict[str, str], is_withdrawn: bool) -> None:
    notices = (await of_arxiv(web, sources, "v2", **remark)).notices
    assert notices == ((Notice("retraction", "https://arxiv.org/abs/2401.00001"),) if is_withdrawn else ())


async def test_a_hundred_papers_are_one_request_and_unknown_ones_are_missing(web: Web, sources: Sources) -> None:
    web.papers = {f"2401.{n:05}v{n + 1}": ENTRY for n in range(1, 90)} | {"math/0309999v2": ENTRY}
    ids = [f"2401.{n:05}" for n in range(1, 98)] + ["math.AG/0309999", "9999.99999"]
    told = await sources.arxiv_publications(ids)
    assert len(web.asked) == 1
    assert len(told) == 90
    assert (told["2401.00089"].version, told["math.AG/0309999"].version) == (90, 2)
    assert await sources.arxiv_publications(["9999.99999"]) == {}
    assert len(web.asked) == 1  # an impossible id is not asked for


async def test_crossref_tells_venue_and_the_published_version_of_a_preprint(web: Web, sources: Sources) -> None:
    preprint: dict[str, Any] = {"type": "posted-content", "institution": [{"name": "bioRxiv"}]}
    assert await of_crossref(web, sources, **preprint) == Publication()
    relation = {"is-preprint-of": [{"id-type": "doi", "id": "10.1038/S1-2", "asserted-by": "subject"}]}
    assert (await of_crossref(web, sources, **preprint, relation=relation)).doi == "10.1038/s1-2"
    versions = {"has-version": [{"id-type": "doi", "id": f"10.{n}/v2"} for n in (1101, 7554)]}
    assert (await of_crossref(web, sources, **preprint, relation=versions)).doi == "10.7554/v2"
    assert (await of_crossref(web, sources, **{"container-title": ["Cell &amp; Tissue"]})).venue == "Cell & Tissue"


async def test_crossref_tells_notices_once_each(web: Web, sources: Sources) -> None:
    retraction = {"DOI": "10.1000/r", "type": "retraction", "label": "Retraction", "source": "publisher"}
    by_others = {**retraction, "source": "retraction-watch", "record-id": 1}
    erratum, version = {"DOI": "10.1000/e", "type": "erratum"}, {"DOI": "10.1000/v", "type": "new_version"}
    told = await of_crossref(
        web,
        sources,
        **{"title": ["RETRACTED: A Work"], "updated-by": [retraction, by_others, erratum, version, "x"]},
    )
    assert told.notices == (
        Notice("retraction", "https://doi.org/10.1000/r"),
        Notice("correction", "https://doi.org/10.1000/e"),
    )
    own = Notice("retraction", "https://doi.org/10.1101/2024.01.02")
    assert (await of_crossref(web, sources, title=["Retracted Article: A Work"])).notices == (own,)
    itself = [{"DOI": "10.1101/2024.01.02", "type": "withdrawal"}, {"DOI": "10.1000/other", "type": "retraction"}]
    assert (await of_crossref(web, sources, **{"update-to": itself})).notices == (own,)


async def test_odd_answers_are_told_apart(web: Web, sources: Sources) -> None:
    with pytest.raises(UnknownPaperError):
        await sources.crossref_publication("10.1000/none")
    odd: list[dict[str, Any]] = [
        {"relation": [1], "updated-by": {"a": 1}, "update-to": "x", "type": 3},
        {"updated-by": [{"type": []}, {"type": "retraction"}]},
    ]
    for work in odd:
        assert await of_crossref(web, sources, **work) == Publication()
    web.serve("export.arxiv.org", always(arxiv_error("no")))
    with pytest.raises(SourceError, match="no"):
        await sources.arxiv_publications(["2401.00001"])
    web.serve("export.arxiv.org", always(Page(b"", status=429, headers={"Retry-After": "7"})))
    with pytest.raises(SourceBusyError):
        await sources.arxiv_publications(["2401.00001"])
