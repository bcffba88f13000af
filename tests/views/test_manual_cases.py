"""Opening a case by hand over HTTP: refusals first."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from moderation.models import Case
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moderator() -> User:
    return making.moderator()


@pytest.fixture
def browser(moderator: User) -> Client:
    client = Client()
    client.force_login(moderator)
    return client


def form(**given: str) -> dict[str, str]:
    return {"key": str(uuid4()), "ground": "contact_shared", "reason": "seen in passing"} | given


def test_an_auditor_gets_no_form() -> None:
    client = Client()
    client.force_login(making.auditor())

    assert client.get(reverse("case_new")).status_code == 403
    assert client.post(reverse("case_new_open"), form(account="x")).status_code == 403


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "Name the conversation or the account"),
        ({"account": "nobody"}, "No account has the id or the user name"),
        ({"conversation": "nowhere"}, "No conversation with the id"),
        ({"conversation": "x" * 201}, "at most 200 characters"),
        ({"account": "a\x00b"}, "Null characters are not allowed"),
        ({"account": "x", "ground": "boredom"}, "Select a valid choice"),
        ({"account": "x", "key": "k"}, "valid UUID"),
    ],
)
def test_what_is_refused_leaves_the_form_as_it_is(browser: Client, given: dict[str, str], why: str) -> None:
    answer = browser.post(reverse("case_new_open"), form(**given))

    text = answer.content.decode()
    assert answer.status_code == 422
    assert why in text
    assert "seen in passing" in text
    assert not Case.objects.exists()


def test_hostile_words_stay_text(browser: Client) -> None:
    hostile = "<script>alert(1)</script>"

    text = browser.post(reverse("case_new_open"), form(account=hostile, reason=hostile)).content.decode()
    prefilled = browser.get(reverse("case_new"), {"account": f'"><script>alert(1)</script>{hostile}'}).content.decode()

    assert "<script>alert" not in text + prefilled


def test_the_address_can_fill_the_form(browser: Client) -> None:
    text = browser.get(reverse("case_new"), {"conversation": "c77", "ground": "offsite_harm"}).content.decode()

    assert 'value="c77"' in text
    assert '<option value="offsite_harm" selected>' in text


def test_the_case_is_opened_and_taken(browser: Client, moderator: User) -> None:
    account = making.account(username="calmHarbor")

    answer = browser.post(reverse("case_new_open"), form(account="calmHarbor"), follow=True)

    case = Case.objects.get()
    assert answer.redirect_chain == [(reverse("case", args=[case.pk]), 303)]
    assert (case.subject, case.holder) == (account, moderator)
    text = answer.content.decode()
    assert "Opened by hand: contact shared" in text
    assert "seen in passing" in text


def test_messages_may_be_parted_by_anything(browser: Client) -> None:
    ann = making.account()
    where = making.conversation(ann)
    ids = [making.message(ann, "add me", within=where).ext_id for _ in range(3)]

    browser.post(reverse("case_new_open"), form(messages=f"{ids[0]}, {ids[1]}\r\n{ids[2]} {ids[2]}"))

    assert Case.objects.get().evidence.count() == 3


def test_the_rail_leads_there(browser: Client) -> None:
    assert reverse("case_new") in browser.get(reverse("queue")).content.decode()
