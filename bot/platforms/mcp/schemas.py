"""The JSON Schemas of what tools answer; a paper is the same JSON document as in `dayori export --format json`."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string"}
_OPTIONAL: dict[str, Any] = {"type": ["string", "null"]}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return schema | {"description": description}


_UPDATE = _object(dict.fromkeys(("kind", "date", "value", "url"), _TEXT), optional=("value", "url"))
_PAPER: dict[str, Any] = {
    "id": _described(_TEXT, "Its id in this collection."),
    "headline": _described(_OPTIONAL, "The curator's one-line title in Japanese."),
    "title": _TEXT,
    "date": _described(_OPTIONAL, "2023-07-19, 2023-07 or 2023, as precise as is known."),
    "comment": _described(_OPTIONAL, "What the curator says of it."),
    "excerpt": _described(_OPTIONAL, "Of its abstract."),
    "venue": _OPTIONAL,
    "organization": _OPTIONAL,
    "authors": _list(_TEXT),
    "links": _list(_object({"label": _OPTIONAL, "url": _TEXT})),
    "tags": _list(_TEXT),
    "identifiers": {"type": "object", "additionalProperties": _TEXT},
    "added_at": _OPTIONAL,
    "added_by": _OPTIONAL,
    "updated_at": _OPTIONAL,
    "updates": _described(_list(_UPDATE), "What became known later: versions, venues, code, retractions."),
}
_SCORED = _PAPER | {"score": {"type": "number"}}
PAPER = _object(_PAPER, optional=("updates",))
SEARCH = _object(
    {
        "query": _TEXT,
        "total": _described(_COUNT, "How many papers match; those after `limit` come with `offset`."),
        "suggestion": _described(_OPTIONAL, "The query as it was probably meant."),
        "results": _list(_object(_SCORED, optional=("updates",))),
    }
)
EDITIONS = _object(
    {
        "editions": _list(
            _object(
                {
                    "subscription": _described(_TEXT, "The name of the channel's digest."),
                    "edition": _described(_COUNT, "Its number."),
                    "date": _described(_TEXT, "The day in the team's timezone."),
                    "reason": _described(_TEXT, "Why it holds these papers: first, new, revisit …"),
                    "papers": _list(PAPER),
                }
            )
        )
    }
)
PROPOSAL = _object(
    {
        "outcome": _described(
            {"type": "string", "enum": ["proposed", "waiting", "known", "same_title"]},
            "proposed: it waits in the inbox now. waiting: somebody proposed it before. "
            "known: the collection has it. same_title: the collection has another paper of this title.",
        ),
        "number": _described({"type": ["integer", "null"]}, "The proposal's number in the inbox."),
        "message": _described(_TEXT, "The outcome in words."),
        "paper": _described(PAPER, "The paper as it was proposed, or as the collection has it."),
    }
)
