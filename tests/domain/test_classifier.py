"""A paper's score tells how much it is like what a team accepted, by counts that can be taken back, and says why."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.classifier import Classifier, Example, counted_features
from bot.domain.paper import Paper, make_paper
from bot.domain.paper_features import features_of
from bot.domain.score import Score, ScoreFeature
from tests.samples import random_papers as papers

EXAMPLES: tuple[Example, ...] = ("accepted", "rejected", "collected")
WORDS = ("diffusion", "survey", "robots", "拡散モデル", "強化学習", "Gauß", "한국어")
examples = st.lists(st.tuples(st.sampled_from(EXAMPLES), papers), max_size=6)


def about(title: str, *authors: str, venue: str = "", tags: tuple[str, ...] = ()) -> Paper:
    return make_paper(title=title, authors=authors, venue=venue, tags=tags)


def taught(*lessons: tuple[Example, Paper]) -> Classifier:
    classifier = Classifier()
    for example, paper in lessons:
        classifier.learn(example, counted_features(paper).hashes)
    return classifier


def score(classifier: Classifier, paper: Paper) -> Score:
    return classifier.scorer().score(counted_features(paper))


def team(wanted: str, unwanted: str, decisions: int = 20) -> list[tuple[Example, Paper]]:
    """Return the decisions of a team that accepts every fourth paper, those with a word."""
    return [
        ("accepted", about(f"{wanted} of topic{n}")) if n % 4 == 0 else ("rejected", about(f"{unwanted} of topic{n}"))
        for n in range(decisions)
    ]


@pytest.mark.parametrize("wanted", WORDS)
def test_what_is_like_the_accepted_papers_comes_before_what_is_like_the_rejected(wanted: str) -> None:
    classifier = taught(*team(wanted, "survey" if wanted != "survey" else "robots"))
    unwanted = "survey" if wanted != "survey" else "robots"
    liked, unknown, disliked = (score(classifier, about(each)) for each in (wanted, "something new", unwanted))
    assert liked.value > unknown.value > disliked.value


def test_the_features_that_counted_are_named_as_the_paper_writes_them() -> None:
    lessons = team("diffusion", "survey") + [("accepted", about("x", "Ho, Jonathan", venue="NeurIPS 2020"))] * 3
    paper = about("A Survey of DIFFUSION: 拡散", "Jonathan Ho", venue="NeurIPS 2024")
    reasons = score(taught(*lessons), paper).reasons
    assert set(reasons) == {
        ScoreFeature("DIFFUSION", True),
        ScoreFeature("Jonathan Ho", True),
        ScoreFeature("NeurIPS 2024", True),
        ScoreFeature("Survey", False),
    }
    assert [each.is_for for each in reasons] == sorted((each.is_for for each in reasons), reverse=True)


def test_a_word_within_a_run_of_kanji_is_named_by_the_run() -> None:
    assert score(taught(*team("拡散", "survey")), about("潜在拡散")).reasons == (ScoreFeature("潜在拡散", True),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Diffusion", "ＤＩＦＦＵＳＩＯＮ"),
        ("データベース", "ﾃﾞｰﾀﾍﾞｰｽ"),
        ("サーバー", "サーバ"),
        ("Poincaré", "Poincare"),
        ("拡散モデルの", "拡散モデルを"),
    ],
)
def test_differences_that_search_does_not_see_do_not_count(one: str, other: str) -> None:
    assert features_of(about(one)).keys() == features_of(about(other)).keys()


def test_an_author_counts_however_the_name_is_ordered_and_a_venue_whatever_the_year() -> None:
    one = features_of(about("a", "Ho, Jonathan", venue="NeurIPS 2023"))
    other = features_of(about("a", "Jonathan Ho", venue="NeurIPS 2024"))
    assert one.keys() == other.keys()


def test_an_author_of_the_collection_counts_for_a_paper() -> None:
    lessons = team("diffusion", "survey")
    paper = about("Something else", "Ada Lovelace")
    known = taught(*lessons, ("collected", about("On engines", "Lovelace, Ada")))
    assert score(known, paper).value > score(taught(*lessons), paper).value
    assert score(known, paper).reasons == (ScoreFeature("Ada Lovelace", True),)


def test_words_of_the_collection_count_for_a_paper_and_less_than_decisions() -> None:
    lessons = team("diffusion", "survey")
    collection: list[tuple[Example, Paper]] = [("collected", about(f"Point clouds {n}")) for n in range(20)]
    before, after = (score(taught(*each), about("Point clouds")).value for each in (lessons, lessons + collection))
    decided = score(taught(*lessons, *[("accepted", paper) for _, paper in collection]), about("Point clouds")).value
    assert before < after < decided


@given(examples, papers)
def test_a_score_is_a_likelihood_with_a_few_reasons(lessons: list[tuple[Example, Paper]], paper: Paper) -> None:
    given_score = score(taught(*lessons), paper)
    assert 0 <= given_score.value <= 1
    for is_for in (True, False):
        assert sum(each.is_for is is_for for each in given_score.reasons) <= 3
    assert all(each.text and "\n" not in each.text and len(each.text) <= 64 for each in given_score.reasons)


@settings(max_examples=20)  # of many papers each
@given(examples, papers, st.randoms())
def test_the_order_of_decisions_does_not_count(
    lessons: list[tuple[Example, Paper]], paper: Paper, dice: random.Random
) -> None:
    assert score(taught(*dice.sample(lessons, len(lessons))), paper) == score(taught(*lessons), paper)


@settings(max_examples=20)
@given(examples, examples, papers)
def test_what_is_taken_back_leaves_no_trace(
    lessons: list[tuple[Example, Paper]], more: list[tuple[Example, Paper]], paper: Paper
) -> None:
    classifier = taught(*lessons, *more)
    for example, each in more:
        classifier.learn(example, counted_features(each).hashes, -1)
    assert score(classifier, paper) == score(taught(*lessons), paper)
