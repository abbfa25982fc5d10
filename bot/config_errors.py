"""Describes invalid settings: which value, why, and how to write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bot.domain.text import similar_name
from bot.formats.url_credentials import without_credentials
from bot.i18n import Message, msg

_EXAMPLES = {
    "aliases": "{RAG: [検索拡張生成]}",
    "curators": "[Editors, 123456789012345678]",
    "subscriptions": '[{name: weekly, channel: "discord:<server id>/<channel id>"}]',
    "subscriptions.name": "weekly",
    "subscriptions.channel": "discord:<server id>/<channel id>",
    "subscriptions.schedule": "mon 09:00",
    "subscriptions.tags": "[RAG, NLP]",
    "feeds": '[{name: arxiv-cl, url: "https://rss.arxiv.org/rss/cs.CL"}]',
    "feeds.name": "arxiv-cl",
    "feeds.url": "https://rss.arxiv.org/rss/cs.CL",
    "feeds.include": "[diffusion, 拡散モデル]",
    "feeds.exclude": "[survey]",
    "feeds.authors": "[Jane Doe]",
    "feeds.tags": "[cs.CL]",
    "workspaces": '{lab: ["discord:123456789012345678", "slack:T0123456789"]}',
    "discord.servers": "[123456789012345678]",
    "sources.contact": "you@example.org",
    "sources.allowed_hosts": "[wiki.example.org]",
    "mirror": "true",
    "papers_file": "config/papers.yaml",
    "digest": "{max_papers: 10}",
    "health": '{listen: "127.0.0.1:9109"}',
    "health.listen": "127.0.0.1:9109",
    "inbox": "{keep_days: 30}",
    "backups": "{folder: backups, keep: 7}",
    "backups.folder": "backups",
    "discord": "{api_url: https://discord.com/api/v10}",
    "slack": "{api_url: https://slack.com/api/}",
    "sources": "{contact: you@example.org}",
}
_LONGEST = 60


def problem_of(error: ErrorDetails, key: tuple[str | int, ...], model: type[BaseModel]) -> tuple[Message, bool]:
    """Return what is wrong with the setting of that key, and whether there is no such setting."""
    name, kind = ".".join(map(str, key)), error["type"]
    if kind == "extra_forbidden":
        return _unknown(name, key, model), True
    example = _example(key, model)
    if kind == "missing":
        return msg('"{key}" is missing; write it like {example}', key=name, example=example), False
    cause = (error.get("ctx") or {}).get("error")
    if isinstance(reason := getattr(cause, "message", None), Message):
        if name.endswith("_token") or name == "mirror":
            return reason, False
        value = str(getattr(cause, "value", None) or _shown(error))[:_LONGEST]
        return msg('"{key}" cannot be "{value}": {reason}', key=name, value=value, reason=reason), False
    return msg(
        '"{key}" cannot be "{value}": {reason}, for instance {example}',
        key=name,
        value=_shown(error),
        reason=reason_of(kind, error.get("ctx") or {}),
        example=example,
    ), False


def reason_of(kind: str, limits: Mapping[str, Any]) -> Message:
    """Return why pydantic rejects a value, from its error type and limits."""
    if kind.startswith(("int_", "float_", "finite_number", "decimal_")):
        return msg("it must be a number")
    if kind in ("greater_than_equal", "greater_than"):
        return msg("it must be at least {least}", least=f"{next(iter(limits.values())):g}")
    if kind in ("less_than_equal", "less_than"):
        return msg("it must be at most {most}", most=f"{next(iter(limits.values())):g}")
    if kind == "too_long":
        return msg("it must have at most {most} entries", most=limits["max_length"])
    if kind == "string_too_long":
        return msg("it must have at most {most} characters", most=limits["max_length"])
    if kind.startswith("bool_"):
        return msg("it must be true or false")
    if kind == "literal_error":
        return msg(
            "it must be one of these: {names}", names=str(limits["expected"]).replace("'", "").replace(" or ", ", ")
        )
    if kind.startswith(("tuple_", "list_")):
        return msg("it must be a list")
    if kind.startswith(("dict_", "model_")):
        return msg("it must be keys with values")
    if kind == "string_pattern_mismatch":
        return _pattern(str(limits["pattern"]))
    return msg("it must be text")


def _pattern(pattern: str) -> Message:
    if pattern.startswith("^https?"):
        return msg("it must be an address that begins with https:// or http://")
    if "x20" in pattern:
        return msg("it must be at most 200 plain ASCII characters")
    return msg("it must be at most 80 characters without spaces")


def _unknown(name: str, key: Sequence[str | int], model: type[BaseModel]) -> Message:
    fields = _inner(key[:-1], model).model_fields
    names = [each for each in fields if each != "project" and not each.endswith("_token")]
    if near := similar_name(str(key[-1]), names):
        return msg('unknown setting "{key}"; did you mean "{near}"?', key=name, near=near)
    return msg('unknown setting "{key}"; there are: {known}', key=name, known=", ".join(names))


def _inner(key: Sequence[str | int], model: type[BaseModel]) -> type[BaseModel]:
    """Return the model that contains a setting, inside parts of the settings and lists of parts."""
    for part in key:
        if isinstance(part, str) and part in model.model_fields:
            annotation = model.model_fields[part].annotation
            annotation = getattr(annotation, "__args__", (annotation,))[0]
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                model = annotation
    return model


def _example(key: Sequence[str | int], model: type[BaseModel]) -> str:
    names = [part for part in key if isinstance(part, str)]
    if example := _EXAMPLES.get(".".join(names)):
        return example
    field = _inner(names[:-1], model).model_fields.get(names[-1])
    if field and not field.is_required() and str(field.default):
        return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
    return next((_EXAMPLES[part] for part in names if part in _EXAMPLES), "")


def _shown(error: ErrorDetails) -> str:
    return without_credentials(str(error.get("input", "")))[:_LONGEST]
