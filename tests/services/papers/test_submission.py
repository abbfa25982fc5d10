"""A submitted paper is saved as shown, proposed, asked about or refused, and only once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.candidate import Candidate, proposed_paper
from bot.domain.draft import Draft, apply_draft, edit_draft
from bot.domain.errors import ConflictError, NotAllowedError, NotFoundError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link, Paper, make_paper, with_changes
from bot.services.papers.drafts import Drafts, fingerprint
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.outcomes import Proposed, SameTitle, Saved, Stale
from bot.services.papers.proposal import candidate_draft
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.store.database import Database, open_database
from bot.store.workspaces import find_or_add
from tests.collection import all_papers
from tests.doubles.clock import AdjustableClock
from tests.doubles.finder import FakeFinder
from tests.samples import paper

TARO = Submitter("太郎", "discord:1", "ja", is_curator=False)
JIRO = Submitter("次郎", "discord:3", "ja", is_curator=False)
HANAKO = Submitter("花子", "discord:2", "ja", is_curator=True)
DRAFT = Draft("2401.00001")


@pytest.fixture
def drafts(database: Database, clock: AdjustableClock) -> Drafts:
    return Drafts(database, clock, FakeFinder())


@pytest.fixture
def inbox(database: Database, clock: AdjustableClock) -> Inbox:
    return Inbox(database, clock)


@pytest.fixture
def submission(database: Database, clock: AdjustableClock) -> Submission:
    return Submission(database, clock, "everyone")


@pytest.fixture
def proposing(database: Database, clock: AdjustableClock) -> Submission:
    return Submission(database, clock, "curators")


async def shown(drafts: Drafts, workspace: int, paper: Paper, draft: Draft = DRAFT, token: str = "token") -> str:
    """Store a draft with its paper and return the fingerprint."""
    await drafts.save(workspace, token, draft, TARO.actor, paper)
    return fingerprint(draft, paper)


async def test_a_source_that_is_in_the_collection_is_known(
    submission: Submission, library: Library, workspace: int
) -> None:
    added = await library.add(workspace, paper(1), None)
    assert await submission.find_earlier(workspace, "https://huggingface.co/papers/2401.00001", TARO) == added.paper
    assert await submission.find_earlier(workspace, "2401.00002", TARO) is None


async def test_a_waiting_proposal_is_known_to_those_who_would_propose_it_again(
    proposing: Submission, inbox: Inbox, workspace: int
) -> None:
    await proposing.add(workspace, DRAFT, paper(1), TARO)
    waiting = await inbox.get(workspace, 1, HANAKO)
    assert await proposing.find_earlier(workspace, "https://arxiv.org/abs/2401.00001v2", JIRO) == waiting
    assert await proposing.find_earlier(workspace, "https://arxiv.org/abs/2401.00001v2", HANAKO) is None


async def test_what_was_shown_is_saved(drafts: Drafts, submission: Submission, lookup: Lookup, workspace: int) -> None:
    mark = await shown(drafts, workspace, paper(1))
    saved = await submission.submit(workspace, "token", TARO, mark)
    assert isinstance(saved, Saved)
    assert saved.paper.content == paper(1).content
    assert [each.content for each in await all_papers(lookup, workspace)] == [paper(1).content]


async def test_a_look_that_was_made_anew_meanwhile_is_not_saved_unseen(
    drafts: Drafts, submission: Submission, lookup: Lookup, workspace: int
) -> None:
    mark = await shown(drafts, workspace, paper(1))
    await shown(drafts, workspace, paper(1, comment="別の端末で書き直した"))
    assert isinstance(await submission.submit(workspace, "token", TARO, mark), Stale)
    assert await all_papers(lookup, workspace) == []


async def test_a_draft_that_was_never_shown_is_not_saved(
    drafts: Drafts, submission: Submission, workspace: int
) -> None:
    await drafts.save(workspace, "token", DRAFT, TARO.actor)
    assert await submission.submit(workspace, "token", TARO) == Stale(None, None)


async def test_a_draft_that_is_saved_three_times_at_once_makes_one_paper(
    drafts: Drafts, submission: Submission, lookup: Lookup, library: Library, workspace: int
) -> None:
    mark = await shown(drafts, workspace, paper(1))
    outcomes = await asyncio.gather(*(submission.submit(workspace, "token", TARO, mark) for _ in range(3)))
    assert sorted(each.is_repeated for each in outcomes if isinstance(each, Saved)) == [False, True, True]
    assert {each.paper.id for each in outcomes if isinstance(each, Saved)} == {"paper-1"}
    assert len(await all_papers(lookup, workspace)) == len(await library.history(workspace)) == 1


async def test_a_draft_that_is_proposed_three_times_at_once_makes_one_proposal(
    drafts: Drafts, proposing: Submission, inbox: Inbox, workspace: int
) -> None:
    mark = await shown(drafts, workspace, paper(1))
    outcomes = await asyncio.gather(*(proposing.submit(workspace, "token", TARO, mark) for _ in range(3)))
    assert sorted(each.is_repeated for each in outcomes if isinstance(each, Proposed)) == [False, True, True]
    [candidate] = await inbox.waiting(workspace)
    assert (candidate.paper, candidate.proposer, candidate.locale) == (paper(1), TARO.actor, "ja")


async def test_another_persons_draft_is_not_saved(drafts: Drafts, submission: Submission, workspace: int) -> None:
    mark = await shown(drafts, workspace, paper(1))
    with pytest.raises(NotAllowedError, match="another person's"):
        await submission.submit(workspace, "token", HANAKO, mark)
    with pytest.raises(NotFoundError, match="no longer exists"):
        await submission.submit(workspace, "forged", TARO, mark)
    assert isinstance(await submission.submit(workspace, "token", TARO, mark), Saved)


async def test_a_draft_that_was_given_up_is_not_saved(drafts: Drafts, submission: Submission, workspace: int) -> None:
    mark = await shown(drafts, workspace, paper(1))
    await drafts.discard(workspace, "token", TARO.actor)
    with pytest.raises(NotFoundError, match="no longer exists"):
        await submission.submit(workspace, "token", TARO, mark)
    with pytest.raises(NotFoundError, match="saved already"):
        await drafts.save(workspace, "token", DRAFT, TARO.actor)


@pytest.mark.parametrize("person", [TARO, HANAKO])
async def test_a_paper_of_the_same_title_is_asked_about_once_and_never_twice_by_a_double_press(
    drafts: Drafts, proposing: Submission, library: Library, inbox: Inbox, workspace: int, person: Submitter
) -> None:
    twin = (await library.add(workspace, paper(1), None)).paper
    other = paper(1, id="other", identifiers=Identifiers(doi="10.1/x"))
    await drafts.save(workspace, "token", DRAFT, person.actor, other)
    mark = fingerprint(DRAFT, other)
    for _ in range(2):
        assert await proposing.submit(workspace, "token", person, mark) == SameTitle(twin)
    outcome = await proposing.submit(workspace, "token", person, mark, allow_same_title=True)
    assert isinstance(outcome, Saved if person.is_curator else Proposed)


async def test_a_paper_that_is_there_already_is_neither_added_nor_proposed(
    drafts: Drafts, proposing: Submission, library: Library, inbox: Inbox, workspace: int
) -> None:
    there = (await library.add(workspace, paper(1), None)).paper
    mark = await shown(drafts, workspace, paper(1, comment="別"))
    assert await proposing.submit(workspace, "token", TARO, mark) == Saved(there, is_new=False)
    assert await inbox.waiting(workspace) == []


async def test_a_change_of_an_older_version_shows_both_and_overwrites_only_what_was_shown(
    drafts: Drafts, submission: Submission, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    old = (await library.add(workspace, paper(1), None)).paper
    draft = replace(edit_draft(old), comment="花子の感想")
    await drafts.save(workspace, "token", draft, HANAKO.actor)
    clock.advance(minutes=1)
    await library.edit(workspace, old.id, None, lambda paper: replace(paper, comment="次郎の感想"))
    for _ in range(2):  # a double press of Save is no consent to overwrite
        stale = await submission.submit(workspace, "token", HANAKO, fingerprint(draft, None))
        assert isinstance(stale, Stale)
        assert stale.current
        assert stale.proposed == apply_draft(stale.current, draft)
        seen = stale.current.updated_at
    saved = await submission.submit(workspace, "token", HANAKO, fingerprint(draft, None), seen=seen)
    assert isinstance(saved, Saved)
    assert saved.paper.comment == "花子の感想"


async def test_who_is_no_curator_any_more_changes_nothing(
    drafts: Drafts, submission: Submission, proposing: Submission, library: Library, workspace: int
) -> None:
    there = (await library.add(workspace, paper(1), None)).paper
    await drafts.save(workspace, "edit", edit_draft(there), TARO.actor)
    await drafts.save(workspace, "mended", replace(DRAFT, candidate=1), TARO.actor, paper(2))
    await drafts.save(workspace, "link", Draft("https://example.org/x", paper_id=there.id), TARO.actor)
    for token in ("edit", "mended"):
        with pytest.raises(NotAllowedError):
            await submission.submit(workspace, token, TARO)
    with pytest.raises(NotAllowedError):
        await proposing.add_link(workspace, "link", TARO)
    assert len(await library.history(workspace)) == 1


async def test_a_link_is_added_once(drafts: Drafts, submission: Submission, library: Library, workspace: int) -> None:
    there = (await library.add(workspace, paper(1), None)).paper
    await drafts.save(workspace, "token", Draft("https://example.org/x", paper_id=there.id), TARO.actor)
    outcomes = await asyncio.gather(*(submission.add_link(workspace, "token", TARO) for _ in range(3)))
    assert sorted(each.is_repeated for each in outcomes) == [False, True, True]
    assert {each.paper.links for each in outcomes} == {(Link("https://example.org/x"),)}
    with pytest.raises(NotAllowedError):
        await submission.add_link(workspace, "token", HANAKO)


async def test_a_mended_proposal_is_accepted_as_it_was_shown_in_its_proposers_name(
    drafts: Drafts, proposing: Submission, inbox: Inbox, workspace: int
) -> None:
    mark = await shown(drafts, workspace, paper(1))
    await proposing.submit(workspace, "token", TARO, mark)
    [candidate] = await inbox.waiting(workspace)
    draft = replace(candidate_draft(candidate, proposed_paper(candidate)), comment="直した")
    mended = apply_draft(proposed_paper(candidate), draft)
    for token in ("a", "b"):
        await drafts.save(workspace, token, draft, HANAKO.actor, mended)
    saved = await proposing.submit(workspace, "a", HANAKO, fingerprint(draft, mended))
    assert isinstance(saved, Saved)
    assert (saved.paper.content, saved.paper.added_by, saved.candidate) == (mended.content, "太郎", candidate)
    with pytest.raises(NotFoundError, match="You have accepted"):
        await proposing.submit(workspace, "b", HANAKO, fingerprint(draft, mended))
    assert await inbox.waiting(workspace) == []


async def test_what_waits_is_not_proposed_again_by_its_ids_or_by_title_and_link(
    proposing: Submission, inbox: Inbox, workspace: int
) -> None:
    page = make_paper(title="A Blog Post", links=[Link("https://example.com/post")])
    first = [await proposing.add(workspace, DRAFT, each, TARO) for each in (paper(1), page)]
    again = [
        await proposing.add(workspace, DRAFT, each, JIRO)
        for each in (with_changes(paper(1), title="Another title"), with_changes(page, comment="よい"))
    ]
    for one, other in zip(first, again, strict=True):
        assert isinstance(one, Proposed)
        assert isinstance(other, Proposed)
        assert (one.waiting, other.number) == (None, one.number)
        assert other.waiting
        assert other.waiting.proposed_by == TARO.name
    assert len(await inbox.waiting(workspace)) == 2


async def test_a_repository_that_waits_is_known_by_its_link(proposing: Submission, workspace: int) -> None:
    code = make_paper(title="A Repository", links=[Link("https://github.com/microsoft/unilm")])
    await proposing.add(workspace, Draft("https://github.com/microsoft/unilm"), code, TARO)
    earlier = await proposing.find_earlier(workspace, "https://github.com/microsoft/unilm", JIRO)
    assert isinstance(earlier, Candidate)
    assert earlier.proposed_by == "太郎"


async def test_two_processes_decide_once(database_url: str, clock: AdjustableClock) -> None:
    first, second = await open_database(database_url), await open_database(database_url)
    workspace, _ = await find_or_add(first, "default", clock())
    drafts = Drafts(first, clock, FakeFinder())
    mark = await shown(drafts, workspace, paper(1))
    proposing = [Submission(each, clock, "curators") for each in (first, second)]
    await asyncio.gather(*(each.submit(workspace, "token", TARO, mark) for each in proposing))
    inboxes = [Inbox(each, clock) for each in (first, second)]
    [candidate] = await inboxes[1].waiting(workspace)
    decisions = await asyncio.gather(
        inboxes[0].accept(workspace, candidate.number, HANAKO),
        inboxes[1].reject(workspace, candidate.number, HANAKO),
        inboxes[1].accept(workspace, candidate.number, JIRO),
        return_exceptions=True,
    )
    assert sorted(isinstance(each, NotFoundError) for each in decisions) == [False, True, True]
    await first.close()
    await second.close()


async def test_an_edit_at_the_prompt_tells_of_a_newer_version(
    submission: Submission, library: Library, workspace: int, clock: AdjustableClock
) -> None:
    old = (await library.add(workspace, paper(1), None)).paper
    await library.add(workspace, paper(2), None)
    clock.advance(minutes=1)
    now = await library.edit(workspace, old.id, None, lambda paper: replace(paper, comment="x"))
    stale = await submission.edit(workspace, old.id, lambda old: replace(old, comment="y"), HANAKO, seen=old.updated_at)
    assert stale == Stale(now, replace(now, comment="y"))
    with pytest.raises(ConflictError):
        await submission.edit(workspace, old.id, lambda old: replace(old, identifiers=paper(2).identifiers), HANAKO)


def test_buttons_that_were_sent_before_fields_had_their_names_still_carry_the_fingerprint() -> None:
    assert fingerprint(Draft("2307.08621", title="A", tags="x"), None) == "413398077d80"
    other = Draft("2307.08621", title="A", allow_same_title=True)
    assert fingerprint(other, make_paper(title="A", id="a")) == "c5b029fb5a27"
