"""What admins do with sanctions, from the first click to what the platform is told."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from moderation.domain.vocabulary import TEEN_BADGE
from moderation.models import Account, OutboxEvent
from moderation.operations.approvals import approve_decision
from tests import making
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def confirm(browser: Client, deed: str, *sanction_ids: int, reason: str) -> None:
    """Preview and confirm as the pages lead, sending back what the form holds."""
    asked = urlencode([("deed", deed), *(("sanction", str(pk)) for pk in sanction_ids)])
    page = browser.get(f"{reverse('sanctions_preview')}?{asked}").content.decode()
    form = {"reason": reason}
    for name in ("key", "deed"):
        (form[name],) = re.findall(f'name="{name}" value="([^"]+)"', page)
    ticks = re.findall('name="sanction" value="([^"]+)"', page)
    answer = browser.post(reverse("sanctions_change"), form | {"sanction": ticks})
    assert answer.status_code == 303, answer.content.decode()


def test_two_sanctions_one_lifted_and_the_account_stays_suspended() -> None:
    ann = making.account(username="ann")
    first, second = (making.decided(making.case(actor=ann), "suspension:7").sanctions.get() for _ in range(2))
    browser = signed_in(making.admin())
    preview = browser.get(reverse("sanctions_preview"), {"deed": "lift", "sanction": first.pk}).content.decode()
    assert "Another sanction keeps the account as it is" in preview

    confirm(browser, "lift", first.pk, reason="It was somebody else.")

    ann.refresh_from_db()
    second.refresh_from_db()
    assert (ann.suspended, ann.suspended_until) == (True, second.ends_at)
    lifted = OutboxEvent.objects.get(topic="sanction.lifted").payload
    assert lifted["sanction"] == str(first.pk)
    assert "Another suspension is still in force" in lifted["notice"]
    life = browser.get(reverse("sanction", args=[first.pk])).content.decode()
    assert "It was somebody else." in life
    assert f"/sanctions/{second.pk}/" in life

    confirm(browser, "lift", second.pk, reason="That one too.")

    assert not Account.objects.get(pk=ann.pk).suspended


def test_re_grant_of_a_badge() -> None:
    keeper = making.listener(username="keeper", badges=[TEEN_BADGE])
    decision = making.decided(making.case(actor=keeper, other=making.teen()), "teen_badge_removal")
    approve_decision(decision.pk, actor=making.senior())
    removal = decision.sanctions.get(kind="teen_badge_removal")
    one, two = signed_in(making.admin(name="Admin One")), signed_in(making.admin(name="Admin Two"))

    confirm(one, "regrant", removal.pk, reason="A year without anything, and the course again.")

    waiting = reverse("sanctions") + "?tab=waiting"
    own = one.get(waiting).content.decode()
    assert "You proposed this" in own
    assert Account.objects.get(pk=keeper.pk).badges_removed == [TEEN_BADGE]
    (path,) = re.findall(r"/sanctions/changes/\d+/approve/", two.get(waiting).content.decode())
    assert one.post(path).status_code == 403
    assert signed_in(making.senior()).post(path).status_code == 403

    assert two.post(path, {"note": "agreed"}).status_code == 303

    assert Account.objects.get(pk=keeper.pk).badges_removed == []
    event = OutboxEvent.objects.latest("id")
    assert (event.topic, event.payload["badge"]) == ("badge.restored", TEEN_BADGE)
    life = two.get(reverse("sanction", args=[removal.pk])).content.decode()
    for words in ("A year without anything", "Admin One", "Admin Two", "Badge given again"):
        assert words in life
