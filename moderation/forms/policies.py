"""The sections of the policy's editor as forms: what was typed, what it means, a sentence beside each fault.

Must not know what becomes of it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from moderation.domain.policy_fields import Field, Section
from moderation.domain.policy_lists import Column
from moderation.forms.sentences import LONGEST_NOTE
from moderation.operations.trying import LONGEST_DAYS

SPARE = 1  # empty rows below those that are there
MOST_ROWS = 120


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Control:
    """One field as the page shows it."""

    field: Field
    typed: Any
    fault: str = ""
    theirs: str = ""  # what somebody else has saved meanwhile, where it differs from what stands here

    @property
    def id(self) -> str:
        return self.field.path.replace(".", "-")

    @property
    def kind(self) -> str:
        return self.field.shape.control

    @property
    def described_by(self) -> str:
        return " ".join(
            f"{self.id}-{part}"
            for part, is_there in (("says", True), ("fault", self.fault), ("theirs", self.theirs))
            if is_there
        )

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        options: Mapping[str, str] = getattr(self.field.shape, "options", {})
        return [(code, label, code == self.typed or code in _listed(self.typed)) for code, label in options.items()]

    @property
    def height(self) -> int:
        return min(12, max(3, str(self.typed).count("\n") + 2)) if self.kind == "lines" else 3

    @property
    def rows(self) -> list[list[Cell]]:
        columns: tuple[Column, ...] = getattr(self.field.shape, "columns", ())
        rows = [*self.typed, *({} for _ in range(SPARE))]
        return [
            [Cell(column, _name(self.field, at, column), row.get(column.name, "")) for column in columns]
            for at, row in enumerate(rows)
        ]


@dataclass(slots=True)
class SectionForm:
    """A section filled in from a body, or as somebody sent it: then `values` and `faults` say what it means.

    `was` is the section as the page gave it out, so that what somebody left alone is told from what they changed.
    """

    section: Section
    revision: int
    typed: dict[str, Any]
    was: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, section: Section, body: Mapping[str, Any], revision: int) -> "SectionForm":
        was = {one.path: one.value(body) for one in section.fields}
        return cls(section, revision, {one.path: one.shape.typed(was[one.path]) for one in section.fields}, was)

    @classmethod
    def sent(cls, section: Section, data: QueryDict) -> "SectionForm":
        typed = {one.path: _typed(one, data) for one in section.fields}
        form = cls(section, _number(data.get("revision", "")), typed, _was(section, data.get("was", "")))
        for one in section.fields:
            try:
                form.values[one.path] = one.shape.read(typed[one.path])
            except ValueError as wrong:
                form.faults[one.path] = str(wrong)
        return form

    def onto(self, body: Mapping[str, Any], revision: int) -> "SectionForm":
        """What somebody sent, put upon what another has saved meanwhile: what they left alone is as it is now, and
        where both changed the same field theirs stands beside it."""
        anew = SectionForm.of(self.section, body, revision)
        for path, now in anew.was.items():
            mine = self.values[path]
            if path in self.was and mine == self.was[path]:
                continue
            anew.typed[path] = self.typed[path]
            if mine != now and (path not in self.was or now != self.was[path]):
                anew.theirs[path] = now
        return anew

    @property
    def was_text(self) -> str:
        return json.dumps(self.was, ensure_ascii=False)

    @property
    def groups(self) -> Iterator[tuple[str, str, list[Control]]]:
        for at, group in enumerate(self.section.groups):
            yield group.label, f"group-{at}", [self._control(one) for one in group.fields]

    @property
    def wrong(self) -> list[Control]:
        return [self._control(one) for one in self.section.fields if one.path in self.faults]

    @property
    def conflicts(self) -> list[tuple[Control, str]]:
        """Field by field, what differs: the control, and how what stands in it reads."""
        both = [one for one in self.section.fields if one.path in self.theirs]
        return [(self._control(one), one.shape.words(one.shape.read(self.typed[one.path]))) for one in both]

    def _control(self, one: Field) -> Control:
        theirs = one.shape.words(self.theirs[one.path]) if one.path in self.theirs else ""
        return Control(one, self.typed[one.path], self.faults.get(one.path, ""), theirs)


def _typed(one: Field, data: QueryDict) -> Any:
    if one.shape.control == "checks":
        return data.getlist(one.path)
    if one.shape.control != "rows":
        return data.get(one.path, "")
    columns: tuple[Column, ...] = getattr(one.shape, "columns", ())
    rows = [{column.name: data.get(_name(one, at, column), "") for column in columns} for at in range(MOST_ROWS)]
    return [row for row in rows if any(text.strip() for text in row.values())]


def _name(one: Field, at: int, column: Column) -> str:
    return f"{one.path}.{at}.{column.name}"


def _listed(typed: Any) -> list[str]:
    return typed if isinstance(typed, list) else []


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _was(section: Section, text: str) -> dict[str, Any]:
    """Nothing when the page did not say: then everything counts as changed."""
    try:
        was = json.loads(text)
    except ValueError:
        return {}
    return was if isinstance(was, dict) else {}


class SeenForm(forms.Form):
    """Which state of the draft somebody saw."""

    revision = forms.IntegerField(min_value=0, max_value=10**9, error_messages={"required": "Reload the page."})


class PublishForm(SeenForm):
    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": "The note is longer than %(limit_value)d characters: shorten it."},
    )


class TryForm(forms.Form):
    days = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_DAYS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), f"Write a number of days, 1 to {LONGEST_DAYS}."
        ),
    )
