"""Every «no» as a person meets it: its status, and a card that says why; and the pages for what went wrong."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from moderation.domain.refusals import Held, Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.http import Refusals, SeeOther, fragment_or_redirect
from tests import making

NO = [
    (Missing("There is no such case."), 404),
    (NotPermitted("Mia may not do this."), 403),
    (Held("Sol is working on this case."), 409),
    (Stale("This case has been decided meanwhile."), 409),
    (WrongMove("This case is closed and cannot become open."), 422),
    (Refused("Choose a ground."), 422),
]


def request(*, htmx: bool = False, **headers: str) -> HttpRequest:
    given = {"HX-Request": "true"} if htmx else {}
    made = RequestFactory().post("/", headers=given | headers)
    made.htmx = HtmxDetails(made)  # type: ignore[attr-defined]
    made.user = AnonymousUser()
    return made


def answer_to(error: Exception, made: HttpRequest) -> HttpResponse | None:
    return Refusals(lambda _: HttpResponse()).process_exception(made, error)


@pytest.mark.parametrize(("error", "status"), NO)
def test_htmx_gets_a_card_beside_what_was_typed(error: Refused, status: int) -> None:
    answer = answer_to(error, request(htmx=True))

    assert answer is not None
    assert answer.status_code == status
    assert str(error) in answer.text
    assert "<html" not in answer.text
    assert (answer["HX-Retarget"], answer["HX-Reswap"], answer["HX-Push-Url"]) == ("#refusal", "innerHTML", "false")


@pytest.mark.parametrize(("error", "status"), NO)
def test_a_browser_without_javascript_gets_a_page(error: Refused, status: int) -> None:
    answer = answer_to(error, request())

    assert answer is not None
    assert answer.status_code == status
    assert str(error) in answer.text
    assert "<html" in answer.text


@pytest.mark.parametrize("error", [PermissionDenied(), Http404()])
def test_what_django_refuses_is_a_card_for_htmx_and_its_own_page_else(error: Exception) -> None:
    card = answer_to(error, request(htmx=True))

    assert card is not None
    assert "callout" in card.text
    assert answer_to(error, request()) is None


def test_what_is_no_refusal_is_left_to_be_an_error() -> None:
    assert answer_to(ValueError(), request(htmx=True)) is None


def test_what_a_person_wrote_is_no_markup_in_a_card() -> None:
    answer = answer_to(Refused("<b>bold</b>"), request(htmx=True))

    assert answer is not None
    assert "&lt;b&gt;bold" in answer.text


def test_success_is_a_fragment_or_a_redirect() -> None:
    context = {"title": "Done", "text": "."}
    fragment = fragment_or_redirect(request(htmx=True), "components/_refusal.html", context, to="/audit/")
    boosted = fragment_or_redirect(
        request(htmx=True, **{"HX-Boosted": "true"}), "components/_refusal.html", context, to="/audit/"
    )

    assert (fragment.status_code, "Done" in fragment.text) == (200, True)
    assert isinstance(boosted, SeeOther)
    assert (boosted.status_code, boosted.url) == (303, "/audit/")


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_need_neither_database_nor_person(code: str) -> None:
    text = render_to_string(f"{code}.html")

    assert "<h1>" in text
    assert "haven.css" in text


@pytest.mark.django_db
def test_an_unknown_address_says_so_to_anybody(client: Client) -> None:
    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


@pytest.mark.django_db
def test_a_form_that_has_expired_says_so() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(making.moderator())

    answer = client.post("/account/logout/")

    assert answer.status_code == 403
    assert "This form has expired" in answer.text


@pytest.mark.django_db
def test_the_settings_for_htmx_are_json_and_forbid_what_the_policy_forbids(client: Client) -> None:
    client.force_login(making.moderator())
    text = client.get("/").text
    config = json.loads(text.partition("htmx-config\" content='")[2].partition("'")[0])

    assert config["allowEval"] is False
    assert config["includeIndicatorStyles"] is False
    assert {"code": "4(03|04|09|22)", "swap": True} in config["responseHandling"]
