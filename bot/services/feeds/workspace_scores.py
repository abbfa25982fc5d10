"""What a workspace's decisions and collection tell about its finds, kept in memory, and the finds' scores by it.

What was learned is kept as counts: a decision costs as much as one paper, and one that is taken back is unlearned. All
of it can be learned again from the store, so only the scores are written there.
"""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeAlias

from bot.domain.classifier import Classifier, Example, Features, counted_features
from bot.domain.paper import Paper
from bot.domain.score import LEAST_DECISIONS, Score
from bot.services.feeds.time_slices import in_slices
from bot.store import papers, scores
from bot.store.connection import StoreConnection
from bot.store.database import Database, batched
from bot.store.imports import last_step
from bot.store.scores import CandidateNumbers

_MOST_DECISIONS, _MOST_COLLECTED = 5_000, 1_000  # the newest ones, since a team's taste changes
_READ, _WRITTEN = 20, 50  # at a time; more would hold the event loop for milliseconds
_ReadPapers: TypeAlias = Callable[[StoreConnection, int, list[int]], Awaitable[Mapping[int, Paper]]]


class WorkspaceScores:
    """The scores of one workspace's finds."""

    def __init__(self, database: Database, workspace_id: int) -> None:
        self._database, self._id = database, workspace_id
        self._classifier = Classifier()
        self._learned: dict[Example, dict[int, array[int]]] = {"accepted": {}, "rejected": {}, "collected": {}}
        self._numbers, self._step = CandidateNumbers(), -1  # the state of the store that was learned
        self._versions: dict[int, str] = {}  # of the collection's papers
        self._finds: dict[int, Features] = {}
        self._is_stale = False  # something changed since the finds were scored

    async def update(self) -> None:
        """Learn what is new, and score the finds if anything changed."""
        async with self._database.read() as connection:
            numbers = await scores.numbers_of(connection, self._id, _MOST_DECISIONS)
            step = await last_step(connection)
        if len(_split(numbers.accepted)) + len(_split(numbers.rejected)) < LEAST_DECISIONS:
            await self._clear()
            return
        if numbers != self._numbers:
            await self._follow_decisions(numbers)
            await self._follow_finds(_split(numbers.waiting))
        if step != self._step:
            await self._follow_collection()
        self._numbers, self._step = numbers, step
        if self._is_stale:
            await self._score()
            self._is_stale = False

    async def _follow_decisions(self, numbers: CandidateNumbers) -> None:
        accepted, rejected = _split(numbers.accepted), _split(numbers.rejected)
        self._unlearn("accepted", self._learned["accepted"].keys() - accepted)
        self._unlearn("rejected", self._learned["rejected"].keys() - rejected)
        await self._learn("accepted", accepted, scores.papers_of_candidates)
        await self._learn("rejected", rejected, scores.papers_of_candidates)

    async def _follow_collection(self) -> None:
        async with self._database.read() as connection:
            versions = await scores.collection_versions(connection, self._id, _MOST_COLLECTED)
        self._unlearn("collected", [number for number, at in self._versions.items() if versions.get(number) != at])
        self._versions = versions
        await self._learn("collected", versions.keys(), papers.by_numbers)

    async def _follow_finds(self, waiting: Collection[int]) -> None:
        """Keep the features of the finds that wait, and of no others."""
        self._finds = {number: features for number, features in self._finds.items() if number in waiting}
        new = [number for number in waiting if number not in self._finds]
        await self._read(new, scores.papers_of_candidates, self._finds.__setitem__)

    async def _learn(self, example: Example, numbers: Collection[int], read: _ReadPapers) -> None:
        learned = self._learned[example]

        def learn(number: int, features: Features) -> None:
            learned[number] = features.hashes
            self._classifier.learn(example, features.hashes)

        await self._read([number for number in numbers if number not in learned], read, learn)

    def _unlearn(self, example: Example, numbers: Collection[int]) -> None:
        for number in numbers:
            if (hashes := self._learned[example].pop(number, None)) is not None:
                self._classifier.learn(example, hashes, -1)
                self._is_stale = True

    async def _read(self, numbers: list[int], read: _ReadPapers, take: Callable[[int, Features], None]) -> None:
        """Read papers, a few at a time, and hand out the features of each; older ones first."""
        for batch in batched(sorted(numbers), _READ):
            async with self._database.read() as connection:
                found = await read(connection, self._id, list(batch))
            async for number, paper in in_slices(found.items()):
                take(number, counted_features(paper))
                self._is_stale = True

    async def _score(self) -> None:
        """Score the finds, and write the scores that differ from those kept."""
        scorer, changed = self._classifier.scorer(), dict[int, Score]()
        for batch in batched(list(self._finds), _READ):
            async with self._database.read() as connection:
                kept = await scores.scores_of_finds(connection, self._id, batch)
            async for number in in_slices(kept):
                if (score := scorer.score(self._finds[number])) != kept[number]:
                    changed[number] = score
        for part in batched(list(changed.items()), _WRITTEN):
            async with self._database.write() as connection:
                await scores.write(connection, self._id, dict(part))

    async def _clear(self) -> None:
        """Forget the scores, as after a decision was taken back and too few remain."""
        async with self._database.read() as connection:
            if not await scores.has_scores(connection, self._id):
                return
        async with self._database.write() as connection:
            await scores.clear(connection, self._id)
        self._is_stale = True


def _split(numbers: str) -> set[int]:
    return set(map(int, numbers.split(","))) if numbers else set()
