"""The one way to say no: an exception that carries a sentence a person can act on. Knows no Django."""


class Refused(Exception):
    """An operation did nothing; `str()` says why and how to go on, fit to be shown to whoever asked."""


class NotPermitted(Refused):
    """The actor lacks the capability, whatever the state of the thing."""


class StepUp(NotPermitted):
    """The actor may do it, but has to show a second factor again first."""


class Missing(Refused):
    """There is no such thing, or none that this person may see: both look the same from outside."""
