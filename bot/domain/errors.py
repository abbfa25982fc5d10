"""All errors of the product. Every message is a sentence that can be shown to the person who caused it.

DayoriError
├── ConfigError        the settings or the environment
├── InputError         a person's input or a file's content
│   ├── DateError      an invalid date
│   ├── ScheduleError  an invalid schedule
│   └── FileError      a file's content, with its place
├── NotFoundError      nothing has that name or id
│   └── DecidedError   a candidate that no longer waits, or on which nothing was decided
├── NotAllowedError    the person may not do this
├── RateLimitError     too many requests of one person
├── ConflictError      two things that contradict each other
│   ├── StaleError     somebody changed it after it was shown
│   └── DuplicateError another process answers the same request
├── StoreError         the database
│   ├── MissingStoreError   there is no database yet, or an empty one
│   ├── DamagedStoreError   its file is damaged; a copy brings it back
│   ├── LostStoreError      its server is gone for now
│   └── ServerStoreError    its server, or this user's rights there, keep it from being used
├── SourceError        a source of metadata is down, refuses or sends nonsense
│   ├── SourceSettingError  the settings keep the source from being queried
│   ├── UnknownPaperError   the source does not know the paper
│   ├── FeedElsewhereError  a web page that names the address of its feed
│   └── SourceBusyError     the source wants no requests for a while
└── PublishError       a platform did not take a message
    ├── ChannelClosedError   the channel is gone or closed to the bot
    ├── UnknownOutcomeError  the message may or may not have arrived
    ├── BlockedError         somebody has to help first
    │   └── UnfinishedSearchError  a search for a message is not finished
    ├── UnreachableError     the platform did not answer
    └── RetryLaterError      the platform wants the message later
"""

from __future__ import annotations

from bot.domain.text import clean
from bot.i18n import Locale, Message, msg


def _clean(message: Message) -> Message:
    """Return the message with its quoted texts from outside cleaned, on one line."""
    quoted = {
        name: _clean(value)
        if isinstance(value, Message)
        else clean(value).replace("\n", " ")
        if isinstance(value, str)
        else value
        for name, value in message.values.items()
    }
    return Message(message.sentence, quoted)


class DayoriError(Exception):
    """Any failure that can be described in one sentence."""

    def __init__(self, message: Message) -> None:
        self.message = _clean(message)
        super().__init__(self.message.text("en"))

    def text(self, locale: Locale) -> str:
        """Return the sentence in the reader's language."""
        return self.message.text(locale)


class ConfigError(DayoriError):
    """The settings or the environment are wrong."""


class InputError(DayoriError):
    """What a person typed or a file contains cannot be used."""


class DateError(InputError):
    """A date cannot be read."""


class ScheduleError(InputError):
    """A schedule cannot be read."""


class FileError(InputError):
    """A file cannot be used; the message starts with its place.

    `line` and `column` count from 1; 0 means unknown. `entry` counts the file's papers from 0.
    """

    def __init__(
        self, message: Message, *, file: str, line: int = 0, column: int = 0, entry: int | None = None
    ) -> None:
        place = file + (f":{line}" if line else "") + (f":{column}" if line and column else "")
        super().__init__(msg("{place}: {problem}", place=place, problem=message))
        self.problem, self.file, self.line, self.column, self.entry = message, file, line, column, entry

    def at(self, line: int, column: int) -> FileError:
        """Return the error with a place that was determined later."""
        return FileError(self.problem, file=self.file, line=line, column=column, entry=self.entry)


class NotFoundError(DayoriError):
    """Nothing has that name or id."""


class DecidedError(NotFoundError):
    """A candidate is not as it was shown: somebody decided on it meanwhile, or took the decision back."""


class NotAllowedError(DayoriError):
    """The person may not do this."""


class NotCuratorError(NotAllowedError):
    """Only a curator may do this."""

    def __init__(self) -> None:
        super().__init__(
            msg("Only curators may do this: administrators, and those whom the settings name as curators.")
        )


class RateLimitError(DayoriError):
    """The person sends too many requests, and may continue after some seconds."""

    def __init__(self, message: Message, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class ConflictError(DayoriError):
    """Two things contradict each other: one id for two papers, two edits of one paper."""


class StaleError(ConflictError):
    """Somebody changed it after the person saw it."""


class DuplicateError(ConflictError):
    """Another process answers the same request, so this one has nothing to do."""


class StoreError(DayoriError):
    """The database cannot be used."""


class MissingStoreError(StoreError):
    """There is no database yet, or an empty one; if there was one, a copy brings it back."""


class DamagedStoreError(StoreError):
    """The file of the database is damaged, or is no database; a copy has to be restored."""


class ClosedStoreError(StoreError):
    """The database was closed, because the program ends."""


class LostStoreError(StoreError):
    """The database's server is gone for now; the store itself tells the log, once."""


class ServerStoreError(StoreError):
    """The server keeps the database from being used; `remedy` is what to do, None if the message tells."""

    def __init__(self, message: Message, remedy: Message | None) -> None:
        super().__init__(message)
        self.remedy = remedy


class SourceError(DayoriError):
    """A source of metadata is down, refuses or makes no sense."""


class SourceSettingError(SourceError):
    """This program's settings keep a source from being queried; no request was sent."""


class UnknownPaperError(SourceError):
    """The source answered that it does not know the paper."""


class FeedElsewhereError(SourceError):
    """The address is that of a web page, whose feed is at another `address`."""

    def __init__(self, message: Message, address: str) -> None:
        super().__init__(message)
        self.address = address


class SourceBusyError(SourceError):
    """The source wants no requests for some seconds."""

    def __init__(self, message: Message, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class PublishError(DayoriError):
    """A platform would not take a message."""


class ChannelClosedError(PublishError):
    """The channel is gone or does not let the bot post; retrying is useless until somebody changes that."""


class UnknownOutcomeError(PublishError):
    """The platform gave no clear answer: the message may or may not have arrived."""


class BlockedError(PublishError):
    """The edition needs somebody's help; it is retried automatically all the same."""


class UnfinishedSearchError(BlockedError):
    """A search ended before it found the message; the next search may start at `anchor`."""

    def __init__(self, message: Message, anchor: str) -> None:
        super().__init__(message)
        self.anchor = anchor


class UnreachableError(PublishError):
    """The platform did not answer at all; it may do so later."""


class RetryLaterError(PublishError):
    """The platform wants this message in some `seconds`, or with `is_global` no message at all until then."""

    def __init__(self, message: Message, seconds: float, *, is_global: bool) -> None:
        super().__init__(message)
        self.seconds, self.is_global = seconds, is_global
