"""A preview shows what would be saved; only curators may edit papers and proposals."""

from __future__ import annotations

import pytest

from bot.domain.draft import Draft, edit_draft
from bot.domain.errors import NotAllowedError
from bot.domain.paper import Link, with_changes
from bot.services.papers.drafts import Drafts
from bot.services.papers.inbox import Inbox
from bot.services.papers.library import Library
from bot.services.papers.lookup import Lookup
from bot.services.papers.outcomes import Preview, Saved, UnfinishedDraft
from bot.services.papers.previews import Previews
from bot.services.papers.proposal import candidate_draft
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from bot.store.database import Database
from tests.doubles.clock import AdjustableClock
from tests.doubles.finder import FakeFinder
from tests.samples import paper

TARO = Submitter("太郎", "discord:1", "ja", is_curator=False)
HANAKO = Submitter("花子", "discord:2", "ja", is_curator=True)


@pytest.fixture
def previews(database: Database, clock: AdjustableClock, lookup: Lookup) -> Previews:
    return Previews(Drafts(database, clock, FakeFinder()), lookup, Inbox(database, clock))


class Announcements(list[str]):
    async def add(self, source: str) -> None:
        self.append(source)


async def test_a_new_paper_is_previewed_under_its_adders_name_and_saved_as_shown(
    previews: Previews, database: Database, clock: AdjustableClock, workspace: int
) -> None:
    announced = Announcements()
    await previews.open(workspace, "token", Draft("https://example.org/a"), TARO)
    preview = await previews.answer(workspace, "token", {"title": "A Blog Post"}, TARO, announced.add)
    assert isinstance(preview, Preview)
    assert (preview.paper.title, preview.paper.added_by) == ("A Blog Post", "太郎")
    assert announced == ["https://example.org/a"]
    submission = Submission(database, clock, "everyone")
    assert isinstance(await submission.submit(workspace, "token", TARO, preview.fingerprint), Saved)


async def test_answers_that_make_no_paper_are_kept_for_the_next_form(previews: Previews, workspace: int) -> None:
    announced = Announcements()
    await previews.open(workspace, "token", Draft("https://example.org/a"), TARO)
    unfinished = await previews.answer(workspace, "token", {"title": "A", "date": "yesterday"}, TARO, announced.add)
    assert isinstance(unfinished, UnfinishedDraft)
    assert (await previews.form(workspace, "token", TARO)).date == "yesterday"


async def test_only_curators_open_and_preview_edits(previews: Previews, library: Library, workspace: int) -> None:
    added = await library.add(workspace, paper(1), None)
    await previews.open(workspace, "token", edit_draft(added.paper), TARO)
    with pytest.raises(NotAllowedError):
        await previews.form(workspace, "token", TARO)
    with pytest.raises(NotAllowedError):
        await previews.show(workspace, "token", TARO)


async def test_a_proposal_stays_its_proposers_when_a_curator_edits_it(
    previews: Previews, database: Database, clock: AdjustableClock, workspace: int
) -> None:
    await Submission(database, clock, "curators").add(workspace, Draft("2401.00001"), paper(1), TARO)
    candidate = await Inbox(database, clock).get(workspace, 1, HANAKO)
    await previews.open(workspace, "token", candidate_draft(candidate, paper(1)), HANAKO, paper(1))
    preview = await previews.show(workspace, "token", HANAKO)
    assert isinstance(preview, Preview)
    assert preview.paper.added_by == "太郎"


async def test_the_first_form_of_an_edit_shows_all_values_and_unchanged_ones_change_nothing(
    previews: Previews, library: Library, workspace: int
) -> None:
    links = (Link("https://example.org/a", "code"), Link("https://example.org/b"))
    added = (await library.add(workspace, with_changes(paper(1), links=links, authors=["A B", "C D"]), None)).paper
    form = await previews.open(workspace, "token", edit_draft(added), HANAKO)
    assert (form.links, form.authors) == ("code https://example.org/a\nhttps://example.org/b", "A B\nC D")
    answers = {name: getattr(form, name) for name in ("title", "links", "authors", "venue", "organization")}
    preview = await previews.answer(workspace, "token", answers, HANAKO, Announcements().add)
    assert isinstance(preview, Preview)
    assert preview.paper.content == added.content
