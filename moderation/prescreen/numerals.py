"""The grammar of spoken numbers: "seventy six", "nine hundred", "double five", "three zeros", "eight minus one"."""

from collections.abc import Iterator
from dataclasses import dataclass

_A_FEW = frozenset("23456")
_OPERATORS = frozenset({"times", "minus"})
_NO_NUMBER = _OPERATORS | {"repeat"}


@dataclass(slots=True)
class Group:
    """Digits written in one go: "555", "triple five", "ninety-one". form: d figures, w words, m look-alikes or sums."""

    start: int
    end: int
    value: str
    form: str


@dataclass(slots=True)
class Item:
    """A number word or figures as they stand in the text, before "double" and "hundred" are applied."""

    start: int
    end: int
    part: str  # figures, look, sum, times, minus, or the part of a number word
    value: str
    languages: frozenset[str] = frozenset()
    sure: bool = True
    glue: str = ""  # the glue word right before it
    pause: bool = False  # punctuation right before it
    opens: bool = False  # nothing, or punctuation, stands before it
    closes: bool = False  # nothing, or punctuation, follows
    counts: bool = False  # a small number beside "last", "first": it may only say how many digits there are

    @property
    def number(self) -> int:
        return int(self.value or 0)

    @property
    def spoken(self) -> bool:
        return bool(self.languages)


def grouped(items: list[Item]) -> list[Group]:
    """The numbers that are said, in order; what says no number is left out."""
    return list(_Speech(items).groups())


class _Speech:
    """One reading of the items, from the first to the last."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.at = 0

    def groups(self) -> Iterator[Group]:
        before: Group | None = None
        while self.at < len(self.items):
            if self.items[self.at].part == "plural":  # "in sevens": nothing says how many
                self.at += 1
                continue
            group, replaces = self._next(before)
            if before is not None and not replaces:
                yield before
            before = group if group is not None else before if replaces else None
        if before is not None:
            yield before

    def _next(self, before: Group | None) -> tuple[Group | None, bool]:
        """The next group, and whether it takes the place of the one before."""
        item = self.items[self.at]
        if item.part == "repeat":
            return self._repeated(before)
        if item.part in _OPERATORS:
            self.at += 1
            return before, True
        group = self._number()
        return self._counted(group), False

    def _peek(self, ahead: int = 0) -> Item | None:
        place = self.at + ahead
        return self.items[place] if place < len(self.items) else None

    def _repeated(self, before: Group | None) -> tuple[Group | None, bool]:
        """ "double seven"; "five triple," says it afterwards."""
        item = self.items[self.at]
        self.at += 1
        follower = self._peek()
        afterwards = follower is None or (follower.pause and not item.pause)
        if afterwards and before is not None:
            return Group(before.start, item.end, before.value * item.number, "w"), True
        if follower is None or follower.part in _NO_NUMBER:
            return before, True
        group = self._number()
        return Group(item.start, group.end, group.value * item.number, "w"), False

    def _counted(self, group: Group) -> Group:
        """ "three zeros", "zwei mal die vier", "five three times", "eight minus one"."""
        follower, after = self._peek(), self._peek(1)
        if follower is None:
            return group
        if follower.part == "plural" and group.value in _A_FEW and not follower.pause:
            self.at += 1
            return Group(group.start, follower.end, follower.value * int(group.value), "w")
        if follower.part in _OPERATORS and after is not None and after.part not in _NO_NUMBER:
            if follower.part == "minus":
                self.at += 1
                return self._less(group)
            if group.value in _A_FEW:
                self.at += 1
                counted = self._number()
                return Group(group.start, counted.end, counted.value * int(group.value), "w")
        if follower.value in _A_FEW and len(group.value) == 1 and not follower.pause and self._said_times():
            self.at += 2
            return Group(group.start, self.items[self.at - 1].end, group.value * follower.number, "w")
        return group

    def _said_times(self) -> bool:
        """ "three times" comes next, and nothing after it that it could belong to."""
        times, beyond = self._peek(1), self._peek(2)
        return times is not None and times.part == "times" and (beyond is None or beyond.pause)

    def _less(self, group: Group) -> Group:
        taken = self._number()
        difference = int(group.value[:9]) - int(taken.value[:9])
        value = str(difference) if difference >= 0 else group.value + taken.value
        return Group(group.start, taken.end, value, "m")

    def _number(self) -> Group:
        """One numeral, the unit under the ten and the rest under the hundred taken in."""
        first = self.items[self.at]
        if first.part in {"figures", "look", "sum"}:
            return self._figures(first)
        value, last = self._below_hundred()
        if self._continues("scale") and 0 < value < 100:
            value, last = value * self.items[self.at].number, self.items[self.at]
            self.at += 1
        if value >= 100 and value % 100 == 0 and self._has_rest(first):
            rest, last = self._below_hundred()
            value += rest
        return Group(first.start, last.end, str(value), "w")

    def _figures(self, first: Item) -> Group:
        self.at += 1
        form = "d" if first.part == "figures" else "m"
        if first.part == "figures" and len(first.value) <= 2 and self._continues("scale") and first.number:
            scale = self.items[self.at]
            self.at += 1
            return Group(first.start, scale.end, str(first.number * scale.number), "w")
        return Group(first.start, first.end, first.value, form)

    def _below_hundred(self) -> tuple[int, Item]:
        first = self.items[self.at]
        value, last = first.number, first
        self.at += 1
        if self._continues("ten") and first.part == "unit" and (value, self.items[self.at].number) == (4, 20):
            value, last = 80, self.items[self.at]  # quatre-vingts
            self.at += 1
        if value in {20, 30, 40, 50, 60, 70, 80, 90} and self._continues("unit"):
            most = 20 if value in {60, 80} and "fr" in self.items[self.at].languages else 10
            if 0 < self.items[self.at].number < most:
                value, last = value + self.items[self.at].number, self.items[self.at]
                self.at += 1
        if value in {70, 90} and last.number == 10 and self._continues("unit") and 6 < self.items[self.at].number < 10:
            value, last = value + self.items[self.at].number, self.items[self.at]  # soixante-dix-sept
            self.at += 1
        return value, last

    def _continues(self, part: str) -> bool:
        item = self._peek()
        return (
            item is not None
            and item.part == part
            and not item.pause
            and item.glue in {"", "and", "y", "e", "et", "und"}
        )

    def _has_rest(self, first: Item) -> bool:
        """In English "five hundred and six", "five hundred fifty-five" go on; elsewhere "six cent deux" does, too."""
        item = self._peek()
        if item is None or not (self._continues("unit") or self._continues("ten")) or not 0 < item.number < 100:
            return False
        if "en" not in first.languages or item.glue == "and" or item.number >= 10:
            return True
        after = self._peek(1)
        return item.closes if after is None else after.pause
