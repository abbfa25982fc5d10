"""The baseline on Slack: Bolt with one command that echoes, over Bolt's own Socket Mode, and nothing else."""

from __future__ import annotations

import asyncio
import os

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient


async def main() -> None:
    web = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["DAYORI_SLACK__API_URL"])
    app = AsyncApp(client=web)

    @app.command("/paper")
    async def echo(ack: AsyncAck, respond: AsyncRespond, command: dict[str, str]) -> None:
        await ack()
        await respond(command["text"])

    await AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    asyncio.run(main())
