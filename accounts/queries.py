"""Reading the audit trail and the machine keys, each shaped for its page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.actors import SYSTEM, ActorKind
from accounts.models import ApiKey, AuditEntry, User

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What the trail is narrowed to; empty means everything."""

    verb: str = ""
    actor: str = ""  # «staff:3», «machine:1», «system:»
    target_type: str = ""
    target_id: str = ""

    def __bool__(self) -> bool:
        return self != AuditFilters()

    def narrow(self, entries: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
        kind, _, actor_id = self.actor.partition(":")
        wanted: dict[str, Any] = {
            "verb": self.verb,
            "actor_kind": kind,
            "actor_id": int(actor_id) if actor_id else "",
            "target_type": self.target_type,
            "target_id": self.target_id,
        }
        return entries.filter(**{column: value for column, value in wanted.items() if value != ""})


@dataclass(frozen=True, slots=True)
class AuditRow:
    id: int
    at: datetime
    verb: str
    actor: str
    actor_kind: str
    target_type: str
    target_id: str
    details: tuple[tuple[str, str], ...]
    policy_version: int | None
    request_id: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    rows: tuple[AuditRow, ...]
    following: int | None  # the id below which the next page begins; None: there is none


def audit_page(filters: AuditFilters, *, before: int | None = None) -> AuditPage:
    """The newest entries that fit, all of them older than `before`: one query, on the index of any one filter."""
    entries = filters.narrow(AuditEntry.objects.order_by("-id"))
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = list(entries[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return AuditPage(
        rows=tuple(_row(entry) for entry in shown),
        following=shown[-1].pk if len(found) > PAGE_SIZE else None,
    )


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        id=entry.pk,
        at=entry.at,
        verb=entry.verb,
        actor=entry.actor_name,
        actor_kind=entry.actor_kind,
        target_type=entry.target_type,
        target_id=entry.target_id,
        details=tuple((name.replace("_", " "), _words(value)) for name, value in entry.details.items()),
        policy_version=entry.policy_version,
        request_id=entry.request_id,
    )


def _words(value: Any) -> str:
    if value is None or value is True or value is False:
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items())
    return str(value)


# DISTINCT would read the whole trail; this jumps from verb to verb along the index.
_VERBS = """
WITH RECURSIVE known AS (
    (SELECT verb FROM accounts_auditentry ORDER BY verb LIMIT 1)
    UNION ALL
    SELECT (SELECT verb FROM accounts_auditentry WHERE verb > known.verb ORDER BY verb LIMIT 1)
    FROM known WHERE known.verb IS NOT NULL
)
SELECT verb FROM known WHERE verb IS NOT NULL
"""


def audit_verbs() -> list[str]:
    """Every verb in the trail, in order of the alphabet."""
    with connection.cursor() as cursor:
        cursor.execute(_VERBS)
        return [verb for (verb,) in cursor.fetchall()]


def audit_actors() -> Iterator[tuple[str, str]]:
    """Code and name of everybody who may stand in the trail, as AuditFilters.actor takes it."""
    yield f"{ActorKind.SYSTEM}:", SYSTEM.actor_name
    for pk, name in User.objects.order_by("name").values_list("pk", "name"):
        yield f"{ActorKind.STAFF}:{pk}", name
    for pk, name in ApiKey.objects.order_by("name").values_list("pk", "name"):
        yield f"{ActorKind.MACHINE}:{pk}", f"{name} (key)"


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    is_live: bool

    @property
    def state(self) -> str:
        if self.is_live:
            return "Live"
        return "Revoked" if self.revoked_at else "Expired"


def api_keys(now: datetime) -> list[ApiKeyRow]:
    """Every key that was ever made, the live ones first; in one query."""
    rows = [
        ApiKeyRow(
            id=key.pk,
            name=key.name,
            prefix=key.prefix,
            scopes=tuple(key.scopes),
            made_by=key.created_by.name if key.created_by else SYSTEM.actor_name,
            made_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
            revoked_at=key.revoked_at,
            is_live=key.is_live(now),
        )
        for key in ApiKey.objects.select_related("created_by").order_by("-id")
    ]
    return sorted(rows, key=lambda row: not row.is_live)
