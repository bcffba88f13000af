"""Finding words in a text as somebody quotes them from a page, where blanks, case and invisible characters differ."""

from collections.abc import Iterator
from unicodedata import category

Place = tuple[int, int]  # start and end in code points of the text, the end exclusive


def places(text: str, words: str) -> list[Place]:
    """Everywhere in the text that the words stand, from the left, without overlaps.

    Runs of blanks count as one, upper case as lower, and characters that nobody sees (joiners, orders to turn the
    writing around) as none: a page shows the text so, and people copy it from there.
    """
    wanted = "".join(char for char, _ in _loosened(words)).strip()
    if not wanted:
        return []
    loose = list(_loosened(text))
    plain = "".join(char for char, _ in loose)
    found = []
    at = plain.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        found.append((loose[at][1], loose[end - 1][1] + 1))
        at = plain.find(wanted, end)
    return found


def _loosened(text: str) -> Iterator[tuple[str, int]]:
    """One character at a time, each with its place in the text."""
    blank = False
    for place, char in enumerate(text):
        if category(char) == "Cf":
            continue
        if char.isspace():
            if not blank:
                yield " ", place
            blank = True
            continue
        blank = False
        for folded in char.casefold():
            yield folded, place
