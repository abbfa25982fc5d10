"""What curators decide is decided once, is counted, and can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.candidate import Candidate
from bot.domain.draft import Draft
from bot.domain.errors import ConflictError, DayoriError, DecidedError, NotFoundError
from bot.domain.paper import with_changes
from bot.services.papers.expiry import Expiry
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.outcomes import Proposed
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.services.papers.undo import Undo
from bot.store import candidates, feeds, finds
from bot.store.database import Database
from bot.store.finds import Find
from bot.store.workspaces import find_or_add
from tests.collection import all_papers
from tests.doubles.clock import AdjustableClock
from tests.finds import DAY, find, ledger
from tests.samples import on_the_store, paper

TARO = Submitter("太郎", "discord:1", "ja", is_curator=False)
HANAKO = Submitter("花子", "discord:2", "ja", is_curator=True)
JIRO = Submitter("次郎", "slack:3", "ja", is_curator=True)


@pytest.fixture
def inbox(database: Database, clock: AdjustableClock) -> Inbox:
    return Inbox(database, clock)


@pytest.fixture
def proposing(database: Database, clock: AdjustableClock) -> Submission:
    return Submission(database, clock, "curators")


@pytest.fixture
def undo(database: Database, clock: AdjustableClock) -> Undo:
    return Undo(database, clock)


async def order(inbox: Inbox, workspace: int) -> list[int]:
    return [each.number for each in await inbox.waiting(workspace)]


async def test_proposals_come_before_finds_and_what_was_put_off_comes_last(
    database: Database, clock: AdjustableClock, inbox: Inbox, proposing: Submission, workspace: int
) -> None:
    for n, score in ((1, 0.2), (2, None), (3, 0.9)):
        await find(database, workspace, clock, paper(n), score=score)
    clock.advance(hours=1)
    await find(database, workspace, clock, paper(4))
    for n in (5, 6):
        await proposing.add(workspace, Draft("2401.00001"), paper(n), TARO)
    assert await order(inbox, workspace) == [5, 6, 3, 1, 4, 2]
    for number in (3, 5):
        clock.advance(minutes=1)
        await inbox.put_off(workspace, number, HANAKO)
    assert await order(inbox, workspace) == [6, 1, 4, 2, 3, 5]
    proposal = await inbox.next(workspace)
    assert proposal
    assert (proposal.candidate.number, proposal.others) == (6, 5)
    await inbox.undo(workspace, HANAKO)
    assert await order(inbox, workspace) == [5, 6, 1, 4, 2, 3]


async def test_a_find_names_every_feed_that_brought_it_and_stands_once(
    database: Database, clock: AdjustableClock, inbox: Inbox, workspace: int
) -> None:
    await find(database, workspace, clock, paper(1), "arxiv-cl", "hf-daily")
    [candidate] = await inbox.waiting(workspace)
    assert candidate.feeds == ("arxiv-cl", "hf-daily")
    async with database.write() as connection:
        for feed in await feeds.all_of(connection, workspace):
            await feeds.remove(connection, feed.id)
    [candidate] = await inbox.waiting(workspace)
    assert (candidate.feeds, candidate.is_find) == ((), True)


async def test_a_find_does_not_wait_while_the_collection_has_its_paper(
    database: Database, clock: AdjustableClock, inbox: Inbox, library: Library, undo: Undo, workspace: int
) -> None:
    await find(database, workspace, clock, paper(1))
    await library.add(workspace, with_changes(paper(1), title="Another title"), None)
    assert (await order(inbox, workspace), await inbox.next(workspace)) == ([], None)
    await undo.undo(workspace, None)
    assert await order(inbox, workspace) == [1]
    await library.add(workspace, paper(2, title=paper(1).title), None)
    assert await order(inbox, workspace) == [1]


async def test_an_accepted_find_is_the_curators_and_an_accepted_proposal_its_proposers(
    database: Database, clock: AdjustableClock, inbox: Inbox, proposing: Submission, workspace: int
) -> None:
    await find(database, workspace, clock, paper(1))
    await proposing.add(workspace, Draft("2401.00002"), paper(2), TARO)
    names = [(await inbox.accept(workspace, number, HANAKO))[1].paper.added_by for number in (1, 2)]
    assert names == ["花子", "太郎"]


async def test_a_persons_proposal_takes_over_what_only_a_feed_had_found(
    database: Database, clock: AdjustableClock, inbox: Inbox, proposing: Submission, workspace: int
) -> None:
    await find(database, workspace, clock, paper(1, comment=None))
    assert await proposing.find_earlier(workspace, "2401.00001", TARO) is None
    proposed = await proposing.add(workspace, Draft("2401.00001"), paper(1, comment="読んで"), TARO)
    assert isinstance(proposed, Proposed)
    [candidate] = await inbox.waiting(workspace)
    assert (candidate.number, candidate.proposed_by, candidate.feeds) == (proposed.number, "太郎", ("arxiv-cl",))
    assert candidate.paper
    assert (candidate.paper.comment, candidate.is_find) == ("読んで", False)
    await inbox.reject(workspace, candidate.number, HANAKO)
    assert await ledger(database, workspace) == {"arxiv-cl": (0, 1)}


async def test_who_decides_second_is_told_who_decided_what(
    database: Database, clock: AdjustableClock, inbox: Inbox, workspace: int
) -> None:
    for n in (1, 2):
        await find(database, workspace, clock, paper(n))
    await inbox.accept(workspace, 1, HANAKO)
    await inbox.reject(workspace, 2, JIRO)
    for number, by, sentence in (
        (1, JIRO, "「1番目の論文」は花子さんがすでに採用しました。"),
        (1, HANAKO, "「1番目の論文」は、あなたがすでに採用しています。"),
        (2, HANAKO, "「2番目の論文」は次郎さんがすでに却下しました。"),
    ):
        for act in (inbox.accept, inbox.reject, inbox.put_off):
            with pytest.raises(DecidedError) as refused:
                await act(workspace, number, by)
            assert refused.value.text("ja") == sentence
    assert await ledger(database, workspace) == {"arxiv-cl": (1, 1)}


async def test_an_undone_acceptance_takes_its_paper_back_unless_that_was_edited_since(
    database: Database,
    clock: AdjustableClock,
    inbox: Inbox,
    library: Library,
    lookup: Lookup,
    undo: Undo,
    workspace: int,
) -> None:
    await find(database, workspace, clock, paper(1), "arxiv-cl", "hf-daily")
    await inbox.accept(workspace, 1, HANAKO)
    assert await ledger(database, workspace) == {"arxiv-cl": (1, 0), "hf-daily": (1, 0)}
    await library.edit(workspace, "paper-1", "次郎", lambda old: with_changes(old, comment="読みました"))
    with pytest.raises(ConflictError, match="was changed again since"):
        await inbox.undo(workspace, HANAKO)
    assert (await lookup.get(workspace, "paper-1")).comment == "読みました"
    assert (await order(inbox, workspace), (await ledger(database, workspace))["hf-daily"]) == ([], (1, 0))
    await undo.undo(workspace, None)
    await inbox.undo(workspace, HANAKO)
    assert await all_papers(lookup, workspace) == []
    assert await order(inbox, workspace) == [1]
    assert await ledger(database, workspace) == {"arxiv-cl": (0, 0), "hf-daily": (0, 0)}


async def test_a_candidate_waits_again_also_where_its_addition_was_undone_otherwise(
    database: Database, clock: AdjustableClock, inbox: Inbox, undo: Undo, workspace: int
) -> None:
    await find(database, workspace, clock, paper(1))
    await inbox.accept(workspace, 1, HANAKO)
    await undo.undo(workspace, "次郎")
    assert await order(inbox, workspace) == []
    await inbox.undo(workspace, HANAKO)
    assert await order(inbox, workspace) == [1]
    await inbox.accept(workspace, 1, HANAKO)


async def test_an_undo_takes_only_ones_own_decision_back_unless_a_candidate_is_named(
    database: Database, clock: AdjustableClock, inbox: Inbox, workspace: int
) -> None:
    for n in (1, 2):
        await find(database, workspace, clock, paper(n))
    await inbox.reject(workspace, 1, HANAKO)
    clock.advance(minutes=1)
    with pytest.raises(NotFoundError, match="You have decided nothing"):
        await inbox.undo(workspace, JIRO)
    with pytest.raises(DecidedError, match="花子 has rejected"):
        await inbox.undo(workspace, JIRO, 1, only_own=True)
    assert (await inbox.undo(workspace, JIRO, 1)).number == 1
    with pytest.raises(DecidedError, match="nothing to undo"):
        await inbox.undo(workspace, JIRO, 2)
    assert await order(inbox, workspace) == [2, 1]


async def test_finds_expire_proposals_do_not_and_old_decisions_are_forgotten(
    database: Database, clock: AdjustableClock, inbox: Inbox, proposing: Submission, workspace: int
) -> None:
    for n in (1, 2, 3):
        await find(database, workspace, clock, paper(n))
    await proposing.add(workspace, Draft("2401.00004"), paper(4), TARO)
    await inbox.reject(workspace, 1, HANAKO)
    clock.advance(days=20)
    await inbox.put_off(workspace, 2, HANAKO)
    clock.advance(days=10, minutes=1)
    await Expiry(database, clock, timedelta(days=30)).run_if_due()
    assert await order(inbox, workspace) == [4, 2]
    with pytest.raises(DecidedError, match="nobody decided on it in time"):
        await inbox.accept(workspace, 3, HANAKO)
    with pytest.raises(DecidedError, match="nobody decided on it in time"):
        await inbox.undo(workspace, HANAKO, 3)
    async with database.read() as connection:
        (offer,) = await finds.offer(connection, workspace, [Find(1, DAY, {}, paper(3))], clock())
        assert offer == "decided"
    clock.advance(days=371)
    await Expiry(database, clock, timedelta(days=30)).run_if_due()
    async with database.read() as connection:
        kept = [await candidates.get(connection, workspace, number) is not None for number in (1, 2, 3, 4)]
        keys = (await connection.exec_driver_sql("SELECT DISTINCT number FROM candidate_keys ORDER BY 1")).scalars()
        assert list(keys) == [2, 3, 4]
    assert kept == [False, True, True, True]
    assert await order(inbox, workspace) == [4]


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["accept", "reject", "put off", "undo", "undo one", "edit"]),
        st.integers(0, 3),
        st.sampled_from([HANAKO, JIRO]),
    ),
    max_size=25,
)


class Model:
    """What the inbox of four candidates must be after some acts."""

    def __init__(self, numbers: list[int]) -> None:
        self.states = dict.fromkeys(numbers, "waiting")
        self.put_off: list[int] = []
        self.acts: dict[int, str] = {}  # the last act's curator, the latest act last
        self.edited: set[int] = set()

    def decide(self, number: int, state: str, by: str) -> bool:
        if self.states[number] != "waiting":
            return False
        self.states[number] = state
        self._act(number, by)
        return True

    def postpone(self, number: int, by: str) -> bool:
        if self.states[number] != "waiting":
            return False
        self.put_off = [each for each in self.put_off if each != number] + [number]
        self._act(number, by)
        return True

    def undo(self, number: int | None) -> bool:
        if number is None or number not in self.acts or number in self.edited:
            return False
        if self.states[number] == "waiting":
            self.put_off.remove(number)
        self.states[number] = "waiting"
        del self.acts[number]
        return True

    def last_of(self, by: str) -> int | None:
        return next((number for number, who in reversed(self.acts.items()) if who == by), None)

    def _act(self, number: int, by: str) -> None:
        self.acts.pop(number, None)
        self.acts[number] = by


@on_the_store
@given(ACTS)
async def test_each_candidate_is_in_one_state_and_the_ledger_adds_up_whatever_two_curators_do(
    database: Database, clock: AdjustableClock, library: Library, lookup: Lookup, acts: list[tuple[str, int, Submitter]]
) -> None:
    inbox, proposing = Inbox(database, clock), Submission(database, clock, "curators")
    clock.advance(days=1)
    workspace, _ = await find_or_add(database, f"of {clock().isoformat()}", clock())
    numbers = [(await find(database, workspace, clock, paper(n), "a", *"b"[: n % 2])).number for n in (1, 2)]
    for n in (3, 4):
        proposed = await proposing.add(workspace, Draft(f"2401.0000{n}"), paper(n), TARO)
        assert isinstance(proposed, Proposed)
        numbers.append(proposed.number)
    model = Model(numbers)
    for act, index, by in acts:
        clock.advance(seconds=1)
        number, was = numbers[index], await _whole(database, workspace, numbers)
        done, expected = await _done(inbox, library, model, workspace, act, number, by)
        assert done == expected, (act, number, by.name)
        if not done:
            assert await _whole(database, workspace, numbers) == was
        await _check(model, await _whole(database, workspace, numbers), await order(inbox, workspace))
        papers = {each.id for each in await all_papers(lookup, workspace)}
        assert papers == {f"paper-{n}" for n, each in enumerate(numbers, 1) if model.states[each] == "accepted"}
        assert await ledger(database, workspace) == _sums(model, numbers)


async def _done(
    inbox: Inbox, library: Library, model: Model, workspace: int, act: str, number: int, by: Submitter
) -> tuple[bool, bool]:
    """Do an act in the store and in the model; return whether each of them did it."""
    if act == "edit":
        if model.states[number] != "accepted":
            return False, False
        model.edited.add(number)
        id = f"paper-{sorted(model.states).index(number) + 1}"
        await library.edit(workspace, id, by.name, lambda old: with_changes(old, comment=f"{old.comment}。"))
        return True, True
    work: dict[str, Callable[[], Awaitable[object]]] = {
        "accept": lambda: inbox.accept(workspace, number, by),
        "reject": lambda: inbox.reject(workspace, number, by),
        "put off": lambda: inbox.put_off(workspace, number, by),
        "undo": lambda: inbox.undo(workspace, by),
        "undo one": lambda: inbox.undo(workspace, by, number),
    }
    expected = {
        "accept": lambda: model.decide(number, "accepted", by.actor),
        "reject": lambda: model.decide(number, "rejected", by.actor),
        "put off": lambda: model.postpone(number, by.actor),
        "undo": lambda: model.undo(model.last_of(by.actor)),
        "undo one": lambda: model.undo(number),
    }[act]()
    try:
        await work[act]()
    except DayoriError:
        return False, expected
    return True, expected


async def _whole(database: Database, workspace: int, numbers: list[int]) -> list[Candidate | None]:
    async with database.read() as connection:
        return [await candidates.get(connection, workspace, number) for number in numbers]


async def _check(model: Model, whole: list[Candidate | None], waiting: list[int]) -> None:
    states = {each.number: each.decision or "waiting" for each in whole if each}
    assert states == model.states
    assert sorted(waiting) == [number for number, state in model.states.items() if state == "waiting"]
    last = [number for number in model.put_off if model.states[number] == "waiting"]
    assert waiting[len(waiting) - len(last) :] == last
    assert {each.number for each in whole if each and each.later_at and not each.decision} == {*last}


def _sums(model: Model, numbers: list[int]) -> dict[str, tuple[int, int]]:
    def count(finds: list[int], state: str) -> int:
        return sum(model.states[each] == state for each in finds)

    feeds_of = {"a": numbers[:2], "b": numbers[:1]}
    return {name: (count(finds, "accepted"), count(finds, "rejected")) for name, finds in feeds_of.items()}


async def test_two_curators_at_once_end_with_one_decision_each(
    database: Database, clock: AdjustableClock, inbox: Inbox, lookup: Lookup, workspace: int
) -> None:
    for n in range(1, 21):
        await find(database, workspace, clock, paper(n))
    outcomes = await asyncio.gather(
        *(
            act(workspace, number, by)
            for number in range(1, 21)
            for act, by in ((inbox.accept, HANAKO), (inbox.reject, JIRO))
        ),
        return_exceptions=True,
    )
    assert [isinstance(each, DecidedError) for each in outcomes].count(True) == 20
    accepted, rejected = (await ledger(database, workspace))["arxiv-cl"]
    assert (accepted + rejected, accepted) == (20, len(await all_papers(lookup, workspace)))
