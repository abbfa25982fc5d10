"""The terminal's commands: each parses, calls one service and renders the answer."""
