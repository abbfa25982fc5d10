"""Discord, including its gateway, is reached through the operator's proxy."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.doubles.discord import Channel, DiscordServer, Member
from tests.doubles.proxy import Proxy
from tests.platforms.discord.conftest import StartBot


async def test_rest_and_the_gateway_go_through_the_proxy(
    server: DiscordServer, start: StartBot, reader: Member, general: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = urlsplit(server.api_url).port
    assert port
    async with Proxy(port) as proxy:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        async with start():
            reply = await server.slash(reader, general, "paper", query="retnet", locale="ja")
        assert reply.embeds
    targets = [target for _, target in proxy.asked]
    assert any("/api/v10/" in target for target in targets)
    assert any(target.startswith("ws://") and "encoding=json" in target for target in targets), targets
