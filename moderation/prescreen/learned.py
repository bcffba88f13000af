"""A small linear model over words, for what no phrase list holds. Plain numbers in lexicon/model.json, no code in them.

It reads one message and the next answers; `benchmarks/train_prescreen.py` writes the numbers.
"""

import itertools
import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from moderation.prescreen import invitations
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.splits import Talk

_MODEL = Path(__file__).parent / "lexicon" / "model.json"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[?!@]")
RULES = tuple(Rule)
SURE = 0.5


def features(talk: Talk, line: Line) -> set[str]:
    """Words, pairs, endings and topics of the message; single words of the next answers by others."""
    words = _words(line)
    found = {f"w:{word}" for word in words} | {f"b:{a} {b}" for a, b in itertools.pairwise(words)}
    found |= {f"s:{a} {c}" for a, c in zip(words, words[2:], strict=False)}
    found |= {f"c:{word[:4]}" for word in words if len(word) > 4}
    found |= {f"t:{topic}" for topic in line.topics}
    answers = 0
    for index in range(line.index + 1, min(talk.length, line.index + 4)):
        if talk.messages[index].sender != line.sender and answers < 2:
            answers += 1
            answer = _WORD.findall(talk.line(index).text.lower())[:16]
            found |= {f"r:{word}" for word in answer} | {f"q:{a} {b}" for a, b in itertools.pairwise(answer)}
    if line.index + 1 >= talk.length:
        found.add("r:<end>")
    return found


def _words(line: Line) -> list[str]:
    text = line.text.lower()
    for mention in reversed(line.mentions):
        if mention.sure:
            text = f"{text[: mention.start]} {mention.medium.kind.value.replace('_', '')} {text[mention.end :]}"
    return ["0" * min(len(word), 4) if word.isdigit() else word for word in _WORD.findall(text)[:60]]


@cache
def _weights() -> dict[str, list[float]]:
    if not _MODEL.exists():
        return {}
    loaded: dict[str, list[float]] = json.loads(_MODEL.read_text(encoding="utf-8"), parse_float=cache(float))
    return loaded


def chances(found: set[str], weights: dict[str, list[float]]) -> list[float]:
    """For each rule how likely it is that the message breaks it, 0 to 1."""
    base = weights.get("", [0.0] * len(RULES))
    scale = 1 / math.sqrt(len(found) + 1)
    known = [row for row in map(weights.get, found) if row is not None]
    columns = zip(*known, strict=True) if known else [()] * len(RULES)
    sums = [start + scale * sum(column) for start, column in zip(base, columns, strict=True)]
    return [1 / (1 + math.exp(-max(-30.0, min(30.0, value)))) for value in sums]


def find(talk: Talk, lines: Sequence[Line], clues: Sequence[Clue]) -> Iterator[Clue]:
    """Clues of the model for messages in which the rules saw nothing certain."""
    weights = _weights()
    if not weights:
        return
    seen = {clue.line.index for clue in clues if clue.score >= SURE}
    for line in lines:
        if line.index in seen or not 12 < len(line.text) < 800 or not line.topics & _ABOUT_CONTACT:
            continue
        odds = chances(features(talk, line), weights)
        place = max(range(len(RULES)), key=odds.__getitem__)
        rule = RULES[place]
        if odds[place] >= (_BAR if rule is not Rule.CONTACT_SHARED else _BAR + 0.15):
            yield Clue(
                rule,
                line,
                0,
                len(line.text),
                _kind(line),
                min(0.9, 0.4 + 0.5 * odds[place]),
                "model",
                _WHY[rule],
            )


_BAR = 0.4
_ABOUT_CONTACT = frozenset({"app", "short", "phone", "mail", "outside", "voice", "id", "foreign", "decode", "hypo"})
_WHY = {
    Rule.CONTACT_SHARED: "the wording is that of giving contact information",
    Rule.CONTACT_REQUESTED: "the wording is that of asking for contact outside the site",
    Rule.OFFSITE_CONTACT: "the wording is that of people who are in touch outside the site",
    Rule.OFFSITE_HARM: "the wording is that of harm after contact outside the site",
}


def _kind(line: Line) -> Kind:
    if line.mentions:
        return line.mentions[0].medium.kind
    return invitations.kind_in(line.text)
