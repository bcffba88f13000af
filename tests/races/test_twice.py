"""What two people do to the same thing at the same moment is done once, and the second is told. Real threads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from accounts import custom_roles, invitations, team
from accounts.factors import remove_factor
from accounts.models import AuditEntry, CustomRole, User
from accounts.operations import revoke_api_key
from accounts.roles import Capability, Role
from accounts.sessions import end_session
from moderation.domain.refusals import Stale
from moderation.domain.vocabulary import Lane
from moderation.models import Case, Message, OutboxEvent, PolicyVersion, clock
from moderation.operations import handing
from moderation.operations.escalating import answer_escalation, raise_case
from moderation.operations.leases import claim_case, take_over
from moderation.operations.policies import discard_draft, publish, save_draft, start_draft
from moderation.operations.questions import ask_reporter, withdraw_question
from moderation.operations.redelivery import redeliver
from moderation.operations.saved_views import delete_view, save_view
from moderation.operations.setting_aside import note_failures, try_again, try_all_again
from moderation.operations.trying import cancel_trial, start_trial
from tests import making
from tests.races.test_cases import _refusals, at_once

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], Any]


def twice(do: Callable[[User], Any], make: Callable[[], User] = making.admin) -> tuple[Act, Act]:
    """The same, by two people."""
    one, other = make(), make()
    return lambda: do(one), lambda: do(other)


def _answered() -> tuple[Act, Act]:
    raised = raise_case(making.case().pk, actor=making.moderator(), lane=Lane.CRISIS, note="somebody is in danger")
    return twice(lambda by: answer_escalation(raised.pk, actor=by, answer="called"), making.senior)


def _raised() -> tuple[Act, Act]:
    case = making.case()
    return twice(lambda by: raise_case(case.pk, actor=by, lane=Lane.CRISIS, note="in danger"), making.moderator)


def _revoked() -> tuple[Act, Act]:
    key, _ = making.api_key()
    return twice(lambda by: revoke_api_key(key.pk, actor=by))


def _redelivered() -> tuple[Act, Act]:
    making.sanction()
    event = OutboxEvent.objects.latest("pk")
    OutboxEvent.objects.filter(pk=event.pk).update(state="dead", attempts=3)
    return twice(lambda by: redeliver(event.pk, actor=by))


def _tried_again() -> tuple[Act, Act]:
    making.case()
    message = Message.objects.latest("pk")
    for _ in range(3):
        note_failures({message.pk: ValueError()}, now=clock.now())
    Message.objects.filter(pk=message.pk).update(screened_at=None)
    return twice(lambda by: try_again(message.pk, actor=by))


def _all_tried_again() -> tuple[Act, Act]:
    _tried_again()
    return twice(lambda by: try_all_again(actor=by))


def _question_withdrawn() -> tuple[Act, Act]:
    report = making.report(making.case())
    ask_reporter(report.pk, actor=making.moderator(), text="When was that?")
    return twice(lambda by: withdraw_question(report.pk, actor=by), making.moderator)


def _draft(by: User) -> PolicyVersion:
    return save_draft(start_draft(actor=by).number, actor=by, seen_revision=1, values={"ladder_window_days": 180})


def _cancelled() -> tuple[Act, Act]:
    by = making.admin()
    trial = start_trial(_draft(by).number, actor=by, days=30)
    return twice(lambda by: cancel_trial(trial.pk, actor=by))


def _role(by: User) -> CustomRole:
    return custom_roles.make_role("Reader", actor=by, goes_by=Role.AUDITOR, capabilities=[Capability.READ_CASES])


def _named() -> tuple[Act, Act]:
    return twice(_role)


def _joined() -> tuple[Act, Act]:
    """By two invitations, with the same user name."""
    by = making.admin()
    links = [invitations.invite("Ines", actor=by, role=Role.MODERATOR).link for _ in range(2)]
    one, other = (link.rstrip("/").rpartition("/")[2] for link in links)
    return (
        lambda: invitations.accept(one, username="ines", password="a long walk"),
        lambda: invitations.accept(other, username="ines", password="a long walk"),
    )


def _view_deleted() -> tuple[Act, Act]:
    by = making.moderator()
    view = save_view(actor=by, name="Mine", query="teen=1", shared=False)
    return twice(lambda by: delete_view(view.pk, actor=by), lambda: by)


def _session_ended() -> tuple[Act, Act]:
    by = making.moderator()
    session = UserSession.objects.create(user=by, ip="203.0.113.9", session_key="x" * 32, user_agent="")
    return twice(lambda by: end_session(session.pk, actor=by), lambda: by)


def _last_factors_removed() -> tuple[Act, Act]:
    """Each is not the last one while the other is there."""
    by = making.moderator()
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    one, other = (Authenticator.objects.create(user=by, type=kind, data={}) for kind in kinds)
    return lambda: remove_factor(one.pk, actor=by), lambda: remove_factor(other.pk, actor=by)


def _given_and_removed() -> tuple[Act, Act]:
    boss, person = making.admin(), making.moderator()
    role = _role(boss)
    return (
        lambda: team.change_role(person.pk, actor=boss, role=Role.AUDITOR, custom_role_id=role.pk),
        lambda: custom_roles.remove_role(role.pk, actor=making.admin()),
    )


def _invited_and_removed() -> tuple[Act, Act]:
    boss = making.admin()
    role = _role(boss)
    return (
        lambda: invitations.invite("Ines", actor=boss, role=Role.AUDITOR, custom_role_id=role.pk),
        lambda: custom_roles.remove_role(role.pk, actor=boss),
    )


def _published_and_discarded() -> tuple[Act, Act]:
    by = making.admin()
    draft = _draft(by)
    return (
        lambda: publish(draft.number, actor=making.admin(), seen_revision=draft.revision, note="shorter"),
        lambda: discard_draft(draft.number, actor=by, seen_revision=draft.revision),
    )


@dataclass(frozen=True)
class Held:
    """A case and whoever holds it, who gives it away in two windows at once."""

    case: Case
    by: Any

    @classmethod
    def made(cls) -> "Held":
        by = making.moderator()
        return cls(claim_case(making.case().pk, actor=by), by)

    def put_off(self) -> Any:
        given = {"actor": self.by, "token": self.case.lease_token}
        return handing.put_off(self.case.pk, until=clock.now() + timedelta(hours=1), note="they answer at six", **given)

    def hand_to(self) -> Any:
        given = {"actor": self.by, "token": self.case.lease_token}
        return handing.hand_to(self.case.pk, person_id=making.moderator().pk, note="you know them", **given)

    def hand_over(self) -> Any:
        return handing.hand_over(self.case.pk, actor=self.by, token=self.case.lease_token)

    def to_seniors(self) -> Any:
        return handing.hand_to_seniors(self.case.pk, actor=self.by, token=self.case.lease_token, note="hard to say")


def _handed_over_and_to_the_seniors() -> tuple[Act, Act]:
    held = Held.made()
    return held.hand_over, held.to_seniors


def _put_off_and_handed() -> tuple[Act, Act]:
    held = Held.made()
    return held.put_off, held.hand_to


# What happens at once, and what of it is on record: one of the two.
ONCE = {
    "escalation.answered": _answered,
    "case.raised": _raised,
    "api_key.revoked": _revoked,
    "event.redelivered": _redelivered,
    "message.tried_again": _tried_again,
    "messages.tried_again": _all_tried_again,
    "report.question_withdrawn": _question_withdrawn,
    "policy.trial_cancelled": _cancelled,
    "role.made": _named,
    "staff.joined": _joined,
    "view.deleted": _view_deleted,
    "session.ended": _session_ended,
    "second_factor.removed": _last_factors_removed,
}


@pytest.mark.parametrize(("verb", "begun"), ONCE.items(), ids=ONCE)
def test_done_once_and_the_second_is_told(verb: str, begun: Callable[[], tuple[Act, Act]]) -> None:
    acts = begun()
    before = AuditEntry.objects.count()

    results = at_once(*acts)

    assert _refusals(results) == 1, results
    assert list(AuditEntry.objects.order_by("pk")[before:].values_list("verb", flat=True)).count(verb) == 1


EITHER = (
    _given_and_removed,
    _invited_and_removed,
    _published_and_discarded,
    _put_off_and_handed,
    _handed_over_and_to_the_seniors,
)


@pytest.mark.parametrize("begun", EITHER, ids=lambda begun: begun.__name__.strip("_"))
def test_one_or_the_other(begun: Callable[[], tuple[Act, Act]]) -> None:
    results = at_once(*begun())

    assert _refusals(results) == 1, results


def test_a_role_is_never_taken_from_under_somebody() -> None:
    at_once(*_given_and_removed())

    assert not CustomRole.objects.exists() or CustomRole.objects.get().people.exists()


def test_a_draft_that_is_in_force_is_not_thrown_away() -> None:
    published, _ = at_once(*_published_and_discarded())

    assert PolicyVersion.objects.filter(number=2).exists() is isinstance(published, PolicyVersion)


def test_putting_off_against_a_take_over() -> None:
    """Taking over takes what is free as well: whatever came first, whoever took it has it."""
    held, taker = Held.made(), making.moderator()

    put_off, taken = at_once(held.put_off, lambda: take_over(held.case.pk, actor=taker))

    assert isinstance(taken, Case)
    assert isinstance(put_off, Case | Stale)
    assert Case.objects.get().holder == taker
