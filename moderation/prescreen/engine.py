"""screen(): gate and glance choose the lines worth a look, detectors locate contacts, the judge says what is meant."""

from collections.abc import Iterable, Iterator, Sequence

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
from moderation.prescreen.verdicts import verdicts
from moderation.prescreen.weighing import weighed
from moderation.prescreen.windows import AFTER

ENGINE_VERSION = "2.0.0"
_DEFAULT = Options()
_TRICKS = frozenset({"tricked", "spaced"})
_NOTICED = "noticed"
_COUNTING = frozenset({"number", "words", _NOTICED})
_MAILISH = frozenset({"mailish", _NOTICED})
_LINKISH = frozenset({"linkish", _NOTICED})
_ASKING = frozenset({"asking", _NOTICED})
_WORTH_JUDGING = 0.1  # clues below are noise whatever the judge would say


def screen(conversation: Conversation, *, since: int = 0, options: Options | None = None) -> list[Finding]:
    """Findings of a conversation, one for each rule and actor, in a fixed order.

    since: index of the first new message. Earlier ones are context: only what touches a message from `since` on comes
    back, and what such a message has made certain. A conversation screened in stretches, each with the sixteen
    messages before it as context, loses nothing of what it gives at once. Never raises, whatever the texts hold.
    """
    chosen = options or _DEFAULT
    found = _found(conversation.messages, since - AFTER, chosen)
    new = {message.id for message in conversation.messages[since:]}
    if all(new.intersection(finding.messages) for finding in found):
        return found
    told = {key for finding in _found(conversation.messages[:since], 0, chosen) for key in _keys(finding)}
    return [finding for finding in found if new.intersection(finding.messages) or _keys(finding) - told]


def _keys(finding: Finding) -> set[tuple[Rule, str, str]]:
    return {(finding.rule, finding.actor, message) for message in finding.messages}


def _found(messages: Sequence[Message], since: int, chosen: Options) -> list[Finding]:
    media = known(chosen.private_terms)
    lines = read(messages, media)
    if not lines:
        return []
    talk = Talk(messages, lines, media)
    allows = allowed(chosen)
    clues = [clue for clue in located(talk, lines, allows) if clue.last >= since]
    noticed = [line.index for line in lines if _NOTICED in line.topics and line.index >= since]
    judged = verdicts(talk, noticed, [clue.spots for clue in clues])
    return findings(weighed(talk, clues, judged, allows), chosen)


def read(messages: Sequence[Message], media: Media) -> list[Line]:
    """The messages worth a look, their disguises undone: by a form that the gate sees, or noticed at a glance."""
    look = gate.opener()
    texts: list[str] = []
    forms: dict[int, frozenset[str]] = {}
    undone: dict[int, Folded] = {}
    for index, message in enumerate(messages):
        text = message.text
        plain = text.isascii() and len(text) <= gate.LONGEST
        topics = look(text.encode()) if plain else frozenset()
        if not plain or topics & _TRICKS:
            folded = undone[index] = respell(fold(text))
            text = folded.text
            topics |= gate.topics_of(text)
        if topics:
            forms[index] = topics
        texts.append(text)
    if media.private:
        forms |= {
            at: forms.get(at, frozenset()) | {_NOTICED} for at, text in enumerate(texts) if media.names_private(text)
        }
    for index in noticed(texts):
        forms[index] = forms.get(index, frozenset()) | {_NOTICED}
    return [Line(index, messages[index], forms[index], undone.get(index), media) for index in sorted(forms)]


def noticed(texts: Sequence[str]) -> Iterator[int]:
    """The places of the texts that should be read for what they mean; signs without a word mean nothing to a reader."""
    bar = table("weights")["bars"]["glance"]
    odds = enumerate(glance().odds(texts).tolist())
    return (at for at, high in odds if high > bar and any(map(str.isalnum, texts[at])))


def located(talk: Talk, lines: Sequence[Line], allows: Allowed) -> list[Clue]:
    """Everything that may be a contact by its form, in one message or over several."""
    found: list[Clue] = []
    for line in lines:
        found += _in_one_message(line, allows)
    found += split_numbers.find(talk, lines, allows)
    found += split_names.find(talk, lines)
    found += puzzles.find(talk, lines)
    return surest(clue for clue in found if clue.score >= _WORTH_JUDGING)


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
