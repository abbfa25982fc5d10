"""The public ids of papers, in the many forms in which people paste them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from bot.domain.text import normalized

_ARXIV_ID = r"(?:\d{4}\.\d{4,5}|[a-z][a-z-]+(?:\.[A-Z]{2})?/\d{7})"
# The patterns that are texts are compiled at their first use: together they would take a millisecond of every start.
_ARXIV = rf"(?i)(?:arxiv:\s*)?({_ARXIV_ID})(?:v\d+)?"
_ARXIV_PATH = rf"(?i)/(?:abs|pdf|html|format|e-print|src|papers|overview|forum)/({_ARXIV_ID})(?:v\d+)?(?:\.pdf)?/?"
_ARXIV_HOSTS = ("arxiv.org", "alphaxiv.org", "huggingface.co", "ar5iv.org", "ar5iv.labs.arxiv.org")
_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_DOI_IN_PATH = re.compile(r"(10\.\d{4,9}/[^?#\s]+)")
_DOI_TAIL = re.compile(r"(?:/(?:full|pdf|epdf|abstract|meta|html)|\.pdf)$", re.IGNORECASE)
_ARXIV_DOI = rf"(?i)10\.48550/arxiv\.({_ARXIV_ID})"
_OPENREVIEW_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_ACL_ID = r"(?i)(?:\d{4}\.[a-z0-9_-]+\.\d+|[A-Z]\d{2}-\d{4,5})"
# the characters of a host name in RFC 3986, without brackets
_HOST = re.compile(r"[a-z0-9_.:~!$&*+,;=-]+", re.IGNORECASE)
_RESERVED = re.compile("[ %?#]")
# Most addresses need no correction.
_PLAIN = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z0-9-]+)(/[A-Za-z0-9._~/-]*)?")
_SLASHES = re.compile(r"^(https?):/(?!/)", re.IGNORECASE)  # a slash lost in copying
_LONGEST_ADDRESS, _LONGEST_HOST = 2000, 253  # RFC 1035
_LINK = re.compile(r"https?://[^\s<>「」『』（）、。]+", re.IGNORECASE)
_TAIL = ".,;:!?\"'"
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|ref|ref_src|si|s|t|context", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identifiers:
    """A paper's ids in canonical form: arXiv without version, DOI in lower case."""

    arxiv: str | None = None
    doi: str | None = None
    openreview: str | None = None
    acl: str | None = None

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the known ids as (scheme, id)."""
        schemes = (("arxiv", self.arxiv), ("doi", self.doi), ("openreview", self.openreview), ("acl", self.acl))
        return tuple([(name, value) for name, value in schemes if value])

    def __or__(self, other: Identifiers) -> Identifiers:
        """Return these ids, with the other's ids where one is missing here."""
        more = dict(other.pairs())
        return Identifiers(**more | dict(self.pairs())) if more else self


def arxiv_id(text: str) -> str | None:
    """Return the arXiv id if the whole text is one (`2307.08621v2`, `arXiv:…`), without its version."""
    match = re.fullmatch(_ARXIV, normalized("NFKC", text).strip())
    return _canonical_arxiv(match[1]) if match else None


def doi(text: str) -> str | None:
    """Return the DOI if the whole text is one (`10.1145/…`, `doi:…`), in lower case."""
    match = _DOI.fullmatch(normalized("NFKC", text).strip()) if text else None
    name = match[1].rstrip("/.,;").lower() if match else ""
    return name if _DOI.fullmatch(name) else None


def openreview_id(text: str) -> str | None:
    """Return the OpenReview forum id if the whole text is one."""
    return text.strip() if _OPENREVIEW_ID.fullmatch(text.strip()) else None


def acl_id(text: str) -> str | None:
    """Return the ACL Anthology id if the whole text is one."""
    return text.strip() if re.fullmatch(_ACL_ID, text.strip()) else None


def identifiers_in(text: str) -> Identifiers:
    """Return the ids in an id or a link, without the network; empty if there are none."""
    if is_url(text):
        return _from_url(text)
    if id := arxiv_id(text):
        return Identifiers(arxiv=id)
    return _from_doi(id) if (id := doi(text)) else Identifiers()


def is_url(text: str) -> bool:
    """Return whether the text is an http or https address."""
    return web_address(text) is not None


@lru_cache(maxsize=1024)  # an addition checks the same link several times
def web_address(text: str) -> str | None:
    """Return an http(s) address made safe to link (spaces and brackets quoted, ASCII host), or None if it is none."""
    if len(text) <= _LONGEST_ADDRESS and (plain := _PLAIN.fullmatch(text)):
        return text if len(plain[1]) <= _LONGEST_HOST else None
    text = _SLASHES.sub(r"\1://", text.strip())
    if not text.isprintable() or len(text) > _LONGEST_ADDRESS:
        return None
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "")[: _LONGEST_HOST + 1].encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(host) or parts.username or parts.password:
        return None
    if len(host) > _LONGEST_HOST:
        return None
    place = f"[{host}]" if ":" in host else host
    quoted = (quote(part, safe="/%:@!$&'*+,;=~?-._") for part in (parts.path, parts.query, parts.fragment))
    address = urlunsplit((parts.scheme.lower(), place + port, *quoted))
    return address if len(address) <= _LONGEST_ADDRESS else None


@lru_cache(maxsize=1024)
def canonical_url(url: str) -> str:
    """Return the form in which two links to one page are equal: no scheme, `www.`, tracking or trailing slash."""
    if plain := _PLAIN.fullmatch(url):
        return plain[1].removeprefix("www.").removeprefix("m.") + (plain[2] or "").rstrip("/")
    address = web_address(url)
    if address is None:
        return url.strip()
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = unquote(parts.path).rstrip("/")
    if not path.isprintable() or _RESERVED.search(path):
        path = "".join(c if c.isprintable() and c not in " %?#" else quote(c) for c in path)
    query = urlencode(sorted((k, v) for k, v in parse_qsl(parts.query) if not _TRACKING.fullmatch(k)))
    return host + port + path + (f"?{query}" if query else "")


def links_in(*texts: str) -> list[str]:
    """Return the web addresses in texts, each page once, in order."""
    pages: dict[str, str] = {}
    for link in (_without_tail(link) for text in texts for link in _LINK.findall(text)):
        if address := web_address(link):
            pages.setdefault(canonical_url(address), address)
    return list(pages.values())


def _without_tail(link: str) -> str:
    """Return a link without the punctuation after it; a bracket that the link opens is kept."""
    link = link[: _LONGEST_ADDRESS + 1].rstrip(_TAIL)
    for _ in range(link.count(")") - link.count("(")):
        link = link.removesuffix(")").rstrip(_TAIL)
    return link


def address_of(scheme: str, identifier: str) -> str:
    """Return the web page of an id."""
    pattern = {
        "arxiv": "https://arxiv.org/abs/{}",
        "doi": "https://doi.org/{}",
        "openreview": "https://openreview.net/forum?id={}",
        "acl": "https://aclanthology.org/{}/",
    }[scheme]
    return pattern.format(quote(identifier, safe="/()._-:;"))


def _from_url(url: str) -> Identifiers:
    if plain := _PLAIN.fullmatch(url):
        host, path, query = plain[1], plain[2] or "", ""
    else:
        parts = urlsplit(web_address(url) or url)
        host, path, query = (parts.hostname or "").lower(), unquote(parts.path), parts.query
    if _is_host(host, *_ARXIV_HOSTS) and (match := re.fullmatch(_ARXIV_PATH, path)):
        return Identifiers(arxiv=_canonical_arxiv(match[1]))
    if _is_host(host, "openreview.net"):
        forum = parse_qs(query).get("id", [""])[0]
        return Identifiers(openreview=openreview_id(forum))
    if _is_host(host, "aclanthology.org"):
        name = re.sub(r"(?:\.pdf|\.bib)$", "", path.strip("/").split("/")[0])
        return Identifiers(acl=acl_id(name))
    if match := _DOI_IN_PATH.search(path):
        in_path = doi(_DOI_TAIL.sub("", match[1].rstrip("/")))
        return _from_doi(in_path) if in_path else Identifiers()
    return Identifiers()


def _from_doi(name: str) -> Identifiers:
    match = re.fullmatch(_ARXIV_DOI, name)
    return Identifiers(arxiv=_canonical_arxiv(match[1])) if match else Identifiers(doi=name)


def _canonical_arxiv(name: str) -> str:
    if "/" not in name:
        return name
    archive, number = name.split("/")
    archive = archive.lower()
    if "." in archive:
        group, subject = archive.split(".")
        archive = f"{group}.{subject.upper()}"
    return f"{archive}/{number}"


def _is_host(host: str, *names: str) -> bool:
    return host.endswith(names) and (host in names or host.endswith(tuple(["." + name for name in names])))
