"""The pictures of the READMEs, rendered from what the bot really sends."""
