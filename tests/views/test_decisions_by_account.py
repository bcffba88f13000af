"""Deciding by rule and account over HTTP: each account gets what was answered for it, and no other one anything."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from accounts.models import User
from moderation.domain.vocabulary import Ground
from moderation.forms.decisions import DraftForm
from moderation.models import Case, Decision, Sanction
from moderation.operations.leases import claim_case
from moderation.queries.cases import case_page
from moderation.queries.desk import desk
from tests import making
from tests.views.decision_form import form_of
from tests.views.test_case import address

pytestmark = pytest.mark.django_db(transaction=True)


def each(case: Case, user: User, said: dict[str, str], **changed: Any) -> dict[str, Any]:
    """What the form sends with these answers by rule and account, after its preview was looked at."""
    form = form_of(case, user, choice="each", **{f"answer-{place}": code for place, code in said.items()}, **changed)
    draft = DraftForm(_posted(form))
    assert draft.is_valid()
    shown = desk(case_page(case.pk, viewer=user), draft.draft())
    return form | {f"notice-{notice.code}": notice.text for notice in shown.notices}


def _posted(form: dict[str, Any]) -> QueryDict:
    posted = QueryDict(mutable=True)
    for name, value in form.items():
        posted.setlist(name, [str(one) for one in value] if isinstance(value, list) else [str(value)])
    return posted


def test_what_was_not_shown_by_rule_and_account_is_shown_before_it_is_sent(
    browser: Client, moderator: User, held: Case
) -> None:
    place = f"{held.subject_id}:contact_shared"
    form = form_of(held, moderator, choice="each") | {f"answer-{place}": "suspension:30"}

    answer = browser.post(address("case_decide", held), form)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "for 30 days" in text
    assert f'name="answer-{place}"' in text
    assert not Decision.objects.exists()


def test_every_account_gets_what_was_answered_for_it(browser: Client, moderator: User) -> None:
    ann, ben = making.account(), making.account()
    case = making.case(actor=ann, other=ben, ground=Ground.OFFSITE_CONTACT)
    held = claim_case(case.pk, actor=moderator)
    said = {f"{ann.pk}:offsite_contact": "suspension:1", f"{ben.pk}:offsite_contact": "education_notice"}

    answer = browser.post(address("case_decide", held), each(held, moderator, said, reasons=["own_words"]))

    assert answer.status_code == 303
    given = {sanction.account_id: (sanction.kind, sanction.days) for sanction in Sanction.objects.all()}
    assert given == {ann.pk: ("suspension", 1), ben.pk: ("education_notice", None)}
    decision = Decision.objects.get()
    assert (decision.grounds, decision.cleared, decision.reasons) == (["offsite_contact"], [], ["own_words"])
    page = browser.get(address("case", case)).content.decode()
    assert "Reasons: said so themselves." in page


def test_nothing_answered_to_each_is_no_violation(browser: Client, moderator: User, held: Case) -> None:
    said = {f"{held.subject_id}:contact_shared": "none"}

    browser.post(address("case_decide", held), each(held, moderator, said, reasons=["gave_number"]))

    decision = Decision.objects.get()
    assert (decision.outcome, decision.cleared, decision.reasons) == ("no_violation", ["contact_shared"], [])


def test_answers_for_accounts_of_another_case_do_nothing(browser: Client, moderator: User, held: Case) -> None:
    stranger = making.account()
    said = {f"{stranger.pk}:contact_shared": "suspension:permanent"}

    browser.post(address("case_decide", held), each(held, moderator, said))

    assert set(Sanction.objects.values_list("account", flat=True)) == {held.subject_id}
