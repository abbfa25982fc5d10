"""Checks every body that the bot sends against Discord's own API description and our additional limits."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .application_commands import command_problems
from .checks import problems_of
from .errors import Problems

ENVIRONMENT = "DISCORD_OPENAPI"
_ROOT = "urn:discord-openapi"
# Where the description is stricter than the service: the schema, the correction, and the reason.
_RELAXED: dict[str, tuple[dict[str, Any], str]] = {
    "SnowflakeType": (
        {"type": ["string", "integer"]},
        "the service reads an id from a number as well, and discord.py sends numbers: recipient_id, message_id, "
        "the ids of attachments and of allowed mentions",
    ),
}
_MOST_LINES = 12
_REMEMBERED = 512
_PREFIX = re.compile(r"^(https?://[^/]+)?/api/v\d+")


def violations_of(method: str, path: str, body: Any) -> list[str]:
    """Return what is wrong with a request's body; nothing if it is valid or the route takes none."""
    plain = _PREFIX.sub("", path).split("?")[0]
    lines = limit_problems(method, plain, body).lines() + description_violations(method, plain, body)
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], f"and {len(lines) - _MOST_LINES} more"]


def limit_problems(method: str, path: str, body: Any) -> Problems:
    """Check a body against the limits that need no description."""
    try:
        problems = command_problems(method, path, body)
        if isinstance(body, dict):
            problems.found += problems_of(method, path, body).found
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # The limits assume a valid shape; a body that cannot be read like that has a wrong type somewhere.
        problems = Problems()
        problems.add((), "BASE_TYPE_INVALID", f"the body has a wrong shape: {error!r}")
    return problems


def description_violations(method: str, path: str, body: Any) -> list[str]:
    """Check a body against the API description that the environment names, if any."""
    source = os.environ.get(ENVIRONMENT)
    return [] if not source else _description(source).violations(method, path, body)


class Description:
    """Finds the schema of a request in Discord's API description and checks bodies against it."""

    def __init__(self, document: dict[str, Any]) -> None:
        for name, (change, _) in _RELAXED.items():
            document["components"]["schemas"][name] |= change
        self._registry: Registry[Any] = Registry().with_resource(_ROOT, DRAFT202012.create_resource(document))
        self._validators: dict[str, Draft202012Validator] = {}
        self._checked: dict[tuple[str, str], list[str]] = {}
        # A literal segment wins over a placeholder: /messages/@original before /messages/{message_id}.
        paths = sorted(document["paths"], key=lambda template: template.count("{"))
        self._routes = [(_pattern(template), template, document["paths"][template]) for template in paths]

    def violations(self, method: str, path: str, body: Any) -> list[str]:
        """Return the description's objections to a body."""
        for pattern, template, operations in self._routes:
            operation = operations.get(method.lower()) if pattern.fullmatch(path) else None
            if operation is None:
                continue
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content or body is None:
                return []
            return self._remembered(template, method, body)
        return []

    def _remembered(self, template: str, method: str, body: Any) -> list[str]:
        """Check a body once: a digest goes to a thousand channels, and only its nonce differs."""
        plain = {key: value for key, value in body.items() if key != "nonce"} if isinstance(body, dict) else body
        key = f"{method} {template}", json.dumps(plain, sort_keys=True)
        if key not in self._checked:
            if len(self._checked) >= _REMEMBERED:
                self._checked.clear()
            errors = self._validator(template, method.lower()).iter_errors(plain)
            self._checked[key] = list(dict.fromkeys(line for error in errors for line in _explained(error)))
        return self._checked[key]

    def schema(self, name: str) -> Draft202012Validator:
        """Return the validator for a named schema; the double's own tests use it on its answers."""
        return self._compiled(f"{_ROOT}#/components/schemas/{name}")

    def _validator(self, template: str, method: str) -> Draft202012Validator:
        escaped = template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        return self._compiled(f"{_ROOT}#/paths/{escaped}/{method}/requestBody/content/application~1json/schema")

    def _compiled(self, reference: str) -> Draft202012Validator:
        if reference not in self._validators:
            self._validators[reference] = Draft202012Validator({"$ref": reference}, registry=self._registry)
        return self._validators[reference]


@lru_cache(maxsize=2)
def _description(source: str) -> Description:
    return Description(json.loads(Path(source).read_text(encoding="utf-8")))


def load_description() -> Description | None:
    """Return the description that the environment names, or None."""
    source = os.environ.get(ENVIRONMENT)
    return _description(source) if source else None


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)))


def _explained(error: ValidationError) -> Iterator[str]:
    """Follow a failed union into the branch that was meant, and say what is wrong there."""
    place = ".".join(str(step) for step in error.absolute_path) or "(body)"
    branches = _branches(error)
    if not branches:
        yield f"{place}: {_short(error)}"
    elif all(inner.validator == "const" for inner in error.context):
        yield f"{place}: {error.instance!r} is not one of {[inner.validator_value for inner in error.context]}"
    elif all(_wrong_kind(branch) for branch in branches):
        kind = f"of the type {error.instance.get('type')!r}" if isinstance(error.instance, dict) else "like this"
        yield f"{place}: nothing {kind} may stand here"
    else:
        for inner in min(branches, key=_distance):
            yield from _explained(inner)


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or []:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return list(branches.values())


def _wrong_kind(branch: list[ValidationError]) -> bool:
    """Return whether a branch describes something else: another JSON type, or another number in `type`."""
    return any(
        list(error.relative_path) == ["type"] or (not error.relative_path and error.validator == "type")
        for error in branch
    )


def _distance(branch: list[ValidationError]) -> tuple[bool, int]:
    """Rank a branch by how much would have to change to satisfy it."""
    return _wrong_kind(branch), sum(map(_weight, branch))


def _weight(error: ValidationError) -> int:
    return min((sum(map(_weight, branch)) for branch in _branches(error)), default=1)


def _short(error: ValidationError) -> str:
    return error.message if len(error.message) <= 200 else f"{error.message[:120]} … {error.message[-70:]}"
