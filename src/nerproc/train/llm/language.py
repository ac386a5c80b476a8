"""Whether a text may be of a language: by its script, and by the small words that every text of it has.

This finds a text of another language than was asked for; it does not tell which one it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

LEAST_LETTERS = 10  # below which a text says nothing of its language
LEAST_SHARE = 0.6  # of the letters that must be of the language's script
LEAST_WORDS = 2  # small words of another language, for the text to be of that one
MOST_OTHERS = 1.5  # so many of them for each small word of the language itself may be chance

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = ("CYRILLIC",)
_SCRIPTS = {  # language -> how Unicode's names of its letters begin; others: LATIN
    **dict.fromkeys(("be", "bg", "kk", "mk", "mn", "ru", "uk"), _CYRILLIC),
    "sr": ("CYRILLIC", "LATIN"),
    "el": ("GREEK",),
    **dict.fromkeys(("he", "yi"), ("HEBREW",)),
    **dict.fromkeys(("ar", "fa", "ur"), ("ARABIC",)),
    **dict.fromkeys(("hi", "mr", "ne"), ("DEVANAGARI",)),
    "bn": ("BENGALI",),
    "ta": ("TAMIL",),
    "te": ("TELUGU",),
    "th": ("THAI",),
    "hy": ("ARMENIAN",),
    "ka": ("GEORGIAN",),
    "ja": ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"),
    "ko": ("HANGUL",),
    "zh": ("CJK",),
}
_SMALL_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "da": "og at det er en et for med på som ikke jeg vi du den af til har",
        "de": "der die das und ist nicht mit für von auf ein eine ich sie wir zu bitte den dem im wird ihre",
        "en": "the and of to is in for with that you your are was this please have not on at be will from",
        "es": "el la los las y es una un para con por que no su en del se está",
        "fr": "le la les et est des une un pour dans vous nous avec pas sur ce votre du au qui",
        "it": "il la che di è una un per con non del della sono si le da nel gli",
        "nl": "de het een en is van niet met voor op dat ik je wij zijn aan u uw te",
        "no": "og å det er en et for med på som ikke jeg vi du den av til har",
        "pl": "i w na z się nie jest to do że jak za od po dla przez są",
        "pt": "o os as e é uma um para com por não que do da em se na no seu",
        "sv": "och att det är en ett för med på som inte jag vi du den av till har",
        "tr": "ve bir bu için ile de da mi çok ne var daha gibi",
    }.items()
}


def may_be(text: str, locale: str) -> bool:
    """Whether `text` may be in the language of `locale` (de_DE, pt, …); of a short one, nobody can tell."""
    language = re.split("[_-]", locale.lower())[0]
    language = {"nb": "no", "nn": "no"}.get(language, language)
    letters = [character for character in text if character.isalpha()]
    if len(letters) < LEAST_LETTERS:
        return True
    scripts = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in letters)
    expected = _SCRIPTS.get(language, ("LATIN",))
    if sum(scripts[script] for script in expected) < LEAST_SHARE * len(letters):
        return False
    if language == "ja" and not (scripts["HIRAGANA"] or scripts["KATAKANA"]):
        return False
    return language not in _SMALL_WORDS or _by_words(text, language)


def _by_words(text: str, language: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    found = {each: sum(word in known for word in words) for each, known in _SMALL_WORDS.items()}
    most = max(found.values())
    return most < LEAST_WORDS or most <= found[language] * MOST_OTHERS
