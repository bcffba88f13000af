"""Reads settings from environment variables and refuses unusable values with a sentence.

Owns the spelling of values (flags, lists, database and Redis addresses); must not know what a setting is for.
A refusal never repeats the value it refuses: addresses carry passwords.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_DATABASE_SCHEMES = ("postgresql://", "postgres://")
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})


class BadSetting(ImproperlyConfigured):
    """A setting that cannot be used; the message says which one, what is wrong, and how to mend it."""


def text(name: str, default: str = "") -> str:
    """The trimmed value; an empty variable counts as unset."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise BadSetting(f"{name} must be one of 1, true, yes, on, 0, false, no, off.")


def number(name: str, *, default: int, least: int = 0) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise BadSetting(f"{name} must be a whole number of at least {least}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas or blanks: «a.example, b.example»."""
    return text(name, default).replace(",", " ").split()


def entries(name: str) -> list[str]:
    """A list separated by commas, its entries with blanks in them: «555 0100, jo@help.example»."""
    return [entry.strip() for entry in text(name).split(",") if entry.strip()]


def pairs(name: str, *, among: Collection[str]) -> dict[str, str]:
    """A list of «name=value», separated by commas, every value one of `among`."""
    found = {}
    for entry in entries(name):
        key, equals, value = (part.strip() for part in entry.partition("="))
        if not (key and equals and value in among):
            raise BadSetting(f"{name} must be entries «name=kind», separated by commas; a kind is {', '.join(among)}.")
        found[key] = value
    return found


def secret(name: str) -> str:
    """The value of NAME, or the content of the file that NAME_FILE names (as container secrets come)."""
    value, file = text(name), text(f"{name}_FILE")
    if value and file:
        raise BadSetting(f"{name} and {name}_FILE are both set; keep one of them.")
    if not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{name}_FILE names a file that cannot be read as text: {file}") from error


def database(url: str, *, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Django's database settings for an address as libpq understands it.

    Every form of PostgreSQL's own URI works: percent-encoded or `?host=` Unix sockets, several hosts, `sslmode`
    and the other connection parameters, which become OPTIONS.
    """
    if not url.startswith(_DATABASE_SCHEMES):
        raise BadSetting(
            f"{name} must start with postgresql:// — PostgreSQL is the only database that Haven works with."
        )
    try:
        parts = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise BadSetting(
            f"{name} is not a usable address. Write postgresql://USER:PASSWORD@HOST:5432/DATABASE, with"
            " percent-encoding for the characters @ : / ? # % in user and password, and only connection"
            " parameters that PostgreSQL knows after the question mark."
        ) from error
    database_name = parts.pop("dbname", None)
    if not database_name:
        raise BadSetting(f"{name} names no database: write it after the host, as in …@HOST:5432/haven.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": parts.pop("user", "") or "",
        "PASSWORD": parts.pop("password", "") or "",
        "HOST": parts.pop("host", "") or "",
        "PORT": str(parts.pop("port", "") or ""),
        "OPTIONS": parts,
    }


def redis_url(url: str, *, name: str = "REDIS_URL") -> str:
    """The address unchanged, once it is sure that the Redis client can read it."""
    parts = urlsplit(url)
    if parts.scheme not in _REDIS_SCHEMES or not (parts.hostname or parts.scheme == "unix"):
        raise BadSetting(
            f"{name} must be an address such as redis://:PASSWORD@HOST:6379/0, rediss://… or unix:///path?db=0."
        )
    return url


def broker_url(url: str) -> str:
    """The same Redis server in Celery's spelling, which differs for Unix sockets only."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database_number = parse_qs(parts.query).get("db", ["0"])[0]
    credentials = ""
    if parts.password:
        user, password = unquote(parts.username or ""), unquote(parts.password)
        credentials = f"{quote(user, safe='')}:{quote(password, safe='')}@"
    return f"redis+socket://{credentials}{parts.path}?virtual_host={database_number}"
