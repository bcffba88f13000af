"""The simple kinds of values that a policy is made of: how people type each, what is wrong with one, how it reads.

Knows no field by name. Every shape refuses with ValueError and a sentence that says how to mend it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

# What a control sends: one text, several (boxes that are ticked), or rows of named texts.
Typed = str | list[str] | list[dict[str, str]]

NOTHING = "nothing"


class Shape(Protocol):
    """`control` is the template's word for what people type into."""

    control: ClassVar[str]

    @property
    def range(self) -> str: ...

    def typed(self, value: Any) -> Typed: ...

    def read(self, typed: Any) -> Any: ...

    def check(self, value: Any) -> None: ...

    def words(self, value: Any) -> str: ...


def fault(shape: Shape, value: Any) -> str:
    """What is wrong with a value; empty: nothing."""
    try:
        shape.check(value)
    except ValueError as wrong:
        return str(wrong)
    return ""


def insist(holds: bool, sentence: str) -> None:
    if not holds:
        raise ValueError(sentence)


def text_of(typed: Any) -> str:
    return str(typed).replace("\r\n", "\n").strip()


def lines_of(typed: Any) -> list[str]:
    return [line.strip() for line in text_of(typed).split("\n") if line.strip()]


def listed(words: Any) -> str:
    return ", ".join(words) or NOTHING


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of something. `optional`: empty is a value too."""

    low: int
    high: int
    unit: str
    empty: str = ""  # what an empty field means; without it, the field cannot be empty
    control: ClassVar[str] = "number"

    @property
    def range(self) -> str:
        also = f", or empty: {self.empty}" if self.empty else ""
        return f"{self.low:,} to {self.high:,} {self.unit}{also}."

    def typed(self, value: Any) -> Typed:
        return "" if value is None else str(value)

    def read(self, typed: Any) -> Any:
        text = text_of(typed)
        if not text and self.empty:
            return None
        insist(re.fullmatch(r"[0-9]{1,9}", text) is not None, f"Write a whole number: {self.range}")
        self.check(int(text))
        return int(text)

    def check(self, value: Any) -> None:
        if value is None and self.empty:
            return
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        insist(is_whole and self.low <= value <= self.high, f"It has to be {self.range}")

    def words(self, value: Any) -> str:
        return self.empty if value is None else f"{value:,} {self.unit}"


@dataclass(frozen=True, slots=True)
class Share:
    """A score of the pre-screen."""

    low: float
    high: float
    control: ClassVar[str] = "number"

    @property
    def range(self) -> str:
        return f"{self.low:g} to {self.high:g}."

    def typed(self, value: Any) -> Typed:
        return str(value)

    def read(self, typed: Any) -> Any:
        text = text_of(typed).replace(",", ".")
        insist(re.fullmatch(r"[0-9]?\.?[0-9]{1,4}|[0-9]\.", text) is not None, f"Write a number: {self.range}")
        self.check(float(text))
        return float(text)

    def check(self, value: Any) -> None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        insist(is_number and self.low <= value <= self.high, f"It has to be {self.range}")

    def words(self, value: Any) -> str:
        return f"{value:g}"


@dataclass(frozen=True, slots=True)
class Switch:
    on: str = "on"
    off: str = "off"
    control: ClassVar[str] = "switch"
    range: ClassVar[str] = ""

    def typed(self, value: Any) -> Typed:
        return "on" if value else ""

    def read(self, typed: Any) -> Any:
        return bool(text_of(typed))

    def check(self, value: Any) -> None:
        insist(isinstance(value, bool), "It is on or off.")

    def words(self, value: Any) -> str:
        return self.on if value else self.off


@dataclass(frozen=True, slots=True)
class OneOf:
    options: Mapping[str, str]
    control: ClassVar[str] = "select"
    range: ClassVar[str] = ""

    def typed(self, value: Any) -> Typed:
        return str(value)

    def read(self, typed: Any) -> Any:
        self.check(typed)
        return typed

    def check(self, value: Any) -> None:
        insist(isinstance(value, str) and value in self.options, f"Choose one of: {listed(self.options.values())}.")

    def words(self, value: Any) -> str:
        return self.options[value].lower()


@dataclass(frozen=True, slots=True)
class AnyOf:
    options: Mapping[str, str]
    control: ClassVar[str] = "checks"
    range: ClassVar[str] = ""

    def typed(self, value: Any) -> Typed:
        return list(value)

    def read(self, typed: Any) -> Any:
        chosen = list(typed) if isinstance(typed, list) else [typed]
        self.check(chosen)
        return [code for code in self.options if code in chosen]

    def check(self, value: Any) -> None:
        known = isinstance(value, list) and all(isinstance(one, str) and one in self.options for one in value)
        insist(known and len(set(value)) == len(value), f"Choose any of: {listed(self.options.values())}.")

    def words(self, value: Any) -> str:
        return listed(self.options[code].lower() for code in self.options if code in value)


@dataclass(frozen=True, slots=True)
class Text:
    longest: int
    control: ClassVar[str] = "area"

    @property
    def range(self) -> str:
        return f"1 to {self.longest:,} characters."

    def typed(self, value: Any) -> Typed:
        return str(value)

    def read(self, typed: Any) -> Any:
        text = text_of(typed)
        self.check(text)
        return text

    def check(self, value: Any) -> None:
        insist(isinstance(value, str) and bool(value.strip()), "Write at least a word.")
        insist(len(value) <= self.longest, f"Shorten it: {self.range}")
        insist("\x00" not in value, "It holds a character that cannot be kept: type it anew.")

    def words(self, value: Any) -> str:
        return f"“{value}”"
