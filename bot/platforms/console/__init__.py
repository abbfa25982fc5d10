"""The terminal: the platform for people without a token, and for operators."""
