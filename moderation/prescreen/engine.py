"""screen(): opens the gate for each message, lets the detectors look, and joins what they saw into findings."""

from collections.abc import Iterable

from moderation.prescreen import (
    emails,
    gate,
    handles,
    harm,
    invitations,
    learned,
    links,
    phones,
    places,
    puzzles,
    reactions,
    splits,
)
from moderation.prescreen.allowlist import Allowed, allowed
from moderation.prescreen.contract import Conversation, Finding, Kind, Message, Options, Rule, Span
from moderation.prescreen.fold import fold
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.respell import respell

ENGINE_VERSION = "1.0.0"
_DEFAULT = Options()
_ORDER = {rule: place for place, rule in enumerate(Rule)}


def screen(conversation: Conversation, *, since: int = 0, options: Options | None = None) -> list[Finding]:
    """Findings of a conversation, one for each rule and actor, in a fixed order.

    since: index of the first new message. Earlier ones are context: only findings that touch a message from
    `since` on, or are made certain by one, come back. Never raises, whatever the texts hold.
    """
    lines = lines_of(conversation.messages)
    if not lines:
        return []
    return _findings(_clues(lines, conversation, options or _DEFAULT), since, options or _DEFAULT)


def lines_of(messages: Iterable[Message]) -> list[Line]:
    """The messages that touch any topic, made ready; nearly all clean messages end here."""
    look = gate.opener()
    ready: list[Line] = []
    for index, message in enumerate(messages):
        text = message.text
        if text.isascii() and len(text) <= gate.LONGEST:
            topics = look(text.encode())
            if topics:
                ready.append(
                    _respelled(index, message, topics)
                    if "tricked" in topics or "spaced" in topics
                    else Line(index, message, topics)
                )
        else:
            folded = respell(fold(text))
            if topics := gate.topics_of(folded.text):
                ready.append(Line(index, message, topics, folded))
    return ready


def _respelled(index: int, message: Message, topics: frozenset[str]) -> Line:
    """A line whose spelling tricks are undone; it may touch more topics than the raw text did."""
    folded = respell(fold(message.text))
    more = topics if folded.source is None else topics | gate.topics_of(folded.text)
    return Line(index, message, more, folded)


def _clues(lines: list[Line], conversation: Conversation, options: Options) -> list[Clue]:
    talk = splits.Talk(conversation, lines)
    clues = clues_of_lists(lines, talk, options)
    clues += learned.find(talk, lines, clues)
    clues += harm.find(talk, clues)
    return clues


def clues_of_lists(lines: list[Line], talk: splits.Talk, options: Options) -> list[Clue]:
    """What the detectors and phrase lists see, before the model weighs it."""
    known = allowed(options)
    clues: list[Clue] = []
    for line in lines:
        if line.index:
            line.context = "\n".join(
                message.text[-200:] for message in talk.messages[max(0, line.index - 2) : line.index]
            )
        clues += _settled(_in_one_message(line, known))
    clues += splits.find(talk, lines, known)
    clues += puzzles.find(talk, lines)
    reactions.strengthen(talk, clues)
    clues += reactions.declined(talk, lines, clues)
    return clues


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
    return found + list(invitations.find(line))


def _settled(found: list[Clue]) -> list[Clue]:
    """Within one message the surer reading of overlapping characters wins, and a share explains its own invitation."""
    shares = sorted((c for c in found if c.rule is Rule.CONTACT_SHARED), key=lambda c: (-c.score, c.start))
    kept: list[Clue] = []
    for clue in shares:
        if not any(other.start < clue.end and clue.start < other.end for other in kept):
            kept.append(clue)
    sure = any(clue.score >= 0.5 for clue in kept)
    return kept + [
        c for c in found if c.rule is not Rule.CONTACT_SHARED and not (sure and c.rule is Rule.CONTACT_REQUESTED)
    ]


def _findings(clues: list[Clue], since: int, options: Options) -> list[Finding]:
    groups: dict[tuple[Rule, str], list[Clue]] = {}
    for clue in clues:
        if clue.score >= options.threshold:
            groups.setdefault((clue.rule, clue.line.sender), []).append(clue)
    findings = [
        (max(_last(clue) for clue in group), _finding(rule, actor, group)) for (rule, actor), group in groups.items()
    ]
    fresh = [finding for last, finding in findings if last >= since]
    return sorted(fresh, key=lambda finding: (_ORDER[finding.rule], finding.actor))


def _last(clue: Clue) -> int:
    return max(clue.line.index, clue.seen_at, *(piece.line.index for piece in clue.extra), -1)


def _finding(rule: Rule, actor: str, clues: list[Clue]) -> Finding:
    best = max(clues, key=lambda clue: clue.score)
    doubt = 1.0
    for score in sorted((clue.score for clue in clues), reverse=True)[:3]:
        doubt *= 1 - score * (0.98 if doubt == 1.0 else 0.5)
    spans: dict[tuple[int, int, int], Span] = {}
    messages: dict[int, str] = {}
    for clue in clues:
        parts = [(clue.line, clue.start, clue.end), *((p.line, p.start, p.end) for p in clue.extra)]
        for line, first, last in parts:
            messages[line.index] = line.message.id
            if first < last:
                start, end = line.folded.span(first, last)
                spans[line.index, start, end] = Span(line.message.id, start, end, Kind(clue.kind), clue.contact)
    return Finding(
        rule=rule,
        actor=actor,
        messages=tuple(messages[index] for index in sorted(messages)),
        spans=tuple(_apart([(key, spans[key]) for key in sorted(spans)])),
        kind=best.kind,
        score=round(min(0.99, 1 - doubt), 3),
        explanation=_explain(best, len(messages)),
        detector=best.detector,
    )


def _apart(spans: list[tuple[tuple[int, int, int], Span]]) -> list[Span]:
    """Overlapping spans of one message become one."""
    out: list[Span] = []
    for _, span in spans:
        if out and out[-1].message == span.message and span.start < out[-1].end:
            last = out.pop()
            span = Span(last.message, last.start, max(last.end, span.end), last.kind, last.contact or span.contact)
        out.append(span)
    return out


def _explain(clue: Clue, messages: int) -> str:
    across = f", over {messages} messages" if messages > 1 else ""
    return f"{clue.why}{across}"
