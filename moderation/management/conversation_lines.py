"""Reads a file of conversations, one JSON object a line, into what intake takes. Knows no database and no screen."""

import gzip
import io
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO, TypeVar, cast

from moderation.domain.told import BadTime, ToldAccount, ToldMessage, read_time
from moderation.domain.vocabulary import AccountRole, AccountStatus, AgeGroup, Room
from moderation.management.line_reader import LONGEST_LINE

Word = TypeVar("Word", bound=StrEnum)


class BadLine(Exception):
    """Nothing of the line can be taken; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line: a conversation with its accounts."""

    messages: list[ToldMessage]
    accounts: list[ToldAccount]


def unpacked(file: BinaryIO, *, packed: bool = False) -> BinaryIO:
    """The lines as they are, or unpacked when they are said to be packed or begin as gzip does. Raises OSError."""
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, file))
    if packed or buffered.peek(2)[:2] == b"\x1f\x8b":
        return io.BufferedReader(gzip.open(buffered))
    return buffered


def read_line(line: bytes | None, *, shared_accounts: bool) -> Told:
    """What the line tells. Raises BadLine.

    Ids in the file are unique within their conversation only, so they are joined with the conversation's; those of
    accounts are not when the same id means the same account everywhere.
    """
    if line is None:
        raise BadLine(f"it is longer than {LONGEST_LINE // 1024 // 1024} MiB")
    try:
        told = json.loads(line)
    except UnicodeDecodeError as error:
        raise BadLine("it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise BadLine(f"it is not JSON ({error.msg} at column {error.colno})") from error
    except ValueError as error:
        raise BadLine("it holds a number that is too long") from error
    except RecursionError as error:
        raise BadLine("it is nested too deeply") from error
    conversation = _text(_object(told, "the line"), "id")
    room = _word(told, "room", Room)
    prefix = "" if shared_accounts else f"{conversation}:"
    return Told(
        messages=[
            ToldMessage(
                id=f"{conversation}:{_text(_object(said, f'messages/{place}'), 'id')}",
                conversation=conversation,
                room=room,
                sender=prefix + _text(said, "sender"),
                sent_at=_time(said, f"messages/{place}/sent_at"),
                text=_text(said, "text", empty=True),
            )
            for place, said in enumerate(_list(told, "messages"))
        ],
        accounts=[
            ToldAccount(
                id=prefix + _text(_object(said, f"participants/{place}"), "id"),
                username=_text(said, "username", empty=True) if "username" in said else "",
                role=_word(said, "role", AccountRole, AccountRole.UNKNOWN),
                age_group=_word(said, "age_group", AgeGroup, AgeGroup.UNKNOWN),
                status=_word(said, "status", AccountStatus, AccountStatus.ACTIVE),
                badges=tuple(_texts(said, "badges")),
            )
            for place, said in enumerate(_list(told, "participants"))
        ],
    )


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadLine(f"{what} is not an object")
    return value


def _list(value: dict[str, Any], field: str) -> list[Any]:
    found = value.get(field, [])
    if not isinstance(found, list):
        raise BadLine(f"“{field}” is not a list")
    return found


def _text(value: dict[str, Any], field: str, *, empty: bool = False) -> str:
    found = value.get(field)
    if not isinstance(found, str) or not (found or empty):
        raise BadLine(f"“{field}” is missing or not a string")
    return found


def _texts(value: dict[str, Any], field: str) -> list[str]:
    found = _list(value, field)
    if not all(isinstance(one, str) for one in found):
        raise BadLine(f"“{field}” is not a list of strings")
    return found


def _word(value: dict[str, Any], field: str, vocabulary: type[Word], default: Word | None = None) -> Word:
    found = value.get(field, default)
    if found not in list(vocabulary):
        raise BadLine(f"“{field}” is none of {', '.join(vocabulary)}")
    return vocabulary(found)


def _time(value: dict[str, Any], where: str) -> Any:
    found = value.get("sent_at")
    try:
        return read_time(found if isinstance(found, str) else "")
    except BadTime as error:
        raise BadLine(f"{where}: {error}") from error
