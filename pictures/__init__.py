"""The pictures of the READMEs, drawn from what the bot really sends."""
