"""System checks for dangerous settings, each with an id and a hint how to mend it.

`manage.py check --deploy` shows all of them; the web server and the workers refuse to start on an error
(`start_up_errors`). Must not read the environment: what is judged is the settings.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

SETTINGS_TAG = "haven"
_LEAST_KEY_LENGTH = 50
_LEAST_CONTACT_KEY = 32
_LEAST_METRICS_TOKEN = 32
_KEY_NAME = re.compile(r"[a-z0-9]{1,16}")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "testserver"})
_MAKE_A_KEY = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(64))'"

Apps = Sequence[AppConfig] | None


@checks.register(SETTINGS_TAG)
def check_settings(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    return [*_secret_key(), *_contact_key(), *_text_keys(), *_metrics_token(), *_modes(), *_webhook()]


@checks.register(SETTINGS_TAG, deploy=True)
def check_web_settings(app_configs: Apps, **_: Any) -> list[checks.CheckMessage]:
    """Apart, because workers and one-off commands need no host names."""
    return [*_web(), *_no_text_keys()]


@checks.register(checks.Tags.database)
def check_app_role(app_configs: Apps, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """The audit log is append-only as long as the serving role has no right to change it."""
    if settings.AS_OWNER or "default" not in (databases or ()):
        return []
    tables = [apps.get_model("accounts", name)._meta.db_table for name in ("AuditEntry", "AuditSeal")]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, (SELECT bool_or(has_table_privilege(to_regclass(told)::oid, 'UPDATE, DELETE, TRUNCATE'))"
            " FROM unnest(%s::text[]) AS told WHERE to_regclass(told) IS NOT NULL)"
            " FROM pg_roles WHERE rolname = current_user",
            [tables],
        )
        is_superuser, may_change = cursor.fetchone()
    if not is_superuser and not may_change:
        return []
    return [
        checks.Warning(
            "The database role that serves requests may change the audit log.",
            hint="Serve with a role of its own: DATABASE_OWNER_URL for the owner, DATABASE_URL for the app role, then"
            " `manage.py migrate` and `manage.py grant_app_role`.",
            id="haven.W008",
        )
    ]


def start_up_errors(*, web: bool) -> list[str]:
    """Sentences for settings that are too dangerous to start with."""
    found = checks.run_checks(tags=[SETTINGS_TAG], include_deployment_checks=web)
    return [f"{message.msg} {message.hint} ({message.id})" for message in found if message.level >= checks.ERROR]


def _secret_key() -> Iterator[checks.CheckMessage]:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:
        yield checks.Error(
            "SECRET_KEY is not set.", hint=f"{_MAKE_A_KEY} (`make run` brings its own.)", id="haven.E001"
        )
        return
    if len(key) < _LEAST_KEY_LENGTH or len(set(key)) < 8 or key.startswith("django-insecure-"):
        yield checks.Error("SECRET_KEY can be guessed: it is short or well known.", hint=_MAKE_A_KEY, id="haven.E002")


def _contact_key() -> Iterator[checks.CheckMessage]:
    """There are few telephone numbers: whoever guesses the key can try them all."""
    key = settings.CONTACT_KEY
    if key and (len(key) < _LEAST_CONTACT_KEY or len(set(key)) < 8):
        yield checks.Error(
            "CONTACT_KEY can be guessed: it is short or of few different characters.",
            hint=f"{_MAKE_A_KEY} Or unset it: a key is derived from SECRET_KEY then.",
            id="haven.E011",
        )


def _metrics_token() -> Iterator[checks.CheckMessage]:
    token = settings.METRICS_TOKEN
    if token and (len(token) < _LEAST_METRICS_TOKEN or len(set(token)) < 8):
        yield checks.Error(
            "METRICS_TOKEN can be guessed: it is short or of few different characters.",
            hint=f"{_MAKE_A_KEY} Or unset it: there is no /metrics then.",
            id="haven.E012",
        )


def _text_keys() -> Iterator[checks.CheckMessage]:
    for one in settings.TEXT_KEYS:
        name, _, secret = one.partition(":")
        if not _KEY_NAME.fullmatch(name) or len(secret) < _LEAST_CONTACT_KEY or len(set(secret)) < 8:
            yield checks.Error(
                "TEXT_KEYS holds something that is no key, or one that can be guessed.",
                hint=f"Write each as name:secret, the name of 1 to 16 small letters and digits. {_MAKE_A_KEY}",
                id="haven.E013",
            )


def _no_text_keys() -> Iterator[checks.CheckMessage]:
    """No error: a server from before there were such keys has to come up, and can be given one at any time."""
    if not settings.TEXT_KEYS and not settings.LOCAL:
        yield checks.Warning(
            "TEXT_KEYS is not set: texts are encrypted under a key made from SECRET_KEY, and lost with it.",
            hint=f"Set TEXT_KEYS (or TEXT_KEYS_FILE) to name:secret, then run `manage.py rotate_texts`. {_MAKE_A_KEY}",
            id="haven.W014",
        )


def _modes() -> Iterator[checks.CheckMessage]:
    public = set(settings.ALLOWED_HOSTS) - _LOCAL_HOSTS
    if settings.DEBUG and public:
        yield checks.Error(
            "DEBUG is on while other machines may reach this server: it shows settings and data on every error.",
            hint="Unset DEBUG, or let ALLOWED_HOSTS name this machine only.",
            id="haven.E003",
        )
    if settings.LOCAL and public:
        yield checks.Error(
            "HAVEN_LOCAL (or an unset DATABASE_URL) is for one machine, but ALLOWED_HOSTS names others.",
            hint="Unset HAVEN_LOCAL and set DATABASE_URL, or let ALLOWED_HOSTS name this machine only.",
            id="haven.E004",
        )


def _web() -> Iterator[checks.CheckMessage]:
    if not settings.ALLOWED_HOSTS:
        yield checks.Error(
            "ALLOWED_HOSTS is empty, so every request would be refused.",
            hint="Set it to the host names that moderators open, such as haven.example.org.",
            id="haven.E005",
        )
    if not settings.HTTPS and not settings.LOCAL:
        yield checks.Error(
            "HTTPS is off: passwords and conversations would travel readable.",
            hint="Unset HTTPS and put a TLS proxy in front; set TRUSTED_PROXY_COUNT to the number of proxies.",
            id="haven.E006",
        )


def _webhook() -> Iterator[checks.CheckMessage]:
    if not settings.WEBHOOK_URL:
        return
    if not _is_standard_webhooks_secret(settings.WEBHOOK_SECRET):
        yield checks.Error(
            "WEBHOOK_URL is set without a usable WEBHOOK_SECRET, so the platform could not tell a forged call.",
            hint="Set WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE) to whsec_ and the base64 of 24 to 64 random bytes, as in:"
            " echo whsec_$(head -c 32 /dev/urandom | base64)",
            id="haven.E007",
        )
    parts = urlsplit(settings.WEBHOOK_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        yield checks.Error(
            "WEBHOOK_URL is not an http(s) address.",
            hint="Set it to the address on the chat platform that takes the events, such as https://chat.example.org/haven.",
            id="haven.E009",
        )
    elif parts.scheme == "http" and not settings.WEBHOOK_ALLOW_PRIVATE:
        yield checks.Error(
            "WEBHOOK_URL is not https: notices about people would travel readable.",
            hint="Use https, or set WEBHOOK_ALLOW_PRIVATE when the platform is on your own private network.",
            id="haven.E010",
        )


def _is_standard_webhooks_secret(secret: str) -> bool:
    """Several secrets, separated by blanks, are valid at once while one is being replaced."""
    return bool(secret.split()) and all(_is_one_secret(each) for each in secret.split())


def _is_one_secret(secret: str) -> bool:
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return False
    return secret.startswith("whsec_") and 24 <= len(raw) <= 64
