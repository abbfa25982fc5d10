"""The sections of the settings, each with its defaults and what its values may be."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bot.config_values import (
    as_list,
    valid_base_url,
    valid_channel,
    valid_contact,
    valid_feed,
    valid_listen,
    valid_rule,
    valid_schedule,
    valid_server,
    valid_shards,
    valid_slack_command,
)

Texts = Annotated[tuple[str, ...], BeforeValidator(as_list)]
_Rules = Annotated[tuple[Annotated[str, AfterValidator(valid_rule)], ...], BeforeValidator(as_list)]


class Section(BaseModel):
    """A part of the settings: frozen, and without unknown keys."""

    # pydantic's own engine takes 0.8 MiB and 3 ms for the patterns
    model_config = ConfigDict(extra="forbid", frozen=True, regex_engine="python-re")


class DigestSettings(Section):
    """How editions are composed."""

    max_papers: Annotated[int, Field(ge=1, le=50)] = 10
    when_empty: Literal["revisit", "notice", "skip"] = "revisit"
    catch_up_hours: Annotated[float, Field(ge=0, le=24 * 31)] = 24

    @property
    def catch_up(self) -> timedelta:
        """Return how late a missed edition may still go out."""
        return timedelta(hours=self.catch_up_hours)


class SubscriptionSettings(Section):
    """A channel that receives the digest."""

    name: Annotated[str, Field(pattern=r"^\S{1,80}\Z")]
    channel: Annotated[str, AfterValidator(valid_channel)]
    schedule: Annotated[str, AfterValidator(valid_schedule)] = "mon 09:00"
    tags: Texts = ()


class FeedSettings(Section):
    """A feed, and what its entries must be to be offered."""

    name: Annotated[str, Field(pattern=r"^\S{1,80}\Z")]
    url: Annotated[str, AfterValidator(valid_feed)]
    include: _Rules = ()
    exclude: _Rules = ()
    authors: Texts = ()
    tags: Texts = ()


class InboxSettings(Section):
    """How long a feed's find waits for a decision."""

    keep_days: Annotated[int, Field(ge=1, le=366)] = 30


class BackupSettings(Section):
    """Where a copy is put every night, and how many days are kept."""

    folder: str = "backups"
    keep: Annotated[int, Field(ge=1, le=366)] = 7


class HealthSettings(Section):
    """The address at which the bot can be asked how it is."""

    listen: Annotated[str, AfterValidator(valid_listen)] = ""


class SiteSettings(Section):
    """The folder where the bot keeps the collection as a site, and the address where that stands."""

    folder: str = ""
    base_url: Annotated[str, AfterValidator(valid_base_url)] = ""


class DiscordSettings(Section):
    """Discord's address, this process's shards, and the only servers to serve; with none listed, the store decides."""

    api_url: Annotated[str, Field(pattern=r"^https?://\S+\Z")] = "https://discord.com/api/v10"
    servers: Annotated[tuple[Annotated[str, BeforeValidator(valid_server)], ...], BeforeValidator(as_list)] = ()
    shards: Annotated[str, AfterValidator(valid_shards)] = ""


Address = Annotated[str, Field(pattern=r"^https?://\S+\Z")]


class SlackSettings(Section):
    """Where Slack is, whether links to papers are recognised there, and the command that reaches all others."""

    api_url: Address = "https://slack.com/api/"
    unfurl: bool = True
    command: Annotated[str, BeforeValidator(valid_slack_command)] = "dayori"


class SourcesSettings(Section):
    """Where metadata comes from, and how the bot identifies itself there."""

    arxiv_url: Address = "https://export.arxiv.org/api/query"
    arxiv_listing_url: Address = "https://arxiv.org/list"
    crossref_url: Address = "https://api.crossref.org"
    doi_url: Address = "https://doi.org"
    openreview_url: Address = "https://api2.openreview.net"
    openreview_site_url: Address = "https://openreview.net"
    acl_url: Address = "https://aclanthology.org"
    contact: Annotated[str, Field(pattern=r"^[\x20-\x7e]{0,200}\Z"), AfterValidator(valid_contact)] = ""
    allowed_hosts: Texts = ()
