"""People over HTTP: who is refused, then searching, the page, links, notes and pins."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, User
from moderation.domain.persons import Topic
from moderation.models import Account, Note, Pin
from moderation.operations.notes import Manner, pin_note, write_note
from moderation.queries import persons
from tests import making
from tests.operations.test_contacts import gives
from tests.operations.test_persons import reached
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

HX = {"HX-Request": "true"}
HOSTILE = "<script>alert(1)</script>\u202eevil\u202c<img src=x onerror=alert(1)>"


def find(browser: Client, by: str, text: str) -> str:
    return browser.post(reverse("persons"), {"by": by, "text": text}).content.decode()


@pytest.mark.parametrize("role", ["moderator", "senior", "admin", "auditor"])
def test_every_role_searches_and_reads_on_record(role: str) -> None:
    viewer, account = getattr(making, role)(), making.account(username="rowan")
    browser = signed_in(viewer)

    assert "rowan" in find(browser, "name", "Ro")
    assert browser.get(reverse("person", args=[account.pk])).status_code == 200
    entry = AuditEntry.objects.get(verb="person.read")
    assert (entry.actor_id, entry.target_id) == (viewer.pk, str(account.pk))


@pytest.mark.parametrize("path", ["/people/1099511627776/", f"/people/{2**63}/", f"/people/{2**80}/?topic=notes"])
def test_an_unknown_account_is_not_found(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"by": "name", "text": " "}, "Type something"),
        ({"by": "x", "text": "a"}, "Choose what to look for"),
        ({"by": "contact", "text": "hello there"}, "cannot read this as a contact"),
        ({"by": "name", "text": "x" * 301}, "longer than any name"),
        ({"place": "forged"}, "Search again"),
        ({"by": "name", "text": "a\x00"}, "Null characters"),
    ],
)
def test_a_search_for_nothing_says_why(browser: Client, sent: dict[str, str], why: str) -> None:
    answer = browser.post(reverse("persons"), sent)
    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_a_contact_is_in_no_address_and_not_on_the_page(browser: Client) -> None:
    ann = making.account(username="rowan")
    gives(f"text me on {making.PHONE}", by=ann)

    answer = browser.post(reverse("persons"), {"by": "contact", "text": making.PHONE})

    page = answer.content.decode()
    assert (answer.status_code, "rowan" in page) == (200, True)
    assert "900142" not in page.replace(" ", "")
    assert "rowan" not in browser.get(reverse("persons"), {"by": "contact", "text": making.PHONE}).content.decode()


def test_more_of_the_same_search_comes_by_its_signed_place(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "PAGE_SIZE", 1)
    making.account(username="sam1")
    making.account(username="sam2")
    answer = browser.post(reverse("persons"), {"by": "name", "text": "sam"})
    page = answer.content.decode()
    assert ("sam1" in page, "sam2" in page) == (True, False)

    page = browser.post(reverse("persons"), {"place": answer.context["following"]}).content.decode()
    assert ("sam1" in page, "sam2" in page) == (False, True)


def test_a_hostile_name_stays_text_everywhere(browser: Client, moderator: User) -> None:
    account = making.account(username=HOSTILE, ext_id="<b>id</b>")
    case = making.case(actor=account)
    write_note(HOSTILE, actor=moderator, account_id=account.pk, manner=Manner(is_pinned=True))
    pages = [
        find(browser, "id", "<b>id</b>"),
        find(browser, "name", "<script>"),
        browser.get(reverse("person", args=[account.pk])).content.decode(),
        browser.get(reverse("case", args=[case.pk])).content.decode(),
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>id" not in page
        assert "\u202eevil" not in page.partition("<main")[2].partition("aria-label=")[0]


@pytest.mark.parametrize("role", ["moderator", "senior", "auditor"])
def test_links_are_not_found_by_whoever_may_not_know_of_them(role: str) -> None:
    account, _ = making.account(person="p"), making.account(person="p")
    browser = signed_in(getattr(making, role)())

    assert browser.post(reverse("person_links", args=[account.pk])).status_code == 404
    assert "Other accounts" not in browser.get(reverse("person", args=[account.pk])).content.decode()
    assert not AuditEntry.objects.filter(verb="person.links_seen").exists()


@pytest.mark.parametrize("headers", [{}, HX])
def test_an_admin_sees_links_after_a_click_alone(headers: dict[str, str]) -> None:
    account, _ = making.account(person="p"), making.account(person="p", username="tideline")
    browser = signed_in(making.admin())
    address = reverse("person_links", args=[account.pk])

    assert browser.get(address).status_code == 404
    assert "tideline" not in browser.get(reverse("person", args=[account.pk])).content.decode()
    assert not AuditEntry.objects.filter(verb="person.links_seen").exists()

    assert "tideline" in browser.post(address, headers=headers).content.decode()
    assert AuditEntry.objects.filter(verb="person.links_seen").count() == 1


def test_a_moderator_learns_that_a_sanction_of_theirs_reaches_another(moderator: User, browser: Client) -> None:
    pair = (making.account(person="p"), making.account(person="p", username="tideline"))
    reached(pair, moderator)

    page = browser.post(reverse("person_links", args=[pair[0].pk])).content.decode()

    assert "a sanction of yours reaches it" in page
    assert "tideline" not in page
    assert AuditEntry.objects.get(verb="person.links_seen").details == {"named": False}


@pytest.fixture
def account() -> Account:
    return making.account(username="rowan")


def test_an_auditor_neither_writes_nor_pins(account: Account, moderator: User) -> None:
    note = write_note("x", actor=moderator, account_id=account.pk)
    browser = signed_in(making.auditor())

    assert browser.post(reverse("person_note", args=[account.pk]), {"text": "y"}).status_code == 403
    assert browser.post(reverse("note_pin", args=[note.pk]), {"version": 0, "pinned": 1}).status_code == 403
    page = browser.get(reverse("person", args=[account.pk])).content.decode()
    assert "Add a note" not in page
    assert "note-deeds" not in page


@pytest.mark.parametrize("sent", [{}, {"version": "x"}, {"version": -1}, {"version": 2**40}, {"version": 0, "case": 0}])
def test_a_pin_that_names_no_version_is_refused(
    browser: Client, account: Account, moderator: User, sent: dict[str, object]
) -> None:
    note = write_note("x", actor=moderator, account_id=account.pk)
    assert browser.post(reverse("note_pin", args=[note.pk]), sent).status_code == 422
    assert not Pin.objects.exists()


@pytest.mark.parametrize("headers", [{}, HX])
def test_a_stale_pin_is_a_card(browser: Client, account: Account, moderator: User, headers: dict[str, str]) -> None:
    note = write_note("x", actor=moderator, account_id=account.pk)
    pin_note(note.pk, actor=making.moderator(name="Ash"), is_pinned=True, seen_version=0)

    answer = browser.post(reverse("note_pin", args=[note.pk]), {"version": 0, "pinned": 1}, headers=headers)

    assert answer.status_code == 409
    assert "Ash has pinned this note meanwhile" in answer.content.decode()


@pytest.mark.parametrize("sent", [{"text": " "}, {"text": "x", "kind": "odd"}, {"text": "x", "corrects": "x"}])
def test_a_note_that_cannot_be_is_refused(browser: Client, account: Account, sent: dict[str, str]) -> None:
    assert browser.post(reverse("person_note", args=[account.pk]), sent).status_code == 422
    assert not Note.objects.exists()


def test_a_note_is_written_with_kind_and_pin_and_comes_back_on_a_later_case(browser: Client, account: Account) -> None:
    sent = {"text": "mind\r\nthe lawyers", "kind": "safety", "pinned": "1"}
    answer = browser.post(reverse("person_note", args=[account.pk]), sent)
    assert (answer.status_code, answer["Location"]) == (303, reverse("person", args=[account.pk]))
    for _ in range(5):
        browser.post(reverse("person_note", args=[account.pk]), {"text": "later"})

    later = making.case(actor=account)
    page = browser.get(reverse("case", args=[later.pk])).content.decode()

    assert "mind\nthe lawyers" in page
    assert "Safety" in page
    assert "pinned note" in page


def test_pinning_on_a_case_changes_the_notes_alone(browser: Client, moderator: User) -> None:
    case = making.case()
    note = write_note("x", actor=moderator, account_id=case.subject_id)
    sent = {"version": 0, "pinned": 1, "case": case.pk}

    page = browser.post(reverse("note_pin", args=[note.pk]), sent, headers=HX).content.decode()
    assert f'id="notes-{case.subject_id}"' in page
    assert "Unpin" in page
    assert "<html" not in page

    answer = browser.post(reverse("note_pin", args=[note.pk]), {"version": 1, "case": case.pk})
    assert (answer.status_code, answer["Location"]) == (303, reverse("case", args=[case.pk]))
    page = browser.post(reverse("note_pin", args=[note.pk]), {"version": 2, "pinned": 1}, headers=HX).content.decode()
    assert reverse("person_note", args=[case.subject_id]) in page


def test_a_correction_stands_beside_the_older_note(browser: Client, account: Account, moderator: User) -> None:
    note = write_note("was calm", actor=moderator, account_id=account.pk)
    browser.post(reverse("person_note", args=[account.pk]), {"text": "was not calm", "corrects": note.pk})
    again = browser.post(reverse("person_note", args=[account.pk]), {"text": "was away", "corrects": note.pk})

    page = browser.get(reverse("person", args=[account.pk])).content.decode()
    assert again.status_code == 409
    assert f"corrects note {note.pk}" in page
    assert "corrected in note" in page
    assert ("was calm" in page, "was away" in page) == (True, False)


def test_every_topic_can_be_asked_for_and_anything_else_is_everything(browser: Client, account: Account) -> None:
    for topic in [*Topic, "odd", "all"]:
        answer = browser.get(reverse("person", args=[account.pk]), {"topic": topic, "before": "x"})
        assert answer.status_code == 200


def test_the_number_of_queries_is_the_same_for_everybody(browser: Client, account: Account, moderator: User) -> None:
    address = f"{reverse('person', args=[account.pk])}?topic=all"
    browser.get(address)
    few = queries(browser, address)
    for _ in range(3):
        case = making.case(actor=account)
        making.report(case)
        making.decided(case, "education_notice", by=moderator)
        write_note("x", actor=moderator, account_id=account.pk, manner=Manner(is_pinned=True))
    browser.get(address)
    assert queries(browser, address) == few <= 9


def queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        browser.get(address)
    return len(seen)
