"""The body of a writing request: its fence is checked right before the bytes leave."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import BytesPayload

from bot.domain.errors import UnknownOutcomeError
from bot.i18n import msg
from bot.services.digests.stopwatch import Stopwatch
from bot.services.ports import Fence

_FRESH = 5.0  # seconds for which the fence's answer counts: the process may be suspended after the check


class FencedBody(BytesPayload):
    """A JSON body that awaits its fence first; aiohttp sends the headers together with the body's first byte."""

    def __init__(self, content: Mapping[str, Any], fence: Fence) -> None:
        super().__init__(json.dumps(content).encode(), content_type="application/json; charset=utf-8")
        self._fence = fence
        self.refusal: Exception | None = None

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Write the request, or raise and keep the reason as `refusal`, because aiohttp wraps what is raised here."""
        fence_time = Stopwatch(lambda: datetime.now(UTC))
        try:
            await self._fence()
            if not fence_time.within(_FRESH):
                raise UnknownOutcomeError(
                    msg("The message was delayed for too long; the bot checks first whether it has arrived.")
                )
        except Exception as error:
            self.refusal = error
            raise
        await super().write_with_length(writer, content_length)
