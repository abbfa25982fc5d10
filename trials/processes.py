"""Several processes on one store and one token: Discord's pace, fairness, who takes over, and what is lost or twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from statistics import median
from time import monotonic

from trials.fleet import SHARDS, SHARES, Fleet, fleet
from trials.process_stores import Stores, postgresql_stores, sqlite_stores
from trials.process_world import World

MANY = World(sizes=(200, 1) + (50,) * 15 + (49,))  # 1,000 channels, one message each
FEWER = World(sizes=(20,) * 16)
SOME = World(sizes=(4,) * 16, papers=30, long=True)  # 64 channels, three messages each
_RUNS, _TAKEOVERS, _RESTARTS = 20, 4, 5
_FLOOR = 50.0  # requests per second that Discord allows
_MOST = 1.1  # times the floor
_MACHINES = ("a", "b", "c", "d")
_TAKEN_OVER = {"on one machine": 4.0, "over machines": 15.0}  # seconds at most


async def on_processes() -> int:
    """Run the trials on both databases; return the number of failures."""
    failures = 0
    for make in (sqlite_stores, postgresql_stores):
        with make() as stores:
            failures += await _on(stores)
    return failures


async def _on(stores: Stores) -> int:
    print(f"\n{len(SHARES)} processes on {stores.name}", flush=True)
    failures = await pace(stores) + await restarts(stores)
    for where, machines in (("on one machine", ("",) * 4), ("over machines", _MACHINES)):
        failures += await takeovers(stores, where, machines)
    return failures + await killed_at_random(stores, _RUNS)


async def pace(stores: Stores) -> int:
    """Deliver to a thousand channels while people ask, and compare with Discord's limit."""
    async with fleet(await stores.fresh(MANY), MANY) as each:
        asking = asyncio.create_task(_ask(each))
        each.start(0, 1, 2, 3)
        arrived = await each.delivered(90)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        times = sorted(post.time for post in each.posts)
        floor, took = MANY.channels / _FLOOR, times[-1] - times[0]
        alone = next(post.time for post in each.posts if f"/{each.guilds[1][1][0].id}/" in post.path) - times[0]
        commands = len(each.server.sent("PUT", "/commands"))
        wrong = MANY.wrong(each.channels) + Counter(
            {
                "not delivered": not arrived,
                "slow": took > _MOST * floor,
                "429": each.server.too_many,
                "commands registered again": commands - 1,
                "waited for a large server": alone > took / 10,
                "not ended with 0": await each.stop(),
            }
        )
    print(
        f"  {len(times):,} messages in {took:.2f} s, {took / floor:.3f} of Discord's limit; "
        f"429: {wrong['429']}; the one channel beside a server with 200 after {alone:.1f} s"
    )
    return _told(wrong)


async def _ask(each: Fleet) -> None:
    """Let people of all servers look papers up, twice a second."""
    await each.connected()
    while True:
        for guild, channels in each.guilds:
            reply = await each.server.slash(guild.member("太郎"), channels[0], "paper", query="Paper")
            assert reply.elapsed < 3
            await asyncio.sleep(0.5)


async def restarts(stores: Stores) -> int:
    """Restart a process in the middle of a thousand messages: its login has to share Discord's limit with them."""
    seconds = list[float]()
    wrong: Counter[str] = Counter()
    for run in range(_RESTARTS):
        async with fleet(await stores.fresh(MANY), MANY) as each:
            each.start(0, 1, 2, 3)
            await each.until_posted(300, 60)
            holder = await each.holder()
            number = next(n for n in each.alive if (n == holder) == (run == 0))
            began = await each.kill(number)
            each.start(number)
            await each.server.until(lambda: len(each.server.gateway.connected) < SHARDS, 10)
            await each.connected()
            seconds.append(monotonic() - began)
            wrong["not delivered"] += not await each.delivered(90)
            wrong += MANY.wrong(each.channels) + Counter({"429": each.server.too_many})
    print(f"  restarted while {MANY.channels:,} messages went out; connected again after {max(seconds):.1f} s at most")
    return _told(wrong)


async def takeovers(stores: Stores, where: str, machines: Sequence[str]) -> int:
    """Kill the process that delivers, and measure until another one posts."""
    gaps = list[float]()
    wrong: Counter[str] = Counter()
    for _ in range(_TAKEOVERS):
        async with fleet(await stores.fresh(FEWER), FEWER, machines) as each:
            each.start(0, 1, 2, 3)
            await each.until_posted(50, 60)
            at = await each.kill_holder()
            await asyncio.sleep(0.2)  # what was on its way has arrived
            await each.until_posted(1, 100)
            gaps.append(each.posts[-1].time - at)
            wrong["not delivered"] += not await each.delivered(120)
            wrong += FEWER.wrong(each.channels) + Counter({"429": each.server.too_many})
    wrong["slow"] = sum(gap > _TAKEN_OVER[where] for gap in gaps)
    print(f"  taken over {where} after {min(gaps):.1f}, {median(gaps):.1f}, {max(gaps):.1f} s (least, median, most)")
    return _told(wrong)


async def killed_at_random(stores: Stores, runs: int) -> int:
    """Kill and start processes at random while they deliver."""
    wrong: Counter[str] = Counter()
    began, unsure = monotonic(), list[int]()
    for run in range(runs):
        dice = random.Random(run)
        # Discord forgets every nonce at once where nothing but a kill goes wrong: then only the search protects.
        troubled = run % 2 == 1
        window = 300.0 if troubled else 0.0
        async with fleet(await stores.fresh(SOME), SOME, global_rate=None, nonce_window=window) as each:
            if troubled:
                each.server.fault("POST", "/messages$", nth=dice.randint(1, 150), times=3, drop=True, applied=True)
            each.start(0, 1, 2, 3)
            unsure += await _storm(each, dice)
            found = Counter({"not delivered": not await each.delivered(120)}) + SOME.wrong(each.channels)
            found["not ended with 0"] = await each.stop()
            if found.total():
                print(f"  run {run}: {dict(+found)}", flush=True)
            wrong += found
    editions = runs * SOME.channels
    print(
        f"  {runs} runs with {editions:,} editions and {len(unsure)} kills, after each of which {median(unsure):.0f} "
        f"messages were unsure, {max(unsure)} at most, in {monotonic() - began:.0f} s:",
        end="",
    )
    return _told(wrong)


async def _storm(each: Fleet, dice: random.Random) -> list[int]:
    """Kill some processes, mostly the one that delivers, and start them again.

    Return, for each kill, how many messages had been about to be sent.
    """
    await each.until_posted(1, 30)
    unsure = list[int]()
    for _ in range(dice.randint(2, 6)):
        await asyncio.sleep(dice.uniform(0, 1.2))
        holder = await each.holder() if dice.random() < 0.7 else None
        number = dice.choice(each.alive) if holder is None else holder
        await each.kill(number)
        unsure.append(await each.ledger.unsure())
        await asyncio.sleep(dice.uniform(0, 0.5))
        each.start(number)
    return unsure


def _told(wrong: Counter[str]) -> int:
    """Print what was wrong and return how much."""
    left = {name: n for name, n in wrong.items() if n > 0}
    print(f"  wrong: {left or 'nothing'}", flush=True)
    return sum(left.values())
