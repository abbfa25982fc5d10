"""Routes by which the bot answers an interaction: the callback, and the messages behind its token."""

from __future__ import annotations

import time

from . import payloads
from .errors import ApiError, Json, unknown
from .interactions import (
    ANSWER,
    CHOICES,
    COMMAND,
    COMPONENT,
    DEFER,
    DEFER_UPDATE,
    MODAL,
    UPDATE,
    Interaction,
    ephemeral,
)
from .models import EPHEMERAL, LOADING, Message
from .posting import fill, new_post
from .routing import Answer, Call, route

_CHAT_INPUT, _REPLY = 20, 19


@route("POST", "/interactions/{interaction_id}/{token}/callback")
def callback(call: Call) -> Answer:
    """Take the bot's first answer to an interaction."""
    interaction = call.server.interactions.get(call.ids["token"])
    if interaction is None or interaction.id != call.id("interaction_id"):
        raise unknown("interaction", 10062)
    kind, inner = int(call.body.get("type", 0)), call.body.get("data") or {}
    interaction.answer(kind, call.server.interaction_window)
    try:
        message = _first_message(call, interaction, kind, inner)
    except ApiError:
        # What Discord refuses does not count as an answer; the bot may try again.
        interaction.answer_type = None
        raise
    interaction.original = message
    if message is not None:
        interaction.messages[message.id] = message
    modal = inner if kind == MODAL else None
    interaction.settle(message, modal=modal, choices=inner.get("choices") if kind == CHOICES else None)
    return (200, _described(interaction, message)) if call.flag("with_response") else (204, None)


def _first_message(call: Call, interaction: Interaction, kind: int, inner: Json) -> Message | None:
    if kind == ANSWER:
        return _new(call, interaction, inner)
    if kind == DEFER:
        return _thinking(call, interaction, inner)
    if kind == UPDATE and interaction.source is not None:
        fill(call, interaction.source, inner)
        call.server.world.edited(interaction.source)
    return interaction.source if kind in (UPDATE, DEFER_UPDATE) else None


def _kind_of(interaction: Interaction) -> int:
    if interaction.kind == COMPONENT:
        return _REPLY
    return _CHAT_INPUT if interaction.kind == COMMAND else 0


def _new(call: Call, interaction: Interaction, body: Json) -> Message:
    message = new_post(
        call,
        interaction.channel,
        body,
        kind=_kind_of(interaction),
        application_id=call.server.world.application_id,
        interaction=interaction.metadata(),
        seen_by=interaction.user if ephemeral(body.get("flags")) else None,
        reference=_reference(interaction),
    )
    interaction.messages[message.id] = message
    return message


def _reference(interaction: Interaction) -> Json | None:
    if interaction.kind != COMPONENT or interaction.source is None:
        return None
    return {"type": 0, "channel_id": str(interaction.channel.id), "message_id": str(interaction.source.id)}


def _thinking(call: Call, interaction: Interaction, inner: Json) -> Message:
    world = call.server.world
    message = world.new_message(
        interaction.channel,
        world.bot,
        "",
        kind=_kind_of(interaction),
        application_id=world.application_id,
        interaction=interaction.metadata(),
        seen_by=interaction.user if ephemeral(inner.get("flags")) else None,
        flags=LOADING | int(inner.get("flags") or 0) & EPHEMERAL,
    )
    return world.post(message)


def _described(interaction: Interaction, message: Message | None) -> Json:
    described: Json = {"id": str(interaction.id), "type": interaction.kind}
    if message is None:
        return {"interaction": described}
    described |= {
        "response_message_id": str(message.id),
        "response_message_loading": message.loading,
        "response_message_ephemeral": message.ephemeral,
    }
    resource = {"type": interaction.answer_type, "message": payloads.message(message)}
    return {"interaction": described, "resource": resource}


def _interaction(call: Call) -> Interaction:
    if call.id("webhook_id") != call.server.world.application_id:
        raise unknown("Webhook", 10015)
    interaction = call.server.interactions.get(call.ids["token"])
    if interaction is None or time.monotonic() - interaction.started > call.server.token_lifetime:
        raise ApiError(401, 50027, "Invalid Webhook Token")
    if interaction.answer_type is None:
        # Until the interaction is answered there is nothing behind its token.
        raise unknown("Webhook", 10015)
    return interaction


@route("POST", "/webhooks/{webhook_id}/{token}")
def follow_up(call: Call) -> Answer:
    """Send a follow-up; the first one after a defer takes the place of "thinking"."""
    interaction = _interaction(call)
    waiting = interaction.original
    if interaction.answer_type == DEFER and waiting is not None and waiting.loading:
        fill(call, waiting, call.body)
        call.server.world.edited(waiting)
        message = waiting
    else:
        message = _new(call, interaction, call.body)
    interaction.follow(ANSWER, message)
    return 200, payloads.message(message)


@route("GET", "/webhooks/{webhook_id}/{token}/messages/{message_id}")
def read_follow_up(call: Call) -> Answer:
    """Read a message of this interaction."""
    return 200, payloads.message(_interaction(call).own_message(call.ids["message_id"]))


@route("PATCH", "/webhooks/{webhook_id}/{token}/messages/{message_id}")
def edit_follow_up(call: Call) -> Answer:
    """Change a message of this interaction."""
    interaction = _interaction(call)
    message = interaction.own_message(call.ids["message_id"])
    fill(call, message, call.body)
    call.server.world.edited(message)
    interaction.follow(UPDATE, message)
    return 200, payloads.message(message)


@route("DELETE", "/webhooks/{webhook_id}/{token}/messages/{message_id}")
def delete_follow_up(call: Call) -> Answer:
    """Delete a message of this interaction."""
    call.server.world.remove(_interaction(call).own_message(call.ids["message_id"]))
    return 204, None
