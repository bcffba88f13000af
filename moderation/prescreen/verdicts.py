"""What the judge says of the messages worth asking about; the skim spares it those that are plainly harmless."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from moderation.prescreen.contract import Rule
from moderation.prescreen.glance import glance
from moderation.prescreen.judge import RULES, judge, skim
from moderation.prescreen.lexicon import table
from moderation.prescreen.reader import Opinion
from moderation.prescreen.talk import Talk
from moderation.prescreen.windows import Part, Window, alone

_GAP = 2  # pieces that may lie between two stretches of one piece of evidence
_MOST_SKIMMED = 4  # parts of one message: a hostile one must not cost more than a long one
_MOST_JUDGED = 1  # of these, besides those that hold a clue
_MOST_OF_A_CLUE = 2  # parts that it touches

Place = tuple[int, int]  # message and part
Spot = tuple[int, int]  # message and offset


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge on one message: log-odds by rule, the worst of its parts, and the evidence in folded offsets."""

    odds: dict[Rule, float]
    evidence: dict[Rule, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Doubts:
    """What is to be judged of a talk: its noticed messages, and for each clue its places in the folded text."""

    talk: Talk
    noticed: Iterable[int]
    located: Sequence[Iterable[Spot]]


def verdicts(talk: Talk, noticed: Iterable[int], located: Sequence[Iterable[Spot]]) -> dict[int, Verdict]:
    """Verdicts on noticed messages that the skim cannot clear, and on what the detectors located."""
    return verdicts_on([Doubts(talk, noticed, located)])[0]


def verdicts_on(doubts: Sequence[Doubts]) -> list[dict[int, Verdict]]:
    """The same for many talks, which are read together because large products cost the least a piece."""
    clues = [[{one.talk.place(*spot) for spot in spots} for spots in one.located] for one in doubts]
    worth = [{place for index in one.noticed for place in _noticed_parts(one.talk, index)} for one in doubts]
    looked_at = [sorted(own.union(*places)) for own, places in zip(worth, clues, strict=True)]
    alike = [alone(one.talk.parts(at)[part]) for one, own in zip(doubts, looked_at, strict=True) for at, part in own]
    odds = (float(opinion.part.max()) for opinion in skim().read(alike, closely=False))
    skimmed = [dict(zip(own, odds, strict=False)) for own in looked_at]
    judged = [sorted(_chosen(*one)) for one in zip(worth, clues, skimmed, strict=True)]
    windows = [_window(one.talk, *place) for one, own in zip(doubts, judged, strict=True) for place in own]
    opinions = iter(judge().read(windows))
    return [_by_message(one.talk, own, opinions) for one, own in zip(doubts, judged, strict=True)]


def _chosen(worth: Iterable[Place], clues: Iterable[Iterable[Place]], skimmed: dict[Place, float]) -> set[Place]:
    """The parts that the judge has to read."""
    chosen: set[Place] = set()
    for places in clues:
        chosen |= set(_worst(places, skimmed, _MOST_OF_A_CLUE))
    suspected: dict[int, list[Place]] = {}
    for place in worth:
        if skimmed[place] > table("weights")["bars"]["skim"]:
            suspected.setdefault(place[0], []).append(place)
    for own in suspected.values():
        chosen |= set(_worst(own, skimmed, _MOST_JUDGED))
    return chosen


def _by_message(talk: Talk, judged: Iterable[Place], opinions: Iterator[Opinion]) -> dict[int, Verdict]:
    found: dict[int, list[tuple[Part, Opinion]]] = {}
    for index, part in judged:
        found.setdefault(index, []).append((talk.parts(index)[part], next(opinions)))
    return {index: _verdict(own) for index, own in found.items()}


def _window(talk: Talk, index: int, part: int) -> Window:
    """A part of a very long message is its own context."""
    parts = talk.parts(index)
    return talk.window(index, part) if len(parts) <= _MOST_SKIMMED else alone(parts[part])


def _noticed_parts(talk: Talk, index: int) -> list[Place]:
    parts = talk.parts(index)
    worth = list(range(len(parts)))
    if len(parts) > _MOST_SKIMMED:
        text = talk.line(index).text
        odds = glance().odds([text[part.pieces[0].start : part.pieces[-1].end] for part in parts]).tolist()
        worth = sorted(worth, key=lambda at: -odds[at])[:_MOST_SKIMMED]
    return [(index, at) for at in worth]


def _worst(places: Iterable[Place], odds: dict[Place, float], most: int) -> list[Place]:
    return sorted(places, key=lambda place: -odds[place])[:most]


def _verdict(own: Sequence[tuple[Part, Opinion]]) -> Verdict:
    odds: dict[Rule, float] = {}
    evidence: dict[Rule, list[tuple[int, int]]] = {}
    for place, rule in enumerate(RULES):
        part, opinion = max(own, key=lambda one: float(one[1].part[place]))
        odds[rule] = float(opinion.part[place])
        evidence[rule] = list(_stretches(part, opinion, place))
    return Verdict(odds, evidence)


def _stretches(part: Part, opinion: Opinion, place: int) -> Iterator[tuple[int, int]]:
    """The pieces that belong to the evidence, those that lie close together as one stretch."""
    held = [at for at in range(len(part.pieces)) if opinion.pieces[at, place] > 0]
    first = 0
    for at in range(1, len(held) + 1):
        if at == len(held) or held[at] - held[at - 1] > _GAP + 1:
            yield part.pieces[held[first]].start, part.pieces[held[at - 1]].end
            first = at
