"""The one spelling of a contact, so that two people who give the same one can be told to have done so."""

import re
from unicodedata import normalize

from moderation.domain.vocabulary import Ground, Kind

COMPARED = frozenset({Kind.PHONE, Kind.EMAIL, Kind.SOCIAL_HANDLE, Kind.MESSAGING_APP, Kind.URL})
_NUMBER = re.compile(r"\+?[\d().\-/]{7,30}")
_ADDRESS = re.compile(r"[^@]+@[^@]+\.[^@.]+")
_HANDLE = re.compile(r"(?=.*[\d_.#])[\w.#-]{4,64}")
_SCHEME = re.compile(r"^(?:https?:/+)?(?:www\.)?")


def canonical(rule: Ground, kind: Kind, said: str, given: str = "") -> str:
    """The contact in one spelling; empty where there is none to compare.

    `given` is what the pre-screen reads the words as, and is taken when there is anything. Without it the words speak
    for themselves if they look like a contact of their kind: a whole sentence, or a piece of something split over
    several messages, would be found again by accident.
    """
    if kind not in COMPARED:
        return ""
    if given:
        return _joined(given)
    words = normalize("NFKC", said).strip()
    plain = _joined(words)
    if kind is Kind.PHONE:
        return _number(plain)
    if kind is Kind.EMAIL:
        return plain if _ADDRESS.fullmatch(plain) else ""
    if kind is Kind.URL:
        return "" if " " in words or "." not in plain else _SCHEME.sub("", plain).rstrip("/")
    return _handle(words) if rule is Ground.CONTACT_SHARED else ""


def _joined(text: str) -> str:
    return "".join(text.casefold().split())


def _number(plain: str) -> str:
    if not _NUMBER.fullmatch(plain):
        return ""
    digits = "".join(str(int(char)) for char in plain if char.isdecimal())
    return f"{'+' if plain.startswith('+') else ''}{digits}" if 7 <= len(digits) <= 15 else ""


def _handle(words: str) -> str:
    """A name in one word, or spelled out letter by letter; with something in it that ordinary words do not have."""
    pieces = words.split()
    if len(pieces) > 1 and any(len(piece) > 1 for piece in pieces):
        return ""
    plain = _joined(words)
    bare = plain.removeprefix("@")
    looks_like_one = _HANDLE.fullmatch(bare) or (plain != bare and re.fullmatch(r"[\w.#-]{3,64}", bare))
    return bare if looks_like_one else ""
