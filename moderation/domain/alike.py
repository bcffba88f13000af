"""Which cases may be dismissed several at once: those that weigh little and look alike. Plain values, no database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Ground, Lane, Severity

MOST_AT_ONCE = 50
MOST_SEVERE = Severity.NORMAL
MARGIN = 0.1  # above the score from which a case is opened; whoever scores higher is looked at one by one


class Weighed(Protocol):
    """What a case is judged by here; a row of the case table has all of it."""

    @property
    def ground(self) -> str: ...
    @property
    def severity(self) -> int: ...
    @property
    def headline(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def teen(self) -> bool: ...
    @property
    def reporters(self) -> int: ...
    @property
    def lane(self) -> str: ...
    @property
    def handed_to_id(self) -> int | None: ...
    @property
    def waits_until(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Likeness:
    """What look-alikes have in common. The headline names the kind of thing that was found."""

    ground: Ground
    severity: Severity
    headline: str


def likeness(case: Weighed) -> Likeness:
    return Likeness(Ground(case.ground), Severity(case.severity), case.headline)


def score_limit(likeness: Likeness, policy: Policy) -> float | None:
    """The score that a case has to stay below; None where the severity alone says that it weighs little."""
    if likeness.severity is Severity.LOW:
        return None
    return policy.grounds[likeness.ground].opens_from + MARGIN


def why_alone(case: Weighed, policy: Policy, now: datetime) -> str:
    """Why a case has to be looked at on its own, as the end of a sentence; empty when it may go with others."""
    limit = score_limit(likeness(case), policy)
    if case.severity > MOST_SEVERE:
        return f"its severity is {Severity(case.severity).label.lower()}"
    if case.teen:
        return "a teen is involved"
    if case.reporters:
        return "somebody has reported it"
    if case.lane != Lane.ORDINARY or case.handed_to_id is not None:
        return "it is meant for somebody in particular"
    if case.waits_until is not None and now < case.waits_until:
        return "somebody has put it off to come back to it"
    if limit is not None and case.score >= limit:
        return f"the pre-screen gives it {case.score:.2f}, and only what is below {limit:.2f} is dismissed in one go"
    return ""
