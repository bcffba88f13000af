"""Undoes spelling tricks inside folded text: s p a c e d letters, stars and flowers between them, l33t app names.

Keeps the way back to the original offsets. Knows platform names, no rule.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice

from moderation.prescreen import hosts, media
from moderation.prescreen.fold import Folded

_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_]([^\w\n]{1,3}))(?:[^\W_]\1){1,60}[^\W_](?![^\W_])")
_TRICKED = re.compile(r"(?<![\w@$!*])[a-z0-9$@!|*]{3,20}(?![\w@$*])", re.IGNORECASE)
_LEET = (str.maketrans("4301579$@!8|", "aeoistgsaibl"), str.maketrans("4301579$@!8|", "aeolstgsalbi"))
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}", re.IGNORECASE)
_SHORTEST_SPACED = 4
MOST = 60  # tricked words looked at in one message
Change = tuple[int, int, str]


def respell(folded: Folded) -> Folded:
    """The same text with tricks undone; returns the argument when there are none."""
    text = folded.text
    changes = sorted([*_spaced(text), *_tricked(text)])
    if not changes:
        return folded
    out: list[str] = []
    places: list[int] = []
    done = 0
    for start, end, plain in changes:
        if start < done:
            continue
        out += [text[done:start], plain]
        places += [*range(done, start), *_letters(text, start, end, len(plain))]
        done = end
    out.append(text[done:])
    places += range(done, len(text))
    source = folded.source
    return Folded(folded.original, "".join(out), places if source is None else [source[at] for at in places])


def _letters(text: str, start: int, end: int, wanted: int) -> list[int]:
    """Where each letter of the plain word stood; what was left out of it belongs to no letter."""
    places = list(range(start, end))
    if wanted < len(places):
        alone = [at for at in places if text[at].isalnum()]
        places = alone if len(alone) == wanted else places
    return [*places[: wanted - 1], end - 1]


def _spaced(text: str) -> Iterator[Change]:
    """Letters with the same thing between them; mere digits are read elsewhere."""
    for match in _SPACED.finditer(text):
        word = "".join(char for char in match.group() if char.isalnum())
        letters = sum(char.isalpha() for char in word)
        plain = _name(word)
        if plain or (len(word) >= _SHORTEST_SPACED and letters >= 3 and 2 * letters >= len(word)):
            yield match.start(), match.end(), plain or word


def _tricked(text: str) -> Iterator[Change]:
    for match in _candidates(text):
        word = match.group()
        plain = _name(word)
        if plain and plain != word.lower():
            yield match.start(), match.end(), plain


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """Words with more than letters in them, or with a letter drawn out; so many are enough in one message."""
    odd = (
        match
        for match in _TRICKED.finditer(text)
        if not match.group().isdigit() and (not match.group().isalpha() or _DRAWN_OUT.search(match.group()))
    )
    return islice(odd, MOST)


def _name(word: str) -> str:
    """The platform or telling word that a trick spelling stands for, or ""."""
    lowered = word.lower()
    for letters in _LEET:
        plain = lowered.translate(letters)
        for guess in (plain, _DRAWN_OUT.sub(r"\1", plain), _DRAWN_OUT.sub(r"\1\1", plain)):
            if guess in _names() or guess.removesuffix("s") in _names():
                return guess
    return _starred(lowered) if "*" in word and not set(lowered) & set("$|!") else ""


@cache
def _names() -> frozenset[str]:
    names = {
        re.sub(r"[^a-z]", "", name) for medium in media.media().values() for name in (*medium.names, *medium.short)
    }
    return frozenset(name for name in names | hosts.mail_names() if len(name) > 2) | {"add", "text", "call", "number"}


@lru_cache(maxsize=256)
def _starred(word: str) -> str:
    """A long name with a few letters starred out: sn*pchat, wh*ts*pp."""
    if len(word) < _SHORTEST_SPACED or 2 * word.count("*") > len(word) or word[0] == "*":
        return ""
    fits = re.compile(word.replace("*", "[a-z]"))
    return next((name for name in _by_length().get(len(word), ()) if fits.fullmatch(name)), "")


@cache
def _by_length() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for name in sorted(_names()):
        found.setdefault(len(name), []).append(name)
    return found
