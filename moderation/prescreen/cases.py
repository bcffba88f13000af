"""Reads labelled conversations (one JSON object a line) and writes findings. Knows the file format only."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from moderation.prescreen.contract import Conversation, Finding, Message, Participant


class BadCase(ValueError):
    """A line of a case file cannot be read; says which and why."""


def read(path: Path) -> Iterator[Conversation]:
    """Conversations of a case file, in order. Raises BadCase with the line number."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield conversation(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise BadCase(
                    f"{path}, line {number}: not a conversation ({error!r}). "
                    "Each line is a JSON object with id, room, participants and messages."
                ) from None


def conversation(raw: dict[str, Any]) -> Conversation:
    return Conversation(
        raw["id"],
        raw.get("room", "one_to_one"),
        tuple(
            Participant(p["id"], p["role"], p["age_group"], p.get("status", "active"), tuple(p.get("badges", ())))
            for p in raw.get("participants", ())
        ),
        tuple(Message(m["id"], m["sender"], m["text"], m.get("sent_at", "")) for m in raw["messages"]),
    )


def row(case_id: str, findings: Iterable[Finding], *, explain: bool = False) -> dict[str, Any]:
    """One line of a findings file; `explain` adds the sentence for people and the detector's name."""
    return {"id": case_id, "findings": [_plain(finding, explain) for finding in findings]}


def _plain(finding: Finding, explain: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "rule": finding.rule.value,
        "actor": finding.actor,
        "messages": list(finding.messages),
        "spans": [{"message": s.message, "start": s.start, "end": s.end, "kind": s.kind.value} for s in finding.spans],
        "score": finding.score,
    }
    if explain:
        plain |= {
            "kind": finding.kind.value,
            "explanation": finding.explanation,
            "detector": finding.detector,
        }
    return plain
