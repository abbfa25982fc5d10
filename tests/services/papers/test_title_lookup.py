"""A link without a title becomes a paper if its title can be found, and is otherwise reported by its line."""

from __future__ import annotations

from bot.domain.errors import InputError, SourceError, UnknownPaperError
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import Metadata
from bot.domain.paper import Link, make_paper
from bot.formats.links import Untitled
from bot.i18n import msg
from bot.services.papers.title_lookup import look_up_titles

LINES = [Untitled(1, "2307.08621"), Untitled(4, "https://a.org/x"), Untitled(5, "10.1145/3292500")]


class Finder:
    """Knows one paper, has no title for another, and fails for the rest."""

    async def look_up(self, source: str, by: str = "") -> Metadata:
        if source == "2307.08621":
            return Metadata(
                title="RetNet",
                authors=("A",),
                links=(Link("https://code.org/"),),
                identifiers=Identifiers(doi="10.1/x"),
            )
        if source == "https://a.org/x":
            return Metadata()
        raise InputError(msg("A paper needs a title."))

    async def cached(self, source: str) -> Metadata | None:
        return None


async def test_what_the_finder_knows_becomes_a_paper() -> None:
    named = await look_up_titles(LINES, Finder())
    [paper] = named.papers
    assert (paper.title, paper.authors, paper.identifiers) == (
        "RetNet",
        ("A",),
        Identifiers(arxiv="2307.08621", doi="10.1/x"),
    )
    assert [link.url for link in paper.links] == ["https://arxiv.org/abs/2307.08621", "https://code.org/"]
    assert [line for line, _ in named.untitled] == LINES[1:]


async def test_what_nobody_knows_is_told_with_its_source() -> None:
    seen: list[tuple[int, int]] = []
    named = await look_up_titles(LINES[1:], Finder(), lambda *done: seen.append(done))
    assert seen == [(2, 2)]
    assert next((place, why.text("en"), n) for place, why, n in named.reasons("f")) == (
        "f:4",
        "the title of https://a.org/x is not known; write it after the link",
        1,
    )


class Offline(Finder):
    """Reaches no source."""

    async def look_up(self, source: str, by: str = "") -> Metadata:
        if source.startswith("https://"):
            raise UnknownPaperError(msg("{source} does not know this paper ({status}).", source="a.org", status=404))
        raise SourceError(msg("{source} cannot be reached.", source="arXiv"))


async def test_a_source_that_cannot_be_reached_is_told_once_with_the_number_of_lines() -> None:
    lines = [Untitled(n, f"2307.{n:05}") for n in range(1, 120)] + [Untitled(200, "https://a.org/x")]
    named = await look_up_titles(lines, Offline())
    assert [(place, why.text("en"), n) for place, why, n in named.reasons("f")] == [
        ("f:200", "the title of https://a.org/x is not known; write it after the link", 1),
        (
            "f:1",
            "119 titles could not be looked up: arXiv cannot be reached. Import the file again later, or write the "
            "titles into the file.",
            119,
        ),
    ]


async def test_what_the_file_says_goes_before_what_the_source_says() -> None:
    original = make_paper(
        title="2307.08621", comment="よい", tags=["a"], authors=["B"], links=[Link("https://b.org/", "図")]
    )
    [paper] = (await look_up_titles([Untitled(1, "2307.08621", original)], Finder())).papers
    assert (paper.title, paper.comment, paper.tags, paper.authors) == ("RetNet", "よい", ("a",), ("B",))
    assert [link.url for link in paper.links] == [
        "https://b.org/",
        "https://arxiv.org/abs/2307.08621",
        "https://code.org/",
    ]
