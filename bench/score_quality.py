"""What the score is worth: of a hundred finds, how many of the first ten simulated teams accept, beside date order.

    python -m bench.score_quality CORPUS       a file of papers in JSON, one a line; or BENCH_CORPUS=… make bench

Prints the share of accepted papers in the first ten after 20, 50 and 200 decisions: in the order of date, by the score
with and without the team's collection, by logistic regression over the same features, and in the best possible order;
then how often papers of a score were accepted.
"""

from __future__ import annotations

import math
import os
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from bench.teams import Entry, Team, read_corpus, teams
from bot.domain.classifier import Classifier, Features, counted_features

DECISIONS, HUNDREDS, TEAMS = (20, 50, 200), 4, 6
Decided: TypeAlias = list[tuple[Entry, bool]]
Rank: TypeAlias = Callable[[Entry], float]
_EPOCHS, _RATE, _DECAY = 10, 2.0, 1e-3
_features: dict[int, Features] = {}


def features(entry: Entry) -> Features:
    """Return a paper's features, computed once."""
    if (known := _features.get(id(entry))) is None:
        known = _features[id(entry)] = counted_features(entry.paper)
    return known


def ours(decided: Decided, collection: list[Entry]) -> Rank:
    """Return the bot's score."""
    classifier = Classifier()
    for entry, is_accepted in decided:
        classifier.learn("accepted" if is_accepted else "rejected", features(entry).hashes)
    for entry in collection:
        classifier.learn("collected", features(entry).hashes)
    scorer = classifier.scorer()
    return lambda entry: scorer.score(features(entry)).value


def logistic_regression(decided: Decided) -> Rank:
    """Return the log-odds that stochastic gradient descent learned, over features weighted by their rarity."""
    present: dict[int, int] = defaultdict(int)
    for entry, _ in decided:
        for feature in features(entry).hashes:
            present[feature] += 1
    rarity = {feature: math.log((len(decided) + 1) / (n + 0.5)) for feature, n in present.items()}
    weights: dict[int, float] = defaultdict(float)

    def vector(entry: Entry) -> dict[int, float]:
        values = {feature: rarity[feature] for feature in features(entry).hashes if feature in rarity}
        length = math.sqrt(sum(value * value for value in values.values())) or 1
        return {feature: value / length for feature, value in values.items()}

    def log_odds(values: dict[int, float]) -> float:
        return sum(weights[feature] * value for feature, value in values.items())

    dice, examples = random.Random(0), [(vector(entry), is_accepted) for entry, is_accepted in decided]
    bias = math.log((sum(y for _, y in examples) + 1) / (sum(not y for _, y in examples) + 1))
    for _ in range(_EPOCHS):
        dice.shuffle(examples)
        for values, is_accepted in examples:
            error = 1 / (1 + math.exp(-bias - log_odds(values))) - is_accepted
            for feature, value in values.items():
                weights[feature] -= _RATE * (error * value + _DECAY * weights[feature])
    return lambda entry: log_odds(vector(entry))


def orders(decided: Decided, team: Team) -> dict[str, Rank]:
    """Return the orders to compare, by name."""
    return {
        "date": lambda entry: float(entry.date.replace("-", "").ljust(8, "0") or 0),
        "score, no collection": ours(decided, []),
        "score": ours(decided, team.collection),
        "logistic regression": logistic_regression(decided),
    }


def hundreds(team: Team) -> Iterator[Decided]:
    """Yield the finds that a team has not decided on yet, a hundred at a time."""
    for start in range(0, HUNDREDS * 100, 100):
        yield team.stream[start : start + 100]


def accepted(finds: Decided) -> int:
    """Return how many a team accepts."""
    return sum(is_accepted for _, is_accepted in finds)


def measure(path: Path) -> None:
    """Print the figures for a corpus."""
    corpus = read_corpus(path)
    shares: dict[tuple[str, int, str], list[float]] = defaultdict(list)
    bins: dict[int, list[bool]] = defaultdict(list)
    for team in teams(corpus, TEAMS):
        for decisions in DECISIONS:
            decided = team.stream[HUNDREDS * 100 :][:decisions]
            ranks = orders(decided, team)
            for finds in hundreds(team):
                shares["best possible", decisions, team.kind].append(min(10, accepted(finds)) / 10)
                for name, rank in ranks.items():
                    first = sorted(finds, key=lambda find: -rank(find[0]))[:10]
                    shares[name, decisions, team.kind].append(accepted(first) / 10)
                for entry, is_accepted in finds:
                    bins[min(9, int(ranks["score"](entry) * 10))].append(is_accepted)
    _print(shares)
    print("  score      " + "".join(f"{each * 10:>6}–{each * 10 + 10}%" for each in sorted(bins)))
    print("  accepted   " + "".join(f"{sum(bins[each]) / len(bins[each]):>9.0%}" for each in sorted(bins)))
    print("  of papers  " + "".join(f"{len(bins[each]):>9,}" for each in sorted(bins)))


def _print(shares: dict[tuple[str, int, str], list[float]]) -> None:
    kinds = list(dict.fromkeys(kind for _, _, kind in shares))
    print(f"accepted of the first ten of a hundred; {TEAMS} teams of each kind\n{'':33} all  {'  '.join(kinds)}")
    for decisions in DECISIONS:
        for name in dict.fromkeys(name for name, _, _ in shares):
            of_kinds = [shares[name, decisions, kind] for kind in kinds]
            means = [sum(each) / len(each) for each in ([share for each in of_kinds for share in each], *of_kinds)]
            print(f"  {decisions:>3} decisions  {name:<20}" + "  ".join(f"{mean:>6.0%}" for mean in means), flush=True)


if __name__ == "__main__":
    if place := (sys.argv[1:] or [os.environ.get("BENCH_CORPUS", "")])[0]:
        measure(Path(place))
    else:
        print("the score's worth is measured on a corpus of papers: BENCH_CORPUS=FILE make bench")
