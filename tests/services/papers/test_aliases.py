"""A workspace has at most as many aliases as a search can handle."""

from __future__ import annotations

import pytest

from bot.domain.errors import InputError
from bot.services.papers.aliases import MOST_IN_ALL, MOST_MEANINGS, MOST_NAMES, Aliases
from bot.store import aliases as store
from bot.store.database import Database
from bot.store.search_index.index import SearchIndex
from tests.growth import longest_step


@pytest.fixture
def aliases(database: Database) -> Aliases:
    return Aliases(database)


async def fill(database: Database, workspace: int, names: int, meanings: int) -> None:
    async with database.write() as connection:
        for n in range(names):
            await store.put(connection, workspace, f"name{n}", [f"別の言葉{n}の{m}番目" for m in range(meanings)])


async def test_an_alias_more_than_fit_is_refused_and_one_that_is_there_can_still_be_changed(
    database: Database, workspace: int, aliases: Aliases
) -> None:
    await fill(database, workspace, MOST_NAMES, 1)
    with pytest.raises(InputError, match=f"at most {MOST_NAMES} with {MOST_IN_ALL} meanings"):
        await aliases.put(workspace, "RAG", ["検索拡張生成"])
    assert "RAG" not in await aliases.all(workspace)
    assert await aliases.put(workspace, "name3", ["新しい意味"]) == ("name3", ("新しい意味",))
    await aliases.remove(workspace, "name0")
    await aliases.put(workspace, "RAG", ["検索拡張生成"])


async def test_meanings_more_than_fit_are_refused(database: Database, workspace: int, aliases: Aliases) -> None:
    await fill(database, workspace, MOST_IN_ALL // MOST_MEANINGS, MOST_MEANINGS)
    with pytest.raises(InputError, match="too many aliases"):
        await aliases.put(workspace, "RAG", ["検索拡張生成"])


async def test_a_search_beside_all_aliases_that_fit_does_not_hold_up_the_loop(
    database: Database, workspace: int, search: SearchIndex
) -> None:
    await fill(database, workspace, MOST_IN_ALL // MOST_MEANINGS, MOST_MEANINGS)
    await search.find(workspace, "name5")  # also caches the aliases
    for query in ("name5", "別の言葉7の3番目", "ア検" * 1000, "x " * 1000):
        assert await longest_step(lambda query=query: search.find(workspace, query)) < 0.06  # type: ignore[misc]
