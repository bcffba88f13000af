"""Weighs what the detectors located against what the judge says; says how likely each clue is right.

The numbers in lexicon/weights.toml are fitted on cases that neither the judge nor the detectors were made with.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from moderation.prescreen import phones
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.talk import Talk
from moderation.prescreen.verdicts import Verdict

_SURE = 0.999
_GIVEN = 0.5  # a located contact that is this likely speaks for its message; the judge need not repeat it
_NOISE = 0.1


def weighed(talk: Talk, located: Sequence[Clue], verdicts: Mapping[int, Verdict]) -> list[Clue]:
    """The clues of the detectors with their final scores, and those that the judge alone stands for."""
    for clue in located:
        clue.score = together(clue.score, _highest(clue, verdicts))
    given = {index for clue in located if clue.score >= _GIVEN for index in touched(clue)}
    return [*located, *_judged(talk, verdicts, given)]


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


def _judged(talk: Talk, verdicts: Mapping[int, Verdict], given: set[int]) -> Iterator[Clue]:
    for index, verdict in verdicts.items():
        for rule, odds in verdict.odds.items():
            if rule is Rule.CONTACT_SHARED and index in given:
                continue
            score = alone(rule, odds)
            if score >= _NOISE:
                yield from _clues(talk, talk.line(index), rule, score, verdict.evidence[rule])


def _clues(talk: Talk, line: Line, rule: Rule, score: float, evidence: Iterable[tuple[int, int]]) -> Iterator[Clue]:
    stretches = list(evidence) or [(0, len(line.text.rstrip()))]
    for start, end in stretches:
        if rule is Rule.CONTACT_SHARED and _is_other_number(line, start, end):
            continue
        kind = kind_of(line, start, end)
        yield Clue(rule, line, start, end, kind, score, "judge", _why(rule, line.text[start:end]))


def _is_other_number(line: Line, start: int, end: int) -> bool:
    """Most of the words are a number that says itself what it is: of an order, of a countdown."""
    return any(
        2 * (min(end, run.end) - max(start, run.start)) > end - start and phones.is_something_else(line.text, run)
        for run in line.runs
    )


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
