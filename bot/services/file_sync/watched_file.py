"""The papers file: reading, encoding, and detecting changes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from bot.formats.encoding import decode

if TYPE_CHECKING:
    from bot.formats.yaml_document import YamlDocument


def read_file_document(content: bytes | None, file: str) -> YamlDocument:
    """Return a file's content as a document. Raises FileError with line and column."""
    from bot.formats.yaml_document import read_document

    return read_document(decode(content or b"", "yaml", file), file)


def encode_like(text: str, before: bytes | None) -> bytes:
    """Encode the text with the line ends and the byte order mark that the file had before."""
    content = text.replace("\n", "\r\n").encode() if before and b"\r\n" in before else text.encode()
    return b"\xef\xbb\xbf" + content if before and before.startswith(b"\xef\xbb\xbf") else content


def digest_of(content: bytes | None) -> str:
    """Return a hash of a file's bytes."""
    return hashlib.blake2b(content or b"", digest_size=16).hexdigest()


def signature_of(path: Path) -> object:
    """Return the file's modification time, size and inode, so that a change shows without reading the file."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return state.st_mtime_ns, state.st_size, state.st_ino
