"""The tables of feeds: what is polled, what it announced, and what became of it. Times are ISO 8601 text in UTC."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.dialect import NUMBER
from bot.store.schema import metadata, workspace_column

# The feeds that brought a candidate; `day` is that of the ledger in which it was counted.
candidate_feeds = Table(
    "candidate_feeds",
    metadata,
    workspace_column(),
    Column("number", ForeignKey("candidates.number", ondelete="CASCADE"), nullable=False),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("day", Text, nullable=False),
    PrimaryKeyConstraint("number", "feed_id"),
    Index("candidate_feeds_feed", "feed_id"),
)

# What is polled, once for all workspaces that have a feed with this address.
feed_addresses = Table(
    "feed_addresses",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("host", Text, nullable=False),  # of the place that is requested; never by two at once
    Column("location", Text),  # where a permanent redirect moved it
    Column("title", Text),
    Column("etag", Text),  # validators go back byte for byte
    Column("last_modified", Text),
    Column("requested_at", Text),  # written before a request leaves
    Column("unconditional_at", Text),  # the last request without validators
    Column("next_poll_at", Text, nullable=False),
    Column("leased_until", Text),  # a process polls it
    Column("read_at", Text),  # the last time that it answered as a feed, or with 304
    Column("news_at", Text),  # the last time that it brought something new
    Column("rhythm", JSON, nullable=False),  # what it wishes and how often it changes
    Column("failing_since", Text),
    Column("failures", NUMBER, nullable=False, server_default="0"),
    Column("trouble", JSON(none_as_null=True)),  # [sentence, values] of the last failure
    Column("stopped_at", Text),  # it answered that it is gone for good
    Column("status", JSON(none_as_null=True)),  # [state, since, [sentence, values]] of the last successful poll
    Index("feed_addresses_due", "stopped_at", "next_poll_at"),
)

# What addresses announced, numbered in the order of arrival. Old entries lose their content and keep their keys.
feed_entries = Table(
    "feed_entries",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("address_id", ForeignKey("feed_addresses.id", ondelete="CASCADE"), nullable=False),
    Column("entry", JSON(none_as_null=True)),
    Column("seen_at", Text, nullable=False),
    Column("day", Text, nullable=False),  # the announcement's, or the team's day on which it was seen
    Index("feed_entries_address", "address_id", "id"),
    sqlite_autoincrement=True,
)

# Hashes of the identities of an address's entries: guid, ids, links.
feed_entry_keys = Table(
    "feed_entry_keys",
    metadata,
    Column("address_id", ForeignKey("feed_addresses.id", ondelete="CASCADE"), nullable=False),
    Column("key", LargeBinary, nullable=False),
    PrimaryKeyConstraint("address_id", "key"),
)

# A workspace's feeds.
feeds = Table(
    "feeds",
    metadata,
    Column("id", NUMBER, primary_key=True),
    workspace_column(),
    Column("name", Text, nullable=False),
    Column("address_id", ForeignKey("feed_addresses.id"), nullable=False),
    Column("include", JSON, nullable=False),
    Column("exclude", JSON, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text),
    Column("paused_at", Text),
    Column("configured", JSON(none_as_null=True)),  # as the settings file last had it; null for a feed made in a chat
    Column("entry_id", NUMBER),  # the last entry that was held against the filter; null before the first poll
    UniqueConstraint("workspace_id", "name"),
    Index("feeds_address", "address_id"),
)

# The ledger: what became of the entries that a feed saw on a day.
feed_days = Table(
    "feed_days",
    metadata,
    workspace_column(),
    Column("feed_id", ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False),
    Column("day", Text, nullable=False),
    Column("announced", NUMBER, nullable=False, server_default="0"),
    Column("seen", NUMBER, nullable=False, server_default="0"),
    Column("matched", NUMBER, nullable=False, server_default="0"),
    Column("offered", NUMBER, nullable=False, server_default="0"),
    Column("accepted", NUMBER, nullable=False, server_default="0"),
    Column("rejected", NUMBER, nullable=False, server_default="0"),
    Column("dropped", JSON, nullable=False),  # [[kind of reason, rule, count], …]
    PrimaryKeyConstraint("feed_id", "day"),
)

# What arXiv announced in a category on a day, as its listing tells.
arxiv_announcements = Table(
    "arxiv_announcements",
    metadata,
    Column("category", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("announced", NUMBER, nullable=False),
    Column("papers", JSON(none_as_null=True)),  # {id: new · cross · replace}; null in old ones
    Column("checked_at", Text, nullable=False),  # when the listing was last read
    PrimaryKeyConstraint("category", "day"),
)

# When a source may be requested next, for all processes; only sources with a strict limit have a row.
source_turns = Table(
    "source_turns",
    metadata,
    Column("name", Text, primary_key=True),
    Column("free_at", Text, nullable=False),
)
