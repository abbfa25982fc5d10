"""Search: finding the paper that somebody means, in Japanese, English and both, typos and all.

`planner` decides what is asked and when it is enough, over `probes` that any database can answer (`sqlite` does);
`entry` and `index` are what is kept of a paper, `cutting` works it out and `upkeep` puts it there; `ranking` orders
what was found, `mending` (with `sounds` and `glossary`) tells what may have been meant where nothing was.
"""

from bot.store.search.answer import Hit, ResultPage
from bot.store.search.cutting import BuildRows, build_rows, row_builder
from bot.store.search.keys import identifier_keys
from bot.store.search.ranking import MatchReason
from bot.store.search.search import Completion, SearchIndex
from bot.store.search.upkeep import index_papers, optimize, unindex_papers

__all__ = [
    "BuildRows",
    "Completion",
    "Hit",
    "MatchReason",
    "ResultPage",
    "SearchIndex",
    "build_rows",
    "identifier_keys",
    "index_papers",
    "optimize",
    "row_builder",
    "unindex_papers",
]  # fmt: skip
