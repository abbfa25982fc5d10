"""Every kind of link that a team pastes leads to the right paper."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.config_sections import SourcesSettings
from bot.domain.dates import PaperDate
from bot.domain.errors import SourceError, UnknownPaperError
from bot.domain.identifiers import Identifiers
from bot.sources.lookup import Sources
from bot.sources.open_sources import open_sources
from tests.doubles.web import Page, Web
from tests.doubles.web.answers import anthology, atom, citation, crossref, openreview

SLEEPY: dict[str, Any] = {
    "title": "Sleepy Attention: Models That Rest Between Tokens",
    "authors": ("Ada Núñez", "山田 太郎"),
    "date": PaperDate(2024, 1, 5),
    "organization": "Institute of Naps",
    "excerpt": "We let a model rest. It answers a < b & c better after that.",
    "links": [
        "https://arxiv.org/abs/2401.00001",
        "https://arxiv.org/pdf/2401.00001",
        "https://github.com/naps/sleepy-attention",
    ],
    "identifiers": Identifiers(arxiv="2401.00001", doi="10.5555/sleepy.1"),
}
MAPS: dict[str, Any] = {"title": "On the Folding of Old Maps", "authors": ("Bo Field",), "date": PaperDate(2003, 9, 30)}
LAKE: dict[str, Any] = {
    "title": "Counting Fish & Birds: A Census",
    "authors": ("Cy Ito", "The Lake Group"),
    "date": PaperDate(2021, 3),
    "organization": "Lake University",
    "excerpt": "We counted twice. Then again.",
    "links": ["https://doi.org/10.5555/lake.42"],
    "identifiers": Identifiers(arxiv="2101.00042", doi="10.5555/lake.42"),
}
REVIEWS: dict[str, Any] = {
    "title": "Reviews of Reviews",
    "authors": ("Eve Ono", "Fay Pu"),
    "date": PaperDate(2024, 1, 16),
    "excerpt": "We review\n\nreviews.",
    "identifiers": Identifiers(openreview="AbCdEf1234"),
    "links": [
        "https://openreview.net/forum?id=AbCdEf1234",
        "https://openreview.net/pdf?id=AbCdEf1234",
        "https://github.com/ono/reviews",
    ],
}
SHY: dict[str, Any] = {
    "title": "A Page Instead",
    "authors": ("Gus Q. Ray",),
    "date": PaperDate(2023, 9, 28),
    "excerpt": "The API was shy.",
    "identifiers": Identifiers(openreview="ZyXwVu9876"),
    "organization": None,
    "links": ["https://openreview.net/forum?id=ZyXwVu9876", "https://openreview.net/pdf?id=ZyXwVu9876"],
}
PORRIDGE: dict[str, Any] = {
    "title": "Parsing Porridge",
    "authors": ("Hal Ro", "Iku Sé"),
    "date": PaperDate(2023, 7),
    "organization": None,
    "excerpt": "Porridge is & stays hot. x<1",
    "links": ["https://aclanthology.org/2023.madeup-main.7/", "https://aclanthology.org/2023.madeup-main.7.pdf"],
    "identifiers": Identifiers(acl="2023.madeup-main.7", doi="10.18653/v1/2023.madeup-main.7"),
}
NETS = {"title": "Nets of Nets", "authors": ("Jan Roe", "Kim Sato"), "date": PaperDate(2023)}
NAP_JA = {
    "title": "言語モデルの昼寝",
    "organization": "研究所ブログ",
    "excerpt": "昼寝の効用を調べた。",
    "date": PaperDate(2024, 5, 1),
}

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("2401.00001", SLEEPY),
    ("2401.00001v2", SLEEPY),
    ("arXiv:2401.00001", SLEEPY),
    ("ａｒＸｉｖ：２４０１．００００１", SLEEPY),
    ("https://arxiv.org/abs/2401.00001", SLEEPY),
    ("https://arxiv.org/abs/2401.00001v3", SLEEPY),
    ("https://arxiv.org/pdf/2401.00001", SLEEPY),
    ("https://arxiv.org/pdf/2401.00001v1.pdf", SLEEPY),
    ("https://arxiv.org/html/2401.00001v3#S2", SLEEPY),
    ("<https://www.arxiv.org/abs/2401.00001?context=cs>", SLEEPY),
    ("https://huggingface.co/papers/2401.00001", SLEEPY),
    ("https://www.alphaxiv.org/overview/2401.00001v1", SLEEPY),
    ("https://ar5iv.labs.arxiv.org/html/2401.00001", SLEEPY),
    ("10.48550/arXiv.2401.00001", SLEEPY),
    ("https://doi.org/10.48550/arXiv.2401.00001", SLEEPY),
    ("http://t.example/abc", SLEEPY),
    ("math.GT/0309999", MAPS),
    ("https://arxiv.org/abs/math/0309999v1", MAPS),
    ("10.5555/lake.42", LAKE),
    ("doi:10.5555/LAKE.42", LAKE),
    ("https://dx.doi.org/10.5555/lake.42", LAKE),
    ("https://dl.acm.org/doi/abs/10.5555/lake.42?download=true", LAKE),
    ("https://dl.acm.org/doi/pdf/10.5555/lake.42", LAKE),
    ("https://link.springer.com/content/pdf/10.5555/lake.42.pdf", LAKE),
    ("http://t.example/doi", LAKE),
    (
        "https://zenodo.org/doi/10.5281/zenodo.77",
        {"title": "A Heap of Data", "authors": ("Dee Os",), "date": PaperDate(2022)},
    ),
    (
        "https://doi.org/10.5715/made.30.1",
        {
            "title": "眠る言語モデル",
            "authors": ("山田 太郎", "鈴木 花子"),
            "date": PaperDate(2023, 3, 15),
            "organization": "昼寝大学",
            "excerpt": "休むと賢くなる。",
            "identifiers": Identifiers(doi="10.5715/made.30.1"),
        },
    ),
    ("https://openreview.net/forum?id=AbCdEf1234", REVIEWS),
    ("https://openreview.net/pdf?id=AbCdEf1234", REVIEWS),
    ("https://openreview.net/forum?id=AbCdEf1234&noteId=x&referrer=y", REVIEWS),
    ("https://openreview.net/forum?id=ZyXwVu9876", SHY),
    ("https://aclanthology.org/2023.madeup-main.7/", PORRIDGE),
    ("https://aclanthology.org/2023.madeup-main.7.pdf", PORRIDGE),
    ("https://www.aclanthology.org/2023.madeup-main.7.bib", PORRIDGE),
    (
        "https://aclanthology.org/P19-9999",
        {"title": "Old Oats", "identifiers": Identifiers(acl="P19-9999", doi="10.18653/v1/p19-9999")},
    ),
    (
        "http://proceedings.neurips.cc/paper_files/paper/2023/hash/00aa-Abstract-Conference.html",
        NETS
        | {
            "links": [
                "http://proceedings.neurips.cc/paper_files/paper/2023/hash/00aa-Abstract-Conference.html",
                "http://proceedings.neurips.cc/files/00aa-Paper.pdf",
            ]
        },
    ),
    ("http://proceedings.neurips.cc/paper_files/paper/2023/file/00aa-Paper-Conference.pdf", NETS),
    (
        "http://proceedings.mlr.press/v300/roe26a/roe26a.pdf",
        {
            "title": "Learning Machines",
            "date": PaperDate(2026, 2, 11),
            "links": [
                "http://proceedings.mlr.press/v300/roe26a.html",
                "http://proceedings.mlr.press/v300/roe26a/roe26a.pdf",
            ],
        },
    ),
    ("http://openaccess.thecvf.com/content/CVPR2023/papers/Roe_Eyes_CVPR_2023_paper.pdf", {"title": "Eyes Everywhere"}),
    (
        "http://jmlr.org/papers/volume25/23-0001/23-0001.pdf",
        {"title": "A Journal of Machines", "date": PaperDate(2024)},
    ),
    (
        "http://www.nature.com/articles/s1-2-3",
        {
            "title": "Leaves in Wind",
            "organization": "Wind Lab",
            "identifiers": Identifiers(doi="10.1038/s1-2-3"),
            "links": ["http://www.nature.com/articles/s1-2-3"],
        },
    ),
    ("http://www.nature.com/articles/s1-2-3.pdf", {"title": "Leaves in Wind"}),
    (
        "http://pubmed.ncbi.nlm.nih.gov/99999999/",
        {"title": "Cells at Rest", "authors": ("Kay T", "Lee U"), "excerpt": "Cells rest.", "organization": None},
    ),
    (
        "http://journal.example/article/view/7",
        {
            "title": "A Small Journal",
            "authors": ("Max Vu",),
            "date": PaperDate(2019, 5, 6),
            "excerpt": "Small but open.",
            "identifiers": Identifiers(doi="10.1000/small.7"),
        },
    ),
    ("http://arxiv-mirror.example/paper", {"title": "Mirrored", "identifiers": Identifiers(arxiv="2205.00001")}),
    (
        "http://github.com/naps/tool",
        {"title": "GitHub - naps/tool: A tool for naps", "organization": "GitHub", "excerpt": "A tool for naps."},
    ),
    (
        "http://lab.example/blog/nap",
        {
            "title": "We taught a model to nap",
            "authors": ("Nao Wu",),
            "date": PaperDate(2024, 2, 3),
            "organization": "The Lab",
        },
    ),
    (
        "http://repository.example/1",
        {
            "title": "Said in JSON",
            "authors": ("Oz Pi",),
            "organization": "Oz College",
            "date": PaperDate(2020, 10),
            "excerpt": "All of it.",
            "identifiers": Identifiers(doi="10.1000/json"),
        },
    ),
    ("http://blog.example.jp/nap", NAP_JA),
    ("http://t.example/blog", NAP_JA | {"links": ["http://blog.example.jp/nap"]}),
    ("http://old.example.jp/Shift_JIS", {"title": "古い頁の論文①"}),
    ("http://old.example.jp/EUC-JP", {"title": "古い頁の論文?"}),
    ("http://plain.example/paper", {"title": "Only a Title", "date": None, "authors": ()}),
    ("http://odd.example/no-type", {"title": "No Content Type"}),
    ("http://moved.example/a", {"title": "Moved"}),
]


async def test_every_kind_of_link_leads_to_its_paper(sources: Sources) -> None:
    for source, expected in KINDS:
        metadata = await sources.look_up(source)
        values = {name: getattr(metadata, name) for name in expected} | (
            {"links": [link.url for link in metadata.links]} if "links" in expected else {}
        )
        assert values == expected, source


def test_forty_kinds_and_more_are_tried() -> None:
    assert len({source for source, _ in KINDS}) == len(KINDS) >= 40


async def test_a_doi_is_found_although_crossref_is_down(web: Web, sources: Sources) -> None:
    web.serve("api.crossref.org", web.broken)
    web.put("doi.org/10.5555/lake.42", citation("From the Page", doi="10.5555/lake.42"))
    metadata = await sources.look_up("10.5555/lake.42")
    assert (metadata.title, metadata.identifiers.doi) == ("From the Page", "10.5555/lake.42")


async def test_a_page_of_another_doi_is_not_taken(web: Web, sources: Sources) -> None:
    web.put("doi.org/10.5555/gone", citation("Not It", doi="10.5555/other"))
    with pytest.raises(SourceError, match="answered with another paper"):
        await sources.look_up("10.5555/gone")


async def test_when_the_page_of_openreview_is_a_riddle_the_api_says_why(web: Web, sources: Sources) -> None:
    web.put("openreview.net/forum?id=ZyXwVu9876", Page(b"<title>Verifying your browser</title>"))
    with pytest.raises(SourceError, match=r"OpenReview refused to answer \(403\)"):
        await sources.look_up("https://openreview.net/forum?id=ZyXwVu9876")


async def test_a_short_link_to_a_paper_is_not_followed_to_its_page(web: Web, sources: Sources) -> None:
    await sources.look_up("http://t.example/abc")
    assert web.hosts() == ["t.example", "export.arxiv.org"]


async def test_what_is_no_source_is_said_to_be_unreadable(sources: Sources) -> None:
    with pytest.raises(SourceError, match="RetNet cannot be read"):
        await sources.look_up("RetNet")


async def test_arxiv_is_asked_once_for_all_that_wait(web: Web, sources: Sources) -> None:
    ids = [f"2402.{n:05}" for n in range(40)]
    web.papers |= {f"{id}v1": {"title": id, "authors": [], "published": "2024-02-01T00:00:00Z"} for id in ids}
    answers = await asyncio.gather(*map(sources.look_up, ids), sources.look_up("2401.00001"))
    assert [one.title for one in answers[:-1]] == ids
    assert len(web.asked) == 2  # the first look-up, and one request for all that came meanwhile


async def test_a_batch_answers_for_what_it_knows_and_says_what_it_does_not(sources: Sources) -> None:
    async def told(id: str) -> str | None:
        try:
            return (await sources.look_up(id)).title
        except UnknownPaperError as error:
            return error.text("en")

    assert await asyncio.gather(*map(told, ["2401.00001", "2401.99999", "math/0309999", "2413.00001"])) == [
        SLEEPY["title"],
        "arXiv does not know the paper 2401.99999.",
        MAPS["title"],
        "arXiv does not know the paper 2413.00001.",
    ]


async def test_who_gives_up_waiting_does_not_take_the_others_answer_away(web: Web, sources: Sources) -> None:
    waiting = [asyncio.create_task(sources.look_up(id)) for id in ("2401.00001", "math/0309999", "2401.00001")]
    await asyncio.sleep(0)
    waiting[1].cancel()
    assert (await waiting[0]).title == (await waiting[2]).title == SLEEPY["title"]


async def test_the_settings_may_lead_to_mirrors_on_private_addresses(web: Web) -> None:
    paper = {"title": "From a Mirror", "authors": [], "published": "2024-01-05T17:58:01Z"}
    web.put("127.0.0.1/mirror/api/query?id_list=2401.00001&max_results=1", atom({"2401.00001v1": paper}))
    web.put("127.0.0.1/mirror/works/10.5555%2Fx", crossref({"DOI": "10.5555/X", "title": ["Also"]}))
    web.put("127.0.0.1/mirror/P19-9999/", anthology("P19-9999", "Too", date="2019", abstract="Yes."))
    web.put("127.0.0.1/mirror/notes?id=AbCdEf1234", openreview("AbCdEf1234", None, title="As Well"))
    file_sync = f"http://127.0.0.1:{web.port}/mirror"
    settings = SourcesSettings(arxiv_url=file_sync, crossref_url=file_sync, acl_url=file_sync, openreview_url=file_sync)
    opened = open_sources(**settings.model_dump(), interval=0.01)
    links = [
        "2401.00001",
        "10.5555/x",
        "https://aclanthology.org/P19-9999",
        "https://openreview.net/forum?id=AbCdEf1234",
    ]
    titles = [(await opened.look_up(link)).title for link in links]
    with pytest.raises(SourceError, match="not on the public internet"):  # in a person's link it is still private
        await opened.look_up(f"{file_sync}/P19-9999/")
    await opened.close()
    assert titles == ["From a Mirror", "Also", "Too", "As Well"]
