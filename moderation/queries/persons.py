"""Finding accounts, and what stands at the head of the page of one. Must not know HTTP; the timeline stands apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.check_ins import CheckIn, check_in
from moderation.domain.persons import Reliability
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import AccountRole, AccountStatus
from moderation.models import Account, clock
from moderation.permissions import is_narrowed, require, seen_in_sql, seen_values
from moderation.queries.notes import Notes, notes_about
from moderation.queries.parties import account_words, badge_words, standing_words
from moderation.queries.person_links import may_ask

PAGE_SIZE = 50
MOST_REPORTS = 500  # that are counted, the latest
_BEYOND = 2**63


@dataclass(frozen=True, slots=True)
class Row:
    account_id: int
    name: str
    ext_id: str
    words: str
    badges: str
    is_teen: bool
    status: str
    is_on_break: bool
    standing: str
    case_id: int | None = None  # the latest in which the contact was given that one searched for


@dataclass(frozen=True, slots=True)
class Found:
    rows: tuple[Row, ...]
    following: tuple[str, int] | None  # name and number of the last one, when there are more


# In the order of the index over folded names, so that it is one short walk however many names begin alike.
_BY_NAME = """
SELECT *, lower(username) COLLATE "C" AS folded FROM moderation_account
WHERE lower(username) COLLATE "C" LIKE lower(%(pattern)s)
AND (lower(username) COLLATE "C", id) > (%(name)s, %(id)s)
ORDER BY lower(username) COLLATE "C", id LIMIT %(most)s
"""


def by_name(prefix: str, *, viewer: Actor, after: tuple[str, int] = ("", 0)) -> Found:
    """Accounts whose user name begins so, in either case of letters, in order of the alphabet. One query."""
    require(viewer, Capability.READ_CASES)
    pattern = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    asked: dict[str, Any] = {"pattern": pattern, "name": after[0], "id": after[1], "most": PAGE_SIZE + 1}
    found = list(Account.objects.raw(_BY_NAME, asked)) if prefix else []
    last = found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None
    following = (last.folded, last.pk) if last else None  # type: ignore[attr-defined]
    return Found(tuple(_row(account) for account in found[:PAGE_SIZE]), following)


def by_id(ext_id: str, *, viewer: Actor) -> Found:
    """The account with this id on the platform, if there is one."""
    require(viewer, Capability.READ_CASES)
    return Found(tuple(_row(account) for account in Account.objects.filter(ext_id=ext_id)), None)


# From one account to the next along the index, each with its latest case: no slower for whoever gave it often.
_WHO_GAVE = """
SELECT actor_id, max(case_id) FROM unnest(%(fingerprints)s::text[]) AS sought (fingerprint) CROSS JOIN LATERAL (
    WITH RECURSIVE walk AS (
        (SELECT actor_id, case_id FROM {contacts}
         WHERE fingerprint = sought.fingerprint AND actor_id > %(id)s ORDER BY actor_id, case_id DESC LIMIT 1)
        UNION ALL
        SELECT later.actor_id, later.case_id FROM walk CROSS JOIN LATERAL (
            SELECT actor_id, case_id FROM {contacts}
            WHERE fingerprint = sought.fingerprint AND actor_id > walk.actor_id
            ORDER BY actor_id, case_id DESC LIMIT 1
        ) AS later
    ) SELECT * FROM walk LIMIT %(most)s
) AS given GROUP BY actor_id ORDER BY actor_id LIMIT %(most)s
"""


_KNOWN = """
SELECT told.fingerprint FROM unnest(%s::text[]) AS told (fingerprint)
WHERE EXISTS (SELECT FROM moderation_contact AS kept WHERE kept.fingerprint = told.fingerprint)
"""


def known_fingerprints(fingerprints: Iterable[str]) -> frozenset[str]:
    """Those of them that stand in some case. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(fingerprints)])
        return frozenset(fingerprint for (fingerprint,) in cursor.fetchall())


def by_contact(fingerprints: Iterable[str], *, viewer: Actor, after: int = 0) -> Found:
    """Accounts that gave a contact with one of these fingerprints in a case that this person may see. Two queries."""
    require(viewer, Capability.READ_CASES)
    with connection.cursor() as cursor:
        asked = {"fingerprints": sorted(fingerprints), "id": after, "most": PAGE_SIZE + 1, **seen_values(viewer)}
        cursor.execute(_WHO_GAVE.format(contacts=_contacts(viewer)), asked)
        cases: Mapping[int, int] = dict(cursor.fetchall())
    shown = list(cases)[:PAGE_SIZE]
    accounts = Account.objects.in_bulk(shown)
    following = ("", shown[-1]) if len(cases) > PAGE_SIZE else None
    return Found(tuple(_row(accounts[pk], cases[pk]) for pk in shown), following)


def _contacts(viewer: Actor) -> str:
    if not is_narrowed(viewer):
        return "moderation_contact"
    return f"(SELECT * FROM moderation_contact AS given WHERE {seen_in_sql(viewer, 'given.case_id')}) AS given"  # noqa: S608


def _row(account: Account, case_id: int | None = None) -> Row:
    status = AccountStatus(account.status)
    return Row(
        account_id=account.pk,
        name=account.display_name,
        ext_id=account.ext_id,
        words=account_words(account),
        badges=badge_words(account),
        is_teen=account.is_teen,
        status=status.label,
        is_on_break=status.is_break,
        standing=standing_words(account),
        case_id=case_id,
    )


@dataclass(frozen=True, slots=True)
class PersonHead:
    row: Row
    checked_in: CheckIn | None
    reliability: Reliability
    notes: Notes
    can_write: bool
    may_ask_for_links: bool
    sees_names: bool  # of linked accounts, once it is on record
    now: datetime


def person_head(account_id: int, *, viewer: Actor) -> PersonHead:
    """What is known of an account now. Five queries at most. Raises Missing, NotPermitted."""
    require(viewer, Capability.READ_CASES)
    account = Account.objects.filter(pk=account_id).first() if account_id < _BEYOND else None
    if account is None:
        raise Missing("There is no such account.")
    now = clock.now()
    is_asked = account.checked_in_at is not None or account.role != AccountRole.MEMBER
    return PersonHead(
        row=_row(account),
        checked_in=check_in(account.checked_in_at, now=now) if is_asked else None,
        reliability=_reliability(account, viewer),
        notes=notes_about(account, viewer=viewer),
        can_write=viewer.can(Capability.WORK_CASES),
        may_ask_for_links=may_ask(account, viewer=viewer),
        sees_names=viewer.can(Capability.SEE_LINKS),
        now=now,
    )


def person_notes(account_id: int, *, viewer: Actor) -> Notes:
    """The notes at the head of the page alone. Raises Missing, NotPermitted."""
    require(viewer, Capability.READ_CASES)
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Missing("There is no such account.")
    return notes_about(account, viewer=viewer)


# A report is upheld when a sanction that still counts came of its case against whoever was reported. One that says the
# same as an earlier one of the same reporter is not counted again.
OUTCOME = """
CASE WHEN about.state <> 'closed' THEN 'open' WHEN EXISTS (
    SELECT FROM moderation_sanction AS given
    WHERE given.case_id = report.case_id AND given.account_id = report.reported_id
    AND (given.state = 'in_force' OR given.state = 'ended' AND given.ended_how NOT IN ('appeal', 'replacement'))
) THEN 'upheld' ELSE 'not' END
"""
_RELIABILITY = f"""
SELECT outcome, count(*) FROM (
    SELECT {OUTCOME} AS outcome FROM moderation_report AS report
    JOIN moderation_case AS about ON about.id = report.case_id
    WHERE report.reporter_id = %(account)s AND {{seen}} AND NOT EXISTS (
        SELECT FROM moderation_report AS same
        WHERE same.id = report.repeats_id AND same.reporter_id = report.reporter_id
    ) ORDER BY report.created_at DESC, report.id DESC LIMIT %(most)s
) AS told GROUP BY outcome
"""  # noqa: S608 - constants alone


def _reliability(account: Account, viewer: Actor) -> Reliability:
    with connection.cursor() as cursor:
        asked = {"account": account.pk, "most": MOST_REPORTS, **seen_values(viewer)}
        cursor.execute(_RELIABILITY.format(seen=seen_in_sql(viewer, "report.case_id")), asked)
        counts = dict(cursor.fetchall())
    total = sum(counts.values())
    return Reliability(
        counts.get("upheld", 0), counts.get("not", 0), counts.get("open", 0), is_part=total == MOST_REPORTS
    )
