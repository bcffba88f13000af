"""The kinds of values of a policy that have many entries: ladders, reasons, lists, texts, crisis lines.

Each is a shape as in policy_shapes; knows no field by name.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from moderation.domain.placeholders import ALWAYS, MAY, MUST, check_placeholders
from moderation.domain.policy import LONGEST_CODE, measure_from_code
from moderation.domain.policy_shapes import Typed, insist, lines_of, listed, text_of
from moderation.domain.vocabulary import SanctionKind


@dataclass(frozen=True, slots=True)
class Ladder:
    """Measures, one a line: the first time, the second, …"""

    control: ClassVar[str] = "lines"
    most: ClassVar[int] = 8
    longest_days: ClassVar[int] = 3650

    @property
    def range(self) -> str:
        return (
            f"1 to {self.most} lines, each “education notice”, a number of days (“7 days”, up to "
            f"{self.longest_days:,}), “until further notice” or “permanent”."
        )

    def typed(self, value: Any) -> Typed:
        return "\n".join(_step(code) for code in value)

    def read(self, typed: Any) -> Any:
        codes = [_code_of_step(line) for line in lines_of(typed)]
        self.check(codes)
        return codes

    def check(self, value: Any) -> None:
        insist(isinstance(value, list) and 1 <= len(value) <= self.most, f"It needs {self.range}")
        for code in value:
            insist(isinstance(code, str) and self._is_step(code), f"“{code}” is no step: {self.range}")

    def _is_step(self, code: str) -> bool:
        try:
            measure = measure_from_code(code)
        except ValueError:
            return False
        is_ladder = measure.kind in (SanctionKind.EDUCATION_NOTICE, SanctionKind.SUSPENSION)
        return is_ladder and measure.code == code and (measure.days is None or 1 <= measure.days <= self.longest_days)

    def words(self, value: Any) -> str:
        return ", then ".join(_step(code) for code in value)


_OPEN_ENDED = {"suspension:open": "until further notice", "suspension:permanent": "permanent"}


def _step(code: str) -> str:
    if code == SanctionKind.EDUCATION_NOTICE:
        return "education notice"
    if code in _OPEN_ENDED:
        return _OPEN_ENDED[code]
    days = code.removeprefix("suspension:")
    return "1 day" if days == "1" else f"{days} days"


def _code_of_step(line: str) -> str:
    """What does not read as a step stays as it is, for `check` to name it."""
    words = " ".join(line.lower().split())
    if words in ("education notice", "notice", "education"):
        return SanctionKind.EDUCATION_NOTICE.value
    found = re.fullmatch(r"(?:suspend(?:ed)? )?([0-9]{1,4}) ?(?:days?)?", words)
    if found:
        return f"suspension:{int(found[1])}"
    return next((code for code, said in _OPEN_ENDED.items() if words == said), line)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Words to be ticked, one a line; a code before a colon keeps the record together when the words change."""

    control: ClassVar[str] = "lines"
    most: ClassVar[int] = 12
    longest: ClassVar[int] = 80

    @property
    def range(self) -> str:
        return (
            f"Up to {self.most} lines “code: words”, the code of small letters, digits and _; without one it is made."
        )

    def typed(self, value: Any) -> Typed:
        return "\n".join(f"{one['code']}: {one['label']}" for one in value)

    def read(self, typed: Any) -> Any:
        reasons = [_reason(line) for line in lines_of(typed)]
        self.check(reasons)
        return reasons

    def check(self, value: Any) -> None:
        insist(isinstance(value, list) and len(value) <= self.most, f"It takes {self.range}")
        for one in value:
            insist(_has_texts(one, "code", "label"), "Every reason is a line “code: words”.")
            is_code = re.fullmatch(rf"[a-z0-9_]{{1,{LONGEST_CODE}}}", one["code"]) is not None
            insist(is_code, f"“{one['code']}” is no code: 1 to {LONGEST_CODE} small letters, digits and _.")
            fits = 0 < len(one["label"].strip()) <= self.longest
            insist(fits, f"The words of “{one['code']}” have 1 to {self.longest} characters.")
        codes = [one["code"] for one in value]
        insist(len(set(codes)) == len(codes), "Two reasons have the same code: give one of them another.")

    def words(self, value: Any) -> str:
        return listed(one["label"] for one in value)


def _reason(line: str) -> dict[str, str]:
    code, colon, label = (part.strip() for part in line.partition(":"))
    if colon:
        return {"code": code, "label": label}
    return {"code": re.sub(r"[^a-z0-9]+", "_", line.lower()).strip("_")[:LONGEST_CODE], "label": line}


@dataclass(frozen=True, slots=True)
class Lines:
    """Entries, one a line."""

    most: int
    longest: int = 200
    control: ClassVar[str] = "lines"

    @property
    def range(self) -> str:
        return f"Up to {self.most:,} lines of at most {self.longest} characters."

    def typed(self, value: Any) -> Typed:
        return "\n".join(value)

    def read(self, typed: Any) -> Any:
        entries = list(dict.fromkeys(lines_of(typed)))
        self.check(entries)
        return entries

    def check(self, value: Any) -> None:
        insist(isinstance(value, list) and len(value) <= self.most, f"It takes {self.range}")
        for entry in value:
            fits = isinstance(entry, str) and 0 < len(entry.strip()) <= self.longest and "\x00" not in entry
            insist(fits, f"One line cannot be kept: {self.range}")

    def words(self, value: Any) -> str:
        return listed(value)


@dataclass(frozen=True, slots=True)
class Terms:
    """Names, each with what it stands for, one «name = kind» a line."""

    kinds: tuple[str, ...]
    most: int
    longest: ClassVar[int] = 60
    control: ClassVar[str] = "lines"

    @property
    def range(self) -> str:
        return f"Up to {self.most} lines “name = kind”; a kind is {listed(self.kinds)}."

    def typed(self, value: Any) -> Typed:
        return "\n".join(f"{name} = {kind}" for name, kind in value.items())

    def read(self, typed: Any) -> Any:
        terms = {}
        for line in lines_of(typed):
            name, _, kind = (part.strip() for part in line.rpartition("="))
            insist(bool(name), f"“{line}” is not “name = kind”; a kind is {listed(self.kinds)}.")
            terms[name] = kind
        self.check(terms)
        return terms

    def check(self, value: Any) -> None:
        insist(isinstance(value, dict) and len(value) <= self.most, f"It takes {self.range}")
        for name, kind in value.items():
            fits = isinstance(name, str) and 0 < len(name.strip()) <= self.longest and "\x00" not in name
            insist(fits, f"A name has 1 to {self.longest} characters.")
            insist(isinstance(kind, str) and kind in self.kinds, f"“{name}” needs a kind: {listed(self.kinds)}.")

    def words(self, value: Any) -> str:
        return listed(f"{name} = {kind}" for name, kind in value.items())


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: str
    longest: int
    is_long: bool = False
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Notices:
    """The texts for one kind of measure; the first is used unless somebody picks another."""

    kind: SanctionKind
    control: ClassVar[str] = "rows"
    most: ClassVar[int] = 24
    columns: ClassVar[tuple[Column, ...]] = (
        Column("name", "Name", 40),
        Column("language", "Language", 5),
        Column("text", "Text", 4000, is_long=True),
    )

    @property
    def range(self) -> str:
        may, must = ALWAYS | MAY[self.kind], ALWAYS | MUST[self.kind]
        return (
            f"1 to {self.most} texts of at most 4,000 characters; filled in are {listed(_braced(may))}, "
            f"and {listed(_braced(must))} may not be missing."
        )

    def typed(self, value: Any) -> Typed:
        return [{column.name: one.get(column.name, "en") for column in self.columns} for one in value]

    def read(self, typed: Any) -> Any:
        templates = _rows(typed, self.columns)
        self.check(templates)
        return templates

    def check(self, value: Any) -> None:
        insist(isinstance(value, list) and 1 <= len(value) <= self.most, f"It needs {self.range}")
        for one in value:
            insist(_has_texts(one, "name", "language", "text"), "Every text needs a name and a language.")
            _check_columns(one, self.columns)
            is_language = re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", one["language"]) is not None
            insist(is_language, f"“{one['language']}” is no language: write two letters, as “en” or “es”, or “pt-BR”.")
            try:
                check_placeholders(one["text"], self.kind)
            except ValueError as wrong:
                raise ValueError(f"The text “{one['name']}”: {wrong}") from None
        names = [one["name"] for one in value]
        insist(len(set(names)) == len(names), "Two texts have the same name: give one of them another.")

    def words(self, value: Any) -> str:
        return listed(f"{one['name']} ({one['language']})" for one in value)


def _braced(names: Iterable[str]) -> list[str]:
    return [f"{{{name}}}" for name in sorted(names)]


@dataclass(frozen=True, slots=True)
class CrisisLines:
    control: ClassVar[str] = "rows"
    most: ClassVar[int] = 100
    columns: ClassVar[tuple[Column, ...]] = (
        Column("name", "Name", 100),
        Column("contact", "Number or link", 200),
        Column("country", "Country", 60),
        Column("source", "Source: where it can be read", 300, kind="url"),
        Column("verified", "Last verified", 10, kind="date"),
    )

    @property
    def range(self) -> str:
        return f"Up to {self.most} lines, each with all five fields."

    def typed(self, value: Any) -> Typed:
        return [{column.name: one[column.name] for column in self.columns} for one in value]

    def read(self, typed: Any) -> Any:
        lines = _rows(typed, self.columns)
        self.check(lines)
        return lines

    def check(self, value: Any) -> None:
        insist(isinstance(value, list) and len(value) <= self.most, f"It takes {self.range}")
        names = tuple(column.name for column in self.columns)
        for one in value:
            insist(_has_texts(one, *names), "Every line needs its five fields.")
            _check_columns(one, self.columns)
            is_link = re.fullmatch(r"https?://[^\s<>\"]+", one["source"]) is not None
            insist(is_link, f"The source of “{one['name']}” has to be a link that begins with https://.")
            insist(_is_date(one["verified"]), f"Write when “{one['name']}” was verified as 2026-03-01.")

    def words(self, value: Any) -> str:
        return listed(f"{one['name']} ({one['country']})" for one in value)


def _rows(typed: Any, columns: tuple[Column, ...]) -> list[dict[str, str]]:
    """The rows in which something stands."""
    rows = [{column.name: text_of(row.get(column.name, "")) for column in columns} for row in typed]
    return [row for row in rows if any(text for name, text in row.items() if name != "language")]


def _check_columns(row: Mapping[str, str], columns: tuple[Column, ...]) -> None:
    for column in columns:
        text = row[column.name]
        what = f"{column.label.partition(':')[0]} of “{row['name']}”" if row["name"] else column.label
        insist(0 < len(text.strip()) <= column.longest, f"{what}: write 1 to {column.longest:,} characters.")
        insist("\x00" not in text, f"{what} holds a character that cannot be kept: type it anew.")


def _has_texts(one: Any, *names: str) -> bool:
    return isinstance(one, dict) and set(one) == set(names) and all(isinstance(one[name], str) for name in names)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
