"""What the parsers of YAML and JSON object to, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from bot.i18n import Message, msg

_PROBLEMS: Mapping[str, Message] = {
    "did not find expected ',' or ']'": msg("a comma or ] is missing"),
    "did not find expected ',' or '}'": msg("a comma or }} is missing"),
    "did not find expected key": msg("a key should stand here; check the indentation"),
    "did not find expected '-' indicator": msg("an item with - should stand here; check the indentation"),
    "could not find expected ':'": msg("a colon is missing after the key"),
    "mapping values are not allowed in this context": msg(
        "a colon cannot stand here; put the text into quotes, or check the indentation"
    ),
    "block sequence entries are not allowed in this context": msg("a list with - begins on a line of its own"),
    "found character that cannot start any token": msg(
        "no value can begin with this character; put the text into quotes, or spaces in the place of a tab"
    ),
    "did not find expected node content": msg("a value is missing"),
    "did not find expected <document start>": msg("this line does not belong to what is above; check the indentation"),
    "found a tab character that violates indentation": msg("indent with spaces, not with tabs"),
    "found a tab character where an indentation space is expected": msg("indent with spaces, not with tabs"),
    "did not find expected alphabetic or numeric character": msg("a text that begins with & or * needs quotes"),
    "found unexpected end of stream": msg("a quotation mark is not closed"),
    "found unknown escape character": msg("a backslash cannot stand here; use single quotes"),
    "Expecting value": msg("a value is missing"),
    "Expecting ',' delimiter": msg("a comma is missing"),
    "Expecting ':' delimiter": msg("a colon is missing after the key"),
    "Expecting property name enclosed in double quotes": msg("a key in double quotes is missing"),
    "Unterminated string starting at": msg("a quotation mark is not closed"),
    "Extra data": msg("something follows the end of the document"),
}


def syntax_problem(problem: str) -> Message | str:
    """Return a parser's words in ours; as they are, where we have none."""
    return _PROBLEMS.get(problem, problem)
