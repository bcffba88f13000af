"""The interface in Coop's shapes. To be included under `api/coop/v1/`."""

from moderation.api import coop
from moderation.api.entrance import answer_problems
from moderation.api.openapi import MachineInterface
from moderation.api.urls import patterns_of

DESCRIPTION = """
For platforms that report to ROOST Coop already: the same bodies, so that Haven can be tried beside it. Send a key as
“X-API-KEY”. Errors are problem+json (RFC 9457), also where Coop answers 400.
""".strip()

api = MachineInterface(
    title="Haven beside Coop", version="1", description=DESCRIPTION, docs_url=None, urls_namespace="api-coop-1"
)
api.add_router("", coop.router)
answer_problems(api)

app_name = "api-coop-1"
urlpatterns = patterns_of(api)
