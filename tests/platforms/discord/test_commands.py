"""The commands inside simcord: the real discord.py in this process, without a socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import simcord

from bot.app import open_app
from bot.domain.errors import DayoriError
from bot.domain.metadata import Metadata
from bot.platforms.discord.client import DayoriClient
from bot.services.papers.drafts import Drafts
from tests.doubles.discord import violations_of
from tests.doubles.finder import FakeFinder
from tests.finds import find_many
from tests.platforms.discord.conftest import config_for

DOI = "https://doi.org/10.1145/3292500.3330919"


@asynccontextmanager
async def simulated(file_url: str, *, finds: int = 0, **settings: Any) -> AsyncIterator[simcord.Env]:
    """Run the bot inside simcord, with some of feeds' finds in its inbox; every body it sends must be valid."""
    async with open_app(config_for(file_url, **settings)) as app:
        await find_many(app.database, await app.services.workspaces.named("default"), app.clock, finds)
        finder = FakeFinder()  # simcord's clock runs ahead, which no real socket could follow
        finder.known[DOI] = Metadata(title="Optuna: A Next-generation Framework", authors=("Takuya Akiba",))
        services = app.services
        services.drafts = Drafts(app.database, app.clock, finder)
        client = DayoriClient(services, "https://discord.com/api/v10", servers_settle=0.05)
        async with simcord.run(client, shard_count=1) as env:
            yield env
            assert [e for e in env.errors if not isinstance(getattr(e, "original", e), DayoriError)] == []
            for sent in env.http_requests:
                if sent.json is not None:
                    assert violations_of(sent.method, sent.path, sent.json) == [], sent


async def test_paper_shows_a_card_to_the_asker_alone(file_url: str) -> None:
    async with simulated(file_url) as env:
        guild = env.create_guild()
        channel, reader = guild.create_text_channel("general"), guild.add_member(env.create_user("taro"))
        answer = await reader.slash(channel, "paper", query="retnet")
        assert answer.ephemeral
        assert answer.response is not None
        assert answer.response.embeds[0].url == "https://arxiv.org/abs/2307.08621"


async def test_paper_completes_what_is_typed_with_at_most_25_choices(file_url: str) -> None:
    async with simulated(file_url) as env:
        guild = env.create_guild()
        channel, reader = guild.create_text_channel("general"), guild.add_member(env.create_user("taro"))
        choices = await reader.autocomplete(channel, "paper", "query", "LongNet")
        assert [choice["value"] for choice in choices] == ["longnet"]
        assert all(1 <= len(choice["name"]) <= 100 for choice in choices)


async def test_addpaper_goes_from_a_form_to_a_saved_card(file_url: str) -> None:
    async with simulated(file_url) as env:
        guild = env.create_guild()
        channel, reader = guild.create_text_channel("general"), guild.add_member(env.create_user("taro"))
        form = await reader.slash(channel, "addpaper", source=DOI)
        look = await reader.submit_modal(form, {"headline": "Optunaの論文", "tags": "tuning"})
        assert look.response is not None
        saved = await reader.click(look.response, label="Save")
        reply = await reader.slash(channel, "paper", query="10.1145/3292500.3330919")
        assert saved.acknowledged
        assert reply.response is not None
        assert "Takuya Akiba" in str(reply.response.embeds[0].description)
        assert reply.response.embeds[0].title == "Optunaの論文"


async def test_digest_is_for_curators(file_url: str) -> None:
    async with simulated(file_url) as env:
        guild = env.create_guild()
        channel, reader = guild.create_text_channel("general"), guild.add_member(env.create_user("taro"))
        refused = await reader.slash(channel, "digest list")
        assert refused.response is not None
        assert refused.response.content.startswith("Only curators may do this")
        assert "token" not in json.dumps([sent.json for sent in env.http_requests])


async def test_a_messages_link_becomes_a_form(file_url: str) -> None:
    async with simulated(file_url) as env:
        guild = env.create_guild()
        channel, reader = guild.create_text_channel("general"), guild.add_member(env.create_user("taro"))
        message = await reader.send(channel, f"これはどう? {DOI}")
        form = await reader.context_menu(channel, "Add to papers", message)
        assert form.modal is not None
        look = await reader.submit_modal(form, {"headline": "Optunaの論文", "title": ""})
        assert look.response is not None
        assert "Optuna: A Next-generation Framework" in str(look.response.embeds[0].description)


async def test_a_curator_edits_in_a_form(file_url: str) -> None:
    async with simulated(file_url) as env:
        guild = env.create_guild()
        role = guild.create_role("運営", permissions=discord.Permissions(manage_guild=True))
        channel, curator = (
            guild.create_text_channel("general"),
            guild.add_member(env.create_user("hanako"), roles=[role]),
        )
        form = await curator.slash(channel, "editpaper", paper="retnet")
        look = await curator.submit_modal(form, {"title": "Retentive Network", "comment": "読みました。"})
        assert look.response is not None
        await curator.click(look.response, label="Save")
        reply = await curator.slash(channel, "paper", query="retnet")
        assert reply.response is not None
        assert "読みました。" in str(reply.response.embeds[0].description)


async def test_a_paper_is_chosen_by_a_word_and_its_links_are_changed_in_a_second_form(file_url: str) -> None:
    async with simulated(file_url) as env:
        guild = env.create_guild()
        role = guild.create_role("運営", permissions=discord.Permissions(manage_guild=True))
        channel, curator = (
            guild.create_text_channel("general"),
            guild.add_member(env.create_user("hanako"), roles=[role]),
        )
        reply = await curator.slash(channel, "editpaper", paper="language")
        assert reply.response is not None
        form = await curator.select(reply.response, ["retnet"])
        look = await curator.submit_modal(form, {"title": "Retentive Network", "comment": "読みました。"})
        assert look.response is not None
        details = await curator.click(look.response, label="Edit the links")
        mended = await curator.submit_modal(details, {"links": "slides https://example.org/slides"})
        assert mended.response is not None
        assert "[slides](https://example.org/slides)" in str(mended.response.embeds[0].description)
        await curator.click(mended.response, label="Save")
        answer = await curator.slash(channel, "paper", query="retnet")
        assert answer.response is not None
        assert "[slides](https://example.org/slides)" in str(answer.response.embeds[0].description)
        assert "読みました。" in str(answer.response.embeds[0].description)


async def test_a_curator_goes_through_the_inbox_in_one_message(file_url: str) -> None:
    async with simulated(file_url, finds=3) as env:
        guild = env.create_guild()
        role = guild.create_role("運営", permissions=discord.Permissions(manage_guild=True))
        channel, curator = (
            guild.create_text_channel("general"),
            guild.add_member(env.create_user("hanako"), roles=[role]),
        )
        card = await curator.slash(channel, "inbox")
        assert card.response is not None
        await curator.click(card.response, label="Later")
        await curator.click(card.response, label="Reject")
        await curator.click(card.response, label="Undo the decision")
        form = await curator.click(card.response, label="Accept")
        assert form.modal is not None
        done = await curator.submit_modal(form, {"headline": "採用した論文", "title": "A Paper"})
        assert done.response is not None
        assert 'Accepted "採用した論文".' in done.response.content
        assert [each.title for each in done.response.embeds] == ["A Paper on Subject 3"]
        reply = await curator.slash(channel, "paper", query="採用した論文")
        assert reply.response is not None
        assert reply.response.embeds[0].title == "採用した論文"


async def test_a_feed_of_the_settings_is_listed_and_its_filter_changed_in_a_form(file_url: str) -> None:
    feed = {"name": "cs.CL", "url": "https://rss.arxiv.org/rss/cs.CL", "exclude": ["survey"]}
    async with simulated(file_url, feeds=[feed]) as env:
        guild = env.create_guild()
        role = guild.create_role("運営", permissions=discord.Permissions(manage_guild=True))
        channel = guild.create_text_channel("general")
        curator = guild.add_member(env.create_user("hanako"), roles=[role])
        form = await curator.slash(channel, "feed edit", name="cs.CL")
        look = await curator.submit_modal(form, {"include": "diffusion", "exclude": "survey"})
        assert look.response is not None
        await curator.click(look.response, label="Save")
        refused = await curator.slash(channel, "feed remove", name="cs.CL")
        listed = await curator.slash(channel, "feed list")
        assert refused.response is not None
        assert "The settings file holds" in refused.response.content
        assert listed.response is not None
        assert "one of diffusion · none of survey" in str(listed.response.embeds[0].description)
