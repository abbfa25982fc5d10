"""What people see in messages, modals and Homes at the Slack double: texts, buttons and inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .views import View
from .world import Json


@dataclass
class Ephemeral:
    """A message that only one person sees."""

    channel: str
    text: str
    blocks: list[Json]


def payload_of(place: View | Json) -> Json:
    """Return a modal or a Home as payloads have it."""
    return place.shown() if isinstance(place, View) else place | {"state": {"values": {}}}


def text_of(place: Ephemeral | View | Json) -> str:
    """Return all text that is shown, block by block."""
    return "\n".join(_texts(blocks_of(place)))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("text", "initial_value") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)


def blocks_of(place: Ephemeral | View | Json) -> list[Json]:
    """Return the blocks of a message, a modal or a Home."""
    return list(place["blocks"] if isinstance(place, dict) else place.blocks)


def element_of(place: Ephemeral | View | Json, action: str) -> tuple[Json, Json]:
    """Return an element by its action id, its action id's first part or its label, and its block."""
    for block in blocks_of(place):
        elements = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        for element in elements:
            id = str(element.get("action_id", ""))
            label = element["text"]["text"] if element["type"] == "button" else ""
            if action in (id, id.partition(".")[0]) or action in label:
                return element, block
    raise AssertionError(f"no {action} in {text_of(place)}")


def input_blocks(view: View) -> list[Json]:
    """Return the blocks of a modal in which something can be typed or chosen."""
    return [block for block in view.blocks if block["type"] == "input"]


def input_name(block: Json) -> str:
    """Return the name that the bot gave an input."""
    return str(block["block_id"]).partition(":")[0]


def inputs_of(view: View) -> dict[str, str]:
    """Return what the inputs of a modal hold, by name."""
    blocks = input_blocks(view)
    ids = {input_name(block): (block["block_id"], block["element"]["action_id"]) for block in blocks}
    filled = {input_name(block): _filled(block["element"]) for block in blocks}
    return {name: view.held.get(ids[name], text) for name, text in filled.items()}


def _filled(element: Json) -> str:
    option = element.get("initial_option") or {}
    return str(element.get("initial_value") or element.get("initial_conversation") or option.get("value") or "")


def required_inputs(view: View) -> list[str]:
    """Return the names of a modal's inputs that must be filled in."""
    return [input_name(block) for block in input_blocks(view) if not block.get("optional")]


def typed_value(element: Json, value: str) -> Json:
    """Return what a modal's submission says of an input into which somebody typed, or in which they chose, a value."""
    match element["type"]:
        case "plain_text_input":
            return {"type": element["type"], "value": value or None}
        case "conversations_select":
            return {"type": element["type"], "selected_conversation": value or None}
        case kind:
            made = {"text": {"type": "plain_text", "text": value, "emoji": True}, "value": value}
            option = next((each for each in element.get("options", ()) if each["value"] == value), made)
            return {"type": kind, "selected_option": option if value else None}
