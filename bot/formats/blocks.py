"""A Markdown or HTML document as a sequence of blocks: headings, items, rows, texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit

from bot.domain.identifiers import identifiers_in, web_address
from bot.domain.paper import Link
from bot.domain.text import normalized

Kind = Literal["heading", "item", "row", "text", "quote"]
_LABELS = """
    paper papers pdf arxiv abs abstract link links url doi html full text code github git repo repository project
    projectpage page website site web homepage blog post demo video slides poster talk bibtex bib data dataset datasets
    model models weights checkpoints huggingface hf openreview acl anthology proceedings official torch pytorch jax
    tensorflow keras unofficial implementation supp supplement supplementary appendix tweet twitter x youtube colab
    notebook review semantic scholar preprint publication read here 論文 リンク 原文 本文 コード 実装 公式 スライド 動画
    解説 記事 ブログ データ データセット モデル サイト プロジェクト ページ デモ ポスター 資料
"""
_PAPER_LABELS = "paper pdf arxiv abs abstract doi openreview acl anthology proceedings preprint publication 論文 原文"
_PAPER_HOSTS = """
    arxiv.org openreview.net aclanthology.org doi.org dl.acm.org ieeexplore.ieee.org papers.nips.cc
    proceedings.neurips.cc proceedings.mlr.press openaccess.thecvf.com jmlr.org semanticscholar.org link.springer.com
    sciencedirect.com nature.com science.org biorxiv.org medrxiv.org ssrn.com isca-speech.org aaai.org ijcai.org
    usenix.org ecva.net jstage.jst.go.jp cir.nii.ac.jp ipsj.ixsq.nii.ac.jp anlp.jp hal.science pnas.org plos.org
    frontiersin.org mdpi.com
"""
_LABEL_WORDS, _PAPER_WORDS = frozenset(_LABELS.split()), frozenset(_PAPER_LABELS.split())
_HOSTS = tuple(_PAPER_HOSTS.split())
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text of one kind; `url` is the target of a link, `title` its title attribute."""

    text: str
    url: str = ""
    strong: bool = False
    title: str = ""

    @property
    def is_label(self) -> bool:
        """Return whether a link's text only names its target: `paper`, `[PDF]`, `arXiv:2307.09288`, its address."""
        if not self.url:
            return False
        text = normalized("NFKC", self.text).strip(" []()【】「」|:").casefold()
        words = _WORD.findall(text)
        return (
            all(word in _LABEL_WORDS or word.isdigit() for word in words)
            or bool(web_address(text))
            or bool(identifiers_in(text).pairs())
        )

    @property
    def is_paper(self) -> bool:
        """Return whether the link leads to a paper, judging by its address and its text."""
        return bool(self.url) and (_is_paper(self.url) or (self.is_label and _names_paper(self.text)))

    @property
    def link(self) -> Link:
        """Return the link; without a label if the label would repeat the address."""
        plain = Link(self.url)
        label = self.text.strip(" []()【】|:：")
        is_redundant = label.casefold() in (plain.name.casefold(), self.url.casefold(), "") or not _WORD.search(label)
        generic = all(word in ("paper", "link", "url", "論文", "リンク") for word in _WORD.findall(label.casefold()))
        return plain if is_redundant or generic else Link(self.url, label)


@lru_cache(maxsize=1024)  # reading a document checks the same link several times
def _is_paper(url: str) -> bool:
    if not (address := web_address(url)):
        return False
    parts = urlsplit(address)
    host = (parts.hostname or "").casefold()
    is_paper_host = any(host == name or host.endswith(f".{name}") for name in _HOSTS)
    return is_paper_host or parts.path.casefold().endswith(".pdf") or bool(identifiers_in(address).pairs())


def _names_paper(label: str) -> bool:
    return any(word in _PAPER_WORDS for word in _WORD.findall(label.casefold()))


@dataclass(slots=True)
class Block:
    """One heading, item, row or paragraph.

    `level` is a heading's level or an item's indentation; `role` is the block's function in a page of our own.
    """

    kind: Kind
    line: int
    spans: list[Span]
    level: int = 0
    role: str = ""
    cells: list[list[Span]] = field(default_factory=list)
    header: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return all its text."""
        return text_of(self.spans)


def text_of(pieces: list[Span]) -> str:
    """Return the text of spans."""
    return "".join(piece.text for piece in pieces)


def merged(pieces: list[Span]) -> list[Span]:
    """Return the spans with neighbours of the same kind merged."""
    groups = [list(group) for _, group in groupby(pieces, key=lambda piece: (piece.url, piece.strong, piece.title))]
    return [replace(group[0], text=text_of(group)) for group in groups]
