"""Evidence over HTTP: refusals first; then reading more and labelling, by plain forms and by htmx."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from moderation.domain.vocabulary import Ground, Kind
from moderation.models import Case, Label
from moderation.operations import contacts
from moderation.operations.labelling import mark_wrong
from moderation.operations.leases import claim_case
from tests import making
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

HX = {"HX-Request": "true"}


def page(browser: Client, case: Case) -> str:
    return browser.get(reverse("case", args=[case.pk])).content.decode()


def wrong(case: Case) -> str:
    return reverse("finding_wrong", args=[case.pk, case.findings.get().pk])


def more(case: Case) -> str:
    return reverse("case_more", args=[case.pk])


def asked(case: Case, **given: str) -> dict[str, str]:
    return {"place": f"before:{case.evidence.get().message_id}", "reason": "context"} | given


MISSED = {"rule": "contact_requested", "words": "call me"}


def test_an_auditor_reads_more_and_labels_nothing() -> None:
    case, browser = making.case(), signed_in(making.auditor())

    assert browser.post(wrong(case)).status_code == 403
    assert browser.post(reverse("case_missed", args=[case.pk]), MISSED).status_code == 403
    assert browser.post(reverse("label_withdraw", args=[case.pk, 1])).status_code == 403
    assert browser.post(more(case), asked(case)).status_code == 303
    assert "Mark finding" not in page(browser, case)


def test_what_is_not_there_is_not_found(browser: Client) -> None:
    case, other = making.case(), making.case()
    foreign = mark_wrong(other.pk, other.findings.get().pk, actor=making.moderator())

    assert browser.post(reverse("finding_wrong", args=[case.pk, other.findings.get().pk])).status_code == 404
    assert browser.post(reverse("label_withdraw", args=[case.pk, foreign.pk])).status_code == 404
    assert browser.post(more(case), asked(other)).status_code == 404
    assert browser.post(reverse("case_missed", args=[10**18]), MISSED).status_code == 404


@pytest.mark.parametrize(
    "given", [{"place": "around:1"}, {"place": "before:x"}, {"reason": "curiosity"}, {"reason": "other", "words": " "}]
)
def test_a_reason_is_needed_to_read_more(browser: Client, given: dict[str, str]) -> None:
    case = making.case()

    assert browser.post(more(case), asked(case, **given)).status_code == 422
    assert not AuditEntry.objects.filter(verb="case.more_read").exists()


@pytest.mark.parametrize("given", [{"rule": "other"}, {"rule": ""}, {"words": ""}, {"words": "not there"}])
def test_words_that_cannot_be_marked_are_refused_in_words(browser: Client, given: dict[str, str]) -> None:
    answer = browser.post(reverse("case_missed", args=[making.case().pk]), MISSED | given)

    assert answer.status_code == 422
    assert not Label.objects.exists()
    assert making.PHONE not in answer.content.decode()


def test_reading_more_without_javascript(browser: Client) -> None:
    case = making.case()
    assert case.conversation is not None
    at = case.evidence.get().sent_at
    for number in range(1, 31):
        making.message(case.subject, f"word{number}.", within=case.conversation, sent_at=at.replace(year=2025))
    before = page(browser, case)
    place = re.search(r'name="place" value="(before:(\d+))"', before)
    assert place is not None

    answer = browser.post(more(case), {"place": place[1], "reason": "safety"})

    assert answer["Location"] == f"{reverse('case', args=[case.pk])}#m-{place[2]}"
    assert "20 earlier messages not shown" in before
    assert "word1." not in before
    after = page(browser, case)
    assert "word1." in after
    assert "not shown" not in after
    assert f'id="m-{place[2]}"' in after


def test_reading_more_by_htmx_answers_with_the_conversation_alone(browser: Client) -> None:
    case = making.case()

    answer = browser.post(more(case), asked(case), headers=HX)

    text = answer.content.decode()
    assert 'id="told"' in text
    assert "<html" not in text
    assert text.count("data-resume") == 1
    assert "announce" in answer["HX-Trigger"]


def test_a_finding_is_marked_and_unmarked_without_javascript(browser: Client, moderator: User) -> None:
    case = making.case()

    answer = browser.post(wrong(case))

    assert answer["Location"] == f"{reverse('case', args=[case.pk])}#m-{case.evidence.get().message_id}"
    text = page(browser, case)
    assert "Marked as wrong by <bdi>Moderator 3</bdi>" in text
    assert 'data-label="1 wrong"' in text
    label = Label.objects.get()
    browser.post(reverse("label_withdraw", args=[case.pk, label.pk]))
    assert "Marked as wrong by" not in page(browser, case)


def test_labelling_by_htmx_keeps_what_was_typed(browser: Client, moderator: User) -> None:
    case = claim_case(making.case().pk, actor=moderator)
    typed = {
        "key": "6f2b6c8e-9a51-4c55-8f5c-0a2f5f1c3a11",
        "choice": "educate",
        "length": "suspension:7",
        "accounts": case.subject_id,
        "note": "half a thought",
    }

    answer = browser.post(wrong(case), typed, headers=HX | {"HX-Boosted": "true"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "half a thought" in text
    assert "No violation" in text
    assert "nothing is left to suggest this for" in text
    assert text.count("autofocus") == 1


def test_what_was_missed_is_marked_and_taken_back(browser: Client) -> None:
    case = making.case()

    browser.post(reverse("case_missed", args=[case.pk]), MISSED)

    text = page(browser, case)
    assert 'data-rule="contact_requested" data-label="missed: asked"' in text
    assert "Missed · Contact requested" in text
    browser.post(reverse("label_withdraw", args=[case.pk, Label.objects.get().pk]))
    assert "Missed ·" not in page(browser, case)


def test_a_case_that_somebody_else_holds_offers_no_labels(browser: Client) -> None:
    case = making.case()
    claim_case(case.pk, actor=making.moderator(name="Moderator 8"))

    assert "Mark finding" not in page(browser, case)
    assert browser.post(wrong(case)).status_code == 409


def test_a_contact_seen_before_leads_to_the_other_case(browser: Client) -> None:
    first, second = making.case(actor=making.account(username="<b>ann")), making.case()
    for case in (first, second):
        contacts.keep(case, [contacts.Given(case.subject_id, Kind.PHONE, "+447700900142")])
    making.decided(first, "suspension:7")

    text = page(browser, second)

    assert "This contact has been seen before" in text
    assert f'href="{reverse("case", args=[first.pk])}"' in text
    assert "(closed, suspended 7 days)" in text
    assert "<bdi>&lt;b&gt;ann</bdi>" in text


HOSTILE = "\"'><img src=x onerror=alert(1)>\u202e"


def test_hostile_words_in_an_explanation_stay_words(browser: Client) -> None:
    case = making.case(ground=Ground.CONTACT_REQUESTED, text=HOSTILE, contact=HOSTILE[:8])
    case.findings.update(explanation=HOSTILE, kind="messaging_app")

    text = page(browser, case)

    assert "<img src=x" not in text
    assert "\u202e" not in text
    assert 'title="Finding 1: ' in text
