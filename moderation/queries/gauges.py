"""How things stand at this moment, as numbers for /metrics: cheap whatever the size of the tables. Knows no HTTP."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum

from moderation.domain.vocabulary import Severity
from moderation.models import Case, CaseSort, CaseSortChange, Message, clock
from moderation.queries import health

GAUGES = {
    "haven_screening_backlog": f"Messages that wait to be screened; counted up to {health.MOST_COUNTED}.",
    "haven_screening_oldest_seconds": "How long the message that waits longest has been waiting.",
    "haven_screening_wait_seconds": "From acceptance to screened, of the latest messages, by quantile.",
    "haven_outbox_due": f"Events that the platform should have been told by now; counted up to {health.MOST_COUNTED}.",
    "haven_outbox_oldest_seconds": "How long the event that is due longest has been due.",
    "haven_outbox_dead": "Events that Haven has given up.",
    "haven_cases_open": "Open cases, by ground and severity.",
    "haven_cases_overdue": f"Open cases past their due time; counted up to {health.MOST_COUNTED}.",
    "haven_leases_held": "Cases that somebody is deciding.",
    "haven_leases_lapsed": "Leases that ran out and were not released yet.",
}
LATEST = 1_000  # messages that the wait is taken from
_SLOWEST = ("0.5", "0.95")


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


@transaction.atomic
def gauges() -> list[Gauge]:
    """Raises OperationalError when the database is away or takes longer than two seconds for one of them."""
    work = health.work_waiting()
    return [
        Gauge("haven_screening_backlog", work.screening.backlog),
        Gauge("haven_screening_oldest_seconds", work.screening.oldest_s),
        *_waits(),
        Gauge("haven_outbox_due", work.outbox.backlog),
        Gauge("haven_outbox_oldest_seconds", work.outbox.oldest_s),
        Gauge("haven_outbox_dead", work.dead),
        *_cases(),
    ]


def _waits() -> Iterator[Gauge]:
    """Of the newest ids alone, in a walk back along the primary key; nothing while none of them is screened."""
    newest = Message.objects.order_by("-id").values_list("screened_at", "received_at")[:LATEST]
    waits = sorted((done - came).total_seconds() for done, came in newest if done is not None)
    for quantile in _SLOWEST if waits else ():
        at = min(int(len(waits) * float(quantile)), len(waits) - 1)
        yield Gauge("haven_screening_wait_seconds", max(waits[at], 0.0), (("quantile", quantile),))


def _cases() -> Iterator[Gauge]:
    now = clock.now()
    open_cases = Case.objects.open()
    for (ground, severity), number in sorted(_open_sorts().items()):
        labels = (("ground", ground), ("severity", Severity(severity).name.lower()))
        yield Gauge("haven_cases_open", number, labels)
    held = Case.objects.filter(holder__isnull=False)
    overdue = open_cases.filter(due_at__lt=now).order_by()[: health.MOST_COUNTED]
    yield Gauge("haven_cases_overdue", overdue.count())
    yield Gauge("haven_leases_held", held.filter(lease_expires_at__gte=now).count())
    yield Gauge("haven_leases_lapsed", held.filter(lease_expires_at__lt=now).count())


def _open_sorts() -> Counter[tuple[str, int]]:
    """From the numbers that the database keeps; in one statement, so that no change is missed or seen twice."""
    kept, noted = (
        table.objects.order_by().values_list("ground", "severity").annotate(Sum("cases"))
        for table in (CaseSort, CaseSortChange)
    )
    found = Counter[tuple[str, int]]()
    for ground, severity, cases in kept.union(noted, all=True):
        found[ground, severity] += cases
    return +found
