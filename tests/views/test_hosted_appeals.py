"""The page behind the link of a notice: without an account, only for whoever has the whole link, and in its time."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from moderation import hosted_limits
from moderation.domain.vocabulary import AppealState
from moderation.hosted_links import Purpose, link_to
from moderation.models import Appeal, OutboxEvent, Sanction, clock
from moderation.operations.approvals import approve_decision
from tests import making
from tests.operations.test_appeals import heard, ruling
from tests.views.test_case import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)


def path_of(sanction: Sanction, *, until: datetime | None = None) -> str:
    when = until or sanction.appeal_until
    assert when is not None
    return "/" + link_to(Purpose.APPEAL, sanction.pk, until=when).split("/", 3)[3]


def text_of(path: str, status: int = 200) -> str:
    answer = Client().get(path)
    assert answer.status_code == status
    return answer.content.decode()


def told(appeal: Appeal) -> None:
    """Let the undo window be over."""
    Appeal.objects.filter(pk=appeal.pk).update(undo_until=clock.now())


def test_only_the_whole_link_opens_it() -> None:
    path = path_of(making.sanction())
    for wrong in (path[:-3] + "/", "/appeal/x/", "/appeal/a:b:c/"):
        page = text_of(wrong, 404)
        assert "not valid any more" in page
        assert "If you need help now" in page


def test_a_link_runs_out() -> None:
    assert "not valid" in text_of(path_of(making.sanction(), until=clock.now() - timedelta(seconds=1)), 404)


def test_what_was_taken_back_is_not_there() -> None:
    sanction = making.sanction()
    path = path_of(sanction)
    Sanction.objects.filter(pk=sanction.pk).update(state="undone")
    assert "taken back" in text_of(path, 404)


@pytest.mark.parametrize(("text", "why"), [("", "in a few words"), (" \n ", "in a few words"), ("x" * 4001, "shorten")])
def test_nothing_is_sent_that_cannot_be(text: str, why: str) -> None:
    answer = Client().post(path_of(making.sanction()), {"text": text})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not Appeal.objects.exists()


def test_after_the_window_there_is_no_form() -> None:
    sanction = making.sanction()
    path = path_of(sanction)
    Sanction.objects.filter(pk=sanction.pk).update(appeal_until=clock.now() - timedelta(seconds=1))
    assert "cannot be appealed against any more" in text_of(path)
    answer = Client().post(path, {"text": "please"})
    assert (answer.status_code, Appeal.objects.count()) == (422, 0)


def test_who_sends_too_often_is_asked_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosted_limits, "WORDS", hosted_limits.Limit("words", most=1, in_s=3600))
    path = path_of(making.sanction())
    Client().post(path, {"text": ""})
    answer = Client().post(path, {"text": "please"})
    assert (answer.status_code, Appeal.objects.count()) == (429, 0)
    assert 0 < int(answer["Retry-After"]) <= 3600
    cache.clear()
    monkeypatch.setattr(hosted_limits, "LOOKS", hosted_limits.Limit("looks", most=1, in_s=60))
    assert [Client().get(path).status_code for _ in range(2)] == [200, 429]


def test_it_says_what_was_decided_and_names_nobody() -> None:
    sanction = making.sanction(by=making.moderator(name="Robin Proposer"), actor=making.account(username="quietRiver"))
    page = text_of(path_of(sanction))
    for words in ("quietRiver", "Your account was suspended: 7 days", "It ends on", "Contact shared", "once for this"):
        assert words in page, words
    for secret in ("Robin Proposer", "gave the number at once", making.PHONE):
        assert secret not in page
    assert "<script" not in page


def test_two_people_are_named_as_two_people() -> None:
    decision = making.decided(making.case(), "suspension:permanent")
    approve_decision(decision.pk, actor=making.senior())
    page = text_of(path_of(decision.sanctions.get()))
    assert "one proposed it, another agreed" in page
    assert "No end is set" in page


def test_an_appeal_is_taken_once_and_its_state_is_shown() -> None:
    path = path_of(making.sanction())
    answers = [Client().post(path, {"text": f"it was {HOSTILE}"}) for _ in range(2)]
    assert [(a.status_code, a["Location"]) for a in answers] == [(303, path)] * 2
    appeal = Appeal.objects.get()
    assert (appeal.by_link, appeal.text) == (True, f"it was {HOSTILE}")
    page = text_of(path)
    assert "We have it" in page
    assert "&lt;script&gt;" in page
    assert "<textarea" not in page


def test_one_that_came_by_the_platform_is_shown_too() -> None:
    sanction = making.sanction()
    making.appeal(sanction)
    answer = Client().post(path_of(sanction), {"text": "another"})
    assert answer.status_code == 422
    assert "one is heard for each" in answer.content.decode()
    assert "We have it" in text_of(path_of(sanction))


@pytest.mark.parametrize(
    ("outcome", "words"), [(AppealState.UPHELD, "The decision stays"), (AppealState.OVERTURNED, "was taken back")]
)
def test_the_reply_stands_there_once_it_is_sent(outcome: AppealState, words: str) -> None:
    appeal, _ = heard(ruling(outcome, reply="we have looked again"))
    path = path_of(appeal.sanction)
    early = text_of(path)
    assert "we have looked again" not in early
    assert "It ends on" in early
    told(appeal)
    page = text_of(path)
    assert "we have looked again" in page
    assert words in page


def test_the_link_of_the_notice_is_the_one_that_works() -> None:
    making.sanction()
    notice = OutboxEvent.objects.get(topic="sanction.applied").payload["notice"]
    (path,) = re.findall(r"https?://[^/]+(/appeal/\S+)", notice)
    assert "If you see it differently" in text_of(path)
