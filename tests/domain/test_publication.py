"""What a source says now is compared with what it said last; what people wrote or took away stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.dates import PaperDate
from bot.domain.errors import InputError
from bot.domain.identifiers import Identifiers
from bot.domain.paper import MOST_LINKS, Link, Paper, with_changes
from bot.domain.paper_update import MOST_UPDATES, joined, make_update
from bot.domain.publication import (
    Notice,
    Publication,
    completed,
    json_of_publication,
    publication_from,
    updates_since,
)
from tests.samples import paper

DAY = PaperDate(2026, 11, 20)
CODE = "https://github.com/naps/sleepy"
RETRACTION, CORRECTION = Notice("retraction", "https://doi.org/10.1/r"), Notice("correction", "https://doi.org/10.1/c")
EVERYTHING = Publication(version=3, venue="TMLR", doi="10.1/x", code=CODE, notices=(RETRACTION, CORRECTION))


def lines(last: Publication | None, now: Publication, of: Paper | None = None) -> list[str]:
    updates = updates_since(last, now, of or paper(1), DAY)
    return [update.text("ja").removesuffix("（2026年11月20日）") for update in updates]


def test_a_first_look_brings_no_news_but_a_retraction() -> None:
    assert lines(None, EVERYTHING) == ["撤回されました"]
    assert lines(None, Publication(version=3)) == []


def test_each_change_is_one_update() -> None:
    assert lines(Publication(version=1), Publication(version=3)) == ["v3が公開されました"]
    assert lines(Publication(), Publication(venue="ICML 2026")) == ["掲載先が決まりました: ICML 2026"]
    assert lines(Publication(), Publication(code=CODE)) == ["コードが公開されました: github.com/naps/sleepy"]
    assert lines(Publication(), Publication(notices=(CORRECTION,))) == ["訂正が公開されました"]
    assert lines(Publication(), Publication(doi="10.1/x")) == ["出版されました"]
    assert lines(Publication(version=1), EVERYTHING) == [
        "v3が公開されました",
        "出版されました: TMLR",  # and not its venue once more
        "コードが公開されました: github.com/naps/sleepy",
        "撤回されました",
        "訂正が公開されました",
    ]
    assert lines(EVERYTHING, EVERYTHING) == []


def test_what_the_team_knows_already_is_no_update() -> None:
    known = with_changes(paper(1, venue="自分で書いた会議"), links=[Link(CODE)])
    known = replace(known, identifiers=Identifiers(arxiv="2401.00001", doi="10.1/x"))
    assert lines(Publication(), replace(EVERYTHING, version=0, notices=()), known) == []


def test_a_lower_version_and_another_wording_of_a_venue_are_no_update() -> None:
    assert lines(Publication(version=3, venue="ICML 26"), Publication(version=2, venue="ICML 2026")) == []


def test_a_version_leads_to_its_page() -> None:
    [update] = updates_since(Publication(version=1), Publication(version=2), paper(1), DAY)
    assert update.url == "https://arxiv.org/abs/2401.00001v2"


def test_a_paper_takes_the_venue_and_the_code_that_it_lacks() -> None:
    new = completed(paper(1), Publication(), EVERYTHING, ())
    assert (new.venue, [link.url for link in new.links]) == ("TMLR", [CODE])


@pytest.mark.parametrize("former", [paper(1, venue="ACL"), with_changes(paper(1), links=[Link(CODE)])])
def test_what_somebody_took_away_does_not_come_back(former: Paper) -> None:
    new = completed(paper(1), Publication(), EVERYTHING, [former])
    assert not (former.venue and new.venue)
    assert not (former.links and new.links)


def test_what_the_source_told_before_is_not_filled_in() -> None:
    assert completed(paper(1), EVERYTHING, replace(EVERYTHING, version=4), ()) == paper(1)


def test_a_persons_words_stay() -> None:
    own = with_changes(paper(1, venue="自分で書いた会議"), links=[Link("https://example.org/x", "code")])
    assert completed(own, Publication(), EVERYTHING, ()) == own
    many = with_changes(paper(1), links=[Link(f"https://example.org/{n}") for n in range(MOST_LINKS)])
    assert completed(many, Publication(), EVERYTHING, ()).links == many.links


def test_a_publication_is_kept_and_read_back() -> None:
    assert publication_from(json_of_publication(EVERYTHING)) == EVERYTHING


def test_an_update_is_cleaned_and_an_unknown_kind_refused() -> None:
    update = make_update("venue", DAY, " A\nB ", "javascript:alert(1)")
    assert (update.value, update.url) == ("A B", None)
    with pytest.raises(InputError):
        make_update("gossip", DAY)


def test_the_oldest_of_many_updates_leave_first() -> None:
    many = [make_update("version", PaperDate(2000 + n), f"v{n}") for n in range(MOST_UPDATES + 3)]
    assert joined(many, many) == tuple(many[3:])
