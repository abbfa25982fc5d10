"""The slash commands, one module per subject."""
