"""Who the product talks to: each platform parses, calls one service and renders."""
