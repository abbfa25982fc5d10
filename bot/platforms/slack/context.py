"""An interaction with Slack, and the person behind it: language, timezone, workspace and permissions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotAllowedError
from bot.i18n import Message, msg
from bot.platforms import actor
from bot.platforms.slack.command_names import CommandNames
from bot.platforms.slack.open_homes import OpenHomes
from bot.platforms.slack.people import LONGEST_WAIT, People, Person
from bot.platforms.slack.recent_cache import RecentCache, ShownModal
from bot.services.bundle import Services
from bot.services.digests.delivery import Delivery
from bot.services.digests.message_updates import MessageUpdates

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """What answering an interaction needs: the services, Slack's Web API, and what is known of the team.

    `modals` are the last ones that were shown, by id; `unfurls` tells whether links to papers are recognised.
    """

    services: Services
    web: AsyncWebClient
    people: People
    names: CommandNames
    delivery: Delivery
    message_updates: MessageUpdates
    team: str
    workspace: int
    modals: RecentCache[ShownModal]
    unfurls: bool
    homes: OpenHomes
    bot_user: str


@dataclass(frozen=True, slots=True)
class Actor(actor.Actor):
    """The person who uses the bot; `user` is their id at Slack, `team` their workspace's.

    `channel` is the id of the one where they are; empty on Home. Of a person who is not `is_known`, Slack did not tell
    just now whether they are an admin.
    """

    team: str
    user: str
    zone: ZoneInfo
    names: CommandNames
    channel: str = ""
    is_known: bool = True

    def command(self, name: str) -> str:
        """Return the name of one of our commands for this person."""
        return self.names.name(name, self.locale)

    def say(self, message: Message) -> str:
        """Return a message in this person's language, escaped for Slack."""
        return self.names.say(message, self.locale)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an interaction began: a modal remembers the channel, so that a paper can be shown there."""

    channel: str = ""
    response_url: str = ""

    def metadata(self, argument: str = "") -> str:
        """Return it with a form's argument as a modal's private metadata, which only the app can read."""
        return json.dumps({"channel": self.channel, "response_url": self.response_url, "argument": argument})


@dataclass(slots=True)
class Progress:
    """What has become of an interaction so far."""

    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Interaction:
    """A command, a press, or the submission of a form.

    `trigger` opens a modal within three seconds. `view_id` is the modal in which it happened, and `is_message` tells
    that it happened below a message of ours, which can be replaced.
    """

    client: Client
    actor: Actor
    origin: Origin
    trigger: str
    view_id: str = ""
    is_message: bool = False
    argument: str = ""
    body: Mapping[str, Any] | None = None
    progress: Progress = field(default_factory=Progress)

    @property
    def key(self) -> str:
        """Return a text unique to the interaction, the same in every process that receives it."""
        return f"{self.trigger}:{self.view_id}"


def interaction_of(client: Client, body: Json) -> Interaction:
    """Return an interaction from the payload that Slack sent; its person as last seen."""
    view = body.get("view") or {}
    origin, argument = _origin(body, view)
    return Interaction(
        client=client,
        actor=_actor(client, body, client.people.remembered(user_of(body))),
        origin=origin,
        trigger=str(body.get("trigger_id") or body.get("event_id") or ""),
        view_id=str(view.get("id") or "") if view.get("type") == "modal" else "",
        is_message=not view and body.get("type") == "block_actions",
        argument=argument,
        body=body,
    )


async def actor_of(client: Client, body: Json, patience: float = LONGEST_WAIT) -> Actor:
    """Return the person behind a payload; as last seen when Slack does not answer within so many seconds."""
    return _actor(client, body, await client.people.get(user_of(body), patience))


def _actor(client: Client, body: Json, person: Person) -> Actor:
    services, user = client.services, user_of(body)
    return Actor(
        services=services,
        workspace=client.workspace,
        locale=person.locale,
        name=person.name or _name(body) or user,
        id=f"slack:{user}",
        is_curator=person.is_admin or user in services.curators,
        team=client.team,
        user=user,
        zone=person.zone,
        names=client.names,
        channel=_origin(body, body.get("view") or {})[0].channel,
        is_known=person.is_known,
    )


def require_member(client: Client, body: Json) -> None:
    """Raise NotAllowedError unless the person belongs to the bot's own workspace.

    In a channel that two companies share, members of the other one see our buttons too.
    """
    user = body.get("user")
    teams = [
        body.get("team_id"),
        (body.get("team") or {}).get("id") if isinstance(body.get("team"), Mapping) else body.get("team"),
        user.get("team_id") if isinstance(user, Mapping) else None,
    ]
    if not user_of(body) or any(team not in (None, "", client.team) for team in teams):
        raise NotAllowedError(msg("This works only for members of the Slack workspace that the bot belongs to."))


def user_of(body: Json) -> str:
    """Return the id of the person behind a payload; empty if it names none."""
    user = body.get("user")
    event = body.get("event")
    inner = event.get("user") if isinstance(event, Mapping) else None
    return str((user.get("id") if isinstance(user, Mapping) else None) or body.get("user_id") or inner or "")


def _name(body: Json) -> str:
    user = body.get("user")
    return str((user.get("name") if isinstance(user, Mapping) else None) or body.get("user_name") or "")


def _origin(body: Json, view: Json) -> tuple[Origin, str]:
    """Return where an interaction began and the argument of its form, which a modal holds in its metadata."""
    metadata: Any = {}
    with suppress(ValueError):
        metadata = json.loads(view.get("private_metadata") or "{}")
    if isinstance(metadata, dict) and metadata.get("response_url") is not None:
        origin = Origin(str(metadata.get("channel") or ""), str(metadata["response_url"]))
        return origin, str(metadata.get("argument") or "")
    channel = (body.get("channel") or {}).get("id") if isinstance(body.get("channel"), Mapping) else None
    return Origin(str(channel or body.get("channel_id") or ""), str(body.get("response_url") or "")), ""
