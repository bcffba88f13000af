"""The case page over HTTP: refusals first, then reading, taking, keeping, letting go, looking at contacts."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from moderation.domain.vocabulary import CaseState, Ground
from moderation.models import Account, Case, Message, clock
from moderation.operations.leases import claim_case, take_over
from tests import making
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

HX = {"HX-Request": "true"}


def address(name: str, case: Case) -> str:
    return reverse(name, args=[case.pk])


@pytest.mark.parametrize("name", ["case_open", "case_take_over", "case_release", "case_renew", "case_reveal"])
def test_an_auditor_may_read_and_nothing_else(name: str) -> None:
    case = making.case()
    browser = signed_in(making.auditor())

    assert browser.post(address(name, case), {"token": 0}).status_code == 403
    assert browser.get(address("case", case)).status_code == 200
    case.refresh_from_db()
    assert case.holder is None


@pytest.mark.parametrize("name", ["case_open", "case_take_over", "case_release", "case_renew", "case_reveal"])
def test_a_case_that_is_not_there_is_not_found(browser: Client, name: str) -> None:
    assert browser.post(reverse(name, args=[10**18]), {"token": 0}).status_code == 404
    assert browser.get(reverse("case", args=[10**18])).status_code == 404


@pytest.mark.parametrize(
    "name", ["case_open", "case_take_over", "case_release", "case_renew", "case_reveal", "case_next"]
)
def test_what_changes_something_is_never_a_link(browser: Client, name: str) -> None:
    case = making.case()
    url = reverse(name) if name == "case_next" else address(name, case)

    assert browser.get(url).status_code == 405


def test_whoever_is_not_signed_in_sees_nothing() -> None:
    case = making.case()

    answer = Client().get(address("case", case))

    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_opening_takes_the_lease_and_leads_to_the_case(browser: Client, moderator: User) -> None:
    case = making.case()

    answer = browser.post(address("case_open", case))

    assert (answer.status_code, answer["Location"]) == (303, address("case", case))
    case.refresh_from_db()
    assert case.holder == moderator
    assert b"Confirm and next" in browser.get(address("case", case)).content


def test_a_case_of_somebody_else_can_be_read_and_taken_over_but_not_decided(browser: Client) -> None:
    case = making.case()
    claim_case(case.pk, actor=making.moderator(name="Moderator 8"))

    page = browser.post(address("case_open", case), follow=True)

    assert b"Moderator 8" in page.content
    assert b"Take it over" in page.content
    assert b"Confirm and next" not in page.content


def test_taking_over_keeps_what_was_typed(browser: Client, moderator: User) -> None:
    case = making.case()
    claim_case(case.pk, actor=making.moderator())
    typed = {
        "key": "6f2b6c8e-9a51-4c55-8f5c-0a2f5f1c3a11",
        "choice": "educate",
        "length": "suspension:7",
        "accounts": case.subject_id,
        "note": "said sorry at once",
    }

    page = browser.post(address("case_take_over", case), typed)

    assert page.status_code == 200
    assert b"said sorry at once" in page.content
    case.refresh_from_db()
    assert case.holder == moderator


def test_reading_is_recorded(browser: Client, moderator: User) -> None:
    case = making.case()

    browser.get(address("case", case))

    [entry] = AuditEntry.objects.filter(verb="case.read")
    assert (entry.actor_id, entry.target_id) == (moderator.pk, str(case.pk))


def test_contacts_are_hidden_until_they_are_asked_for_and_hidden_again_afterwards(browser: Client) -> None:
    case = making.case()
    hidden = browser.get(address("case", case)).content.decode()

    shown = browser.post(address("case_reveal", case), follow=True).content.decode()
    again = browser.get(address("case", case)).content.decode()

    assert making.PHONE not in hidden
    assert making.PHONE in shown
    assert making.PHONE not in again
    assert AuditEntry.objects.filter(verb="case.contacts_revealed").count() == 1


def test_htmx_gets_the_revealed_part_and_nothing_else(browser: Client) -> None:
    case = making.case()

    answer = browser.post(address("case_reveal", case), headers=HX)

    text = answer.content.decode()
    assert making.PHONE in text
    assert 'id="told"' in text
    assert "<html" not in text


def test_the_next_case_is_the_most_urgent_that_nobody_holds(browser: Client) -> None:
    making.case(ground=Ground.CONTACT_REQUESTED, contact="")
    urgent = making.case(actor=making.listener(), other=making.teen())

    answer = browser.post(reverse("case_next"))

    assert answer["Location"] == address("case", urgent)


def test_skipping_goes_on_with_the_next_case(browser: Client) -> None:
    first, second = making.case(score=0.9), making.case(score=0.6)
    browser.post(reverse("case_next"))
    page = browser.get(reverse("case", args=[first.pk])).text
    assert f'action="{reverse("case_skip", args=[first.pk])}"' in page
    first.refresh_from_db()

    answer = browser.post(reverse("case_skip", args=[first.pk]), {"token": first.lease_token}, follow=True)
    assert answer.redirect_chain == [(reverse("case", args=[second.pk]), 303)]
    assert f"Case {first.pk} skipped" in answer.text

    second.refresh_from_db()
    answer = browser.post(reverse("case_skip", args=[second.pk]), {"token": second.lease_token}, follow=True)
    assert answer.redirect_chain == [(reverse("queue"), 303)]
    assert "Nothing is left for you" in answer.text


def test_skipping_needs_the_lease_it_means(browser: Client) -> None:
    assert browser.post(reverse("case_skip", args=[making.case().pk])).status_code == 422
    assert browser.post(reverse("case_skip", args=[making.NOBODYS_ID]), {"token": 1}).status_code == 404


def test_without_a_next_case_the_queue_says_so(browser: Client) -> None:
    page = browser.post(reverse("case_next"), follow=True)

    assert page.redirect_chain[0] == (reverse("queue"), 303)
    assert "Nothing is left for you" in page.content.decode()


def test_releasing_gives_the_case_back(browser: Client, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)

    answer = browser.post(address("case_release", held), {"token": held.lease_token})

    assert answer["Location"] == reverse("queue")
    held.refresh_from_db()
    assert held.holder is None


def test_a_page_that_does_not_name_its_lease_is_refused(browser: Client) -> None:
    assert browser.post(address("case_release", making.case()), {"token": "x"}).status_code == 422


def test_a_fresh_lease_needs_no_renewal(browser: Client, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)

    answer = browser.post(address("case_renew", held), {"token": held.lease_token}, headers=HX)

    assert answer.status_code == 204


def test_a_lease_that_is_half_gone_is_renewed(browser: Client, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)
    Case.objects.filter(pk=held.pk).update(lease_expires_at=clock.now() + timedelta(seconds=30))

    answer = browser.post(address("case_renew", held), {"token": held.lease_token}, headers=HX)

    held.refresh_from_db()
    assert answer.status_code == 200
    assert 'id="lease"' in answer.content.decode()
    assert held.lease_expires_at is not None
    assert held.lease_expires_at > clock.now() + timedelta(seconds=200)


def test_an_idle_page_does_not_renew(browser: Client, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)
    until = clock.now() + timedelta(seconds=30)
    Case.objects.filter(pk=held.pk).update(lease_expires_at=until)

    answer = browser.post(address("case_renew", held), {"token": held.lease_token, "idle": 210}, headers=HX)

    assert answer.status_code == 204
    held.refresh_from_db()
    assert held.lease_expires_at == until


def test_after_four_idle_minutes_the_page_is_told_that_the_lease_ran_out(browser: Client, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)
    Case.objects.filter(pk=held.pk).update(lease_expires_at=clock.now() - timedelta(seconds=1))

    answer = browser.post(address("case_renew", held), {"token": held.lease_token, "idle": 241}, headers=HX)

    assert answer.status_code == 409
    assert "ran out" in answer.content.decode()
    assert "Take it again" in answer.content.decode()


@pytest.mark.parametrize("idle", ["-1", "x", "1e9", str(10**10)])
def test_an_idleness_that_cannot_be_is_refused(browser: Client, moderator: User, idle: str) -> None:
    held = claim_case(making.case().pk, actor=moderator)
    answer = browser.post(address("case_renew", held), {"token": held.lease_token, "idle": idle}, headers=HX)
    assert answer.status_code == 422


def test_asking_by_hand_renews_at_once(browser: Client, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)
    Case.objects.filter(pk=held.pk).update(lease_expires_at=clock.now() + timedelta(seconds=200))

    answer = browser.post(address("case_renew", held), {"token": held.lease_token}, headers=HX)

    assert answer.status_code == 200
    held.refresh_from_db()
    assert held.is_held_by(moderator.pk, clock.now() + timedelta(seconds=220))


def test_a_page_that_goes_frees_its_case_without_a_word(browser: Client, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)

    answer = browser.post(address("case_release", held), {"token": held.lease_token, "leaving": "1"})

    assert answer.status_code == 204
    held.refresh_from_db()
    assert held.holder is None
    assert "back in the queue" not in browser.get(reverse("queue")).content.decode()


def test_whoever_lost_the_case_is_told_who_has_it(browser: Client, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)
    take_over(held.pk, actor=making.moderator(name="Moderator 8"))

    answer = browser.post(address("case_renew", held), {"token": held.lease_token}, headers=HX)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Moderator 8 has this case now" in text
    assert "data-poll" not in text


def test_a_message_that_was_edited_or_deleted_reads_as_it_was_kept(browser: Client) -> None:
    edited, deleted = making.case(), making.case()
    Message.objects.filter(conversation=edited.conversation).update(text="nothing to see here")
    Message.objects.filter(conversation=deleted.conversation).delete()

    first = browser.get(address("case", edited)).content.decode()
    second = browser.get(address("case", deleted)).content.decode()

    assert "edited since" in first
    assert "nothing to see here" not in first
    assert "call me on" in first
    assert "deleted since" in second
    assert "call me on" in second


HOSTILE = "<script>alert(1)</script>\u202eevil\u202c\u200b\"'><img src=x onerror=alert(1)>"


def test_hostile_text_stays_text_wherever_it_stands(browser: Client, moderator: User) -> None:
    actor = making.listener(username=HOSTILE, badges=[HOSTILE[:60], "teen_listener"], person="p")
    case = making.case(actor=actor, text=f"{HOSTILE} {making.PHONE}")
    Account.objects.filter(pk=case.parties.exclude(account=actor).get().account_id).update(username=HOSTILE)
    held = claim_case(case.pk, actor=moderator)
    Case.objects.filter(pk=held.pk).update(headline=HOSTILE[:200], reasons=[HOSTILE])
    case.findings.update(explanation=HOSTILE)

    for user in (moderator, making.admin()):
        text = signed_in(user).get(address("case", held)).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;" in text


def test_a_name_cannot_turn_its_neighbours_around(browser: Client) -> None:
    case = making.case(actor=making.account(username="calm\u202eruobraH"))

    text = browser.get(address("case", case)).content.decode()

    assert "<bdi>calmruobraH</bdi>" in text


def test_the_reporter_is_nowhere_on_the_page(browser: Client) -> None:
    reporter = making.account(username="whistleblower77", ext_id="whistle-ext")
    case = making.case()
    case.reports.create(
        ext_id="r1", reporter=reporter, reported=case.subject, conversation=case.conversation,
        reason="contact_shared", text=f"he sent {making.PHONE}", created_at=making.NOON,
    )  # fmt: skip

    text = browser.get(address("case", case)).content.decode()

    assert "reporter 1" in text
    assert "whistleblower77" not in text
    assert "whistle-ext" not in text
    assert making.PHONE not in text


def test_a_decided_case_shows_its_decision(browser: Client) -> None:
    case = making.case()
    making.decided(case, "suspension:7")

    text = browser.get(address("case", case)).content.decode()

    case.refresh_from_db()
    assert case.state == CaseState.CLOSED
    assert "Suspension, 7 days" in text
    assert "Confirm and next" not in text
