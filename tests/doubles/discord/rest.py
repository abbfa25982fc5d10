"""The steps of a request through the server: record, fail on demand, authorise, limit, check, answer."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
import time
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from . import routes_application, routes_guilds, routes_interactions, routes_messages
from .contract import description_violations, limit_problems, violations_of
from .errors import ApiError
from .faults import Fault
from .limits import Refusal
from .routing import Call, Request, Route, Upload, find_route, major_of

if TYPE_CHECKING:
    from .server import DiscordServer

_LOG = logging.getLogger(__name__)
PREFIX = "/api/v10"
# Importing a file of routes registers them; naming the files here explains the imports.
ROUTE_FILES = (routes_application, routes_guilds, routes_interactions, routes_messages)


class Rest:
    """Answers every REST request of the bot."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server

    async def serve(self, raw: web.Request) -> web.StreamResponse:
        """Answer one request, or fail it the way a test asked for."""
        request = await _read(raw)
        self.server.requests.append(request)
        self.server.world.changed()
        fault = next((one for one in self.server.faults if one.catches(request.method, request.path)), None)
        if fault is None:
            return self._finish(request, *self._answer(raw, request))
        return await self._fail(raw, request, fault)

    async def _fail(self, raw: web.Request, request: Request, fault: Fault) -> web.StreamResponse:
        answer: tuple[int, Any, dict[str, str]] = (200, None, {})
        if fault.applied:
            answer = self._answer(raw, request)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop:
            _reset(raw)
            return web.Response(status=500)
        refusal = fault.refusal
        if refusal is not None:
            status, body, headers = _refused(refusal)
            made = {"generated-by-proxy": "true"} if fault.by_proxy else {}
            return self._finish(request, status, body, headers | made, via=fault.via and not fault.by_proxy)
        if fault.status is not None and fault.code is not None:
            return self._finish(request, fault.status, ApiError(fault.status, fault.code, "Refused").body(), {})
        if fault.status is not None:
            page = f"<html><body>{fault.status}</body></html>"
            request.status = fault.status
            self.server.world.changed()
            return web.Response(status=fault.status, text=page, content_type="text/html")
        if not fault.applied:
            answer = self._answer(raw, request)
        if fault.malformed:
            request.status = answer[0]
            return web.Response(body=b'{"id": "1', headers={"Content-Type": "application/json"})
        return self._finish(request, *answer)

    def _answer(self, raw: web.Request, request: Request) -> tuple[int, Any, dict[str, str]]:
        headers: dict[str, str] = {}
        try:
            match = find_route(request.method, request.path)
            if match is None:
                self.server.unknown.append(f"{request.method} {request.path}")
                _LOG.error("This double has no route %s %s", request.method, request.path)
                raise ApiError(404, 0, "404: Not Found")
            route, ids = match
            self._authorise(raw, route)
            refusal = self._limit(route, ids, headers)
            if refusal is not None:
                status, body, refused = _refused(refusal)
                return status, body, headers | refused
            self._check(request)
            status, body = route.endpoint(Call(self.server, request, ids))
            return status, body, headers
        except ApiError as error:
            return error.status, error.body(), headers

    def _authorise(self, raw: web.Request, route: Route) -> None:
        if "{token}" in route.template or route.template == "/gateway":
            return
        if raw.headers.get("Authorization") != f"Bot {self.server.token}":
            raise ApiError(401, 0, "401: Unauthorized")

    def _limit(self, route: Route, ids: dict[str, str], headers: dict[str, str]) -> Refusal | None:
        limits = self.server.limits
        # Interactions do not count towards the global limit.
        if "{token}" not in route.template:
            refusal = limits.take_global()
            if refusal is not None:
                return refusal
        bucket = limits.bucket(route.method, route.template, major_of(ids))
        if bucket is None:
            return None
        refusal = bucket.take()
        headers |= bucket.headers()
        return limits.refuse(refusal) if refusal is not None else None

    def _check(self, request: Request) -> None:
        problems = limit_problems(request.method, request.path, request.body)
        described = description_violations(request.method, request.path, request.body)
        lines = violations_of(request.method, request.path, request.body) if problems.found or described else []
        self.server.violations += [f"{request.method} {request.path}: {line}" for line in lines]
        if problems.found:
            raise problems.error()
        if described:
            errors = {"_errors": [{"code": "DESCRIPTION", "message": line} for line in lines]}
            raise ApiError(400, 50035, "Invalid Form Body", errors)

    def _finish(
        self, request: Request, status: int, body: Any, headers: dict[str, str], *, via: bool = True
    ) -> web.StreamResponse:
        request.status = status
        self.server.limits.invalid += status in (401, 403, 429)
        sent = dict(headers)
        sent["Date"] = format_datetime(self.server.world.now(), usegmt=True) if self.server.tells_the_time else ""
        if via:
            sent["Via"] = "1.1 google"
        self.server.world.changed()
        if body is None:
            return web.Response(status=204, headers=sent)
        # discord.py compares this header with ==; a charset after it would make it treat the body as text.
        sent["Content-Type"] = "application/json"
        return web.Response(status=status, body=json.dumps(body, ensure_ascii=False).encode(), headers=sent)


async def _read(raw: web.Request) -> Request:
    path = raw.path.removeprefix(PREFIX)
    query = dict(raw.query)
    files: dict[str, Upload] = {}
    body: Any = None
    if raw.content_type == "multipart/form-data":
        body, files = await _read_parts(raw)
    elif raw.can_read_body:
        text = await raw.text()
        body = json.loads(text) if text else None
    return Request(raw.method, path, body, time.monotonic(), query, files)


async def _read_parts(raw: web.Request) -> tuple[Any, dict[str, Upload]]:
    body: Any = None
    files: dict[str, Upload] = {}
    async for part in await raw.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(content)
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files[part.name] = Upload(part.filename or part.name, content, kind)
    return body, files


def _reset(raw: web.Request) -> None:
    """Cut the connection so that the client gets "connection reset by peer" instead of an orderly end."""
    transport = raw.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _refused(refusal: Refusal) -> tuple[int, Any, dict[str, str]]:
    return 429, refusal.body(), refusal.headers()
