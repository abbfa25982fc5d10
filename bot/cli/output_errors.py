"""The end of standard output: what cannot be written is told in one line."""

from __future__ import annotations

import errno
import os
import sys

from bot.domain.os_errors import os_reason
from bot.i18n import Locale, msg
from bot.platforms.console.output import print_line

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE)


def exit_if_unwritable(error: OSError, locale: Locale) -> None:
    """End with status 1 and one line if the error says that output cannot be written; otherwise return.

    A reader that has gone, such as `head`, is told nothing.
    """
    if error.errno not in _UNWRITABLE or error.filename is not None:
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter's last flush fails too
    if error.errno != errno.EPIPE:
        unwritable = msg("The output cannot be written: {reason}", reason=os_reason(error))
        print_line(unwritable.text(locale), sys.stderr)
    raise SystemExit(1) from error
