"""People at the Slack double: they write commands, press buttons, fill modals in, and read what only they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from .blocks import response_problems
from .sockets import Acknowledgement
from .surfaces import (
    Ephemeral,
    blocks_of,
    element_of,
    input_blocks,
    input_name,
    inputs_of,
    payload_of,
    required_inputs,
    text_of,
    typed_value,
)
from .views import View
from .world import Channel, Json

if TYPE_CHECKING:
    from .server import SlackServer

_numbers = count(1)
_MOST_ANSWERS = 5


@dataclass
class ResponseUrl:
    """An address for up to five answers to an interaction; `original` is the message whose button was pressed."""

    person: Person
    channel: str
    original: Ephemeral | None
    uses: int = 0

    def take(self, body: Json) -> str:
        """Take an answer; return Slack's error, empty if it is taken."""
        self.uses += 1
        if self.uses > _MOST_ANSWERS:
            return "used_url"
        if body.get("response_type") == "in_channel":
            server = self.person.server
            server.channels[self.channel].put(server.bot_id, body)
        elif body.get("replace_original") and self.original:
            self.original.text, self.original.blocks = body.get("text", ""), body.get("blocks") or []
            self.person.reads.append(self.original)
        else:
            self.person.read(self.channel, body)
        return ""


@dataclass
class Person:
    """A member of the workspace; `reads` are the messages that only they were shown, oldest first."""

    server: SlackServer
    id: str = "U0PERSON01"
    name: str = "佐藤"
    locale: str = "ja-JP"
    zone: str = "Asia/Tokyo"
    is_admin: bool = False
    is_gone: bool = False
    is_bot: bool = False
    team: str = ""
    reads: list[Ephemeral] = field(default_factory=list)

    def profile(self) -> Json:
        """Return what users.info tells."""
        profile = {"display_name": self.name, "real_name": self.name}
        about = {"id": self.id, "name": "sato", "tz": self.zone, "locale": self.locale, "is_admin": self.is_admin}
        return about | {"team_id": self.server.team, "profile": profile, "deleted": self.is_gone, "is_bot": self.is_bot}

    @property
    def modal(self) -> View | None:
        """Return the open modal."""
        return self.server.views.modals.get(self.id)

    @property
    def direct(self) -> Channel:
        """Return the direct messages between the bot and this person."""
        channel = self.server.direct(self.id)
        assert channel
        return channel

    @property
    def home(self) -> Json:
        """Return the App Home as published last."""
        return self.server.views.homes[self.id]

    def read(self, channel: str, body: Json) -> None:
        """Read a message that only this person sees."""
        self.reads.append(Ephemeral(channel, body.get("text", ""), body.get("blocks") or []))

    async def write(self, channel: Channel, line: str) -> Acknowledgement:
        """Write a slash command."""
        command, _, text = line.partition(" ")
        return await self.server.sockets.ask(
            "slash_commands",
            {
                "command": command,
                "text": text,
                "user_id": self.id,
                "user_name": "sato",
                "team_id": self.team or self.server.team,
                "channel_id": channel.id,
                "response_url": self._response_url(channel.id),
                "trigger_id": self.server.views.trigger(self.id),
            },
        )

    async def ask(self, channel: Channel, line: str) -> Ephemeral:
        """Write a slash command and return the answer."""
        return await self._next(self.write(channel, line))

    async def ask_modal(self, channel: Channel, line: str) -> View:
        """Write a slash command and return the modal that opens."""
        self.server.views.modals.pop(self.id, None)
        await self.write(channel, line)
        await self.server.until(lambda: self.modal)
        assert self.modal
        return self.modal

    async def press(self, place: Ephemeral | View | Json, action: str, value: str | None = None) -> Acknowledgement:
        """Press the button of that action or label in a message, a modal or the Home; or choose `value` in a menu."""
        element, block = element_of(place, action)
        pressed = {"type": element["type"], "action_id": element["action_id"], "block_id": block.get("block_id", "b")}
        if element["type"] == "button":
            pressed |= {"value": element["value"]} if "value" in element else {}
        else:
            pressed |= {"selected_option": {"value": value}}
        payload = self._payload("block_actions") | {"actions": [pressed]}
        if isinstance(place, Ephemeral):
            payload |= {"channel": {"id": place.channel}, "response_url": self._response_url(place.channel, place)}
            payload |= {"container": {"type": "message", "is_ephemeral": True, "channel_id": place.channel}}
        else:
            payload |= {"view": payload_of(place), "container": {"type": "view"}}
        return await self.server.sockets.ask("interactive", payload)

    async def enter(self, place: View | Json, action: str, text: str) -> Acknowledgement:
        """Type into an input that is served when somebody presses Enter in it, and press Enter."""
        inputs = (block for block in blocks_of(place) if block["type"] == "input")
        block = next(block for block in inputs if block["element"]["action_id"] == action)
        triggers = block["element"]["dispatch_action_config"]["trigger_actions_on"]
        assert block["dispatch_action"] and "on_enter_pressed" in triggers, "nothing is sent for this input"
        typed = {"type": block["element"]["type"], "action_id": action, "block_id": block["block_id"]}
        payload = self._payload("block_actions") | {"actions": [typed | {"value": text or None}]}
        return await self.server.sockets.ask("interactive", payload | {"view": payload_of(place)})

    async def open_home(self, tab: str = "home") -> Acknowledgement:
        """Open the app's Home, or its other tab."""
        return await self.happen("app_home_opened", tab=tab, channel=f"D{self.id}")

    async def until_home(self, *texts: str) -> Json:
        """Wait until the Home shows these texts."""
        homes = self.server.views.homes
        await self.server.until(lambda: self.id in homes and all(text in text_of(self.home) for text in texts))
        return self.home

    async def press_for(self, place: Ephemeral | View | Json, action: str, value: str | None = None) -> Ephemeral:
        """Press a button and return the message that answers, which may be the pressed one replaced."""
        return await self._next(self.press(place, action, value))

    async def submit(self, view: View, **values: str) -> Acknowledgement:
        """Submit a modal with values by the inputs' names; the others keep what they were filled with."""
        typed = inputs_of(view) | values
        assert typed.keys() == inputs_of(view).keys(), "a value for no input"
        assert all(typed[name] for name in required_inputs(view)), "Slack's client asks for what is required"
        state: Json = {}
        for block in input_blocks(view):
            id, action, value = block["block_id"], block["element"]["action_id"], typed[input_name(block)]
            state[id] = {action: typed_value(block["element"], value)}
            view.held[id, action] = value
        shown = view.shown() | {"state": {"values": state}}

        def take(content: Json) -> None:
            self.server.violations += response_problems(content)
            match content.get("response_action"):
                case "update":
                    view.content = content["view"]
                case "errors":
                    errors = content["errors"]
                    assert errors.keys() <= state.keys() and all(errors.values()), "errors stand below inputs only"
                case _:
                    self.server.views.modals.pop(self.id, None)

        payload = self._payload("view_submission") | {"view": shown}
        return await self.server.sockets.ask("interactive", payload, take)

    def close(self) -> None:
        """Close the open modal; the bot is not told."""
        self.server.views.modals.pop(self.id)

    async def suggest(self, view: View | Json, action: str, typed: str) -> list[Json]:
        """Type into a menu and return its choices."""
        shown = view.shown() if isinstance(view, View) else view
        payload = self._payload("block_suggestion") | {"action_id": action, "block_id": "b", "value": typed}
        answer = await self.server.sockets.ask("interactive", payload | {"view": shown})
        self.server.violations += response_problems(answer.content)
        return list(answer.content["options"])

    async def use_shortcut(self, channel: Channel, callback: str, message: Json) -> Acknowledgement:
        """Use a message's shortcut."""
        payload = self._payload("message_action") | {
            "callback_id": callback,
            "channel": {"id": channel.id},
            "message": message,
            "response_url": self._response_url(channel.id),
        }
        return await self.server.sockets.ask("interactive", payload)

    async def happen(self, kind: str, **event: Any) -> Acknowledgement:
        """Let an event of this person's be sent."""
        payload = {"type": "event_callback", "team_id": self.server.team, "event_id": f"Ev{next(_numbers)}"}
        return await self.server.sockets.ask("events_api", payload | {"event": {"type": kind, "user": self.id} | event})

    async def until_modal(self, *texts: str) -> View:
        """Wait until the open modal shows these texts."""
        await self.server.until(lambda: self.modal and all(text in text_of(self.modal) for text in texts))
        assert self.modal
        return self.modal

    async def _next(self, doing: Any) -> Ephemeral:
        known = len(self.reads)
        await doing
        await self.server.until(lambda: len(self.reads) > known)
        return self.reads[-1]

    def _payload(self, kind: str) -> Json:
        team = self.team or self.server.team
        return {
            "type": kind,
            "team": {"id": self.server.team},
            "user": {"id": self.id, "name": "sato", "team_id": team},
            "trigger_id": self.server.views.trigger(self.id),
        }

    def _response_url(self, channel: str, original: Ephemeral | None = None) -> str:
        id = f"R{next(_numbers)}"
        self.server.response_urls[id] = ResponseUrl(self, channel, original)
        return f"{self.server.api_url.removesuffix('/api/')}/respond/{id}"
