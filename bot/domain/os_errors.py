"""What the operating system refuses, in the reader's language."""

from __future__ import annotations

import errno

from bot.i18n import Message, msg

_REASONS = {
    errno.EACCES: msg("this user has no right to"),
    errno.EPERM: msg("this user has no right to"),
    errno.EROFS: msg("the disk is read-only"),
    errno.ENOSPC: msg("the disk is full"),
    errno.EDQUOT: msg("this user's share of the disk is used up"),
    errno.EFBIG: msg("the file would become larger than is allowed here"),
    errno.ENOENT: msg("there is none"),
    errno.EISDIR: msg("it is a folder"),
    errno.ENOTDIR: msg("a part of the path is a file, not a folder"),
    errno.EIO: msg("the disk reports an error"),
}


def os_reason(error: OSError) -> Message | str:
    """Return why the operating system refused something."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
