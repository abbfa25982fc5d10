"""Columns of tables: their names in Japanese and English, and how their cells are read."""

from __future__ import annotations

import re

from bot.domain.identifiers import identifiers_in, web_address
from bot.domain.paper import Link
from bot.domain.text import normalized
from bot.formats.person_names import names_in
from bot.formats.record import Place, Record, split_words

_NAMES = {
    "id": "id",
    "headline": "見出し headline",
    "title": "タイトル 論文タイトル 題名 論文名 論題 title name paper papertitle",
    "date": "日付 発表日 公開日 発行日 投稿日 出版日 発表年 年 年月 date year published publicationdate",
    "comment": "コメント メモ 備考 感想 所感 ひとこと comment comments note notes memo remarks",
    "excerpt": "抜粋 概要 要旨 要約 アブストラクト abstract excerpt summary abstractnote",
    "venue": "会議 学会 論文誌 掲載誌 発表先 venue conference journal booktitle publicationtitle",
    "organization": "組織 所属 機関 研究機関 organization organisation affiliation institution",
    "authors": "著者 著者名 執筆者 authors author",
    "links": "リンク url urls link links 論文リンク 論文url アドレス paperlink paperurl",
    "code": "コード 実装 code github repository",
    "tags": "タグ キーワード 分野 カテゴリ カテゴリー tags tag keywords category topic",
    "arxiv": "arxiv arxivid arxiv番号",
    "doi": "doi",
    "openreview": "openreview",
    "acl": "acl",
    "identifiers": "識別子 identifiers",
    "added_at": "追加日時 追加日 addedat",
    "added_by": "追加者 追加した人 addedby",
    "updates": "続報 updates",
}
_COLUMN_OF = {name: column for column, names in _NAMES.items() for name in names.split(" ")}
_URL = re.compile(r"https?://[^\s<>「」（）、。]+", re.IGNORECASE)
_ID = re.compile(r"(arxiv|doi|openreview|acl):(\S+)", re.IGNORECASE)
_ROUNDED = re.compile(r"(\d{4})\.(\d{1,4})")
_FIVE_DIGITS_SINCE = 1501  # January 2015: https://info.arxiv.org/help/arxiv_identifier.html
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")


def column_of(name: str) -> str:
    """Return the field that a column's name means; empty if unknown."""
    return _COLUMN_OF.get(re.sub(r"[\s_\-.*#]+", "", normalized("NFKC", name)).casefold(), "")


def put_cell(record: Record, column: str, text: str, place: Place) -> None:
    """Read a cell into its paper."""
    has_lines, text = "\n" in text, text.strip()
    if not text:
        return
    match column:
        case "authors":
            record.put("authors", text.split("\n") if has_lines else names_in(text), place)
        case "updates":
            record.put("updates", text.split("\n"), place)
        case "tags":
            record.put("tags", text.split("\n") if has_lines else split_words(text), place)
        case "links" | "code":
            _put_links(record, text, place, "code" if column == "code" else None)
        case "arxiv":
            record.put_ids(place, arxiv=_unrounded(text))
        case "doi" | "openreview" | "acl":
            record.put_ids(place, **{column: text})
        case "identifiers":
            record.put_ids(place, **{scheme.lower(): name for scheme, name in _ID.findall(text)})
        case _:
            record.put(column, text, place)


def day_first(dates: list[str]) -> bool | None:
    """Return whether dates like `19/7/2023` in a column begin with the day; None if no date decides it."""
    parts = [match.groups() for date in dates if (match := _SLASHED.fullmatch(date.strip()))]
    if any(int(first) > 12 for first, _, _ in parts):
        return True
    return False if any(int(second) > 12 for _, second, _ in parts) else None


def year_first(date: str, begins_with_day: bool) -> str:
    """Return such a date with its year first; any other date is returned unchanged."""
    match = _SLASHED.fullmatch(date.strip())
    if match is None:
        return date
    month, day = (match[2], match[1]) if begins_with_day else (match[1], match[2])
    return f"{match[3]}-{month}-{day}"


def link_line(link: Link) -> str:
    """Return a link as a line of a cell; a label with an address is in brackets, so that it is no second link."""
    label = link.label or ""
    return f"{link.url} {f'[{label}]' if _URL.search(label) else label}".rstrip()


def _put_links(record: Record, text: str, place: Place, label: str | None) -> None:
    links: list[dict[str, str | None]] = []
    for line in map(str.strip, text.split("\n")):
        first, _, remark = line.partition(" ")
        urls = _URL.findall(line)
        label_address = remark[1:-1] if remark[:1] == "[" and remark[-1] == "]" and _URL.search(remark[1:-1]) else ""
        if web_address(first) and (label_address or not _URL.search(remark)):
            links.append({"url": first, "label": label_address or remark.strip() or label})
        elif urls:
            remark = _URL.sub("", line).strip(" \t:：-[]()（）|,、;") if len(urls) == 1 else ""
            links += [{"url": url.rstrip(".,;"), "label": remark or label} for url in urls]
        elif line and not record.put_ids_in(line, place):
            links.append({"url": line, "label": None})  # rejected later, with its position
    if links:
        old_links = record.values.pop("links", [])
        record.put("links", old_links + links, record.places.get("links", place))


def _unrounded(number: str) -> str:
    """Return an arXiv number with the final zeros that a spreadsheet removed, if that is certain."""
    cut = _ROUNDED.fullmatch(number)
    if cut and int(cut[1]) >= _FIVE_DIGITS_SINCE:
        return f"{cut[1]}.{cut[2].ljust(5, '0')}"
    return identifiers_in(number).arxiv or number
