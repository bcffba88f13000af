"""Notes and open cases of one person over HTTP: refusals first."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from moderation.models import Account, Note
from moderation.operations.leases import claim_case
from moderation.operations.notes import write_note
from tests import making
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

HX = {"HX-Request": "true"}
HOSTILE = "<script>alert(1)</script>\u202eevil\u202c<img src=x onerror=alert(1)>"


def test_an_auditor_reads_notes_and_writes_none() -> None:
    case = making.case()
    write_note("has been warned", actor=making.moderator(), case_id=case.pk)
    browser = signed_in(making.auditor())

    assert browser.post(reverse("case_note", args=[case.pk]), {"text": "x"}).status_code == 403
    page = browser.get(reverse("case_notes", args=[case.pk])).content.decode()
    assert "has been warned" in page
    assert "Add a note" not in page


@pytest.mark.parametrize("query", ["account=x", "account=1%00", "before=-1", f"account={2**63}", "account=²"])
def test_an_address_that_names_nothing_is_not_found(browser: Client, query: str) -> None:
    case = making.case()

    assert browser.get(f"{reverse('case_notes', args=[case.pk])}?{query}").status_code == 404


def test_notes_of_strangers_are_not_found(browser: Client) -> None:
    case, stranger = making.case(), making.account()

    assert browser.get(f"{reverse('case_notes', args=[case.pk])}?account={stranger.pk}").status_code == 404
    answer = browser.post(reverse("case_note", args=[case.pk]), {"text": "x", "account": stranger.pk})
    assert answer.status_code == 404
    assert not Note.objects.exists()


def test_an_empty_note_is_refused_beside_what_stands_on_the_page(browser: Client) -> None:
    case = making.case()

    answer = browser.post(reverse("case_note", args=[case.pk]), {"text": " "}, headers=HX)

    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#refusal"


def test_a_note_by_htmx_changes_the_notes_alone(browser: Client) -> None:
    case = making.case()

    answer = browser.post(
        reverse("case_note", args=[case.pk]), {"text": "line one\r\nline two", "account": case.subject_id}, headers=HX
    )

    text = answer.content.decode()
    assert "line one\nline two" in text
    assert f'id="notes-{case.subject_id}"' in text
    assert "<html" not in text
    assert 'name="csrfmiddlewaretoken"' in text


def test_a_note_without_javascript_leads_back_to_the_case(browser: Client) -> None:
    case = making.case()

    answer = browser.post(reverse("case_note", args=[case.pk]), {"text": "calm by now"})

    assert (answer.status_code, answer["Location"]) == (303, reverse("case", args=[case.pk]))
    assert "calm by now" in browser.get(answer["Location"]).content.decode()


def test_every_form_of_the_case_page_carries_its_token(browser: Client, moderator: User) -> None:
    case = making.case()
    making.report(case)
    claim_case(case.pk, actor=moderator)

    text = browser.get(reverse("case", args=[case.pk])).content.decode()

    assert text.count('<form method="post"') + text.count('method="post"') > 0
    for form in text.split("<form")[1:]:
        opening, _, inside = form.partition(">")
        assert 'method="post"' not in opening or "csrfmiddlewaretoken" in inside.partition("</form>")[0]


def test_all_notes_come_on_demand(browser: Client, moderator: User) -> None:
    case = making.case()
    for number in range(5):
        write_note(f"note {number}", actor=moderator, account_id=case.subject_id)
    page = browser.get(reverse("case", args=[case.pk])).content.decode()
    assert "note 0" not in page
    assert "All notes" in page

    address = f"{reverse('case_notes', args=[case.pk])}?account={case.subject_id}"
    for answer in (browser.get(address), browser.get(address, headers=HX)):
        assert "note 0" in answer.content.decode()


def test_hostile_notes_and_names_stay_text(browser: Client, moderator: User) -> None:
    case = making.case()
    making.case(actor=case.subject)
    Account.objects.filter(pk=case.subject_id).update(username=HOSTILE)
    write_note(HOSTILE, actor=moderator, account_id=case.subject_id, case_id=case.pk)

    for address in (
        reverse("case", args=[case.pk]),
        f"{reverse('case_notes', args=[case.pk])}?account={case.subject_id}",
        reverse("case_together", args=[case.pk, case.subject_id]),
    ):
        text = browser.get(address).content.decode()
        assert "&lt;script&gt;" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_each_party_shows_what_a_decision_needs(browser: Client) -> None:
    actor = making.listener(badges=["teen_listener"], status="self_care_break")
    past = making.case(actor=actor)
    making.decided(past, "suspension:7")
    making.case(actor=actor)
    case = making.case(actor=actor)

    text = browser.get(reverse("case", args=[case.pk])).content.decode()

    assert "second share in 365 days: step 2 of 3, suspend 30 days" in text
    assert "On a self-care break" in text
    assert "Teen badge" in text
    assert "1 suspension" in text
    assert "contact shared: suspension, 7 days" in text
    assert "1 more open case of this person: decide together" in text
    assert "<dt>Check-in</dt><dd>never</dd>" in text


def together(case_id: int, account_id: int, name: str = "case_claim_together") -> str:
    return reverse(name, args=[case_id, account_id])


def test_the_open_cases_of_a_stranger_are_not_found(browser: Client) -> None:
    case, stranger = making.case(), making.case().subject_id

    assert browser.get(together(case.pk, stranger, "case_together")).status_code == 404
    assert browser.post(together(case.pk, stranger)).status_code == 404


def test_an_auditor_sees_the_open_cases_and_takes_none() -> None:
    case = making.case()
    browser = signed_in(making.auditor())

    page = browser.get(together(case.pk, case.subject_id, "case_together"))
    assert f"Case {case.pk}:" in page.content.decode()
    assert "and start" not in page.content.decode()
    assert browser.post(together(case.pk, case.subject_id)).status_code == 403


def test_when_others_hold_them_all_it_is_said(browser: Client) -> None:
    case = making.case()
    claim_case(case.pk, actor=making.moderator())

    assert browser.post(together(case.pk, case.subject_id)).status_code == 409


def test_taking_them_all_goes_on_with_the_case_one_came_from(browser: Client, moderator: User) -> None:
    actor = making.account()
    case, other, held = (making.case(actor=actor) for _ in range(3))
    claim_case(held.pk, actor=making.moderator())

    answer = browser.post(together(case.pk, actor.pk), follow=True)

    assert answer.redirect_chain == [(reverse("case", args=[case.pk]), 303)]
    text = answer.content.decode()
    assert "2 cases of this person are yours now" in text
    assert "1 stays with whoever is working on it" in text
    other.refresh_from_db()
    assert other.holder == moderator
