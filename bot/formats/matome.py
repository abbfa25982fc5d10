"""「まとめ」 pages as text: a headline, `論文タイトル:…`, a date, comments, an organisation, excerpt cards, links.

People write such pages by hand, so every part except the title may be missing, and the site's own text surrounds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.domain.dates import parse_date
from bot.domain.errors import DateError, FileError
from bot.domain.identifiers import identifiers_in
from bot.domain.paper import Paper, title_key
from bot.formats.person_names import is_known_organisation, names_in
from bot.formats.record import Record, papers_of
from bot.i18n import msg

_TITLE = re.compile(r"^[\s\u3000]*[【\[■●・]?論文(?:タイトル|名)[】\]]?[\s\u3000]*[:：]?[\s\u3000]*(?P<title>.*)$")
_DATE = re.compile(r"^(?P<label>発表日|公開日|発行日|投稿日|日付)(?P<gap>[\s\u3000:：]*)(?P<date>[^\s\u3000:：].*)$")
_AUTHORS = re.compile(
    r"^(?:(?:著者名?|執筆者|Authors?)[\s\u3000]*[:：]|著者[\s\u3000]+(?=[A-Z]))[\s\u3000]*(?P<names>.+)$"
)
_ORGANISATION_NAMED = re.compile(
    r"^(?:組織|所属|機関|研究機関|発表元|著者所属)[\s\u3000]*[:：][\s\u3000]*(?P<name>.+)$"
)
_CARD = re.compile(r"^[(（「『]?論文(?:より|から)(?:の)?(?:抜粋|引用)[)）」』]?[:：]?$")
_FURNITURE = re.compile(
    r"タイトルとURLをコピーしました|URLをコピーしました|リンクをコピーしました|シェアする|フォローする|スポンサーリンク|広告|目次|"
    r"関連記事|コメントを書き込む|コメントをどうぞ|この記事を書いた人|トップへ戻る|続きを読む|PR|\[?広告\]?"
)
_FOOT = re.compile(
    r"(?:タイトルと|リンクの)?URLをコピーしました|リンクをコピーしました|シェアする|フォローする|関連記事"
)
_LINK = re.compile(r"(?:(?P<label>[^\s:：]{1,20})\s*[:：]\s*)?(?P<url>https?://\S+)")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)
_NUMBER_IN_CARD = re.compile(r"^\[(\d{4}\.\d{4,5})(?:v\d+)?\]\s*")
_LATIN_NAME = re.compile(r"[A-Z][\wÀ-ɏ .,&/()+'’-]{1,58}[\wÀ-ɏ.)]", re.ASCII)
_JAPANESE_NAME = re.compile(
    r"(?:株式会社|国立|学校法人)[^。、]{1,40}|[^。、はをがにで]{1,40}(?:大学|研究所|研究機構|研究室|株式会社|大学院|機構)"
)
_SHORTEST_CUT_TITLE = 20


@dataclass(slots=True)
class _Block:
    """One paper's part of the page: its headline, its title and the numbered lines after them."""

    headline: str
    headline_line: int
    title: str
    title_line: int
    lines: list[tuple[int, str]] = field(default_factory=list)


def is_matome(text: str) -> bool:
    """Return whether a text is such a page."""
    return any(_TITLE.match(line) for line in text.splitlines())


def read(text: str, file: str) -> list[Paper]:
    """Read the papers in a page. Raises FileError with line and column."""
    blocks = list(_blocks(text.splitlines()))
    if not blocks:
        raise FileError(msg('this page has no line "論文タイトル:…"'), file=file, line=1, column=1)
    return papers_of(file, [_record_of(block, file) for block in blocks])


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """Split the page into papers; text before the first headline belongs to the site."""
    starts = [n for n, line in enumerate(lines) if _TITLE.match(line)]
    headlines = [_headline_of(lines, start, before) for start, before in zip(starts, [-1, *starts], strict=False)]
    for n, start in enumerate(starts):
        end = len(lines) if n + 1 == len(starts) else starts[n + 1] if headlines[n + 1] is None else headlines[n + 1]
        head, match = headlines[n], _TITLE.match(lines[start])
        first, title = start + 1, match["title"].strip() if match else ""
        if not title:  # the title may be on the line after its label
            first = next((m for m in range(start + 1, end or 0) if lines[m].strip()), start) + 1
            title = lines[first - 1].strip() if first > start + 1 else ""
        yield _Block(
            "" if head is None else lines[head].strip(),
            (start if head is None else head) + 1,
            title,
            start + 1,
            [(m + 1, lines[m].strip()) for m in range(first, end or 0)],
        )


def _headline_of(lines: list[str], start: int, before: int) -> int | None:
    """Return the line above a title that is its headline: a paragraph of its own, outside the paper before."""
    at = next((n for n in range(start - 1, before, -1) if lines[n].strip()), None)
    if at is None or (at > before + 1 and lines[at - 1].strip() and before >= 0):
        return None
    text = lines[at].strip()
    if _LINK.fullmatch(text) or _is_furniture(text) or _is_date(text) or text.endswith(("。", "...", "…")):
        return None
    return at


def _record_of(block: _Block, file: str) -> Record:
    record = Record((block.title_line, 1))
    record.put("headline", block.headline, (block.headline_line, 1))
    record.put("title", block.title or " ")
    paragraphs: list[list[tuple[int, str]]] = [[]]
    for line in _without_foot(block.lines):
        if line[1]:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    reading = _PaperReader(record, block.title, file)
    for paragraph in paragraphs:
        reading.add(paragraph)
    reading.finish()
    return record


def _without_foot(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    foot = next((n for n, (_, text) in enumerate(lines) if _FOOT.fullmatch(text)), len(lines))
    return lines[:foot]


@dataclass(slots=True)
class _PaperReader:
    """Collects one paper, paragraph by paragraph."""

    record: Record
    title: str
    file: str
    comments: list[str] = field(default_factory=list)
    excerpts: list[str] = field(default_factory=list)
    links: list[tuple[int, str, str]] = field(default_factory=list)
    in_card: bool = False

    def add(self, paragraph: list[tuple[int, str]]) -> None:
        """Assign a paragraph's lines; lines that are neither date, link nor card are the curator's comment."""
        texts: list[str] = []
        for number, text in paragraph:
            if _CARD.fullmatch(text) or self._repeats_title(text):
                self.in_card = True
            elif link := _LINK.fullmatch(text):
                self.links.append((number, link["url"], (link["label"] or "").strip("-・●■ ")))
                self.in_card = False
            elif self._takes_date(number, text) or _is_furniture(text) or (self.in_card and _HOST.fullmatch(text)):
                continue
            elif self.in_card:
                self.excerpts.append(text)
            elif organization := _ORGANISATION_NAMED.match(text):
                self.record.put("organization", organization["name"], (number, 1))
            elif authors := _AUTHORS.match(text):
                self.record.put("authors", names_in(authors["names"]), (number, 1))
            else:
                texts.append(text)
        if self.in_card and self.excerpts:
            self.in_card = False
        if (
            len(texts) == 1
            and "organization" not in self.record.values
            and _is_organisation(texts[0], bool(self.comments))
        ):
            self.record.put("organization", texts.pop(), (paragraph[0][0], 1))
        if texts:
            self.comments.append("\n".join(texts))

    def finish(self) -> None:
        """Put the collected parts into the paper."""
        self.record.put("comment", "\n\n".join(self.comments))
        self.record.put("excerpt", "\n".join(self.excerpts))
        links = [{"url": url, "label": label or None} for _, url, label in self.links]
        self.record.put("links", links, (self.links[0][0], 1) if self.links else None)

    def _repeats_title(self, text: str) -> bool:
        """Return whether a line is a card's title: the paper's, possibly cut, with its number or its site beside it."""
        number = _NUMBER_IN_CARD.match(text)
        bare = text[number.end() :] if number else text
        title, line = title_key(self.title), title_key(re.split(r"\s[|｜–—-]\s", bare)[0])
        whole = title_key(bare)
        cut = bare.rstrip().endswith(("…", "...")) and len(line) > _SHORTEST_CUT_TITLE and title.startswith(line)
        if not (line == title or whole == title or cut):
            return False
        if number:
            self.record.put_ids(None, **dict(identifiers_in(number[1]).pairs()))
        return True

    def _takes_date(self, number: int, text: str) -> bool:
        match = _DATE.match(text)
        if "date" in self.record.values and not match:
            return False
        date_text = (match["date"] if match else text).strip().rstrip("。")
        try:
            self.record.put("date", str(parse_date(date_text)), (number, 1))
        except DateError as error:
            if match and _has_colon(match) and "date" not in self.record.values:
                column = text.find(date_text) + 1
                raise FileError(error.message, file=self.file, line=number, column=column) from error
            return False
        return True


def _is_date(text: str) -> bool:
    """Return whether a line is or should be a date; 「日付を推定するLLM」 and 「日付：暦」 are headlines."""
    match = _DATE.match(text)
    try:
        parse_date(match["date"].strip().rstrip("。") if match else text)
    except DateError:
        return match is not None and _has_colon(match) and match["label"] != "日付"
    return True


def _has_colon(match: re.Match[str]) -> bool:
    return ":" in match["gap"] or "：" in match["gap"]


def _is_furniture(text: str) -> bool:
    return _FURNITURE.fullmatch(text) is not None


def _is_organisation(text: str, has_comment: bool) -> bool:
    """Return whether a paragraph of one line is an organisation's name rather than a remark."""
    if _LATIN_NAME.fullmatch(text) and not text.endswith("."):
        return has_comment or is_known_organisation(text)
    return _JAPANESE_NAME.fullmatch(text) is not None
