"""What a policy would have made of a case of the past, and how two policies differ over it. Plain values."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from moderation.domain.ladder import Act, PastSanction, suggest
from moderation.domain.policy import Policy
from moderation.domain.priority import CaseFacts, urgency
from moderation.domain.vocabulary import Ground, Severity

MOST_EXAMPLES = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of the pre-screen, as far as it counts here. `is_left` False: under the draft nothing is found."""

    ground: Ground
    score: float
    is_left: bool = True


@dataclass(frozen=True, slots=True)
class PastCase:
    case_id: int
    headline: str
    opened_at: datetime
    found: tuple[Found, ...]
    told: frozenset[Ground]  # by reports and by staff: no threshold keeps these out
    facts: CaseFacts
    holds_teen_badge: bool
    history: tuple[PastSanction, ...]  # of the subject, before the case
    decided: frozenset[str] | None = None  # codes of the measures; empty: no violation; None: not decided


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a policy makes of a case. Without a severity, no case is opened."""

    severity: Severity | None = None
    measures: frozenset[str] = frozenset()
    second: bool = False
    held: bool = False
    words: str = ""


def outlook(past: PastCase, policy: Policy, *, is_draft: bool) -> Outlook:
    """What would have stood at the opening of the case."""
    kept = [f for f in past.found if f.score >= policy.grounds[f.ground].opens_from and (f.is_left or not is_draft)]
    grounds = past.told | {found.ground for found in kept}
    if not grounds:
        return Outlook(words="no case")
    facts = replace(past.facts, grounds=frozenset(grounds), score=max((f.score for f in kept), default=0.0))
    leading = max(grounds, key=lambda ground: (policy.grounds[ground].severity, ground))
    act = Act(leading, facts.adult_to_teen and leading is Ground.CONTACT_SHARED, past.holds_teen_badge)
    suggestion = suggest(act, past.history, policy, now=past.opened_at)
    severity = urgency(facts, policy).severity
    return Outlook(
        severity=severity,
        measures=frozenset(measure.code for measure in suggestion.measures),
        second=suggestion.needs_approval,
        held=_is_held(facts, past, kept, policy),
        words=f"{severity.label}: {', '.join(measure.label for measure in suggestion.measures)}",
    )


def _is_held(facts: CaseFacts, past: PastCase, kept: list[Found], policy: Policy) -> bool:
    hold = policy.interim_hold
    sure = any(f.ground is Ground.CONTACT_SHARED and f.score >= hold.above for f in kept)
    return hold.is_on and sure and facts.adult_to_teen and past.holds_teen_badge


class Differs(StrEnum):
    """How the draft differs over one case."""

    OPENS = "opens"  # a case where there was none
    CLOSES = "closes"  # none where there was one
    SEVERITY = "severity"
    SUGGESTION = "suggestion"
    SECOND = "second"
    HELD = "held"

    @property
    def label(self) -> str:
        return {
            "opens": "Would open",
            "closes": "Would not open",
            "severity": "Would be of another severity",
            "suggestion": "Would get another suggestion",
            "second": "Would differ in who must sign",
            "held": "Would differ in the interim hold",
        }[self.value]


def differences(now: Outlook, then: Outlook) -> Iterator[Differs]:
    """`now`: by the version in force; `then`: by the draft."""
    if (now.severity is None) != (then.severity is None):
        yield Differs.CLOSES if then.severity is None else Differs.OPENS
        return
    for differs, same in (
        (Differs.SEVERITY, now.severity == then.severity),
        (Differs.SUGGESTION, now.measures == then.measures),
        (Differs.SECOND, now.second == then.second),
        (Differs.HELD, now.held == then.held),
    ):
        if not same:
            yield differs


@dataclass(slots=True)
class Sum:
    """What a trial has found so far; kept as JSON between two batches."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[dict[str, str | int]]] = field(default_factory=dict)
    opened: list[int] = field(default_factory=list)  # conversations without a case that the draft opens one for

    def count(self, what: str, by: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + by

    def example(self, differs: Differs, **said: str | int) -> None:
        kept = self.examples.setdefault(differs.value, [])
        if len(kept) < MOST_EXAMPLES:
            kept.append(said)

    def add(self, past: PastCase, in_force: Policy, draft: Policy) -> None:
        """Count one case."""
        now, then = outlook(past, in_force, is_draft=False), outlook(past, draft, is_draft=True)
        found = list(differences(now, then))
        self.count("cases")
        self.count("changed", bool(found))
        for differs in found:
            self.count(differs.value)
            self.example(differs, case=past.case_id, headline=past.headline, now=now.words, then=then.words)
        if past.decided is not None:
            self._weigh(past.decided, now, then)

    def _weigh(self, decided: frozenset[str], now: Outlook, then: Outlook) -> None:
        """Against what people decided."""
        self.count("decided")
        self.count("sanctioned", bool(decided))
        self.count("agree_now", now.measures == decided)
        self.count("agree_then", then.measures == decided)
        if then.severity is None and now.severity is not None:
            self.count("lost" if decided else "spared")
