"""The notices of a decision over HTTP: seen before they are sent, made from a template, sent as they were edited."""

import pytest
from django.test import Client

from accounts.models import User
from moderation.models import Case, Decision, Sanction
from tests.views.decision_form import form_of
from tests.views.test_case import HOSTILE, address

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_empty_notice_is_refused(browser: Client, moderator: User, held: Case) -> None:
    form = {name: " " if name.startswith("notice-") else value for name, value in form_of(held, moderator).items()}

    assert browser.post(address("case_decide", held), form).status_code == 422
    assert not Decision.objects.exists()


def test_a_notice_that_was_not_on_the_form_is_shown_before_it_is_sent(
    browser: Client, moderator: User, held: Case
) -> None:
    answer = browser.post(address("case_decide", held), form_of(held, moderator, choice="educate", note="mine"))

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Six questions" in text
    assert "mine" in text
    assert not Decision.objects.exists()


def test_another_template_is_shown_before_it_is_sent(browser: Client, moderator: User, held: Case) -> None:
    form = form_of(held, moderator)
    code = next(name for name in form if name.startswith("notice-")).removeprefix("notice-")
    picked = {f"template-{code}": "gentle", f"made-from-{code}": "standard"}

    answer = browser.post(address("case_decide", held), form | picked)

    assert answer.status_code == 422
    assert "hard to read" in answer.content.decode()
    assert not Decision.objects.exists()
    edited = picked | {f"made-from-{code}": "gentle", f"notice-{code}": "my own words"}
    browser.post(address("case_decide", held), form | edited)
    assert Sanction.objects.get().notice == "my own words"


def test_hostile_codes_and_names_of_templates_stay_text(browser: Client, moderator: User, held: Case) -> None:
    form = form_of(held, moderator)
    code = next(name for name in form if name.startswith("notice-")).removeprefix("notice-")
    sent = {f"template-{code}": HOSTILE, f"made-from-{code}": HOSTILE[:9], f"template-{HOSTILE}": HOSTILE}

    answer = browser.post(address("case_decide", held), form | sent | {f"notice-{HOSTILE}": HOSTILE})

    assert "<script>alert" not in answer.content.decode()


def test_the_notice_goes_out_as_it_was_edited(browser: Client, moderator: User, held: Case) -> None:
    form = form_of(held, moderator)
    code = next(name for name in form if name.startswith("notice-"))

    browser.post(address("case_decide", held), form | {code: "Please stay on the site.\r\nThank you."})

    assert Sanction.objects.get().notice == "Please stay on the site.\nThank you."
