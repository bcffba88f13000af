"""How urgent a case is, and why, in words. The points are what orders the queue; the words are what people read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Ground, Severity


class Points(IntEnum):
    """One severity outweighs everything that can be added below it, so that no pile of small things overtakes it."""

    HELD = 10_000  # a badge is held and nobody has confirmed it: before everything that waits less than two months
    SEVERITY = 300
    ADULT_AND_TEEN = 60
    TEEN = 40
    REPEAT = 20
    CORROBORATED = 30
    BY_HAND = 30
    MORE_REPORTERS = 10
    ON_BREAK = 10
    IN_GROUP = 10  # for every account of the group beyond the second
    SCORE = 20


BY_HAND = "opened by hand"

# A case gains a point for every such stretch of waiting. All cases age alike, so their order never changes by itself,
# and one that is severer by a step has a head start of sixty hours: nothing starves, and little overtakes.
POINT_EVERY = timedelta(minutes=12)
MOST_REPEATS = 3
MOST_REPORTERS = 4
MOST_IN_GROUP = 5  # of them that count
CRITICAL_GROUP = 6  # accounts in contact off the site: from here on every case of theirs is critical


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known about a case when its urgency is worked out."""

    grounds: frozenset[Ground]
    score: float = 0.0  # the best finding's; 0 without one
    adult_to_teen: bool = False  # contact shared, and the actor is an adult or a listener, the recipient a teen
    teen_involved: bool = False
    earlier_sanctions: int = 0  # of the actors, within the ladder's window
    reporters: int = 0  # distinct
    on_break: bool = False
    by_hand: bool = False  # somebody on staff brought it in
    group_size: int = 0  # accounts that are in contact off the site with those of the case; 0: no group


@dataclass(frozen=True, slots=True)
class Urgency:
    severity: Severity
    priority: int
    reasons: tuple[str, ...]  # the heaviest first


def urgency(facts: CaseFacts, policy: Policy) -> Urgency:
    """Severity by the policy, raised where teens are concerned; priority in points; a reason for every addition."""
    severity = _severity(facts, policy)
    added = [(points, words) for points, words in _additions(facts) if points]
    added.sort(key=lambda addition: -addition[0])
    return Urgency(
        severity=severity,
        priority=severity * Points.SEVERITY + sum(points for points, _ in added),
        reasons=(_why_severe(facts, severity), *(words for _, words in added)),
    )


def _severity(facts: CaseFacts, policy: Policy) -> Severity:
    by_rule = max((policy.grounds[ground].severity for ground in facts.grounds), default=Severity.LOW)
    if Ground.CONTACT_SHARED in facts.grounds and facts.adult_to_teen:
        return Severity.CRITICAL
    if facts.group_size >= CRITICAL_GROUP:
        return Severity.CRITICAL
    if facts.group_size or (Ground.CONTACT_REQUESTED in facts.grounds and facts.teen_involved):
        return max(by_rule, Severity.HIGH)
    return by_rule


def _why_severe(facts: CaseFacts, severity: Severity) -> str:
    if Ground.CONTACT_SHARED in facts.grounds and facts.adult_to_teen:
        return "Critical: contact shared with a teen"
    heaviest = ", ".join(ground.label.lower() for ground in sorted(facts.grounds))
    return f"{severity.label}: {heaviest}"


def _additions(facts: CaseFacts) -> list[tuple[int, str]]:
    repeats = min(facts.earlier_sanctions, MOST_REPEATS)
    reporters = min(facts.reporters, MOST_REPORTERS)
    corroborated = bool(facts.score and facts.reporters)
    return [
        (Points.ADULT_AND_TEEN * facts.adult_to_teen, "adult and teen"),
        (Points.TEEN * (facts.teen_involved and not facts.adult_to_teen), "teen involved"),
        (Points.REPEAT * repeats, f"{_times(facts.earlier_sanctions, 'earlier sanction')} in the past year"),
        (Points.CORROBORATED * corroborated, "found by the pre-screen and reported"),
        (Points.MORE_REPORTERS * max(reporters - 1, 0), f"reported by {facts.reporters} people"),
        (Points.BY_HAND * facts.by_hand, BY_HAND),
        (Points.IN_GROUP * min(max(facts.group_size - 2, 0), MOST_IN_GROUP), _group(facts)),
        (Points.ON_BREAK * facts.on_break, "on a break"),
        (round(Points.SCORE * facts.score), f"pre-screen {facts.score:.2f}"),
    ]


def _group(facts: CaseFacts) -> str:
    return f"group of {facts.group_size} in contact off the site"


def _times(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def with_hold(priority: int, reasons: Sequence[str], held: str) -> tuple[int, list[str]]:
    """Priority and reasons with what a hold adds to them, once: as its words now are, or without it for none."""
    others = list(reasons)
    if priority >= Points.HELD:
        priority -= Points.HELD
        del others[1]  # nothing weighs more, and the severity stands first
    if not held:
        return priority, others
    return priority + Points.HELD, [*others[:1], held, *others[1:]]


def points_for_waiting(opened_at: datetime, now: datetime) -> int:
    """What has been added to the priority of a case meanwhile."""
    return max(0, (now - opened_at) // POINT_EVERY)
