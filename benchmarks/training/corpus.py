"""Reads the training snippets and cases. Knows the file formats, nothing of models.

A snippet is a few lines "sender: text", ended by an empty line; ⟦s:…⟧ marks what breaks a rule (s, r, o or h),
`a[s]: …` a message that belongs to the evidence without holding any of it. `\\n`, two characters, is a line break.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from moderation.prescreen.contract import Rule

HERE = Path(__file__).parent
CASES = HERE.parent.parent / "tests/prescreen/cases"
RULES = {
    "s": Rule.CONTACT_SHARED,
    "r": Rule.CONTACT_REQUESTED,
    "o": Rule.OFFSITE_CONTACT,
    "h": Rule.OFFSITE_HARM,
}
_LETTERS = {rule.value: letter for letter, rule in RULES.items()}
_MARK = re.compile(r"⟦([sroh]):(.*?)⟧", re.DOTALL)
_LINE = re.compile(r"([a-z])(?:\[([sroh]+)\])?: (.+)$")
_KEPT = 12  # one snippet in so many is kept for fitting scores, never trained on


@dataclass(frozen=True, slots=True)
class Said:
    """One message: who, what, the rules it breaks, and where in the text; None where only the message is known."""

    sender: str
    text: str
    rules: str
    spans: tuple[tuple[int, int, str], ...] | None


@dataclass(frozen=True, slots=True)
class Talk:
    name: str
    messages: tuple[Said, ...]


class BadSnippet(ValueError):
    """A line of a snippet file cannot be read."""


def snippets() -> Iterator[Talk]:
    for path in sorted((HERE / "corpus").glob("*/*.txt")):
        blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip())
        for number, block in enumerate(blocks, 1):
            name = f"{path.parent.name}/{path.stem}#{number}"
            yield Talk(
                name, tuple(_said(line, name, marked=path.parent.name != "plain") for line in block.splitlines())
            )


def _said(line: str, name: str, *, marked: bool) -> Said:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadSnippet(f"{name}: not a line of the form 'a: text': {line[:80]!r}")
    sender, letters, raw = match.group(1), set(match.group(2) or ""), match.group(3).replace("\\n", "\n")
    text, spans, at = "", [], 0
    for mark in _MARK.finditer(raw):
        text += raw[at : mark.start()]
        spans.append((len(text), len(text) + len(mark.group(2)), mark.group(1)))
        text += mark.group(2)
        letters.add(mark.group(1))
        at = mark.end()
    text += raw[at:]
    if "⟦" in text or "⟧" in text:
        raise BadSnippet(f"{name}: a mark is not closed: {line[:80]!r}")
    return Said(sender, text, "".join(sorted(letters)), tuple(spans) if marked or not letters else None)


def cases(path: Path) -> Iterator[Talk]:
    for raw in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(raw)
        letters: dict[str, set[str]] = {message["id"]: set() for message in case["messages"]}
        spans: dict[str, list[tuple[int, int, str]]] = {message["id"]: [] for message in case["messages"]}
        for violation in case["violations"]:
            letter = _LETTERS[violation["rule"]]
            for message in violation["messages"]:
                letters[message].add(letter)
            for span in violation["spans"]:
                spans[span["message"]].append((span["start"], span["end"], letter))
        yield Talk(
            case["id"],
            tuple(
                Said(m["sender"], m["text"], "".join(sorted(letters[m["id"]])), tuple(spans[m["id"]]))
                for m in case["messages"]
            ),
        )


def trained_on(name: str) -> bool:
    """The half of short.jsonl and long.jsonl that may be trained on; the other half tests what comes out."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 == 0


def kept_for_fitting(name: str) -> bool:
    """Snippets that nothing is trained on, for fitting how opinions become scores."""
    return "/" in name and int(hashlib.sha256(name.encode()).hexdigest(), 16) % _KEPT == 0


def everything() -> list[Talk]:
    """What may be trained on, with the part kept for fitting still in it."""
    found = list(snippets())
    for path in sorted(CASES.glob("*.jsonl")):
        found += [talk for talk in cases(path) if path.stem == "dev" or trained_on(talk.name)]
    return found
