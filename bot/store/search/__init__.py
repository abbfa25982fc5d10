"""Search: finding the paper that somebody means, in Japanese, English and both, typos and all.

`planner` decides what is asked and when it is enough, over `probes` that any database can answer (`sqlite` does);
`entry` and `index` are what is kept of a paper, `cutting` works it out and `upkeep` puts it there; `ranking` orders
what was found, `mending` (with `sounds` and `glossary`) tells what may have been meant where nothing was.
"""

from bot.store.search.answer import Found, Hit
from bot.store.search.cutting import Cut, cut_here, cutting
from bot.store.search.keys import name_keys
from bot.store.search.ranking import Why
from bot.store.search.search import Completion, Search
from bot.store.search.upkeep import index_papers, tidy, unindex_papers

__all__ = [
    "Completion", "Cut", "Found", "Hit", "Search", "Why", "cut_here", "cutting", "index_papers", "name_keys",
    "tidy", "unindex_papers",
]  # fmt: skip
