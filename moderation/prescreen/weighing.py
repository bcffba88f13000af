"""Weighs what the detectors located against what the judge says; says how likely each clue is right.

The numbers in lexicon/weights.toml are fitted on cases that neither the judge nor the detectors were made with.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from moderation.prescreen import phones
from moderation.prescreen.allowlist import Allowed, names_a_service
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.digits import Run
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.talk import Talk
from moderation.prescreen.verdicts import Verdict

_SURE = 0.999
_GIVEN = 0.5  # a located contact that is this likely speaks for its message; the judge need not repeat it
_NOISE = 0.1
_ADDRESS = re.compile(r"(?:[\w.+-]+@)?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)


def weighed(talk: Talk, located: Sequence[Clue], verdicts: Mapping[int, Verdict], allows: Allowed) -> list[Clue]:
    """The clues of the detectors with their final scores, and those that the judge alone stands for."""
    located = list(_independent(located))
    for clue in located:
        clue.score = together(clue.score, _highest(clue, verdicts))
    given = {(clue.rule, index) for clue in located if clue.score >= _GIVEN for index in touched(clue)}
    judged = _judged(talk, verdicts, given)
    return [
        *located,
        *(clue for clue in judged if clue.rule is not Rule.CONTACT_SHARED or not _is_cleared(clue, allows)),
    ]


def _independent(located: Sequence[Clue]) -> Iterator[Clue]:
    """Without doubtful forms beside telling ones: what the judge says of a message is said of the telling ones."""
    telling = {(clue.rule, index) for clue in located if clue.score >= _GIVEN for index in touched(clue)}
    for clue in located:
        if clue.score >= _GIVEN or not all((clue.rule, index) in telling for index in touched(clue)):
            yield clue


def together(form: float, odds: float | None) -> float:
    """How likely a located contact is meant as one: the form's own score and the judge's log-odds."""
    if odds is None:
        return form
    weights = table("weights")["located"]
    return _chance(weights["form"] * _odds(form) + weights["judge"] * odds + weights["shift"])


def alone(rule: Rule, odds: float) -> float:
    """How likely the judge is right where no detector located anything."""
    weights = table("weights")["judged"][rule.value]
    return _chance(weights["judge"] * odds + weights["shift"])


def touched(clue: Clue) -> set[int]:
    return {clue.line.index, *(piece.line.index for piece in clue.extra)}


def _highest(clue: Clue, verdicts: Mapping[int, Verdict]) -> float | None:
    said = [verdicts[index].odds[clue.rule] for index in touched(clue) if index in verdicts]
    return max(said, default=None)


def _judged(talk: Talk, verdicts: Mapping[int, Verdict], given: set[tuple[Rule, int]]) -> Iterator[Clue]:
    for index, verdict in verdicts.items():
        for rule, odds in verdict.odds.items():
            if (rule, index) in given:
                continue
            score = alone(rule, odds)
            if score >= _NOISE:
                yield from _clues(talk, talk.line(index), rule, score, verdict.evidence[rule])


def _clues(talk: Talk, line: Line, rule: Rule, score: float, evidence: Iterable[tuple[int, int]]) -> Iterator[Clue]:
    stretches = list(evidence) or [(0, len(line.text.rstrip()))]
    for start, end in stretches:
        kind = kind_of(line, start, end)
        yield Clue(rule, line, start, end, kind, score, "judge", _why(rule, line.text[start:end]))


def _is_cleared(clue: Clue, allows: Allowed) -> bool:
    """Most of the words are a number or an address of which the detectors know that it is nobody's contact."""
    if clue.rule is not Rule.CONTACT_SHARED:
        return False
    text = clue.line.text
    cleared = [(run.start, run.end) for run in clue.line.runs if _is_no_contact(text, run, allows)]
    for found in _ADDRESS.finditer(text):
        if allows.host(found["host"]) or allows.address(found.group()):
            cleared.append(found.span())
    return any(2 * (min(clue.end, end) - max(clue.start, start)) > clue.end - clue.start for start, end in cleared)


def _is_no_contact(text: str, run: Run, allows: Allowed) -> bool:
    if allows.number(run.digits) or phones.is_something_else(text, run):
        return True
    return names_a_service(text, run.start, run.end)


def _why(rule: Rule, words: str) -> str:
    quoted = words if len(words) <= 80 else f"{words[:79]}…"
    return f"{table('wording')['says'][rule.value]}: “{quoted}”"


def kind_of(line: Line, start: int, end: int) -> Kind:
    """The medium named in or nearest to the words; other where none is."""
    named = sorted(line.mentions, key=lambda one: max(start - one.end, one.start - end, 0))
    if named:
        return named[0].medium.kind
    words = set(line.text[max(0, start - 60) : end + 60].lower().split())
    for kind, signs in table("wording")["kinds"].items():
        if not words.isdisjoint(signs):
            return Kind(kind)
    return Kind.OTHER


def _odds(chance: float) -> float:
    bounded = min(max(chance, 1 - _SURE), _SURE)
    return math.log(bounded / (1 - bounded))


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-max(min(odds, 30.0), -30.0)))
