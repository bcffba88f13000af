"""The two gates: `require` inside an operation, `@requires` on a view. Both read the one table in roles.

`require_fresh` is the third, for the few operations after which nobody should have to ask whose hands were on the keys.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.actors import Actor
from accounts.refusals import NotPermitted, StepUp
from accounts.roles import Capability, Scope

View = Callable[..., HttpResponseBase]


def require(actor: Actor, wanted: Capability | Scope) -> None:
    """Raise NotPermitted unless the actor holds the capability (staff) or the scope (machines)."""
    if not actor.can(wanted):
        raise NotPermitted(f"{actor.actor_name} may not do this: it needs “{wanted.replace('_', ' ')}”.")


def require_fresh(actor: Actor) -> None:
    """Raise StepUp unless the person has shown a second factor within the last minutes. Machines are never asked."""
    if not actor.is_fresh:
        raise StepUp("Confirm that it is you: this needs your second factor once more.")


def requires(capability: Capability) -> Callable[[View], View]:
    """Guard a view. The guard is readable on the view as `.capability`, which a test checks for every URL."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not (request.user.is_authenticated and request.user.can(capability)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined]
        return guarded

    return decorate


def before_second_factor(view: View) -> View:
    """Mark a view that people may open who still have to set up their second factor: only what they need for it."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    marked.before_second_factor = True  # type: ignore[attr-defined]
    return marked


def background(view: View) -> View:
    """Mark a view that a page asks for by itself: whoever only leaves it open is not at work."""

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    marked.background = True  # type: ignore[attr-defined]
    return marked
