"""A feed's filter as people write it: one rule a line, or several between commas, as in a form or a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.errors import InputError
from bot.domain.feed_filter import FeedFilter
from bot.domain.feed_rule import is_expression
from bot.domain.text import clean_line
from bot.i18n import msg

FILTER_FIELDS = ("include", "exclude", "authors", "tags")
MOST_RULES = 50  # of one kind
_SEPARATORS = ",、，;；\n\r"
_OPENING, _CLOSING = "(（", ")）"
_QUOTES = '"“”„‟'


def filter_from(texts: Mapping[str, str], before: FeedFilter | None = None) -> FeedFilter:
    """Return the filter that texts by field describe; a field that is missing or unchanged is that of `before`.

    Rules are not read yet. Raises InputError for too many.
    """
    before = before or FeedFilter()
    unchanged = texts_of(before)
    rules = {
        field: tuple(getattr(before, field))
        if texts.get(field, unchanged[field]).strip() == unchanged[field]
        else _rules(field, texts[field])
        for field in FILTER_FIELDS
    }
    return FeedFilter(**rules)


def texts_of(filter: FeedFilter) -> dict[str, str]:
    """Return the texts by field that describe a filter, one rule a line."""
    return {field: "\n".join(map(_protected, getattr(filter, field))) for field in FILTER_FIELDS}


def _rules(field: str, text: str) -> tuple[str, ...]:
    rules = dict.fromkeys(filter(None, map(clean_line, _parts(text))))
    if len(rules) > MOST_RULES:
        raise InputError(msg("A filter has at most {most} rules of one kind.", most=MOST_RULES))
    if field in ("include", "exclude"):
        return tuple(rules)
    return tuple(filter(None, (rule.strip(_QUOTES).strip() for rule in rules)))


def _parts(text: str) -> Iterator[str]:
    """Yield what stands between separators; those inside quotation marks or brackets separate nothing."""
    start, depth, is_quoted = 0, 0, False
    for at, letter in enumerate(text):
        if letter in "\n\r":
            depth, is_quoted = 0, False  # a line always ends a rule, so that one open bracket takes no others with it
        elif letter in _QUOTES:
            is_quoted = not is_quoted
        elif not is_quoted:
            depth += (letter in _OPENING) - (letter in _CLOSING)
        if letter in _SEPARATORS and not is_quoted and depth <= 0:
            yield text[start:at]
            start, depth = at + 1, 0
    yield text[start:]


def _protected(rule: str) -> str:
    """Return a rule so that it is read back as one: with commas, a phrase is quoted and an expression in brackets."""
    line = clean_line(rule)
    if sum(1 for _ in _parts(line)) == 1:
        return line
    return f"({line})" if is_expression(line) else f'"{line}"'
