"""Things that tests are about, made in one line each. Every name it makes up is unique, so tests need no numbers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import transaction

from accounts import SYSTEM
from accounts.models import ApiKey, User
from accounts.operations import create_api_key
from accounts.roles import Role, Scope
from moderation.domain.first_policy import FIRST_POLICY
from moderation.domain.policy import Measure
from moderation.domain.vocabulary import (
    TEEN_BADGE,
    AccountRole,
    AgeGroup,
    Ground,
    Kind,
    Outcome,
    Room,
    SanctionKind,
)
from moderation.models import (
    Account,
    Appeal,
    Case,
    CheckIn,
    Conversation,
    Decision,
    Finding,
    Hold,
    Message,
    Participant,
    PolicyVersion,
    Report,
    Sanction,
    clock,
)
from moderation.operations import opening
from moderation.operations.appeals import ToldAppeal, take_appeal
from moderation.operations.decisions import decide_case, undo_decision
from moderation.operations.leases import claim_case
from moderation.operations.reports import ToldReport, take_report
from moderation.operations.screening import screen_batch
from moderation.operations.verdicts import Measured, Verdict

_numbers = count(1)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOBODYS_ID = 2**40  # beyond whatever the sequences of a test run reach
PHONE = "+44 7700 900142"


def moderator(**given: Any) -> User:
    return staff(Role.MODERATOR, **given)


def senior(**given: Any) -> User:
    return staff(Role.SENIOR, **given)


def admin(**given: Any) -> User:
    return staff(Role.ADMIN, **given)


def auditor(**given: Any) -> User:
    return staff(Role.AUDITOR, **given)


def staff(role: Role, **given: Any) -> User:
    username = f"{role}{next(_numbers)}"
    made = User.objects.create_user(username, role=role, **{"password": "correct horse", "name": username} | given)
    made.is_fresh = True  # whoever a test makes has just shown a second factor
    return made


def api_key(*scopes: Scope) -> tuple[ApiKey, str]:
    """A key with these scopes, or with all of them, and its secret."""
    return create_api_key(f"platform {next(_numbers)}", actor=SYSTEM, scopes=list(scopes or Scope))


def account(**given: Any) -> Account:
    name = f"account{next(_numbers)}"
    known = {"ext_id": name, "username": name, "role": AccountRole.MEMBER, "age_group": AgeGroup.ADULT}
    return Account.objects.create(**known | given)


def listener(**given: Any) -> Account:
    return account(**{"role": AccountRole.LISTENER} | given)


def teen(**given: Any) -> Account:
    return account(**{"age_group": AgeGroup.TEEN} | given)


def conversation(*accounts: Account, room: Room = Room.ONE_TO_ONE) -> Conversation:
    made = Conversation.objects.create(ext_id=f"conversation{next(_numbers)}", room=room)
    Participant.objects.bulk_create([Participant(conversation=made, account=account) for account in accounts])
    return made


def message(sender: Account, text: str, *, within: Conversation, **given: Any) -> Message:
    """A message one minute after the last one made, unless told when."""
    number = next(_numbers)
    known = {"ext_id": f"message{number}", "sent_at": NOON + timedelta(minutes=number)}
    return Message.objects.create(conversation=within, sender=sender, text=text, **known | given)


@transaction.atomic
def case(
    *,
    actor: Account | None = None,
    other: Account | None = None,
    ground: Ground = Ground.CONTACT_SHARED,
    text: str = f"call me on {PHONE}",
    contact: str = PHONE,
    score: float = 0.9,
) -> Case:
    """An open case about one message of `actor` to `other`, gathered as screening would."""
    actor, other = actor or account(), other or account()
    where = conversation(actor, other)
    said = message(actor, text, within=where, screened_at=NOON)
    matter = opening.Matter(where, actor, PolicyVersion.objects.in_force(), clock.now())
    made, is_new = opening.open_or_find(matter)
    start = text.find(contact) if contact else -1
    spans = [{"message": said.pk, "start": start, "end": start + len(contact), "kind": Kind.PHONE.value}]
    found = Finding(
        actor=actor,
        rule=ground,
        kind=Kind.PHONE,
        score=score,
        explanation="valid UK mobile, given to another person",
        detector="phone",
        engine="test",
        message_ids=[said.pk],
        spans=spans if start >= 0 else [],
        key=uuid4().hex,
    )
    opening.add_findings(made, [found])
    opening.add_parties(made, actors=[actor], others=[other])
    opening.keep_evidence(made, [said])
    opening.assess(made, matter, is_new=is_new)
    return made


def held_badge(listener: Account | None = None, other: Account | None = None) -> Hold:
    """An interim hold, placed by screening: whoever holds the teen badge gave a number to a teen."""
    listener = listener or account(role=AccountRole.LISTENER, badges=[TEEN_BADGE])
    other = other or teen()
    where = conversation(listener, other)
    message(other, "the nights are the worst", within=where)
    message(listener, f"text me on {PHONE} whenever", within=where)
    screen_batch()
    return Hold.objects.select_related("case", "account", "sanction").filter(account=listener).latest("pk")


def run_out(hold: Hold) -> Hold:
    """The same hold, of which the time to confirm has passed."""
    past = clock.now() - timedelta(seconds=1)
    Hold.objects.filter(pk=hold.pk).update(held_at=past - timedelta(hours=1), confirm_by=past)
    hold.refresh_from_db()
    return hold


def report(about: Case, **given: Any) -> Report:
    """A report that has come into the case as the platform's do, from somebody new unless told who."""
    name = f"report{next(_numbers)}"
    told: dict[str, Any] = {
        "id": name,
        "reporter": f"reporter of {name}",
        "reported": about.subject.ext_id,
        "reason": Ground(about.ground),
        "text": "this was not right",
        "created_at": NOON,
        "conversation": about.conversation.ext_id if about.conversation else None,
    }
    return take_report(ToldReport(**told | given), actor=SYSTEM)


def education(actor: Account | None = None) -> Sanction:
    """An education notice in force."""
    given: Sanction = decided(case(actor=actor), "education_notice").sanctions.get()
    return given


def until_check_in(actor: Account | None = None, code: str = "suspension:7") -> Sanction:
    """A suspension in force that ends only after a check-in."""
    by = moderator()
    held = claim_case(case(actor=actor).pk, actor=by)
    said = replace(measured(held.subject, code, Ground(held.ground)), after_check_in=True)
    given: Sanction = decide_case(held.pk, actor=by, verdict=verdict(held, said)).sanctions.get()
    return given


def time_over(sanction: Sanction) -> Sanction:
    """As if its time had been over a second ago; a check-in that it waits for is to be told of."""
    now = clock.now()
    Sanction.objects.filter(pk=sanction.pk).update(
        starts_at=now - timedelta(days=8), ends_at=now - timedelta(seconds=1)
    )
    CheckIn.objects.filter(sanction=sanction, state="waiting").update(next_notice_at=now - timedelta(seconds=1))
    sanction.refresh_from_db()
    return sanction


def measured(account: Account, code: str = "suspension:7", ground: Ground = Ground.CONTACT_SHARED) -> Measured:
    kind, _, length = code.partition(":")
    measure = Measure(
        SanctionKind(kind),
        days=int(length) if length.isdigit() else None,
        permanent=length == "permanent",
    )
    clause = FIRST_POLICY["grounds"][ground]["clause"]["code"]
    return Measured(account.pk, ground, measure, notice="You shared a contact. You can appeal.", clause=clause)


def verdict(case: Case, *sanctions: Measured, **given: Any) -> Verdict:
    """A verdict of whoever holds the case now: with the sanctions, or without any that there is no violation."""
    known: dict[str, Any] = {
        "key": uuid4(),
        "outcome": Outcome.SANCTIONED if sanctions else Outcome.NO_VIOLATION,
        "grounds": tuple({said.ground: None for said in sanctions}),
        "sanctions": sanctions,
        "note": "",
        "seen_version": case.version,
        "lease_token": case.lease_token,
    }
    return Verdict(**known | given)


def decided(case: Case, *codes: str, by: User | None = None) -> Any:
    """The decision of a moderator on the case, with these measures against its subject."""
    by = by or moderator()
    held = claim_case(case.pk, actor=by)
    ground = Ground(held.ground)
    return decide_case(
        case.pk, actor=by, verdict=verdict(held, *(measured(held.subject, code, ground) for code in codes))
    )


def sanction(code: str = "suspension:7", *, by: User | None = None, **about: Any) -> Sanction:
    """A sanction in force of which the platform knows: nobody can undo the decision any more. `about` is the case's."""
    decision = decided(case(**about), code, by=by)
    Decision.objects.filter(pk=decision.pk).update(undo_until=None, note="gave the number at once")
    made: Sanction = decision.sanctions.get()
    return made


def appeal(against: Sanction | None = None, **given: Any) -> Appeal:
    """An appeal as the platform sends it."""
    against = against or sanction()
    told: dict[str, Any] = {
        "id": f"appeal{next(_numbers)}",
        "sanction_id": against.pk,
        "text": "it was my own old number",
        "created_at": NOON,
    }
    return take_appeal(ToldAppeal(**told | given), actor=SYSTEM)


def undone(given: Sanction) -> Decision:
    """The decision that gave the sanction, taken back by whoever made it."""
    decision = Decision.objects.get(sanctions=given)
    return undo_decision(decision.pk, actor=decision.decided_by)
