"""What the queue costs: which indexes serve it, and counts that nobody waits for."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.core.cache import cache
from django.db import connection

from moderation.domain.vocabulary import Ground, Lane, Severity
from moderation.models import Account, Case, PolicyVersion, clock
from moderation.queries import tally
from moderation.queries.queue import Asked
from moderation.queries.queue_filters import Filters, Source
from tests import making
from tests.queries.test_queue import open_cases

INDEXED = {
    "case_queue": Filters(),
    "case_ground_severity": Filters(grounds=frozenset({Ground.OTHER}), severity=Severity.LOW),
    "case_on_break_sorts": Filters(on_break=True, severity=Severity.LOW),
    "case_seen_before_sorts": Filters(seen_before=True, grounds=frozenset({Ground.OTHER})),
    "case_reported_sorts": Filters(source=Source.REPORT, severity=Severity.NORMAL),
    "case_screened_sorts": Filters(source=Source.PRESCREEN, grounds=frozenset({Ground.OTHER})),
    "case_language_sorts": Filters(language="pl", severity=Severity.LOW),
    "case_teen_severity": Filters(teen=True, severity=Severity.LOW),
    "case_lane": Filters(lane=Lane.CRISIS),
}


def many_cases(count: int = 3000) -> None:
    """Enough of them, of all sorts, that the planner takes the index that fits best."""
    now, policy, me = clock.now(), PolicyVersion.objects.in_force(), making.moderator()
    people = Account.objects.bulk_create([Account(ext_id=f"many{n}", username=f"many{n}") for n in range(count)])
    chance = Random(11)
    Case.objects.bulk_create(
        Case(
            subject=person,
            ground=chance.choice(list(Ground)),
            grounds=[],
            severity=chance.choice(list(Severity)),
            priority=chance.randrange(900),
            opened_at=now - timedelta(minutes=n),
            due_at=now,
            policy_version=policy,
            screened=chance.random() < 0.8,
            reporters=chance.random() < 0.1,
            teen=chance.random() < 0.2,
            on_break=chance.random() < 0.1,
            seen_before=chance.random() < 0.1,
            language=chance.choice(["", "de", "en", "fr", "pl"]),
            lane=Lane.CRISIS if chance.random() < 0.02 else Lane.ORDINARY,
            handed_to=me if n % 100 == 0 else None,
            holder=me if n % 100 == 1 else None,
            lease_expires_at=now if n % 100 == 1 else None,
        )
        for n, person in enumerate(people)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Case._meta.db_table}")


@pytest.mark.django_db
def test_filters_are_served_in_order_by_their_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moderation.queries.queue.FEW", -1)
    many_cases()
    viewer = making.moderator()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")

    for index, filters in INDEXED.items():
        plan = Asked(viewer, filters.one_by_one()[0]).cases().explain()

        assert f"using {index} " in plan
        assert "Sort" not in plan


@pytest.mark.django_db
def test_counting_reads_no_case_but_those_whose_moment_has_passed() -> None:
    many_cases()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE moderation_case; SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {tally._KEPT_AND_SINCE}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    read = set(re.findall(r"(?:Scan using|Scan on) (case_\w+|moderation_case\w*)", plan))
    assert "Seq Scan on moderation_case " not in plan
    assert {"case_not_yet_late", "case_put_off"} <= read <= {
        "case_not_yet_late",
        "case_put_off",
        "moderation_case",
        "moderation_case_pkey",
        "moderation_casesort",
        "moderation_casesortchange",
        "moderation_casesort_pkey",
        "moderation_casesortchange_pkey",
    }  # fmt: skip


@pytest.mark.django_db
def test_counts_are_kept_for_a_while_and_say_when_they_were_made() -> None:
    open_cases(2)
    before = tally.tally()
    Case.objects.update(state="closed", closed_at=clock.now())

    assert tally.tally() == before

    tally.forget()
    assert (tally.tally().count(), tally.tally().oldest) == (0, None)
    assert tally.tally().as_of > before.as_of


@pytest.mark.django_db
def test_while_one_counts_anew_the_others_use_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = tally.tally()
    monkeypatch.setattr(tally, "COUNT_AGAIN_AFTER", timedelta())

    cache.add(tally._TURN, "somebody else's")
    assert tally.tally() is before

    cache.delete(tally._TURN)
    assert tally.tally().as_of > before.as_of


@pytest.mark.django_db
def test_counts_that_another_process_made_are_read() -> None:
    open_cases(2, language="pl")
    made = tally.tally()
    tally._read.clear()

    assert tally.tally() == made


@pytest.mark.django_db
def test_cases_past_due_are_counted() -> None:
    open_cases(2, due_at=clock.now() - timedelta(minutes=1))
    open_cases(3)

    assert tally.tally().count("late") == 2
