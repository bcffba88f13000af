"""Two people, one case: exactly one wins and the other is told. Real threads on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.preferences import DEFAULT
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import TEEN_BADGE, Ground, SanctionState
from moderation.models import Case, Decision, Finding, Message, OutboxEvent, Report, Sanction, SavedView
from moderation.operations import leases
from moderation.operations.approvals import approve_decision, refuse_decision
from moderation.operations.decisions import decide_case, undo_decision
from moderation.operations.reports import ToldReport, take_report
from moderation.operations.sanctions import expire_sanction, lift_sanction
from moderation.operations.saved_views import save_view
from moderation.operations.screening import screen_batch
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same moment; answers their results, or the refusal each got."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=10)
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def _refusals(results: list[Any]) -> int:
    return sum(isinstance(result, Refused) for result in results)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_claims_of_one_case(_round: int) -> None:
    case = making.case()
    people = [making.moderator() for _ in range(4)]
    results = at_once(*(lambda who=who: leases.claim_case(case.pk, actor=who) for who in people))
    assert _refusals(results) == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_next_is_never_the_same_for_two(_round: int) -> None:
    for _ in range(3):
        making.case()
    people = [making.moderator() for _ in range(3)]
    results = at_once(*(lambda who=who: leases.claim_next(actor=who) for who in people))
    assert len({case.pk for case in results if case}) == sum(case is not None for case in results)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_next_and_skip_of_many_never_lead_two_to_the_same(_round: int) -> None:
    """Some have had their share of critical cases, some have cases handed to them, some skip."""
    people = [making.moderator() for _ in range(6)]
    for person in people[:2]:
        for _ in range(DEFAULT.most_critical_in_a_row):
            making.case(actor=making.listener(), other=making.teen())
            leases.claim_next(actor=person)
    held = [(person, leases.claim_case(making.case().pk, actor=person)) for person in people[4:]]
    for _ in range(2):
        making.case(actor=making.listener(), other=making.teen())
        making.case()
    Case.objects.filter(pk__in=[making.case().pk, making.case().pk]).update(handed_to=people[2])

    results = at_once(
        *(lambda who=who: leases.claim_next(actor=who) for who in people[:4]),
        *(lambda who=who, c=case: leases.skip_case(c.pk, actor=who, token=c.lease_token) for who, case in held),
    )

    taken = [case.pk for case in results if case]
    assert len(set(taken)) == len(taken) >= 4
    assert results[2].handed_to == people[2]
    for person, case in zip(people, results, strict=True):
        assert case is None or Case.objects.get(pk=case.pk).holder == person


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_view_of_a_name_whoever_is_faster(_round: int) -> None:
    me = making.moderator()
    results = at_once(*[lambda: save_view(actor=me, name="Teens", query="teen=1", shared=False)] * 3)
    assert _refusals(results) == 2
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_deciding_against_a_take_over(_round: int) -> None:
    case, first, second = making.case(), making.moderator(), making.moderator()
    held = leases.claim_case(case.pk, actor=first)
    said = making.verdict(held, making.measured(held.subject))
    results = at_once(
        lambda: decide_case(case.pk, actor=first, verdict=said),
        lambda: leases.take_over(case.pk, actor=second),
    )
    assert _refusals(results) == 1
    assert Decision.objects.count() == (0 if isinstance(results[0], Refused) else 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_form_sent_twice_at_once(_round: int) -> None:
    case, me = making.case(), making.moderator()
    held = leases.claim_case(case.pk, actor=me)
    said = making.verdict(held, making.measured(held.subject))
    first, second = at_once(*[lambda: decide_case(case.pk, actor=me, verdict=said)] * 2)
    assert first == second
    assert Sanction.objects.count() == OutboxEvent.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_approving_against_refusing(_round: int) -> None:
    ann = making.listener(badges=[TEEN_BADGE])
    proposal = making.decided(making.case(actor=ann, other=making.teen()), "teen_badge_removal")
    one, other = making.senior(), making.senior()
    results = at_once(
        lambda: approve_decision(proposal.pk, actor=one),
        lambda: refuse_decision(proposal.pk, actor=other, note="no"),
    )
    assert _refusals(results) == 1
    ann.refresh_from_db()
    assert ann.badges_held == []
    assert bool(ann.badges_removed) is not isinstance(results[0], Refused)


@pytest.mark.parametrize("_round", range(ROUNDS))
@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_two_who_approve(_round: int, answer: str) -> None:
    """Or who refuse: one answer counts, and everything follows from it once."""
    ann = making.listener(badges=[TEEN_BADGE])
    proposal = making.decided(making.case(actor=ann, other=making.teen()), "teen_badge_removal")
    people = [making.senior(), making.senior(), making.admin()]

    def give(who: Any) -> Any:
        if answer == "approve":
            return approve_decision(proposal.pk, actor=who)
        return refuse_decision(proposal.pk, actor=who, note="no")

    results = at_once(*(lambda who=who: give(who) for who in people))

    assert _refusals(results) == len(people) - 1
    [winner] = [who for who, result in zip(people, results, strict=True) if not isinstance(result, Refused)]
    proposal.refresh_from_db()
    assert proposal.answered_by == winner
    assert Sanction.objects.filter(state=SanctionState.IN_FORCE).count() == (1 if answer == "approve" else 0)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_undoing_against_approving(_round: int) -> None:
    """Whoever proposed takes it back at the moment at which somebody signs it."""
    ann, me = making.listener(badges=[TEEN_BADGE]), making.moderator()
    proposal = making.decided(making.case(actor=ann, other=making.teen()), "teen_badge_removal", by=me)
    boss = making.senior()

    results = at_once(
        lambda: undo_decision(proposal.pk, actor=me),
        lambda: approve_decision(proposal.pk, actor=boss),
    )

    assert _refusals(results) == 1
    ann.refresh_from_db()
    assert bool(ann.badges_removed) is isinstance(results[0], Refused)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_undos(_round: int) -> None:
    me = making.moderator()
    decision = making.decided(making.case(), "suspension:7", by=me)
    assert _refusals(at_once(*[lambda: undo_decision(decision.pk, actor=me)] * 2)) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_lifting_against_expiry(_round: int) -> None:
    making.decided(making.case(), "suspension:7")
    Sanction.objects.update(starts_at=making.NOON.replace(year=2025), ends_at=making.NOON.replace(year=2025, month=4))
    sanction, boss = Sanction.objects.get(), making.admin()
    results = at_once(lambda: lift_sanction(sanction.pk, actor=boss, reason="x"), lambda: expire_sanction(sanction.pk))
    assert isinstance(results[0], Refused) is results[1]
    sanction.refresh_from_db()
    assert sanction.state == SanctionState.ENDED
    assert OutboxEvent.objects.filter(topic="sanction.lifted").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_suspensions_lifted_at_once_free_the_account(_round: int) -> None:
    account, boss = making.account(), making.admin()
    for _ in range(2):
        making.decided(making.case(actor=account), "suspension:7")
    ids = Sanction.objects.values_list("pk", flat=True)
    at_once(*(lambda pk=pk: lift_sanction(pk, actor=boss, reason="x") for pk in ids))
    account.refresh_from_db()
    assert not account.suspended


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_workers_that_screen_one_conversation_open_one_case(_round: int) -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    for number in range(30):
        making.message(ann, f"text me on +44 7700 9001{number:02}", within=where)
    at_once(*[lambda: [screen_batch(limit=5) for _ in range(8)]] * 3)
    assert Case.objects.count() == 1
    assert Finding.objects.count() >= 1
    assert not Message.objects.unscreened().exists()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_screening_against_reports_of_the_same_conversation(_round: int) -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    making.message(ann, f"text me on {making.PHONE}", within=where)
    key, _ = making.api_key()

    def told(number: int) -> ToldReport:
        return ToldReport(
            id=f"r{number}",
            reporter=f"reporter{number}",
            reported=ann.ext_id,
            conversation=where.ext_id,
            reason=Ground.CONTACT_SHARED,
            text="",
            created_at=making.NOON,
        )

    at_once(screen_batch, *(lambda n=n: take_report(told(n), actor=key) for n in range(3)))
    case = Case.objects.get()
    assert (case.reporters, case.screened) == (3, True)
    assert Report.objects.count() == 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_people_who_report_each_other_do_not_wait_for_each_other(_round: int) -> None:
    key, _ = making.api_key()

    def told(reporter: str, reported: str) -> ToldReport:
        return ToldReport(
            id=reporter, reporter=reporter, reported=reported, reason=Ground.OTHER, text="", created_at=making.NOON
        )

    at_once(
        lambda: take_report(told("ann", "ben"), actor=key),
        lambda: take_report(told("ben", "ann"), actor=key),
    )
    assert Case.objects.count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_report_of_the_messages_that_are_being_screened(_round: int) -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    said = [making.message(ann, f"text me on {making.PHONE}", within=where) for _ in range(40)]
    key, _ = making.api_key()
    told = ToldReport(
        id="r1",
        reporter=ben.ext_id,
        reported=ann.ext_id,
        conversation=where.ext_id,
        messages=[message.ext_id for message in said],
        reason=Ground.CONTACT_SHARED,
        text="",
        created_at=making.NOON,
    )
    at_once(lambda: take_report(told, actor=key), screen_batch)
    case = Case.objects.get()
    assert (case.reporters, case.screened) == (1, True)


@pytest.mark.parametrize("with_conversation", [True, False])
@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_report_against_a_decision_on_the_same_case(_round: int, with_conversation: bool) -> None:
    case, me = making.case(), making.moderator()
    if not with_conversation:
        Case.objects.filter(pk=case.pk).update(conversation=None)
    held = leases.claim_case(case.pk, actor=me)
    said = making.verdict(held, making.measured(held.subject))
    key, _ = making.api_key()
    told = ToldReport(
        id="r1",
        reporter=making.account().ext_id,
        reported=held.subject.ext_id,
        conversation=case.conversation.ext_id if case.conversation and with_conversation else None,
        reason=Ground.CONTACT_SHARED,
        text="",
        created_at=making.NOON,
    )
    report, decision = at_once(
        lambda: take_report(told, actor=key), lambda: decide_case(case.pk, actor=me, verdict=said)
    )
    assert isinstance(report, Report)
    assert isinstance(decision, Decision | Refused)
    assert Case.objects.exclude(state="closed").count() == 1
