"""Names of files for ids, tags and people: lower-case ASCII, the same at every build, and distinct on every system."""

from __future__ import annotations

import re
from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b

from bot.domain.text import normalized

_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?")
_RESERVED = re.compile(r"index(?:\..*)?|(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_MARKED = re.compile(r"-[a-z2-7]{10}\Z")  # as a name with a hash ends; such an id gets one too
_OTHER = re.compile(r"[^a-z0-9]+")
_LONGEST, _READABLE = 80, 40


@lru_cache(maxsize=65_536)
def file_name(name: str) -> str:
    """Return the name of the file for an id, a tag or a person, without its extension.

    A plain id is its own name. Any other gets what is readable of it and a hash, since file systems differ in what
    they allow, in case and in the forms of Unicode.
    """
    if len(name) <= _LONGEST and _PLAIN.fullmatch(name) and not (_RESERVED.fullmatch(name) or _MARKED.search(name)):
        return name
    readable = _OTHER.sub("-", normalized("NFKD", name[:200]).lower()).strip("-")[:_READABLE].rstrip("-")
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=7).digest()
    mark = b32encode(digest).decode().lower()[:10]
    return f"{readable}-{mark}" if readable else f"x-{mark}"
