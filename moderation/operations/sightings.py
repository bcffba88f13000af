"""What betrays contact off the site, read from what lately came into cases: contacts, findings, reports, referrals.

Not an operation: `clusters` reads it inside its transaction. What makes a tie is said in domain.clusters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Exists, OuterRef

from moderation.domain.clusters import MOST_CASES, Giving, Place, Sightings, Tie, of_contacts, of_words
from moderation.domain.vocabulary import DecisionState, Ground, Judgement, Outcome, TieKind
from moderation.models import Case, Decision, Finding, Label, Referral, Report

# For each of the newest fingerprints the latest cases that hold it, one more than can say anything. Each is one short
# walk of an index, however often a contact has been given.
_GIVEN = """
SELECT held.fingerprint, held.case_id, held.actor_id FROM (
    SELECT DISTINCT fingerprint FROM (
        SELECT fingerprint FROM moderation_contact ORDER BY id DESC LIMIT %s
    ) AS newest
) AS known
CROSS JOIN LATERAL (
    SELECT fingerprint, case_id, actor_id, min(case_id) OVER () <> max(case_id) OVER () AS again FROM (
        SELECT fingerprint, case_id, actor_id FROM moderation_contact
        WHERE fingerprint = known.fingerprint ORDER BY case_id DESC LIMIT %s
    ) AS latest
) AS held
WHERE held.again
"""


@dataclass(frozen=True, slots=True)
class _Word:
    """That somebody's words, or a report of them, are about contact off the site."""

    case_id: int
    actor_id: int | None  # None: whoever did something in the case
    kind: TieKind
    at: datetime


def lately(newest: int) -> Sightings:
    """What the newest contacts, findings, reports and referrals betray. A constant number of queries."""
    given = _given(newest)
    words = [*_admitted(newest), *_reported(newest), *_referred(newest)]
    places = _places({case_id for _, case_id, _ in given} | {word.case_id for word in words})
    seen = of_contacts(
        Giving(fingerprint, actor_id, places[case_id].place)
        for fingerprint, case_id, actor_id in given
        if case_id in places
    )
    for word in words:
        if word.case_id in places:
            seen.add(_of_word(word, places[word.case_id]))
    seen.ties += _named(newest)
    return seen


@dataclass(frozen=True, slots=True)
class _Known:
    place: Place
    actors: tuple[int, ...]


def _of_word(word: _Word, known: _Known) -> Sightings:
    seen = Sightings()
    for actor in known.actors if word.actor_id is None else (word.actor_id,):
        seen.add(of_words(actor, word.kind, known.place))
    return seen


def _given(newest: int) -> list[tuple[str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [newest, MOST_CASES * 2])  # a case may hold it twice: given by both
        return list(cursor.fetchall())


def _admitted(newest: int) -> Iterable[_Word]:
    wrong = Label.objects.filter(finding=OuterRef("pk"), judgement=Judgement.WRONG, withdrawn_at__isnull=True)
    latest = Finding.objects.order_by("-pk")[:newest].values("pk")
    found = Finding.objects.filter(~Exists(wrong), pk__in=latest, rule=Ground.OFFSITE_CONTACT)
    for case_id, actor_id, at in found.values_list("case", "actor", "found_at"):
        yield _Word(case_id, actor_id, TieKind.ADMITTED, at)


def _reported(newest: int) -> Iterable[_Word]:
    latest = Report.objects.order_by("-pk")[:newest].values("pk")
    told = Report.objects.filter(pk__in=latest, reason=Ground.OFFSITE_CONTACT, conversation__isnull=False)
    for case_id, reported_id, at in told.values_list("case", "reported", "created_at"):
        yield _Word(case_id, reported_id, TieKind.REPORTED, at)


def _referred(newest: int) -> Iterable[_Word]:
    latest = Referral.objects.order_by("-pk")[:newest].values("pk")
    told = Referral.objects.filter(pk__in=latest, ground=Ground.OFFSITE_CONTACT, case__conversation__isnull=False)
    for case_id, account_id, at in told.values_list("case", "account", "made_at"):
        yield _Word(case_id, account_id, TieKind.REPORTED, at)


def _named(newest: int) -> list[Tie]:
    """Reports without a conversation. Whoever reports several people speaks of them, not of contact with them."""
    latest = Report.objects.order_by("-pk")[:newest].values("pk")
    without = Report.objects.filter(reason=Ground.OFFSITE_CONTACT, conversation__isnull=True)
    told = list(without.filter(pk__in=latest).values_list("case", "reporter", "reported", "created_at"))
    reporters = {reporter for _, reporter, _, _ in told}
    of_one = without.filter(reporter__in=reporters).values("reporter").annotate(n=Count("reported", distinct=True))
    single = set(of_one.filter(n=1).values_list("reporter", flat=True))
    dismissed = _dismissed({case_id for case_id, *_ in told})
    return [
        Tie(reporter, reported, TieKind.NAMED, case_id, at)
        for case_id, reporter, reported, at in told
        if reporter in single and reporter != reported and case_id not in dismissed
    ]


def _places(case_ids: set[int]) -> Mapping[int, _Known]:
    """The cases with who was there; not those of which a person has found that nothing was wrong."""
    dismissed = _dismissed(case_ids)
    rows = (
        Case.objects.filter(pk__in=case_ids - dismissed)
        .annotate(present=ArrayAgg("parties__account"), acting=ArrayAgg("parties__is_actor"))
        .values_list("pk", "conversation", "opened_at", "present", "acting")
    )
    return {
        pk: _Known(
            Place(pk, f"conversation {where}" if where else f"case {pk}", frozenset(present) - {None}, opened_at),
            tuple(sorted(who for who, is_actor in zip(present, acting, strict=True) if is_actor)),
        )
        for pk, where, opened_at, present, acting in rows
    }


def _dismissed(case_ids: set[int]) -> set[int]:
    found = Decision.objects.filter(case__in=case_ids, state=DecisionState.IN_FORCE, outcome=Outcome.NO_VIOLATION)
    return set(found.values_list("case", flat=True))
