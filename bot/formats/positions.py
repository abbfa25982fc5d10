"""Parses YAML and JSON into plain trees with the line and column of every value.

Every scalar stays a text: an arXiv number is not a float, and `no` is not a truth value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.domain.errors import FileError
from bot.formats.syntax_errors import syntax_problem
from bot.i18n import Message, msg

try:
    from yaml import CBaseLoader as _Loader
except ImportError:
    from yaml import BaseLoader as _Loader  # type: ignore[assignment]

Path = tuple[str | int, ...]
_NULLS = ("", "~", "null", "Null", "NULL")


@dataclass(slots=True)
class PositionedTree:
    """A file's content (dicts, lists, texts and None) with the position of each value."""

    file: str
    value: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    unquoted: set[Path] = field(default_factory=set)
    most_nodes: int = 0

    def error(self, path: Iterable[str | int], problem: Message, *, at_key: bool = False) -> FileError:
        """Return an error at that path's value or key, or at the nearest known position above it."""
        where, places = tuple(path), self.keys if at_key else self.places
        entry = next((each for each in where[:2] if isinstance(each, int)), None)
        while where and where not in places:
            where, places = where[:-1], self.places
        line, column = places.get(where, (0, 0))
        return FileError(problem, file=self.file, line=line, column=column, entry=entry)


def read_yaml(text: str, file: str) -> PositionedTree:
    """Read one YAML document. Raises FileError for invalid syntax, a duplicate key or aliases that never end."""
    tree = PositionedTree(file, most_nodes=2 * len(text) + 10_000)  # only nested aliases can produce more
    try:
        if (node := yaml.compose(text, Loader=_Loader)) is not None:
            tree.value = _value(tree, node, (), ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise FileError(
            msg("not valid YAML: {problem}", problem=syntax_problem(error.problem or error.context or "?")),
            file=file,
            line=line,
            column=column,
        ) from error
    except yaml.reader.ReaderError as error:
        before = text.encode("utf-8", "replace")[: error.position].decode("utf-8", "ignore").split("\n")
        problem = msg("not valid YAML: {problem}", problem=error.reason)
        raise FileError(problem, file=file, line=len(before), column=len(before[-1]) + 1) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = msg("not valid YAML: {problem}", problem=(str(error) or "?").splitlines()[0])
        raise FileError(problem, file=file) from error
    return tree


def _value(tree: PositionedTree, node: yaml.Node, path: Path, above: tuple[yaml.Node, ...]) -> Any:
    tree.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if len(tree.places) > tree.most_nodes or any(node is each for each in above):
        raise tree.error(path, msg("the aliases in this file expand without end"))
    if isinstance(node, yaml.MappingNode):
        return _mapping(tree, node, path, (*above, node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(tree, child, (*path, n), (*above, node)) for n, child in enumerate(node.value)]
    if not getattr(node, "style", None):
        tree.unquoted.add(path)
        return None if node.value in _NULLS else node.value
    return node.value


def _mapping(tree: PositionedTree, node: yaml.MappingNode, path: Path, above: tuple[yaml.Node, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise tree.error(path, msg("a key must be a plain word"))
        key = key_node.value
        tree.keys[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if key in values:
            raise tree.error((*path, key), msg('the key "{key}" is given twice', key=key), at_key=True)
        values[key] = _value(tree, value_node, (*path, key), above)
    return values
