"""Deciding over HTTP: refusals first, then what the form carries, one decision, and where it leads."""

from html.parser import HTMLParser
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from moderation.domain.vocabulary import CaseState, DecisionState, Ground
from moderation.models import Account, Case, Decision, Sanction
from moderation.operations.leases import claim_case, release_case, take_over
from tests import making
from tests.signing_in import signed_in
from tests.views.decision_form import form_of
from tests.views.test_case import HX, address

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_the_lease_nothing_is_decided(browser: Client, moderator: User) -> None:
    case = making.case()

    answer = browser.post(address("case_decide", case), form_of(case, moderator, note="typed with care"))

    assert answer.status_code == 409
    assert "typed with care" in answer.content.decode()
    assert not Decision.objects.exists()


def test_after_a_take_over_the_note_is_kept_and_the_page_says_who_has_the_case(
    browser: Client, moderator: User, held: Case
) -> None:
    form = form_of(held, moderator, note="typed with care")
    take_over(held.pk, actor=making.moderator(name="Moderator 8"))

    answer = browser.post(address("case_decide", held), form)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Moderator 8" in text
    assert "typed with care" in text


def test_what_has_come_in_since_has_to_be_looked_at_first(browser: Client, moderator: User, held: Case) -> None:
    form = form_of(held, moderator, note="typed with care", choice="educate")
    Case.objects.filter(pk=held.pk).update(version=held.version + 1)

    answer = browser.post(address("case_decide", held), form)
    page = answer.content.decode()

    assert answer.status_code in (409, 422)
    assert "typed with care" in page
    assert f'name="seen_version" id="seen-version" value="{held.version + 1}"' in page


def test_a_stale_version_is_a_conflict(browser: Client, moderator: User, held: Case) -> None:
    form = form_of(held, moderator)
    Case.objects.filter(pk=held.pk).update(version=held.version + 1)

    assert browser.post(address("case_decide", held), form).status_code == 409
    assert not Decision.objects.exists()


@pytest.mark.parametrize("name", ["case_decide", "case_preview"])
@pytest.mark.parametrize("who", [making.auditor])
def test_whoever_only_reads_decides_nothing(name: str, who: Any, moderator: User, held: Case) -> None:
    answer = signed_in(who()).post(address(name, held), form_of(held, moderator))

    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["case_decide", "case_preview"])
def test_an_unknown_case_is_not_found(browser: Client, name: str) -> None:
    assert browser.post(reverse(name, args=[10**18]), {}).status_code == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "not a key"},
        {"choice": "ban everybody"},
        {"length": "suspension:9999"},
        {"seen_version": ""},
        {"lease_token": "x"},
        {"note": "x" * 5000},
        {"answer-1:contact_shared": "suspension:9999"},
        {"answer-x:contact_shared": "none"},
        {"answer-1:slander": "none"},
        {"reasons": ["gave_number", "gossip"]},
        {"reasons": "x' OR 1=1"},
    ],
)
def test_what_no_form_sends_is_refused_with_a_sentence(
    browser: Client, moderator: User, held: Case, changed: dict[str, str]
) -> None:
    answer = browser.post(address("case_decide", held), form_of(held, moderator, **changed))

    assert answer.status_code == 422
    assert not Decision.objects.exists()


@pytest.mark.parametrize("accounts", [[], ["x"], ["99999999999999999999"]])
def test_a_sanction_for_nobody_is_refused(browser: Client, moderator: User, held: Case, accounts: list[str]) -> None:
    answer = browser.post(address("case_decide", held), form_of(held, moderator, accounts=accounts))

    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_an_account_of_another_case_cannot_be_sanctioned(browser: Client, moderator: User, held: Case) -> None:
    stranger = making.account()

    browser.post(address("case_decide", held), form_of(held, moderator, accounts=[stranger.pk]))

    assert not Sanction.objects.exists()


def test_letting_go_and_taking_again_voids_the_old_form(browser: Client, moderator: User, held: Case) -> None:
    form = form_of(held, moderator)
    release_case(held.pk, actor=moderator, token=held.lease_token)
    claim_case(held.pk, actor=moderator)

    answer = browser.post(address("case_decide", held), form | {"key": str(uuid4())})

    assert answer.status_code == 409


class _Names(HTMLParser):
    names: list[str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names = [*getattr(self, "names", []), dict(attrs).get("name") or ""]


def test_the_form_on_the_page_carries_what_deciding_needs(browser: Client, held: Case) -> None:
    parser = _Names()
    parser.feed(browser.get(address("case", held)).content.decode())

    wanted = {"key", "seen_version", "lease_token", "choice", "length", "accounts", "note", "csrfmiddlewaretoken"}
    assert wanted <= set(parser.names)


def test_the_preview_says_what_would_happen_and_does_nothing(browser: Client, moderator: User, held: Case) -> None:
    form = form_of(held, moderator, choice="suspend", length="suspension:permanent")

    answer = browser.post(address("case_preview", held), form, headers=HX)

    text = answer.content.decode()
    assert "without end" in text
    assert "second person" in text
    assert 'id="consequences"' in text
    assert "<html" not in text
    assert not Decision.objects.exists()


def test_deciding_closes_the_case_and_leads_to_the_next(browser: Client, moderator: User, held: Case) -> None:
    following = making.case()

    answer = browser.post(address("case_decide", held), form_of(held, moderator, note="clear"))

    assert (answer.status_code, answer["Location"]) == (303, address("case", following))
    held.refresh_from_db()
    following.refresh_from_db()
    decision = Decision.objects.get()
    assert (held.state, following.holder) == (CaseState.CLOSED, moderator)
    assert (decision.note, decision.state) == ("clear", DecisionState.IN_FORCE)
    assert Account.objects.get(pk=held.subject_id).suspended


def test_the_last_case_leads_back_to_the_queue(browser: Client, moderator: User, held: Case) -> None:
    answer = browser.post(address("case_decide", held), form_of(held, moderator, choice="no_violation"))

    assert answer["Location"] == reverse("queue")
    assert Decision.objects.get().outcome == "no_violation"


def test_the_same_form_twice_is_one_decision_and_leads_to_the_same_case(
    browser: Client, moderator: User, held: Case
) -> None:
    making.case(), making.case()
    form = form_of(held, moderator)

    first, second = (browser.post(address("case_decide", held), form) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert Decision.objects.count() == 1
    assert Case.objects.filter(holder=moderator).count() == 1


def test_dismissing_with_one_key_is_offered_to_whoever_asked_for_it(
    browser: Client, moderator: User, held: Case
) -> None:
    def offered(stored: Any) -> bool:
        User.objects.filter(pk=moderator.pk).update(preferences=stored)
        return "Dismiss and next" in browser.get(address("case", held)).content.decode()

    assert not any(map(offered, [{}, [], {"quick_dismiss": "yes"}, {"unheard_of": True}]))
    assert offered({"quick_dismiss": True, "unheard_of": 7})


def test_dismissing_sends_the_form_with_no_violation_last(browser: Client, moderator: User, held: Case) -> None:
    form = form_of(held, moderator, note="nothing in it", choice=["suggested", "no_violation"])

    browser.post(address("case_decide", held), form)

    decision = Decision.objects.get()
    assert (decision.outcome, decision.note) == ("no_violation", "nothing in it")


def test_all_accounts_of_a_person_are_suspended_for_harm_without_naming_them(browser: Client, moderator: User) -> None:
    linked = making.account(username="tideline", person="p")
    case = making.case(ground=Ground.OFFSITE_HARM, actor=making.account(person="p"))
    claim_case(case.pk, actor=moderator)

    page = browser.post(address("case_decide", case), form_of(case, moderator), follow=True)

    assert "tideline" not in page.content.decode()
    assert "tideline" not in browser.get(address("case", case)).content.decode()
    assert "Hello tideline" in linked.sanctions.get().notice
