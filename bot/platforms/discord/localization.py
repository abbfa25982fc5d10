"""Command names and descriptions in both languages, each pair in one place."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str


def both(english: str, japanese: str) -> locale_str:
    """Return an English text with its Japanese form."""
    return locale_str(english, ja=japanese)


class Translator(app_commands.Translator):
    """Gives Discord the Japanese form of every text made with `both`."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return the text in that language; None where there is only English."""
        translation: str | None = string.extras.get("ja") if locale is discord.Locale.japanese else None
        return translation
