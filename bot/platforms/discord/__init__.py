"""Discord: slash commands, cards as embeds, and editions as messages."""
