"""The inbox is emptied by clicks on Slack: twenty candidates, a restart in the middle, two curators at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from bot.app import App
from bot.domain.draft import Draft
from bot.services.papers.submission import Submission
from bot.services.papers.submitter import Submitter
from tests.doubles.slack import Channel, Ephemeral, Person, SlackServer, View, text_of
from tests.finds import find, find_many, ledger
from tests.platforms.slack.conftest import Connected
from tests.samples import paper

Place = Ephemeral | View
TARO = Submitter("太郎", "reader:1", "ja", is_curator=False)
JIRO = Submitter("次郎", "discord:3", "ja", is_curator=True)


def curator_of(server: SlackServer, n: int = 1, name: str = "花子") -> Person:
    return server.person(n, name=name, is_admin=True)


async def decided(app: App) -> Counter[str]:
    """Count the candidates by their decision."""
    async with app.database.read() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT coalesce(decision, CASE WHEN later_at IS NULL THEN 'waiting' ELSE 'later' END) FROM candidates"
        )
        return Counter(rows.scalars())


def is_ready(place: Place) -> bool:
    """Return whether it shows more than that it takes a moment."""
    is_form = isinstance(place, View) and place.content.get("callback_id") == "find"
    return is_form or "却下" in text_of(place) or "空です" in text_of(place)


async def press(curator: Person, place: Place, button: str) -> Place:
    """Press a button and return where its answer is: the same message or modal, or the form that opens."""
    if isinstance(place, View):
        before = text_of(place)
        await curator.press(place, button)
        await curator.server.until(
            lambda: curator.modal and is_ready(curator.modal) and text_of(curator.modal) != before
        )
        assert curator.modal
        return curator.modal
    known, reads = curator.modal, len(curator.reads)
    await curator.press(place, button)
    await curator.server.until(
        lambda: (len(curator.reads) > reads and is_ready(curator.reads[-1])) or curator.modal is not known
    )
    return curator.reads[-1] if len(curator.reads) > reads or curator.modal is None else curator.modal


async def accept(curator: Person, place: Place, **typed: str) -> Place:
    """Press 採用; where that opens a form, type into it and send it."""
    place = await press(curator, place, "採用")
    if isinstance(place, View) and place.content.get("callback_id") == "find":
        await curator.submit(place, **typed)
        return await curator.until_modal("を採用しました")
    return place


async def go_on(app: App, curator: Person, place: Place, most: int) -> Place:
    """Decide on up to `most` candidates, each second one accepted; some are put off, some undone first."""
    for n in range(most):
        proposal = await app.services.inbox.next(1)
        if proposal is None:
            break
        candidate = proposal.candidate
        assert proposal.paper.heading in text_of(place)
        if n % 7 == 3 and candidate.later_at is None:
            place = await press(curator, place, "later")
            continue
        if n % 5 == 4:
            place = await press(curator, place, "reject")
            place = await press(curator, place, "undo_decision")
            assert "の却下を取り消しました。" in text_of(place)
            assert proposal.paper.heading in text_of(place)
        if candidate.number % 2:
            place = await press(curator, place, "reject")
        else:
            place = await accept(curator, place, headline=f"見出し{candidate.number}")
    return place


async def test_twenty_candidates_are_decided_on_one_after_another_with_a_restart_in_the_middle(
    connected: Callable[[], Connected], server: SlackServer, channel: Channel
) -> None:
    curator = curator_of(server)
    async with connected() as app:
        await find_many(app.database, 1, app.clock, 16)
        proposing = Submission(app.database, app.clock, "curators")
        for n in range(17, 21):
            await proposing.add(1, Draft(f"2401.{n:05}"), paper(n), TARO)
        before = len(await app.services.library.history(1, limit=200))
        place: Place = await curator.ask(channel, "/inbox")
        place = await go_on(app, curator, place, 10)
        halfway = await decided(app)
    async with connected() as app:
        assert await decided(app) == halfway
        place = await go_on(app, curator, place, 100)
        await server.until(lambda: "受信箱は空です" in text_of(place))
        after, counts = await decided(app), await ledger(app.database, 1)
        added = len(await app.services.library.history(1, limit=200)) - before
    assert set(after) == {"accepted", "rejected"}
    assert sum(halfway.values()) == sum(after.values()) == 20
    assert counts["arxiv-cl"][0] + 2 == after["accepted"] == added
    assert sum(counts["arxiv-cl"]) == 16


async def test_a_find_that_has_become_a_proposal_is_shown_before_it_is_accepted(
    app: App, server: SlackServer, channel: Channel
) -> None:
    curator = curator_of(server)
    await find_many(app.database, 1, app.clock, 1)
    card = await curator.ask(channel, "/inbox")
    proposed = paper(1, comment="太郎のコメント")
    await Submission(app.database, app.clock, "curators").add(1, Draft("2401.00001"), proposed, TARO)
    await curator.press(card, "採用")
    await curator.until_modal("太郎のコメント")
    assert (await decided(app))["waiting"] == 1


async def test_two_curators_at_once_decide_on_each_candidate_once(
    app: App, server: SlackServer, channel: Channel
) -> None:
    people = [curator_of(server), curator_of(server, 2, "次郎")]
    await find_many(app.database, 1, app.clock, 16)
    places: list[Place] = [await person.ask(channel, "/inbox") for person in people]
    late = 0
    while await app.services.inbox.waiting(1):
        places = await asyncio.gather(*map(press, people, places, ("reject", "reject")))
        late += sum("すでに" in text_of(place) for place in places)
    assert late >= 8
    assert await decided(app) == Counter(rejected=16)
    assert await ledger(app.database, 1) == {"arxiv-cl": (0, 16)}


async def test_a_finds_form_says_what_is_wrong_and_loses_nothing(
    app: App, server: SlackServer, channel: Channel
) -> None:
    curator = curator_of(server)
    await find(app.database, 1, app.clock, paper(1, headline=None, date="2024-01"), "arxiv-cl", "hf-daily")
    card = await curator.ask(channel, "/inbox")
    assert "arxiv-cl と hf-daily が見つけました。" in text_of(card)
    form = await press(curator, card, "採用")
    assert isinstance(form, View)
    assert "A Paper on Subject 1" in str(form.content)
    assert "リンクと著者" not in text_of(form)
    refused = await curator.submit(form, headline="見出し", date="いつか", comment="コメント")
    assert "いつか" in str(refused.content["errors"])
    await curator.submit(form, headline="見出し", title="　", date="2024-01-22", comment="コメント")
    await server.until(lambda: curator.modal and "⚠️" in text_of(curator.modal))
    assert curator.modal
    await curator.submit(curator.modal, title="よい題")
    done = await curator.until_modal("を採用しました", "受信箱は空です")
    assert "取り消し" in str(done.content)
    saved = await app.services.lookup.get(1, "paper-1")
    assert (saved.headline, saved.title, saved.comment) == ("見出し", "よい題", "コメント")


async def test_a_form_that_comes_after_somebody_elses_decision_gives_back_what_was_typed(
    app: App, server: SlackServer, channel: Channel
) -> None:
    curator = curator_of(server)
    await find_many(app.database, 1, app.clock, 2)
    form = await press(curator, await curator.ask(channel, "/inbox"), "採用")
    assert isinstance(form, View)
    await app.services.inbox.reject(1, 2, JIRO)
    await curator.submit(form, headline="長く考えた見出し")
    late = await curator.until_modal("次郎さんがすでに却下しました", "長く考えた見出し", "A Paper on Subject 2")
    await press(curator, late, "reject")
    await curator.until_modal("受信箱は空です")


async def test_home_counts_what_waits_and_opens_the_inbox_there(
    app: App, server: SlackServer, channel: Channel
) -> None:
    curator = curator_of(server)
    await find_many(app.database, 1, app.clock, 3)
    await curator.open_home()
    home = await curator.until_home("受信箱（3件）")
    await curator.press(home, "next")
    card = await curator.until_modal("A Paper on Subject 1")
    await curator.press(card, "reject")
    await curator.until_modal("A Paper on Subject 2")
    await curator.until_home("受信箱（2件）")
