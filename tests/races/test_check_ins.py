"""Check-ins answered, waived, told of and run out in the same moment, and whatever follows whatever. Real threads."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry, User
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import CheckInState, SanctionState
from moderation.hosted_links import HOLDER
from moderation.models import Account, CheckIn, OutboxEvent, Reflection, Sanction, clock
from moderation.operations import asking
from moderation.operations.check_ins import answer_check_in, save_check_in, waive_check_in
from moderation.operations.questions_asked import answer_questions
from moderation.operations.sanctions import expire_sanction, expire_sanctions, lift_sanction
from tests import making
from tests.races.test_cases import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)

EMPTY = [""] * 6


def answer(check_in_id: int, text: str = "") -> CheckIn:
    return answer_check_in(check_in_id, actor=HOLDER, texts=[text, *EMPTY[1:]], is_confirmed=True)


def lifted_events(sanction: Sanction) -> int:
    return OutboxEvent.objects.filter(topic="sanction.lifted", sanction=sanction).count()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_expiry_and_the_answer(_round: int) -> None:
    sanction = making.time_over(making.until_check_in())
    check_in = sanction.check_in.pk

    expired, answered, _, _ = at_once(
        lambda: expire_sanction(sanction.pk),
        lambda: answer(check_in),
        lambda: expire_sanction(sanction.pk),
        lambda: asking.tell_check_in(check_in),
    )

    assert expired in (True, False)
    assert answered.state == CheckInState.ANSWERED
    expire_sanctions()
    sanction.refresh_from_db()
    account = Account.objects.get(pk=sanction.account_id)
    assert (sanction.state, account.suspended, lifted_events(sanction)) == (SanctionState.ENDED, False, 1)
    assert account.checked_in_at == CheckIn.objects.get().answered_at


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_answering_twice_and_waiving(_round: int) -> None:
    sanction, boss = making.until_check_in(), making.admin()
    check_in = sanction.check_in.pk

    results = at_once(
        lambda: answer(check_in, "one"),
        lambda: answer(check_in, "other"),
        lambda: waive_check_in(check_in, actor=boss, reason="x"),
        lambda: save_check_in(check_in, actor=HOLDER, texts=["draft", *EMPTY[1:]]),
    )

    check_in_now = CheckIn.objects.get()
    account = Account.objects.get(pk=sanction.account_id)
    verbs = AuditEntry.objects.filter(verb__in=["check_in.answered", "check_in.waived"]).values_list("verb", flat=True)
    assert list(verbs) == [f"check_in.{check_in_now.state}"]
    assert account.checked_in_at == check_in_now.answered_at
    assert Reflection.objects.filter(handed_in_at__isnull=False).count() == (check_in_now.state == "answered")
    assert not Sanction.objects.get().awaits_check_in
    assert any(not isinstance(result, Refused) for result in results)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_nights_at_once_make_one(_round: int) -> None:
    account = making.listener(checked_in_at=clock.now() - timedelta(days=300))

    at_once(asking.plan_batch, asking.plan_batch, asking.plan_batch)
    check_in = CheckIn.objects.get()
    told = at_once(*[lambda: asking.tell_check_in(check_in.pk)] * 3)

    assert (check_in.account, told.count(True)) == (account, 1)
    assert OutboxEvent.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_hand_in_the_same_answers(_round: int) -> None:
    notice = making.education()

    def hand_in(text: str) -> Reflection:
        return answer_questions(notice.pk, actor=HOLDER, texts=[text, *EMPTY[1:]], hand_in=True)

    one, other = at_once(lambda: hand_in("one"), lambda: hand_in("other"))

    assert one.answers == other.answers == Reflection.objects.get().answers
    assert AuditEntry.objects.filter(verb="questions.answered").count() == 1


NAMES = ["answer", "waive", "time_over", "expire", "lift", "tell", "plan"]
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 2)), max_size=12)


class Model:
    """Three suspensions, of which 0 and 1 wait for a check-in. Each step answers whether it may be."""

    def __init__(self) -> None:
        self.in_force, self.is_over, self.is_free = {0, 1, 2}, set[int](), {2}
        self.check_ins, self.to_tell, self.answers = {0: "waiting", 1: "waiting"}, set[int](), 0

    def answer(self, n: int) -> bool:
        if n == 2 or self.check_ins[n] == "answered":
            return True
        if n not in self.in_force or self.check_ins[n] != "waiting":
            return False
        self.check_ins = {m: "answered" if state == "waiting" else state for m, state in self.check_ins.items()}
        self.is_free |= self.in_force
        self.answers += 1
        return True

    def waive(self, n: int) -> bool:
        if n == 2:
            return True
        if n not in self.in_force or self.check_ins[n] != "waiting":
            return False
        self.check_ins[n] = "waived"
        self.is_free.add(n)
        return True

    def time_over(self, n: int) -> bool:
        if n in self.in_force:
            self.is_over.add(n)
            self.to_tell.add(n)
        return True

    def expire(self, _: int) -> bool:
        self.in_force -= self.is_over & self.is_free
        return True

    def lift(self, n: int) -> bool:
        if n not in self.in_force or n in self.is_over & self.is_free:  # of which nothing is left to lift
            return False
        self.in_force.discard(n)
        return True

    def tell(self, _: int) -> bool:
        for n in self.to_tell & self.check_ins.keys():
            if self.check_ins[n] == "waiting" and n not in self.in_force:
                self.check_ins[n] = "dropped"
        self.to_tell.clear()
        return True

    def plan(self, _: int) -> bool:
        return True


def act(name: str, sanction: Sanction, boss: User) -> None:
    """The same step, really done. One that has no check-in is asked for none."""
    check_in = CheckIn.objects.filter(sanction=sanction).first()
    if name == "answer" and check_in:
        answer(check_in.pk)
    elif name == "waive" and check_in:
        waive_check_in(check_in.pk, actor=boss, reason="x")
    elif name == "time_over" and Sanction.objects.in_force().filter(pk=sanction.pk).exists():
        making.time_over(sanction)
    elif name == "expire":
        expire_sanctions()
    elif name == "lift":
        lift_sanction(sanction.pk, actor=boss, reason="x")
    elif name == "tell":
        asking.tell_due()
    elif name == "plan":
        asking.plan_batch(sanction.account_id - 1)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_comes_after_whatever(steps: list[tuple[str, int]]) -> None:
    account = making.listener(checked_in_at=clock.now() - timedelta(days=300))
    boss, model = making.admin(), Model()
    all_three = [making.until_check_in(account), making.until_check_in(account)]
    all_three.append(making.decided(making.case(actor=account), "suspension:30").sanctions.get())

    for name, which in steps:
        if getattr(model, name)(which):
            act(name, all_three[which], boss)
        else:
            with pytest.raises(Refused):
                act(name, all_three[which], boss)

    account.refresh_from_db()
    now_in_force = set(Sanction.objects.in_force().filter(account=account).values_list("pk", flat=True))
    assert now_in_force == {all_three[n].pk for n in model.in_force}
    assert account.suspended is bool(model.in_force)
    assert [lifted_events(one) for one in all_three] == [int(n not in model.in_force) for n in range(3)]
    assert [CheckIn.objects.get(sanction=one).state for one in all_three[:2]] == list(model.check_ins.values())
    assert AuditEntry.objects.filter(verb="check_in.answered", details__account=account.pk).count() == model.answers
    rhythm = CheckIn.objects.waiting().filter(account=account, sanction=None).count()
    assert rhythm <= (0 if model.answers else 1)
