"""An arXiv number is found where Google Scholar, DBLP and reference managers cite it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from bot.domain.paper import Paper
from bot.formats import bibtex, csl, ris
from bot.formats.arxiv_citation import ids_cited, is_citation
from tests.samples import texts

LLAMA = "2307.09288"


@pytest.mark.parametrize(
    "text",
    [
        "arXiv preprint arXiv:2307.09288",
        "arXiv preprint arXiv:2307.09288v2",
        "ArXiv e-prints, arXiv:2307.09288 [cs.CL]",
        "CoRR, abs/2307.09288",
        "CoRR abs/2307.09288 (2023)",
        "arXiv:2307.09288 [cs.CL]",
        "arXiv 2307.09288",
        "ａｒＸｉｖ：2307.09288",
        "Available at arXiv:2307.09288.",
    ],
)
def test_a_citation_gives_the_id(text: str) -> None:
    assert ids_cited(text).arxiv == LLAMA
    assert is_citation(text)


def test_an_old_number_stays_with_its_archive() -> None:
    assert ids_cited("arXiv preprint hep-th/9711200, arXiv:hep-th/9711200").arxiv == "hep-th/9711200"
    [paper] = bibtex.read("@misc{a, title={T}, eprint={9711200}, archiveprefix={arXiv}, primaryclass={hep-th}}", "f")
    assert paper.identifiers.arxiv == "hep-th/9711200"


@pytest.mark.parametrize(
    "text", ["Nature", "Journal of arXiv Studies 2307", "10.1145/2307.09288", "arXiv:2307.0928", "arXiv:2307.092881"]
)
def test_what_is_no_citation_gives_none(text: str) -> None:
    assert not ids_cited(text).pairs()
    assert not is_citation(text)


def test_a_remark_that_says_more_than_the_number_is_a_comment() -> None:
    assert not is_citation("arXiv:2307.09288 explains it better")


@pytest.mark.parametrize(
    "fields",
    [
        "journal={arXiv preprint arXiv:2307.09288}, year={2023}",
        "journal={CoRR}, volume={abs/2307.09288}",
        "journal={arXiv:2307.09288 [cs.CL]}",
        "eprinttype={arXiv}, eprint={2307.09288}",
        "note={arXiv:2307.09288 [cs]}",
        "howpublished={arXiv preprint arXiv:2307.09288}",
        "doi={10.48550/ARXIV.2307.09288}",
        "publisher={arXiv:2307.09288}",
    ],
)
def test_bibtex_of_google_scholar_and_dblp_gives_the_id(fields: str) -> None:
    [paper] = bibtex.read(f"@article{{touvron2023llama, title={{Llama 2}}, {fields}}}", "f")
    _is_llama(paper)


@pytest.mark.parametrize(
    "lines",
    ["JO  - arXiv preprint arXiv:2307.09288", "JF  - CoRR\nVL  - abs/2307.09288", "T2  - arXiv:2307.09288 [cs.CL]"],
)
def test_ris_gives_the_id(lines: str) -> None:
    [paper] = ris.read(f"TY  - JOUR\nTI  - Llama 2\n{lines}\nER  - \n", "f")
    _is_llama(paper)


@pytest.mark.parametrize(
    "variables",
    [
        {"container-title": "arXiv preprint arXiv:2307.09288"},
        {"container-title": "CoRR", "volume": "abs/2307.09288"},
        {"archive": "arXiv", "archive_location": "arXiv:2307.09288"},
        {"number": "arXiv:2307.09288"},
        {"note": "arXiv:2307.09288 [cs]"},
    ],
)
def test_csl_gives_the_id(variables: dict[str, str]) -> None:
    [paper] = csl.read(json.dumps([{"title": "Llama 2", **variables}]), "f")
    _is_llama(paper)


def _is_llama(paper: Paper) -> None:
    assert (paper.title, paper.identifiers.arxiv, paper.comment) == ("Llama 2", LLAMA, None)


@given(texts)
def test_any_text_is_a_citation_or_is_none(text: str) -> None:
    assert is_citation(text) <= bool(ids_cited(text).pairs())
