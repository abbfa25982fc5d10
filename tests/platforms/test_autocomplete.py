"""One completion per person is answered at a time; of those that wait, only the newest."""

from __future__ import annotations

import asyncio

from bot.platforms.autocomplete import AutocompleteQueue


class Typing:
    """People who type; `answered` lists the answered texts in order."""

    def __init__(self) -> None:
        self.completions = AutocompleteQueue()
        self.answered: list[str] = []
        self.may_answer = asyncio.Event()

    def type(self, person: str, text: str) -> asyncio.Task[None]:
        return asyncio.create_task(self._answer(person, text))

    async def _answer(self, person: str, text: str) -> None:
        if await self.completions.turn(person):
            await self.may_answer.wait()
            self.answered.append(text)


async def test_the_first_and_the_newest_are_answered_and_those_between_are_dropped() -> None:
    typing = Typing()
    tasks = [typing.type("a", str(n)) for n in range(300)]
    await asyncio.sleep(0)
    typing.may_answer.set()
    await asyncio.wait(tasks)
    assert typing.answered == ["0", "299"]


async def test_people_do_not_wait_for_each_other() -> None:
    typing = Typing()
    tasks = [typing.type("a", "a"), *(typing.type(f"p{n}", f"p{n}") for n in range(5))]
    await asyncio.sleep(0)
    typing.may_answer.set()
    await asyncio.wait(tasks)
    assert typing.answered == ["a", "p0", "p1", "p2", "p3", "p4"]


async def test_who_gave_up_waiting_or_failed_keeps_nobody_waiting() -> None:
    typing = Typing()
    first, second = typing.type("a", "first"), typing.type("a", "second")
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait((first, second))
    typing.may_answer.set()
    await typing.type("a", "third")
    assert typing.answered == ["third"]
    before, given_up = typing.type("a", "fourth"), typing.type("a", "fifth")
    await before  # its end passes the turn on
    given_up.cancel()
    await asyncio.wait((given_up,))
    await typing.type("a", "sixth")
    assert typing.answered[-1] == "sixth"
