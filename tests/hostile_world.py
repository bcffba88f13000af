"""A community of which every field, on every way in, holds hostile text; and every page of Haven that shows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.urls import reverse

from accounts import custom_roles, invitations
from accounts.invitations import Invited
from accounts.models import User
from accounts.roles import Capability, Role
from moderation.domain.policy_fields import BY_CODE
from moderation.domain.vocabulary import Ground, Lane
from moderation.hosted_links import Purpose
from moderation.models import (
    Account,
    Case,
    CheckIn,
    Cluster,
    Message,
    OutboxEvent,
    PolicyTrial,
    Reflection,
    Report,
    Sanction,
    clock,
)
from moderation.operations.clusters import gather_lately
from moderation.operations.hearing import write_first_view
from moderation.operations.leases import claim_case
from moderation.operations.policies import publish, save_draft, start_draft
from moderation.operations.setting_aside import note_failures
from moderation.operations.trying import start_trial
from tests import hostile_doors, making
from tests.hostile_doors import WHOLE, path_of, worst
from tests.signing_in import signed_in

CODES = ("suspension:7", "education_notice", "suspension:30", "suspension:7", "suspension:7")


@dataclass
class World:
    admin: User
    senior: User
    moderator: User
    newcomer: User  # without any second factor yet
    case: Case
    light: Case  # one of those that may be dismissed together
    held: Case
    sanctions: list[Sanction]
    check_in: CheckIn
    invited: Invited
    trial: PolicyTrial
    platform: hostile_doors.Platform

    @property
    def account_id(self) -> int:
        return self.case.subject_id


def make(folder: Path) -> World:
    """`folder`: where files to be imported may be written."""
    platform = hostile_doors.Platform()
    hostile_doors.by_the_interfaces(platform)
    hostile_doors.by_the_imports(folder)
    admin, senior, moderator, newcomer = _staff()
    people = list(Account.objects.exclude(username="").order_by("pk")[: len(CODES)])
    sanctions = [making.sanction(code, actor=who, by=moderator) for code, who in zip(CODES, people, strict=True)]
    check_in = making.until_check_in(actor=people[3]).check_in
    hostile_doors.appeals(platform, sanctions[0], sanctions[2], sanctions[4])
    hostile_doors.answers(sanctions[1], check_in.pk)
    write_first_view(sanctions[0].appeal.pk, actor=senior, text=worst(300))
    case, held = Case.objects.filter(state="open").order_by("pk")[0], Case.objects.filter(state="open").latest("pk")
    light, _ = (_light(people[0], people[1]) for _ in range(2))
    invited = invitations.invite(worst(140), actor=admin, role=Role.MODERATOR)
    world = World(
        *(admin, senior, moderator, newcomer, case, light, held, sanctions, check_in, invited),
        trial=_rules(admin),
        platform=platform,
    )
    by_the_forms(world)
    gather_lately()
    _set_aside()
    claim_case(held.pk, actor=moderator)
    return world


def _staff() -> tuple[User, User, User, User]:
    admin, senior, moderator, newcomer = (
        make(name=worst(90)) for make in (making.admin, making.senior, making.moderator, making.auditor)
    )
    RecoveryCodes.activate(admin)
    Authenticator.objects.create(user=senior, type=Authenticator.Type.WEBAUTHN, data={"name": worst(100)})
    UserSession.objects.create(user=moderator, ip="203.0.113.9", session_key="x" * 32, user_agent=worst(200))
    return admin, senior, moderator, newcomer


def _rules(admin: User) -> PolicyTrial:
    """The words of the rules are hostile too: of those in force, and of a draft that is tried."""
    draft = start_draft(actor=admin)
    line = {"name": worst(100), "contact": worst(200), "country": worst(60), "verified": "2026-03-01"}
    values = {
        "allowed_contacts": [worst(150)],
        "crisis_lines": [line | {"source": "https://elsewhere.invalid/" + "w" * 200}],
        **{f"grounds.{ground.value}.clause.text": worst(300) for ground in Ground},
    }
    draft = save_draft(draft.number, actor=admin, seen_revision=draft.revision, values=values)
    trial = start_trial(draft.number, actor=admin, days=30)
    publish(draft.number, actor=making.admin(), seen_revision=draft.revision, note=worst(300))
    start_draft(actor=admin)
    return trial


def _light(actor: Account, other: Account) -> Case:
    adults = Account.objects.filter(pk__in=[actor.pk, other.pk])
    adults.update(age_group="adult")
    actor.refresh_from_db()
    other.refresh_from_db()
    return making.case(actor=actor, other=other, ground=Ground.CONTACT_REQUESTED, text=WHOLE, contact="", score=0.5)


def _set_aside() -> None:
    """Messages that broke a part of the pre-screen three times."""
    broken = list(Message.objects.order_by("pk").values_list("pk", flat=True)[:8])
    for _ in range(3):
        note_failures(dict.fromkeys(broken, ValueError()), now=clock.now())
    Message.objects.filter(pk__in=broken).update(screened_at=None)


def by_the_forms(world: World) -> None:
    """What staff type, through their forms: notes, views, escalations, refusals, keys, roles, the policy."""
    people = (world.moderator, world.senior, world.admin)
    staff, senior, admin = (signed_in(person, raise_request_exception=False) for person in people)
    case = world.case
    sent = [
        staff.post(reverse("case_note", args=[case.pk]), {"text": WHOLE, "account": case.subject_id, "pinned": "on"}),
        staff.post(reverse("case_note", args=[case.pk]), {"text": worst(400), "kind": "general"}),
        staff.post(reverse("case_raise", args=[case.pk]), {"lane": Lane.CRISIS.value, "why": worst(500)}),
        staff.post(reverse("view_save"), {"name": worst(60), "query": "teen=1", "shared": "on"}),
        senior.post(reverse("person_note", args=[case.subject_id]), {"text": WHOLE}),
        admin.post(reverse("api_key_create"), {"name": worst(80), "may": ["reports:write"], "days": "30"}),
        admin.post(reverse("sanction_lift", args=[world.sanctions[0].pk]), {"reason": worst(200)}),
    ]
    for report in Report.objects.filter(case=case)[:1]:
        sent.append(staff.post(reverse("report_ask", args=[report.pk]), {"text": worst(300)}))
    assert [(answer.request["PATH_INFO"], answer.text[:300]) for answer in sent if answer.status_code >= 400] == []
    custom_roles.make_role(worst(60), actor=world.admin, goes_by=Role.AUDITOR, capabilities=[Capability.READ_CASES])


@dataclass(frozen=True)
class Visit:
    """How a page is opened: by whom, with which ids or query, and what is pressed on it to come to another."""

    user: str = "admin"  # the name of somebody of the world; empty: of nobody
    status: int = 200
    ids: Callable[[World], tuple[Any, ...]] = lambda world: ()
    query: Callable[[World], str] = lambda world: ""
    press: str = ""

    def address(self, name: str, world: World) -> str:
        return reverse(name, args=self.ids(world)) + self.query(world)


def _of(attribute: str, user: str = "admin", **more: Any) -> Visit:
    """Whose id the address takes."""

    def ids(world: World) -> tuple[Any, ...]:
        found: Any = world
        for part in attribute.split("."):
            found = found[int(part)] if part.isdigit() else getattr(found, part)
        return (found,)

    return Visit(user, ids=ids, **more)


def _latest(model: Any, user: str = "admin") -> Visit:
    return Visit(user, ids=lambda world: (model.objects.latest("pk").pk,))


def _section(code: str) -> Visit:
    return Visit(ids=lambda world: (3, code))


def _linked(purpose: Purpose, row: Callable[[World], int]) -> Visit:
    return Visit("", ids=lambda world: (path_of(purpose, row(world)).rstrip("/").rpartition("/")[2],))


# Every page of Haven by the name of its address, and how it is opened. tests/guards/test_hostile_pages.py sees that
# none is missing.
PAGES: dict[str, list[Visit]] = {
    **{
        name: [Visit()]
        for name in (
            *("queue", "api_keys", "preferences", "case_new", "clusters", "proposals", "escalations", "retention"),
            *("persons", "appeal_figures", "check_ins", "check_ins_holding", "questions_asked", "policies"),
            *("transparency", "deliveries", "endpoint", "failures", "staff", "staff_roles", "step_up"),
            *("password", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "account_logout"),
        )
    },
    **{name: [Visit("")] for name in ("account_login", "account_inactive")},
    **{name: [Visit("newcomer")] for name in ("mfa_activate_totp", "mfa_add_webauthn")},
    "security": [Visit(), Visit("senior")],
    "appeals": [Visit("senior")],
    "audit": [
        Visit(),
        Visit(status=422, query=lambda world: "?target=%22%3E%3Cimg+src%3Dx+onerror%3Dwindow.breached%3D1%3E"),
    ],
    "join_link": [Visit("", ids=lambda world: (world.invited.link.rstrip("/").rpartition("/")[2],))],
    "join": [Visit("")],
    "case": [_of("held.pk", "moderator"), _of("case.pk", "senior")],
    "case_alike": [_of("light.pk", "senior")],
    "case_notes": [_of("case.pk", "senior")],
    "case_together": [Visit("senior", ids=lambda world: (world.case.pk, world.account_id))],
    "cluster": [_latest(Cluster, "moderator")],
    "cluster_decide": [_latest(Cluster, "moderator")],
    "sanctions": [Visit(), Visit(query=lambda world: "?tab=in_force")],
    "sanction": [_of("sanctions.0.pk"), _of("sanctions.2.pk")],
    "sanction_statement": [_of("sanctions.0.pk")],
    "sanctions_preview": [Visit(query=lambda world: f"?sanction={world.sanctions[2].pk}&deed=lift")],
    "person": [_of("account_id"), _of("account_id", press="Show linked accounts")],
    "person_data": [_of("account_id"), _of("account_id", press="Show as a page to print")],
    "appeal": [_of("sanctions.0.appeal.pk", "senior"), _of("sanctions.2.appeal.pk", "senior")],
    "answers": [Visit(ids=lambda world: (Reflection.objects.get(sanction=world.sanctions[1]).pk,))],
    "policy": [_of("trial.version.number"), Visit(ids=lambda world: (3,))],
    "policy_edit": [_section(code) for code in BY_CODE],
    "policy_trial": [_of("trial.pk")],
    "delivery": [_latest(OutboxEvent)],
    "staff_member": [_of("moderator.pk")],
    "hosted_appeal": [
        _linked(Purpose.APPEAL, lambda world: world.sanctions[2].pk),
        _linked(Purpose.APPEAL, lambda world: world.sanctions[3].pk),
    ],
    "hosted_questions": [_linked(Purpose.QUESTIONS, lambda world: world.sanctions[1].pk)],
    "hosted_check_in": [_linked(Purpose.CHECK_IN, lambda world: world.check_in.pk)],
}


def visits(world: World) -> Iterator[tuple[str, User | None, Visit]]:
    """Where to, and who opens it."""
    for name, found in PAGES.items():
        for visit in found:
            yield visit.address(name, world), getattr(world, visit.user) if visit.user else None, visit
