"""The page of proposals: the second signature, given or refused."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from moderation.domain.vocabulary import DecisionState
from moderation.models import Decision
from moderation.operations.leases import claim_case
from tests import making
from tests.signing_in import signed_in
from tests.views.decision_form import form_of
from tests.views.test_case import HOSTILE, address

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def proposed() -> Decision:
    decision: Decision = making.decided(making.case(), "suspension:permanent")
    return decision


@pytest.mark.parametrize("who", [making.moderator, making.auditor])
def test_whoever_may_not_approve_sees_and_answers_no_proposals(who: Any, proposed: Decision) -> None:
    browser = signed_in(who())

    assert browser.get(reverse("proposals")).status_code == 403
    assert browser.post(reverse("proposal_approve", args=[proposed.pk])).status_code == 403
    assert browser.post(reverse("proposal_refuse", args=[proposed.pk]), {"note": "no"}).status_code == 403


def test_the_proposer_cannot_approve() -> None:
    senior = making.senior()
    decision = making.decided(making.case(), "suspension:permanent", by=senior)
    browser = signed_in(senior)

    page = browser.get(reverse("proposals")).content.decode()
    answer = browser.post(reverse("proposal_approve", args=[decision.pk]))

    assert "You proposed this yourself" in page
    assert answer.status_code == 403
    decision.refresh_from_db()
    assert decision.state == DecisionState.PROPOSED


def test_refusing_without_a_reason_is_refused(proposed: Decision) -> None:
    answer = signed_in(making.senior()).post(reverse("proposal_refuse", args=[proposed.pk]))

    assert answer.status_code == 422
    proposed.refresh_from_db()
    assert proposed.state == DecisionState.PROPOSED


def test_an_unknown_proposal_is_not_found() -> None:
    assert signed_in(making.senior()).post(reverse("proposal_approve", args=[10**18])).status_code == 404


def test_a_second_person_approves(proposed: Decision) -> None:
    answer = signed_in(making.senior()).post(reverse("proposal_approve", args=[proposed.pk]), follow=True)

    proposed.refresh_from_db()
    assert answer.redirect_chain == [(reverse("proposals"), 303)]
    assert proposed.state == DecisionState.IN_FORCE


def test_a_second_person_refuses_and_the_next_one_reads_why(browser: Client, proposed: Decision) -> None:
    signed_in(making.senior()).post(reverse("proposal_refuse", args=[proposed.pk]), {"note": "30 days will do"})

    proposed.refresh_from_db()
    page = browser.get(reverse("case", args=[proposed.case_id])).content.decode()
    assert proposed.state == DecisionState.REFUSED
    assert "30 days will do" in page


def test_hostile_notes_stay_text(moderator: User) -> None:
    case = making.case(actor=making.account(username=HOSTILE))
    claimed = claim_case(case.pk, actor=moderator)
    browser = signed_in(moderator)
    form = form_of(claimed, moderator, choice="suspend", length="suspension:permanent")
    shown = browser.post(address("case_decide", claimed), form | {"note": HOSTILE})
    form |= {f"notice-{case.subject_id}:suspension:permanent:contact_shared": HOSTILE, "note": HOSTILE}
    browser.post(address("case_decide", claimed), form)
    pages = [shown, signed_in(making.senior()).get(reverse("proposals")), browser.get(address("case", case))]

    for page in pages:
        text = page.content.decode()
        assert "&lt;script&gt;" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
