"""The two gates: `require` inside an operation, `@requires` on a view. Both read the one table in roles."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.actors import Actor
from accounts.refusals import NotPermitted
from accounts.roles import Capability, Scope

View = Callable[..., HttpResponseBase]


def require(actor: Actor, wanted: Capability | Scope) -> None:
    """Raise NotPermitted unless the actor holds the capability (staff) or the scope (machines)."""
    if not actor.can(wanted):
        raise NotPermitted(f"{actor.actor_name} may not do this: it needs “{wanted.replace('_', ' ')}”.")


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
