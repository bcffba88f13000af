"""What is wrong with a policy's body, as sentences. A body without faults can always be read by Policy.from_body."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from moderation.domain.policy_fields import CODES, FIELDS, Field
from moderation.domain.policy_shapes import fault
from moderation.domain.vocabulary import Severity

LONGEST_CLAUSE_CODE = 64
_PATHS = {*CODES, *(field.path for field in FIELDS)}


def faults(body: Any) -> dict[str, str]:
    """By its path, a sentence for everything that is missing, unknown or out of its range; empty: it is sound."""
    if not isinstance(body, dict):
        return {"": "A policy is a table of its fields."}
    found = dict(_of_fields(body))
    found.update(_of_codes(body))
    found.update(_unknown(body, ""))
    return found or dict(_of_the_whole(body))


def _of_fields(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        try:
            value = field.value(body)
        except KeyError:
            yield field.path, f"{field.label} is missing."
            continue
        if wrong := fault(field.shape, value):
            yield field.path, wrong


def _of_codes(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path in CODES:
        code = _at(body, path)
        if not (isinstance(code, str) and 0 < len(code) <= LONGEST_CLAUSE_CODE and "\x00" not in code):
            yield path, f"A clause needs a code of 1 to {LONGEST_CLAUSE_CODE} characters."


def _at(body: Mapping[str, Any], path: str) -> Any:
    try:
        return Field(path, "", "", shape=None).value(body)  # type: ignore[arg-type]
    except KeyError:
        return None


def _unknown(part: Any, above: str) -> Iterator[tuple[str, str]]:
    for key, value in part.items():
        path = f"{above}.{key}" if above else str(key)
        if path in _PATHS:
            continue
        if isinstance(value, dict) and any(known.startswith(f"{path}.") for known in _PATHS):
            yield from _unknown(value, path)
        else:
            yield path, "There is no such field."


def _of_the_whole(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What no field can know by itself."""
    due = body["due_minutes"]
    for milder, severer in pairwise(Severity):
        if due[severer.code] > due[milder.code]:
            path = f"due_minutes.{severer.code}"
            yield (
                path,
                f"A {severer.code} case cannot be due later than a {milder.code} one ({due[milder.code]:,} minutes).",
            )
