"""Joins weighed clues into findings: one for each rule and actor, with its messages, spans and explanation."""

from collections.abc import Iterable

from moderation.prescreen.contract import Finding, Kind, Options, Rule, Span
from moderation.prescreen.lines import Clue

_ORDER = {rule: place for place, rule in enumerate(Rule)}
_HIGHEST = 0.99
_COUNTED = 3  # further clues add nothing to the score
_EXPLAINED = 3


def findings(clues: Iterable[Clue], options: Options) -> list[Finding]:
    """In a fixed order."""
    groups: dict[tuple[Rule, str], list[Clue]] = {}
    for clue in clues:
        if clue.score >= options.threshold:
            groups.setdefault((clue.rule, clue.line.sender), []).append(clue)
    joined = [_finding(rule, actor, group) for (rule, actor), group in groups.items()]
    return sorted(joined, key=lambda finding: (_ORDER[finding.rule], finding.actor))


def _finding(rule: Rule, actor: str, clues: list[Clue]) -> Finding:
    best = max(clues, key=lambda clue: clue.score)
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
        spans=tuple(_apart([spans[key] for key in sorted(spans)])),
        kind=best.kind,
        score=_joint(clue.score for clue in clues),
        explanation=_explained(clues, len(messages)),
        detector=best.detector,
    )


def _explained(clues: Iterable[Clue], messages: int) -> str:
    """What each clue says, the surest first and each once; how many messages, where that is not said."""
    surest = sorted(clues, key=lambda clue: -clue.score)
    said = list(dict.fromkeys(clue.why for clue in surest))
    if len(said) == 1 < messages and len(surest) > 1:
        return f"{said[0]}, over {messages} messages"
    more = [f"and {len(said) - _EXPLAINED} more"] if len(said) > _EXPLAINED else []
    return "; ".join([*said[:_EXPLAINED], *more])


def _joint(scores: Iterable[float]) -> float:
    """At least one clue is right; those after the best count half, since they err together."""
    doubt = 1.0
    for place, score in enumerate(sorted(scores, reverse=True)[:_COUNTED]):
        doubt *= 1 - score * (0.5 if place else 1.0)
    return round(min(_HIGHEST, 1 - doubt), 3)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans of one message become one."""
    out: list[Span] = []
    for span in spans:
        if out and out[-1].message == span.message and span.start < out[-1].end:
            last = out.pop()
            span = Span(last.message, last.start, max(last.end, span.end), last.kind, last.contact or span.contact)
        out.append(span)
    return out
