"""What App Home shows: the latest edition, a search, and what the person added, proposed or has to decide."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.candidate import proposed_paper
from bot.domain.paper import Paper
from bot.domain.text import clip
from bot.i18n import CommandName, msg, t, tn
from bot.platforms.slack import blocks as kit
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.commands.addpaper import ADD
from bot.platforms.slack.commands.editpaper import EDIT
from bot.platforms.slack.context import Actor
from bot.platforms.slack.inbox_card import NEXT
from bot.platforms.slack.mrkdwn import bold, channel, day, day_and_time, escape_within
from bot.platforms.slack.paper_list import BETWEEN, LONGEST_QUERY, OPEN, linked
from bot.services.digests.server_subscriptions import NO_SUBSCRIPTION
from bot.services.digests.subscription_status import SubscriptionStatus
from bot.services.papers.provenance import provenance
from bot.services.personal_pages import FrontPage, PersonalPage

FIND = "find"
_PAPERS, _PROPOSALS, _CHANNELS = 25, 5, 5  # Slack takes 100 blocks
_LONGEST_FACTS = 300


def home_view(page: PersonalPage, actor: Actor) -> Block:
    """Return a person's Home."""
    blocks = [
        *_head(page.front, actor),
        *(_edition(page.front, actor) if page.front.papers else _welcome(actor)),
        *_coming(page.front, actor),
        *_additions(page, actor),
        *_proposals(page, actor),
    ]
    return {"type": "home", "blocks": blocks}


def _head(page: FrontPage, actor: Actor) -> Iterator[Block]:
    locale = actor.locale
    yield kit.header("📮 論文だより")
    buttons = [kit.button(ADD, t(locale, "Add a paper"), style="primary")]
    if page.papers:
        buttons.append(kit.button(f"{FIND}.all", t(locale, "All papers")))
    if actor.is_curator and page.waiting:
        waiting = tn(locale, "Inbox: {n} candidate waits", "Inbox: {n} candidates wait", page.waiting)
        buttons.append(kit.button(NEXT, waiting))
    yield kit.actions(*buttons)
    if page.papers:
        placeholder = t(locale, "A title, a word, an author, a link …")
        yield kit.search_field(FIND, t(locale, "Look up a paper"), placeholder, LONGEST_QUERY)


def _edition(page: FrontPage, actor: Actor) -> Iterator[Block]:
    """Yield the latest edition, or before the first one the newest papers."""
    locale, edition = actor.locale, page.edition
    if edition:
        place = f"{day(edition.composed_at)}{BETWEEN}{channel(edition.channel)}"
        yield from _heading(t(locale, "The latest: no. {number}", number=edition.number), place)
    else:
        yield from _heading(t(locale, "Added last"))
    for n, paper in enumerate(page.papers[:_PAPERS]):
        title = clip(paper.title, 120) if paper.headline else ""
        facts = BETWEEN.join(filter(None, (paper.date.text(locale) if paper.date else "", title)))
        yield _row(paper, escape_within(facts, _LONGEST_FACTS), _open(n, paper, actor))
    if more := len(page.papers[_PAPERS:]):
        yield kit.context(tn(locale, "{n} more paper is in the channel.", "{n} more papers are in the channel.", more))


def _welcome(actor: Actor) -> Iterator[Block]:
    """Yield how to begin with an empty collection."""
    add, subscribe, help = (CommandName(name) for name in ("addpaper", "digest subscribe", "help"))
    steps = (
        msg("Press the button above or write {command}; the link of a paper is enough.", command=add),
        msg("Write {command} in a channel, and what is new comes there every week.", command=subscribe),
        msg("{command} lists all commands.", command=help),
    )
    yield from _heading(t(actor.locale, "Your team has no papers here yet. This is how to begin:"))
    yield kit.section("\n".join(f"{n}. {actor.say(step)}" for n, step in enumerate(steps, 1)))


def _coming(page: FrontPage, actor: Actor) -> Iterator[Block]:
    """Yield when the next editions come."""
    if page.subscriptions:
        yield kit.context("\n".join(_next_edition(each, actor) for each in page.subscriptions[:_CHANNELS]))
    elif page.papers:
        yield kit.context(actor.say(NO_SUBSCRIPTION))


def _next_edition(status: SubscriptionStatus, actor: Actor) -> str:
    if reason := status.subscription.paused_reason:
        text = actor.say(msg("Paused: {reason}", reason=reason))
    else:
        text = status.next_line(actor.locale, day_and_time)
    return channel(status.subscription.channel) + BETWEEN + text


def _additions(page: PersonalPage, actor: Actor) -> Iterator[Block]:
    if not page.additions:
        return
    yield from _heading(t(actor.locale, "What you added"))
    for n, paper in enumerate(page.additions):
        edit = kit.button(f"{EDIT}.{n}", t(actor.locale, "Edit"), paper.id)
        button = edit if actor.is_curator else _open(n, paper, actor)
        yield _row(paper, "\n".join(map(actor.say, provenance(paper, None))), button)


def _proposals(page: PersonalPage, actor: Actor) -> Iterator[Block]:
    if not page.proposals:
        return
    waiting = tn(
        actor.locale,
        "{n} proposal of yours waits for a curator",
        "{n} proposals of yours wait for a curator",
        len(page.proposals),
    )
    yield from _heading(waiting)
    for each in page.proposals[:_PROPOSALS]:
        yield _row(proposed_paper(each), actor.say(msg("Proposed {when}.", when=each.proposed_at)))


def _heading(text: str, below: str = "") -> Iterator[Block]:
    yield {"type": "divider"}
    yield kit.section("\n".join(filter(None, (bold(text), below))))


def _row(paper: Paper, below: str, button: Block | None = None) -> Block:
    return kit.section("\n".join(filter(None, (linked(paper), below))), button)


def _open(n: int, paper: Paper, actor: Actor) -> Block:
    return kit.button(f"{OPEN}.{n}", t(actor.locale, "Open"), paper.id)
