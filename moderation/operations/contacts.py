"""Remembering which contacts stand in which case, by a keyed hash alone, so that one seen before can be told.

Not an operation, except `mark_seen_lately`: screening and reports share the rest inside their transactions. A contact
comes in here readable and leaves as a fingerprint; nothing else of Haven stores it apart from the message itself.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import connection

from accounts import SYSTEM, audit
from accounts.database import whole
from moderation import prescreen
from moderation.domain.contacts import canonical
from moderation.domain.vocabulary import Ground, Kind
from moderation.models import Case, Contact, Message

log = structlog.get_logger(__name__)

_PURPOSE = b"haven: contacts seen before, version 1"
MOST_MARKED = 20  # cases that hold the same contact, the latest


@dataclass(frozen=True, slots=True)
class Given:
    """A contact that an account gave, in its one spelling."""

    actor_id: int
    kind: Kind
    contact: str


def given_in(findings: Iterable[prescreen.Finding], texts: Mapping[str, str]) -> list[Given]:
    """The contacts in what was found; `texts` are the messages by the ids that the findings use."""
    found = []
    for finding in findings:
        for span in finding.spans:
            said = texts[span.message][span.start : span.end]
            contact = canonical(Ground(finding.rule), Kind(span.kind), said, span.contact)
            if contact:
                found.append(Given(int(finding.actor), Kind(span.kind), contact))
    return found


def given_by(messages: Iterable[Message]) -> list[Given]:
    """The contacts in messages that were reported, whether or not what was found there is sure enough for a case."""
    told = tuple(prescreen.Message(str(message.pk), str(message.sender_id), message.text) for message in messages)
    options = prescreen.Options(own_domains=tuple(settings.HAVEN_OWN_DOMAINS))
    try:
        found = prescreen.screen(prescreen.Conversation("report", "", (), told), options=options)
    except Exception as error:  # whatever a detector raises, the report must be taken
        log.warning("reported_messages_raised", error=type(error).__name__)
        return []
    return given_in(found, {message.id: message.text for message in told})


def fingerprint(contact: str) -> str:
    """The same contact always gives the same one, and without the key nobody can try which it is."""
    secret = (settings.CONTACT_KEY or settings.SECRET_KEY).encode()
    key = hmac.digest(secret, _PURPOSE, "sha256")
    return hmac.new(key, contact.encode(), "sha256").hexdigest()


def keep(case: Case, given: Iterable[Given]) -> set[str]:
    """Put the contacts down in the case, each once an account; answers their fingerprints."""
    rows = [
        Contact(case=case, actor_id=one.actor_id, kind=one.kind, fingerprint=fingerprint(one.contact)) for one in given
    ]
    Contact.objects.bulk_create(rows, ignore_conflicts=True)
    return {row.fingerprint for row in rows}


def mark_seen(fingerprints: Iterable[str]) -> int:
    """Mark the cases that share one of these contacts with another case; answers how many were not marked yet.

    The last thing to be written before the record: a case that somebody else has locked is passed over, so that
    nobody waits in a circle. `mark_seen_lately` comes back for it.
    """
    about = sorted(fingerprints)
    return _mark(_SHARING, (about, MOST_MARKED)) if about else 0


@whole
def mark_seen_lately(newest: int = 2_000) -> int:
    """The same for the newest contacts: what was locked, or was given in two cases at the same moment."""
    return _mark(_SHARING_LATELY, (newest, MOST_MARKED))


# For each fingerprint the latest cases that hold it, where there are two of them. Each is one short walk of an index,
# however often a contact has been given.
_HELD = """
CROSS JOIN LATERAL (
    SELECT held.case_id, count(*) OVER () AS cases FROM (
        SELECT DISTINCT contact.case_id FROM (
            SELECT case_id FROM moderation_contact
            WHERE fingerprint = given.fingerprint ORDER BY case_id DESC LIMIT 200
        ) AS contact ORDER BY contact.case_id DESC LIMIT %s
    ) AS held
) AS latest
WHERE latest.cases > 1
"""
_SHARING = f"SELECT DISTINCT latest.case_id FROM unnest(%s::text[]) AS given (fingerprint) {_HELD}"  # noqa: S608
_SHARING_LATELY = (
    "SELECT DISTINCT latest.case_id FROM (SELECT DISTINCT fingerprint FROM"  # noqa: S608 - constants alone
    f" (SELECT fingerprint FROM moderation_contact ORDER BY id DESC LIMIT %s) AS newest) AS given {_HELD}"
)


def _mark(sharing: str, about: tuple[Any, ...]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sharing, about)
        case_ids = [case_id for (case_id,) in cursor.fetchall()]
    unmarked = Case.objects.filter(pk__in=case_ids, seen_before=False).order_by("pk")
    free = list(unmarked.select_for_update(skip_locked=True, no_key=True))
    Case.objects.filter(pk__in=[case.pk for case in free]).update(seen_before=True)
    for case in free:
        audit.record("case.contact_seen_before", actor=SYSTEM, target=case)
    return len(free)
