"""What the judge says of the messages that are worth asking about."""

from collections.abc import Iterable
from dataclasses import dataclass

from moderation.prescreen.contract import Rule
from moderation.prescreen.judge import RULES, Opinion, judge
from moderation.prescreen.talk import Talk

_GAP = 2  # pieces that may lie between two stretches of one piece of evidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge on one message: log-odds by rule, the worst of its parts, and the evidence in folded offsets."""

    odds: dict[Rule, float]
    evidence: dict[Rule, list[tuple[int, int]]]


def verdicts(talk: Talk, indices: Iterable[int]) -> dict[int, Verdict]:
    """Every message asked about, judged in one go."""
    asked = sorted(set(indices))
    windows = [(index, part, one) for index in asked for part, one in enumerate(talk.windows(index))]
    opinions = judge().opinions([one for _, _, one in windows]) if windows else []
    found: dict[int, list[tuple[int, Opinion]]] = {index: [] for index in asked}
    for (index, part, _), opinion in zip(windows, opinions, strict=True):
        found[index].append((part, opinion))
    return {index: _verdict(talk, index, own) for index, own in found.items()}


def _verdict(talk: Talk, index: int, own: list[tuple[int, Opinion]]) -> Verdict:
    odds: dict[Rule, float] = {}
    evidence: dict[Rule, list[tuple[int, int]]] = {}
    for place, rule in enumerate(RULES):
        part, opinion = max(own, key=lambda one: float(one[1].rules[place]))
        odds[rule] = float(opinion.rules[place])
        evidence[rule] = _stretches(talk, index, part, opinion, place)
    return Verdict(odds, evidence)


def _stretches(talk: Talk, index: int, part: int, opinion: Opinion, place: int) -> list[tuple[int, int]]:
    pieces = talk.parts(index)[part].pieces
    found: list[list[int]] = []
    for at, piece in enumerate(pieces):
        if opinion.pieces[at, place] <= 0:
            continue
        if found and at - found[-1][2] <= _GAP + 1:
            found[-1][1:] = [piece.end, at]
        else:
            found.append([piece.start, piece.end, at])
    return [(start, end) for start, end, _ in found]
