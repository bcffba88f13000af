"""The numbers that triggers keep: true after every kind of change, turned by time, mended when they are not."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from accounts.models import User
from moderation import tasks
from moderation.domain.vocabulary import Ground, Lane, Severity
from moderation.models import Case, CaseSort, CaseSortChange, clock
from moderation.models.sorts import COLUMNS, READ_OFF
from moderation.operations import counting
from moderation.queries import tally
from tests import making
from tests.queries.test_queue import open_cases

pytestmark = pytest.mark.django_db(transaction=True)


def true_sorts() -> dict[tuple[Any, ...], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(READ_OFF.values())}, count(*) FROM moderation_case WHERE state = 'open'"
            f" GROUP BY {', '.join(map(str, range(1, len(READ_OFF) + 1)))}"
        )
        return {tuple(sort): cases for *sort, cases in cursor.fetchall()}


def kept_sorts() -> dict[tuple[Any, ...], int]:
    """What is kept and what was noted since; a sort of which there are none is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS}, sum(cases) FROM (SELECT {COLUMNS}, cases FROM moderation_casesort UNION ALL"
            f" SELECT {COLUMNS}, cases FROM moderation_casesortchange) AS told"
            f" GROUP BY {COLUMNS} HAVING sum(cases) <> 0"
        )
        return {tuple(sort): cases for *sort, cases in cursor.fetchall()}


def gathered() -> dict[tuple[Any, ...], int]:
    counting.gather_changes()
    assert not CaseSortChange.objects.exists()
    return {tuple(row): cases for *row, cases in CaseSort.objects.values_list(*READ_OFF, "cases")}


def changes(chance: Random, people: list[User]) -> list[Callable[[Case], dict[str, Any]]]:
    """One of each: what may happen to a case that the queue can be narrowed by, and a few things that it cannot."""
    now = clock.now()
    later, earlier = now + timedelta(hours=2), now - timedelta(hours=2)
    free = {"holder": None, "lease_expires_at": None}
    return [
        lambda _: {"ground": chance.choice(list(Ground))},
        lambda _: {"severity": chance.choice(list(Severity)), "score": chance.random()},
        lambda _: {"lane": chance.choice(list(Lane))},
        lambda case: {"teen": not case.teen},
        lambda case: {"screened": not case.screened},
        lambda case: {"on_break": not case.on_break, "seen_before": not case.seen_before},
        lambda _: {"reporters": chance.randrange(6)},
        lambda _: {"language": chance.choice(["", "en", "pl"])},
        lambda _: {"due_at": chance.choice([earlier, later])},
        lambda _: {"waits_until": chance.choice([earlier, later, None])},
        lambda _: {"handed_to": chance.choice([*people, None])},
        lambda case: {"version": case.version + 1, "snippet": "another"},
        lambda _: {"state": "closed", "closed_at": now} | free,
        lambda _: {"state": "proposed", "closed_at": None} | free,
        lambda _: {"state": "open", "closed_at": None},
        lambda _: {"state": "open", "closed_at": None, "holder": chance.choice(people), "lease_expires_at": later},
    ]


def change_at_random(case_ids: list[int], people: list[User], chance: Random, times: int) -> None:
    for _ in range(times):
        case_id = chance.choice(case_ids)
        case = Case.objects.get(pk=case_id)
        Case.objects.filter(pk=case_id).update(**chance.choice(changes(chance, people))(case))


@pytest.mark.parametrize("seed", range(3))
def test_the_sorts_are_true_after_anything(seed: int) -> None:
    chance, people = Random(seed), [making.moderator() for _ in range(3)]
    case_ids = [case.pk for case in open_cases(20)]
    for _ in range(6):
        change_at_random(case_ids, people, chance, 20)
        gone = Case.objects.filter(pk=case_ids.pop())
        gone.get().parties.all().delete()
        gone.delete()

        assert kept_sorts() == true_sorts()
        if chance.random() < 0.5:
            assert gathered() == true_sorts()


def test_what_nobody_counts_by_is_not_noted() -> None:
    [case] = open_cases(1, reporters=4)
    closed = making.case()
    Case.objects.filter(pk=closed.pk).update(state="closed", closed_at=clock.now())
    counting.gather_changes()

    Case.objects.filter(pk=case.pk).update(version=7, snippet="another", reporters=5, score=0.4)
    Case.objects.filter(pk=closed.pk).update(teen=True, language="pl")
    Case.objects.filter(pk=case.pk).update(teen=case.teen, language=case.language)

    assert not CaseSortChange.objects.exists()


def test_sorts_without_cases_are_not_kept() -> None:
    open_cases(2)
    counting.gather_changes()
    Case.objects.update(state="closed", closed_at=clock.now())

    assert gathered() == {}


def test_gathering_stops_at_its_limit_and_goes_on_there() -> None:
    open_cases(5)

    assert [counting.gather_changes(limit=3) for _ in range(3)] == [3, 2, 0]
    assert CaseSort.objects.aggregate(cases=Sum("cases")) == {"cases": 5}


def test_time_turns_cases() -> None:
    due, waiting, still = open_cases(3)
    soon = clock.now() + timedelta(hours=1)
    Case.objects.filter(pk=still.pk).update(waits_until=soon)
    pass_by(due, "due_at")
    pass_by(waiting, "waits_until")

    assert counting.turn_cases() == 2

    late = Case.objects.filter(late=True)
    assert [case.pk for case in late] == [due.pk]
    assert set(Case.objects.filter(waits_until=None)) == {due, waiting}
    assert counting.turn_cases() == 0
    assert kept_sorts() == true_sorts()


def test_a_round_turns_no_more_than_its_limit() -> None:
    for case in open_cases(3):
        pass_by(case, "due_at")

    assert [counting.turn_cases(limit=2) for _ in range(3)] == [2, 1, 0]


def test_until_they_are_turned_they_are_counted_as_what_they_are() -> None:
    due, waiting = open_cases(2, waits_until=clock.now() + timedelta(hours=1))
    pass_by(due, "due_at")
    pass_by(waiting, "waits_until")
    pass_by(waiting, "due_at")
    before = counts()

    counting.turn_cases()

    assert before == counts() == {"ready": 1, "put_off": 1, "late": 2}


def test_who_moves_the_time_that_a_case_is_due_need_not_think_of_late() -> None:
    [case] = open_cases(1)
    now = clock.now()
    for due, late in ((now - timedelta(minutes=1), True), (now + timedelta(minutes=1), False)):
        Case.objects.filter(pk=case.pk).update(due_at=due)
        assert Case.objects.get(pk=case.pk).late is late


def test_a_recount_finds_nothing_where_all_is_right() -> None:
    open_cases(3, language="pl")
    counting.gather_changes()
    open_cases(1)

    assert counting.recount() == []
    assert said_by_recount() == "Every number is right.\n"


def test_a_recount_says_and_mends_what_differs() -> None:
    open_cases(3, language="pl")
    counting.gather_changes()
    CaseSort.objects.update(cases=5, language="en")

    said = said_by_recount()

    assert "5 were counted, 0 there are: ground contact_shared" in said
    assert "0 were counted, 3 there are: ground contact_shared" in said
    assert "2 numbers differed and have been mended." in said
    assert kept_sorts() == gathered() == true_sorts()


def test_a_number_below_zero_breaks_no_page() -> None:
    open_cases(2, language="pl")
    counting.gather_changes()
    CaseSort.objects.update(cases=-1)

    assert counts() == {"ready": 0, "put_off": 0, "late": 0}
    counting.recount()
    assert counts() == {"ready": 2, "put_off": 0, "late": 0}


def test_the_migration_counts_what_is_there() -> None:
    now = clock.now()
    open_cases(2, language="pl", due_at=now - timedelta(hours=1))
    open_cases(1, waits_until=now - timedelta(hours=1))
    open_cases(1, waits_until=now + timedelta(hours=1))
    making.decided(making.case())
    migration = import_module("moderation.migrations.0003_tally")
    CaseSort.objects.all().delete()
    CaseSortChange.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(migration._NOT_COUNT + migration._NOT_LATE)
        cursor.execute(migration._LATE + migration._COUNT)

    assert gathered() == true_sorts()
    assert counts() == {"ready": 3, "put_off": 1, "late": 2}
    assert (counting.turn_cases(), counting.recount()) == (0, [])


def test_beat_counts_for_everybody() -> None:
    tally.tally()
    [case] = open_cases(1)
    tally.tally()
    pass_by(case, "due_at")
    Case.objects.filter(pk=case.pk).update(teen=True)
    assert tally.tally().count("teen") == 0

    tasks.count_cases()

    assert (tally.tally().count("teen"), tally.tally().count("late")) == (1, 1)
    assert not CaseSortChange.objects.exists()
    assert Case.objects.get(pk=case.pk).late


def pass_by(case: Case, moment: str) -> None:
    """The moment passes while nobody looks: no trigger runs, as none runs when it is only time that goes by."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE moderation_case DISABLE TRIGGER case_tells_if_late")
        Case.objects.filter(pk=case.pk).update(**{moment: clock.now() - timedelta(seconds=1)})
        cursor.execute("ALTER TABLE moderation_case ENABLE TRIGGER case_tells_if_late")


def counts() -> dict[str, int]:
    tally.forget()
    cube = tally.tally().cube
    return {trait: cube.count(cube.any_of([trait])) for trait in ("ready", "put_off", "late")}


def said_by_recount() -> str:
    said = StringIO()
    call_command("recount", stdout=said)
    return said.getvalue()
