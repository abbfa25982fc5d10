"""The tables as SQLAlchemy sees them; `migrations/` is what creates them. Times are ISO 8601 text in UTC."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

REVISION = "0009"
metadata = MetaData()

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
)


def _workspace() -> Column[int]:
    return Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False)


papers = Table(
    "papers",
    metadata,
    Column("number", Integer, primary_key=True),
    _workspace(),
    Column("id", Text, nullable=False),
    Column("headline", Text),
    Column("title", Text, nullable=False),
    Column("date", Text),
    Column("comment", Text),
    Column("excerpt", Text),
    Column("organization", Text),
    Column("authors", JSON, nullable=False),
    Column("links", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("identifiers", JSON, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("added_by", Text),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("workspace_id", "id"),
    Index("papers_newest", "workspace_id", "added_at", "date", "number"),
    sqlite_autoincrement=True,  # numbers are never used twice, so that old digests keep pointing at what they carried
)

# Which work a paper is: ids, links and folded title, one row each.
paper_keys = Table(
    "paper_keys",
    metadata,
    _workspace(),
    Column("key", Text, nullable=False),
    Column("number", ForeignKey("papers.number", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("workspace_id", "key", "number"),
    Index("paper_keys_number", "number"),
)

# What a file last said of a paper: the common ancestor that tells an edit of the file from an edit in the store.
imported_papers = Table(
    "imported_papers",
    metadata,
    _workspace(),
    Column("id", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "id"),
)

# One change is all that one command or one import did; it is undone as one.
changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    _workspace(),
    Column("action", Text, nullable=False),  # add · edit · remove · import · undo · redo
    Column("at", Text, nullable=False),
    Column("by", Text),
    Column("actor", Text),  # who that is on their platform: a name may be anybody's
    Column("undoes", ForeignKey("changes.id")),
    Index("changes_workspace", "workspace_id", "id"),
    Index("changes_undoes", "undoes"),
)

history = Table(
    "history",
    metadata,
    _workspace(),
    Column("change_id", ForeignKey("changes.id", ondelete="CASCADE"), nullable=False),
    Column("paper_id", Text, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    PrimaryKeyConstraint("change_id", "paper_id"),
    Index("history_paper", "workspace_id", "paper_id", "change_id"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("channel", Text, nullable=False),  # discord:<server id>/<channel id>
    Column("schedule", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("locale", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("paused_reason", JSON),  # [sentence, values]
    Column("tried_again_at", Text),  # when a paused one is tried again
    Column("configured", JSON),  # what the settings file last said of it
    Column("turn", Text),  # the latest scheduled local minute that was taken, or passed with nothing to send
    Column("starts_after", Integer),  # papers up to this number were there at its first edition: they count as seen
    UniqueConstraint("workspace_id", "name"),
    Index("subscriptions_channel", "channel"),
)

# The papers that a channel has had, or that passed its filter before it had anything. A paper that is removed and
# brought back by an undo keeps its number, so this has no foreign key.
seen_papers = Table(
    "seen_papers",
    metadata,
    _workspace(),
    Column("channel", Text, nullable=False),
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("workspace_id", "channel", "number"),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Integer, primary_key=True),
    _workspace(),
    Column("subscription_id", ForeignKey("subscriptions.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("period", Text, nullable=False),  # the scheduled local minute it stands for: one edition a period
    Column("reason", Text, nullable=False),
    Column("remaining", Integer, nullable=False),
    Column("composed_at", Text, nullable=False),
    Column("lease_owner", Text),
    Column("leased_until", Text),
    Column("done_at", Text),
    Column("trouble", JSON),  # [sentence, values]: why it was put off
    Column("failures", Integer, nullable=False, server_default="0"),  # since a message last arrived
    Column("reported_trouble", Text),  # which trouble the curators were told of, as its sentence
    UniqueConstraint("subscription_id", "number"),
    UniqueConstraint("subscription_id", "period"),
    Index("editions_open", "done_at", "id"),
)

edition_papers = Table(
    "edition_papers",
    metadata,
    _workspace(),
    Column("edition_id", ForeignKey("editions.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("edition_id", "position"),
)

# The outbox: every message of an edition, written before the first one leaves.
messages = Table(
    "messages",
    metadata,
    _workspace(),
    Column("edition_id", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("marker", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting · sending · sent
    Column("sending_at", Text),
    Column("anchor", Text),  # where a search for it begins, as its platform counts
    Column("message_id", Text),
    Column("sent_at", Text),
    PrimaryKeyConstraint("edition_id", "position"),
    ForeignKeyConstraint(["edition_id"], ["editions.id"], ondelete="CASCADE"),
)

imported_files = Table(
    "imported_files",
    metadata,
    _workspace(),
    Column("path", Text, nullable=False),
    Column("hash", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "path"),
)

drafts = Table(
    "drafts",
    metadata,
    _workspace(),
    Column("token", Text, nullable=False),
    Column("form", JSON, nullable=False),
    Column("saved_at", Text, nullable=False),
    Column("actor", Text),  # whose it is; nobody else may use it
    Column("paper", JSON(none_as_null=True)),  # the finished paper as it was shown last
    Column("outcome", JSON(none_as_null=True)),  # what became of it: {"paper": id}, {"proposal": number} or {}
    PrimaryKeyConstraint("workspace_id", "token"),
)

# Papers that somebody proposed and no curator has decided on.
candidates = Table(
    "candidates",
    metadata,
    Column("number", Integer, primary_key=True),
    _workspace(),
    Column("form", JSON, nullable=False),
    Column("proposed_by", Text),
    Column("proposer", Text),
    Column("proposed_at", Text, nullable=False),
    Column("paper", JSON(none_as_null=True)),  # the finished paper as it was shown; without it, of before that was kept
    Column("locale", Text),  # the proposer's language
    Index("candidates_workspace", "workspace_id", "number"),
    sqlite_autoincrement=True,
)

# Words for the same thing: a search for one also finds the other.
aliases = Table(
    "aliases",
    metadata,
    _workspace(),
    Column("name", Text, nullable=False),
    Column("meaning", Text, nullable=False),
    PrimaryKeyConstraint("workspace_id", "name", "meaning"),
)

# What sources said of papers, of no workspace: it is the same for everybody, and they ask not to be asked twice.
metadata_cache = Table(
    "metadata_cache",
    metadata,
    Column("key", Text, primary_key=True),  # arxiv:2307.08621 · doi:… · url:…
    Column("answer", JSON, nullable=False),
    Column("kept_until", Text, nullable=False),
)

# The interactions that changed something, of no workspace: two processes on one token get each of them.
interactions = Table(
    "interactions",
    metadata,
    Column("id", Text, primary_key=True),  # discord:<interaction id>
    Column("claimed_at", Text, nullable=False),
)

# Servers that the bot was invited into, of no workspace: who may use the bot is decided before whose collection it is.
servers = Table(
    "servers",
    metadata,
    Column("id", Text, primary_key=True),  # discord:<server id>
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),  # allowed · waiting · refused
    Column("since", Text, nullable=False),
)

# What the installation itself remembers, of no workspace: the last tick, which commands Discord has.
state = Table("state", metadata, Column("name", Text, primary_key=True), Column("text", Text, nullable=False))
