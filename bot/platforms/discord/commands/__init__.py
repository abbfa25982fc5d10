"""The slash commands; each parses, calls one service, renders and answers."""
