"""The sanctions page: who may lift, what is where in its life, paging."""

from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from moderation.domain.vocabulary import OutboxState, SanctionState
from moderation.models import Account, OutboxEvent, Sanction
from moderation.queries import sanction_lists
from moderation.queries.sanction_lists import Asked, Tab, asked_from
from moderation.queries.sanctions import sanctions_page
from tests import making
from tests.views.test_case import HOSTILE, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def suspended(**about: Any) -> Sanction:
    decision = making.decided(making.case(actor=making.account(**about)), "suspension:7")
    sanction: Sanction = decision.sanctions.get()
    return sanction


def text_of(browser: Client, **query: str) -> str:
    return browser.get(reverse("sanctions"), query).content.decode()


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_only_whoever_manages_sanctions_lifts_one(who: Any) -> None:
    sanction = suspended()
    browser = signed_in(who())

    page = text_of(browser)
    answer = browser.post(reverse("sanction_lift", args=[sanction.pk]), {"reason": "a mistake"})

    assert "Suspension, 7 days" in page
    assert "Lift …" not in page
    assert answer.status_code == 403
    sanction.refresh_from_db()
    assert sanction.state == SanctionState.IN_FORCE


def test_lifting_without_a_reason_is_refused() -> None:
    sanction = suspended()

    answer = signed_in(making.admin()).post(reverse("sanction_lift", args=[sanction.pk]), {"reason": "  "})

    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()


def test_an_unknown_sanction_is_not_found() -> None:
    url = reverse("sanction_lift", args=[10**18])

    assert signed_in(making.admin()).post(url, {"reason": "x"}).status_code == 404


def test_what_has_ended_is_not_lifted_again() -> None:
    sanction, browser = suspended(), signed_in(making.admin())
    url = reverse("sanction_lift", args=[sanction.pk])
    browser.post(url, {"reason": "a mistake"})

    assert browser.post(url, {"reason": "again"}).status_code == 422


def test_lifting_ends_it_with_its_reason() -> None:
    sanction, browser = suspended(), signed_in(making.admin())

    answer = browser.post(reverse("sanction_lift", args=[sanction.pk]), {"reason": "a mistake"})

    assert (answer.status_code, answer["Location"]) == (303, reverse("sanctions"))
    assert not Account.objects.get(pk=sanction.account_id).suspended
    assert "a mistake" in text_of(browser, tab="ended")
    assert "No sanction is in force" in text_of(browser)


def test_each_tab_shows_its_own() -> None:
    making.decided(making.case(actor=making.account(username="waiting1")), "suspension:permanent")
    suspended(username="inforce1")
    browser = signed_in(making.moderator())

    assert "inforce1" in text_of(browser)
    assert "waiting1" not in text_of(browser)
    assert "waiting1" in text_of(browser, tab="waiting")
    assert "No sanction has ended" in text_of(browser, tab="ended")


def test_a_tab_or_place_that_does_not_exist_is_the_first() -> None:
    suspended(username="inforce1")
    browser = signed_in(making.moderator())

    assert "inforce1" in text_of(browser, tab="<script>", after="1.x")
    assert "inforce1" in text_of(browser, after="9" * 40 + ".1")


@pytest.mark.parametrize(
    ("state", "attempts", "words"),
    [
        (OutboxState.PENDING, 0, "on its way to the platform"),
        (OutboxState.PENDING, 2, "not delivered yet: it answered 503"),
        (OutboxState.DELIVERED, 1, "the platform knows"),
        (OutboxState.DEAD, 9, "the platform could not be told"),
    ],
)
def test_the_page_says_whether_the_platform_knows(state: OutboxState, attempts: int, words: str) -> None:
    suspended()
    OutboxEvent.objects.filter(topic="sanction.applied").update(
        state=state, attempts=attempts, last_error="it answered 503"
    )

    assert words in text_of(signed_in(making.moderator()))


@pytest.mark.parametrize("order", ["up", "down"])
@pytest.mark.parametrize("tab", ["in_force", "waiting", "ended"])
def test_pages_follow_each_other_without_gap_or_repeat(tab: str, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanction_lists, "PAGE_SIZE", 2)
    code = "suspension:permanent" if tab == "waiting" else "suspension:7"
    made = {making.decided(making.case(), code).sanctions.get().pk for _ in range(5)}
    viewer = making.admin()
    if tab == "ended":
        for pk in made:
            signed_in(viewer).post(reverse("sanction_lift", args=[pk]), {"reason": "x"})
    seen: list[int] = []
    asked = Asked(Tab(tab), order=order)
    while True:
        page = sanctions_page(asked, viewer=viewer)
        seen += [row.sanction_id for row in page.rows]
        if not page.following:
            break
        asked = asked_from(QueryDict(page.following).dict())

    assert len(seen) == 5
    assert set(seen) == made


def test_the_number_of_queries_does_not_grow_with_the_rows() -> None:
    viewer = making.admin()
    suspended()
    with CaptureQueriesContext(connection) as one:
        sanctions_page(Asked(), viewer=viewer)
    suspended(), suspended()
    with CaptureQueriesContext(connection) as three:
        sanctions_page(Asked(), viewer=viewer)

    assert len(one) == len(three) == 5


def test_hostile_names_and_reasons_stay_text() -> None:
    sanction, browser = suspended(username=HOSTILE), signed_in(making.admin())
    first = text_of(browser)
    browser.post(reverse("sanction_lift", args=[sanction.pk]), {"reason": HOSTILE})

    for text in (first, text_of(browser, tab="ended")):
        assert "&lt;script&gt;" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
