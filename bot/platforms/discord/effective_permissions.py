"""Computes the bot's permissions in a channel from roles and overwrites, as Discord documents it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from discord import Permissions

Json = Mapping[str, Any]
THREADS = (10, 11, 12)


def effective_permissions(guild: Json, member: Json, place: Json) -> Permissions:
    """Return a member's permissions in a channel; for a thread, pass its parent."""
    role_ids = {guild["id"], *member["roles"]}
    total = _united(role["permissions"] for role in guild["roles"] if role["id"] in role_ids)
    if guild["owner_id"] == member["user"]["id"] or Permissions(total).administrator:
        return Permissions.all()
    overwrites = place["permission_overwrites"]
    for ids in ({guild["id"]}, role_ids - {guild["id"]}, {member["user"]["id"]}):
        matching = [each for each in overwrites if each["id"] in ids]
        total = total & ~_united(each["deny"] for each in matching) | _united(each["allow"] for each in matching)
    return Permissions(total)


def _united(masks: Iterable[str]) -> int:
    total = 0
    for mask in masks:
        total |= int(mask)
    return total
