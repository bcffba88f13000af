"""The walk: every address and machine call × every sort of caller, compared with docs/permissions.md.

Whoever adds an address sees this fail until its row stands in the table: `make permissions` writes it anew, and the
change is then read by whoever reviews it.
"""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts import SYSTEM, team
from accounts.operations import revoke_api_key
from accounts.roles import CAPABILITIES, Capability, Role, Scope
from moderation.api.coop_urls import api as beside_coop
from moderation.api.urls import api
from moderation.models import SavedView
from tests import making
from tests.guards.routes import OPEN, Route, addresses, ask, outcome, routes

PAGE = Path(settings.BASE_DIR) / "docs" / "permissions.md"
WRITES = os.environ.get("HAVEN_WRITE_PERMISSIONS") == "1"
ROUTES = routes()
BEGIN, END = "<!-- written by make permissions -->\n", "<!-- until here -->\n"


@pytest.fixture(scope="module")
def told() -> str:
    """What the page says between the two marks."""
    return PAGE.read_text().partition(BEGIN)[2].partition(END)[0]


@pytest.mark.django_db
def test_every_address_answers_every_role_as_the_table_says(told: str) -> None:
    answers = {role: _walk(role) for role in Role}
    rows = [_row(route, [answers[role][route.path] for role in Role]) for route in ROUTES]

    found = _table(rows) + _open_table() + _machine_table()

    if WRITES:
        head, _, rest = PAGE.read_text().partition(BEGIN)
        PAGE.write_text(head + BEGIN + found + END + rest.partition(END)[2])
        return
    missing = [line for line in found.splitlines() if line not in told.splitlines()]
    gone = [line for line in told.splitlines() if line not in found.splitlines()]
    assert (missing, gone) == ([], []), "docs/permissions.md says something else: run `make permissions` and read it"


@pytest.mark.django_db
def test_the_answers_follow_the_table_of_capabilities() -> None:
    expected = {
        (role, route.path): "yes" if route.needs in CAPABILITIES[role] else "no" for role in Role for route in ROUTES
    }

    assert {(role, path): said for role in Role for path, said in _walk(role).items()} == expected


def test_every_view_names_what_it_needs() -> None:
    assert [route.path for route in ROUTES if route.needs not in set(Capability)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["nobody signed in", "an ended session", "a deactivated person", "a forged session"])
def test_strangers_get_nowhere(who: str) -> None:
    client = Client()
    person = making.admin()
    if who != "nobody signed in":
        client.force_login(person)
        assert client.get("/").status_code == 200
    if who == "an ended session":
        Session.objects.all().delete()
    elif who == "a deactivated person":
        making.admin()
        team.deactivate(person.pk, actor=SYSTEM)
    elif who == "a forged session":
        client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32

    got_in = [route.path for route in ROUTES if outcome(ask_both(client, route)) != "sign in"]

    assert got_in == []


def ask_both(client: Client, route: Route) -> Any:
    """By GET and by POST: whichever says more."""
    first = client.get(route.address())
    return client.post(route.address()) if first.status_code == 405 else first


@pytest.mark.django_db
def test_a_case_out_of_reach_is_as_good_as_none() -> None:
    """Every address with the id of a case, for somebody who may not see it: the same answer as for no case at all."""
    hidden = making.case(other=making.teen())
    assert hidden.teen
    client = Client()
    client.force_login(making.admin(ages=["adult"]))
    about_cases = [route for route in ROUTES if "case_id" in route.numbers]
    assert len(about_cases) > 15

    for route in about_cases:
        there, not_there = ask(client, route.address(case_id=hidden.pk)), ask(client, route.address())
        assert there.status_code == not_there.status_code, route.path
        assert _without_ids(there.text) == _without_ids(not_there.text), route.path
        assert hidden.headline not in there.text


def _without_ids(page: str) -> str:
    """Tokens differ from page to page, and so does the id that was asked for."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return re.sub(r"\d+", "0", page)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_what_is_not_there_is_not_found(role: Role) -> None:
    """An id of nobody is answered 404, or the form is refused before anything is looked for: never a page."""
    client = Client()
    client.force_login(making.staff(role))
    own = [route for route in ROUTES if route.numbers and route.needs in CAPABILITIES[role]]

    answers = {route.path: ask(client, route.address()).status_code for route in own}

    assert {path: status for path, status in answers.items() if status not in (404, 422)} == {}


@pytest.mark.django_db
def test_what_belongs_to_another_is_not_there() -> None:
    other = making.moderator()
    session = UserSession.objects.create(user=other, ip="203.0.113.9", session_key="x" * 32, user_agent="")
    factor = Authenticator.objects.create(user=other, type=Authenticator.Type.TOTP, data={})
    view = SavedView.objects.create(owner=other, name="Mine", query="teen=1", shared=False)
    client = Client()
    client.force_login(making.moderator())

    for name, pk in (("session_end", session.pk), ("factor_remove", factor.pk), ("view_delete", view.pk)):
        assert client.post(reverse(name, args=[pk])).status_code == 404, name
    assert UserSession.objects.filter(pk=session.pk).exists()
    assert Authenticator.objects.filter(pk=factor.pk).exists()
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_every_exception_is_still_needed() -> None:
    assert set(OPEN) <= {pattern.name for _, pattern in addresses()}


CALLS = [
    (method.upper(), path, Scope(said["x-scope"]))
    for interface in (api, beside_coop)
    for path, methods in interface.get_openapi_schema()["paths"].items()
    for method, said in methods.items()
]


def test_every_machine_call_names_its_scope() -> None:
    assert {scope for _, _, scope in CALLS} <= set(Scope)
    assert len(CALLS) >= 4


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "scope"), CALLS)
def test_a_machine_call_needs_a_live_key_with_its_scope(method: str, path: str, scope: Scope) -> None:
    _, secret = making.api_key(scope)
    _, narrow = making.api_key(*(other for other in Scope if other is not scope))
    ended, spent = making.api_key(scope)
    revoke_api_key(ended.pk, actor=SYSTEM)
    person = Client()
    person.force_login(making.admin())
    client = Client()

    assert _call(client, method, path, "") == 401
    assert _call(person, method, path, "") == 401
    assert _call(client, method, path, spent) == 401
    assert _call(client, method, path, narrow) == 403
    assert _call(client, method, path, secret) in (200, 202, 204, 404, 422)


def _call(client: Client, method: str, path: str, secret: str) -> int:
    address = re.sub(r"\{\w+\}", str(making.NOBODYS_ID), path)
    headers = {"Authorization": f"Bearer {secret}", "X-API-KEY": secret} if secret else {}
    body = None if method == "GET" else "{}"
    answer = client.generic(method, address, body or "", content_type="application/json", headers=headers)
    return answer.status_code


@cache
def _walk(role: Role) -> dict[str, str]:
    """Outcomes alone: nothing of them belongs to the test that asked first."""
    client = Client()
    client.force_login(making.staff(role))
    return {route.path: outcome(ask(client, route.address())) for route in ROUTES}


def _row(route: Route, answers: list[str]) -> str:
    needs = route.needs.label.lower() if route.needs else "nothing"
    return f"| `{route.path}` | {needs} | {' | '.join(answers)} |\n"


def _table(rows: list[str]) -> str:
    head = f"| address | needs to | {' | '.join(role.label.lower() for role in Role)} |\n"
    return "\n## Pages\n\n" + head + "|---|---|" + "---|" * len(Role) + "\n" + "".join(rows)


def _open_table() -> str:
    rows = (f"| `/{path}` | {OPEN[pattern.name]} |\n" for path, pattern in _open_ones())
    return "\n## Open to whoever comes\n\n| address | why |\n|---|---|\n" + "".join(rows)


def _open_ones() -> Iterator[tuple[str, Any]]:
    return ((path, pattern) for path, pattern in addresses() if pattern.name in OPEN)


def _machine_table() -> str:
    rows = (f"| `{method} {path}` | `{scope.value}` |\n" for method, path, scope in CALLS)
    return "\n## Calls of machines\n\n| call | scope of the key |\n|---|---|\n" + "".join(rows)
