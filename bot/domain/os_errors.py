"""What the operating system refuses, in the reader's language."""

from __future__ import annotations

import errno
import re

from bot.i18n import Message, msg

_REASONS = {
    errno.EACCES: msg("this user has no right to"),
    errno.EPERM: msg("this user has no right to"),
    errno.EROFS: msg("the disk is read-only"),
    errno.ENOSPC: msg("the disk is full"),
    errno.EDQUOT: msg("this user's share of the disk is used up"),
    errno.EFBIG: msg("the file would become larger than is allowed here"),
    errno.ENOENT: msg("there is no such file or folder"),
    errno.EISDIR: msg("it is a folder"),
    errno.ENOTDIR: msg("a part of the path is a file, not a folder"),
    errno.EIO: msg("the disk reports an error"),
    errno.EADDRINUSE: msg("another program uses it"),
    errno.EADDRNOTAVAIL: msg("it is no address of this machine"),
    errno.ECONNREFUSED: msg("it refuses connections"),
}


def os_reason(error: OSError) -> Message | str:
    """Return why the operating system refused something."""
    return _REASONS.get(error.errno or _first_of_several(error)) or error.strerror or str(error)


def _first_of_several(error: OSError) -> int:
    """Return the number of the first error of those that asyncio joins in one text; 0 if there is none."""
    found = re.search(r"\[Errno (\d+)\]", str(error))
    return int(found.group(1)) if found else 0
