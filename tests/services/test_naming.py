"""A link without a title becomes a paper when somebody knows its title, and is told by its line when nobody does."""

from __future__ import annotations

from bot.domain.errors import InputError
from bot.domain.identifiers import Identifiers
from bot.domain.metadata import Metadata
from bot.domain.paper import Link
from bot.formats.links import Untitled
from bot.i18n import msg
from bot.services.naming import name_all, nameless

LINES = [Untitled(1, "2307.08621"), Untitled(4, "https://a.org/x"), Untitled(5, "10.1145/3292500")]


class Finder:
    """Knows one paper, of another no title, and fails for the rest."""

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
    named, untitled = await name_all(LINES, Finder())
    [made] = named
    assert (made.title, made.authors, made.identifiers) == (
        "RetNet",
        ("A",),
        Identifiers(arxiv="2307.08621", doi="10.1/x"),
    )
    assert [link.url for link in made.links] == ["https://arxiv.org/abs/2307.08621", "https://code.org/"]
    assert untitled == LINES[1:]


async def test_what_nobody_knows_is_told_with_its_source() -> None:
    seen: list[tuple[int, int]] = []
    _, untitled = await name_all(LINES[1:], Finder(), lambda *done: seen.append(done))
    assert (untitled, seen) == (LINES[1:], [(2, 2)])
    assert nameless(untitled[0]).text("en") == "the title of https://a.org/x is not known; write it behind the link"
