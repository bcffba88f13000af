"""The admins' page of messages that could not be screened."""

import pytest
from django.urls import reverse

from moderation.models import Message, ScreeningFailure, clock
from tests import making
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def set_aside(text: str = "a secret text") -> Message:
    ann, ben = making.account(), making.account()
    message = making.message(ann, text, within=making.conversation(ann, ben), attempts=3)
    place = "moderation/prescreen/phones.py:120 in read"
    ScreeningFailure.objects.create(message=message, error="ValueError", place=place, engine="1", failed_at=clock.now())
    return message


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_only_admins_try_again(who) -> None:
    message = set_aside()
    browser = signed_in(who())
    for address in (reverse("failure_retry", args=[message.pk]), reverse("failures_retry")):
        assert browser.post(address).status_code == 403
    assert Message.objects.set_aside().count() == 1


def test_what_is_not_there_cannot_be_tried_again() -> None:
    browser = signed_in(making.admin())
    assert browser.post(reverse("failure_retry", args=[making.NOBODYS_ID])).status_code == 404
    assert browser.post(reverse("failures_retry")).status_code == 422


def test_it_says_what_failed_and_where_and_never_the_text() -> None:
    message = set_aside()
    page = signed_in(making.admin()).get(reverse("failures")).content.decode()
    assert message.ext_id in page
    assert "ValueError" in page
    assert "moderation/prescreen/phones.py:120 in read" in page
    assert "a secret text" not in page


def test_nothing_set_aside_is_said() -> None:
    page = signed_in(making.admin()).get(reverse("failures")).content.decode()
    assert "Every message could be screened" in page


def test_trying_one_and_all_again() -> None:
    first, second, third = set_aside(), set_aside(), set_aside()
    browser = signed_in(making.admin())

    browser.post(reverse("failure_retry", args=[second.pk]))
    assert set(Message.objects.set_aside()) == {first, third}

    browser.post(reverse("failures_retry"))
    assert not Message.objects.set_aside().exists()
