"""The six questions: what cannot be answered or read, then drafts, handing in, and looks on record."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry
from moderation.domain.questions_asked import LONGEST_ANSWER
from moderation.domain.refusals import Missing, NotPermitted, Refused
from moderation.hosted_links import HOLDER, Purpose, read_token
from moderation.models import OutboxEvent, Reflection, Sanction, clock
from moderation.operations.questions_asked import answer_questions, read_reflection
from tests import making

pytestmark = pytest.mark.django_db

EMPTY = [""] * 6


def answered(sanction: Sanction, first: str = "", *, hand_in: bool = True) -> Reflection:
    return answer_questions(sanction.pk, actor=HOLDER, texts=[first, *EMPTY[1:]], hand_in=hand_in)


def state_of(sanction: Sanction) -> Any:
    return Sanction.objects.filter(pk=sanction.pk).values().get()


def test_what_does_not_exist_is_missing() -> None:
    with pytest.raises(Missing):
        answer_questions(making.NOBODYS_ID, actor=HOLDER, texts=EMPTY, hand_in=True)


def test_a_suspension_has_no_questions() -> None:
    with pytest.raises(Missing):
        answered(making.decided(making.case(), "suspension:7").sanctions.get())


def test_what_was_undone_is_missing() -> None:
    notice = making.education()
    making.undone(notice)

    with pytest.raises(Missing):
        answered(notice)


def test_too_long_an_answer_keeps_nothing() -> None:
    with pytest.raises(Refused, match="question 1"):
        answered(making.education(), "x" * (LONGEST_ANSWER + 1))
    assert not Reflection.objects.exists()


@pytest.mark.parametrize("who", [making.moderator, making.auditor])
def test_others_may_not_read(who: type) -> None:
    kept = answered(making.education(), "private")

    with pytest.raises(NotPermitted):
        read_reflection(kept.pk, actor=who())
    assert not AuditEntry.objects.filter(verb="answers.read").exists()


def test_a_draft_is_nobodys_to_read() -> None:
    draft = answered(making.education(), "not yet", hand_in=False)

    with pytest.raises(Missing):
        read_reflection(draft.pk, actor=making.admin())


def test_a_draft_is_finished_later() -> None:
    notice = making.education()
    answered(notice, "at first", hand_in=False)
    kept = answered(notice, "in the end")

    assert Reflection.objects.count() == 1
    assert kept.answers == ["in the end", *EMPTY[1:]]
    assert kept.handed_in_at is not None


def test_what_was_handed_in_stays() -> None:
    notice = making.education()
    first = answered(notice, "mine")
    again = answered(notice, "changed", hand_in=False)

    assert (again.answers[0], again.handed_in_at) == ("mine", first.handed_in_at)
    assert AuditEntry.objects.filter(verb="questions.answered").count() == 1


def test_nothing_need_be_written_and_no_answer_changes_the_sanction() -> None:
    notice = making.education()
    before, events = state_of(notice), OutboxEvent.objects.count()

    kept = answered(notice)

    assert kept.is_empty
    assert state_of(notice) == before
    assert OutboxEvent.objects.count() == events
    notice.account.refresh_from_db()
    assert notice.account.checked_in_at is None


@pytest.mark.parametrize("who", [making.senior, making.admin])
def test_every_look_is_on_record(who: type) -> None:
    kept, reader = answered(making.education(), "private"), who()

    read_reflection(kept.pk, actor=reader)
    read_reflection(kept.pk, actor=reader)

    looks = AuditEntry.objects.filter(verb="answers.read")
    assert [(look.actor_id, look.target_id) for look in looks] == [(reader.pk, str(kept.pk))] * 2
    assert "private" not in str([look.details for look in AuditEntry.objects.all()])


def test_the_notice_brings_the_link_and_nobody_on_staff_sees_it() -> None:
    notice = making.education()

    sent = OutboxEvent.objects.get(topic="sanction.applied").payload["notice"]

    token = sent.split("/questions/")[1].split("/")[0]
    assert read_token(token, Purpose.QUESTIONS, now=clock.now()) == notice.pk
    assert sent.startswith(notice.notice)
    assert "/questions/" not in notice.notice
    with pytest.raises(Missing):
        read_token(token, Purpose.QUESTIONS, now=clock.now() + timedelta(days=184))
