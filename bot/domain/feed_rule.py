"""A rule of a feed's filter: parsed once, then held against the text of each entry in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, Protocol, TypeAlias

from bot.domain.errors import InputError
from bot.domain.folding import fold, is_unspaced, normalize, runs, with_spaces
from bot.i18n import msg

LONGEST, MOST_TERMS, DEEPEST = 500, 32, 10
Field: TypeAlias = Literal["text", "author", "venue", "tag"]

_QUOTES = str.maketrans("“”„‟（）", '""""()')
_TOKEN = re.compile(
    r'\s*(?:(?P<mark>[()])|(?P<minus>-)(?=\S)|(?:(?P<key>tag|author|venue):)?(?:"(?P<quoted>[^"]*)"|(?P<word>[^\s()"]+)))',
    re.IGNORECASE,
)
# What makes an expression of a rule: operators, brackets, quotation marks, a field, an exclusion.
_EXPRESSION = re.compile(
    r'[()"]|(?:^|\s)(?:AND|OR|NOT)(?:\s|$)|(?:^|\s)-\S|(?:^|\s)(?:tag|author|venue):\S', re.IGNORECASE
)


@dataclass(frozen=True)
class Text:
    """A text to hold rules against; what a rule asks for is folded once, when the first one does."""

    plain: str
    _names: tuple[str, ...] = ()
    _venue: str = ""
    _tags: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str, *, authors: Iterable[str] = (), venue: str = "", tags: Iterable[str] = ()) -> Text:
        """Return a text normalized."""
        return cls(normalize(text), tuple(authors), venue, tuple(tags))

    @cached_property
    def spaced(self) -> str:
        """The words, between spaces."""
        return with_spaces(self.plain)

    @cached_property
    def joined(self) -> str:
        """The text without spaces."""
        return "".join(fold(self.plain).split())

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The authors' names, normalized."""
        return tuple(map(normalize, self._names))

    @cached_property
    def venue(self) -> str:
        """The venue's words, between spaces."""
        return with_spaces(normalize(self._venue)) if self._venue else ""

    @cached_property
    def tags(self) -> frozenset[str]:
        """The tags, folded."""
        return frozenset(map(fold, self._tags))

    def may_have(self, words: Iterable[str]) -> bool:
        """Return whether words may stand in it: quickly, and with True where that takes a closer look."""
        return not self.is_ascii or all(word in self.plain for word in words)

    @cached_property
    def is_ascii(self) -> bool:
        """Whether all characters are ASCII, so that folding changes none."""
        return self.plain.isascii()


class Rule(Protocol):
    """What a text may fulfil."""

    def holds(self, text: Text) -> bool:
        """Return whether a text fulfils the rule."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase that stands in a field."""

    value: str
    field: Field = "text"

    def holds(self, text: Text) -> bool:
        """Return whether the words stand in the field."""
        match self.field:
            case "author":
                return any(is_named(author, self.value) for author in text.authors)
            case "venue":
                return bool(text.venue) and with_spaces(self.value) in text.venue
            case "tag":
                return fold(self.value) in text.tags
            case "text":
                return stands_in(self.value, text)


@dataclass(frozen=True, slots=True)
class Not:
    """A rule that must not hold."""

    rule: Rule

    def holds(self, text: Text) -> bool:
        """Return whether the rule does not hold."""
        return not self.rule.holds(text)


@dataclass(frozen=True, slots=True)
class And:
    """Rules that must all hold."""

    rules: tuple[Rule, ...]

    def holds(self, text: Text) -> bool:
        """Return whether all rules hold."""
        return all(rule.holds(text) for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Or:
    """Rules of which one must hold."""

    rules: tuple[Rule, ...]

    def holds(self, text: Text) -> bool:
        """Return whether a rule holds."""
        return any(rule.holds(text) for rule in self.rules)


def parse_rule(text: str) -> Rule:
    """Return the rule that a text describes; without operators it is one phrase. Raises InputError."""
    line = "" if is_expression(text[:LONGEST]) else normalize(text[:LONGEST])
    if len(text) > LONGEST or not text.strip():
        raise InputError(msg("A rule of a filter has 1 to {most} characters.", most=LONGEST))
    if line:
        return Term(line)
    return _Parser(text.translate(_QUOTES)).parse()


def is_expression(text: str) -> bool:
    """Return whether a rule has operators, brackets, quotation marks, fields or exclusions."""
    return _EXPRESSION.search(text.translate(_QUOTES)) is not None


def stands_in(value: str, text: Text) -> bool:
    """Return whether a normalized word or phrase stands in a text."""
    words = _words(value)
    if not words:
        return value in text.plain  # only signs
    if not text.may_have(words):
        return False
    if any(map(is_unspaced, words)):
        return "".join(fold(value).split()) in text.joined
    if not value.replace("-", " ").replace(" ", "").isalnum():  # C++, gpt-4.1: the signs count too
        return value in text.plain and with_spaces(value) in text.spaced
    return with_spaces(value) in text.spaced


@lru_cache(maxsize=256)  # a rule is held against many texts
def _words(value: str) -> tuple[str, ...]:
    return tuple(runs(fold(value)))


def is_named(author: str, name: str) -> bool:
    """Return whether a normalized author has that family name or full name, in either order."""
    if author == name or _in_order(author) == _in_order(name):
        return True
    words = _in_order(author).split()
    if len(name.split()) > 1 or not words:
        return False
    return words[-1] == name or (is_unspaced(name[0]) and author.replace(" ", "").startswith(name))


def _in_order(name: str) -> str:
    """Return a name with its family name last (`ho, jonathan` as `jonathan ho`)."""
    family, comma, given = name.partition(",")
    return " ".join(f"{given} {family}".split()) if comma else name


class _Parser:
    """Reads an expression: OR binds weaker than AND, which may be left out; NOT and - exclude."""

    def __init__(self, text: str) -> None:
        self._tokens = self._read(text)
        self._at = 0

    def parse(self) -> Rule:
        """Return the rule. Raises InputError."""
        rule = self._any(0)
        if self._at < len(self._tokens):
            raise _wrong(self._tokens[self._at][1])
        return rule

    def _any(self, depth: int) -> Rule:
        rules = [self._all(depth)]
        while self._takes("or"):
            rules.append(self._all(depth))
        return rules[0] if len(rules) == 1 else Or(tuple(rules))

    def _all(self, depth: int) -> Rule:
        rules = [self._one(depth)]
        while self._takes("and") or self._peek() in ("term", "(", "not"):
            rules.append(self._one(depth))
        return rules[0] if len(rules) == 1 else And(tuple(rules))

    def _one(self, depth: int) -> Rule:
        kind, source, term = self._next()
        if depth > DEEPEST:
            raise InputError(msg("The rule has too many brackets within each other."))
        if kind == "not":
            return Not(self._one(depth + 1))
        if kind == "(":
            rule = self._any(depth + 1)
            if not self._takes(")"):
                raise InputError(msg("A bracket is not closed in this rule: {rule}", rule=source))
            return rule
        if kind != "term" or term is None:
            raise _wrong(source)
        return term

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _takes(self, kind: str) -> bool:
        if self._peek() != kind:
            return False
        self._at += 1
        return True

    def _next(self) -> tuple[str, str, Term | None]:
        if self._at >= len(self._tokens):
            raise InputError(msg("Something is missing at the end of this rule."))
        self._at += 1
        return self._tokens[self._at - 1]

    def _read(self, text: str) -> Sequence[tuple[str, str, Term | None]]:
        """Return the tokens as (kind, source, term). Raises InputError."""
        tokens, at = list[tuple[str, str, Term | None]](), 0
        text = text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise _wrong(text[at : at + 20])
            at = match.end()
            tokens.append(_token(match))
        if sum(kind == "term" for kind, _, _ in tokens) > MOST_TERMS:
            raise InputError(msg("A rule of a filter has at most {most} words.", most=MOST_TERMS))
        return tokens


def _token(match: re.Match[str]) -> tuple[str, str, Term | None]:
    source = match[0].strip()
    if match["mark"]:
        return match["mark"], source, None
    if match["minus"]:
        return "not", source, None
    if not match["key"] and match["word"] and match["word"].upper() in ("AND", "OR", "NOT"):
        return match["word"].lower(), source, None
    value = normalize(match["word"] if match["quoted"] is None else match["quoted"])
    if not value:
        raise _wrong(source)
    return "term", source, Term(value, _field(match["key"]))


def _field(key: str | None) -> Field:
    match (key or "").lower():
        case "author":
            return "author"
        case "venue":
            return "venue"
        case "tag":
            return "tag"
        case _:
            return "text"


def _wrong(part: str) -> InputError:
    return InputError(
        msg('"{part}" is out of place in this rule; write it like (diffusion OR 拡散) -survey', part=part[:40])
    )
