"""Where else the contacts of a case have been given. Knows them by their fingerprints alone, as everybody does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from accounts import Actor
from moderation.domain.policy import Measure
from moderation.domain.vocabulary import CaseState, DecisionState, Kind, Outcome, SanctionKind
from moderation.models import Case, Contact, Decision, Sanction
from moderation.models.prepared import Prepared, Slot
from moderation.permissions import may_see

MOST_SEEN = 20  # cases, the latest

# Each fingerprint of the case is one short walk of an index, however often that contact has been given.
_OTHERS = """
SELECT latest.case_id FROM (SELECT DISTINCT fingerprint FROM moderation_contact WHERE case_id = %s) AS own
CROSS JOIN LATERAL (
    SELECT case_id FROM moderation_contact
    WHERE fingerprint = own.fingerprint AND case_id <> %s ORDER BY case_id DESC LIMIT 20
) AS latest
"""


@dataclass(frozen=True, slots=True)
class SeenCase:
    """Another case in which the same contact was given."""

    case_id: int
    opened_at: datetime
    state: str  # «open», «closed, suspended 7 days»
    what: str  # «phone»
    by: tuple[str, ...]  # names of the accounts that gave it there


def seen_before(case: Case, *, viewer: Actor) -> tuple[SeenCase, ...]:
    """Those that this person may see, the newest case first: one query."""
    return tuple(_seen(other) for other in _SEEN(case=case.pk) if may_see(viewer, other))


def _others(case: Slot) -> "QuerySet[Any]":
    others = Case.objects.filter(pk__in=RawSQL(_OTHERS, [case, case])).order_by("-pk")  # noqa: S611
    return others.annotate(same=_same(case), outcome=_outcome(), measures=_measures())[:MOST_SEEN]


_SEEN = Prepared(lambda: _others(Slot("case")))


def _same(case: Slot) -> ArraySubquery:
    """The contacts of the other case that this one holds too, with who gave them."""
    own = Contact.objects.filter(case=case).values("fingerprint")
    theirs = Contact.objects.filter(case=OuterRef("pk"), fingerprint__in=own).order_by("pk")
    said = JSONObject(kind=F("kind"), username=F("actor__username"), ext_id=F("actor__ext_id"))
    return ArraySubquery(theirs.values(said=said)[:5])


def _latest_decision(case: OuterRef) -> "QuerySet[Decision]":
    standing = Decision.objects.filter(case=case, state__in=(DecisionState.PROPOSED, DecisionState.IN_FORCE))
    return standing.order_by("-pk")


def _outcome() -> Subquery:
    return Subquery(_latest_decision(OuterRef("pk")).values("outcome")[:1])


def _measures() -> ArraySubquery:
    """What its decision did, as it was meant: a suspension that has run out was one all the same."""
    latest = Subquery(_latest_decision(OuterRef(OuterRef("pk"))).values("pk")[:1])
    given = Sanction.objects.filter(decision=latest).exclude(kind=SanctionKind.TEEN_BADGE_HOLD).order_by("pk")
    return ArraySubquery(given.values(said=JSONObject(kind=F("kind"), days=F("days"), permanent=F("permanent")))[:20])


def _seen(case: Any) -> SeenCase:
    kinds = dict.fromkeys(Kind(said["kind"]).replace("_", " ") for said in case.same)
    return SeenCase(
        case_id=case.pk,
        opened_at=case.opened_at,
        state=_state(case),
        what=", ".join(kinds),
        by=tuple(dict.fromkeys(said["username"] or said["ext_id"] for said in case.same)),
    )


def _state(case: Any) -> str:
    if case.state == CaseState.OPEN:
        return "open"
    done = list(dict.fromkeys(_done(case.measures)))
    if case.outcome == Outcome.NO_VIOLATION:
        done = ["no violation"]
    if case.state == CaseState.PROPOSED:
        return ", ".join(["waits for a second person", *done])
    return ", ".join(["closed", *done])


def _done(measures: Iterable[dict[str, Any]]) -> Iterable[str]:
    for said in measures:
        measure = Measure(SanctionKind(said["kind"]), said["days"], said["permanent"])
        if measure.kind is not SanctionKind.SUSPENSION:
            yield measure.kind.label.lower()
        elif measure.permanent:
            yield "suspended permanently"
        else:
            yield f"suspended {measure.length}"
