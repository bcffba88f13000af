"""Whatever anybody sends to whatever page: a page, a refusal, a redirect, and never an error of ours."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.core import context
from allauth.mfa.totp.internal.auth import TOTP
from django import forms
from django.conf import settings as django_settings
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import factor_forms
from accounts.models import User
from moderation.domain.policy_fields import BY_CODE, Section
from moderation.forms.policies import SectionForm
from moderation.models import Case, Sanction
from moderation.operations.leases import claim_case
from tests import hostile, making
from tests.guards.test_headers import EVERY
from tests.signing_in import signed_in

ROOT = Path(django_settings.BASE_DIR)
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
PASSKEYS = ['{"id": {}, "response": []}', '{"type": "public-key", "id": "AA", "rawId": "AA"}', "1", "[" * 3000]
IDS = ["00000000-0000-4000-8000-000000000000", "null", "None", "[]", "{}", "before:1", "1,2,3", "../..", "a\x00b"]
WORDS = ["on", "true", "adult", "teen", "crisis", "sanctioned", "no_violation", "suspension:7", "contact_shared"]
values = st.one_of(
    st.sampled_from([*NUMBERS, *TIMES, *IDS, *WORDS, *PASSKEYS]),
    st.sampled_from([payload.text for payload in hostile.CORPUS]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.integers().map(str),
    st.datetimes().map(str),
    st.builds("".join, st.lists(st.sampled_from(["x" * 5000, "é", "\n", "\0", "7"]), max_size=4)),
)
quick = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def every_form() -> list[type[forms.Form]]:
    """Those that are there once every address is known: each has a view that reads it."""
    get_resolver().url_patterns  # noqa: B018 - imports the views, and with them every form
    found: set[type[forms.Form]] = set()
    at: list[Any] = [forms.BaseForm]
    while at:
        for kind in at.pop().__subclasses__():
            at.append(kind)
            if kind.__module__.partition(".")[0] in {"accounts", "moderation"}:
                found.add(kind)
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


FORMS = every_form()
# Those that are made with more than what was sent.
MADE = {
    kind: lambda kind, query, person: kind(query, user=person)
    for kind in (
        *(factor_forms.CodeForm, factor_forms.CodeAgainForm, factor_forms.PasskeyForm, factor_forms.PasskeyAgainForm),
        *(factor_forms.PasswordAgainForm, factor_forms.ChangePasswordForm),
    )
}
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
    assert len(FORMS) > 40
    assert MADE.keys() <= set(FORMS)
    assert len(NAMES) > 40


@pytest.fixture
def person() -> Iterator[User]:
    """Somebody who is on the page of a form: what reads a second factor asks for the request."""
    found = making.moderator()
    TOTP.activate(found, "JBSWY3DPEHPK3PXP")
    request = RequestFactory().post(reverse("step_up"))
    request.user, request.session = found, signed_in(found).session
    with context.request_context(request):
        yield found


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.__name__)
@quick
@given(data=st.data())
def test_a_form_says_what_is_wrong_with_whatever_it_gets(person: User, kind: type[forms.Form], data: Any) -> None:
    query = QueryDict(mutable=True)
    for name in kind.base_fields:
        if values_given := data.draw(st.lists(values, max_size=2), label=name):
            query.setlist(name, values_given)
    form = MADE[kind](kind, query, person) if kind in MADE else kind(query)

    assert form.is_valid() or any(str(error) for error in form.errors.values())


def test_every_module_of_forms_is_among_them() -> None:
    """A form that only a template or a test knew would be found by its file."""
    folders = (ROOT / "moderation/forms", ROOT / "accounts")
    written = {
        node.name
        for folder in folders
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Form") for base in node.bases)
    }
    assert len(written) > 40
    assert written == {kind.__name__ for kind in FORMS}


@pytest.mark.parametrize("section", list(BY_CODE.values()), ids=lambda section: section.code)
@quick
@given(data=st.data())
def test_a_section_of_the_policy_says_what_is_wrong_with_whatever_it_gets(section: Section, data: Any) -> None:
    """The editor has no Django form: its fields are the policy's own."""
    names = [field.path for field in section.fields]
    names += [f"{path}.{row}.{name}" for path in names for row in ("0", "9" * 20, "x") for name in ("name", "text")]
    query = QueryDict(mutable=True)
    for name in data.draw(st.lists(st.sampled_from([*names, "revision", "was"]), max_size=12), label="names"):
        query.setlist(name, data.draw(st.lists(values, max_size=2), label=name))

    form = SectionForm.sent(section, query)

    assert all(form.faults.values())
    assert set(form.values) | set(form.faults) == {field.path for field in section.fields}


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
