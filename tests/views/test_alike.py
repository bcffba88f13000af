"""The page of look-alikes: who gets it, what stands on it, what it dismisses, and how that is taken back."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from moderation.domain.alike import MOST_AT_ONCE
from moderation.domain.vocabulary import CaseState, DecisionState, Ground, Lane, Severity
from moderation.models import Case, Decision
from moderation.operations.leases import claim_case
from moderation.queries import tally
from moderation.queries.alike import AlikePage, alike_page
from tests import making
from tests.operations.test_bulk import dismissed, lease, light
from tests.queries.test_queue import open_cases
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE, HX, address

pytestmark = pytest.mark.django_db(transaction=True)

LIGHT: dict[str, Any] = {
    "ground": Ground.CONTACT_REQUESTED,
    "severity": Severity.NORMAL,
    "score": 0.6,
    "headline": "Asked for a contact or a way off the site",
}


def shown(page: AlikePage) -> list[int]:
    return [alike.row.case_id for alike in page.rows]


def form_of(*cases: Case, **changed: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "cases": [f"{case.pk}:{case.version}" for case in cases]} | changed


@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_only_reads_has_no_such_page(method: str) -> None:
    [case] = light()
    assert getattr(signed_in(making.auditor()), method)(address("case_alike", case)).status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_case_that_is_not_there_is_not_found(browser: Client, method: str) -> None:
    [case] = light()
    answer = getattr(browser, method)(reverse("case_alike", args=[10**18]), form_of(case))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"severity": Severity.HIGH}, "severity is high"),
        ({"teen": True}, "a teen is involved"),
        ({"reporters": 2}, "somebody has reported it"),
        ({"score": 0.9}, "only what is below 0.70"),
        ({"lane": Lane.CRISIS}, "somebody in particular"),
    ],
)
def test_what_weighs_more_has_no_such_page_and_says_why(browser: Client, changed: dict[str, Any], why: str) -> None:
    [case] = open_cases(1, **LIGHT | changed)

    answer = browser.get(address("case_alike", case))

    assert answer.status_code == 422
    assert why in answer.text


@pytest.mark.parametrize(
    "form", [{}, {"key": "x"}, {"cases": ["1"]}, {"cases": ["1:x"]}, {"cases": ["1:1:1"]}, {"cases": ["9" * 30 + ":1"]}]
)
def test_what_no_page_sends_is_refused_with_a_sentence(browser: Client, form: dict[str, Any]) -> None:
    [case] = light()
    sent = form_of(case) | form if form else {}

    answer = browser.post(address("case_alike", case), sent)

    assert answer.status_code == 422
    assert "Traceback" not in answer.text
    assert not Decision.objects.exists()


def test_nothing_ticked_comes_back_as_the_list_without_ticks(browser: Client) -> None:
    [case] = light()

    answer = browser.post(address("case_alike", case), form_of())

    assert answer.status_code == 422
    assert "Tick at least one case" in answer.text
    assert f'id="tick-{case.pk}"' in answer.text
    assert not re.search(r'name="cases"[^>]* checked', answer.text)


def test_too_many_come_back_with_a_sentence(browser: Client) -> None:
    [case] = light()
    many = [f"{case.pk + n}:1" for n in range(MOST_AT_ONCE + 1)]

    answer = browser.post(address("case_alike", case), form_of(cases=many))

    assert answer.status_code == 422
    assert "51 cases are too many" in answer.text


def test_what_has_all_changed_is_a_conflict_that_shows_the_list_as_it_is_now(browser: Client) -> None:
    [case] = light()
    form = form_of(case)
    Case.objects.update(version=case.version + 1)

    answer = browser.post(address("case_alike", case), form)

    assert answer.status_code == 409
    assert "something new has come into it" in answer.text
    assert f'value="{case.pk}:{case.version + 1}"' in answer.text
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "other",
    [
        {"ground": Ground.OTHER},
        {"severity": Severity.LOW},
        {"headline": "Reported: contact requested"},
        {"score": 0.7},
        {"teen": True},
        {"reporters": 1},
        {"lane": Lane.SENIOR},
        {"waits_until": making.NOON.replace(year=2100)},
        {"state": CaseState.CLOSED, "closed_at": making.NOON},
    ],
)
def test_only_what_looks_alike_and_weighs_little_is_listed(moderator: User, other: dict[str, Any]) -> None:
    first, second = open_cases(2, **LIGHT)
    open_cases(1, **LIGHT | other)

    assert shown(alike_page(first.pk, viewer=moderator)) == [first.pk, second.pk]


def test_what_somebody_holds_or_was_handed_is_not_listed(moderator: User) -> None:
    first, held, handed = open_cases(3, **LIGHT)
    Case.objects.filter(pk=held.pk).update(**lease(making.senior()))
    Case.objects.filter(pk=handed.pk).update(handed_to=making.senior())

    assert shown(alike_page(first.pk, viewer=moderator)) == [first.pk]


def test_the_case_that_one_comes_from_is_listed_unless_another_has_it(moderator: User) -> None:
    first, second = open_cases(2, **LIGHT)
    claim_case(first.pk, actor=moderator)

    assert shown(alike_page(first.pk, viewer=moderator)) == [first.pk, second.pk]
    assert shown(alike_page(first.pk, viewer=making.senior())) == [second.pk]


def test_no_more_are_listed_than_can_be_dismissed(moderator: User) -> None:
    first, *_ = open_cases(MOST_AT_ONCE + 1, **LIGHT)

    page = alike_page(first.pk, viewer=moderator)

    assert (len(page.rows), page.has_more) == (MOST_AT_ONCE, True)


def test_the_number_of_queries_does_not_grow_with_the_list(browser: Client) -> None:
    [case] = open_cases(1, **LIGHT)
    browser.get(address("case_alike", case))  # the first page of a session writes into it
    tally.tally()
    with CaptureQueriesContext(connection) as few:
        browser.get(address("case_alike", case))
    open_cases(MOST_AT_ONCE, **LIGHT)
    tally.tally()
    with CaptureQueriesContext(connection) as many:
        browser.get(address("case_alike", case))

    assert len(few) == len(many)


def test_the_page_says_what_confirming_does_and_ticks_everything(browser: Client) -> None:
    cases = light(2)

    text = browser.get(address("case_alike", cases[0])).text

    assert "closed as “no violation”" in text
    assert "No account changes, no notice is sent" in text
    for case in cases:
        assert re.search(rf'id="tick-{case.pk}" name="cases" value="{case.pk}:1" data-door checked', text)
    assert making.PHONE not in text


def test_all_ticks_can_be_taken_away_without_javascript(browser: Client) -> None:
    [case] = light()

    text = browser.get(address("case_alike", case), {"tick": "none"}).text

    assert not re.search(r'name="cases"[^>]* checked', text)


def test_an_empty_list_says_so(browser: Client) -> None:
    [case] = light()
    dismissed(case)

    text = browser.get(address("case_alike", case)).text

    assert "No open case looks like this one" in text
    assert "Dismiss what is ticked" not in text


def test_hostile_names_and_snippets_stay_text(browser: Client) -> None:
    making.case(
        ground=Ground.CONTACT_REQUESTED, score=0.6, actor=making.account(username=HOSTILE), text=HOSTILE, contact=""
    )

    text = browser.get(address("case_alike", Case.objects.get())).text

    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_what_is_ticked_is_dismissed_and_the_rest_is_not(browser: Client) -> None:
    one, two, three = light(3)

    answer = browser.post(address("case_alike", one), form_of(one, two))

    assert (answer.status_code, answer["Location"]) == (303, reverse("queue"))
    assert {decision.case_id for decision in Decision.objects.all()} == {one.pk, two.pk}
    three.refresh_from_db()
    assert three.state == CaseState.OPEN


def test_the_form_on_the_page_is_the_form_that_works(browser: Client) -> None:
    cases = light(2)
    text = browser.get(address("case_alike", cases[0])).text
    key = re.search(r'name="key" value="([^"]+)"', text)
    assert key is not None
    ticks = re.findall(r'name="cases" value="([^"]+)"[^>]* checked', text)

    browser.post(address("case_alike", cases[0]), {"key": key[1], "cases": ticks})

    assert Decision.objects.count() == 2


def test_what_was_left_is_said(browser: Client) -> None:
    fine, changed = light(2)
    form = form_of(fine, changed)
    Case.objects.filter(pk=changed.pk).update(version=9)

    text = browser.post(address("case_alike", fine), form, follow=True).text

    assert f"Case {fine.pk}: no violation." in text
    assert f"Left as they are: Case {changed.pk}: something new has come into it since you looked." in text


def test_one_toast_takes_all_of_it_back(browser: Client) -> None:
    cases = light(3)

    page = browser.post(address("case_alike", cases[0]), form_of(*cases), follow=True).text
    sent = re.findall(r'name="decisions" value="(\d+)"', page)
    answer = browser.post(reverse("decisions_undo"), {"decisions": sent}, follow=True)

    assert "3 cases: no violation." in page
    assert "Undo all 3" in page
    assert len(sent) == 3
    assert answer.redirect_chain == [(reverse("queue"), 303)]
    assert "3 cases undone" in answer.text
    assert Case.objects.open().unheld().count() == 3


def test_a_single_one_is_undone_like_any_decision(browser: Client) -> None:
    [case] = light()

    page = browser.post(address("case_alike", case), form_of(case), follow=True).text

    assert reverse("decision_undo", args=[Decision.objects.get().pk]) in page


def test_htmx_gets_the_refusal_of_an_undo_as_a_card(browser: Client, moderator: User) -> None:
    ids = [decision.pk for decision in dismissed(*light(2), by=moderator)]
    Decision.objects.update(undo_until=making.NOON)

    answer = browser.post(reverse("decisions_undo"), {"decisions": ids}, headers=HX)

    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#refusal")
    assert not Decision.objects.exclude(state=DecisionState.IN_FORCE).exists()


@pytest.mark.parametrize("sent", [{}, {"decisions": ["x"]}, {"decisions": ["9" * 40]}])
def test_an_undo_that_names_no_decisions_is_refused(browser: Client, sent: dict[str, Any]) -> None:
    assert browser.post(reverse("decisions_undo"), sent).status_code == 422


@pytest.mark.parametrize("who", [making.senior])
def test_nobody_undoes_what_another_dismissed(who: Any, moderator: User) -> None:
    ids = [decision.pk for decision in dismissed(*light(2), by=moderator)]
    assert signed_in(who()).post(reverse("decisions_undo"), {"decisions": ids}).status_code == 403


def test_the_queue_leads_there_from_what_weighs_little_and_from_nothing_else(browser: Client) -> None:
    [case] = light()
    heavy = making.case()

    text = browser.get(reverse("queue")).text

    assert address("case_alike", case) in text
    assert address("case_alike", heavy) not in text
    assert address("case_alike", case) not in signed_in(making.auditor()).get(reverse("queue")).text


def test_the_case_page_leads_there_from_what_weighs_little_and_from_nothing_else(browser: Client) -> None:
    [case] = light()
    heavy = making.case()

    assert address("case_alike", case) in browser.get(address("case", case)).text
    assert address("case_alike", heavy) not in browser.get(address("case", heavy)).text
    assert address("case_alike", case) not in signed_in(making.auditor()).get(address("case", case)).text
