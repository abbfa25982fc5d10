"""Slack: the digest over the Web API, and a connection by Socket Mode, which needs no public address."""
