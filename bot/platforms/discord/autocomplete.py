"""Whose half-typed words are answered next: of each person one at a time, and of those that wait the newest alone.

Discord asks at each letter and shows the answer to the last one only; who holds a key down, or sends hundreds at once,
would else have all of them looked up while others wait.
"""

from __future__ import annotations

import asyncio


class AutocompleteQueue:
    """Gives each person's completions their turns."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[bool] | None] = {}  # of whoever has a turn: who is next

    async def turn(self, person: str) -> bool:
        """Wait until this task may answer, which it then does to its end; tell whether it is still worth it."""
        if person in self._waiting:
            if older := self._waiting[person]:
                _tell(older, False)
            mine = self._waiting[person] = asyncio.get_running_loop().create_future()
            if not await mine:
                return False
        else:
            self._waiting[person] = None
        task = asyncio.current_task()
        assert task
        task.add_done_callback(lambda _: self._end(person))
        return True

    def _end(self, person: str) -> None:
        following = self._waiting[person]
        if following is None or following.done():  # whoever waited was cancelled
            del self._waiting[person]
        else:
            self._waiting[person] = None
            _tell(following, True)


def _tell(waiting: asyncio.Future[bool], is_its_turn: bool) -> None:
    if not waiting.done():
        waiting.set_result(is_its_turn)
