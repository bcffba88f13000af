"""Dismissing several at once against everything else that can happen to one of them. Real threads."""

import pytest

from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import CaseState, DecisionState
from moderation.models import Case, Decision, Message
from moderation.operations.bulk import Done, dismiss_alike, undo_together
from moderation.operations.decisions import decide_case
from moderation.operations.leases import claim_case, claim_next
from moderation.operations.screening import screen_batch
from tests import making
from tests.operations.test_bulk import dismissed, light, reported, ticked
from tests.races.test_cases import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_form_sent_twice_at_once(_round: int) -> None:
    me, cases = making.moderator(), light(4)
    said = ticked(*cases)
    first, second = at_once(*[lambda: dismiss_alike(cases[0].pk, actor=me, dismissal=said)] * 2)
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert set(first.decisions) == set(second.decisions)
    assert Decision.objects.count() == 4


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_people_who_dismiss_overlapping_lists(_round: int) -> None:
    """In opposite orders, which would deadlock if the operation took the rows as they come."""
    cases = light(6)
    one, other = making.moderator(), making.moderator()
    results = at_once(
        lambda: dismiss_alike(cases[0].pk, actor=one, dismissal=ticked(*cases[:4])),
        lambda: dismiss_alike(cases[5].pk, actor=other, dismissal=ticked(*reversed(cases[2:]))),
    )
    assert all(isinstance(result, Done) for result in results)
    assert Decision.objects.count() == 6
    assert not Case.objects.open().exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_a_claim_of_one_of_them(_round: int) -> None:
    cases = light(3)
    me, other = making.moderator(), making.moderator()
    done, claimed = at_once(
        lambda: dismiss_alike(cases[0].pk, actor=me, dismissal=ticked(*cases)),
        lambda: claim_case(cases[1].pk, actor=other),
    )
    held = Case.objects.get(pk=cases[1].pk)
    assert len(done.decisions) == (3 if isinstance(claimed, Refused) else 2)
    assert (held.state == CaseState.CLOSED) is isinstance(claimed, Refused)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_whoever_asks_for_the_next(_round: int) -> None:
    cases = light(3)
    me, other = making.moderator(), making.moderator()
    done, taken = at_once(
        lambda: dismiss_alike(cases[0].pk, actor=me, dismissal=ticked(*cases)), lambda: claim_next(actor=other)
    )
    decided = {decision.case_id for decision in done.decisions}
    assert taken is None or taken.pk not in decided
    assert decided | ({taken.pk} if taken else set()) == {case.pk for case in cases}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_a_decision_on_one_of_them(_round: int) -> None:
    cases, me = light(3), making.moderator()
    held = claim_case(cases[2].pk, actor=me)
    results = at_once(
        lambda: dismiss_alike(cases[0].pk, actor=me, dismissal=ticked(*cases)),
        lambda: decide_case(held.pk, actor=me, verdict=making.verdict(held, making.measured(held.subject))),
    )
    assert isinstance(results[0], Done)
    assert Decision.objects.filter(case=held).count() == 1
    assert Decision.objects.count() == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_a_report_about_one_of_them(_round: int) -> None:
    """Either the report comes first and its case is left, or it opens a case of its own: never is it dismissed."""
    cases, me = light(3), making.moderator()
    told = cases[1]
    assert told.subject.ext_id  # read before the threads start: they have connections of their own
    assert told.conversation is not None
    done, report = at_once(
        lambda: dismiss_alike(cases[0].pk, actor=me, dismissal=ticked(*cases)), lambda: reported(told)
    )
    open_now = Case.objects.open().get()
    assert report.case_id == open_now.pk
    assert (open_now.pk == told.pk) is (len(done.decisions) == 2)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_against_screening_of_the_same_conversations(_round: int) -> None:
    cases, me = light(5), making.moderator()
    for case in reversed(cases):
        assert case.conversation is not None
        making.message(case.subject, f"text me on {making.PHONE}", within=case.conversation)
    done, _ = at_once(lambda: dismiss_alike(cases[0].pk, actor=me, dismissal=ticked(*cases)), screen_batch)
    assert isinstance(done, Done | Refused)
    assert not Message.objects.unscreened().exists()
    assert Case.objects.open().count() == 5


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_undos_of_the_whole(_round: int) -> None:
    me, cases = making.moderator(), light(3)
    ids = [decision.pk for decision in dismissed(*cases, by=me)]
    results = at_once(*[lambda: undo_together(ids, actor=me)] * 2)
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Decision.objects.filter(state=DecisionState.UNDONE).count() == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_undoing_the_whole_against_a_new_report(_round: int) -> None:
    me, cases = making.moderator(), light(3)
    told = cases[0]
    assert told.subject.ext_id  # read before the threads start: they have connections of their own
    assert told.conversation is not None
    ids = [decision.pk for decision in dismissed(*cases, by=me)]
    done, _ = at_once(lambda: undo_together(ids, actor=me), lambda: reported(told))
    assert len(done.decisions) in (2, 3)
    assert Case.objects.exclude(state="closed").filter(conversation=told.conversation).count() == 1
