"""What differs between two versions of a policy, in words that people read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from moderation.domain.policy_fields import SECTIONS, Field, Group, filled
from moderation.domain.policy_lists import CrisisLines, Lines, Notices, Reasons, Terms
from moderation.domain.policy_shapes import Text


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of a text that stayed («same»), went («gone») or came («new»)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: «Contact requested, severity: normal → high», or a text with what came and went."""

    section: str
    what: str
    before: str = ""
    after: str = ""
    text: tuple[Words, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}" if self.before or self.after else self.what


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """In the order of the editor. Older bodies are compared as they are read."""
    old, new = filled(before), filled(after)
    return tuple(
        change
        for section in SECTIONS
        for group in section.groups
        for field in group.fields
        for change in _of_field(section.label, group, field, field.value(old), field.value(new))
    )


def _of_field(section: str, group: Group, field: Field, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    what = _what(group, field)
    shape = field.shape
    if isinstance(shape, Text):
        yield Change(section, what, text=compared(old, new))
    elif isinstance(shape, Notices | CrisisLines):
        yield from _of_rows(section, what, old, new, order=[column.name for column in shape.columns])
    elif isinstance(shape, Lines | Terms | Reasons):
        yield from _of_entries(section, what, _entries(old), _entries(new))
    else:
        yield Change(section, what, shape.words(old), shape.words(new))


def _what(group: Group, field: Field) -> str:
    if group.label in ("Lists", "Lines", "For all rules"):
        return field.label
    label = field.label if field.label.isupper() else field.label[0].lower() + field.label[1:]
    return f"{group.label}, {label}"


def _entries(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{name} = {kind}" for name, kind in value.items()]
    return [entry if isinstance(entry, str) else f"{entry['code']}: {entry['label']}" for entry in value]


def _of_entries(section: str, what: str, old: list[str], new: list[str]) -> Iterator[Change]:
    gone = [entry for entry in old if entry not in new]
    came = [entry for entry in new if entry not in old]
    if not (gone or came):
        yield Change(section, f"{what}: in another order")
    for kind, words, entries in (("gone", "taken out", gone), ("new", "added", came)):
        if entries:
            yield Change(section, f"{what}, {words}", text=(Words(kind, "; ".join(entries)),))


def _of_rows(
    section: str, what: str, old: list[dict[str, str]], new: list[dict[str, str]], *, order: list[str]
) -> Iterator[Change]:
    before, after = ({row["name"]: row for row in rows} for rows in (old, new))
    for name in [*before, *(name for name in after if name not in before)]:
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        said = f"{what}, “{name}”"
        if was is None or now is None:
            kind, words = ("new", "added") if was is None else ("gone", "taken out")
            yield Change(section, f"{said} {words}", text=(Words(kind, _whole(now or was or {}, order)),))
        else:
            yield Change(section, said, text=compared(_whole(was, order), _whole(now, order)))
    if [*before] != [*after] and sorted(before) == sorted(after):
        yield Change(section, f"{what}: in another order, “{next(iter(after))}” is the first")


def _whole(row: Mapping[str, str], order: list[str]) -> str:
    return " · ".join(row[name] for name in order if name != "name" and name in row)


def compared(old: str, new: str) -> tuple[Words, ...]:
    """Both texts as one, word by word: joined without what came it is the old one, without what went the new."""
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    found: list[Words] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Words("same", "".join(before[i:j])))
            continue
        if i < j:
            found.append(Words("gone", "".join(before[i:j])))
        if k < m:
            found.append(Words("new", "".join(after[k:m])))
    return tuple(found)
