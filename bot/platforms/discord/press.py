"""What buttons and menus have in common: they outlive a restart, and a press that goes wrong is told to the presser."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self

from discord import ButtonStyle
from discord.ui import Button, DynamicItem, Item, View

from bot.platforms.discord import failures
from bot.platforms.discord.context import Interaction


class Answering:
    """Catches what goes wrong in a press, which discord.py would only log."""

    async def callback(self, interaction: Any) -> None:
        """Answer a press."""
        try:
            await self.press(interaction)
        except Exception as error:
            await failures.tell(interaction, error)

    async def press(self, interaction: Interaction) -> None:
        """Do what the item is for."""
        raise NotImplementedError


class LastingButton(Answering, DynamicItem[Button[Any]], template="dayori:"):
    """A button that needs to know one thing, `about`, and whose custom id holds it: `dayori:NAME:ABOUT`."""

    name: ClassVar[str]
    style: ClassVar[ButtonStyle]

    def __init_subclass__(cls, *, name: str, style: ButtonStyle = ButtonStyle.secondary) -> None:
        super().__init_subclass__(template=f"dayori:{name}:(?P<about>.+)")
        cls.name, cls.style = name, style

    def __init__(self, about: str | int, label: str = "…", emoji: str | None = None) -> None:
        custom_id = f"dayori:{self.name}:{about}"
        super().__init__(Button(label=label, emoji=emoji, style=self.style, custom_id=custom_id))
        self.about = str(about)

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Item[Any], match: re.Match[str], /) -> Self:
        """Make the button of a press."""
        return cls(match["about"])


def lasting(*items: Item[Any]) -> View:
    """Return a message's buttons and menus, which it keeps for ever."""
    view = View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
