"""Discord's messages as pages."""
