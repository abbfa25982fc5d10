"""What every button and menu has in common: a press that goes wrong is told to the presser."""

from __future__ import annotations

from typing import Any

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
