"""What is asked of the index, in which order, and when it is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from bot.domain.folding import plain, unspaced
from bot.domain.paper import title_key
from bot.domain.query import Query
from bot.store.search.answer import MOST, Answer, Found, Hit, page
from bot.store.search.asked import MOST_JOINED, Asked, everything, exclusions_of, filters_of, phrases_of
from bot.store.search.compounds import pairs_of
from bot.store.search.keys import name_keys, words_of_link
from bot.store.search.mending import begun_readings, others, readings_of
from bot.store.search.probes import All, Any, Expression, Near, Part, Probes, Row
from bot.store.search.ranking import BODY, EXACT, KEY, LONG, OPENS, PARTLY, TITLE, TOGETHER, WRITTEN, Why, fit, is_slip
from bot.store.search.rewording import rewordings
from bot.store.search.stemming import forms_of

ENOUGH = 10  # papers for which no further place is looked at
FEW = 3  # with fewer, other words are tried
MOST_STARTING = 20
VERY_LONG = 40  # letters that no other line will hold when one begins so
SURE_START, ALMOST = 14, 0.9  # letters of a long title that are typed without a slip, and how much of all of it is
MOST_BEGUN, MOST_LEFT_OUT, MOST_NEAR = 24, 8, 5
MOST_TYPED = 50  # papers that are ranked of one place while a query is being typed
FORM = 28.0  # a paper's own lines have another form of the word
LEAST = 1.0  # a paper that has the words, or words that begin so, anywhere
_APART = 0.7  # what a fit of the two words is worth beside one of the word, even where a line opens with them
_ALIAS, _OTHER = 0.8, 0.1  # what a fit of other words is worth beside one of the words typed


@dataclass(frozen=True, slots=True)
class _Wording:
    """One wording of the query, and what a paper that it finds is worth beside one that the query itself finds."""

    asked: Asked
    worth: float = 1.0
    why: Why | None = None
    fitted: set[int] = field(default_factory=set)


def find(probes: Probes, query: Query, aliases: Mapping[str, Sequence[str]], limit: int, offset: int) -> Found:
    """Return the page of a query's answer that starts at `offset`."""
    asked = _asked(query)
    answer = _answer(probes, query, asked, aliases, MOST)
    if query.empty and not answer.scores:
        return _browse(probes, query, limit, offset)
    return page(probes, asked, answer, limit, offset)


def first(probes: Probes, query: Query, aliases: Mapping[str, Sequence[str]], limit: int) -> Sequence[int]:
    """Return the numbers of the papers that answer best, as they are wanted at each letter that is typed."""
    asked = _asked(query)
    answer = _answer(probes, query, asked, aliases, MOST_TYPED)
    if query.empty and not answer.scores:
        return [hit.number for hit in _browse(probes, query, limit, 0).hits]
    if asked.all_kana and len(answer.scores) < FEW:
        search = _Search(probes, query, MOST_TYPED, answer)
        search.by_begun_reading(asked)
    return answer.ranked()[:limit]


def _asked(query: Query) -> Asked:
    return Asked(" ".join((*map(words_of_link, query.words), *query.phrases)))


def _answer(probes: Probes, query: Query, asked: Asked, aliases: Mapping[str, Sequence[str]], most: int) -> Answer:
    search = _Search(probes, query, most)
    if query.text:
        search.by_name()
    if asked.units and not search.answer.settled:
        search.by_words(_Wording(asked))
        for text in rewordings(asked, aliases):
            search.by_words(_Wording(Asked(text), _ALIAS, Why.ALIAS))
        if len(search.answer.scores) < FEW and search.answer.best() < TOGETHER:
            search.by_other_words(asked)
        elif asked.all_kana and len(search.answer.scores) < ENOUGH:
            search.by_readings(asked)
    return search.answer


def _browse(probes: Probes, query: Query, limit: int, offset: int) -> Found:
    if not query.filtered:
        total, numbers = probes.newest(limit, offset)
    else:
        wanted = All((everything(), *filters_of(query)), exclusions_of(query))
        numbers, total = probes.newest_of(wanted, limit, offset), probes.count("full", wanted)
    return Found(total, tuple(Hit(number, 0.0) for number in numbers))


class _Search:
    """One query's way through the index."""

    def __init__(self, probes: Probes, query: Query, most: int, answer: Answer | None = None) -> None:
        self.answer, self._most = answer or Answer(), most
        self._probes, self._text, self._narrowed = probes, query.text, query.filtered
        self._filters = (*phrases_of(query), *filters_of(query))
        self._without = exclusions_of(query)
        # what must not be there may stand anywhere, so that then all text has to be asked
        self._head: Part = "full" if self._without else "head"

    def by_name(self) -> None:
        """Find what the whole query names: a paper's id, one of its links, its exact title."""
        typed, title = plain(self._text), title_key(self._text)
        names = [] if self._narrowed else name_keys(self._text)
        for key, row in self._probes.keyed([title, *names], MOST):
            if key == title:
                self.answer.add(row.number, TITLE + 10 * OSA.normalized_similarity(typed, row.title), None)
                self.answer.settled |= len(self._text) >= LONG
            else:
                self.answer.add(row.number, KEY, Why.LINK)
                self.answer.settled = True
        for row in self._probes.named(self._text) if names else ():
            self.answer.add(row.number, KEY + 1, None)

    def by_words(self, wording: _Wording) -> None:
        """Find papers by words, in one place after another until there are enough."""
        asked = wording.asked
        if not (self._filters or self._without):
            self._take(wording, self._probes.starting(asked.start, MOST_STARTING))
            letters, best = len(asked.squeezed), self.answer.best()
            if (letters >= LONG and best >= EXACT * wording.worth) or (letters >= VERY_LONG and best >= OPENS):
                return
        wanted = self._all(asked.parts)
        if self._ask(wording, self._head, wanted):
            if len(asked.runs) > 1:
                self._ask(wording, self._head, self._all([asked.phrase()]))
        elif wording.worth > _OTHER or wording.why is Why.READING:
            self._by_parts(wording)
        self._by_begun_compound(wording)
        if len(self.answer.scores) < ENOUGH and wording.worth > _OTHER:
            self._by_body(wording)
        if len(self.answer.scores) < ENOUGH and wording.worth > _OTHER:
            self._by_beginning(wording)
        if len(asked.runs) == 1 and 0 < len(self.answer.scores) < FEW:
            self._by_forms(wording)

    def by_other_words(self, asked: Asked) -> None:
        """Find papers by what may have been meant."""
        if self._by_whole_line(asked):
            return
        wanted, last = len(self.answer.scores) + FEW, 0
        for text, why, rank in others(self._probes, asked):
            known = len(self.answer.scores)
            if known >= wanted and int(rank) > last:
                return
            last = int(rank)
            wording = _Wording(Asked(text), _OTHER * 0.5**rank, why)
            self.by_words(wording)
            if wording.asked.all_kana or len(self.answer.scores) == known:
                self._by_body(wording)
            if len(self.answer.scores) > known and not self.answer.suggestion:
                self.answer.suggestion = text
        if len(self.answer.scores) < FEW:
            self._by_forms(_Wording(asked, _OTHER if self.answer.scores else 1.0))
        if not self.answer.scores and len(asked.runs) > 1:
            self._by_all_but_one(asked)

    def _by_whole_line(self, asked: Asked) -> bool:
        """Find papers whose whole title or headline was typed, but for slips after its beginning; tell if any is."""
        if len(asked.squeezed) < LONG or self._filters or self._without:
            return False
        for row in self._probes.starting(asked.start[:SURE_START], MOST_STARTING):
            lines = (words.replace(" ", "") for words in (row.title_words, row.headline_words))
            if any(OSA.normalized_similarity(asked.squeezed, line, score_cutoff=ALMOST) for line in lines):
                self.answer.add(row.number, EXACT * _OTHER, Why.TYPO)
        return bool(self.answer.scores)

    def by_readings(self, asked: Asked) -> None:
        """Add papers that have in English what others have in katakana."""
        for text in readings_of(self._probes, asked.text):
            wording = _Wording(Asked(text), _OTHER, Why.READING)
            wanted = self._all(wording.asked.parts)
            self._take(wording, self._probes.matching(self._head, wanted, ENOUGH))
            if len(self.answer.scores) < ENOUGH:
                self._take(wording, self._probes.matching("full", wanted, ENOUGH), BODY)

    def by_begun_reading(self, asked: Asked) -> None:
        """Add papers of English words that begin as kana sounds (レト: RetNet)."""
        for words in begun_readings(self._probes, asked.text):
            wanted = self._all([Any(tuple(Near((word,)) for word in words))])
            self._ask(_Wording(asked, _OTHER, Why.READING), self._head, wanted, LEAST)

    def _by_body(self, wording: _Wording) -> None:
        if wording.asked.all_kana:
            self._ask(wording, "full", self._all([wording.asked.whole()]), BODY)
        below = self._all(wording.asked.parts_below)
        self._ask(wording, "full", below, PARTLY if wording.asked.all_kana else BODY)
        if wording.asked.is_short_kana:
            bodies = [number for number, (_, why) in self.answer.scores.items() if why is Why.EXCERPT]
            for number in self._probes.written(wording.asked.spellings, bodies):
                self.answer.add(number, WRITTEN * wording.worth, Why.EXCERPT)

    def _by_parts(self, wording: _Wording) -> None:
        """Find papers that have a word of the query as two (fullyconnected: fully-connected, fully connected)."""
        asked = wording.asked
        if len(asked.runs) > 1 and len(self.answer.scores) >= ENOUGH:
            return
        for at, pair in pairs_of(self._probes, asked.runs):
            apart = _Wording(Asked(" ".join((*asked.runs[:at], *pair, *asked.runs[at + 1 :]))),
                             wording.worth * _APART, wording.why)  # fmt: skip
            wanted = self._all([*asked.parts[:at], Near(pair), *asked.parts[at + 1 :]])
            self._ask(apart, self._head, wanted)
            if len(self.answer.scores) < ENOUGH:
                self._ask(apart, "full", wanted, BODY)

    def _by_begun_compound(self, wording: _Wording) -> None:
        """Find papers by hyphenated words that begin with the last word of the query (finger-t for finger-tip)."""
        begun, count = wording.asked.begun_compound
        if begun:
            self._ask_begun(wording, begun, wording.asked.parts[:-count])

    def _by_beginning(self, wording: _Wording) -> None:
        """Find papers by words that begin with the last word of the query."""
        begun, before = wording.asked.runs[-1], wording.asked.parts[:-1]
        if unspaced(begun) or len(begun) < 2 or self._ask_begun(wording, begun, before):
            return
        if not self.answer.scores and len(begun) > 3:
            self._ask(wording, "full", self._all([*before, Near((begun,), begun=True)]), LEAST)

    def _ask_begun(self, wording: _Wording, begun: str, before: Sequence[Expression]) -> bool:
        """Take what has words that begin so; tell whether there are such words."""
        words = [word for word, _ in self._probes.begun(begun, MOST_BEGUN) if word != begun]
        if words:
            self._ask(wording, self._head, self._all([*before, Any(tuple(Near((word,)) for word in words))]), LEAST)
        return bool(words)

    def _by_forms(self, wording: _Wording) -> None:
        """Find papers by words of the same stem (hallucination: hallucinate)."""
        asked = wording.asked
        if len(asked.runs) > MOST_JOINED:
            return
        forms = [forms_of(self._probes, run) for run in asked.runs]
        if any(forms):
            either = [Any((part, *(Near((form,)) for form in each))) if each else part
                      for part, each in zip(asked.parts, forms, strict=True)]  # fmt: skip
            self._ask(wording, self._head, self._all(either), FORM)

    def _by_all_but_one(self, asked: Asked) -> None:
        """Find papers that have all words but one; where it is only a slip away they answer, else are near."""
        parts = asked.parts
        near: dict[int, Hit] = {}
        known = dict(self._probes.words(asked.runs))
        rarest = sorted(range(len(parts)), key=lambda at: (known.get(asked.runs[at], 0), -len(asked.runs[at])))
        for at in rarest[:MOST_LEFT_OUT]:
            for row in self._probes.matching(self._head, self._all([*parts[:at], *parts[at + 1 :]]), FEW):
                if any(is_slip(asked, asked.runs[at], words) for words in (row.title_words, row.headline_words)):
                    self.answer.add(row.number, PARTLY * _OTHER, Why.TYPO)
                near[row.number] = Hit(row.number, LEAST)
            if self.answer.scores:
                return
        self.answer.near = tuple(near.values())[:MOST_NEAR]

    def _all(self, parts: Sequence[Expression]) -> All:
        return All((*parts, *self._filters), self._without)

    def _ask(self, wording: _Wording, part: Part, wanted: Expression, least: float = 0.0) -> bool:
        """Take what matches, worth `least` where its own lines do not fit; tell whether there is more."""
        rows = self._probes.matching(part, wanted, self._most)
        self._take(wording, rows, least)
        if len(rows) < self._most:
            return False
        self.answer.rest = self.answer.rest or (part, wanted)
        return True

    def _take(self, wording: _Wording, rows: Sequence[Row], least: float = 0.0) -> None:
        for row in rows:
            score, why = fit(wording.asked, row) if row.number not in wording.fitted else (0.0, None)
            wording.fitted.add(row.number)
            if score < least:
                score, why = least, Why.EXCERPT if least in (BODY, PARTLY) else None
            if score:
                self.answer.add(row.number, score * wording.worth, wording.why or why)
