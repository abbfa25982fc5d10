"""A feed as somebody wants it: a new one, or one with another filter; and the name that a new one gets."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import InputError
from bot.domain.feed_filter import FeedFilter
from bot.domain.identifiers import web_address
from bot.domain.text import clean_line, clip
from bot.i18n import msg

LONGEST_NAME = 80
_USUAL_NAME = 40
_NAME = re.compile(rf"\S{{1,{LONGEST_NAME}}}")
_MARK = re.compile(r"[\s/\\|<>@#`*_~\[\]()]+")


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """A feed to add, or with a `feed_id`, a feed whose filter is to change from `before`; a new one may lack a name."""

    url: str
    filter: FeedFilter
    name: str = ""
    feed_id: int | None = None
    before: FeedFilter | None = None

    def columns(self) -> dict[str, Any]:
        """Return the request as JSON values."""
        return asdict(self)


def request_from(columns: dict[str, Any]) -> FeedRequest:
    """Return the request from JSON values."""
    before = columns["before"]
    return FeedRequest(
        columns["url"],
        _filter(columns["filter"]),
        columns["name"],
        columns["feed_id"],
        _filter(before) if before else None,
    )


def valid_address(text: str) -> str:
    """Return the address that somebody typed. Raises InputError."""
    if address := web_address(clean_line(text).strip("<>")):
        return address
    raise InputError(
        msg('"{text}" is not the address of a feed; give one that begins with https://', text=clip(text, 80))
    )


def valid_name(text: str) -> str:
    """Return the name that somebody typed for a feed; it is used in commands. Raises InputError."""
    name = clean_line(text)
    if not _NAME.fullmatch(name):
        raise InputError(msg("A feed's name has 1 to {most} characters and no spaces.", most=LONGEST_NAME))
    return name


def free_name(title: str, url: str, names: Collection[str]) -> str:
    """Return a name that no other feed has: made from the feed's title if that is short, or else from the host."""
    host = (urlsplit(url).hostname or "feed").removeprefix("www.")
    short = _MARK.sub("-", clean_line(title).removesuffix(" updates on arXiv.org")).strip("-")
    name = short if 0 < len(short) <= _USUAL_NAME else host[:_USUAL_NAME]
    return next(free for n in count(1) if (free := name if n == 1 else f"{name}-{n}") not in names)


def _filter(columns: dict[str, Any]) -> FeedFilter:
    return FeedFilter(*(tuple(columns[field]) for field in ("include", "exclude", "authors", "tags")))
