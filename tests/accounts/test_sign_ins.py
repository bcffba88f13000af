"""Signing in and out, tries that fail, and the first call with a key stand on the record; nothing typed does."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.operations import note_key_use
from tests import making
from tests.accounts.test_gate import with_app
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_a_failed_try_names_the_person_but_nothing_that_was_typed() -> None:
    person = making.moderator()
    Client().post(reverse("account_login"), {"login": person.username, "password": "guessed wrong"})
    entry = AuditEntry.objects.get(verb="staff.sign_in_failed")
    assert (entry.actor_kind, entry.target_type, entry.target_id) == ("system", "user", str(person.pk))
    assert entry.details == {}
    assert entry.address == "127.0.0.1"


def test_a_try_under_no_known_name_keeps_nothing_of_it() -> None:
    Client().post(reverse("account_login"), {"login": "my-secret-password", "password": "x"})
    entry = AuditEntry.objects.get(verb="staff.sign_in_failed")
    assert (entry.target_type, entry.target_id) == ("stranger", "0")
    assert "my-secret-password" not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_signing_in_and_out_is_on_record() -> None:
    person = making.moderator()
    client = Client()
    client.post(reverse("account_login"), {"login": person.username, "password": "correct horse"})
    client.post(reverse("account_logout"))
    found = AuditEntry.objects.filter(actor_id=person.pk).order_by("id").values_list("verb", "request_id", "address")
    assert [verb for verb, _, _ in found] == ["staff.signed_in", "staff.signed_out"]
    assert all(request_id and address == "127.0.0.1" for _, request_id, address in found)


def test_what_somebody_does_to_themselves_is_found_under_their_name() -> None:
    """The person of a request is a stand-in until somebody looks at it, and is recorded as a person all the same."""
    person = making.moderator()
    client = signed_in(person)
    client.post(reverse("preferences_reset"))
    client.post(reverse("sessions_end"))
    client.post(reverse("account_logout"))

    found = AuditEntry.objects.filter(actor_id=person.pk)
    assert found.filter(verb="staff.signed_out").exists()
    assert set(found.values_list("target_type", "target_id")) == {("user", str(person.pk))}


def test_the_first_use_of_a_key_is_on_record_and_the_second_is_not() -> None:
    key, _ = making.api_key()
    note_key_use(key, now=timezone.now())
    note_key_use(key, now=timezone.now())  # another process, which has not seen the first
    key.refresh_from_db()
    note_key_use(key, now=timezone.now())
    [entry] = AuditEntry.objects.filter(verb="api_key.first_used")
    assert (entry.actor_kind, entry.actor_id) == ("machine", key.pk)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 192.0.2.1", "198.51.100.7"),
        (2, "203.0.113.9", None),
        (1, "<script>", None),
    ],
)
def test_only_what_ones_own_proxies_wrote_counts_as_address(settings, proxies, forwarded, address) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    person = making.auditor()
    client = Client(headers={"x-forwarded-for": forwarded})
    client.force_login(person)
    client.get(reverse("audit"))
    client.post(reverse("account_logout"))
    assert AuditEntry.objects.get(verb="staff.signed_out").address == address


def test_a_wrong_code_after_the_password_is_on_record_and_the_code_is_not() -> None:
    person = making.moderator()
    with_app(person)
    client = Client()
    client.post(reverse("account_login"), {"login": person.username, "password": "correct horse"})

    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200

    [entry] = AuditEntry.objects.filter(verb="second_factor.failed")
    assert (entry.actor_kind, entry.target_id, entry.details) == ("system", str(person.pk), {"kind": "code"})
    assert not AuditEntry.objects.filter(verb="staff.signed_in").exists()
    assert "000000" not in json.dumps(list(AuditEntry.objects.values()), default=str)
