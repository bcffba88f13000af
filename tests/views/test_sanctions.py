"""The sanctions page: who may lift, what is where in its life, paging."""

import csv
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from moderation.domain.vocabulary import Deed, Ground, OutboxState, SanctionState
from moderation.models import Account, OutboxEvent, Sanction, clock
from moderation.operations.approvals import approve_decision
from moderation.operations.changing import Wanted, change_sanction
from moderation.queries import sanction_export, sanction_lists
from moderation.queries.sanction_life import sanction_page
from moderation.queries.sanction_lists import Asked, Tab, asked_from
from moderation.queries.sanctions import sanctions_page
from tests import making
from tests.making import NOON
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE

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


# Narrowing, searching


def test_the_list_is_narrowed_by_kind_and_ground() -> None:
    suspended(username="ann")
    making.decided(making.case(actor=making.account(username="ben")), "education_notice")
    asking = making.case(actor=making.account(username="cat"), ground=Ground.CONTACT_REQUESTED)
    making.decided(asking, "suspension:7")
    browser = signed_in(making.moderator())

    for query, shown in (
        ({"kind": "suspension"}, {"ann", "cat"}),
        ({"kind": "education_notice"}, {"ben"}),
        ({"ground": "contact_requested"}, {"cat"}),
        ({"kind": "suspension", "ground": "contact_shared"}, {"ann"}),
        ({"kind": "<script>", "ground": "x"}, {"ann", "ben", "cat"}),
    ):
        text = text_of(browser, **query)
        assert {name for name in ("ann", "ben", "cat") if f"<bdi>{name}</bdi>" in text} == shown


def test_a_search_finds_by_the_beginning_of_a_name_by_id_and_by_number() -> None:
    ann, ben = suspended(username="anna_1"), suspended(username="ben%")
    browser = signed_in(making.moderator())

    for search, shown in (
        ("ann", {"anna_1"}),
        ("anna%", set()),
        ("ben%", {"ben%"}),
        (ann.account.ext_id, {"anna_1"}),
        (f"#{ben.pk}", {"ben%"}),
        (str(ann.case_id), {"anna_1"}),
        ("9" * 30, set()),
    ):
        text = text_of(browser, q=search)
        assert {name for name in ("anna_1", "ben%") if f"<bdi>{name}</bdi>" in text} >= shown, search
        if not shown:
            assert "Nothing here fits" in text


def test_a_search_that_fits_too_many_names_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanction_lists, "MOST_NAMES", 1)
    suspended(username="anna"), suspended(username="annb")

    assert "type more of the name" in text_of(signed_in(making.moderator()), q="ann")


def test_what_ends_within_a_week_is_a_list_of_its_own() -> None:
    suspended(username="soon")
    making.decided(making.case(actor=making.account(username="later")), "suspension:30")

    text = text_of(signed_in(making.moderator()), tab="ending")

    assert "soon" in text
    assert "later" not in text


def test_what_the_platform_does_not_know_is_a_list_of_its_own() -> None:
    lost, slow, fine = suspended(username="lost"), suspended(username="slow"), suspended(username="fine")
    for sanction, state in ((lost, OutboxState.DEAD), (slow, OutboxState.PENDING), (fine, OutboxState.DELIVERED)):
        OutboxEvent.objects.filter(sanction=sanction).update(state=state, not_before=sanction.starts_at)

    for query in ({}, {"kind": "suspension"}, {"q": "l"}):
        text = text_of(signed_in(making.moderator()), tab="undelivered", **query)
        assert "<bdi>lost</bdi>" in text
        assert "<bdi>fine</bdi>" not in text
        assert ("<bdi>slow</bdi>" in text) is ("q" not in query)


def test_whose_a_linked_account_is_only_admins_see() -> None:
    ann = making.account(username="ann", person="p")
    other = making.account(username="secret", person="p")
    case = making.case(actor=ann, ground=Ground.OFFSITE_HARM)
    decision = making.decided(case, "suspension:7")
    approve_decision(decision.pk, actor=making.senior())
    hidden = decision.sanctions.get()
    Sanction.objects.filter(pk=hidden.pk).update(account=other)
    one = reverse("sanction", args=[hidden.pk])

    for text in (text_of(signed_in(making.moderator())), signed_in(making.moderator()).get(one).content.decode()):
        assert "secret" not in text
        assert "A linked account" in text
    assert "A linked account" not in text_of(signed_in(making.senior()), q="secret")
    assert "secret" in text_of(signed_in(making.admin()))


# As a file


def lines_of(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(text.splitlines()))


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_only_whoever_manages_sanctions_takes_the_list_away(who: Any) -> None:
    assert signed_in(who()).get(reverse("sanctions_export")).status_code == 403
    assert not AuditEntry.objects.filter(verb="sanctions.exported").exists()


def test_the_file_holds_every_row_of_the_list_and_stands_on_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sanction_lists, "PAGE_SIZE", 2)
    made = {str(suspended().pk) for _ in range(5)}
    making.decided(making.case(), "education_notice")
    boss = making.admin()

    answer = signed_in(boss).get(reverse("sanctions_export"), {"kind": "suspension"})
    head, *rows = lines_of(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert {row[head.index("sanction")] for row in rows} == made
    assert {row[head.index("delivery")] for row in rows} == {"pending"}
    entry = AuditEntry.objects.get(verb="sanctions.exported")
    assert (entry.actor_id, entry.details["narrowed"]["kind"]) == (boss.pk, "suspension")


@pytest.mark.parametrize("tab", list(Tab))
def test_every_list_can_be_taken_away(tab: Tab) -> None:
    suspended()
    OutboxEvent.objects.update(state=OutboxState.DEAD)
    assert lines_of(signed_in(making.admin()).get(reverse("sanctions_export"), {"tab": tab.value}))[0][0] == "sanction"


@pytest.mark.parametrize("order", ["up", "down"])
@pytest.mark.parametrize("tab", list(Tab))
def test_a_long_list_is_read_a_stretch_at_a_time_and_every_row_comes_once(
    tab: Tab, order: str, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """No more than a stretch is held at a time, with a pooler or without; places fall between rows of one moment."""
    monkeypatch.setattr(sanction_export, "STRETCH", 2)
    made = [suspended() for _ in range(5)]
    soon = clock.now() + timedelta(days=1)
    state: dict[str, Any] = {"starts_at": making.NOON, "ends_at": soon}
    if tab is Tab.ENDED:
        state |= {"state": "ended", "ended_at": making.NOON, "ended_how": "expiry"}
    if tab is Tab.WAITING:
        state = {"state": "proposed", "starts_at": None, "ends_at": None, "appeal_until": None}
    Sanction.objects.update(**state)
    OutboxEvent.objects.update(state=OutboxState.DEAD)
    answer = signed_in(making.admin()).get(reverse("sanctions_export"), {"tab": tab.value, "order": order})

    with django_assert_num_queries(3):
        head, *rows = lines_of(answer)

    numbers = [int(row[head.index("sanction")]) for row in rows]
    assert numbers == sorted((sanction.pk for sanction in made), reverse=order == "down")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1"])
def test_no_cell_of_the_file_is_a_formula(name: str) -> None:
    suspended(username=name)

    head, row = lines_of(signed_in(making.admin()).get(reverse("sanctions_export")))

    assert row[head.index("user name")] == f"'{name}"


# Changing


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_only_whoever_manages_sanctions_gets_a_preview(who: Any) -> None:
    query = {"deed": "lift", "sanction": str(suspended().pk)}
    assert signed_in(who()).get(reverse("sanctions_preview"), query).status_code == 403


@pytest.mark.parametrize(
    "query",
    [{}, {"deed": "explode"}, {"deed": "extend", "sanction": "1"}, {"deed": "lift"}, {"deed": "lift", "sanction": "x"}],
)
def test_a_preview_of_nothing_is_refused(query: dict[str, str]) -> None:
    assert signed_in(making.admin()).get(reverse("sanctions_preview"), query).status_code == 422


def test_a_change_without_its_preview_is_refused() -> None:
    sanction, browser = suspended(), signed_in(making.admin())
    form = {"deed": "lift", "reason": "x", "key": str(uuid4())}
    for sent in ([], [str(sanction.pk)], [f"{sanction.pk}:x y"]):
        answer = browser.post(reverse("sanctions_change"), form | {"sanction": sent})
        assert (answer.status_code, Sanction.objects.get().state) == (422, SanctionState.IN_FORCE)


def test_the_preview_says_what_would_become_of_each_and_the_form_does_it() -> None:
    good, bad = suspended(), making.decided(making.case(), "education_notice").sanctions.get()
    browser = signed_in(making.admin())
    asked = f"deed=extend&days=7&sanction={good.pk}&sanction={bad.pk}"
    page = browser.get(f"{reverse('sanctions_preview')}?{asked}").content.decode()

    assert "restricts nothing" in page
    form = {
        "deed": "extend",
        "days": "7",
        "key": str(uuid4()),
        "reason": "again",
        "sanction": [f"{good.pk}:{good.seen}"],
    }
    answer = browser.post(reverse("sanctions_change"), form)

    assert (answer.status_code, answer["Location"]) == (303, reverse("sanction", args=[good.pk]))
    assert Sanction.objects.get(pk=good.pk).ends_at == (good.ends_at or NOON) + timedelta(days=7)
    life = browser.get(answer["Location"]).content.decode()
    assert "Extended by 7 days" in life
    assert "has been extended" in life


def test_an_unknown_sanction_has_no_page() -> None:
    assert signed_in(making.auditor()).get(reverse("sanction", args=[10**18])).status_code == 404


def test_the_page_of_one_needs_as_many_queries_after_a_long_life() -> None:
    sanction, boss = suspended(), making.admin()
    with CaptureQueriesContext(connection) as short:
        sanction_page(sanction.pk, viewer=boss)
    for _ in range(3):
        change_sanction(sanction.pk, actor=boss, wanted=Wanted(Deed.EXTEND, "x", uuid4(), 1))
    with CaptureQueriesContext(connection) as long:
        sanction_page(sanction.pk, viewer=boss)

    assert len(short) == len(long)
