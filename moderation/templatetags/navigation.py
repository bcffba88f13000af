"""The rail: which pages there are, and which of them this person may see. Must not know what is on a page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from accounts.roles import Capability
from moderation.queries.appeals import count_waiting as count_appeals
from moderation.queries.deliveries import dead_lately
from moderation.queries.escalations import count_waiting
from moderation.queries.failures import count_set_aside
from moderation.queries.tally import Tally, tally_for

register = template.Library()


@dataclass(frozen=True, slots=True)
class Page:
    label: str
    url_name: str
    capability: Capability
    also: tuple[str, ...] = ()  # other pages during which this entry is the current one
    count: Callable[["Counted"], int] | None = None


class Counted:
    """What counts are made of: whose page it is, and the tally of their cases, made once a page and when it is used."""

    def __init__(self, viewer: User) -> None:
        self.viewer = viewer

    @cached_property
    def tally(self) -> Tally:
        return tally_for(self.viewer)


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    url: str
    is_current: bool
    count: str


@dataclass(frozen=True, slots=True)
class Section:
    label: str
    entries: tuple[Entry, ...]


RAIL: tuple[tuple[str, tuple[Page, ...]], ...] = (
    (
        "",
        (
            Page(
                "Queue",
                "queue",
                Capability.READ_CASES,
                also=("case", "case_alike", "case_notes", "case_together"),
                count=lambda counted: counted.tally.count(),
            ),
            Page("Groups", "clusters", Capability.READ_CASES, also=("cluster", "cluster_decide")),
            Page("Approvals", "proposals", Capability.APPROVE, count=lambda counted: counted.tally.approvals),
            Page(
                "Escalations",
                "escalations",
                Capability.ANSWER_ESCALATIONS,
                count=lambda counted: count_waiting(counted.viewer),
            ),
            Page(
                "Appeals",
                "appeals",
                Capability.HEAR_APPEALS,
                also=("appeal",),
                count=lambda counted: count_appeals(counted.viewer),
            ),
            Page(
                "Sanctions",
                "sanctions",
                Capability.READ_SANCTIONS,
                also=("sanction", "sanctions_preview", "sanction_statement"),
            ),
            Page("People", "persons", Capability.READ_CASES, also=("person", "person_links", "person_data")),
            Page("Check-ins", "check_ins", Capability.MANAGE_SANCTIONS, also=("check_ins_holding",)),
            Page("Answers", "questions_asked", Capability.READ_ANSWERS, also=("answers",)),
            Page("Open a case", "case_new", Capability.WORK_CASES, also=("case_new_open",)),
        ),
    ),
    (
        "Oversight",
        (
            Page("Appeal figures", "appeal_figures", Capability.READ_APPEAL_FIGURES),
            Page("Policy", "policies", Capability.READ_POLICY, also=("policy", "policy_edit", "policy_trial")),
            Page("Staff", "staff", Capability.MANAGE_TEAM, also=("staff_member", "staff_roles")),
            Page("Audit log", "audit", Capability.READ_AUDIT),
            Page("Retention", "retention", Capability.MANAGE_DATA),
            Page("Transparency", "transparency", Capability.READ_TRANSPARENCY),
            Page("Set aside", "failures", Capability.MANAGE_INTEGRATIONS, count=lambda _: count_set_aside()),
        ),
    ),
    (
        "Platform",
        (
            Page(
                "Deliveries",
                "deliveries",
                Capability.MANAGE_INTEGRATIONS,
                also=("delivery",),
                count=lambda _: dead_lately(),
            ),
            Page(
                "Webhooks",
                "endpoint",
                Capability.MANAGE_INTEGRATIONS,
                also=("endpoint_try", "secret_make"),
            ),
            Page("Keys", "api_keys", Capability.MANAGE_INTEGRATIONS, also=("api_key_create",)),
        ),
    ),
)


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> list[Section]:
    """The sections of the rail with what the signed-in person may open."""
    request: HttpRequest = context["request"]
    if not request.user.is_authenticated:
        return []
    counted = Counted(request.user)
    sections = [Section(label, tuple(_entries(pages, request, counted))) for label, pages in RAIL]
    return [section for section in sections if section.entries]


def _entries(pages: tuple[Page, ...], request: HttpRequest, counted: Counted) -> Iterator[Entry]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    for page in pages:
        if not counted.viewer.can(page.capability):
            continue
        count = page.count(counted) if page.count else 0
        is_current = here in (page.url_name, *page.also)
        yield Entry(page.label, reverse(page.url_name), is_current, count=f"{count:,}" if count else "")


BOOST = (
    'hx-boost="true" hx-target="#main" hx-select="#main" hx-select-oob="#rail,#toasts:beforeend"'
    ' hx-swap="outerHTML show:window:top"'
)


@register.simple_tag
def boost() -> SafeString:
    """Attributes for a link or form that leads to another page: htmx then exchanges the page's middle and the rail
    instead of loading anew. Without JavaScript it stays a plain link or form."""
    return mark_safe(BOOST)  # noqa: S308 - a constant
