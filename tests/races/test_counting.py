"""Many change cases at the same moment, others gather and recount meanwhile: the numbers stay true throughout."""

from functools import partial
from random import Random

import pytest

from moderation.models import CaseSortChange
from moderation.operations import counting
from tests import making
from tests.operations.test_counting import change_at_random, kept_sorts, true_sorts
from tests.queries.test_queue import open_cases
from tests.races.test_cases import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 4


@pytest.mark.parametrize("seed", range(3))
def test_the_sorts_are_true_whoever_comes_first(seed: int) -> None:
    people = [making.moderator() for _ in range(3)]
    case_ids = [case.pk for case in open_cases(12)]
    writers = [partial(change_at_random, case_ids, people, Random(10 * seed + n), 40) for n in range(WRITERS)]
    gatherers = [partial(again, counting.gather_changes), partial(again, counting.gather_changes)]
    keepers = [partial(again, counting.turn_cases), partial(again, counting.recount)]

    *_, recounts = at_once(*writers, *gatherers, *keepers)

    assert [found for found in recounts if found] == []
    assert kept_sorts() == true_sorts()
    counting.gather_changes()
    assert not CaseSortChange.objects.exists()
    assert kept_sorts() == true_sorts()


def again(act, times: int = 40) -> list:
    return [act() for _ in range(times)]
