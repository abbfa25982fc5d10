"""Limits autocompletion to one look-up per person at a time; of those that wait, only the newest is answered.

Discord and Slack send a request per letter and show only the answer to the last. Otherwise a held key, or hundreds of
requests at once, would occupy the search while others wait.
"""

from __future__ import annotations

import asyncio


class AutocompleteQueue:
    """Gives each person's completions their turns."""

    def __init__(self) -> None:
        # by person with a running look-up: the next one, if any
        self._waiting: dict[str, asyncio.Future[bool] | None] = {}

    async def turn(self, person: str) -> bool:
        """Wait for this task's turn; return whether its answer is still needed. The turn ends with the task."""
        if person in self._waiting:
            if older := self._waiting[person]:
                _tell(older, False)
            future = self._waiting[person] = asyncio.get_running_loop().create_future()
            if not await future:
                return False
        else:
            self._waiting[person] = None
        task = asyncio.current_task()
        assert task
        task.add_done_callback(lambda _: self._end(person))
        return True

    def _end(self, person: str) -> None:
        following = self._waiting[person]
        if following is None or following.done():  # the waiting task was cancelled
            del self._waiting[person]
        else:
            self._waiting[person] = None
            _tell(following, True)


def _tell(future: asyncio.Future[bool], is_its_turn: bool) -> None:
    if not future.done():
        future.set_result(is_its_turn)
