"""A paper's fields are defined once: dataclass, table, history, JSON, YAML and CSV have the same."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, replace

from bot.domain.dates import PaperDate
from bot.domain.draft import complete, draft_of
from bot.domain.metadata import Metadata, json_of, make_metadata, metadata_from
from bot.domain.paper import CONTENT_FIELDS, FIELD_NAMES, FIELDS, Link, Paper, hashable, make_paper, with_changes
from bot.domain.paper_update import make_update
from bot.formats import csv as csv_format
from bot.formats import entries, json, yaml, yaml_entry
from bot.store.papers import columns_of, paper_from
from bot.store.schema import papers
from tests.samples import paper

CONTENT = with_changes(
    paper(1, tags=["RAG"], authors=["Ada Lovelace"], comment="コメント", date=PaperDate(2024, 8)),
    links=[Link("https://example.org/paper")],
    excerpt="抜粋",
    venue="ACL 2024",
    organization="Analytical Engines",
)
FULL = replace(
    CONTENT,
    updates=(
        make_update("version", PaperDate(2026, 11, 20), "v3", "https://arxiv.org/abs/2401.00001v3"),
        make_update("retraction", PaperDate(2026, 11, 21)),
    ),
)


def test_every_field_is_a_column() -> None:
    assert {column.name for column in papers.c} - {"number", "workspace_id"} == set(FIELDS) == set(columns_of(FULL))


def test_every_field_is_a_key_of_every_file_of_ours() -> None:
    assert tuple(json.columns_of(FULL)) == FIELDS
    assert set(entries._Entry.model_fields) == set(FIELDS)
    header = next(csv.reader(io.StringIO("".join(csv_format.write([FULL])).removeprefix("\ufeff"))))
    assert tuple(header) == tuple(name for name in FIELDS if name != "updated_at")
    assert set(yaml_entry.values_of(FULL)) >= set(CONTENT_FIELDS) - {"identifiers"}
    assert yaml.read("".join(yaml.write([FULL])), "f") == [FULL]


def test_every_field_has_a_name_that_people_read() -> None:
    assert set(FIELD_NAMES) == set(CONTENT_FIELDS)


def test_a_field_is_kept_and_read_back() -> None:
    assert paper_from(columns_of(FULL)) == FULL
    assert FULL.content == tuple(getattr(FULL, name) for name in CONTENT_FIELDS)


def test_what_was_kept_before_a_field_came_is_read_and_hashed_as_it_was() -> None:
    old = columns_of(paper(1))
    assert [old.pop("venue"), old.pop("updates")] == [None, None]
    assert paper_from(old) == paper(1)
    assert hashable(columns_of(paper(1))) == old
    assert "venue" in hashable(columns_of(FULL))


def test_a_field_that_a_source_tells_reaches_the_paper() -> None:
    names = {each.name for each in fields(Metadata)}
    assert names <= set(CONTENT_FIELDS)
    metadata = make_metadata(title="A Title", venue="ACL 2024", organization="Lab", excerpt="An abstract.")
    assert metadata_from(json_of(metadata)) == metadata
    paper = complete(draft_of("2307.08621"), metadata)
    assert (paper.venue, paper.organization, paper.excerpt) == ("ACL 2024", "Lab", "An abstract.")


def test_a_paper_without_a_field_takes_it_by_name() -> None:
    assert make_paper(title="x", venue=" ACL\n2024 ").venue == "ACL 2024"
    assert isinstance(FULL, Paper)
