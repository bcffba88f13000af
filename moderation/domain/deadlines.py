"""When a case must have been looked at, and how a moment reads to somebody who waits for it."""

from datetime import datetime, timedelta

from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Severity

ASK_AGAIN_AFTER = timedelta(hours=1)  # a reporter is asked for what is missing at most once in that time


def due_at(opened_at: datetime, severity: Severity, policy: Policy) -> datetime:
    """Counted from the opening, so that a case whose severity rises may be past due at once."""
    return opened_at + policy.due_in[severity]


def time_left(due: datetime, now: datetime) -> str:
    """«14 min», «1 h 05», «3 d»; with a minus sign when it is past."""
    minutes = round((due - now) / timedelta(minutes=1))
    sign, minutes = ("−" if minutes < 0 else ""), abs(minutes)
    if minutes < 60:
        return f"{sign}{minutes} min"
    if minutes < 48 * 60:
        return f"{sign}{minutes // 60} h {minutes % 60:02}"
    return f"{sign}{minutes // (24 * 60)} d"
