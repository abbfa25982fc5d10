"""Links that people share: which of them Slack tells the app of, and the previews that it then takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .methods import Refusal
from .sockets import Acknowledgement
from .world import Json

if TYPE_CHECKING:
    from .people import Person
    from .server import SlackServer
    from .world import Channel

_numbers = count(1)
_SOURCES = ("composer", "conversations_history")


@dataclass
class SharedLinks:
    """Links in a message, or in one that is still being written; `previews` are what the app shows of them."""

    server: SlackServer
    payload: Json
    previews: dict[str, Json] = field(default_factory=dict)

    async def tell(self) -> Acknowledgement | None:
        """Send the event, which Slack also repeats; None if no link is of one of the app's domains."""
        if not self.payload["event"]["links"]:
            return None
        return await self.server.sockets.ask("events_api", self.payload)


async def share(person: Person, channel: Channel | None, *urls: str, **event: Any) -> SharedLinks:
    """Let a person write links into a channel, or with None let them still compose the message.

    The app is told, unless it is not connected; `event` changes the event that it gets.
    """
    server, id = person.server, f"unfurl-{next(_numbers)}"
    told = {
        "type": "link_shared",
        "user": person.id,
        "channel": channel.id if channel else "COMPOSER",
        "message_ts": channel.say(" ".join(urls)).ts if channel else id,
        "unfurl_id": id,
        "source": "conversations_history" if channel else "composer",
        "is_bot_user_member": channel.is_member if channel else True,
        "links": [{"domain": domain, "url": url} for url in urls if (domain := _domain(server, url))],
        "user_locale": person.locale,
    }
    payload: Json = {"type": "event_callback", "team_id": server.team, "event_id": f"EvLink{next(_numbers)}"}
    payload |= {"is_ext_shared_channel": bool(channel and channel.is_external)}
    shared = SharedLinks(server, payload | {"event": told | event})
    server.shared.append(shared)
    if server.sockets.open:
        await shared.tell()
    return shared


def unfurl(server: SlackServer, body: Json) -> Json:
    """Attach previews to a message; a second one for the same link replaces the first."""
    if not body.get("unfurls"):
        raise Refusal("missing_unfurls")
    shared = _shared(server, body)
    sent = {each["url"] for each in shared.payload["event"]["links"]}
    for url in body["unfurls"]:
        if url not in sent:
            raise Refusal("cannot_unfurl_message")
        if _domain(server, url) in server.blocked_domains:
            raise Refusal("cannot_unfurl_url")
    shared.previews |= body["unfurls"]
    return {}


def _shared(server: SlackServer, body: Json) -> SharedLinks:
    named = {name for name in ("unfurl_id", "source", "channel", "ts") if body.get(name)}
    if not named & {"unfurl_id", "source"}:
        for name in ("channel", "ts"):
            if name not in named:
                raise Refusal(f"missing_{name}")
        if body["channel"] not in (*server.channels, "COMPOSER"):
            raise Refusal("cannot_find_channel")
        return _one(server, "cannot_find_message", channel=body["channel"], message_ts=body["ts"])
    for name in ("unfurl_id", "source"):
        if name not in named:
            raise Refusal(f"missing_{name}")
    if body["source"] not in _SOURCES:
        raise Refusal("invalid_source")
    return _one(server, "invalid_unfurl_id", unfurl_id=body["unfurl_id"], source=body["source"])


def _one(server: SlackServer, error: str, **names: str) -> SharedLinks:
    for each in server.shared:
        if names.items() <= each.payload["event"].items():
            return each
    raise Refusal(error)


def _domain(server: SlackServer, url: str) -> str:
    """Return the app's domain to which an address belongs, with all subdomains; empty for none."""
    host = urlsplit(url).hostname or ""
    return next((each for each in server.unfurl_domains if host == each or host.endswith("." + each)), "")
