"""Dangerous settings are named by id, with a hint; harmless ones pass."""

from typing import Any

import pytest
from django.core import checks
from django.db import connection
from pytest_django import Settings

from config.checks import SETTINGS_TAG, check_app_role, start_up_errors

pytestmark = pytest.mark.usefixtures("production")
GOOD_SECRET = "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="


@pytest.fixture
def production(settings: Settings) -> None:
    settings.LOCAL = settings.DEBUG = False
    settings.HTTPS = True
    settings.SECRET_KEY = "Zk3q9xT7vB1mWc5hR8nL2pYdF6gJ4sKuQeXaVoIzMtHbNrCw" * 2
    settings.TEXT_KEYS = ["k1:Zk3q9xT7vB1mWc5hR8nL2pYdF6gJ4sKu"]
    settings.ALLOWED_HOSTS = ["haven.example.org"]
    settings.WEBHOOK_URL = "https://chat.example.org/haven"
    settings.WEBHOOK_SECRET = GOOD_SECRET
    settings.WEBHOOK_ALLOW_PRIVATE = False


def _ids() -> list[str | None]:
    return [message.id for message in checks.run_checks(tags=[SETTINGS_TAG], include_deployment_checks=True)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({"SECRET_KEY": ""}, "haven.E001", id="no key"),
        pytest.param({"SECRET_KEY": "short"}, "haven.E002", id="short key"),
        pytest.param({"SECRET_KEY": "a" * 80}, "haven.E002", id="key of one letter"),
        pytest.param({"SECRET_KEY": "django-insecure-" + "Zk3q9xT7vB1m" * 5}, "haven.E002", id="key of a template"),
        pytest.param({"CONTACT_KEY": "short"}, "haven.E011", id="short contact key"),
        pytest.param({"CONTACT_KEY": "ab" * 32}, "haven.E011", id="contact key of two letters"),
        pytest.param({"METRICS_TOKEN": "short"}, "haven.E012", id="short metrics token"),
        pytest.param({"METRICS_TOKEN": "ab" * 32}, "haven.E012", id="metrics token of two letters"),
        pytest.param({"TEXT_KEYS": ["k1:short"]}, "haven.E013", id="short text key"),
        pytest.param({"TEXT_KEYS": ["Zk3q9xT7vB1mWc5hR8nL2pYdF6gJ4sKu"]}, "haven.E013", id="text key without a name"),
        pytest.param({"DEBUG": True}, "haven.E003", id="debug in public"),
        pytest.param({"LOCAL": True}, "haven.E004", id="local in public"),
        pytest.param({"ALLOWED_HOSTS": []}, "haven.E005", id="no hosts"),
        pytest.param({"HTTPS": False}, "haven.E006", id="no https"),
        pytest.param({"WEBHOOK_SECRET": ""}, "haven.E007", id="no webhook secret"),
        pytest.param({"WEBHOOK_SECRET": "hunter2"}, "haven.E007", id="webhook secret without whsec_"),
        pytest.param({"WEBHOOK_SECRET": "whsec_c2hvcnQ="}, "haven.E007", id="short webhook secret"),
        pytest.param({"WEBHOOK_SECRET": "whsec_!!!"}, "haven.E007", id="webhook secret not base64"),
        pytest.param({"WEBHOOK_SECRET": f"{GOOD_SECRET} whsec_!"}, "haven.E007", id="one of two secrets bad"),
        pytest.param({"WEBHOOK_URL": "chat.example.org"}, "haven.E009", id="webhook address without scheme"),
        pytest.param({"WEBHOOK_URL": "http://chat.example.org/"}, "haven.E010", id="webhook not encrypted"),
    ],
)
def test_dangerous_setting_is_named(change: dict[str, Any], expected: str, settings: Settings) -> None:
    for name, value in change.items():
        setattr(settings, name, value)

    assert _ids() == [expected]
    assert start_up_errors(web=True)[0].endswith(f"({expected})")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="production"),
        pytest.param({"WEBHOOK_URL": "", "WEBHOOK_SECRET": ""}, id="no webhook"),
        pytest.param({"WEBHOOK_SECRET": f"{GOOD_SECRET} {GOOD_SECRET}"}, id="two secrets while one is replaced"),
        pytest.param({"WEBHOOK_URL": "http://10.0.0.7/", "WEBHOOK_ALLOW_PRIVATE": True}, id="private platform"),
        pytest.param({"LOCAL": True, "HTTPS": False, "ALLOWED_HOSTS": ["localhost"]}, id="one machine"),
    ],
)
def test_sound_settings_pass(change: dict[str, Any], settings: Settings) -> None:
    for name, value in change.items():
        setattr(settings, name, value)

    assert _ids() == []
    assert start_up_errors(web=True) == []


def test_a_server_is_asked_for_keys_of_its_own_for_texts_and_starts_all_the_same(settings: Settings) -> None:
    settings.TEXT_KEYS = []

    assert _ids() == ["haven.W014"]
    assert start_up_errors(web=True) == []


def test_workers_need_no_host_names(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = []

    assert start_up_errors(web=False) == []


def _check_role_that_may(rights: str) -> list[str | None]:
    """As a role that exists only in this test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE haven_test_server")
        cursor.execute(f"GRANT {rights} ON accounts_auditentry TO haven_test_server")
        cursor.execute("SET LOCAL ROLE haven_test_server")
        try:
            return [message.id for message in check_app_role(None, databases=["default"])]
        finally:
            cursor.execute("RESET ROLE")


@pytest.mark.django_db
@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
def test_role_that_may_change_the_audit_log_is_named(right: str) -> None:
    assert _check_role_that_may(f"SELECT, INSERT, {right}") == ["haven.W008"]


@pytest.mark.django_db
def test_superuser_is_named() -> None:
    assert [message.id for message in check_app_role(None, databases=["default"])] == ["haven.W008"]


@pytest.mark.django_db
def test_role_that_only_reads_and_appends_passes() -> None:
    assert _check_role_that_may("SELECT, INSERT") == []


@pytest.mark.django_db
def test_role_is_not_judged_where_the_database_is_not_asked_for(settings: Settings) -> None:
    assert check_app_role(None, databases=None) == []
    settings.AS_OWNER = True
    assert check_app_role(None, databases=["default"]) == []
