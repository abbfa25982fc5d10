"""An assistant at the door, with the SDK's own client and a real process."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from bot.app import App
from bot.domain.errors import RateLimitError
from bot.platforms.mcp.arguments import SearchArguments
from bot.platforms.mcp.tools import Tools
from bot.services.workspaces import DEFAULT
from tests.samples import paper
from tests.terminal import Dayori, document

if TYPE_CHECKING:
    import mcp_types as protocol

_ROOT = Path(__file__).parents[3]
_TITLE = "Retentive Network: A Successor to Transformer for Large Language Models"
_RETNET = "https://arxiv.org/abs/2307.08621"
_OFFERED = {
    "source": "https://example.org/a-new-paper",
    "title": "A New Paper",
    "headline": "新しい論文",
    "tags": ["RAG"],
}


@pytest.fixture
def settings(dayori: Dayori, tmp_path: Path) -> Path:
    """Return settings of a collection of six papers in which everybody may add."""
    assert dayori("digest").exit_code == 0
    return tmp_path / "bot.yaml"


def _command(settings: Path) -> list[str]:
    return ["-m", "bot", "mcp", "--config", str(settings)]


class _Visit(NamedTuple):
    """What an assistant was told at the door, the tools by name, and the answers to its calls."""

    instructions: str
    tools: dict[str, protocol.Tool]
    results: list[protocol.CallToolResult]


def _visit(settings: Path, *calls: tuple[str, dict[str, Any]]) -> _Visit:
    # Every process of the suite reads this module, and one runs its tests; the SDK takes half a second to import.
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def visit() -> _Visit:
        place = StdioServerParameters(command=sys.executable, args=_command(settings), cwd=_ROOT)
        # by default the server would get the stderr of the moment in which the SDK was imported, perhaps a test's own
        async with Client(stdio_client(place, sys.__stderr__ or sys.stderr), read_timeout_seconds=30) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            results = [await client.call_tool(name, arguments) for name, arguments in calls]
            return _Visit(client.instructions or "", tools, results)

    return asyncio.run(visit())


def _answer(result: protocol.CallToolResult) -> Any:
    [content] = result.content
    assert content.type == "text"
    assert not result.is_error, content.text
    assert json.loads(content.text) == result.structured_content
    return result.structured_content


def _problem(result: protocol.CallToolResult) -> str:
    [content] = result.content
    assert content.type == "text"
    assert result.is_error
    return content.text


def test_an_assistant_finds_reads_and_pages_papers(settings: Path, dayori: Dayori) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("search", {"query": "レトネット"}),
        ("get", {"id": _RETNET}),
        ("search", {"query": "", "limit": 2, "offset": 2}),
        ("recent_editions", {}),
    ]
    visit = _visit(settings, *calls)
    found, whole, page, editions = answers = list(map(_answer, visit.results))
    assert "They are data" in visit.instructions
    assert list(visit.tools) == ["search", "get", "recent_editions", "propose"]
    assert found == document(dayori("search", "レトネット", "--json"))
    assert whole == document(dayori("show", "retnet", "--json"))
    assert page["total"] == 6
    assert page["results"] == document(dayori("search", "", "--json"))["results"][2:4]
    assert editions == {"editions": []}
    for (name, _), answer in zip(calls, answers, strict=True):
        Draft202012Validator(visit.tools[name].output_schema or {}).validate(answer)


def test_what_an_assistant_proposes_waits_in_the_inbox_even_where_everybody_may_add(
    settings: Path, dayori: Dayori
) -> None:
    alike = {"source": "2401.00001", "title": _TITLE}
    visit = _visit(settings, *(("propose", each) for each in (_OFFERED, _OFFERED, {"source": _RETNET}, alike)))
    answers = list(map(_answer, visit.results))
    [waiting] = document(dayori("inbox", "--json"))["candidates"]
    assert [each["outcome"] for each in answers] == ["proposed", "waiting", "known", "same_title"]
    assert [each["number"] for each in answers] == [waiting["number"], waiting["number"], None, None]
    assert waiting["proposed_by"].startswith("アシスタント（")
    assert waiting["paper"]["headline"] == "新しい論文"
    assert waiting["paper"]["tags"] == ["RAG"]
    assert answers[2]["paper"]["id"] == answers[3]["paper"]["id"] == "retnet"
    assert document(dayori("search", "", "--json"))["total"] == 6
    for answer in answers:
        Draft202012Validator(visit.tools["propose"].output_schema or {}).validate(answer)
    assert document(dayori("inbox", "accept", str(waiting["number"]), "--json"))["state"] == "accepted"


def test_a_wrong_call_is_answered_in_words(settings: Path) -> None:
    expected: list[tuple[str, dict[str, Any], str]] = [
        ("search", {}, "query がありません。"),
        ("search", {"query": "a", "limit": 21}, "20"),
        ("search", {"query": "a" * 501}, "500文字"),
        ("search", {"query": "a", "queryy": "b"}, "queryy"),
        ("search", {"query": ["a"]}, "query"),
        ("get", {"id": "no-such"}, "no-such"),
        ("propose", {"source": "not a link"}, "リンク"),
        ("propose", {"source": "https://127.0.0.1:9/x"}, "タイトル"),
        ("remove", {"id": "retnet"}, "search"),
    ]
    visit = _visit(settings, *((name, arguments) for name, arguments, _ in expected))
    for result, (_, _, words) in zip(visit.results, expected, strict=True):
        assert words in _problem(result)


def test_only_the_protocol_reaches_standard_output_and_its_end_ends_the_process(settings: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "a", "version": "1"},
        },
    }
    typed = json.dumps(hello) + "\n" + '{"jsonrpc": "2.0", "method": "notifications/initialized"}\n'
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "get", "arguments": {"id": "retnet"}}}
    half = json.dumps(call | {"id": 3}).replace("retnet", r"\ud83d")
    process = subprocess.Popen(
        [sys.executable, *_command(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    assert process.stdin and process.stdout
    too_long = threading.Timer(30, process.kill)
    too_long.start()
    process.stdin.write(typed + json.dumps(call) + "\n" + half + "\n")
    process.stdin.flush()
    answers = sorted((json.loads(process.stdout.readline()) for _ in range(3)), key=lambda answer: int(answer["id"]))
    rest = process.communicate()
    too_long.cancel()
    assert (process.returncode, *rest) == (0, "", "")
    assert [answer["id"] for answer in answers] == [1, 2, 3]
    assert "「\ufffd」" in answers[2]["result"]["content"][0]["text"]


@pytest.mark.parametrize(
    ("escapes", "read"),
    [
        (r"\ud83d", "\ufffd"),
        (r"a\uDC00b", "a\ufffdb"),
        (r"\ud83d\ude00", "😀"),
        (r"\ud83d\ud83d\ude00", "\ufffd😀"),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83d\n", "\\\ufffd\n"),
        (r"\u8ad6\"", '論"'),
    ],
)
def test_only_half_of_a_character_is_replaced_in_a_request(escapes: str, read: str) -> None:
    from bot.platforms.mcp.request_lines import with_whole_characters

    assert json.loads(with_whole_characters(f'"{escapes}"')) == read


def test_without_the_extra_one_sentence_says_how_to_install_it(settings: Path) -> None:
    start = "import sys; sys.modules['mcp_types'] = None; from bot.__main__ import main; main()"
    command = [sys.executable, "-c", start, *_command(settings)[2:]]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=_ROOT)
    assert result.returncode == 1
    assert result.stdout == ""
    assert f'{sys.executable} -m pip install "ronbun-dayori[mcp]"' in result.stderr
    assert result.stderr.count("\n") == 1


async def test_an_assistant_may_not_be_faster_than_a_person(app: App) -> None:
    tools = Tools(app.services, await app.services.workspaces.named(DEFAULT), "an assistant", "assistant:me")

    async def flood() -> None:
        for _ in range(100):
            await tools.search(SearchArguments(query="a"))

    with pytest.raises(RateLimitError):
        await flood()


async def test_a_list_cuts_what_is_long_and_get_tells_all(app: App) -> None:
    workspace = await app.services.workspaces.named(DEFAULT)
    authors = tuple(f"Author {n}" for n in range(100))
    await app.services.library.add(workspace, paper(1, excerpt="あ" * 5000, authors=authors), "山田")
    tools = Tools(app.services, workspace, "an assistant", "assistant:me")
    [found] = (await tools.search(SearchArguments(query="")))["results"]
    assert len(found["excerpt"]) <= 1000
    assert len(found["authors"]) == 31
