// Other wordings when a query finds almost nothing, as bot/search/suggestions.py, glossary.py and synonyms.py find them.

const MOST_UNITS = 12, MOST_EACH_READING = 4, MOST_BY_SOUND = 60, MOST_RANK = 6;
const TYPO_SIMILARITY = 94, SIMILARITY_STEP = 2, JOINED = 2, CERTAIN = 20;
const COMPOUND_LENGTH = 7, PART_LENGTH = 3, LONGEST_READING = 30, NEVER_FIRST = "ーんゃゅょぁぃぅぇぉっ";
const MOST_PARTS = 2, MOST_FREQUENT = 12, MOST_BEGUN_SOUNDS = 100, CONFIDENT = 85, RANK_STEP = 1.5;
const MOST_TRANSLATIONS = 4, MOST_VARIANTS = 6;
const STRAY = /(?<![\p{L}\p{N}_])ー+(?=[\p{L}\p{N}_])/gu;

/** Other wordings of the query, likeliest first, as [text, reason, rank]; rank 0 is the likeliest. */
function* suggestions(index, query) {
  if (query.words.length > MOST_UNITS) return;
  const candidates = [];
  if (query.text.search(STRAY) >= 0) {
    query = new AnalyzedQuery(query.text.replace(STRAY, ""));
    candidates.push({ text: query.text, why: "typo", likelihood: CERTAIN });
  }
  candidates.push(...[...corrected(index, query), ...readings(index, query)].sort((one, other) => other.likelihood - one.likelihood));
  for (const { text, why, likelihood } of candidates) {
    yield [text, why, Math.min(MOST_RANK, (candidates[0].likelihood - likelihood) / RANK_STEP)];
  }
  for (const text of translations(query.text)) yield [text, "reading", MOST_RANK + 1];
}

/** The query with one unknown word corrected, and with all of them corrected if there are several. */
function* corrected(index, query) {
  const known = new Set(index.knownWords(query.words).map(({ word }) => word));
  const choices = new Map();
  for (const [at, unit] of query.words.entries()) {
    if (!known.has(unit) && (isKana(unit) || !isUnspaced(unit))) choices.set(at, corrections(index, unit));
  }
  if (choices.size > 1 && [...choices.values()].every((options) => options.length)) {
    const text = query.words.map((unit, at) => choices.get(at)?.[0].word ?? unit).join(" ");
    yield { text, why: "typo", likelihood: CERTAIN };
  }
  for (const [at, options] of choices) {
    const [before, after] = around(query, at);
    for (const { word, likelihood } of options) yield { text: before + word + after, why: "typo", likelihood };
  }
  if (isAscii(query.withoutSpaces) && query.words.length > 1 && query.words.length < 5) {
    for (const { word, likelihood } of corrections(index, query.withoutSpaces)) {
      yield { text: word, why: "typo", likelihood: likelihood + JOINED };
    }
  }
}

/** The text before and after a word of the query, for ASCII texts including the typed marks. */
function around(query, at) {
  if (isAscii(query.text)) {
    const { index: start, 0: word } = [...query.text.matchAll(/[a-z0-9]+/g)][at];
    return [query.text.slice(0, start), query.text.slice(start + word.length)];
  }
  const before = query.words.slice(0, at), after = query.words.slice(at + 1);
  return [before.map((word) => `${word} `).join(""), after.map((word) => ` ${word}`).join("")];
}

/** The query with a katakana word, or a whole kana query, replaced by English that sounds like it. */
function* readings(index, query) {
  for (const word of query.isKanaWord ? [query.text] : kanaWordsOf(query.text)) {
    const kana = hiragana(word), folded = fold(word);
    if (kana.length > LONGEST_WORD) continue;
    let found = bySound(index, kana);
    if (kana.length >= COMPOUND_LENGTH && query.text.length <= LONGEST_READING && !confident(found).length) {
      found = [...pairsBySound(index, kana), ...found].sort(byWeight);
    }
    for (const reading of found.slice(0, MOST_EACH_READING)) {
      const text = query.words.map((unit) => (unit === folded ? reading.english : unit)).join(" ");
      const behind = (found[0].weight - reading.weight) / 10;
      yield { text, why: "reading", likelihood: (reading.similarity - TYPO_SIMILARITY) / SIMILARITY_STEP - behind };
    }
  }
}

/** The frequent English words that a katakana word reliably stands for. */
function readingsOf(index, word) {
  if (word.length < PART_LENGTH || word.length > LONGEST_READING || !katakanaWords(word).length) return [];
  return confident(bySound(index, hiragana(word), MOST_FREQUENT)).map(({ english }) => english);
}

/** The English words that begin like a half-typed kana word. */
function partialReadings(index, typed) {
  const beginning = romanizeKana(hiragana(typed));
  if (beginning.length < 3 || beginning.length > LONGEST_READING) return [];
  const keys = phoneticKeys(hiragana(typed)).slice(0, MOST_EACH_READING);
  const found = index.vocabulary.soundingFrom(keys, MOST_BEGUN_SOUNDS).map(({ word }) => word);
  return found.filter((word) => romanizeEnglish(word).startsWith(beginning));
}

function kanaWordsOf(text) {
  const found = katakanaWords(text);
  return found.length ? found : runs(text).filter((run) => run.length > 1 && /^[ぁ-ゖー]+$/.test(run));
}

const byWeight = (one, other) =>
  other.weight - one.weight || other.similarity - one.similarity || (one.english < other.english ? 1 : -1);

function bySound(index, kana, most = MOST_BY_SOUND) {
  const least = kana.length > 5 ? 75 : kana.length > 4 ? 78 : 80;
  const keys = phoneticKeys(kana);
  const found = new Map(index.vocabulary.sounding(keys, most).map((each) => [each.word, each.papers]));
  const common = keys.flatMap((key) => glossary().bySound.get(key) ?? []).filter((word) => !found.has(word));
  const heard = [...found, ...common.map((word) => [word, 1])].map(([english, papers]) => {
    const alike = soundSimilarity(kana, english);
    return { weight: alike + 5 * Math.log(papers), similarity: alike, english };
  });
  return heard.filter((reading) => reading.similarity >= least).sort(byWeight);
}

/** Pairs of English words that sound like the two parts of a word (バッチノーマライゼーション). */
function* pairsBySound(index, kana) {
  for (let at = PART_LENGTH; at <= kana.length - PART_LENGTH; at++) {
    if (NEVER_FIRST.includes(kana[at])) continue;
    const fronts = confident(bySound(index, kana.slice(0, at)));
    const backs = fronts.length ? confident(bySound(index, kana.slice(at))) : [];
    for (const front of fronts) {
      for (const back of backs) {
        yield {
          weight: Math.min(front.weight, back.weight), similarity: Math.min(front.similarity, back.similarity),
          english: `${front.english} ${back.english}`,
        };
      }
    }
  }
}

const confident = (found) => found.filter(({ similarity: alike }) => alike >= CONFIDENT).slice(0, MOST_PARTS);

let glossaryTerms = null;

function glossary() {
  if (glossaryTerms) return glossaryTerms;
  const english = new Map(tables.glossary.map(([term, meanings]) => [fold(term), meanings]));
  const japanese = new Map(), bySound = new Map();
  for (const [term, meanings] of english) for (const meaning of meanings) if (!japanese.has(meaning)) japanese.set(meaning, term);
  for (const word of [...new Set([...japanese.keys()].flatMap(words))].sort()) {
    const sound = phoneticKey(word);
    if (sound) put(bySound, sound, word);
  }
  glossaryTerms = { english, japanese, bySound, longest: Math.max(...[...english.keys()].map((term) => term.length)) };
  return glossaryTerms;
}

/** A text with its Japanese terms in English, or an English term in Japanese; nothing if one is unknown. */
function* translations(text) {
  const { japanese } = glossary();
  const typed = runs(fold(text));
  const term = japanese.get(typed.join(" "));
  if (term) yield term;
  let choices = [[]];
  for (const run of typed) {
    const parts = isUnspaced(run) ? partsOf(run) : [[run]];
    if (!parts.length) return;
    for (const meanings of parts) choices = choices.flatMap((choice) => meanings.map((meaning) => [...choice, meaning])).slice(0, 64);
  }
  if (typed.some(isUnspaced)) yield* choices.slice(0, MOST_TRANSLATIONS).map((choice) => choice.join(" "));
}

/** The English of the terms that make up a run, longest first; nothing if a part of the run is unknown. */
function partsOf(run) {
  const { english, longest } = glossary();
  const parts = [];
  for (let at = 0; at < run.length; ) {
    let end = Math.min(run.length, at + longest);
    while (end > at && !english.has(run.slice(at, end))) end--;
    if (end === at) return [];
    parts.push(english.get(run.slice(at, end)));
    at = end;
  }
  return parts;
}

/** The query with each alias in it replaced by its synonyms. */
function* withSynonyms(query, aliases) {
  const folded = foldNormalized(query.text);
  let count = 0;
  for (const [name, meanings] of Object.entries(aliases)) {
    const sides = [name, ...meanings].map(normalize).map((text) => ({ text, folded: foldNormalized(text), spaced: withSpaces(text) }));
    for (const side of sides) {
      const frame = side.spaced.trim() ? aroundAlias(query.spaced, folded, side) : null;
      for (const other of frame ? sides : []) {
        if (other === side || count === MOST_VARIANTS) continue;
        count++;
        yield normalize(frame.join(` ${other.text} `));
      }
    }
  }
}

/** The text before and after an alias in the query; Latin text matches whole words, Japanese anywhere. */
function aroundAlias(spaced, folded, side) {
  const split = (text, part) => [text.slice(0, text.indexOf(part)), text.slice(text.indexOf(part) + part.length)];
  if (spaced.includes(side.spaced)) return split(spaced, side.spaced);
  return isUnspaced(side.folded) && folded.includes(side.folded) ? split(folded, side.folded) : null;
}
