"""Every «no» an operation can say, each with a sentence that a moderator can read."""

from accounts.refusals import Missing, NotPermitted, Refused


class Stale(Refused):
    """The thing has changed since the person looked at it; they should look again before acting."""


class Held(Refused):
    """Another person holds the lease on the case."""


class WrongMove(Refused):
    """The thing is not in a state from which this can be done."""


__all__ = ["Held", "Missing", "NotPermitted", "Refused", "Stale", "WrongMove"]
