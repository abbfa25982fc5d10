"""Plays a scene, and compares what doctor and `dayori run` say with what they have to say."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.fault import Fault, Scene
from tests.faults.settings import TOKEN
from tests.faults.stage import Output, Stage

_SECRETS = (TOKEN, "double.of.discord", "another.token.entirely", "xoxb-", "xapp-", "geheim")
_BEGINNINGS = ("xoxb- で始まります", "xapp- で始まります", "begins with xoxb-", "begins with xapp-")
_TO_DO = re.compile(r"ください|dayori |ありませんか|until that|make run")  # what a sentence has that says what to do


@dataclass(frozen=True)
class Verdict:
    """What was said of one fault, and what was wrong with that."""

    scene: str
    fault: Fault
    doctor: str
    run: str
    wrong: tuple[str, ...]


def play(scene: Scene, folder: Path, template: Path) -> list[Verdict]:
    """Look at a scene with doctor, run it, and return a verdict for each of its faults."""
    stage = Stage.prepared(folder, template)
    with scene.arrange(stage) or nullcontext():
        stage.write_settings()
        before = _files(stage.folder)
        doctor = stage.doctor(*([] if scene.online else ["--offline"]))
        changed = [] if _files(stage.folder) == before else ["doctor changed a file"]
        run = stage.run(*(each.run for each in scene.faults) if scene.ends is None else (), typed=scene.typed)
    common = (*changed, *_wrong_with_all(scene, doctor, run))
    return [_verdict(scene, each, doctor, run, common) for each in scene.faults]


def _verdict(scene: Scene, fault: Fault, doctor: Output, run: Output, common: tuple[str, ...]) -> Verdict:
    wrong = list(common)
    found = [each for each in doctor.checks.get(fault.check, []) if fault.doctor in _text(each)]
    check = next((each for each in found if each["level"] == fault.level), None)
    if check is None:
        wrong.append(f"doctor does not say {fault.doctor!r} as {fault.level} of {fault.check!r}: {doctor.stdout}")
    elif fault.level != "ok" and not (check["remedy"] or _TO_DO.search(check["message"])):
        wrong.append(f"doctor has no remedy for {check['message']!r}")
    if fault.level == "fault" and doctor.code != 1:
        wrong.append(f"doctor ends with {doctor.code}")
    said = sorted(run.lines, key=lambda line: line.startswith("{"))  # the reader's line before that of the log
    line = next((each for each in said if fault.run in each and each.strip()), None)
    if line is None:
        wrong.append(f"run does not say {fault.run!r}: {run.stdout[-500:]}{run.stderr}")
    return Verdict(scene.name, fault, _text(check or {}), _plain(line or "") if fault.run else "", tuple(wrong))


def _wrong_with_all(scene: Scene, doctor: Output, run: Output) -> list[str]:
    """Return what neither command may do, whatever is broken."""
    wrong = []
    if run.code != (scene.ends or 0):
        wrong.append(f"run ends with {run.code}: {run.stderr}")
    if scene.ends == 1 and not _is_told_in_one_line(run):
        wrong.append(f"run says more than one line: {run.stderr}")
    for name, output in (("doctor", doctor), ("run", run)):
        text = output.stdout + output.stderr
        for beginning in _BEGINNINGS:
            text = text.replace(beginning, "")
        if "Traceback" in text:
            wrong.append(f"{name} prints a traceback: {text}")
        wrong += [f"{name} prints {secret!r}" for secret in _SECRETS if secret in text]
    return wrong


def _is_told_in_one_line(run: Output) -> bool:
    """Return whether standard error has one line for the reader; lines of the log are for programs."""
    told = [line for line in run.stderr.splitlines() if not line.startswith("{")]
    return len(told) == 1


def _text(check: dict[str, Any]) -> str:
    return " ".join(filter(None, (check.get("message"), check.get("remedy"))))


def _plain(line: str) -> str:
    """Return a line of the log as a sentence, and any other line as it is."""
    if not line.startswith("{"):
        return line
    entry = json.loads(line)
    return ": ".join(entry[key] for key in ("subscription", "event", "reason", "remedy") if entry.get(key))


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the size and the time of every file; doctor may change none."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.suffix != ".db-shm"
    }
