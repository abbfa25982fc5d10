"""BibTeX: foreign files are understood, our own files round-trip."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import FileError
from bot.domain.paper import Link, Paper
from bot.formats import bibtex
from bot.formats.latex import decode, decode_verbatim, encode, encode_verbatim
from tests.formats.shared import full, kept
from tests.growth import MOST, growth
from tests.samples import assert_said, numbered, stamped, texts


@settings(max_examples=40)
@given(st.lists(stamped, max_size=3).map(numbered) | stamped.map(lambda paper: [paper]))
def test_random_papers_read_back_as_they_were(papers: list[Paper]) -> None:
    assert bibtex.read("".join(bibtex.write(papers)), "f") == kept(papers)


def test_a_thousand_entries_come_back_equal() -> None:
    papers = [full(n) for n in range(1000)]
    assert bibtex.read("".join(bibtex.write(papers)), "f") == papers


@given(texts)
def test_any_text_survives_latex(text: str) -> None:
    text = text.replace("\r", "").strip()
    assert decode(encode(text)) == text
    address = "https://a.org/" + "".join(text.split())
    assert decode_verbatim(encode_verbatim(address)) == address


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"Erd{\H o}s, G{\"o}del and {\O}re", "Erdős, Gödel and Øre"),
        (r"\'{E}cole \'ecole na{\"\i}ve \c{c}a \v{S}koda", "École école naïve ça Škoda"),
        (r"{DNA} and {\textsc{Bert}}: \emph{really}", "DNA and Bert: really"),
        (r"100\% of R\&D at \$5 with snake\_case \#1", "100% of R&D at $5 with snake_case #1"),
        (r"$\alpha$-divergence in $O(n^2)$", "α-divergence in O(n^2)"),
        (r"``quoted'' -- and --- so on\ldots", "“quoted” – and — so on…"),
        ("wrapped\n    over lines\n\nand a paragraph", "wrapped over lines\n\nand a paragraph"),
        (r"see \url{https://a.org/b_c} \href{https://x.org}{here}", "see https://a.org/b_c here"),
        (r"\ours{} beats \ac{LLM}s", "ours beats LLMs"),
    ],
)
def test_latex_is_read_as_it_is_meant(latex: str, text: str) -> None:
    assert decode(latex) == text


_FOREIGN = r"""
% made by a reference manager
@string{nips = "Neural Information"}
@Article{DBLP:journals/x,
  title = {{A}ttention {\"u}berall},
  author = {Knuth, Donald E. and M{\"u}ller, J{\"o}rg and {The ATLAS Collaboration} and King, Jr., Martin and others},
  journal = nips # ", vol. 3", year = 2017, month = jun,
  doi = {https://doi.org/10.48550/arXiv.1706.03762}, url = {https://a.org/x\_y\%20z},
  keywords = {attention; sequence models}, institution = {Example Lab}, note = {Accepted, not yet printed}
}
@misc{b, title = "B", eprint = {2307.08621v2}, archivePrefix = {arXiv}, howpublished = {\url{https://b.org/}},
  year = {in press}}
"""


def test_a_foreign_entry_is_understood() -> None:
    first, second = bibtex.read(_FOREIGN, "f")
    assert (first.id, first.title, str(first.date)) == ("DBLP-journals-x", "Attention überall", "2017-06")
    assert first.authors == ("Donald E. Knuth", "Jörg Müller", "The ATLAS Collaboration", "Martin King, Jr.")
    assert (first.identifiers.arxiv, first.links) == ("1706.03762", (Link("https://a.org/x_y%20z"),))
    assert (first.tags, first.organization, first.comment) == (
        ("attention", "sequence models"),
        "Example Lab",
        "Accepted, not yet printed",
    )
    assert (second.identifiers.arxiv, second.links, second.date) == ("2307.08621", (Link("https://b.org/"),), None)


def test_an_entry_is_written_as_others_read_it() -> None:
    text = "".join(bibtex.write([full(1)]))
    assert text.startswith(
        "@misc{paper-1,\n  title = {{A Paper on Subject 1}},\n"
        "  author = {Knuth, Donald E. and Müller, Jörg and 山田, 太郎 and "
    )
    for line in (
        "  year = {2001},\n",
        "  month = feb,\n",
        "  eprint = {2401.00001},\n",
        "  archiveprefix = {arXiv},\n",
    ):
        assert line in text


def test_a_key_that_bibtex_cannot_hold_is_made_one_and_the_id_kept() -> None:
    papers = [replace(full(n), id=id) for n, id in enumerate(("論文(1)", "論文{1}", "X=1", "x=1", "plain"))]
    assert bibtex.read("".join(bibtex.write(papers)), "f") == papers


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("@misc{a, title={x}}\n @misc{b, title={x", "f:2:2: ", "not valid BibTeX"),
        ("@misc{a, title={x,\n year=2017}\n@misc{b, title={y}}", "f:1:1: ", "not valid BibTeX"),
        ("@misc{a, title {x}}", "f:1:1: ", "not valid BibTeX"),
        ("@misc a, title={x}}", "f:1:1: ", "not valid BibTeX"),
        ("@misc{a, title={x},\n  title={y}}", "f:1:1: ", 'the key "title" is given twice'),
        ("@misc{a, title={x}}\n@misc{a, title={y}}", "f:2:1: ", 'the key "a" is given twice'),
        ("\n@misc{a,\n year={2017}}", "f:2:1: ", "needs a title"),
        ("@misc{a, title={x},\n  url={ftp://a.org}}", "f:2:3: ", "is not a link"),
        ("@misc{a, title={x},\n  doi={soon}}", "f:2:3: ", "not a valid DOI"),
        ("<html>", "f:1:1: ", "no BibTeX entry"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str, place: str, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        bibtex.read(text, "f")
    assert str(caught.value).startswith(place)
    assert problem in str(caught.value)


@given(texts)
def test_any_text_is_a_bibliography_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        bibtex.read("@misc{" + text, "f")
    except FileError as error:
        assert_said(error)


def test_entries_that_stand_on_one_line_are_read_in_linear_time() -> None:
    def entries(size: int) -> str:
        return " ".join(f"@misc{{k{n}, title={{A}}, author={{B}}, year=2020}}" for n in range(size // 50))

    assert growth(lambda text: bibtex.read(text, "a.bib"), entries, 20_000) < MOST


def test_keys_that_become_the_same_are_numbered_in_linear_time() -> None:
    def written(text: str) -> object:
        return list(
            bibtex.write(Paper(id=f"{chr(0x2460 + n % 20)}" * (1 + n // 20), title="a") for n in range(len(text)))
        )

    assert growth(written, lambda size: "a" * size, 400) < MOST
