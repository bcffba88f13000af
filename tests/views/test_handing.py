"""Putting off, handing on, handing over and raising over HTTP: what is refused, then what the pages show."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from moderation.domain.vocabulary import Lane
from moderation.models import Case, Escalation, Note, Skip, clock
from moderation.operations.escalating import answer_escalation, raise_case
from moderation.operations.leases import claim_case, take_over
from moderation.queries.heads import SHOWN
from tests import making
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

HX = {"HX-Request": "true"}
LETTING = ["case_put_off", "case_hand_on", "case_hand_over", "case_raise"]
WORDS = {"until": "hour", "to": "seniors", "lane": "crisis", "why": "a reason"}
HOSTILE = "<script>alert(1)</script>\u202e\"'><img src=x onerror=alert(1)>"


def post(browser: Client, name: str, case: Case, **given: Any) -> Any:
    return browser.post(reverse(name, args=[case.pk]), {"token": case.lease_token, **WORDS} | given)


def text_of(browser: Client, case: Case) -> str:
    return browser.get(reverse("case", args=[case.pk])).content.decode()


@pytest.mark.parametrize("name", LETTING)
def test_an_auditor_may_not(name: str, held: Case) -> None:
    assert post(signed_in(making.auditor()), name, held).status_code == 403


@pytest.mark.parametrize("name", LETTING)
def test_a_case_that_is_not_there_is_not_found(name: str, browser: Client) -> None:
    assert browser.post(reverse(name, args=[10**18]), {"token": 1, **WORDS}).status_code == 404


@pytest.mark.parametrize("name", LETTING)
def test_what_changes_something_is_never_a_link(name: str, browser: Client, held: Case) -> None:
    assert browser.get(reverse(name, args=[held.pk])).status_code == 405


@pytest.mark.parametrize("name", ["case_put_off", "case_hand_on", "case_hand_over"])
def test_what_somebody_else_has_taken_is_not_let_go(name: str, browser: Client, held: Case) -> None:
    take_over(held.pk, actor=making.moderator(name="Moderator 8"))

    answer = post(browser, name, held)

    assert answer.status_code == 409
    assert "Moderator 8 has this case now" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("case_put_off", {"until": ""}, "Say until when."),
        ("case_put_off", {"until": "never"}, "Choose one of the times offered."),
        ("case_put_off", {"until": "chosen"}, "choose a date and a time"),
        ("case_put_off", {"until": "chosen", "at": "soon"}, "Write the time as 2026-03-01 14:30."),
        ("case_put_off", {"until": "chosen", "at": "2020-01-01T10:00"}, "That time is past"),
        ("case_put_off", {"until": "chosen", "at": "0001-01-01T00:00", "zone": "Asia/Tokyo"}, "too far away"),
        ("case_put_off", {"until": "chosen", "at": "9999-12-31T23:59"}, "7 days at most"),
        ("case_put_off", {"zone": "Mars/Olympus"}, "does not know this time zone"),
        ("case_put_off", {"zone": "../etc/passwd"}, "does not know this time zone"),
        ("case_put_off", {"zone": "Europe"}, "does not know this time zone"),
        ("case_put_off", {"why": " "}, "Write a note"),
        ("case_put_off", {"why": "x" * 4001}, "longer than 4000"),
        ("case_hand_on", {"to": ""}, "Choose to whom."),
        ("case_hand_on", {"to": "everybody"}, "Choose somebody from the list."),
        ("case_hand_on", {"to": "9" * 20}, "choose somebody from the list"),
        ("case_hand_on", {"why": ""}, "Write a note"),
        ("case_raise", {"lane": ""}, "what kind of danger"),
        ("case_raise", {"lane": "panic"}, "Choose one of the two."),
        ("case_raise", {"lane": "senior"}, "crisis or for safeguarding"),
        ("case_raise", {"why": "\n"}, "in a sentence"),
        ("case_hand_over", {"token": "x"}, "which lease"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    name: str, given: dict[str, str], sentence: str, browser: Client, held: Case
) -> None:
    answer = post(browser, name, held, **given)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    held.refresh_from_db()
    assert held.holder is not None
    assert held.lane == Lane.ORDINARY


def test_putting_off_is_told_in_ones_own_time(browser: Client, held: Case) -> None:
    until = clock.now() + timedelta(days=2)
    chosen = f"{until + timedelta(hours=9):%Y-%m-%dT%H:%M}"

    answer = browser.post(
        reverse("case_put_off", args=[held.pk]),
        {"token": held.lease_token, "until": "chosen", "at": chosen, "zone": "Asia/Tokyo", "why": "asked them"},
        follow=True,
    )

    assert answer.redirect_chain == [(reverse("queue"), 303)]
    assert f"waits until {chosen[-5:]} on" in answer.content.decode()
    held.refresh_from_db()
    assert held.waits_until == until.replace(second=0, microsecond=0)
    text = text_of(browser, held)
    assert "Put off until" in text
    assert "asked them" in text


def test_a_time_that_has_come_is_not_shown(browser: Client) -> None:
    case = making.case()
    Case.objects.filter(pk=case.pk).update(waits_until=making.NOON)

    assert "Put off until" not in text_of(browser, case)


def test_a_critical_case_offers_no_time_beyond_its_due_time(moderator: User, browser: Client) -> None:
    held = claim_case(making.case(actor=making.listener(), other=making.teen()).pk, actor=moderator)
    text = text_of(browser, held)
    assert "at the latest until it is due" in text
    assert 'value="tomorrow"' not in text

    Case.objects.filter(pk=held.pk).update(due_at=making.NOON)
    assert "it cannot wait" in text_of(browser, held)


def test_a_colleague_gets_the_case_with_the_note(browser: Client, held: Case) -> None:
    other = making.moderator(name="Moderator 8")

    post(browser, "case_hand_on", held, to=other.pk, why="you know them")

    text = text_of(signed_in(other), held)
    assert "For <bdi>you</bdi>" in text
    assert "you know them" in text
    assert "For <bdi>Moderator 8</bdi>" in text_of(browser, held)


def test_a_case_is_offered_to_everybody_who_could_take_it(browser: Client, held: Case) -> None:
    auditor, close, other = making.auditor(name="Aud"), making.moderator(name="Close"), making.senior(name="Other")
    Skip.objects.create(case=held, person=close, too_close=True)

    text = text_of(browser, held)

    assert f'<option value="{other.pk}">Other (senior moderator)</option>' in text
    assert f'value="{auditor.pk}"' not in text
    assert f'value="{close.pk}"' not in text


def test_whoever_does_not_hold_the_case_can_raise_it_and_no_more(held: Case) -> None:
    text = text_of(signed_in(making.moderator()), held)

    assert reverse("case_raise", args=[held.pk]) in text
    for name in ("case_put_off", "case_hand_on", "case_hand_over"):
        assert reverse(name, args=[held.pk]) not in text
    assert reverse("case_raise", args=[held.pk]) not in text_of(signed_in(making.auditor()), held)


def test_raising_leaves_the_page_as_it_is(browser: Client, held: Case) -> None:
    answer = browser.post(reverse("case_raise", args=[held.pk]), WORDS, headers=HX)

    text = answer.content.decode()
    assert 'id="head"' in text
    assert "Crisis" in text
    assert "decide" not in text.replace("You can decide the case meanwhile", "")
    assert "is raised (crisis)" in answer["HX-Trigger"]
    held.refresh_from_db()
    assert held.holder is not None


def test_raising_without_htmx_leads_back_to_the_case(browser: Client, held: Case) -> None:
    answer = post(browser, "case_raise", held)

    assert (answer.status_code, answer["Location"]) == (303, reverse("case", args=[held.pk]))
    text = text_of(browser, held)
    assert '<span class="chip critical">Crisis</span>' in text
    assert 'value="safeguarding"' in text
    assert 'name="lane" value="crisis"' not in text


@pytest.mark.parametrize("role", [making.moderator, making.auditor])
def test_the_page_of_what_was_raised_is_for_those_who_answer(role: Any, moderator: User) -> None:
    raised = raise_case(making.case().pk, actor=moderator, lane=Lane.CRISIS, note="x")
    browser = signed_in(role())

    assert browser.get(reverse("escalations")).status_code == 403
    assert browser.post(reverse("escalation_answer", args=[raised.pk]), {"answer": "x"}).status_code == 403
    assert reverse("escalations") not in browser.get("/").content.decode()


def test_an_answer_to_nothing_is_not_found() -> None:
    browser = signed_in(making.senior())
    assert browser.post(reverse("escalation_answer", args=[10**18]), {"answer": "x"}).status_code == 404


@pytest.mark.parametrize("role", [making.senior, making.admin])
def test_what_was_raised_is_answered_oldest_first(role: Any, moderator: User) -> None:
    first, second = (
        raise_case(making.case().pk, actor=moderator, lane=lane, note=f"fear of {lane}")
        for lane in (Lane.SAFEGUARDING, Lane.CRISIS)
    )
    browser = signed_in(role())

    page = browser.get(reverse("escalations")).content.decode()
    assert 0 < page.index("fear of safeguarding") < page.index("fear of crisis")
    assert 'Escalations <span class="count">2</span>' in page
    assert f"#escalation-{first.pk}" in text_of(browser, first.case)

    assert browser.post(reverse("escalation_answer", args=[first.pk]), {"answer": ""}).status_code == 422
    after = browser.post(reverse("escalation_answer", args=[first.pk]), {"answer": "told the parents"}, follow=True)
    assert "fear of safeguarding" not in after.content.decode()
    assert 'Escalations <span class="count">1</span>' in after.content.decode()
    text = text_of(signed_in(moderator), first.case)
    assert "told the parents" in text
    assert '<span class="chip critical">Safeguarding</span>' not in text
    assert Escalation.objects.get(answered_at=None) == second


def test_hostile_words_stay_words(moderator: User, browser: Client, held: Case) -> None:
    raised = raise_case(held.pk, actor=moderator, lane=Lane.CRISIS, note=HOSTILE)
    making.moderator(name=HOSTILE[:150])
    Note.objects.create(case=held, text=HOSTILE, written_by=moderator)
    senior = signed_in(making.senior())
    pages = [text_of(browser, held), text_of(senior, held), senior.get(reverse("escalations")).content.decode()]
    answer_escalation(raised.pk, actor=making.senior(), answer=HOSTILE)
    pages.append(text_of(browser, held))

    for text in pages:
        assert "&lt;script&gt;" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_the_head_shows_the_latest_remarks(moderator: User, browser: Client, held: Case) -> None:
    for number in range(SHOWN + 2):
        Note.objects.create(case=held, text=f"note {number}!", written_by=moderator)

    text = text_of(browser, held)

    assert text.index(f"note {SHOWN + 1}!") < text.index(f"note {SHOWN}!")
    assert "note 1!" not in text


def test_the_number_of_queries_does_not_grow_with_what_was_raised(moderator: User) -> None:
    browser = signed_in(making.senior())

    def queries() -> int:
        browser.get(reverse("escalations"))  # fills the counts
        with CaptureQueriesContext(connection) as seen:
            browser.get(reverse("escalations"))
        return len(seen)

    raise_case(making.case().pk, actor=moderator, lane=Lane.CRISIS, note="one")
    few = queries()
    for _ in range(4):
        case = claim_case(making.case().pk, actor=making.moderator())
        raise_case(case.pk, actor=making.moderator(), lane=Lane.CRISIS, note="more")
    assert queries() <= few
