"""/paper, /papers and /random on Slack, with their lists, buttons and the modal that offers papers."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from bot.app import App
from bot.config import Config
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Person, SlackServer, text_of
from tests.platforms.slack.conftest import configured
from tests.samples import paper


@pytest.fixture
def settings(config: Config, server: SlackServer) -> Config:
    return configured(config, server, papers_file=str(STARTER))


async def test_a_word_that_means_one_paper_shows_its_card_only_to_the_asker(
    app: App, person: Person, channel: Channel
) -> None:
    answer = await person.ask(channel, "/paper レトネット")
    assert "RetNet" in text_of(answer)
    assert "https://arxiv.org/abs/2307.08621" in text_of(answer)
    assert "RetNet" in answer.text
    assert channel.messages == []


async def test_everything_is_acknowledged_before_anything_else_is_done(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    server.fault("users.info", delay=0.5, times=None)
    for line in ("/paper RetNet", "/papers", "/random", "/nonsense", "/paper"):
        acknowledgement = await person.write(channel, line)
        assert acknowledgement.content == {}
        assert acknowledgement.seconds < 0.5


async def test_nobody_waits_for_slack_to_tell_their_language(app: App, channel: Channel, server: SlackServer) -> None:
    english = server.person(2, locale="en-US")
    server.fault("users.info", delay=1.6)
    began = monotonic()
    answers = [await english.ask(channel, "/papers ない論文")]
    assert monotonic() - began < 1.5
    await asyncio.sleep(began + 1.8 - monotonic())
    answers.append(await english.ask(channel, "/papers ない論文"))
    assert ["見つかりませんでした" in answers[0].text, "No paper was found" in answers[1].text] == [True, True]


async def test_a_curator_is_asked_for_patience_until_slack_tells_that_they_are_one(
    app: App, channel: Channel, server: SlackServer
) -> None:
    curator = server.person(2, is_admin=True)
    server.fault("users.info", delay=2.4)
    assert (await curator.ask(channel, "/inbox")).text == "お待ちください…"
    await server.until(lambda: "受信箱は空です" in curator.reads[-1].text)


async def test_a_curator_of_whom_slack_tells_nothing_is_asked_to_try_again(
    app: App, channel: Channel, server: SlackServer
) -> None:
    curator = server.person(2, is_admin=True)
    server.fault("users.info", error="internal_error")
    assert "もう一度お試しください" in (await curator.ask(channel, "/inbox")).text
    assert "受信箱は空です" in (await curator.ask(channel, "/inbox")).text


async def test_the_one_command_reaches_all_others_in_both_languages(app: App, person: Person, channel: Channel) -> None:
    for line in ("/dayori paper RetNet", "/dayori 論文 RetNet", "/dayori ＰＡＰＥＲ RetNet"):
        assert "RetNet" in text_of(await person.ask(channel, line))
    assert "/dayori paper RetNet" in text_of(await person.ask(channel, "/dayori"))
    assert "/dayori help" in text_of(await person.ask(channel, "/dayori nonsense"))


async def test_a_link_is_read_as_slack_sends_it(app: App, person: Person, channel: Channel) -> None:
    for typed in ("<https://arxiv.org/abs/2307.08621>", "<http://arxiv.org/abs/2307.08621|arxiv.org/abs/2307.08621>"):
        assert "RetNet" in text_of(await person.ask(channel, f"/paper {typed}"))


async def test_several_papers_come_as_a_list_whose_buttons_open_and_turn(
    app: App, person: Person, channel: Channel
) -> None:
    for n in range(25):
        await app.services.library.add(1, paper(n, title=f"Wave number {n}"), "花子")
    first = await person.ask(channel, "/papers wave")
    assert "1〜10本目" in text_of(first)
    second = await person.press_for(first, "page.on")
    assert second is first
    assert "11〜20本目" in text_of(second)
    card = await person.press_for(second, "open.12")
    assert card is not second
    assert "Wave number" in text_of(card)


async def test_a_card_is_shown_to_the_channel_with_the_name_of_who_shares_it(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    card = await person.ask(channel, "/paper RetNet")
    await person.press(card, "show")
    await server.until(lambda: channel.messages)
    (message,) = channel.messages
    assert "佐藤" in str(message.blocks)
    assert "RetNet" in message.text


async def test_a_bare_paper_opens_a_modal_that_offers_papers_while_one_types(
    app: App, person: Person, channel: Channel
) -> None:
    view = await person.ask_modal(channel, "/paper")
    options = await person.suggest(view, "complete", "れとね")
    chosen = options[0]["value"]
    await person.submit(view, paper=chosen)
    shown = await person.until_modal("RetNet")
    await person.press(shown, "show")
    await person.server.until(lambda: channel.messages)


async def test_a_member_of_another_workspace_is_refused(app: App, channel: Channel, server: SlackServer) -> None:
    stranger = server.person(2, team="T0OTHER001")
    assert "RetNet" not in text_of(await stranger.ask(channel, "/paper RetNet"))


async def test_a_person_reads_their_own_language(app: App, channel: Channel, server: SlackServer) -> None:
    answer = await server.person(3, locale="en-US").ask(channel, "/paper zzzzqqqq")
    assert "No paper was found" in text_of(answer)
    answer = await server.person(4).ask(channel, "/paper zzzzqqqq")
    assert "見つかりません" in text_of(answer)


async def test_of_many_letters_typed_at_once_only_the_first_and_the_last_are_looked_up(
    app: App, person: Person, channel: Channel
) -> None:
    view = await person.ask_modal(channel, "/paper")
    offers = await asyncio.gather(*(person.suggest(view, "complete", "r" * n) for n in range(1, 40)))
    assert offers[-1] or offers[0]
    assert sum(map(bool, offers)) < 39
