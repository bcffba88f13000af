"""«How you work»: what is refused beside its field, what is kept, and what pages then look like."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.forms import KEY
from accounts.keys import BY_CODE
from accounts.models import User
from accounts.preferences import DEFAULT, Preferences, Theme, preferences_of
from moderation.domain.vocabulary import Severity
from moderation.views.shift import KEPT
from tests import making
from tests.queries.test_queue import open_cases
from tests.signing_in import signed_in

PAGE = "/me/"
HTMX = {"HX-Request": "true"}


def liking(user: User, **likes: Any) -> User:
    user.preferences = Preferences(**likes).to_json()
    user.save()
    return user


def sent(**changed: Any) -> dict[str, Any]:
    """The form as the page sends it when only this was changed; None: the field is not sent."""
    known = {name: value for name, value in DEFAULT.to_json().items() if name != "keys"}
    keys = {KEY + action.code: action.key for action in BY_CODE.values()}
    return {name: value for name, value in (known | keys | changed).items() if value not in (None, False)}


def kept(user: User) -> Preferences:
    return preferences_of(User.objects.get(pk=user.pk))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"key-undo": "xx"}, "“xx” is no single character"),
        ({"key-undo": "c"}, "“c” is the key of “Undo the last decision” already"),
        ({"key-undo": "<"} | {"key-confirm": "<"}, "“&lt;” is the key of “Undo the last decision” already"),
        ({"theme": "pink"}, "Select a valid choice"),
        ({"theme": None}, "This field is required"),
        ({"break_after_minutes": "3"}, "Write a number from 15 to 240, or 0 for never."),
        ({"break_after_minutes": "soon"}, "Write a number from 15 to 240, or 0 for never."),
        ({"break_after_severe": "9" * 30}, "Write a number from 1 to 50, or 0 for never."),
        ({"most_critical_in_a_row": None}, "Write a number from 1 to 20, or 0 for never."),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_nothing_is_kept(changed: dict[str, Any], sentence: str) -> None:
    person = making.moderator()

    answer = signed_in(person).post(PAGE, sent(greyscale=True, **changed))

    assert answer.status_code == 422
    assert "Nothing was kept" in answer.text
    assert sentence in answer.text
    assert 'name="greyscale" id="id_greyscale" checked' in answer.text
    assert kept(person) == DEFAULT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["preferences_reset", "shortcuts", "pause_dismiss"])
def test_nothing_changes_by_looking(name: str) -> None:
    assert signed_in(making.moderator()).get(reverse(name)).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_what_was_chosen_is_kept_and_the_page_is_shown_anew() -> None:
    person = making.auditor()
    client = signed_in(person)

    answer = client.post(PAGE, sent(**{"key-next_finding": "X", "key-undo": "", "blur_text": "on", "theme": "dark"}))

    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert kept(person) == Preferences(keys={"next_finding": "x", "undo": ""}, blur_text=True, theme=Theme.DARK)
    text = client.get(PAGE).text
    assert "Kept. It is like this from now on" in text
    assert re.search(r'name="key-next_finding" value="x"', text)


@pytest.mark.django_db(transaction=True)
def test_everything_can_be_reset() -> None:
    person = liking(making.moderator(), keys={"undo": "x"}, greyscale=True, shortcuts=False)

    assert signed_in(person).post(reverse("preferences_reset")).status_code == 303
    assert kept(person) == DEFAULT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("body", "is_on"), [({}, False), ({"on": "1"}, True)])
def test_the_switch_on_the_sheet_changes_nothing_else(body: dict[str, str], is_on: bool) -> None:
    person = liking(making.moderator(), greyscale=True)

    plain = signed_in(person).post(reverse("shortcuts"), body)
    by_htmx = signed_in(person).post(reverse("shortcuts"), body, headers=HTMX)

    assert (plain.status_code, by_htmx.status_code) == (303, 204)
    assert kept(person) == Preferences(greyscale=True, shortcuts=is_on)


@pytest.mark.django_db
def test_the_rail_leads_there() -> None:
    assert '<a href="/me/" hx-boost' in signed_in(making.moderator()).get("/").text
    assert '<a href="/me/" aria-current="page"' in signed_in(making.auditor()).get(PAGE).text


@pytest.mark.django_db
def test_keys_stand_on_the_page_as_they_were_chosen() -> None:
    open_cases(1)
    person = liking(making.moderator(), keys={"review_next": "x", "row_down": ""})

    text = signed_in(person).get("/").text

    assert re.search(r'aria-keyshortcuts="x">Review next <kbd>x</kbd>', text)
    assert re.search(r"data-move=\"1\" data-repeats > next case|data-move=\"1\" data-repeats >\s*next case", text)
    assert 'aria-keyshortcuts="k"' in text


@pytest.mark.django_db
def test_a_key_cannot_break_out_of_its_attribute() -> None:
    person = liking(making.moderator(), keys={"review_next": '"', "keys": "<"})

    text = signed_in(person).get("/").text

    assert 'aria-keyshortcuts="&quot;">Review next <kbd>&quot;</kbd>' in text
    assert 'aria-keyshortcuts="&lt;">Keys <kbd>&lt;</kbd>' in text


@pytest.mark.django_db
def test_without_shortcuts_no_page_names_one() -> None:
    open_cases(1)
    text = signed_in(liking(making.moderator(), shortcuts=False)).get("/").text

    assert "aria-keyshortcuts" not in text
    assert re.search(r"<html[^>]* data-keys-off", text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("likes", "classes"),
    [
        ({}, "hide-snippets"),
        ({"hide_snippets": False}, ""),
        ({"hide_snippets": False, "greyscale": True, "blur_text": True}, "greyscale blur-text"),
        ({"theme": Theme.DARK}, "hide-snippets theme-dark"),
    ],
)
def test_the_look_stands_in_classes_of_the_page(likes: dict[str, Any], classes: str) -> None:
    text = signed_in(liking(making.moderator(), **likes)).get(PAGE).text

    assert f'<html lang="en" class="{classes}">' in text


@pytest.mark.django_db
def test_snippets_are_covered_unless_somebody_wants_them() -> None:
    making.case()

    covered = signed_in(making.moderator()).get("/").text
    shown = signed_in(liking(making.moderator(), hide_snippets=False)).get("/").text

    assert covered.count("data-uncovers") == 2  # for the row, for the page
    assert "data-uncovers" not in shown


@pytest.mark.django_db(transaction=True)
def test_blurred_text_can_be_shown_at_once() -> None:
    case = making.case()

    plain = signed_in(making.moderator()).get(f"/cases/{case.pk}/").text
    blurred = signed_in(liking(making.moderator(), blur_text=True)).get(f"/cases/{case.pk}/").text

    assert "data-uncovers" not in plain
    assert 'data-uncovers aria-keyshortcuts="b"> Show text <kbd>b</kbd>' in blurred


@pytest.mark.django_db
def test_preferences_cost_no_query() -> None:
    open_cases(3)
    plain, choosy = signed_in(making.moderator()), signed_in(liking(making.moderator(), keys={"undo": "x"}))
    for client in (plain, choosy):
        client.get("/")

    with CaptureQueriesContext(
        connection,
    ) as of_plain:
        plain.get("/")
    with CaptureQueriesContext(connection) as of_choosy:
        choosy.get("/")

    assert len(of_choosy) == len(of_plain)


# Breaks.


def long_here(client: Client, minutes: int) -> None:
    """As if the shift in the session had begun so long ago."""
    client.get("/")
    session = client.session
    session[KEPT] |= {"began_at": (timezone.now() - timedelta(minutes=minutes)).isoformat()}
    session.save()


@pytest.mark.django_db
def test_nobody_is_sent_into_a_break_before_time() -> None:
    client = signed_in(making.moderator())
    long_here(client, 89)

    assert "data-pause" not in client.get("/").text


@pytest.mark.django_db
def test_after_so_many_minutes_there_is_a_word_that_can_be_put_away() -> None:
    client = signed_in(making.moderator())
    long_here(client, 91)

    text = client.get("/?teen=1").text
    assert "data-pause role=" in text
    assert "You have been here for 91 minutes." in text
    assert 'name="back" value="/?teen=1"' in text

    answer = client.post(reverse("pause_dismiss"), {"back": "/?teen=1"})
    assert (answer.status_code, answer["Location"]) == (303, "/?teen=1")
    assert "data-pause" not in client.get("/").text


@pytest.mark.django_db
@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_putting_it_away_leads_nowhere_else(back: str) -> None:
    answer = signed_in(making.moderator()).post(reverse("pause_dismiss"), {"back": back})

    assert (answer.status_code, answer["Location"]) == (303, "/")


@pytest.mark.django_db
def test_who_wants_no_reminder_gets_none() -> None:
    client = signed_in(liking(making.moderator(), break_after_minutes=0, break_after_severe=0))
    long_here(client, 600)

    assert "data-pause" not in client.get("/").text


@pytest.mark.django_db(transaction=True)
def test_severe_cases_count_once_each_and_for_the_next_page() -> None:
    severe = open_cases(2, severity=Severity.CRITICAL)
    [harmless] = open_cases(1, severity=Severity.LOW)
    client = signed_in(liking(making.moderator(), break_after_severe=2))

    for case in (severe[0], severe[0], harmless, severe[1]):
        assert "data-pause" not in client.get(f"/cases/{case.pk}/").text
    text = client.get(f"/cases/{harmless.pk}/").text

    assert "have opened 2 critical cases." in text
    assert f'name="back" value="/cases/{harmless.pk}/"' in text
    assert client.post(reverse("pause_dismiss"), headers=HTMX).text == ""
    assert "data-pause" not in client.get("/").text


@pytest.mark.django_db(transaction=True)
def test_the_count_lives_and_dies_with_the_session() -> None:
    [case] = open_cases(1, severity=Severity.CRITICAL)
    person = liking(making.moderator(), break_after_severe=1)
    client = signed_in(person)
    client.get(f"/cases/{case.pk}/")
    assert "data-pause" in client.get("/").text

    client.logout()

    assert "data-pause" not in signed_in(person).get("/").text
    assert kept(person) == Preferences(break_after_severe=1)
