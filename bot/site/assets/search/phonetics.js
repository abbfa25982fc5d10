// Matches katakana with English words by what they sound like, with the rules of bot/search/phonetics.py.

const SOUND_RULES = tables.spelling.map(([needed, pattern, letters]) => [needed, new RegExp(pattern, "g"), letters]);
const FILLING_VOWELS = new RegExp(tables.fillingVowels, "g");
const MOST_KEYS = 32;
const romanized = new Map();

/** Roughly how an English word would be written in romanised katakana. */
function romanizeEnglish(word) {
  let found = romanized.get(word);
  if (found === undefined) {
    found = word;
    for (const [needed, pattern, letters] of SOUND_RULES) if (found.includes(needed)) found = found.replace(pattern, letters);
    romanized.set(word, (found = found.toLowerCase()));
  }
  return found;
}

const consonants = (letters) => [...letters].map((letter) => tables.consonants[letter] ?? "").join("");

/** The consonants heard in an English word; null if it has fewer than two or is not an English word. */
function phoneticKey(word) {
  if (word.length < 4 || word.length > 24 || !/^[a-z]+$/i.test(word)) return null;
  const key = consonants(romanizeEnglish(word));
  return key.length > 1 ? key : null;
}

function syllables(kana) {
  const parts = [];
  for (const letter of kana) {
    const vowel = tables.smallKana[letter];
    if (vowel && parts.length) {
      const last = parts.pop();
      parts.push(last === "u" ? "w" : last.replace(/[aiueo]+$/, ""), vowel);
    } else if (letter in tables.romaji) parts.push(tables.romaji[letter]);
  }
  return parts;
}

/** The possible consonants of a katakana word (given as hiragana with long vowels marked). */
function phoneticKeys(kana) {
  const parts = syllables(kana);
  let choices = [""];
  for (const [at, part] of parts.entries()) {
    const isDoubled = part === "n" && "nm".includes((parts[at + 1] ?? "-")[0]);
    const other = isDoubled ? "" : tables.alternatives[part];
    const options = other !== undefined && choices.length * 2 <= MOST_KEYS ? [consonants(part), other] : [consonants(part)];
    choices = choices.flatMap((choice) => options.map((option) => choice + option));
  }
  return [...new Set(choices)].sort();
}

const romanizeKana = (kana) => syllables(kana).join("").replace(FILLING_VOWELS, "");

/** How similar a katakana word and an English word sound, from 0 to 100. */
function soundSimilarity(kana, word) {
  let typed = romanizeKana(kana), meant = [romanizeEnglish(word), romanizeEnglish(word).replace(FILLING_VOWELS, "")];
  if (/^r[ei]/.test(typed)) {
    typed = `ri${typed.slice(2)}`;
    meant = meant.map((each) => (each.startsWith("re") ? `ri${each.slice(2)}` : each));
  }
  return Math.max(...meant.map((each) => ratio(typed, each)));
}

/** The share of letters that two texts have in common and in order, from 0 to 100. */
function ratio(one, other) {
  const total = one.length + other.length;
  if (!total) return 100;
  let last = new Array(other.length + 1).fill(0);
  for (const letter of one) {
    const row = [0];
    for (let j = 1; j <= other.length; j++) row[j] = letter === other[j - 1] ? last[j - 1] + 1 : Math.max(last[j], row[j - 1]);
    last = row;
  }
  return (200 * last[other.length]) / total;
}
