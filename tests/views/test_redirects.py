"""Nobody is sent to another site, whatever the address or a header says."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests import making

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://elsewhere.invalid/",
    "//elsewhere.invalid/",
    "///elsewhere.invalid",
    "/\\elsewhere.invalid",
    "\\\\elsewhere.invalid",
    "https:elsewhere.invalid",
    "http:///elsewhere.invalid",
    "javascript:alert(1)",
    "data:text/html,x",
    " https://elsewhere.invalid",
    "\thttps://elsewhere.invalid",
    "https://testserver@elsewhere.invalid/",
    "https://testserver.elsewhere.invalid/",
    "/%0d%0aLocation: https://elsewhere.invalid/",
]


def _stays(location: str) -> bool:
    parts = urlsplit(location)
    return (
        parts.netloc in {"", "testserver"} and parts.scheme in {"", "http"} and not location.startswith(("//", "/\\"))
    )


@pytest.mark.parametrize("to", ELSEWHERE)
def test_signing_in_leads_nowhere_else(to: str) -> None:
    client, person = Client(), making.moderator()

    answer = client.post(
        f"{reverse('account_login')}", {"login": person.username, "password": "correct horse", "next": to}
    )

    assert answer.status_code == 302
    assert _stays(answer["Location"]), answer["Location"]


@pytest.mark.parametrize("to", ELSEWHERE)
def test_neither_do_signing_out_and_a_session_that_has_ended(to: str) -> None:
    client = Client()
    client.force_login(making.moderator())
    out = client.post(reverse("account_logout"), {"next": to})
    ended = client.get("/", headers={"HX-Request": "true", "HX-Current-URL": to.strip()})

    assert _stays(out["Location"]), out["Location"]
    assert _stays(ended["HX-Redirect"]), ended["HX-Redirect"]
    assert "elsewhere.invalid/" not in urlsplit(ended["HX-Redirect"]).netloc


@pytest.mark.parametrize("path", ["//elsewhere.invalid/cases/1", "/%2f/elsewhere.invalid/x", "/\\elsewhere.invalid/me"])
def test_nor_does_the_slash_that_is_added(path: str) -> None:
    client = Client()
    client.force_login(making.moderator())
    answer = client.get(path)

    assert answer.status_code in (301, 404)
    assert answer.status_code == 404 or _stays(answer["Location"])
