"""The mapping file of a reports import: which column is which field, and how its cells are to be read.

Owns the TOML and its mistakes; must not know the file of reports nor any table.
"""

import codecs
import tomllib
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from moderation.domain.told import BadTime, read_time

REQUIRED = ("id", "reporter", "reported", "reason", "created_at")
FIELDS = (*REQUIRED, "conversation", "messages", "text", "channel")
IDS = ("id", "reporter", "reported", "conversation", "messages")
SECTIONS = ("file", "columns", "constants", "values", "prefixes", "time", "messages")
OTHERWISE = "*"
RFC_3339, UNIX, UNIX_MS = "rfc3339", "unix", "unix_ms"


class BadMapping(Exception):
    """The mapping cannot be used; `str()` says what to mend."""


class BadCell(Exception):
    """A cell cannot be read as the mapping says; `str()` says why."""


@dataclass(frozen=True, slots=True)
class ReportMapping:
    columns: dict[str, str]
    constants: dict[str, str]
    values: dict[str, dict[str, str]]
    prefixes: dict[str, str]
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    quote: str = '"'
    formats: tuple[str, ...] = (RFC_3339,)
    zone: tzinfo | None = None
    separator: str = ","

    def read(self, name: str, cell: str) -> str:
        """What a cell of this field says: stripped, translated."""
        told = cell if name == "text" else cell.strip()
        translations = self.values.get(name, {})
        return translations.get(told.strip(), translations.get(OTHERWISE, told))

    def with_prefix(self, name: str, told: str) -> str:
        return self.prefixes.get(name, "") + told

    def moment(self, cell: str) -> datetime:
        """The first of the formats that fits. Raises BadCell."""
        for form in self.formats:
            moment = _moment(cell, form)
            if moment is not None:
                return moment if moment.tzinfo else self._within_zone(moment, cell)
        raise BadCell(f"“{shown(cell)}” fits none of the formats under [time] ({', '.join(self.formats)})")

    def _within_zone(self, moment: datetime, cell: str) -> datetime:
        if self.zone is None:
            raise BadCell(f"“{shown(cell)}” does not say in which time zone it is: state `zone` under [time]")
        there = moment.replace(tzinfo=self.zone)
        try:
            is_real = there.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) == moment
        except OverflowError:
            is_real = False
        if not is_real:
            raise BadCell(f"“{shown(cell)}” is no time in {self.zone}: clocks were put forward over it")
        return there


def read_mapping(path: Path) -> ReportMapping:
    """Raises BadMapping, OSError."""
    try:
        told = tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadMapping("it is not UTF-8, as TOML has to be") from error
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"it is not TOML: {error}") from error
    _only(told, SECTIONS, "the mapping")
    file, time = _section(told, "file"), _section(told, "time")
    _only(file, ("encoding", "delimiter", "quote"), "[file]")
    _only(time, ("formats", "zone"), "[time]")
    _only(_section(told, "messages"), ("separator",), "[messages]")
    columns, constants = _fields(told, "columns", FIELDS), _fields(told, "constants", FIELDS)
    _complete(columns, constants)
    return ReportMapping(
        columns=columns,
        constants=constants,
        values=_values(told),
        prefixes=_fields(told, "prefixes", IDS),
        encoding=_encoding(_text(file, "encoding", "utf-8", "[file]")),
        delimiter=_character(file, "delimiter", ","),
        quote=_character(file, "quote", '"'),
        formats=_formats(time),
        zone=_zone(time),
        separator=_text(_section(told, "messages"), "separator", ",", "[messages]"),
    )


def shown(text: str, most: int = 80) -> str:
    """A piece of a cell for a terminal: short, and nothing in it moves the cursor or turns the line around."""
    short = text if len(text) <= most else f"{text[:most]}…"
    return "".join(char if char.isprintable() else "�" for char in short)


def _moment(cell: str, form: str) -> datetime | None:
    try:
        if form == RFC_3339:
            return read_time(cell)
        if form in (UNIX, UNIX_MS):
            return datetime.fromtimestamp(float(cell) / (1000 if form == UNIX_MS else 1), UTC)
        return datetime.strptime(cell, form)  # noqa: DTZ007 — the zone comes from the mapping
    except BadTime as error:
        if "offset" in str(error):
            raise BadCell(f"“{shown(cell)}”: {error}") from error
        return None
    except (ValueError, OverflowError, OSError):
        return None


def _complete(columns: AnyMapping[str, str], constants: AnyMapping[str, str]) -> None:
    if both := sorted(columns.keys() & constants.keys()):
        raise BadMapping(f"“{both[0]}” stands under [columns] and under [constants]: leave one out")
    missing = [name for name in REQUIRED if name not in columns and name not in constants]
    if missing:
        raise BadMapping(f"it does not say where {', '.join(missing)} come from: name their columns under [columns]")
    if "id" in constants:
        raise BadMapping("“id” cannot be a constant: every report needs its own")


def _section(told: dict[str, Any], name: str) -> dict[str, Any]:
    section = told.get(name, {})
    if not isinstance(section, dict):
        raise BadMapping(f"“{name}” is no section: write [{name}] on a line of its own")
    return section


def _only(section: AnyMapping[str, Any], known: tuple[str, ...], where: str) -> None:
    if strange := sorted(section.keys() - set(known)):
        raise BadMapping(f"{where} cannot hold “{shown(strange[0])}”: it knows {', '.join(known)}")


def _fields(told: dict[str, Any], name: str, known: tuple[str, ...]) -> dict[str, str]:
    section = _section(told, name)
    _only(section, known, f"[{name}]")
    return {key: _text(section, key, "", f"[{name}]") for key in section}


def _values(told: dict[str, Any]) -> dict[str, dict[str, str]]:
    section = _section(told, "values")
    _only(section, FIELDS, "[values]")
    tables = {name: _section(section, name) for name in section}
    return {name: {key: _text(table, key, "", f"[values.{name}]") for key in table} for name, table in tables.items()}


def _text(section: AnyMapping[str, Any], key: str, default: str, where: str) -> str:
    found = section.get(key, default)
    if not isinstance(found, str):
        raise BadMapping(f"“{shown(key)}” under {where} is not text: put it in quotation marks")
    return found


def _character(file: AnyMapping[str, Any], key: str, default: str) -> str:
    found = {"tab": "\t"}.get(_text(file, key, default, "[file]"), _text(file, key, default, "[file]"))
    if len(found) != 1 or found in "\r\n\0":
        raise BadMapping(f"“{key}” under [file] is one character, or tab")
    return found


def _encoding(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
    except (LookupError, ValueError) as error:
        raise BadMapping(f"there is no encoding “{shown(name)}”: write utf-8, latin-1, cp1252, utf-16 …") from error
    return "utf-8-sig" if codec.name == "utf-8" else codec.name


def _formats(time: AnyMapping[str, Any]) -> tuple[str, ...]:
    found = time.get("formats", [RFC_3339])
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise BadMapping('“formats” under [time] is a list, as in ["%d.%m.%Y %H:%M"], of rfc3339, unix, unix_ms')
    for form in found:
        if "%" not in form and form not in (RFC_3339, UNIX, UNIX_MS):
            raise BadMapping(f"“{shown(form)}” under [time] is no format: write one with %, rfc3339, unix or unix_ms")
    return tuple(found)


def _zone(time: AnyMapping[str, Any]) -> tzinfo | None:
    name = _text(time, "zone", "", "[time]")
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError) as error:
        raise BadMapping(f"there is no time zone “{shown(name)}”: write one as Europe/Berlin") from error
    except KeyError as error:  # ZoneInfoNotFoundError
        raise BadMapping(f"there is no time zone “{shown(name)}”: write one as Europe/Berlin") from error
