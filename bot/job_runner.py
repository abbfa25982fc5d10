"""Slow work beside the ticks, such as the nightly copy: it delays no tick, and ends with the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

import structlog

from bot.domain.errors import DayoriError, LostStoreError

Job = Callable[[], Awaitable[object]]
"""Looks for what is due, and does it."""
_log = structlog.get_logger()


class JobRunner:
    """Runs the jobs that this process holds, each in a task of its own and never twice at the same time.

    Those of `of_each` are done by every process, since they are about what it has in memory; the others are `shared`.
    """

    def __init__(
        self, jobs: Mapping[str, Job], holds: Callable[[str], bool] = lambda _: True, of_each: Collection[str] = ()
    ) -> None:
        self._jobs, self._holds, self._of_each = jobs, holds, of_each
        self._running: dict[str, asyncio.Task[None]] = {}

    @property
    def shared(self) -> list[str]:
        """Return the names of the jobs that one process does for all."""
        return [name for name in self._jobs if name not in self._of_each]

    def start(self) -> None:
        """Start every job that is held and not running, and cancel those that are not held any more."""
        self.cancel_lost()
        for name, job in self._jobs.items():
            if self._is_ours(name) and name not in self._running:
                self._running[name] = asyncio.create_task(self._run(name, job))

    def cancel_lost(self) -> None:
        """Cancel the running jobs that are not held any more."""
        for name, task in self._running.items():
            if not self._is_ours(name):
                task.cancel()

    async def stop(self) -> None:
        """Cancel what is running and wait for its end."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _is_ours(self, name: str) -> bool:
        return name in self._of_each or self._holds(name)

    async def _run(self, name: str, job: Job) -> None:
        try:
            await job()
        except LostStoreError:
            pass  # the store tells the log of that once
        except DayoriError as error:
            _log.warning("a job was cut short", job=name, reason=str(error))
        except Exception as error:
            _log.error("a job failed", job=name, exc_info=error)
        finally:
            del self._running[name]
