"""Links to papers in people's messages: the team's card where it has the paper, else an offer to its poster."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.app import App
from bot.config import Config
from bot.domain.identifiers import Identifiers
from bot.domain.paper import Link
from tests.conftest import STARTER
from tests.doubles.slack import Channel, Ephemeral, Person, SharedLinks, SlackServer, share, text_of
from tests.platforms.slack.conftest import Connected, configured
from tests.samples import paper

RETNET = "https://arxiv.org/abs/2307.08621"
UNKNOWN = "https://arxiv.org/abs/2501.00001"


@pytest.fixture
def locale() -> str:
    return "ja"


@pytest.fixture
def unfurl() -> bool:
    return True


@pytest.fixture
def settings(config: Config, server: SlackServer, locale: str, unfurl: bool) -> Config:
    made = configured(config, server, papers_file=str(STARTER), locale=locale)
    return made.model_copy(update={"slack": made.slack.model_copy(update={"unfurl": unfurl})})


async def carded(shared: SharedLinks, n: int = 1) -> list[str]:
    """Return the texts of the previews once there are so many."""
    await shared.server.until(lambda: len(shared.previews) >= n)
    return [text_of(each) for each in shared.previews.values()]


async def offered(person: Person, n: int = 1) -> Ephemeral:
    await person.server.until(lambda: len(person.reads) >= n)
    return person.reads[n - 1]


async def settled(server: SlackServer, person: Person, channel: Channel) -> None:
    """Wait until everything before has been served: cards that are asked for now have come, one after the other."""
    for _ in range(2):
        await carded(await share(person, channel, RETNET))


async def test_a_link_to_a_paper_of_ours_shows_its_card_with_who_added_it(
    app: App, person: Person, channel: Channel
) -> None:
    await app.services.library.add(1, paper(1, comment="必読です。"), "花子")
    (card,) = await carded(await share(person, channel, "https://arxiv.org/pdf/2401.00001v3"))
    assert "1番目の論文" in card
    assert "必読です。" in card
    assert "{ago}" in card
    assert "に花子さんが追加" in card
    assert card.count("花子") == 1
    assert person.reads == []


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/2307.08621v2",
        "http://www.arxiv.org/pdf/2307.08621",
        "https://export.arxiv.org/abs/2307.08621",
        "https://doi.org/10.48550/arXiv.2307.08621",
        "https://dx.doi.org/10.48550/arxiv.2307.08621",
    ],
)
async def test_every_form_of_a_link_is_recognised(app: App, person: Person, channel: Channel, url: str) -> None:
    shared = await share(person, channel, url)
    await carded(shared)
    assert list(shared.previews) == [url]


async def test_pages_of_all_four_sites_are_recognised(app: App, person: Person, channel: Channel) -> None:
    names = {"doi": "10.1145/3397271.3401075", "openreview": "AbCdEf123", "acl": "2023.acl-long.1"}
    for n, (scheme, name) in enumerate(names.items()):
        await app.services.library.add(1, paper(n, identifiers=Identifiers(**{scheme: name})), None)
    urls = (
        "https://doi.org/10.1145/3397271.3401075",
        "https://openreview.net/forum?id=AbCdEf123&amp;noteId=1",
        "https://aclanthology.org/2023.acl-long.1.pdf",
    )
    assert len(await carded(await share(person, channel, *urls), 3)) == 3


async def test_a_link_that_is_still_being_written_shows_the_card_and_offers_nothing(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    assert await carded(await share(person, None, RETNET, UNKNOWN))
    (request,) = server.sent("chat.unfurl")
    assert request.body["source"] == "composer"
    await settled(server, person, channel)
    assert person.reads == []


async def test_in_an_enterprise_the_message_is_named_by_its_time(app: App, person: Person, channel: Channel) -> None:
    assert await carded(await share(person, channel, RETNET, unfurl_id=None, source=None))
    assert await carded(await share(person, None, RETNET, unfurl_id=None))


async def test_a_link_that_we_do_not_have_is_offered_only_to_its_poster_and_once(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    shared = await share(person, channel, UNKNOWN)
    offer = await offered(person)
    assert "arxiv.org/abs/2501.00001" in text_of(offer)
    assert "論文に追加" in text_of(offer)
    assert shared.previews == {}
    await share(person, channel, "https://arxiv.org/pdf/2501.00001v2")
    await share(person, server.channel(2), UNKNOWN)
    await settled(server, person, channel)
    assert len(person.reads) == 1
    other = server.person(2, locale="en-US")
    await share(other, channel, UNKNOWN)
    assert "Add to papers" in text_of(await offered(other))


async def test_the_button_of_an_offer_opens_the_form_for_its_link(app: App, person: Person, channel: Channel) -> None:
    await share(person, channel, UNKNOWN)
    await person.press(await offered(person), "add")
    assert "2501.00001" in json.dumps((await person.until_modal("見出し")).content)


async def test_what_was_offered_is_remembered_by_the_next_process(
    connected: Callable[[], Connected], person: Person, channel: Channel, server: SlackServer
) -> None:
    async with connected():
        await share(person, channel, UNKNOWN)
        await offered(person)
    async with connected():
        await share(person, channel, UNKNOWN)
        await settled(server, person, channel)
    assert len(person.reads) == 1


async def test_an_event_that_comes_twice_is_served_once(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    shared = await share(person, channel, RETNET, UNKNOWN)
    await shared.tell()
    await offered(person)
    await settled(server, person, channel)
    assert len(shared.previews) == len(person.reads) == 1


async def test_an_offer_in_a_thread_stays_there(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    await share(person, channel, UNKNOWN, thread_ts="123.456")
    await offered(person)
    assert server.sent("chat.postEphemeral")[0].body["thread_ts"] == "123.456"


async def test_a_page_that_is_no_paper_is_not_offered(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    await share(person, channel, "https://arxiv.org/list/cs.CL/recent", "https://openreview.net/", "https://doi.org/")
    await settled(server, person, channel)
    assert person.reads == []


async def test_where_the_bot_is_not_it_shows_cards_and_says_nothing(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    elsewhere = server.channel(2)
    elsewhere.is_member = False
    assert await carded(await share(person, elsewhere, RETNET, UNKNOWN))
    await settled(server, person, channel)
    assert server.sent("chat.postEphemeral") == []
    await share(person, channel, UNKNOWN)
    await offered(person)


async def test_a_channel_shared_with_another_company_sees_nothing_of_ours(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    outside = server.channel(2)
    outside.is_external = True
    shared = await share(person, outside, RETNET, UNKNOWN)
    await settled(server, person, channel)
    assert shared.previews == {}
    assert person.reads == []


@pytest.mark.parametrize("id", ["U0PERSON09", "U0BOT00001", "USLACKBOT"])
async def test_bots_are_not_answered_neither_others_nor_ourselves(
    app: App, person: Person, channel: Channel, server: SlackServer, id: str
) -> None:
    server.person(9, is_bot=True)
    server.people["USLACKBOT"] = Person(server, id="USLACKBOT")
    shared = await share(person, channel, RETNET, UNKNOWN, user=id)
    await settled(server, person, channel)
    assert shared.previews == {}
    assert server.sent("chat.postEphemeral") == []


async def test_of_many_links_the_first_five_are_looked_at_and_each_paper_is_shown_once(
    app: App, person: Person, channel: Channel, server: SlackServer
) -> None:
    for n in range(9):
        await app.services.library.add(1, paper(n), None)
    urls = [f"https://arxiv.org/abs/2401.{n:05}" for n in range(9)]
    shared = await share(person, channel, urls[0].replace("abs", "pdf"), *urls)
    await carded(shared)
    assert list(shared.previews) == [urls[0].replace("abs", "pdf"), *urls[1:4]]


async def test_several_new_links_are_offered_in_one_message(app: App, person: Person, channel: Channel) -> None:
    await share(person, channel, UNKNOWN, UNKNOWN.replace("00001", "00002"), RETNET)
    offer = await offered(person)
    assert len(offer.blocks) == 3
    assert len(person.reads) == 1


@pytest.mark.parametrize("error", ["cannot_unfurl_url", "cannot_find_message", "not_in_channel", "fatal_error"])
async def test_what_slack_refuses_is_left_alone(
    app: App, person: Person, channel: Channel, server: SlackServer, error: str
) -> None:
    server.fault("chat.unfurl", error=error)
    server.fault("chat.postEphemeral", error="user_not_in_channel")
    shared = await share(person, channel, RETNET, UNKNOWN)
    await server.until(lambda: server.sent("chat.postEphemeral"))
    await settled(server, person, channel)
    assert shared.previews == {}
    assert channel.messages[0].text == f"{RETNET} {UNKNOWN}"
    assert person.reads == []


@pytest.mark.parametrize("unfurl", [False])
async def test_the_setting_turns_it_off(app: App, person: Person, channel: Channel, server: SlackServer) -> None:
    shared = await share(person, channel, RETNET, UNKNOWN)
    await person.ask(channel, "/paper RetNet")
    assert shared.previews == {}
    assert person.reads[1:] == []


@pytest.mark.parametrize("locale", ["en"])
async def test_a_card_is_in_the_teams_language_and_an_offer_in_its_readers(
    app: App, person: Person, channel: Channel
) -> None:
    await app.services.library.add(1, paper(1), "Hanako")
    (card,) = await carded(await share(person, channel, "https://arxiv.org/abs/2401.00001", UNKNOWN))
    assert "by Hanako" in card
    assert "論文に追加" in text_of(await offered(person))


async def test_a_hostile_paper_is_shown_literally_and_within_the_limits(
    app: App, person: Person, channel: Channel
) -> None:
    hostile = paper(
        1,
        title="<!channel> *x* `y` <@U1>" * 20,
        headline="<https://evil.example|arXiv> & <!here>" * 12,
        comment="<@U0PERSON01> & " * 600,
        links=[Link("https://a.example/" + "x" * 1900, "<!everyone>")] * 3,
        tags=["<!subteam^S1>" * 10] * 9,
    )
    await app.services.library.add(1, hostile, "<!channel> *花子*" * 40)
    (card,) = await carded(await share(person, channel, "https://arxiv.org/abs/2401.00001"))
    assert "&lt;!channel&gt;" in card


async def test_five_long_cards_fit_or_are_left_out(app: App, person: Person, channel: Channel) -> None:
    for n in range(5):
        await app.services.library.add(1, paper(n, comment="長い。" * 2000, title="題" * 400), "花子")
    shared = await share(person, channel, *(f"https://arxiv.org/abs/2401.{n:05}" for n in range(5)))
    await carded(shared)
    assert len(json.dumps(shared.previews, ensure_ascii=False)) < 11_000


@pytest.mark.parametrize("links", [None, "x", [None, {}, {"url": 1}, {"url": "x" * 9000}, {"url": ""}], [[]]])
async def test_a_malformed_event_breaks_nothing(
    app: App, person: Person, channel: Channel, server: SlackServer, links: Any
) -> None:
    await share(person, channel, UNKNOWN, links=links or [{"url": "https://"}])
    await settled(server, person, channel)
    assert person.reads == []
