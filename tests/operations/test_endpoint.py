"""The endpoint's address and secrets: who may change them, two at once, nothing told by the table."""

import pytest
from django.conf import LazySettings

from accounts import SYSTEM
from accounts.models import AuditEntry, User
from accounts.roles import Role
from moderation.domain.refusals import Missing, NotPermitted, Refused
from moderation.domain.signing import PREFIX
from moderation.models import PlatformEndpoint, SigningSecret
from moderation.operations.endpoint import Tried, change_address, make_secret, retire_secret, try_endpoint
from moderation.queries.endpoint import endpoint_page, secrets_in_use, target, without_password
from tests import making
from tests.integrations.receiver import OTHER_SECRET, SECRET

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://chat.example.org/haven"


@pytest.fixture(autouse=True)
def of_settings(settings: LazySettings) -> LazySettings:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = "https://old.example/", SECRET
    return settings


@pytest.fixture
def admin() -> User:
    return making.admin()


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def signing() -> list[str]:
    return list(target().secrets)


def taken(webhook_id: str) -> Tried:
    return Tried(webhook_id, 12, 204, "")


# Refusals


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR, Role.AUDITOR])
def test_who_does_not_manage_integrations_changes_and_tries_nothing(role: Role) -> None:
    person = making.staff(role)
    sent: list[str] = []

    def send(webhook_id: str) -> Tried:
        sent.append(webhook_id)
        return taken(webhook_id)

    for refused in (
        lambda: change_address(URL, actor=person),
        lambda: make_secret(actor=person),
        lambda: retire_secret(secrets_in_use()[0].fingerprint, actor=person),
        lambda: try_endpoint(send, actor=person),
        lambda: endpoint_page(viewer=person),
    ):
        with pytest.raises(NotPermitted):
            refused()

    assert sent == verbs() == []
    assert signing() == [SECRET]


def test_a_machine_makes_no_secret() -> None:
    with pytest.raises(NotPermitted, match="not a person"):
        make_secret(actor=SYSTEM)


def test_a_third_secret_is_refused(admin: User) -> None:
    make_secret(actor=admin)

    with pytest.raises(Refused, match="Two secrets are valid already"):
        make_secret(actor=admin)
    assert len(signing()) == 2


def test_the_only_secret_cannot_be_retired(admin: User) -> None:
    (only,) = secrets_in_use()

    with pytest.raises(Refused, match="only secret"):
        retire_secret(only.fingerprint, actor=admin)
    assert signing() == [SECRET]


def test_the_only_secret_that_can_sign_cannot_be_retired(admin: User, of_settings: LazySettings) -> None:
    make_secret(actor=admin)
    of_settings.SECRET_KEY = "another key altogether, which nobody had before it came"
    can_sign = next(each for each in secrets_in_use() if each.text)

    with pytest.raises(Refused, match="only secret"):
        retire_secret(can_sign.fingerprint, actor=admin)


def test_a_secret_that_is_not_in_use_cannot_be_retired(admin: User) -> None:
    with pytest.raises(Missing):
        retire_secret("0" * 64, actor=admin)


# Success


def test_before_anything_is_edited_the_settings_hold() -> None:
    assert (target().url, signing()) == ("https://old.example/", [SECRET])


def test_an_address_is_changed_and_given_back_to_the_settings(admin: User) -> None:
    change_address(URL, actor=admin)
    change_address(URL, actor=admin)
    assert target().url == URL

    change_address("", actor=admin)
    assert target().url == "https://old.example/"
    assert verbs() == ["endpoint.changed"] * 2  # the same address again is no change
    assert AuditEntry.objects.earliest("id").details == {
        "of_settings": False,
        "host_before": "",
        "host": "chat.example.org",
    }


def test_a_new_secret_signs_beside_the_one_of_the_settings_until_that_is_retired(admin: User) -> None:
    made = make_secret(actor=admin)
    assert signing() == [made, SECRET]

    retire_secret(secrets_in_use()[1].fingerprint, actor=admin)
    assert signing() == [made]

    again = make_secret(actor=admin)
    assert signing() == [again, made]
    retire_secret(secrets_in_use()[1].fingerprint, actor=admin)
    assert signing() == [again]
    assert verbs() == ["secret.made", "secret.retired"] * 2


def test_secrets_differ_and_are_what_standard_webhooks_asks_for(admin: User) -> None:
    made = make_secret(actor=admin)

    assert made.startswith(PREFIX)
    assert made != SECRET != OTHER_SECRET
    assert len(made) == len(PREFIX) + 44


def test_neither_table_nor_record_nor_page_holds_a_secret(admin: User) -> None:
    made = make_secret(actor=admin)

    stored = str(list(SigningSecret.objects.values())) + str(list(PlatformEndpoint.objects.values()))
    recorded = str(list(AuditEntry.objects.values()))
    shown = repr(endpoint_page(viewer=admin)) + repr(secrets_in_use()) + repr(target())
    for secret in (made, SECRET):
        for text in (stored, recorded, shown):
            assert secret not in text
            assert secret.removeprefix(PREFIX)[:8] not in text


def test_a_secret_survives_a_new_secret_key_with_its_fallback(admin: User, of_settings: LazySettings) -> None:
    made = make_secret(actor=admin)
    earlier = of_settings.SECRET_KEY
    of_settings.SECRET_KEY = "another key altogether, which nobody had before it came"

    assert signing() == [SECRET]
    assert not endpoint_page(viewer=admin).secrets[0].is_usable
    of_settings.SECRET_KEY_FALLBACKS = [earlier]
    assert signing() == [made, SECRET]


def test_trying_is_recorded_without_what_came_back(admin: User) -> None:
    tried = try_endpoint(lambda each: Tried(each, 30, 500, "It answered 500.", body="private words"), actor=admin)

    assert tried.status == 500
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor_id) == ("endpoint.tried", admin.pk)
    assert entry.details == {"arrived": False, "status": 500, "took_ms": 30}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://haven:p%40ss@chat.example/x?y=@", "https://chat.example/x?y=@"),
        ("https://chat.example", "https://chat.example"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
