"""Whatever anybody sends to whatever page: a page, a refusal, a redirect, and never an error of ours."""

from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import forms as of_accounts
from accounts.models import User
from moderation.forms import appeals, decisions, deliveries, desk, people, reports, sanctions, statements
from moderation.models import Case, Sanction
from moderation.operations.leases import claim_case
from tests import hostile, making
from tests.guards.test_headers import EVERY

pytestmark = pytest.mark.django_db

NUMBERS = [
    "",
    "0",
    "-1",
    "1",
    "9" * 30,
    "1.5",
    "٣",
    "²",
    "1e9",
    "NaN",
    "inf",
    "0x1",
    " 1 ",
    "2147483648",
    "9223372036854775808",
]
TIMES = ["2026-03-01T18:00", "0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T00:00", "24:00", "-1"]
IDS = ["00000000-0000-4000-8000-000000000000", "null", "None", "[]", "{}", "before:1", "1,2,3", "../..", "a\x00b"]
WORDS = ["on", "true", "adult", "teen", "crisis", "sanctioned", "no_violation", "suspension:7", "contact_shared"]
values = st.one_of(
    st.sampled_from([*NUMBERS, *TIMES, *IDS, *WORDS]),
    st.sampled_from([payload.text for payload in hostile.CORPUS]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.integers().map(str),
    st.datetimes().map(str),
    st.builds("".join, st.lists(st.sampled_from(["x" * 5000, "é", "\n", "\0", "7"]), max_size=4)),
)
quick = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def every_form() -> list[type[forms.Form]]:
    modules = (of_accounts, appeals, decisions, deliveries, desk, people, reports, sanctions, statements)
    found = {
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, forms.Form) and kind.__module__ == module.__name__
    }
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


FORMS = every_form()
# The names under which any form or view reads what is sent.
NAMES = sorted(
    {name for kind in FORMS for name in kind.base_fields}
    | {
        "token",
        "seen_version",
        "key",
        "text",
        "reason",
        "note",
        "why",
        "case",
        "account",
        "version",
        "revision",
        "choice",
    }
    | {
        "ids",
        "undo",
        "answer_1",
        "hand_in",
        "url",
        "events",
        "sanction",
        "deed",
        "days",
        "until",
        "to",
        "seen",
        "words",
    }
)
sent = st.dictionaries(st.sampled_from(NAMES), st.lists(values, min_size=1, max_size=3), max_size=8)


def test_there_are_forms_to_look_at() -> None:
    assert len(FORMS) > 20
    assert len(NAMES) > 40


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.__name__)
@quick
@given(data=st.data())
def test_a_form_says_what_is_wrong_with_whatever_it_gets(kind: type[forms.Form], data: Any) -> None:
    query = QueryDict(mutable=True)
    for name in kind.base_fields:
        if values_given := data.draw(st.lists(values, max_size=2), label=name):
            query.setlist(name, values_given)
    try:
        form = kind(query)
    except TypeError:
        pytest.skip(f"{kind.__name__} asks for more than what was sent: its page is fuzzed below")

    assert form.is_valid() or any(str(error) for error in form.errors.values())


def _addresses(case: Case, sanction: Sanction) -> list[str]:
    """Every page of staff with rows that are there, and those that say nothing is."""
    ours = [address for address in EVERY if not address.startswith(("/api/", "/account/logout"))]
    real = [
        address.replace("/cases/1/", f"/cases/{case.pk}/").replace("/sanctions/1/", f"/sanctions/{sanction.pk}/")
        for address in ours
    ]
    return sorted({*real, reverse("queue")})


@settings(quick, max_examples=400)
@given(data=st.data())
def test_whatever_is_sent_to_whatever_page_nothing_breaks(data: Any) -> None:
    admin, case, sanction = _world()
    client = Client(raise_request_exception=False)
    client.force_login(admin)
    address = data.draw(st.sampled_from(_addresses(case, sanction)), label="address")
    said = data.draw(sent, label="sent")
    headers = data.draw(st.sampled_from([{}, {"HX-Request": "true"}]), label="headers")
    method = data.draw(st.sampled_from([client.post, client.get]), label="method")

    answer = method(address, said, headers=headers)

    assert answer.status_code < 500, (address, said)


def _world() -> tuple[User, Case, Sanction]:
    admin = User.objects.filter(username="fuzzed").first()
    if admin is None:
        admin = making.admin(name="fuzzed")
        User.objects.filter(pk=admin.pk).update(username="fuzzed")
        admin.refresh_from_db()
        claim_case(making.case().pk, actor=admin)
        making.sanction()
    return admin, Case.objects.order_by("pk")[0], Sanction.objects.order_by("pk")[0]
