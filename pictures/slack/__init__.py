"""Slack's surfaces as pages: messages, threads, modals and an app's home."""
