"""Documents of feeds as the trial's hosts serve them: RSS, Atom, arXiv's RSS, and what is broken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

_NUMBER = re.compile(rb"No\. (\d{6})")


@dataclass(frozen=True, slots=True)
class Item:
    """A paper in a feed; `number` is the same in every feed that has it, `version` that of an announcement."""

    number: int
    published: datetime
    version: int = 1

    @property
    def title(self) -> str:
        """Return the title, by which an arrival is recognised."""
        topic = ("Sleepy Attention", "Survey of Porridge", "Diffusion at Rest", "昼寝の言語モデル")[self.number % 4]
        return f"{topic} No. {self.number:06}"

    @property
    def arxiv(self) -> str:
        """Return its arXiv id."""
        return f"2611.{self.number:05}"


def rss(items: Sequence[Item], host: str, *, guids: str = "", head: str = "", ahead: timedelta = timedelta(0)) -> bytes:
    """Return RSS; `guids` is a part of every guid, and `ahead` is added to the dates."""
    body = "".join(
        f"<item><title>{escape(item.title)}</title><link>https://{host}/papers/{item.number}?utm_source=rss</link>"
        f"<guid isPermaLink='false'>{host}:{item.number}{guids}</guid>"
        f"<pubDate>{format_datetime(item.published + ahead)}</pubDate>"
        f"<description>We study number {item.number}.</description></item>"
        for item in items
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>{host}</title>{head}{body}</channel></rss>".encode()
    )


def atom(items: Sequence[Item], host: str) -> bytes:
    """Return Atom, with a DOI for every paper."""
    body = "".join(
        f"<entry><id>tag:{host},2026:{item.number}</id><title>{escape(item.title)}</title>"
        f"<link href='https://doi.org/10.5555/{item.number}'/><author><name>Ada Núñez</name></author>"
        f"<updated>{item.published.isoformat()}</updated><summary>We study number {item.number}.</summary></entry>"
        for item in items
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{host}</title><id>{host}</id>{body}</feed>".encode()


def arxiv(items: Sequence[Item], revisions: Sequence[Item], categories: Sequence[str]) -> bytes:
    """Return arXiv's RSS with new papers and new versions of earlier ones."""
    tags = "".join(f"<category>{name}</category>" for name in categories)
    kinds = (("new", items), ("replace", revisions))
    body = "".join(_arxiv_item(item, kind, tags) for kind, each in kinds for item in each)
    skipped = "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
    return (
        "<?xml version='1.0'?><rss xmlns:arxiv='http://arxiv.org/schemas/atom' "
        "xmlns:dc='http://purl.org/dc/elements/1.1/' version='2.0'><channel><title>cs updates on arXiv.org</title>"
        f"{skipped}{body}</channel></rss>"
    ).encode()


def _arxiv_item(item: Item, kind: str, tags: str) -> str:
    return (
        f"<item><title>{escape(item.title)}</title><link>https://arxiv.org/abs/{item.arxiv}</link>"
        f"<description>arXiv:{item.arxiv}v{item.version} Announce Type: {kind}\nAbstract: Number {item.number}."
        f"</description><guid isPermaLink='false'>oai:arXiv.org:{item.arxiv}v{item.version}</guid>"
        f"{tags}<arxiv:announce_type>{kind}</arxiv:announce_type>"
        "<dc:creator>Ada Núñez, Bo Field</dc:creator></item>"
    )


def announced(document: bytes) -> frozenset[int]:
    """Return the numbers of the papers that a whole document announces as new; empty for a part of one."""
    if not document.rstrip().endswith((b"</rss>", b"</feed>")):
        return frozenset()
    entries = re.split(rb"<item>|<entry>", document)[1:]
    matches = (_NUMBER.search(entry) for entry in entries if b"announce_type>replace" not in entry)
    return frozenset(int(match[1]) for match in matches if match)


BOMB = (
    b"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a '" + b"a" * 50_000 + b"'>]><rss version='2.0'><channel>"
    b"<title>b</title><item><title>" + b"&a;" * 50_000 + b"</title></item></channel></rss>"
)
CROWD = (
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>c</title>"
    + b"".join(b"<item><title>%d</title></item>" % n for n in range(100_000))
    + b"</channel></rss>"
)
