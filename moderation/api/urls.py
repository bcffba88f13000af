"""Where the calls of the machine interface are, each behind the entrance. To be included under `api/v1/`."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_safe

from moderation.api import accounts, appeals, messages, reports, standing_changes
from moderation.api.docs import docs_page
from moderation.api.entrance import answer_problems, guarded
from moderation.api.openapi import DESCRIPTION, MachineInterface

api = MachineInterface(title="Haven", version="1", description=DESCRIPTION, docs_url=None, tells=True)
for router in (messages.router, accounts.router, reports.router, appeals.router, standing_changes.router):
    api.add_router("", router)
answer_problems(api)


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    raise Http404


def patterns_of(api: MachineInterface) -> list[URLPattern]:
    """The addresses of an interface, each behind the entrance, and of its documents; nothing else is below them."""
    patterns = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in patterns:
        pattern.callback = guarded(pattern.callback)
    return [
        *patterns,
        path("docs", guarded(require_safe(partial(docs_page, api=api))), name="docs"),
        re_path(r"^(?P<rest>.*)$", guarded(nothing_here)),
    ]


app_name = "api-1"
urlpatterns = patterns_of(api)
