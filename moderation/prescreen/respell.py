# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Undoes spelling tricks inside folded text: s p a c e d letters, stars and flowers between them, l33t app names.

Keeps the way back to the original offsets. Knows platform names, no rule.
"""

import re
from functools import cache

from moderation.prescreen import media
from moderation.prescreen.fold import Folded

_SPACED = re.compile(r"(?<![^\W_])(?:[^\W_]([^\w\n]{1,3}))(?:[^\W_]\1){2,40}[^\W_](?![^\W_])")
_LEET = str.maketrans("4301579$@!8", "aeoistgsaib")
_MIXED = re.compile(
    r"(?<![\w@])(?=[a-z0-9$@!]*[a-z])(?=[a-z0-9$@!]*[0-9$@!])[a-z0-9$@!]{2,14}(?![\w@.])", re.IGNORECASE
)


def respell(folded: Folded) -> Folded:
    """The same text with tricks undone; returns the argument when there are none."""
    text = folded.text
    spaced = [match for match in _SPACED.finditer(text) if _is_word(match.group())]
    chars = list(text)
    for match in _MIXED.finditer(text):
        plain = match.group().lower().translate(_LEET)
        if plain in _plain_names() or plain.rstrip("s") in _plain_names():
            chars[match.start() : match.end()] = plain
    if not spaced and "".join(chars) == text:
        return folded
    source = list(folded.source) if folded.source is not None else list(range(len(text)))
    keep = [True] * len(chars)
    for match in spaced:
        for at in range(match.start(), match.end()):
            keep[at] = chars[at].isalnum() or chars[at] == "_"
        word = "".join(chars[at] for at in range(match.start(), match.end()) if keep[at])
        plain = word.lower().translate(_LEET)
        if plain in _plain_names():
            kept = iter(plain)
            for at in range(match.start(), match.end()):
                if keep[at]:
                    chars[at] = next(kept)
    return Folded(
        folded.original,
        "".join(char for char, stays in zip(chars, keep, strict=True) if stays),
        [at for at, stays in zip(source, keep, strict=True) if stays],
    )


def _is_word(spaced: str) -> bool:
    """Letters with the same thing between them; digits are read elsewhere, a-b-c lists and B-R-E-A-T-H are words too."""
    letters = [char for char in spaced if char.isalpha()]
    return len(letters) >= 3 and len(letters) >= sum(char.isdigit() for char in spaced)


@cache
def _plain_names() -> frozenset[str]:
    names = {
        re.sub(r"[^a-z]", "", name) for medium in media.media().values() for name in (*medium.names, *medium.short)
    }
    return frozenset(name for name in names if len(name) > 2) | {"add", "text", "call", "snap", "number"}
