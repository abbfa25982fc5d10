"""Steps of adding and editing papers at the Slack double."""

from __future__ import annotations

from bot.app import App
from tests.collection import all_papers
from tests.doubles.slack import Channel, Person, View, input_blocks, input_name
from tests.doubles.slack.sockets import Acknowledgement

LINK = "https://arxiv.org/abs/1706.03762v5"
TYPED = {
    "title": "Attention Is All You Need",
    "headline": "Transformerの原論文",
    "date": "2017年6月12日",
    "comment": "すべてはここから。",
    "tags": "Transformer、基礎",
}
LOOK = "このように表示されます"


def inputs(view: View) -> dict[str, str]:
    """Return what a form is filled with, by its inputs' names."""
    return {input_name(block): block["element"].get("initial_value", "") for block in input_blocks(view)}


def errors(refused: Acknowledgement) -> dict[str, str]:
    """Return what stands below the inputs of a form that was refused, by their names."""
    assert refused.content["response_action"] == "errors"
    return {id.partition(":")[0]: text for id, text in refused.content["errors"].items()}


def own_buttons(view: View) -> tuple[str, str]:
    """Return the labels of a modal's own buttons; empty where it has none."""
    return view.content.get("submit", {}).get("text", ""), view.content["close"]["text"]


async def until_form(person: Person) -> View:
    """Wait for a modal with inputs."""
    await person.server.until(lambda: person.modal and inputs(person.modal))
    assert person.modal
    return person.modal


async def look_at(person: Person, channel: Channel, source: str = LINK, **typed: str) -> View:
    """Fill in the form for a source and return the preview."""
    form = await person.ask_modal(channel, f"/addpaper {source}")
    await person.submit(form, **(typed or TYPED))
    return await person.until_modal(LOOK)


async def add(person: Person, channel: Channel, source: str = LINK, **typed: str) -> View:
    """Add a paper and return the modal that says so."""
    await person.submit(await look_at(person, channel, source, **typed))
    return await person.until_modal("保存しました。")


async def ids_of(app: App) -> list[str]:
    """Return the ids of the collection."""
    return sorted(paper.id for paper in await all_papers(app.services.lookup, await workspace_of(app)))


async def workspace_of(app: App) -> int:
    return await app.services.workspaces.named("default")
