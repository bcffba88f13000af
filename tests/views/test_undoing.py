"""Undoing a decision over HTTP: by whoever made it, while there is time, offered once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from moderation.domain.vocabulary import CaseState, DecisionState
from moderation.models import Account, Case, Decision
from tests import making
from tests.signing_in import signed_in
from tests.views.decision_form import form_of
from tests.views.test_case import address

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("name", ["decision_undo"])
def test_an_unknown_decision_is_not_found(browser: Client, name: str) -> None:
    assert browser.post(reverse(name, args=[10**18])).status_code == 404


def toast_of(browser: Client, case: Case, moderator: User, **changed: Any) -> str:
    page = browser.post(address("case_decide", case), form_of(case, moderator, **changed), follow=True)
    return page.content.decode()


def test_the_toast_offers_to_undo_once(browser: Client, moderator: User, held: Case) -> None:
    page = toast_of(browser, held, moderator)

    undo = reverse("decision_undo", args=[Decision.objects.get().pk])
    assert undo in page
    assert undo not in browser.get(reverse("queue")).content.decode()


def test_undoing_opens_the_case_again_for_whoever_decided_it(browser: Client, moderator: User, held: Case) -> None:
    toast_of(browser, held, moderator)
    decision = Decision.objects.get()

    answer = browser.post(reverse("decision_undo", args=[decision.pk]))

    held.refresh_from_db()
    assert answer["Location"] == address("case", held)
    assert (held.state, held.holder) == (CaseState.OPEN, moderator)
    assert not Account.objects.get(pk=held.subject_id).suspended


def test_nobody_undoes_the_decision_of_another(browser: Client, moderator: User, held: Case) -> None:
    toast_of(browser, held, moderator)
    decision = Decision.objects.get()

    assert signed_in(making.senior()).post(reverse("decision_undo", args=[decision.pk])).status_code == 403
    decision.refresh_from_db()
    assert decision.state == DecisionState.IN_FORCE


def test_after_the_window_there_is_nothing_to_undo(browser: Client, moderator: User, held: Case) -> None:
    toast_of(browser, held, moderator)
    decision = Decision.objects.get()
    Decision.objects.update(undo_until=decision.decided_at)

    answer = browser.post(reverse("decision_undo", args=[decision.pk]))

    assert answer.status_code == 422
    assert "Lift the sanction instead" in answer.content.decode()
