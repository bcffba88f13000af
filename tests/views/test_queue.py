"""The queue page: who sees it, whole or in part, and what a person without JavaScript can do with it."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from moderation.models import SavedView, clock
from moderation.operations.leases import claim_case
from moderation.queries import tally
from moderation.queries.queue import PAGE_SIZE, Asked, queue_page
from tests import making
from tests.queries.test_queue import open_cases
from tests.signing_in import signed_in

HTMX = {"HX-Request": "true"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["queue", "queue_news"])
def test_nobody_sees_it_without_signing_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("account_login"))


@pytest.mark.django_db
def test_htmx_is_sent_to_sign_in_as_a_whole_page_and_comes_back(client: Client) -> None:
    here = {"HX-Current-URL": "http://testserver/?teen=1"}

    answer = client.get(reverse("queue_news"), headers=HTMX | here)

    assert answer.status_code == 200
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=/%3Fteen%3D1"


@pytest.mark.django_db
def test_it_is_only_read(client: Client) -> None:
    assert signed_in(making.moderator()).post(reverse("queue")).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["after=1.2", "ground=nonsense", "severity=%00", "after=" + "9" * 5000])
def test_an_address_that_makes_no_sense_shows_the_beginning(query: str) -> None:
    [case] = open_cases(1)

    answer = signed_in(making.moderator()).get(f"/?{query}")

    assert answer.status_code == 200
    assert f'id="case-{case.pk}"' in answer.text


@pytest.mark.django_db
def test_opening_a_case_is_a_form_of_its_own_that_needs_no_javascript() -> None:
    [case] = open_cases(1)

    text = signed_in(making.moderator()).get("/").text

    assert f'<form method="post" action="{reverse("case_open", args=[case.pk])}"' in text
    assert f'<form method="post" action="{reverse("case_next")}"' in text


@pytest.mark.django_db
def test_who_may_only_read_gets_links_and_no_forms() -> None:
    [case] = open_cases(1)

    text = signed_in(making.auditor()).get("/").text

    assert reverse("case_open", args=[case.pk]) not in text
    assert reverse("case_next") not in text
    assert f'href="{reverse("case", args=[case.pk])}"' in text


@pytest.mark.django_db(transaction=True)
def test_a_case_in_other_hands_is_read_and_not_claimed() -> None:
    [case] = open_cases(1)
    claim_case(case.pk, actor=making.senior(name="Somebody Else"))

    text = signed_in(making.moderator()).get("/").text

    assert "Somebody Else" in text
    assert reverse("case_open", args=[case.pk]) not in text


@pytest.mark.django_db
def test_contacts_are_hidden_and_said_to_be_so() -> None:
    making.case()

    text = signed_in(making.moderator()).get("/").text

    assert making.PHONE not in text
    assert "hidden contact" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "is_whole"),
    [
        ({}, True),
        (HTMX, False),
        (HTMX | {"HX-Boosted": "true"}, True),
        (HTMX | {"HX-History-Restore-Request": "true"}, True),
    ],
)
def test_htmx_gets_the_list_alone_unless_it_changes_the_page(headers: dict[str, str], is_whole: bool) -> None:
    open_cases(1)

    text = signed_in(making.moderator()).get("/", headers=headers).text

    assert ("<html" in text) is is_whole
    assert ('hx-swap-oob="true"' in text) is not is_whole
    assert text.count('id="queue"') == 1


@pytest.mark.django_db
def test_a_filter_answers_with_its_count_for_screen_readers() -> None:
    open_cases(1, teen=True)

    answer = signed_in(making.moderator()).get("/?teen=1", headers=HTMX)

    assert answer["HX-Trigger"] == '{"announce": {"value": "1 case"}}'


@pytest.mark.django_db
def test_the_poll_is_silent_until_something_changes() -> None:
    open_cases(1)
    viewer = making.moderator()
    client = signed_in(viewer)
    asked = {"version": queue_page(Asked(viewer)).version}

    assert client.get(reverse("queue_news"), asked, headers=HTMX).status_code == 204

    [new] = open_cases(1)
    answer = client.get(reverse("queue_news"), asked, headers=HTMX)

    assert answer.status_code == 200
    assert f'id="case-{new.pk}"' in answer.text


@pytest.mark.django_db
def test_the_poll_asks_for_the_page_and_filters_that_are_shown() -> None:
    open_cases(PAGE_SIZE + 1, teen=True)
    client = signed_in(making.moderator())
    first = client.get("/?teen=1").text
    following = re.search(r'href="(/\?[^"]*after=[^"]*)"', first)
    assert following is not None

    second = client.get(following[1].replace("&amp;", "&")).text
    poll = re.search(r'hx-get="(/queue/news/[^"]*)" hx-trigger="poll"', second)

    assert poll is not None
    assert client.get(poll[1].replace("&amp;", "&"), headers=HTMX).status_code == 204


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/", "Nothing is waiting"),
        ("/?teen=1", "No open case fits these filters"),
        ("/?after=1.1.1", "This is the end of the queue"),
    ],
)
def test_an_empty_list_says_why_it_is_empty(address: str, sentence: str) -> None:
    assert sentence in signed_in(making.moderator()).get(address).text


@pytest.mark.django_db
def test_filters_are_saved_under_a_name_and_deleted_without_javascript() -> None:
    open_cases(1, teen=True)
    client = signed_in(making.moderator())
    assert "Save these filters" in client.get("/?teen=1").text
    assert "Save these filters" not in client.get("/").text

    answer = client.post(reverse("view_save"), {"name": "<b>Teens", "query": "teen=1", "shared": "on"}, follow=True)

    assert answer.redirect_chain == [("/?teen=1", 303)]
    view = SavedView.objects.get()
    assert f'<a class="chip" id="view-{view.pk}" href="/?teen=1"' in answer.text
    assert "&lt;b&gt;Teens" in answer.text
    assert "Delete this view" in answer.text
    assert "Delete this view" not in client.get("/").text
    assert "Delete this view" not in signed_in(making.moderator()).get("/?teen=1").text

    client.post(reverse("view_delete", args=[view.pk]))
    assert not SavedView.objects.exists()


@pytest.mark.django_db
def test_a_view_that_is_not_visible_is_not_there() -> None:
    view = SavedView.objects.create(name="Mine", query="teen=1", owner=making.moderator())

    assert signed_in(making.moderator()).post(reverse("view_delete", args=[view.pk])).status_code == 404
    assert f"view-{view.pk}" not in signed_in(making.moderator()).get("/").text


@pytest.mark.django_db
def test_a_view_without_a_name_is_refused_in_a_card() -> None:
    answer = signed_in(making.moderator()).post(reverse("view_save"), {"query": "teen=1"}, headers=HTMX)

    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#refusal")
    assert "A view needs a name" in answer.text


@pytest.mark.django_db
def test_filters_change_the_views_with_them_and_news_leave_them_alone() -> None:
    client = signed_in(making.moderator())
    open_cases(1)

    assert 'id="views"' in client.get("/?teen=1", headers=HTMX).text
    assert 'id="views"' not in client.get(reverse("queue_news"), {"version": "old"}, headers=HTMX).text


@pytest.mark.django_db
def test_rarer_filters_stand_in_a_box_that_is_open_when_one_is_on() -> None:
    open_cases(1, on_break=True, language="pl", lane="crisis")
    client = signed_in(making.moderator())

    assert '<details class="more" id="more-filters">' in client.get("/").text
    text = client.get("/?on_break=1&language=pl").text

    assert '<details class="more" id="more-filters" open>' in text
    for words in ("Polish", "Crisis", "By 3 or more", "Put off", "Contact seen before"):
        assert words in text


@pytest.mark.django_db
def test_a_row_says_for_whom_it_waits_and_until_when() -> None:
    until = clock.now() + timedelta(hours=3)
    open_cases(1, waits_until=until, handed_to=making.senior(name="Robin"))
    client = signed_in(making.moderator())

    assert "Nothing is waiting" in client.get("/").text
    text = client.get("/?put_off=1").text
    assert "Handed to <bdi>Robin</bdi>" in text
    assert "Put off until <time" in text


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_list() -> None:
    client = signed_in(making.moderator())
    open_cases(1)
    client.get("/")  # the first page of a session notes when it began
    tally.tally()
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    open_cases(PAGE_SIZE)
    tally.tally()
    with CaptureQueriesContext(connection) as many:
        client.get("/")

    assert len(few) == len(many)


@pytest.mark.django_db
def test_the_rail_shows_what_one_may_open() -> None:
    assert reverse("audit") not in signed_in(making.moderator()).get("/").text
    assert reverse("audit") in signed_in(making.auditor()).get("/").text


@pytest.mark.django_db
def test_nothing_of_it_is_kept_by_browsers() -> None:
    answer = signed_in(making.moderator()).get("/")

    assert answer["Cache-Control"] == "no-store"
    assert '"historyCacheSize": 0' in answer.text


@pytest.mark.django_db
def test_all_that_the_first_page_loads_is_its_own_and_light() -> None:
    open_cases(60, teen=True)
    html = signed_in(making.moderator()).get(reverse("queue")).content
    loaded = re.findall(rb'<(?:link|script|img)\b[^>]*?(?:href|src)="([^"]+)"', html)
    files = [finders.find(address.decode().removeprefix("/static/")) for address in loaded]

    assert loaded
    assert all(files), loaded  # each stands in the project's own static files
    zipped = sum(len(gzip.compress(Path(str(file)).read_bytes())) for file in files)  # as WhiteNoise serves them
    assert len(html) + zipped < 100_000
