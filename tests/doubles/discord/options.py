"""A user's values for a slash command, checked and sent like Discord's client does."""

from __future__ import annotations

from typing import Any

from . import payloads
from .errors import Json, UserError
from .models import Member, Role
from .places import Channel
from .routing import Upload

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(3, 12)


class Filled:
    """Collect options and the things that they name."""

    def __init__(self, command: Json, member: Member | None) -> None:
        self.command = command
        self.member = member
        self.resolved: Json = {}
        self.uploads: list[tuple[str, Upload]] = []

    def fill(self, node: Json, values: dict[str, Any], *, complete: bool = True) -> list[Json]:
        """Turn a user's values into options; with `complete` every required one must be present."""
        declared = {option["name"]: option for option in node.get("options") or []}
        strange = set(values) - set(declared)
        if strange:
            raise UserError(f"/{self.command['name']} has no option {sorted(strange)}; it has {sorted(declared)}")
        missing = [name for name, option in declared.items() if option.get("required") and name not in values]
        if missing and complete:
            raise UserError(f"/{self.command['name']} cannot be sent without {missing}")
        return [
            {"name": name, "type": option["type"], "value": self._value(option, values[name])}
            for name, option in declared.items()
            if values.get(name) is not None
        ]

    def _value(self, option: Json, value: Any) -> Any:
        match option["type"]:
            case 3:
                return self._text(option, value)
            case 4 | 10:
                return self._number(option, value)
            case 5:
                return self._expected(option, value, bool)
            case 7:
                return self._channel(option, self._expected(option, value, Channel))
            case 6 | 8 | 9:
                return self._mentioned(option, value)
            case 11:
                return self._file(self._expected(option, value, Upload))
        raise UserError(f"this double knows no option type {option['type']}")

    def _text(self, option: Json, value: Any) -> str:
        text: str = self._expected(option, value, str)
        low, high = option.get("min_length") or 0, option.get("max_length") or 6000
        if not low <= len(text) <= high:
            raise UserError(f"{option['name']} takes {low} to {high} characters, not {len(text)}")
        self._one_of_choices(option, text)
        return text

    def _number(self, option: Json, value: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int if option["type"] == INTEGER else (int, float)):
            raise UserError(f"{option['name']} takes a number, not {value!r}")
        low, high = option.get("min_value"), option.get("max_value")
        if (low is not None and value < low) or (high is not None and value > high):
            raise UserError(f"{option['name']} takes {low} to {high}, not {value}")
        self._one_of_choices(option, value)
        return value

    def _one_of_choices(self, option: Json, value: Any) -> None:
        choices = [choice["value"] for choice in option.get("choices") or []]
        if choices and value not in choices:
            raise UserError(f"{option['name']} takes one of {choices}, not {value!r}")

    def _expected(self, option: Json, value: Any, wanted: type) -> Any:
        if not isinstance(value, wanted):
            raise UserError(f"{option['name']} takes a {wanted.__name__}, not {value!r}")
        return value

    def _channel(self, option: Json, channel: Channel) -> str:
        allowed = option.get("channel_types") or []
        if allowed and channel.kind not in allowed:
            raise UserError(f"{option['name']} takes channels of the types {allowed}, not {channel.kind!r}")
        self.name_channel(channel)
        return str(channel.id)

    def name_channel(self, channel: Channel) -> None:
        """Add a channel to what the interaction names."""
        described = payloads.channel(channel)
        permissions = channel.permissions(self.member.user) if self.member else 0
        names = ["id", "type", "name", "parent_id", "flags", "position", "topic", "nsfw"]
        if channel.is_thread:
            names += ["thread_metadata", "owner_id", "member_count", "message_count"]
        partial = {key: described[key] for key in names if key in described}
        self.resolved.setdefault("channels", {})[str(channel.id)] = partial | {"permissions": str(permissions)}

    def name_member(self, member: Member) -> None:
        """Add a member to what the interaction names."""
        key = str(member.id)
        self.resolved.setdefault("users", {})[key] = payloads.user(member.user)
        permissions = {"permissions": str(member.guild_permissions)}
        self.resolved.setdefault("members", {})[key] = payloads.member(member, with_user=False) | permissions

    def _mentioned(self, option: Json, value: Any) -> str:
        if isinstance(value, Member) and option["type"] in (USER, MENTIONABLE):
            self.name_member(value)
        elif isinstance(value, Role) and option["type"] in (ROLE, MENTIONABLE):
            self.resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
        else:
            raise UserError(f"{option['name']} cannot take {value!r}")
        return str(value.id)

    def _file(self, upload: Upload) -> str:
        key = str(len(self.uploads))
        self.uploads.append((key, upload))
        return key
