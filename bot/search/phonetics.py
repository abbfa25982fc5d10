"""Matches katakana with English words by converting both to similar romanised letters.

Rules find as many words as a table of readings would, which a model would have to produce word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

_TABLE = (
    "かきくけこがぎぐげごさしすせそざじずぜぞたちつてとだぢづでど"
    "なにぬねのはひふへほばびぶべぼぱぴぷぺぽまみむめもらりるれろ"
)
_ROMAJI = dict(zip(_TABLE, (row + vowel for row in "kgsztdnhbpmr" for vowel in "aiueo"), strict=True))
_ROMAJI |= dict(zip("あいうえおんー", "aiueon-", strict=True)) | {"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa"}
_ROMAJI |= {"ふ": "fu", "ち": "ci", "じ": "ji", "ぢ": "ji", "づ": "zu", "ゔ": "bu"}
_SMALL_KANA = {"ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o", "ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
_FILLING_VOWELS = re.compile("(?<=[kgsztfbpmrc])u(?![aeiou-])|(?<=[td])o(?![aeiou-])|-")

# Rules from English spelling to roughly the letters of romanised katakana, applied in this order after the lexicon's:
# letters that a word must contain for the rule to apply, a pattern, and its replacement. Letters in upper case are
# final.
_S, _VOWEL = "[bdfgklmnprstvzKSCFJ]", "[aeiouyAEI]"
_CLOSED = "ss|[bcdfgklmnpstvxz](?:[bcdfgklmnpqstvz]|$)"  # the end of a closed syllable
_SPELLING = (
    ("n", r"^(?:kn|gn|pn)", "N"),  # knowledge
    ("wr", r"^wr", "R"),
    ("ps", r"^ps", "S"),
    ("x", r"^x", "z"),
    ("atch", "atch", "AC"),  # matching
    ("ose", "(?<!rp)ose(?=s?$)", "oze"),  # pose
    ("ange", "ange", "enge"),  # range, exchange
    ("sure", "ssure$", "Sya"),  # pressure
    ("sure", "(?<=[eo])a?sure$", "Jya"),  # measure, closure
    ("eu", "(?<!h)eu", "yu"),  # neural
    ("ew", "i?ew(?![ao])", "yu"),  # review
    ("ear", "ear(?=[nc])", "A"),  # learning, search
    ("ead", "(?<=h)ead|(?<=[pbh]r)ead", "ed"),  # head, thread
    ("ous", "e?(?<![ct]i)ous$", "as"),  # continuous
    ("ey", "(?<=[rv])ey$", "eI"),  # survey
    ("ess", "ess$", "eS"),  # robustness, process
    ("ive", "(?<=[ts])ive$", "Ib"),  # generative
    ("urr", "urr", "ar"),  # recurrent
    ("cul", "cul(?=[aiu])", "Kyul"),  # curriculum, calculate
    ("tun", "tun(?=e|ing)", "tyun"),
    ("u", "mu(?=[nt][aiu])", "myu"),  # community
    ("u", "^u(?=ni[tvfqo]|s[ae]|ti)", "yu"),
    ("u", f"(?<![aeioupfqy])u(?={_CLOSED})|(?<=f)u(?=n|z)|(?<=p)u(?=[bcmns])", "a"),  # cluster, function
    ("sion", "(?<=[aeiur])sion", "Jyon"),  # fusion, version
    ("su", "(?<=[aeiou])su(?=al)", "Jyu"),  # visual
    ("sian", "s?sian", "Sian"),  # Gaussian
    ("sm", "(?<=[aeiy])sm", "zm"),
    ("iz", "iz(?=at)", "AIz"),  # quantization
    ("wor", "wor(?=[dkl])", "wa"),
    ("our", "our(?=[cs])", "o"),  # resource
    ("oa", "oa", "o"),
    ("ow", "ow$", "o"),  # flow
    ("en", "a(?=gent|[tg]ency$)", "E"),  # agent, latency
    ("nai", "(?<=n)ai$", "EAI"),  # OpenAI
    ("ering", "ering$", "Aring"),  # rendering
    ("v", r"v$", "f"),  # Markov
    ("wh", "wh", "w"),
    ("rh", "^rh", "r"),
    ("ph", "ph", "F"),
    ("eigh", "eigh", "eI"),
    ("igh", "igh", "AI"),  # light
    ("ugh", "[ao]ugh", "o"),
    ("gn", "gn(?=m)", ""),  # alignment
    ("gn", "(?<=i)gn(?=$|s$|e?[dr]|ing)", "N"),  # design
    ("mb", "mb$", "M"),
    ("tch", "tch", "C"),
    ("dg", "dg(?=[eiy])", "J"),  # edge
    ("du", "du(?=l|a)", "Ju"),  # module
    ("tu", "tu(?=re|ra|al)", "Cyu"),  # feature, natural
    ("Cyure", "(?<=Cy)ures?$", "a"),
    ("ch", "(?<=te|me)ch(?=n)|(?<=me|ho|po)ch(?=a|$)", "K"),  # technique, mechanism, epoch
    ("ch", "(?<=[aie]r)ch(?=[aiy][^n])", "K"),  # architecture
    ("ch", "(?<!n)ch(?=[rlmn]|ao|or)|(?<=s)ch(?=[eo])|(?<=sto)ch|(?<=sy)ch", "K"),  # chromatic, scheme, stochastic
    ("ch", "ch(?=[aou])", "Cy"),  # channel
    ("ch", "ch", "C"),
    ("C", "C$", "Ci"),  # batch
    ("i", "(?:ss?|t|c)i(?=on|an|al|ous|ent|ol)", "Sy"),  # attention, facial
    ("sh", "sh(?=[aou])", "Sy"),  # sharp
    ("sh", "sh", "S"),
    ("j", "d?j(?=[aou])", "Jy"),  # adjust
    ("sc", "sc(?=[eiy])", "S"),
    ("th", "th", "S"),
    ("cc", "cc(?=[eiy])", "KS"),  # access
    ("c", "c(?=[eiy])", "S"),
    ("ck", "ck", "KK"),  # tracking
    ("c", "c", "K"),
    ("gu", "gue?(?=[eiy]|$)", "G"),  # dialogue
    ("rgi", "rgi(?=n)", "rJi"),  # margin
    ("g", "(?<!g)g(?=[ey]|i(?!v|n$|f|r))", "J"),
    ("gg", "gg", "G"),
    ("q", "qu?", "Ku"),
    ("x", "x", "KS"),
    ("a", f"a(?={_S}(?:e|ed|es|er|ing|able)$)|a(?=Sy|tIb)|ay|ai", "e"),  # game, aggregation, training
    ("i", f"(?<![aeo])i(?={_S}(?:e|ed|es|er|ing)$)", "ai"),  # optimizer
    ("ed", "(?<=[^aeioutdr])ed$", "d"),  # supervised
    ("", rf"({_S})\1", r"\1"),  # a double consonant sounds like a single one: planning, pruning
    ("v", "v", "b"),
    ("r", f"[eiu]r(?!{_VOWEL})|[ao]r$|ar(?!{_VOWEL})", "a"),  # transformer, sensor, large
    ("r", f"r(?!{_VOWEL})|r(?=e$)", ""),
    ("e", "e(?=me$)|(?<=S)e(?=ne$)", "i"),  # scheme, scene
    ("e", "(?<=[^aeiou])e(?=s?$)", ""),
    ("l", "l", "R"),
    ("y", "(?<=[^aeiou])y(?![aeiou])", "i"),
    ("e", "ee|ea|ie(?=[^aeioun]|n[^ct])", "i"),
    ("o", "oo", "u"),
    ("au", "au", "o"),
    ("o", "ou|ow", "au"),
    ("m", "m(?=[bp])", "n"),  # sampling
)


def _lexicon() -> Iterator[tuple[str, str, str]]:
    """Yield the exceptions of lexicon.txt as rules of their own."""
    for line in Path(__file__).with_name("lexicon.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            _, pattern, letters = line.split(" = ")
            yield max(re.findall("[a-z]+", re.sub(r"\([^)]*\)\??", " ", pattern)), key=len), pattern, letters


@cache
def _rules() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    return tuple((needed, re.compile(pattern), letters) for needed, pattern, letters in (*_lexicon(), *_SPELLING))


_CONSONANTS = dict(zip("kgszjctdnmfbpr", "KGSSSSTDNNFBPR", strict=True))
# Consonants of a katakana syllable besides its own: マルチ multi, ツリー tree, ラジオ radio, ゲージ gauge.
_ALTERNATIVES = {"ci": "T", "c": "T", "tu": "S", "ji": "D", "j": "D", "ge": "S", "gi": "S", "ru": ""}
_MOST = 32


def tables() -> dict[str, object]:
    """Return the tables and rules, for a program in another language; a rule is (needed letters, pattern, letters)."""
    return {
        "spelling": [(needed, pattern.pattern, letters) for needed, pattern, letters in _rules()],
        "romaji": _ROMAJI,
        "smallKana": _SMALL_KANA,
        "fillingVowels": _FILLING_VOWELS.pattern,
        "consonants": _CONSONANTS,
        "alternatives": _ALTERNATIVES,
    }


@lru_cache(maxsize=32768)
def phonetic_key(word: str) -> str | None:
    """Return the consonants heard in an English word; None if it has fewer than two or is not an English word."""
    if not (4 <= len(word) <= 24 and word.isascii() and word.isalpha()):
        return None
    consonants = _consonants(romanize_english(word))
    return consonants if len(consonants) > 1 else None


def romanize_english(word: str) -> str:
    """Return roughly how an English word would be written in romanised katakana."""
    for needed, pattern, letters in _rules():
        if needed in word:
            word = pattern.sub(letters, word)
    return word.lower()


def phonetic_keys(kana: str) -> list[str]:
    """Return the possible consonants of a katakana word (given as hiragana with long vowels marked)."""
    parts = _syllables(kana)
    options: list[tuple[str, ...]] = []
    count = 1
    for part, following in zip(parts, [*parts, ""][1:], strict=True):
        consonants = _consonants(part)
        other = "" if part == "n" and following[:1] in ("n", "m") else _ALTERNATIVES.get(part)
        both = other is not None and count * 2 <= _MOST
        options.append((consonants, other or "") if both else (consonants,))
        count *= len(options[-1])
    return sorted({"".join(choice) for choice in product(*options)})


def similarity(kana: str, word: str) -> float:
    """Return how similar a katakana word and an English word sound, from 0 to 100."""
    from rapidfuzz.fuzz import ratio  # slow to import, and no start needs it

    typed, *meant = romanize_kana(kana), romanize_english(word), _without_filling_vowels(word)
    if typed.startswith(("re", "ri")):  # reward, regime: both リ and レ may stand for re
        typed = f"ri{typed[2:]}"
        meant = [f"ri{each[2:]}" if each.startswith("re") else each for each in meant]
    return max(ratio(typed, each) for each in meant)


@lru_cache(maxsize=8192)
def _without_filling_vowels(word: str) -> str:
    """Return the romanised word without the vowels that katakana inserts after consonants (do, tu)."""
    return _FILLING_VOWELS.sub("", romanize_english(word))


def romanize_kana(kana: str) -> str:
    """Return a katakana word (given as hiragana) romanised, without the vowels that katakana only inserts."""
    return _FILLING_VOWELS.sub("", "".join(_syllables(kana)))


def _consonants(letters: str) -> str:
    return "".join([_CONSONANTS.get(letter, "") for letter in letters])


def _syllables(kana: str) -> list[str]:
    parts: list[str] = []
    for letter in kana:
        if (vowel := _SMALL_KANA.get(letter)) and parts:
            parts[-1:] = ["w" if parts[-1] == "u" else parts[-1].rstrip("aiueo"), vowel]
        elif letter in _ROMAJI:
            parts.append(_ROMAJI[letter])
    return parts
