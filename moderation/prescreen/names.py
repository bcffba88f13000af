"""What looks like a user name by its form alone: which marks, figures and letters it is made of. Knows no sentence."""

import re
from enum import IntEnum
from functools import cache, lru_cache

from moderation.prescreen.lexicon import table

TOKEN = re.compile(r"@?\w[\w.'\-]{0,60}(?:#\w{2,6}\b)?")
_TRAILING = ".-'"
_TAGGED = re.compile(r"[\w.]{2,32}#(?:\d{3,5}|[A-Z0-9]{2,5})")
_MEASURE = re.compile(
    r"\d+(?:st|nd|rd|th|am|pm|mg|mcg|ml|g|kg|km|cm|mm|k|s|x|h|hrs?|mins?|m|secs?|yrs?|wks?|ish|yo|f|lbs?|ft|in|p|c|gb|mb|"
    r"kcal|v\d+|something|odd|plus|er|ers|hz|fps)|[£$€]?\d[\d.,:'\-]*(?:\w|am|pm)?|\d+[x×]\d+|[mfxas]\d{2}",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[a-z]\.)+[a-z]?", re.IGNORECASE)
_HOST = re.compile(
    r".*\.(?:com|net|org|gg|ly|uk|co|io|example|tv|ee|be|de|fr|es|it|ru|me|app|link|info|edu|gov)", re.IGNORECASE
)
_CAMEL = re.compile(
    r"(?:[A-Z][a-z]+){2,}\d*|[a-z]{2,}(?:[A-Z][a-z]+)+\d*|[A-Z]{2,}[a-z]{2,}[A-Z]\w*|(?:[A-Z][a-z]+)+[A-Z]{2,}"
)
_CODE = re.compile(r"(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{2,}(?:-?[A-Z0-9]{2,}){1,5}")
# "wa7da", "3am": figures are letters in chat Arabic; "hati2": a word said twice in Indonesian.
_DIGIT_AS_LETTER = re.compile(r"[a-z]{0,6}[235679][a-z]{1,6}(?:[235679][a-z]{0,4})?|[a-z]{3,8}2", re.IGNORECASE)
_SHORTEST_COMPOUND = 8
_SHORTEST_PART = 3
_JOINTS = frozenset({"of", "is", "no", "my", "in", "on", "at", "to", "so", "by", "us", "me", "xo", "x", "s"})


class Shape(IntEnum):
    """How much a token looks like a user name, from not at all to certainly made up."""

    ORDINARY = 0  # a word of everyday chat
    UNUSUAL = 1  # a word nobody uses in everyday chat, or a foreign one
    COMPOUND = 2  # words run together, or with capitals inside
    SHAPED = 3  # letters with figures, underscores or dots
    MARKED = 4  # said to be a name, here or elsewhere: @name
    TAGGED = 5  # a name that only makes sense elsewhere: name#1234


@cache
def ordinary() -> frozenset[str]:
    """Words that people use in everyday chat."""
    return frozenset(table("ordinary_words")["words"].split())


@cache
def _chat_spelling() -> frozenset[str]:
    return frozenset(table("naming")["chat_spelling"].split())


def trimmed(token: str) -> str:
    """Without the punctuation of the sentence around it."""
    token = token.rstrip(_TRAILING)
    return token[:-2] if token.endswith("'s") else token


def shaped(token: str) -> bool:
    """Letters with figures, underscores or dots among them, or a mark that only names carry."""
    return shape(token) >= Shape.SHAPED


@lru_cache(maxsize=4096)
def shape(token: str) -> Shape:
    """The shape of one trimmed token."""
    bare = token.lstrip("@")
    if len(bare) < 3 or bare.lower() in _chat_spelling() or _MEASURE.fullmatch(bare):
        return Shape.ORDINARY
    if _TAGGED.fullmatch(token):
        return Shape.TAGGED
    if token.startswith("@"):
        return Shape.MARKED
    if not any(char.isalpha() for char in bare) or _INITIALS.fullmatch(bare) or _HOST.fullmatch(bare):
        return Shape.ORDINARY
    if _is_shaped(bare):
        return Shape.SHAPED
    return _of_letters(bare)


def _is_shaped(bare: str) -> bool:
    if "_" in bare.strip("_") or (bare.startswith("_") and len(bare) > 3):
        return True
    if any(char.isdigit() for char in bare) and not _DIGIT_AS_LETTER.fullmatch(bare):
        letters = sum(char.isalpha() for char in bare)
        return bool(_CODE.fullmatch(bare)) if "-" in bare else letters > 2 or (len(bare) > 5 and letters > 1)
    parts = bare.lower().split(".")
    return len(parts) > 1 and "" not in parts and (len(parts) > 2 or not all(part in ordinary() for part in parts))


def _of_letters(bare: str) -> Shape:
    low = bare.lower()
    if _is_ordinary(low) or "'" in bare:
        return Shape.ORDINARY
    if "-" in bare or "." in bare:
        return Shape.ORDINARY if all(map(_is_ordinary, re.split(r"[-.]", low))) else Shape.UNUSUAL
    if not _pronounced(low):
        return Shape.ORDINARY
    run_together = _CAMEL.fullmatch(bare) or (bare.islower() and bare.isascii() and _is_compound(low))
    return Shape.COMPOUND if run_together else Shape.UNUSUAL


def _is_ordinary(word: str) -> bool:
    return word in ordinary() or word.removesuffix("s") in ordinary()


def _pronounced(word: str) -> bool:
    """Neither laughter nor a drawn-out word: hahahha, nooooo, zzz."""
    return len(word) > 3 and len(set(word)) > 3 and not re.search(r"(.)\1\1", word)


def _is_compound(word: str) -> bool:
    """Everyday words run together: thetwoofus, dustbunnyrodeo."""
    if not _SHORTEST_COMPOUND <= len(word) <= 40:
        return False
    known = ordinary()
    reached = {0}  # where a row of known words may end
    for end in range(2, len(word) + 1):
        for start in list(reached):
            part = word[start:end]
            if part in _JOINTS or (len(part) >= _SHORTEST_PART and part in known):
                reached.add(end)
                break
    return len(word) in reached
