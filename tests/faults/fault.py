"""A fault, and a scene: an installation with one or several faults, looked at by doctor once and run once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from tests.faults.stage import Stage

Level = Literal["ok", "warning", "fault"]
Arrange = Callable[[Stage], "AbstractContextManager[None] | None"]


@dataclass(frozen=True)
class Fault:
    """What is broken, what doctor's check of that name says of it, and what `dayori run` says.

    `doctor` and `run` are parts of the lines, in the reader's language; logs are in English.
    """

    name: str
    check: str
    level: Level
    doctor: str
    run: str


@dataclass(frozen=True)
class Scene:
    """An installation with faults; `ends` is the status with which `dayori run` ends, None where it goes on.

    A scene that is `online` has no look at sources of its own. `typed` is what somebody types at the prompt.
    """

    name: str
    arrange: Arrange
    faults: tuple[Fault, ...]
    ends: int | None = 1
    online: bool = False
    typed: str = ""


def alone(
    name: str,
    arrange: Arrange,
    *,
    check: str = "settings",
    level: Level = "fault",
    doctor: str,
    run: str | None = None,
    ends: int | None = 1,
    typed: str = "",
) -> Scene:
    """Return a scene of one fault; without `run`, both say the same."""
    fault = Fault(name, check, level, doctor, doctor if run is None else run)
    return Scene(name, arrange, (fault,), ends=ends, typed=typed)
