"""What a user fills into a modal, as Discord's client checks and sends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .components import INPUT, LABEL, SELECT
from .errors import Json, UserError
from .interactions import Modal
from .models import Member, Role
from .options import Filled
from .places import Channel

_GROUPS, _RADIO, _CHECKBOX = (22,), 21, 23


def fill_form(modal: Modal, inputs: Mapping[str, Any], named: Filled) -> list[Json]:
    """Return a form's components with a user's values, by custom_id or label; other inputs keep their defaults."""
    fields = modal.fields
    by_label = {field["label"]: custom_id for custom_id, field in fields.items()}
    values = {by_label.get(key, key): value for key, value in inputs.items()}
    strange = set(values) - set(fields)
    if strange:
        raise UserError(f"the form has no field {sorted(strange)}; it has {sorted(fields)}")
    sent: list[Json] = []
    for part in modal.components:
        sent_part: Json = {"id": part["id"], "type": part["type"]}
        if part["type"] == LABEL:
            sent_part["component"] = _filled(part["component"], values, named)
        elif part.get("components"):
            sent_part["components"] = [_filled(inner, values, named) for inner in part["components"]]
        sent.append(sent_part)
    return sent


def _filled(field: Json, values: Mapping[str, Any], named: Filled) -> Json:
    custom_id = field["custom_id"]
    sent: Json = {"id": field["id"], "type": field["type"], "custom_id": custom_id}
    if field["type"] == INPUT:
        return sent | {"value": _text(field, values.get(custom_id, field.get("value") or ""))}
    if field["type"] == _CHECKBOX:
        return sent | {"value": bool(values.get(custom_id, field.get("default", False)))}
    default = [option["value"] for option in field.get("options") or [] if option.get("default")]
    chosen = values.get(custom_id, default)
    chosen = [chosen] if isinstance(chosen, (str, Channel, Member, Role)) else list(chosen)
    if field.get("required", True) and not chosen:
        raise UserError(f"{custom_id} cannot be left empty")
    picked = pick(field, chosen, named)
    return sent | ({"value": picked[0] if picked else None} if field["type"] == _RADIO else {"values": picked})


def _text(field: Json, text: str) -> str:
    custom_id = field["custom_id"]
    if not text and field.get("required", True):
        raise UserError(f"{custom_id} cannot be left empty")
    low, high = field.get("min_length") or 0, field.get("max_length") or 4000
    if text and not low <= len(text) <= high:
        raise UserError(f"{custom_id} takes {low} to {high} characters, not {len(text)}")
    return text


def pick(control: Json, chosen: list[Any], named: Filled) -> list[str]:
    """Choose in a select, by value or label; members, roles and channels are given themselves."""
    if control["type"] in (SELECT, _RADIO, *_GROUPS):
        options = control.get("options") or []
        picked = [_option(options, one) for one in chosen]
        low, high = control.get("min_values", 1), control.get("max_values", 1)
        if control["type"] == SELECT and chosen and not low <= len(picked) <= high:
            raise UserError(f"the select takes {low} to {high} values, not {len(picked)}")
        return picked
    for one in chosen:
        if isinstance(one, Channel):
            named.name_channel(one)
        elif isinstance(one, Member):
            named.name_member(one)
        elif isinstance(one, Role):
            named.resolved.setdefault("roles", {})[str(one.id)] = {"id": str(one.id), "name": one.name}
    return [str(one.id) for one in chosen]


def _option(options: list[Json], wanted: Any) -> str:
    for option in options:
        if wanted in (option["value"], option["label"]):
            return str(option["value"])
    raise UserError(f"the select has no option {wanted!r}; it has {[option['label'] for option in options]}")
