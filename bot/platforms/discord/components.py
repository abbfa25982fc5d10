"""Common behaviour of buttons and menus: they survive a restart and report errors to the person who used them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from discord import ButtonStyle, InteractionType, Message, SelectOption
from discord.ui import Button, DynamicItem, Item, Select, View

from bot.platforms.components import unknown_component
from bot.platforms.discord import error_handler, response
from bot.platforms.discord.context import Interaction, actor_of, custom_id_of
from bot.services.rate_limit import COST


class Component:
    """Reports errors of a press, which discord.py would only log; `pattern` matches its custom ids."""

    pattern: ClassVar[re.Pattern[str]]
    cost: ClassVar[float] = COST

    async def callback(self, interaction: Any) -> None:
        """Answer a press."""
        try:
            response.begin(interaction)
            (await actor_of(interaction)).spend(self.cost)
            await self.press(interaction)
        except Exception as error:
            await error_handler.respond(interaction, error)

    async def press(self, interaction: Interaction) -> None:
        """Do what the button or menu is for."""
        raise NotImplementedError


def button(
    name: str, argument: object, label: str, style: ButtonStyle = ButtonStyle.secondary, emoji: str | None = None
) -> Button[Any]:
    """Return a button that the PersistentButton of that name serves, for messages that cannot import it."""
    return Button(label=label, emoji=emoji, style=style, custom_id=f"dayori:{name}:{argument}")


class PersistentButton(Component, DynamicItem[Button[Any]], template="dayori:"):
    """A button that needs one value, `argument`, stored in its custom id: `dayori:NAME:ARGUMENT`."""

    name: ClassVar[str]
    style: ClassVar[ButtonStyle]

    def __init_subclass__(cls, *, name: str, style: ButtonStyle = ButtonStyle.secondary, cost: float = COST) -> None:
        cls.pattern = re.compile(f"dayori:{name}:(?P<argument>.+)")
        super().__init_subclass__(template=cls.pattern)
        cls.name, cls.style, cls.cost = name, style, cost

    def __init__(self, argument: object, label: str = "…", emoji: str | None = None) -> None:
        super().__init__(button(self.name, argument, label, self.style, emoji))
        self.argument = str(argument)

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Item[Any], match: re.Match[str], /) -> Self:
        """Return the button that was pressed."""
        return cls(match["argument"])


class PersistentSelect(Component, DynamicItem[Select[Any]], template="dayori:"):
    """A menu with the custom id `dayori:NAME`, or `dayori:NAME:ARGUMENT` if it needs one value."""

    name: ClassVar[str]

    def __init_subclass__(cls, *, name: str) -> None:
        cls.pattern = re.compile(f"dayori:{name}(?::(?P<argument>.+))?")
        super().__init_subclass__(template=cls.pattern)
        cls.name = name

    def __init__(self, options: Sequence[SelectOption] = (), placeholder: str = "", argument: str = "") -> None:
        custom_id = f"dayori:{self.name}:{argument}" if argument else f"dayori:{self.name}"
        super().__init__(Select(custom_id=custom_id, placeholder=placeholder or None, options=list(options)))
        self.argument = argument

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Item[Any], match: re.Match[str], /) -> Self:
        """Return the menu that was used."""
        _read_choices(interaction)
        return cls(argument=match["argument"] or "")


def selected(item: Select[Any]) -> str:
    """Return the choice of a single-choice menu. Raises InputError."""
    if len(item.values) != 1:
        raise unknown_component()
    return item.values[0]


def _read_choices(interaction: Interaction) -> None:
    """Add an empty list where Discord sent no choices: discord.py would fail before anything can be answered."""
    payload: Any = interaction.data or {}
    if not isinstance(payload.get("values"), list):
        payload["values"] = []


def is_unknown(interaction: Interaction, items: Iterable[type[Component]]) -> bool:
    """Return whether a press has our prefix but an unknown custom id, or one that its message does not contain."""
    name = custom_id_of(interaction)
    if interaction.type is not InteractionType.component or not name.startswith("dayori"):
        return False
    return not any(item.pattern.fullmatch(name) for item in items) or name not in _controls(interaction.message)


def _controls(message: Message | None) -> set[str]:
    rows: Sequence[Any] = message.components if message else ()
    items = [each for row in rows for each in (row, *getattr(row, "children", ()))]
    return {each.custom_id for each in items if getattr(each, "custom_id", None)}


def persistent_view(*items: Item[Any]) -> View:
    """Return a message's buttons and menus, without a timeout."""
    view = View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
