"""From a form to a saved feed: what a new feed would bring in, or what another filter would change, before it is saved.

preview = await drafts.begin(workspace, token, url, texts, person)     # a new feed is tried over the network
form = await drafts.open_change(workspace, token, name, person)        # what the form of a feed's filter shows
preview = await drafts.answer(workspace, token, texts, person)
saved = await drafts.save(workspace, token, preview.fingerprint, person)

A draft is stored with the others, so its buttons work after a restart; one that was used is kept with what became of
it, so that a second press saves nothing more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from bot.domain.errors import ConflictError, StaleError
from bot.domain.feed import Feed
from bot.domain.feed_address import FeedAddress, Look
from bot.domain.feed_filter_text import filter_from, texts_of
from bot.domain.feed_request import FeedRequest, free_name, request_from, valid_address, valid_name
from bot.domain.identifiers import canonical_url
from bot.i18n import CommandName, msg
from bot.services.draft_access import gone_error, require_own, used_error
from bot.services.feeds.filter_effect import effect_of
from bot.services.feeds.management import named_feed, no_feed
from bot.services.feeds.outcomes import FeedForm, FeedPreview, SavedFeed
from bot.services.feeds.polling import Polling
from bot.services.feeds.trial import FeedTrials
from bot.services.papers.submitter import Submitter
from bot.services.ports import Clock
from bot.store import drafts, feed_addresses, feeds
from bot.store.connection import StoreConnection
from bot.store.database import Database

MOST_FEEDS = 100  # of a workspace


class FeedDrafts:
    """Leads a feed from its form to the store. A draft belongs to the person who began it, a curator."""

    def __init__(self, database: Database, clock: Clock, trials: FeedTrials, polling: Polling) -> None:
        self._database, self._clock, self._trials, self._polling = database, clock, trials, polling

    async def begin(
        self, workspace_id: int, token: str, url: str, texts: Mapping[str, str], by: Submitter
    ) -> FeedPreview:
        """Store a draft of a new feed after trying it; the feed may also be one that the page at the address names.

        `texts` are its name and filter, as far as they are given. Raises InputError for a wrong rule or name,
        ConflictError for a feed that is there already, both before anything is requested, and SourceError.
        """
        by.require_curator()
        request = FeedRequest(valid_address(url), filter_from(texts), texts.get("name", ""))
        return await self._try(workspace_id, token, request, by)

    async def open_change(self, workspace_id: int, token: str, name: str, by: Submitter) -> FeedForm:
        """Store a draft of another filter for a feed, and return the form of it. Raises NotFoundError."""
        by.require_curator()
        async with self._database.write() as connection:
            feed = await named_feed(connection, workspace_id, name)
            request = FeedRequest(feed.url, feed.filter, feed.name, feed.id, feed.filter)
            await self._write(connection, workspace_id, token, request, by)
        return _form_of(request)

    async def form(self, workspace_id: int, token: str, by: Submitter) -> FeedForm:
        """Return the form of a draft with its values. Raises NotFoundError and NotAllowedError."""
        return _form_of(await self._request(workspace_id, token, by))

    async def answer(self, workspace_id: int, token: str, texts: Mapping[str, str], by: Submitter) -> FeedPreview:
        """Store a form's values, by the fields of a filter and `name`, and return what they would do.

        Raises what `begin` raises; the form can be opened again with the values.
        """
        request = await self._request(workspace_id, token, by)
        name = request.name if request.feed_id else texts.get("name", request.name)
        request = replace(request, filter=filter_from(texts, request.filter), name=name)
        await self._store(workspace_id, token, request, by)
        if request.feed_id is None:
            return await self._try(workspace_id, token, request, by)
        request.filter.compiled()
        return await self._changed(workspace_id, request)

    async def save(self, workspace_id: int, token: str, expected: str, by: Submitter) -> SavedFeed:
        """Save a draft as it was shown; `expected` is its fingerprint. Pressing twice saves once.

        Raises StaleError when it is not what was shown, NotFoundError, NotAllowedError and ConflictError.
        """
        by.require_curator()
        look = None
        async with self._database.write() as connection:
            stored = require_own(await drafts.get(connection, workspace_id, token), by.actor, of_feed=True)
            request = request_from(stored.form["feed"])
            if stored.outcome is not None:
                return await _repeated(connection, workspace_id, request, stored.outcome)
            if fingerprint(request) != expected:
                raise StaleError(
                    msg("This is not what was shown last, so nothing was saved; look at the newest preview.")
                )
            if request.feed_id is None:
                feed, look = await self._add(connection, workspace_id, request, by)
            else:
                feed = await _change(connection, workspace_id, request)
            await drafts.save_outcome(connection, workspace_id, token, {"feed": feed.name})
        if look:
            feed = await self._polling.adopt(feed, look)
        return SavedFeed(feed, request.feed_id is None)

    async def discard(self, workspace_id: int, token: str, by: Submitter) -> None:
        """Discard a draft. Raises NotFoundError when it has been saved."""
        async with self._database.write() as connection:
            if require_own(await drafts.get(connection, workspace_id, token), by.actor, of_feed=True).outcome:
                raise used_error()
            await drafts.save_outcome(connection, workspace_id, token, {})

    async def _request(self, workspace_id: int, token: str, by: Submitter) -> FeedRequest:
        by.require_curator()
        async with self._database.read() as connection:
            stored = require_own(await drafts.get(connection, workspace_id, token), by.actor, of_feed=True)
        if stored.outcome is not None:
            raise used_error()
        return request_from(stored.form["feed"])

    async def _try(self, workspace_id: int, token: str, request: FeedRequest, by: Submitter) -> FeedPreview:
        request.filter.compiled()
        await self._named(workspace_id, request, "")
        url, trial = await self._trials.find(workspace_id, request.url, request.filter)
        request = await self._named(workspace_id, replace(request, url=url), trial.document.title)
        await self._store(workspace_id, token, request, by)
        return FeedPreview(request, fingerprint(request), trial)

    async def _named(self, workspace_id: int, request: FeedRequest, title: str) -> FeedRequest:
        async with self._database.read() as connection:
            return await _with_free_name(connection, workspace_id, request, title)

    async def _changed(self, workspace_id: int, request: FeedRequest) -> FeedPreview:
        async with self._database.read() as connection:
            feed = await named_feed(connection, workspace_id, request.name)
        effect = await effect_of(self._database, self._trials, feed, request.before or feed.filter, request.filter)
        return FeedPreview(request, fingerprint(request), effect=effect)

    async def _store(self, workspace_id: int, token: str, request: FeedRequest, by: Submitter) -> None:
        async with self._database.write() as connection:
            await self._write(connection, workspace_id, token, request, by)

    async def _write(
        self, connection: StoreConnection, workspace_id: int, token: str, request: FeedRequest, by: Submitter
    ) -> None:
        form = {"feed": request.columns()}
        if not await drafts.save(connection, workspace_id, token, form, self._clock(), by.actor):
            raise used_error()

    async def _add(
        self, connection: StoreConnection, workspace_id: int, request: FeedRequest, by: Submitter
    ) -> tuple[Feed, Look | None]:
        """Insert a feed; return with it what the trial of a new address brought, which nobody polls meanwhile."""
        await _with_free_name(connection, workspace_id, request, "")
        now, is_known = self._clock(), await feed_addresses.of_place(connection, request.url)
        feed = await feeds.add(connection, workspace_id, request.name, request.url, request.filter, now, by=by.name)
        look = None if is_known else self._trials.recent(request.url)
        if look:
            await feed_addresses.extend(connection, [feed.address_id], now)
        return feed, look


async def _with_free_name(
    connection: StoreConnection, workspace_id: int, request: FeedRequest, title: str
) -> FeedRequest:
    """Return a request for a new feed with a name. Raises ConflictError if the workspace has the feed or the name."""
    every, known = await feeds.all_of(connection, workspace_id), await feed_addresses.of_place(connection, request.url)
    if same := next((each for each in every if _is_same(each, request.url, known)), None):
        raise ConflictError(msg('That feed is there already, as "{name}".', name=same.name))
    if len(every) >= MOST_FEEDS:
        raise ConflictError(msg("There are {most} feeds already; remove one first.", most=MOST_FEEDS))
    names = {each.name for each in every}
    if not request.name.strip():
        return replace(request, name=free_name(title, request.url, names))
    name = valid_name(request.name)
    if name in names:
        raise ConflictError(msg('Another feed is called "{name}" already.', name=name))
    return replace(request, name=name)


def _is_same(feed: Feed, url: str, known: FeedAddress | None) -> bool:
    """Return whether a feed has an address, written in any way, or moved there for good."""
    return canonical_url(feed.url) == canonical_url(url) or (known is not None and feed.address_id == known.id)


async def _change(connection: StoreConnection, workspace_id: int, request: FeedRequest) -> Feed:
    """Save another filter, unless the filter has changed since it was shown. Raises StaleError and NotFoundError."""
    feed = await named_feed(connection, workspace_id, request.name)
    if feed.id != request.feed_id or feed.filter != request.before:
        raise StaleError(
            msg(
                'The filter of "{name}" was changed meanwhile, so nothing was saved; look at it again with {command}.',
                name=feed.name,
                command=CommandName("feed edit"),
            )
        )
    await feeds.save(connection, feed.id, **feeds.columns_of(request.filter))
    return await named_feed(connection, workspace_id, request.name)


async def _repeated(
    connection: StoreConnection, workspace_id: int, request: FeedRequest, outcome: Mapping[str, str]
) -> SavedFeed:
    if not outcome:
        raise gone_error(of_feed=True)
    if feed := await feeds.by_name(connection, workspace_id, outcome["feed"]):
        return SavedFeed(feed, request.feed_id is None)
    raise no_feed(outcome["feed"], ())


def _form_of(request: FeedRequest) -> FeedForm:
    return FeedForm(request.name if request.feed_id is None else None, texts_of(request.filter))


def fingerprint(request: FeedRequest) -> str:
    """Return a short hash of a request: a button that carries it saves only what was shown."""
    content = json.dumps(request.columns(), sort_keys=True)
    return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
