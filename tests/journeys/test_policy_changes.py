"""Policy published in the middle of open cases: what is open keeps its version, what comes after has the new one."""

import pytest
from django.test import Client
from django.urls import reverse

from moderation.domain.vocabulary import Ground, Severity
from moderation.models import Case, Decision, PolicyVersion, Sanction
from moderation.operations.approvals import approve_decision
from moderation.operations.leases import claim_case
from moderation.operations.screening import screen_batch
from moderation.operations.trying import trial_batch
from tests import making
from tests.signing_in import signed_in
from tests.views.test_policies import sent

pytestmark = pytest.mark.django_db(transaction=True)

REQUESTED = f"grounds.{Ground.CONTACT_REQUESTED}"


@pytest.fixture
def policy_of_two() -> tuple[Client, Client]:
    """Whoever writes it, and whoever publishes it."""
    return signed_in(making.admin(name="Robin")), signed_in(making.admin(name="Ash"))


def test_policy_published_in_the_middle_of_open_cases(policy_of_two: tuple[Client, Client]) -> None:
    decided = making.decided(making.case(ground=Ground.CONTACT_REQUESTED, score=0.7), "suspension:7")
    proposed = making.decided(making.case(score=0.9), "suspension:permanent")
    waiting = making.case(ground=Ground.CONTACT_REQUESTED, score=0.7)
    due = waiting.due_at

    _a_draft_is_written_tried_and_published(*policy_of_two)

    _what_was_decided_keeps_its_version(decided)
    _what_waits_for_a_signature_is_signed_under_its_own(proposed)
    waiting.refresh_from_db()
    assert (waiting.policy_version.number, waiting.severity, waiting.due_at) == (1, Severity.NORMAL, due)
    _news_in_an_open_case_is_weighed_by_its_own_version(waiting)
    _the_open_case_is_decided_under_the_new(waiting)
    _what_comes_now_is_weighed_by_the_new()


def _a_draft_is_written_tried_and_published(writer: Client, publisher: Client) -> None:
    assert writer.post(reverse("policy_start")).status_code == 303
    draft = PolicyVersion.objects.drafts().get()
    changed = {f"{REQUESTED}.severity": "critical", f"{REQUESTED}.ladder": "3 days\n60 days"}
    saved = writer.post(reverse("policy_edit", args=[2, "rules"]), sent(draft, "rules", **changed))
    assert saved.status_code == 303
    tried = writer.post(reverse("policy_try", args=[2]), {"days": "30"})
    while trial_batch():
        pass
    found = publisher.get(tried["Location"]).content.decode()
    assert "Would be of another severity: 2" in found
    answer = publisher.post(reverse("policy_publish", args=[2]), {"revision": 2, "note": "Asking is grave."})
    assert answer.status_code == 303


def _what_was_decided_keeps_its_version(decided: Decision) -> None:
    sanction = Sanction.objects.get(decision=decided)
    decided.refresh_from_db()
    assert {decided.policy_version.number, sanction.policy_version.number, decided.case.policy_version.number} == {1}


def _what_waits_for_a_signature_is_signed_under_its_own(proposed: Decision) -> None:
    approve_decision(proposed.pk, actor=making.senior())
    sanction = Sanction.objects.get(decision=proposed)
    assert (sanction.state, sanction.policy_version.number) == ("in_force", 1)


def _news_in_an_open_case_is_weighed_by_its_own_version(case: Case) -> None:
    making.report(case)
    case.refresh_from_db()
    assert (case.policy_version.number, case.severity) == (1, Severity.NORMAL)


def _the_open_case_is_decided_under_the_new(case: Case) -> None:
    moderator = making.moderator()
    page = signed_in(moderator)
    assert page.post(reverse("case_open", args=[case.pk])).status_code in (200, 303)
    assert "Suspension, 3 days" in page.get(reverse("case", args=[case.pk])).content.decode()
    held = claim_case(case.pk, actor=moderator)
    decision = making.decided(held, "suspension:60", by=moderator)
    assert (decision.policy_version.number, held.policy_version.number) == (2, 1)
    assert Sanction.objects.get(decision=decision).policy_version.number == 2


def _what_comes_now_is_weighed_by_the_new() -> None:
    ann, ben = making.account(), making.account()
    making.message(ann, "what is your phone number? give me your number please", within=making.conversation(ann, ben))
    screen_batch()
    case = Case.objects.latest("pk")
    assert (case.ground, case.policy_version.number, case.severity) == (
        Ground.CONTACT_REQUESTED,
        2,
        Severity.CRITICAL,
    )
