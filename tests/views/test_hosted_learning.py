"""The pages behind a link: what is no link, what is refused with nothing lost, then saving and handing in."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from moderation.domain.questions_asked import LONGEST_ANSWER
from moderation.hosted_links import HOLDER, Purpose, link_to
from moderation.models import CheckIn, Reflection, Sanction, clock
from moderation.operations import asking
from moderation.operations.check_ins import waive_check_in
from tests import making
from tests.views.test_case import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = {f"answer_{number}": "" for number in range(1, 7)}


def path_of(purpose: Purpose, row_id: int, *, days: float = 1) -> str:
    return link_to(purpose, row_id, until=clock.now() + timedelta(days=days)).removeprefix(settings.PUBLIC_URL)


def questions(notice: Sanction, **options: Any) -> str:
    return path_of(Purpose.QUESTIONS, notice.pk, **options)


def due_check_in() -> CheckIn:
    account = making.listener(checked_in_at=clock.now() - timedelta(days=300))
    asking.plan_batch()
    return CheckIn.objects.get(account=account)


@pytest.fixture
def phone() -> Client:
    """A browser that nobody has signed in with, and that checks every form's token as a server does."""
    return Client(enforce_csrf_checks=True)


def send(phone: Client, path: str, button: str, **said: str) -> Any:
    phone.get(path)
    token = phone.cookies["haven-csrf"].value
    return phone.post(path, ANSWERS | said | {button: "1", "csrfmiddlewaretoken": token})


@pytest.mark.parametrize("purpose", [Purpose.QUESTIONS, Purpose.CHECK_IN])
def test_a_link_that_is_none_says_so(phone: Client, purpose: Purpose) -> None:
    notice, waiting = making.education(), making.until_check_in()
    row = {Purpose.QUESTIONS: notice.pk, Purpose.CHECK_IN: waiting.check_in.pk}[purpose]
    good = path_of(purpose, row)
    other = Purpose.CHECK_IN if purpose is Purpose.QUESTIONS else Purpose.QUESTIONS
    bad = [
        good[:-4] + "/",
        path_of(purpose, row, days=-1),
        path_of(purpose, making.NOBODYS_ID),
        path_of(other, row).replace(other.value.replace("_", "-"), purpose.value.replace("_", "-")),
    ]

    for path in bad:
        answer = phone.get(path)
        assert answer.status_code == 404, path
        assert "does not work any more" in answer.content.decode()
    assert phone.get(good).status_code == 200


def test_an_undone_notice_has_no_page(phone: Client) -> None:
    notice = making.education()
    making.undone(notice)

    assert phone.get(questions(notice)).status_code == 404


def test_a_form_without_its_token_is_refused(phone: Client) -> None:
    assert phone.post(questions(making.education()), ANSWERS).status_code == 403
    assert not Reflection.objects.exists()


def test_too_long_an_answer_is_refused_and_nothing_typed_is_lost(phone: Client) -> None:
    long = "x" * (LONGEST_ANSWER + 1)
    answer = send(phone, questions(making.education()), "hand_in", answer_2=long, answer_5="typed too")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Your answer to question 2 has 4001 characters" in text
    assert long in text
    assert "typed too" in text
    assert not Reflection.objects.exists()


def test_without_the_tick_the_check_in_is_not_done(phone: Client) -> None:
    answer = send(phone, path_of(Purpose.CHECK_IN, due_check_in().pk), "hand_in", answer_1="typed")

    assert answer.status_code == 422
    assert "tick the box" in answer.content.decode()
    assert "typed" in answer.content.decode()


def test_a_draft_is_there_again_and_gone_from_the_page_when_handed_in(phone: Client) -> None:
    path = questions(making.education())

    saved = send(phone, path, "save", answer_1="my draft")
    assert (saved.status_code, saved["Location"]) == (303, f"{path}?saved")
    again = Client().get(path).content.decode()
    assert "my draft" in again
    assert "Saved" in phone.get(saved["Location"]).content.decode()

    sent = send(phone, path, "hand_in", answer_1="my draft, done")
    assert (sent.status_code, sent["Location"]) == (303, path)
    done = phone.get(path).content.decode()
    assert "Thank you" in done
    assert "my draft" not in done
    assert "<form" not in done
    assert (
        phone.post(path, ANSWERS | {"save": "1", "csrfmiddlewaretoken": phone.cookies["haven-csrf"].value}).status_code
        == 303
    )
    assert Reflection.objects.get().answers[0] == "my draft, done"


def test_the_check_in_is_done_with_nothing_but_the_tick(phone: Client) -> None:
    check_in = due_check_in()
    path = path_of(Purpose.CHECK_IN, check_in.pk)
    assert "Staying safe here" in phone.get(path).content.decode()

    assert send(phone, path, "hand_in", confirmed="1").status_code == 303

    check_in.refresh_from_db()
    check_in.account.refresh_from_db()
    assert check_in.account.checked_in_at == check_in.answered_at
    assert "Your safety check-in is done" in phone.get(path).content.decode()


def test_a_suspension_that_waits_is_told_in_words(phone: Client) -> None:
    sanction = making.until_check_in()
    path = path_of(Purpose.CHECK_IN, sanction.check_in.pk)

    assert "Your suspension ends only after this check-in, and not before" in phone.get(path).content.decode()
    send(phone, path, "hand_in", confirmed="1")
    assert "does not wait for it any more" in phone.get(path).content.decode()


def test_what_was_waived_needs_nothing(phone: Client) -> None:
    sanction = making.until_check_in()
    waive_check_in(sanction.check_in.pk, actor=making.admin(), reason="x")
    path = path_of(Purpose.CHECK_IN, sanction.check_in.pk)

    assert "not needed any more" in phone.get(path).content.decode()
    assert phone.post(path, ANSWERS).status_code == 403


@pytest.mark.parametrize("path", ["questions", "check_in"])
def test_the_pages_are_nobodys_to_keep_and_hold_no_script(phone: Client, path: str) -> None:
    address = questions(making.education()) if path == "questions" else path_of(Purpose.CHECK_IN, due_check_in().pk)

    answer = phone.get(address)

    assert "no-store" in answer["Cache-Control"]
    assert "<script" not in answer.content.decode()
    assert "rail" not in answer.content.decode()


def test_hostile_text_stays_text(phone: Client) -> None:
    path = questions(making.education())
    send(phone, path, "save", answer_1=f"{HOSTILE}</textarea><b>\x00")

    text = phone.get(path).content.decode()

    assert "&lt;script&gt;" in text
    for wrong in ("<script", "<img src=x", "</textarea><b>", "\x00"):
        assert wrong not in text


def test_the_writer_of_the_record_is_named_as_what_they_are() -> None:
    assert (HOLDER.actor_id, HOLDER.actor_name) == (None, "The user, by a link")
