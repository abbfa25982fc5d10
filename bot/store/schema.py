"""The tables for SQLAlchemy; `migrations/` creates them. Times are ISO 8601 text in UTC."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.dialect import NUMBER

REVISION = "0016"
metadata = MetaData()

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
)


def workspace_column() -> Column[int]:
    """Return the column of the workspace that a row belongs to."""
    return Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False)


papers = Table(
    "papers",
    metadata,
    Column("number", NUMBER, primary_key=True),
    workspace_column(),
    Column("id", Text, nullable=False),
    Column("headline", Text),
    Column("title", Text, nullable=False),
    Column("date", Text),
    Column("comment", Text),
    Column("excerpt", Text),
    Column("venue", Text),
    Column("organization", Text),
    Column("authors", JSON, nullable=False),
    Column("links", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("identifiers", JSON, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("added_by", Text),
    Column("updated_at", Text, nullable=False),
    Column("updates", JSON(none_as_null=True)),  # [[kind, date, value, url]]
    UniqueConstraint("workspace_id", "id"),
    Index("papers_newest", "workspace_id", "added_at", "date", "number"),
    sqlite_autoincrement=True,  # numbers are never reused, so old digests keep pointing at their papers
)

# Keys that identify a paper's work: ids, links and folded title, one row each.
paper_keys = Table(
    "paper_keys",
    metadata,
    workspace_column(),
    Column("key", Text, nullable=False),
    Column("number", ForeignKey("papers.number", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("workspace_id", "key", "number"),
    Index("paper_keys_number", "number"),
)

# The content hash that a file last had for a paper; it tells an edit of the file from an edit in the store.
imported_papers = Table(
    "imported_papers",
    metadata,
    workspace_column(),
    Column("id", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "id"),
)

# One change is everything that one command or import did; it is undone as a whole.
changes = Table(
    "changes",
    metadata,
    Column("id", NUMBER, primary_key=True),
    workspace_column(),
    Column("action", Text, nullable=False),  # add · edit · remove · import · undo · redo
    Column("at", Text, nullable=False),
    Column("by", Text),
    Column("actor", Text),  # the person's unique id on their platform; names are not unique
    Column("undoes", ForeignKey("changes.id")),
    Column("is_open", NUMBER, nullable=False, server_default="0"),  # an undo or redo that is not done yet
    Index("changes_workspace", "workspace_id", "id"),
    Index("changes_undoes", "undoes"),
)

# What a change did to each paper: `before` is how it was, NULL where it was not there. A step led to what its paper's
# next step began with, or to the paper as it is today, so nothing is kept twice. Steps are numbered in time.
history = Table(
    "history",
    metadata,
    Column("id", NUMBER, primary_key=True),
    workspace_column(),
    Column("change_id", ForeignKey("changes.id", ondelete="CASCADE"), nullable=False),
    Column("paper_id", Text, nullable=False),
    Column("before", JSON(none_as_null=True)),
    UniqueConstraint("change_id", "paper_id"),
    Index("history_paper", "workspace_id", "paper_id", "id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", NUMBER, primary_key=True),
    workspace_column(),
    Column("name", Text, nullable=False),
    Column("channel", Text, nullable=False),  # discord:<server id>/<channel id>
    Column("schedule", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("locale", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("paused_reason", JSON),  # [sentence, values]
    Column("tried_again_at", Text),  # when a paused subscription is tried again
    Column("configured", JSON),  # its values when the settings file was last read
    Column("turn", Text),  # the latest scheduled local minute that was taken, even if there was nothing to send
    Column("starts_after", NUMBER),  # papers up to this number existed at its first edition and count as seen
    UniqueConstraint("workspace_id", "name"),
    Index("subscriptions_channel", "channel"),
)

# What a channel received or counts as seen; no foreign key: a removed paper that an undo restores keeps its number.
seen_papers = Table(
    "seen_papers",
    metadata,
    workspace_column(),
    Column("channel", Text, nullable=False),
    Column("number", NUMBER, nullable=False),
    PrimaryKeyConstraint("workspace_id", "channel", "number"),
)

editions = Table(
    "editions",
    metadata,
    Column("id", NUMBER, primary_key=True),
    workspace_column(),
    Column("subscription_id", ForeignKey("subscriptions.id", ondelete="CASCADE"), nullable=False),
    Column("number", NUMBER, nullable=False),
    Column("channel", Text),  # where it went, if its subscription has moved since
    Column("locale", Text),  # likewise
    Column("period", Text, nullable=False),  # the scheduled local minute of this edition; each has at most one
    Column("reason", Text, nullable=False),
    Column("remaining", NUMBER, nullable=False),
    Column("composed_at", Text, nullable=False),
    Column("lease_owner", Text),
    Column("leased_until", Text),
    Column("done_at", Text),
    Column("trouble", JSON),  # [sentence, values]: why it was postponed
    Column("failures", NUMBER, nullable=False, server_default="0"),  # since a message last arrived
    Column("reported_trouble", Text),  # the sentence of the trouble that the curators were told of
    UniqueConstraint("subscription_id", "number"),
    UniqueConstraint("subscription_id", "period"),
    Index("editions_open", "done_at", "id"),
)

edition_papers = Table(
    "edition_papers",
    metadata,
    workspace_column(),
    Column("edition_id", ForeignKey("editions.id", ondelete="CASCADE"), nullable=False),
    Column("position", NUMBER, nullable=False),
    Column("number", NUMBER, nullable=False),
    PrimaryKeyConstraint("edition_id", "position"),
    Index("edition_papers_number", "number"),
)

# The outbox: all messages of an edition, written before the first one is sent.
messages = Table(
    "messages",
    metadata,
    workspace_column(),
    Column("edition_id", NUMBER, nullable=False),
    Column("position", NUMBER, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("marker", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting · sending · sent
    Column("sending_at", Text),  # when a request left, for the message or an edit of it, until its outcome is known
    Column("anchor", Text),  # where a search for it starts, in the platform's own order
    Column("message_id", Text),
    Column("sent_at", Text),
    PrimaryKeyConstraint("edition_id", "position"),
    ForeignKeyConstraint(["edition_id"], ["editions.id"], ondelete="CASCADE"),
)

imported_files = Table(
    "imported_files",
    metadata,
    workspace_column(),
    Column("path", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "path"),
)

drafts = Table(
    "drafts",
    metadata,
    workspace_column(),
    Column("token", Text, nullable=False),
    Column("form", JSON, nullable=False),  # of a paper, or {"feed": …}
    Column("saved_at", Text, nullable=False),
    Column("actor", Text),  # its owner; nobody else may use it
    Column("paper", JSON(none_as_null=True)),  # the finished paper as last shown
    Column("outcome", JSON(none_as_null=True)),  # {"paper": id}, {"proposal": number}, {"feed": name} or {}
    PrimaryKeyConstraint("workspace_id", "token"),
)

# Papers that somebody proposed or a feed brought, with the curators' decision on each.
candidates = Table(
    "candidates",
    metadata,
    Column("number", NUMBER, primary_key=True),
    workspace_column(),
    Column("form", JSON, nullable=False),
    Column("proposed_by", Text),
    Column("proposer", Text),
    Column("proposed_at", Text, nullable=False),
    Column("paper", JSON(none_as_null=True)),  # the finished paper as shown; null in proposals of older versions
    Column("locale", Text),  # the proposer's language
    Column("later_at", Text),  # when a curator put it off; it waits behind the others
    Column("score", Float),  # how likely its acceptance is; null for a proposal and before enough decisions
    Column("reasons", JSON(none_as_null=True)),  # of the score: [[text, whether it speaks for the paper], …]
    Column("decision", Text),  # accepted · rejected · expired; null while it waits
    Column("decided_at", Text),
    Column("decided_by", Text),
    Column("decider", Text),
    Column("change_id", NUMBER),  # the change that added its paper
    Index("candidates_workspace", "workspace_id", "decision", "number"),
    Index("candidates_decider", "workspace_id", "decider", "decided_at"),
    sqlite_autoincrement=True,
)

# Keys of the candidates' works, as in paper_keys: what waits or was decided on is not offered again.
candidate_keys = Table(
    "candidate_keys",
    metadata,
    workspace_column(),
    Column("key", Text, nullable=False),
    Column("number", ForeignKey("candidates.number", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("workspace_id", "key", "number"),
    Index("candidate_keys_number", "number"),
)

aliases = Table(
    "aliases",
    metadata,
    workspace_column(),
    Column("name", Text, nullable=False),
    Column("meaning", Text, nullable=False),  # a search for one of the two finds both
    PrimaryKeyConstraint("workspace_id", "name", "meaning"),
)

# Answers of the sources, shared by all workspaces, because sources ask not to be queried repeatedly.
metadata_cache = Table(
    "metadata_cache",
    metadata,
    Column("key", Text, primary_key=True),  # arxiv:2307.08621 · doi:… · url:…
    Column("answer", JSON, nullable=False),
    Column("kept_until", Text, nullable=False),
)

# Interactions that changed something, of all workspaces: two processes with one token both receive them.
_INTERACTION = Column("id", Text, primary_key=True)  # discord:<interaction id>
interactions = Table("interactions", metadata, _INTERACTION, Column("claimed_at", Text, nullable=False))

# Papers that somebody was offered to add, by a hash of person and paper: the table does not tell who links what.
offers = Table(
    "offers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("offered_at", Text, nullable=False),
)

# Servers that the bot is in, of all workspaces: access is decided before the workspace is chosen.
servers = Table(
    "servers",
    metadata,
    Column("id", Text, primary_key=True),  # discord:<server id>
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),  # allowed · waiting · refused
    Column("since", Text, nullable=False),
)

# Key-value state of the installation, such as the last tick and the commands registered with Discord.
state = Table("state", metadata, Column("name", Text, primary_key=True), Column("text", Text, nullable=False))
