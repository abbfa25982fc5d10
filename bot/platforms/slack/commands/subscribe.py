"""/digest subscribe: subscribes a channel as the text says, or opens a form for it."""

from __future__ import annotations

from contextlib import suppress

from bot.domain.errors import InputError, ScheduleError
from bot.domain.schedule import parse_schedule
from bot.i18n import LANGUAGES, CommandName, Locale, msg, t
from bot.platforms.slack import blocks as kit
from bot.platforms.slack import response
from bot.platforms.slack.blocks import Block
from bot.platforms.slack.channels import address_of, channel_in, enter, without_links
from bot.platforms.slack.context import Interaction
from bot.platforms.slack.forms import Values
from bot.platforms.slack.response import Answer
from bot.platforms.slack.subscription_lines import subscription_line, subscriptions_of

SUBSCRIBE = "subscribe"
_LONGEST_SCHEDULE, _LONGEST_TAGS = 60, 300
_MOST_WORDS = 10  # of a schedule: `every 2 weeks on mon, thu 09:00 from 2026-11-30`


async def subscribe(interaction: Interaction, text: str) -> None:
    """Subscribe the channel that a text names, or else this one; without a schedule, open the form."""
    if text.startswith(("#", "＃")):
        raise _unknown_channel(text)
    channel, request = channel_in(text)
    if not request:
        await response.open_modal(interaction, _form(interaction, channel))
        return
    schedule, tags = _split(request)
    await _subscribe(interaction, channel or interaction.origin.channel, schedule, tags, None)


async def submit(interaction: Interaction, values: Values) -> None:
    """Subscribe the channel that was chosen in the form."""
    interaction.actor.require_curator()
    language = values.get("language")
    locale = next((each for each in LANGUAGES if each == language), None)
    await _subscribe(interaction, values["channel"], values.get("schedule", ""), values.get("tags", ""), locale)


def validate(values: Values, locale: Locale) -> dict[str, str]:
    """Return what is wrong with the schedule."""
    try:
        parse_schedule(values.get("schedule", ""))
    except ScheduleError as error:
        return {"schedule": error.text(locale)}
    return {}


async def _subscribe(interaction: Interaction, channel: str, schedule: str, tags: str, locale: Locale | None) -> None:
    actor, subscriptions = interaction.actor, subscriptions_of(interaction)
    name = await enter(interaction, channel)
    subscription = await subscriptions.subscribe(
        address_of(interaction, channel), name, schedule, without_links(tags), locale, actor.services.locale
    )
    heading, outlook = map(actor.say, await subscriptions.confirmation(subscription))
    await response.send(interaction, Answer("\n".join((heading, subscription_line(subscription, actor), outlook))))


def _split(text: str) -> tuple[str, str]:
    """Return the longest schedule with which a text begins, and the tags after it. Raises ScheduleError."""
    words = text.split()
    for n in range(min(len(words), _MOST_WORDS), 0, -1):
        with suppress(ScheduleError):
            return parse_schedule(" ".join(words[:n])).text, " ".join(words[n:])
    return parse_schedule(text).text, ""


def _unknown_channel(text: str) -> InputError:
    """Return the error for a channel whose id Slack did not send: a private one, or a name that was pasted."""
    return InputError(
        msg(
            "Slack did not tell which channel {name} is; write {command} alone and choose it there.",
            name=text.split()[0][:80],
            command=CommandName("digest subscribe"),
        )
    )


def _form(interaction: Interaction, channel: str) -> Block:
    """Return the form, with this channel chosen, or else the one where the person is."""
    locale = interaction.actor.locale
    languages = [kit.option(name, each) for each, name in LANGUAGES.items()]
    inputs = [
        kit.input_block(
            "channel",
            t(locale, "Channel"),
            kit.channel_menu("value", t(locale, "The channel that receives it"), channel),
            is_optional=False,
        ),
        kit.input_block(
            "schedule",
            t(locale, "Schedule"),
            kit.text_input(_LONGEST_SCHEDULE, t(locale, "mon 09:00")),
            hint=t(locale, "mon 09:00, mon,thu 08:30, daily 09:00, first mon 09:00, every 2 weeks mon 09:00"),
            is_optional=False,
        ),
        kit.input_block(
            "tags",
            t(locale, "Tags"),
            kit.text_input(_LONGEST_TAGS, placeholder="RAG, LLM"),
            hint=t(locale, "Only papers with one of these tags; without any, all papers."),
        ),
        kit.input_block(
            "language",
            t(locale, "Language"),
            kit.menu("value", t(locale, "As it is"), languages),
            hint=t(locale, "The digest's language; without it, it stays as it is."),
        ),
    ]
    title, metadata = t(locale, "Subscribe a channel"), interaction.origin.metadata()
    return response.modal(title, inputs, locale, SUBSCRIBE, metadata, submit=t(locale, "Subscribe"))
