"""The Slack double: starts, gives its address, fails on demand and shows what happened."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.platforms.slack.manifest import SCOPES, UNFURL_DOMAINS

from .blocks import problems_in, response_problems
from .faults import Fault
from .links import SharedLinks, unfurl
from .methods import METHODS as BASIC_METHODS
from .methods import Refusal, Upload
from .people import Person, ResponseUrl
from .sockets import Sockets
from .views import Views
from .world import Channel, Json

METHODS = {**BASIC_METHODS, "chat.unfurl": (unfurl, "bot", "links:write")}


@dataclass(slots=True)
class Request:
    """A request as it arrived; `ok` is None until it was answered, and for a dropped connection."""

    method: str
    body: Json
    ok: bool | None = None


class SlackServer:
    """Serves Slack's Web API and Socket Mode on a free loopback port while the context lasts.

    `channel_rate` is the number of seconds between two posts of a channel, None for no limit; `lag` is the number of
    seconds until a post appears in its channel's history, and with `dice` the longest. At the end, the context raises
    AssertionError if the bot requested a method that this double does not have.
    """

    def __init__(self, *, channel_rate: float | None = None, lag: float = 0.0) -> None:
        self.tokens = {"bot": "xoxb-double-of-slack", "app": "xapp-double-of-slack"}
        self.team, self.bot_id, self.page = "T0DOUBLE01", "B0DOUBLE01", 999
        self.channel_rate, self.lag = channel_rate, lag
        self.dice: random.Random | None = None
        self.channels: dict[str, Channel] = {}
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.unknown: list[str] = []
        self.faults: list[Fault] = []
        self.tells_the_time = self.keeps_metadata = True
        self.pages_from_oldest = False
        self._moved = asyncio.Event()
        self.sockets = Sockets(self._moved.set)
        self.views = Views()
        bot = Person(self, id="U0BOT00001", name="論文だより", is_bot=True)
        self.people: dict[str, Person] = {bot.id: bot}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.uploads: dict[str, Upload] = {}
        self.scopes = set(SCOPES)
        self.has_messages_tab, self.loses_answers = True, False
        self.shared: list[SharedLinks] = []
        self.unfurl_domains = UNFURL_DOMAINS
        self.blocked_domains = set[str]()
        self.api_url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_post("/api/{method}", self._serve)
        application.router.add_get("/api/{method}", self._serve)
        application.router.add_get("/link", self.sockets.serve)
        application.router.add_post("/respond/{id}", self._take_answer)
        application.router.add_post("/upload/{id}", self._take_file)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        place = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.api_url, self.sockets.url = f"http://{place}/api/", f"ws://{place}/link"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.sockets.stop()
        assert self._runner is not None
        await self._runner.cleanup()
        if error is None and self.unknown:
            raise AssertionError(f"the bot asked for methods that the double does not have: {self.unknown}")

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings by which a bot in a process of its own finds this server."""
        tokens = {"SLACK_BOT_TOKEN": self.tokens["bot"], "SLACK_APP_TOKEN": self.tokens["app"]}
        return tokens | {"DAYORI_SLACK__API_URL": self.api_url}

    def channel(self, number: int = 1, **about: Any) -> Channel:
        """Make a channel; the bot was invited into it unless it is described otherwise."""
        made = Channel(f"C0DOUBLE{number:02}", self.team, **{"name": f"papers-{number}"} | about)
        self.channels[made.id] = made
        return made

    def direct(self, user: str) -> Channel | None:
        """Return the direct messages between the bot and a person; None if there is no such person."""
        person = self.people.get(user)
        if person is None or person.is_gone:
            return None
        return self.channels.setdefault(f"D{user[1:]}", Channel(f"D{user[1:]}", self.team))

    def person(self, number: int = 1, **about: Any) -> Person:
        """Make a member of the workspace."""
        person = Person(self, id=f"U0PERSON{number:02}", **about)
        self.people[person.id] = person
        return person

    def fault(self, method: str, **how: Any) -> Fault:
        """Make matching requests fail; see `Fault` for how."""
        fault = Fault(method, **how)
        self.faults.append(fault)
        return fault

    def next_lag(self) -> float:
        """Return in how many seconds the next post appears in its channel's history."""
        return self.dice.uniform(0, self.lag) if self.dice else self.lag

    def sent(self, method: str) -> list[Request]:
        """Return the requests for one method."""
        return [each for each in self.requests if each.method == method]

    async def until(self, holds: Callable[[], object], timeout: float = 30.0) -> None:
        """Wait until a condition holds; it is checked after every event here."""
        async with asyncio.timeout(timeout):
            while not holds():
                self._moved.clear()
                await self._moved.wait()

    async def connected(self, timeout: float = 30.0) -> None:
        """Wait until a connection of Socket Mode is open."""
        await self.until(lambda: self.sockets.open, timeout)

    async def disconnected(self) -> None:
        """Wait until no connection is open."""
        await self.until(lambda: not self.sockets.open)

    async def _take_answer(self, request: web.Request) -> web.Response:
        """Take an answer at an interaction's address."""
        body: Json = await request.json()
        self.requests.append(Request("response_url", body))
        self.violations += response_problems(body)
        if self.loses_answers:
            return web.Response(text="<html>no answer of Slack's</html>", status=503)
        error = self.response_urls[request.match_info["id"]].take(body)
        self._moved.set()
        return web.Response(text=error or "ok", status=404 if error else 200)

    async def _take_file(self, request: web.Request) -> web.Response:
        """Take a file's content at the address that was given for it."""
        upload, content = self.uploads[request.match_info["id"]], await request.read()
        if len(content) != upload.length:
            return web.Response(text="the length is another one", status=400)
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        body: Json = await request.json() if is_json else {**request.query, **await request.post()}
        self.requests.append(asked := Request(method, body))
        self._moved.set()
        fault = next((each for each in self.faults if each.catches(method, body.get("channel"))), None)
        answer = await self._failing(fault, request, method, body) if fault else self._answer(request, method, body)
        asked.ok = answer.status == 200 and '"ok": true' in (answer.text or "")
        if not self.tells_the_time:
            answer.headers["Date"] = ""
        self._moved.set()
        return answer

    async def _failing(self, fault: Fault, request: web.Request, method: str, body: Json) -> web.Response:
        applied = self._answer(request, method, body) if fault.applied else None
        if fault.late is not None:
            asyncio.get_running_loop().call_later(fault.late, self._answer, request, method, body)
        await asyncio.sleep(fault.delay)
        if fault.lets_through:
            return applied or self._answer(request, method, body)
        if fault.drop:
            assert request.transport
            request.transport.abort()
        if fault.status:
            headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return web.Response(status=fault.status, text="<html>no answer of Slack's</html>", headers=headers)
        if fault.retry_after is not None:
            return _refused(Refusal("ratelimited", retry_after=fault.retry_after))
        if fault.error:
            return _refused(Refusal(fault.error))
        return web.Response(text="<html>no answer of Slack's</html>")

    def _answer(self, request: web.Request, method: str, body: Json) -> web.Response:
        if method not in METHODS:
            self.unknown.append(method)
            return _refused(Refusal("unknown_method"))
        answer, kind, scope = METHODS[method]
        if request.headers.get("Authorization") != f"Bearer {self.tokens[kind]}":
            return _refused(Refusal("invalid_auth"))
        if scope and scope not in self.scopes:
            return _refused(Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.scopes))))
        try:
            self._check(method, body)
            scopes = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))} if kind == "bot" else {}
            return web.json_response({"ok": True} | answer(self, body), headers=scopes)
        except Refusal as refusal:
            return _refused(refusal)

    def _check(self, method: str, body: Json) -> None:
        """Refuse what Slack would refuse for its content, and remember it."""
        if problems := problems_in(method, body):
            self.violations += problems
            raise Refusal(problems[0].partition(":")[0], response_metadata={"messages": problems})


def _refused(refusal: Refusal) -> web.Response:
    headers = {} if refusal.retry_after is None else {"Retry-After": str(max(refusal.retry_after, 0))}
    content = {"ok": False, "error": refusal.error} | refusal.more
    return web.json_response(content, status=200 if refusal.retry_after is None else 429, headers=headers)
