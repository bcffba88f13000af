"""screen(): a gate chooses the lines worth a look, detectors locate contacts, the judge says what is meant by them."""

from collections.abc import Iterable, Sequence

from moderation.prescreen import emails, gate, handles, links, phones, places, puzzles, split_names, split_numbers
from moderation.prescreen.allowlist import Allowed, allowed
from moderation.prescreen.contract import Conversation, Finding, Message, Options, Rule
from moderation.prescreen.findings import findings
from moderation.prescreen.fold import fold
from moderation.prescreen.glance import glance
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.respell import respell
from moderation.prescreen.talk import Talk
from moderation.prescreen.verdicts import verdicts
from moderation.prescreen.weighing import touched, weighed
from moderation.prescreen.windows import AFTER

ENGINE_VERSION = "2.0.0"
_DEFAULT = Options()
_TRICKS = frozenset({"tricked", "spaced"})
_WORTH_JUDGING = 0.1  # clues below are noise whatever the judge would say


def screen(conversation: Conversation, *, since: int = 0, options: Options | None = None) -> list[Finding]:
    """Findings of a conversation, one for each rule and actor, in a fixed order.

    since: index of the first new message. Earlier ones are context: only findings that touch a message from
    `since` on, or are made certain by one, come back. Never raises, whatever the texts hold.
    """
    chosen = options or _DEFAULT
    texts, lines = read(conversation.messages)
    talk = Talk(conversation.messages, lines)
    clues = located(talk, lines, allowed(chosen))
    first = max(0, since - AFTER)
    asked = {first + at for at in noticed(texts[first:])}
    asked |= {index for clue in clues for index in touched(clue) if index >= first}
    if not asked:
        return []
    return findings(weighed(talk, clues, verdicts(talk, asked)), since, chosen)


def read(messages: Iterable[Message]) -> tuple[list[str], list[Line]]:
    """Every message with its disguises undone, and those that touch a topic as lines."""
    look = gate.opener()
    texts: list[str] = []
    lines: list[Line] = []
    for index, message in enumerate(messages):
        text = message.text
        if text.isascii() and len(text) <= gate.LONGEST:
            topics = look(text.encode())
            if topics:
                line = _respelled(index, message, topics) if topics & _TRICKS else Line(index, message, topics)
                lines.append(line)
                text = line.text
        else:
            folded = respell(fold(text))
            text = folded.text
            if topics := gate.topics_of(text):
                lines.append(Line(index, message, topics, folded))
        texts.append(text)
    return texts, lines


def noticed(texts: Sequence[str]) -> list[int]:
    """The places of the texts that the judge should read."""
    return [at for at, odds in enumerate(glance().odds(texts).tolist()) if odds > 0] if texts else []


def _respelled(index: int, message: Message, topics: frozenset[str]) -> Line:
    """A line whose spelling tricks are undone; it may touch more topics than the raw text did."""
    folded = respell(fold(message.text))
    more = topics if folded.source is None else topics | gate.topics_of(folded.text)
    return Line(index, message, more, folded)


def located(talk: Talk, lines: Sequence[Line], known: Allowed) -> list[Clue]:
    """Everything that may be a contact by its form, in one message or over several."""
    found: list[Clue] = []
    for line in lines:
        if line.index:
            line.context = "\n".join(
                message.text[-200:] for message in talk.messages[max(0, line.index - 2) : line.index]
            )
        found += _surest(_in_one_message(line, known))
    found += split_numbers.find(talk, lines, known)
    found += split_names.find(talk, lines)
    found += puzzles.find(talk, lines)
    return [clue for clue in found if clue.score >= _WORTH_JUDGING]


def _in_one_message(line: Line, known: Allowed) -> list[Clue]:
    found: list[Clue] = []
    if "mailish" in line.topics:
        found += emails.find(line, known)
    if "linkish" in line.topics:
        found += links.find(line, known)
    if line.topics & {"number", "words"}:
        found += phones.find(line, known)
    if line.topics & {"app", "short", "id", "foreign"}:
        found += handles.find(line)
    if line.topics & {"place", "street", "meet"}:
        found += places.find(line)
    return [clue for clue in found if clue.rule is Rule.CONTACT_SHARED]


def _surest(found: list[Clue]) -> list[Clue]:
    """The surer reading of overlapping characters wins."""
    kept: list[Clue] = []
    for clue in sorted(found, key=lambda c: (-c.score, c.start)):
        if not any(other.start < clue.end and clue.start < other.end for other in kept):
            kept.append(clue)
    return kept
