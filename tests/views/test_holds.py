"""Holds over HTTP: refusals first, then the card of the case page, the escalations and the approvals."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from moderation.domain.planning import Choice, Wish
from moderation.domain.vocabulary import HoldState
from moderation.models import Account, Case, Decision, Hold, clock
from moderation.operations.approvals import escalate_proposals, refuse_decision
from moderation.operations.holds import confirm_hold, escalate_holds, lift_hold
from moderation.operations.leases import claim_case
from moderation.queries.cases import case_page
from moderation.queries.desk import Draft, desk
from tests import making
from tests.signing_in import signed_in
from tests.views.decision_form import form_of
from tests.views.test_case import HOSTILE, HX, address

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hold() -> Hold:
    return making.held_badge()


def url(name: str, hold: Hold) -> str:
    return reverse(name, args=[hold.pk])


def page_of(browser: Client, hold: Hold) -> str:
    return browser.get(reverse("case", args=[hold.case_id])).content.decode()


both = pytest.mark.parametrize("name", ["hold_confirm", "hold_lift"])


@both
def test_an_auditor_reads_the_card_and_answers_nothing(name: str, hold: Hold) -> None:
    browser = signed_in(making.auditor())
    assert browser.post(url(name, hold), {"reason": "x"}).status_code == 403
    page = page_of(browser, hold)
    assert "confirm or lift by" in page
    assert url(name, hold) not in page


@both
def test_what_is_not_there_is_not_found_and_no_link(name: str, browser: Client, hold: Hold) -> None:
    assert browser.post(reverse(name, args=[10**18]), {"reason": "x"}).status_code == 404
    assert browser.get(url(name, hold)).status_code == 405
    assert Client().post(url(name, hold)).status_code == 302


@pytest.mark.parametrize("reason", ["", "  ", "x" * 5000])
def test_lifting_without_a_reason_is_refused_with_a_sentence(browser: Client, hold: Hold, reason: str) -> None:
    answer = browser.post(url("hold_lift", hold), {"reason": reason})
    assert answer.status_code == 422
    hold.refresh_from_db()
    assert hold.state == HoldState.WAITING


@both
def test_while_another_works_on_the_case_nothing_is_offered(name: str, browser: Client, hold: Hold) -> None:
    claim_case(hold.case_id, actor=making.moderator(name="Moderator 8"))
    assert url(name, hold) not in page_of(browser, hold)
    answer = browser.post(url(name, hold), {"reason": "x"})
    assert (answer.status_code, "Moderator 8" in answer.content.decode()) == (409, True)


def test_confirming_goes_on_to_the_decision(browser: Client, moderator: User, hold: Hold) -> None:
    answer = browser.post(url("hold_confirm", hold), follow=True)

    page = answer.content.decode()
    assert "Confirmed by <bdi>Moderator 3</bdi>" in page
    assert 'id="decide" data-decision' in page
    assert Case.objects.get(pk=hold.case_id).holder == moderator


@both
def test_with_htmx_only_the_card_and_the_reasons_are_exchanged(
    name: str, browser: Client, moderator: User, hold: Hold
) -> None:
    claim_case(hold.case_id, actor=moderator)
    text = browser.post(url(name, hold), {"reason": "x"}, headers=HX).content.decode()
    assert "<html" not in text
    assert 'id="holds"' in text
    assert 'id="case-why" hx-swap-oob="true"' in text
    assert "confirm by" not in text


def test_the_reason_and_the_names_stay_text(browser: Client, hold: Hold) -> None:
    Account.objects.filter(pk=hold.account_id).update(username=HOSTILE[:150])
    page = browser.post(url("hold_lift", hold), {"reason": HOSTILE}, follow=True).content.decode()
    assert "given back by" in page
    assert "<script>alert" not in page


def test_an_ordinary_decision_asks_what_becomes_of_the_badge(browser: Client, moderator: User, hold: Hold) -> None:
    held = claim_case(hold.case_id, actor=moderator)
    page = page_of(browser, hold)
    assert f'name="gives_back" value="{hold.account_id}"' in page
    chosen = {"choice": "educate"}
    previewed = browser.post(address("case_preview", held), form_of(held, moderator, **chosen)).content.decode()
    assert "has the teen badge on hold: tick that it is given back, or remove it." in previewed
    ticked = form_of(held, moderator, **chosen, gives_back=[hold.account_id])
    assert "gets the held teen badge back." in browser.post(address("case_preview", held), ticked).content.decode()

    form = form_of(held, moderator, **chosen) | _notices(held, moderator, "educate")
    refused = browser.post(address("case_decide", held), form)
    assert refused.status_code == 422
    assert "Say what becomes of it" in refused.content.decode()

    done = browser.post(address("case_decide", held), form | {"gives_back": [hold.account_id]})
    assert done.status_code == 303
    hold.refresh_from_db()
    assert hold.state == HoldState.LIFTED
    assert "got the held teen badge back" in page_of(browser, hold)


def _notices(case: Case, user: User, choice: str) -> dict[str, Any]:
    """What stands in the notices once the choice has been previewed."""
    page = case_page(case.pk, viewer=user)
    shown = desk(page, Draft(Wish(Choice(choice), accounts=page.first_wish.accounts)))
    return {f"notice-{notice.code}": notice.text for notice in shown.notices}


@pytest.mark.parametrize("gives_back", [["x"], ["99999999999999999999"], [HOSTILE]])
def test_odd_accounts_give_nothing_back(browser: Client, moderator: User, hold: Hold, gives_back: list[str]) -> None:
    held = claim_case(hold.case_id, actor=moderator)
    form = form_of(held, moderator, choice="educate") | _notices(held, moderator, "educate")
    assert browser.post(address("case_decide", held), form | {"gives_back": gives_back}).status_code == 422
    assert not Decision.objects.exists()


def test_what_nobody_answered_in_time_stands_first_on_the_escalations(hold: Hold) -> None:
    senior = signed_in(making.senior())
    assert "nobody has answered for" not in senior.get(reverse("escalations")).content.decode()
    making.run_out(hold)
    escalate_holds()

    page = senior.get(reverse("escalations")).content.decode()
    assert "nobody has answered for" in page
    assert url("hold_confirm", hold) in page
    assert making.PHONE not in page

    senior.post(url("hold_lift", hold), {"reason": "a helpline"})
    assert "Nothing waits for an answer" in senior.get(reverse("escalations")).content.decode()


def proposal(*, at_hours: int) -> Decision:
    made = making.decided(making.case(), "suspension:permanent")
    assert isinstance(made, Decision)
    moment = clock.now().replace(microsecond=0)
    Decision.objects.filter(pk=made.pk).update(decided_at=moment - timedelta(hours=at_hours))
    return made


def test_a_proposal_that_nobody_answered_in_time_stands_first_and_says_for_how_long() -> None:
    older, late = proposal(at_hours=6), proposal(at_hours=5)
    Decision.objects.filter(pk=late.pk).update(answer_by=clock.now())
    assert escalate_proposals() == 1

    page = signed_in(making.senior()).get(reverse("proposals")).content.decode()

    assert page.index(f"decision-{late.pk}") < page.index(f"decision-{older.pk}")
    assert "Not answered in time" in page
    assert "has waited 5 h 00" in page


def test_the_note_of_a_refusal_is_read_by_whoever_goes_on(browser: Client, moderator: User) -> None:
    decision = making.decided(making.case(), "suspension:permanent", by=moderator)
    refuse_decision(decision.pk, actor=making.senior(name="Ash"), note=f"look again {HOSTILE}")

    for _ in ("before taking it", "with the form"):
        page = browser.get(reverse("case", args=[decision.case_id])).content.decode()
        assert "The proposal was refused by <bdi>Ash</bdi>" in page
        assert "look again" in page
        assert "<script>alert" not in page
        claim_case(decision.case_id, actor=moderator)
    assert "For <bdi>you</bdi>" in browser.get(reverse("case", args=[decision.case_id])).content.decode()


def queries(client: Client, path: str) -> int:
    client.get(path)  # what is counted for everybody is counted
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_the_number_of_queries_does_not_grow_with_the_holds(hold: Hold) -> None:
    senior = signed_in(making.senior())
    case, pages = reverse("case", args=[hold.case_id]), [reverse("escalations"), reverse("proposals")]
    making.run_out(hold)
    escalate_holds()
    making.decided(making.held_badge().case, "teen_badge_removal")
    few = [queries(senior, path) for path in (case, *pages)]

    lift_hold(hold.pk, actor=making.senior(), reason="x")
    assert hold.case.conversation
    making.message(hold.account, "or mail me: someone.else@gmail.com", within=hold.case.conversation)
    for each in [making.held_badge() for _ in range(3)]:
        making.decided(each.case, "teen_badge_removal")
        making.run_out(making.held_badge())
    escalate_holds()

    assert [queries(senior, path) for path in (case, *pages)] == few


def test_a_hold_is_shown_on_the_sanctions_page_as_havens(hold: Hold) -> None:
    page = signed_in(making.admin()).get(reverse("sanctions")).content.decode()
    assert "Teen badge hold" in page
    assert "by Haven" in page
    confirm_hold(hold.pk, actor=making.moderator())
