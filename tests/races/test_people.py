"""Several people at the cases of one person, and at one conversation brought in by hand. Real threads."""

from uuid import uuid4

import pytest

from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Ground
from moderation.models import Case, Referral
from moderation.operations import leases
from moderation.operations.manual_cases import Referred, open_case
from moderation.operations.questions import ask_reporter
from moderation.operations.screening import screen_batch
from moderation.operations.together import claim_together
from tests import making
from tests.races.test_cases import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_take_the_cases_of_one_person(_round: int) -> None:
    actor = making.account()
    cases = {making.case(actor=actor).pk for _ in range(6)}
    people = [making.moderator() for _ in range(3)]

    results = at_once(*(lambda who=who: claim_together(actor.pk, actor=who) for who in people))

    taken = [case.pk for claimed in results if not isinstance(claimed, Refused) for case in claimed.taken]
    assert sorted(taken) == sorted(cases)
    assert Case.objects.filter(holder__isnull=True).count() == 0


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_taking_all_against_taking_one_and_the_next(_round: int) -> None:
    actor = making.account()
    cases = [making.case(actor=actor) for _ in range(4)]
    me, one, another = (making.moderator() for _ in range(3))

    claimed, single, following = at_once(
        lambda: claim_together(actor.pk, actor=me),
        lambda: leases.claim_case(cases[2].pk, actor=one),
        lambda: leases.claim_next(actor=another),
    )

    mine = set() if isinstance(claimed, Refused) else {case.pk for case in claimed.taken}
    others = [case.pk for case in (single, following) if isinstance(case, Case)]
    assert not mine & set(others)
    assert len(set(others)) == len(others)
    for case in Case.objects.filter(pk__in=mine):
        assert case.holder == me


@pytest.mark.parametrize("with_conversation", [True, False])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_people_and_the_pre_screen_open_one_case(_round: int, with_conversation: bool) -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    if with_conversation:
        making.message(ann, f"text me on {making.PHONE}", within=where)

    def referred() -> Referred:
        named = {"conversation": where.ext_id} if with_conversation else {"account": ann.ext_id}
        return Referred(uuid4(), Ground.CONTACT_SHARED, "seen in passing", **named)

    people = [making.moderator() for _ in range(3)]
    at_once(screen_batch, *(lambda who=who: open_case(referred(), actor=who) for who in people))

    assert (Case.objects.count(), Referral.objects.count()) == (1, 3)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_ask_one_reporter(_round: int) -> None:
    report = making.report(making.case())
    people = [making.moderator() for _ in range(3)]

    results = at_once(*(lambda who=who: ask_reporter(report.pk, actor=who, text="which?") for who in people))

    assert sum(isinstance(result, Refused) for result in results) == 2
