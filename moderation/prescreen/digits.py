"""Reads digits however they are written: figures, words of many languages, look-alikes, "double oh", "(7-2)".

Knows numbers, not telephones: it turns text into runs of digits and says how each run was written.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from moderation.prescreen.lexicon import table
from moderation.prescreen.number_words import digit_signs, number_words, stuck
from moderation.prescreen.numerals import Group, Item, grouped

__all__ = ["Group", "Run", "number_words", "runs"]

# A sum in brackets, figures, or a word (marks belong to the letters of Devanagari).
_TOKEN = re.compile(r"\([ ]?\d{1,3}[ ]?[-+*x/×][ ]?\d{1,3}[ ]?\)|\d+|(?:[^\W\d_]|[\u0900-\u0963])+")
_SUM = re.compile(r"(\d+)[ ]?([-+*x/×])[ ]?(\d+)")
_LOOKALIKES = str.maketrans("oOiIlLzZsSbB", "001111225588")
_LOOKALIKE = re.compile(r"[oOiIlLzZsSbB]{1,3}")
_ALONE_A_DIGIT = frozenset({"I", "O"})
_PLAIN_GAPS = frozenset({" ", "-"})
_PAUSE = re.compile(r"[,.;:!?\n…()/]|\s-\s|\s{2}")

_OPENING = frozenset(["", *'.,;:!?("\n'])
_CLOSED = re.compile(r"\s*(?:$|[.,;!?)\"\n])")

_WIDEST_GAP = 24  # characters between two pieces of one run, glue words included
_MOST_PIECES = 48  # nothing anybody dials is written in more
_NEAR = 3  # characters in which punctuation before a number is looked for
_LAST_IN_A_LIST = 20  # "day 3", "line 12"
_ENOUGH_COMPANY = 3  # sure pieces that make a loose word at the edge a digit, too
_DIALLED_LENGTHS = frozenset({10, 11})


@dataclass(slots=True)
class Run:
    """Groups that stand together. attached: letters touch the run, as in "luna_4155550123"."""

    pieces: list[Group]
    attached: bool = False

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    @property
    def digits(self) -> str:
        return "".join(piece.value for piece in self.pieces)

    @property
    def words(self) -> int:
        return sum(piece.form != "d" for piece in self.pieces)

    @property
    def groups(self) -> list[str]:
        return [piece.value for piece in self.pieces]


def runs(text: str) -> list[Run]:
    """Runs of digits in folded text, in order."""
    found: list[Run] = []
    for items in _stretches(text):
        for kept in _apart(items):
            groups = _trimmed(kept)
            if groups:
                found.append(Run(groups, _touches_letters(text, groups[0].start, groups[-1].end)))
    return found


def _touches_letters(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    return before.isalnum() or after.isalnum() or before in {"_", "@", "#"} or after in {"_", "@"}


# --- from text to items


@dataclass(frozen=True, slots=True)
class _Small:
    """The little words between and around digits."""

    glue: frozenset[str]
    times: frozenset[str]
    minus: frozenset[str]
    before_count: frozenset[str]
    after_count: frozenset[str]
    numbered: frozenset[str]


@cache
def _small() -> _Small:
    lists = table("numbers")
    return _Small(
        glue=frozenset(lists["glue"]["words"]),
        times=frozenset(lists["times"]["words"]),
        minus=frozenset(lists["sums"]["minus"]),
        before_count=frozenset(lists["counted"]["before"]),
        after_count=frozenset(lists["counted"]["after"]),
        numbered=frozenset(lists["counted"]["numbered"]),
    )


def _stretches(text: str) -> Iterator[list[Item]]:
    """Items with nothing but glue between them; endless rows of them are no numbers that anybody dials."""
    small = _small()
    current: list[Item] = []
    endless = -1  # how far an endless row has got
    glue = previous = ""
    for match in _TOKEN.finditer(text):
        start, token = match.start(), match.group()
        if endless >= 0 and start - endless <= _WIDEST_GAP and (token[0].isdecimal() or _known(token.lower())):
            endless = match.end()
            continue
        items = _items(token, start, previous)
        if items is None:
            previous = ""
            continue
        if not items:
            word = token.lower()
            if current and word in small.after_count and _only_counts(current[-1], current):
                current.pop()
            if word not in small.glue:
                if current:
                    yield _ended(text, current)
                current, endless = [], -1
            glue = previous = word
            continue
        if current:
            gap = text[current[-1].end : start]
            if len(gap) > _WIDEST_GAP or gap.count("\n") > 2:
                yield _ended(text, current)
                current = []
            elif len(current) > _MOST_PIECES:
                current, endless = [], match.end()
                continue
            elif gap not in _PLAIN_GAPS:
                items[0].glue, items[0].pause = glue, bool(_PAUSE.search(gap))
        items[0].counts = previous in small.before_count
        current += items
        endless = -1
        glue = previous = ""
    if current:
        yield _ended(text, current)


def _items(token: str, at: int, previous: str) -> list[Item] | None:
    """What a token says in digits; nothing for an ordinary word, None for the number of a day or a line."""
    if token[0].isdecimal():
        if len(token) < 3 and previous in _small().numbered and int(token) <= _LAST_IN_A_LIST:
            return None
        return [Item(at, at + len(token), "figures", token)]
    return [_placed(word, at) for word in _known(token if token in _ALONE_A_DIGIT else token.lower())]


def _ended(text: str, items: list[Item]) -> list[Item]:
    if len(items) > 1 and any(item.counts for item in items):
        items = [item for at, item in enumerate(items) if not _says_how_many(items[at : at + 2])]
    first, last = items[0], items[-1]
    if first.part != "figures":
        first.opens = text[max(0, first.start - _NEAR) : first.start].rstrip(" ")[-1:] in _OPENING
    if last.part != "figures":
        last.closes = bool(_CLOSED.match(text, last.end))
    return items


def _says_how_many(pair: list[Item]) -> bool:
    """ "last four 0116": the number says how many digits come next."""
    item, after = pair[0], pair[-1]
    return item.counts and after is not item and after.part == "figures" and len(after.value) == item.number


def _only_counts(item: Item, stretch: list[Item]) -> bool:
    """ "the last four digits", "ten digits": a number that counts digits, and stands apart from those before it."""
    return item.part == "unit" and (item.counts or item.pause or len(stretch) == 1)


@dataclass(frozen=True, slots=True)
class _Known:
    """What one word, or a part of it, says; positions are counted from the start of the word."""

    start: int
    end: int
    part: str
    value: str
    languages: frozenset[str] = frozenset()
    sure: bool = True


def _placed(word: _Known, at: int) -> Item:
    return Item(at + word.start, at + word.end, word.part, word.value, word.languages, word.sure)


@lru_cache(maxsize=4096)
def _known(word: str) -> tuple[_Known, ...]:
    """The digits in one word that is not figures; the same few hundred words come again and again."""
    size = len(word)
    entry = number_words().get(word)
    if entry is not None:
        return (_Known(0, size, entry.part, str(entry.value), entry.languages, entry.sure),)
    if word[0] == "(":
        return _computed(word)
    for part, small in (("times", _small().times), ("minus", _small().minus)):
        if word in small:
            return (_Known(0, size, part, "", sure=False),)
    if size <= 3 and word != "i" and _LOOKALIKE.fullmatch(word):
        return (_Known(0, size, "look", word.translate(_LOOKALIKES), sure=False),)
    signs = digit_signs()
    if word[0] in signs and all(char in signs for char in word):
        script = frozenset({"signs"})
        return tuple(_Known(i, i + 1, "unit", signs[char], script, size > 1) for i, char in enumerate(word))
    return tuple(_Known(start, end, found.part, str(found.value), found.languages) for start, end, found in stuck(word))


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": int.__add__,
    "-": int.__sub__,
    "*": int.__mul__,
    "x": int.__mul__,
    "×": int.__mul__,
    "/": lambda one, two: one // two if two and one % two == 0 else -1,
}


def _computed(token: str) -> tuple[_Known, ...]:
    match = _SUM.search(token)
    if match is None:
        return ()
    result = _OPERATIONS[match.group(2)](int(match.group(1)), int(match.group(3)))
    return (_Known(0, len(token), "sum", str(result)),) if 0 <= result <= 99 else ()


# --- which loose words are digits


def _apart(items: list[Item]) -> Iterator[list[Item]]:
    """The stretch, broken where a loose word is no digit after all."""
    if all(item.sure for item in items):
        yield items
        return
    languages = frozenset[str]().union(*(item.languages for item in items if item.sure))
    kept: list[Item] = []
    for at, item in enumerate(items):
        if item.sure or _welcome(items, at, languages):
            kept.append(item)
        elif kept:
            yield kept
            kept = []
    if kept:
        yield kept


def _welcome(items: list[Item], at: int, languages: frozenset[str]) -> bool:
    """A loose word is a digit only beside others of its kind: "ate" beside spoken digits, "l" beside figures."""
    item = items[at]
    around = [items[place] for place in (at - 1, at + 1) if 0 <= place < len(items)]
    if item.part == "times":
        return bool(around)
    if item.part == "minus":
        return len(around) == 2
    if item.part == "look":
        return _looks_like_a_digit(item, around)
    return bool(item.languages & languages) and any(other.spoken or other.part == "look" for other in around)


def _looks_like_a_digit(item: Item, around: list[Item]) -> bool:
    touching = [other for other in around if other.end == item.start or item.end == other.start]
    if touching:
        return len(touching) == 2 or not item.value.strip("01") or item.value in {"00", "01", "10"}
    single = [other for other in around if other.spoken or other.end - other.start == 1]
    return bool(single) and item.end - item.start == 1 and item.value in {"0", "1"}


def _trimmed(items: list[Item]) -> list[Group]:
    """Drops loose words from the edges, unless there is company enough and they complete a number of usual length."""
    if all(item.part == "figures" for item in items):
        return [Group(item.start, item.end, item.value, "d") for item in items]
    sure = [at for at, item in enumerate(items) if item.sure]
    if not any(items[at].part != "repeat" for at in sure):
        return []
    first, last = sure[0], sure[-1]
    while last + 1 < len(items) and _goes_on(items[last], items[last + 1]):
        last += 1
    inner = grouped(items[first : last + 1])
    if len(sure) < _ENOUGH_COMPANY or len(sure) == len(items):
        return inner
    if items[0].value == "0" or items[0].opens:
        first = 0
    if items[-1].closes:
        last = len(items) - 1
    inner = grouped(items[first : last + 1])
    for start, end in ((0, len(items)), (0, last + 1), (first, len(items))):
        whole = grouped(items[start:end])
        if _length(whole) in _DIALLED_LENGTHS and _length(inner) not in _DIALLED_LENGTHS:
            return whole
    return inner


def _goes_on(item: Item, after: Item) -> bool:
    """ "soixante-dix", "five three times": the loose word belongs to the sure one before it."""
    under = item.part in {"ten", "scale"} and after.part == "unit" and not after.pause
    return after.part in {"times", "repeat"} or (under and bool(item.languages & after.languages))


def _length(groups: list[Group]) -> int:
    return sum(len(group.value) for group in groups)
