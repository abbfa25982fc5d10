// Folds text for comparison and splits it into terms, as bot/domain/folding.py does; the tables come from there.

const LONGEST_WORD = 64;
const ASCII = /^[\x00-\x7f]*$/;
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const UNSPACED = tables.unspaced.map(([first, last]) => `${first}-${last}`).join("");
const UNSPACED_START = new RegExp(`^[${UNSPACED}]`, "u");
const ASCII_RUN = /[a-z0-9]+/g;
const ANY_RUN = new RegExp(`[${UNSPACED}]+|(?:(?![${UNSPACED}])[\\p{L}\\p{N}])+`, "gu");
const KANA_ONLY = /^[\u3041-\u309f]+$/;
const KATAKANA_WORD = /[\u30a1-\u30fa][\u30a1-\u30fa\u30fc-\u30fe]*/g;
const COMPOUND = /(?<![a-z0-9])[a-z0-9]+(?:[-‐‑–/._'’+][a-z0-9]+)+/g;
const JOINT = /[^a-z0-9]/g;
const ACCENTED = /[\u00c0-\u058f\u1e00-\u1fff]|[a-z][\u0300-\u036f]/;
const ACCENTS = /(?<=[a-z\u0370-\u03ff])[\u0300-\u036f]+/g;
const LONG_VOWEL = /(?<=[\u3041-\u309f])ー+/g;
const VA = /[ヴゔ]([ァィェォュぁぃぇぉゅ])/g;
const FOLDED_CASES = new RegExp(`[${Object.keys(tables.casefold).join("")}]`, "gu");
const LETTERS = new RegExp(`[${Object.keys(tables.letters).join("")}]`, "g");
const KANA = new RegExp(`[${Object.keys(tables.kana).join("")}]`, "g");
const KATAKANA = /[\u30a1-\u30f6]/g;
const HIRAGANA = /[\u3041-\u3096]/g;

const isAscii = (text) => ASCII.test(text);
const words = (text) => text.split(SPACE).filter(Boolean);

/** The first characters of a text, counted as Python counts them. */
function cut(text, length) {
  return text.length <= length ? text : Array.from(text).slice(0, length).join("");
}

function casefold(text) {
  // A letter of the table is not lower-cased again: Cherokee folds to capitals.
  const parts = text.split(FOLDED_CASES);
  if (parts.length === 1) return text.toLowerCase();
  const found = text.match(FOLDED_CASES);
  return parts.map((part, at) => part.toLowerCase() + (at < found.length ? tables.casefold[found[at]] : "")).join("");
}

/** The text in one line, without differences of width and case. */
function normalize(text) {
  if (isAscii(text)) return words(text.toLowerCase()).join(" ");
  return words(casefold(text.normalize("NFKC")).normalize("NFKC")).join(" ");
}

/** A normalized text folded: katakana as hiragana, without long vowels and accents. */
function foldNormalized(text) {
  if (isAscii(text)) return text;
  if (ACCENTED.test(text)) {
    text = text.replace(LETTERS, (letter) => tables.letters[letter]).normalize("NFD").replace(ACCENTS, "");
    text = text.normalize("NFKC");
  }
  text = text.replace(VA, (_, vowel) => tables.ba[vowel]).replace(KANA, (letter) => tables.kana[letter]);
  return text.replace(LONG_VOWEL, "");
}

const fold = (text) => foldNormalized(normalize(text));
const runs = (folded) => folded.match(isAscii(folded) ? ASCII_RUN : ANY_RUN) ?? [];
const isUnspaced = (run) => UNSPACED_START.test(run);
const isKana = (run) => KANA_ONLY.test(run);
const hiragana = (text) => text.replace(KATAKANA, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60));
const katakana = (text) => text.replace(HIRAGANA, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0x60));
const katakanaWords = (text) => text.match(KATAKANA_WORD) ?? [];

/** The terms of a folded text in order: words, and pairs of neighbouring characters followed by the last alone. */
function tokenize(folded) {
  const terms = [];
  for (const run of runs(folded)) {
    if (isAscii(run) || !isUnspaced(run)) {
      terms.push(cut(run, LONGEST_WORD));
      continue;
    }
    const letters = Array.from(run);
    for (let at = 0; at + 1 < letters.length; at++) terms.push(letters[at] + letters[at + 1]);
    terms.push(letters[letters.length - 1]);
  }
  return terms;
}

/** The hyphenated words of a folded text, each joined into one. */
const compounds = (folded) => (folded.match(COMPOUND) ?? []).map((word) => word.replace(JOINT, "").slice(0, LONGEST_WORD));

/** A normalized text folded, with spaces around every word and run, and katakana words separated. */
function withSpaces(text) {
  const folded = isAscii(text) ? text : foldNormalized(text.replace(KATAKANA_WORD, " $& "));
  return ` ${runs(folded).join(" ")} `;
}
