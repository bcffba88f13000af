"""screen(): gate and glance choose the lines worth a look, detectors locate contacts, the judge says what is meant."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from moderation.prescreen import (
    emails,
    gate,
    handles,
    links,
    phones,
    places,
    puzzles,
    requests,
    split_names,
    split_numbers,
)
from moderation.prescreen.allowlist import Allowed, allowed
from moderation.prescreen.contract import Conversation, Finding, Message, Options, Rule
from moderation.prescreen.findings import findings
from moderation.prescreen.fold import Folded, fold
from moderation.prescreen.glance import glance
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.media import Media, known
from moderation.prescreen.respell import respell
from moderation.prescreen.talk import Talk
from moderation.prescreen.verdicts import Doubts, verdicts_on
from moderation.prescreen.weighing import weighed
from moderation.prescreen.windows import AFTER

ENGINE_VERSION = "2.0.0"
_DEFAULT = Options()
_TRICKS = frozenset({"tricked", "spaced"})
_NOTICED = "noticed"
_AT_A_GLANCE = frozenset({_NOTICED})
_COUNTING = frozenset({"number", "words", _NOTICED})
_MAILISH = frozenset({"mailish", _NOTICED})
_LINKISH = frozenset({"linkish", _NOTICED})
_ASKING = frozenset({"asking", _NOTICED})
_WORTH_JUDGING = 0.1  # clues below are noise whatever the judge would say


@dataclass(frozen=True, slots=True)
class Stretch:
    """A conversation of which the messages from `since` on are new."""

    conversation: Conversation
    since: int = 0


def screen(conversation: Conversation, *, since: int = 0, options: Options | None = None) -> list[Finding]:
    """Findings of a conversation, one for each rule and actor, in a fixed order.

    since: index of the first new message. Earlier ones are context: only what touches a message from `since` on comes
    back, and what such a message has made certain. A conversation screened in stretches, each with the sixteen
    messages before it as context, loses nothing of what it gives at once. Never raises, whatever the texts hold.
    """
    return screen_all([Stretch(conversation, since)], options=options)[0]


def screen_all(stretches: Sequence[Stretch], *, options: Options | None = None) -> list[list[Finding]]:
    """The findings of each stretch, the same as screened one by one; together they cost much less."""
    chosen = options or _DEFAULT
    asked = [(one.conversation.messages, one.since - AFTER) for one in stretches]
    answers = _found(asked, chosen)
    doubtful = [at for at, one in enumerate(stretches) if not _all_new(one, answers[at])]
    earlier = _found([(stretches[at].conversation.messages[: stretches[at].since], 0) for at in doubtful], chosen)
    for at, before in zip(doubtful, earlier, strict=True):
        new, told = _new(stretches[at]), {key for finding in before for key in _keys(finding)}
        answers[at] = [one for one in answers[at] if new.intersection(one.messages) or _keys(one) - told]
    return answers


def _all_new(stretch: Stretch, found: Sequence[Finding]) -> bool:
    new = _new(stretch)
    return all(new.intersection(finding.messages) for finding in found)


def _new(stretch: Stretch) -> set[str]:
    return {message.id for message in stretch.conversation.messages[stretch.since :]}


def _keys(finding: Finding) -> set[tuple[Rule, str, str]]:
    return {(finding.rule, finding.actor, message) for message in finding.messages}


def _found(asked: Sequence[tuple[Sequence[Message], int]], chosen: Options) -> list[list[Finding]]:
    """What is found in each sequence of messages, sure since the index beside it."""
    media, allows = known(chosen.private_terms), allowed(chosen)
    read_lines = read_all([messages for messages, _ in asked], media)
    doubts: dict[int, Doubts] = {}
    clues: dict[int, list[Clue]] = {}
    for at, ((messages, since), lines) in enumerate(zip(asked, read_lines, strict=True)):
        if lines:
            talk = Talk(messages, lines, media)
            clues[at] = [clue for clue in located(talk, lines, allows, since) if clue.last >= since]
            noticed = [line.index for line in lines if _NOTICED in line.topics and line.index >= since]
            doubts[at] = Doubts(talk, noticed, [clue.spots for clue in clues[at]])
    found: list[list[Finding]] = [[] for _ in asked]
    for (at, one), judged in zip(doubts.items(), verdicts_on(list(doubts.values())), strict=True):
        found[at] = findings(weighed(one.talk, clues[at], judged, allows), chosen)
    return found


def read(messages: Sequence[Message], media: Media) -> list[Line]:
    """The messages worth a look, their disguises undone: by a form that the gate sees, or noticed at a glance."""
    return read_all([messages], media)[0]


def read_all(talks: Sequence[Sequence[Message]], media: Media) -> list[list[Line]]:
    """The same of many conversations, with one glance at all of them."""
    looks = [[_look(message.text, media) for message in messages] for messages in talks]
    seen = iter(noticed([look.text for own in looks for look in own]))
    lines: list[list[Line]] = []
    for messages, own in zip(talks, looks, strict=True):
        topics = [look.topics | _AT_A_GLANCE if next(seen) else look.topics for look in own]
        lines.append(
            [Line(at, messages[at], topics[at], look.undone, media) for at, look in enumerate(own) if topics[at]]
        )
    return lines


class _Look(NamedTuple):
    """What the gate saw in a message, its text as it is read on, and how its disguise was undone, if it had one."""

    topics: frozenset[str]
    text: str
    undone: Folded | None


def _look(text: str, media: Media) -> _Look:
    plain = text.isascii() and len(text) <= gate.LONGEST
    topics = gate.opener()(text.encode()) if plain else frozenset[str]()
    undone = None
    if not plain or topics & _TRICKS:
        undone = respell(fold(text))
        text = undone.text
        topics |= gate.topics_of(text)
    if media.private and media.names_private(text):
        topics |= _AT_A_GLANCE
    return _Look(topics, text, undone)


def noticed(texts: Sequence[str]) -> Iterator[bool]:
    """Which texts should be read for what they mean; signs without a word mean nothing to a reader."""
    bar = table("weights")["bars"]["glance"]
    odds = glance().odds(texts).tolist()
    return (high > bar and any(map(str.isalnum, text)) for high, text in zip(odds, texts, strict=True))


def located(talk: Talk, lines: Sequence[Line], allows: Allowed, since: int = 0) -> list[Clue]:
    """Everything that may be a contact by its form, in one message or over several, as far as it may reach `since`.

    Of earlier messages only those are looked at by themselves in which a clue over several has a part: there the two
    readings contend. What else they hold was told when they were new.
    """
    over_several = [
        *split_numbers.find(talk, lines, allows),
        *split_names.find(talk, lines),
        *puzzles.find(talk, lines),
    ]
    contended = {index for clue in over_several for index, _ in clue.spots}
    found: list[Clue] = []
    for line in lines:
        if line.index >= since or line.index in contended:
            found += _in_one_message(line, allows)
    return surest(clue for clue in [*found, *over_several] if clue.score >= _WORTH_JUDGING)


def _in_one_message(line: Line, allows: Allowed) -> Iterator[Clue]:
    if line.topics & _MAILISH:
        yield from emails.find(line, allows)
    if line.topics & _LINKISH:
        yield from links.find(line, allows)
    if line.topics & _COUNTING:
        yield from phones.find(line, allows)
    if _NOTICED in line.topics:
        yield from handles.find(line)
        yield from places.find(line, allows)
    if line.topics & _ASKING:
        yield from requests.find(line)


def surest(clues: Iterable[Clue]) -> list[Clue]:
    """The surer reading of overlapping characters wins."""
    kept: list[Clue] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    for clue in sorted(clues, key=lambda one: (-one.score, one.line.index, one.start)):
        stretches = [(clue.line.index, clue.start, clue.end), *((p.line.index, p.start, p.end) for p in clue.extra)]
        if any(a < end and start < b for at, start, end in stretches for a, b in taken.get(at, ())):
            continue
        kept.append(clue)
        for at, start, end in stretches:
            taken.setdefault(at, []).append((start, end))
    return kept
