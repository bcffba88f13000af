"""Random lives of sanctions against real PostgreSQL, compared after every step with a model that a page can hold.

The model knows nothing of how it is done: for each sanction whether it restricts, and until when. What it says must be
what stands on the account, what is worked out on asking, and what a platform believes that only heard the events.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import TEEN_BADGE, Deed, EndedBy, SanctionKind, SanctionState
from moderation.models import Account, Decision, OutboxEvent, Sanction, SanctionChange, clock
from moderation.operations import standings
from moderation.operations.approvals import approve_decision, refuse_decision
from moderation.operations.changing import Wanted, approve_change, change_sanction, refuse_change
from moderation.operations.decisions import undo_decision
from moderation.operations.sanctions import expire_sanctions
from moderation.queries.standing import account_standing
from tests import making

pytestmark = pytest.mark.django_db

CODES = (
    "education_notice",
    "suspension:1",
    "suspension:7",
    "suspension:open",
    "teen_badge_removal",
    "suspension:permanent",
)
STEPS = (
    *("decide",) * 4,
    *("approve",) * 2,
    "refuse",
    "undo",
    *("lift", "expire", "overturn", "extend", "shorten"),
    *("propose_permanent", "propose_regrant", "sign", "decline"),
)
DAY = timedelta(days=1)


@dataclass
class One:
    """A sanction as the model knows it."""

    kind: str
    state: str
    decision: int
    ends_at: datetime | None = None
    permanent: bool = False
    proposed: str = ""  # the deed that waits for a second person


@dataclass
class Model:
    known: dict[int, One] = field(default_factory=dict)

    def running(self, *kinds: str) -> list[One]:
        return [one for one in self.known.values() if one.state == "in_force" and one.kind in kinds]

    @property
    def suspended(self) -> bool:
        return bool(self.running("suspension"))

    @property
    def until(self) -> datetime | None:
        ends = [one.ends_at for one in self.running("suspension")]
        return None if None in ends or not ends else max(end for end in ends if end)

    @property
    def badge(self) -> str:
        if self.running("teen_badge_removal"):
            return "removed"
        return "held" if self.running("teen_badge_hold") else "free"

    def end(self, pk: int) -> None:
        self.known[pk].state, self.known[pk].proposed = "ended", ""


class Life:
    """One account, the people around it, and every step twice: for Haven and for the model."""

    def __init__(self) -> None:
        self.account = making.listener(badges=[TEEN_BADGE])
        self.teen = making.teen()
        self.moderator, self.senior = making.moderator(), making.senior()
        self.admin, self.other = making.admin(), making.admin()
        self.model = Model()
        self.decisions: list[int] = []
        self.settled: set[int] = set()  # those that cannot be undone any more

    def step(self, name: str, code: str, which: int, days: int) -> None:
        actions: dict[str, Callable[[], None]] = {
            "decide": lambda: self.decide(code),
            "approve": lambda: self.answer(which, approve=True),
            "refuse": lambda: self.answer(which, approve=False),
            "undo": lambda: self.undo(which),
            "lift": lambda: self.deed(Deed.LIFT, which, None),
            "extend": lambda: self.deed(Deed.EXTEND, which, days),
            "shorten": lambda: self.deed(Deed.SHORTEN, which, days),
            "propose_permanent": lambda: self.deed(Deed.PERMANENT, which, None),
            "propose_regrant": lambda: self.deed(Deed.REGRANT, which, None),
            "sign": lambda: self.sign(which, approve=True),
            "decline": lambda: self.sign(which, approve=False),
            "expire": lambda: self.expire(which),
            "overturn": lambda: self.overturn(which),
        }
        actions[name]()

    def decide(self, code: str) -> None:
        if code == "teen_badge_removal" and self.model.badge == "removed":
            return  # there is no badge to remove
        case = making.case(actor=self.account, other=self.teen if code == "teen_badge_removal" else None)
        decision = making.decided(case, code, by=self.moderator)
        Decision.objects.filter(pk=decision.pk).update(undo_until=clock.now() + timedelta(hours=1))
        self.decisions.append(decision.pk)
        begun = decision.decided_at
        kind, _, length = code.partition(":")
        two = kind == "teen_badge_removal" or length == "permanent"
        sanction = decision.sanctions.exclude(kind="teen_badge_hold").get()
        one = One(kind, "proposed" if two else "in_force", decision.pk, permanent=length == "permanent")
        if kind == "education_notice":
            one.ends_at = begun + 365 * DAY
        elif length.isdigit():
            one.ends_at = begun + int(length) * DAY
        self.model.known[sanction.pk] = one
        for hold in decision.sanctions.filter(kind="teen_badge_hold"):
            self.model.known[hold.pk] = One("teen_badge_hold", "in_force", decision.pk)

    def of(self, decision: int) -> dict[int, One]:
        return {pk: one for pk, one in self.model.known.items() if one.decision == decision}

    def answer(self, which: int, *, approve: bool) -> None:
        waiting = [one.decision for one in self.model.known.values() if one.state == "proposed"]
        if not waiting:
            return
        decision = waiting[which % len(waiting)]
        if approve:
            approve_decision(decision, actor=self.senior)
        else:
            refuse_decision(decision, actor=self.senior, note="no")
        self.settled.add(decision)
        for pk, one in self.of(decision).items():
            if one.kind == "teen_badge_hold" and one.state == "in_force":
                self.model.end(pk)
            elif one.state == "proposed":
                one.state = "in_force" if approve else "refused"

    def undo(self, which: int) -> None:
        """Only what nobody has answered or changed can be taken back."""
        if not self.decisions:
            return
        decision = self.decisions[which % len(self.decisions)]
        if decision in self.settled:
            with pytest.raises(Refused):
                undo_decision(decision, actor=self.moderator)
            return
        undo_decision(decision, actor=self.moderator)
        self.settled.add(decision)
        for one in self.of(decision).values():
            if one.state in ("proposed", "in_force"):
                one.state, one.proposed = "undone", ""

    def running(self, which: int, *kinds: str) -> int | None:
        found = [pk for pk, one in self.model.known.items() if one.state == "in_force" and one.kind in kinds]
        return found[which % len(found)] if found else None

    def deed(self, deed: Deed, which: int, days: int | None) -> None:
        badge = deed is Deed.REGRANT
        pk = self.running(which, "teen_badge_removal" if badge else "suspension")
        if pk is None:
            return
        one = self.model.known[pk]
        expected = self.allowed(one, deed, days)
        try:
            made = change_sanction(pk, actor=self.admin, wanted=Wanted(deed, "because", uuid4(), days))
        except Refused:
            assert not expected, f"{deed} was refused"
            return
        assert expected, f"{deed} was not refused"
        if deed.needs_two:
            one.proposed = deed
            return
        self.settled.add(one.decision)
        if deed is Deed.LIFT:
            self.model.end(pk)
        else:
            self.shift(one, deed, days or 0, made.proposed_at)

    def allowed(self, one: One, deed: Deed, days: int | None) -> bool:
        if one.proposed:
            return False
        if deed is Deed.EXTEND:
            return one.ends_at is not None
        if deed is Deed.SHORTEN and one.ends_at is not None:
            return one.ends_at - (days or 0) * DAY > clock.now()
        return not (deed is Deed.PERMANENT and one.permanent)

    def shift(self, one: One, deed: Deed, days: int, at: datetime) -> None:
        if one.ends_at is None:
            one.ends_at, one.permanent = at + days * DAY, False
        else:
            one.ends_at += days * DAY if deed is Deed.EXTEND else -days * DAY

    def sign(self, which: int, *, approve: bool) -> None:
        waiting = [pk for pk, one in self.model.known.items() if one.proposed]
        if not waiting:
            return
        pk = waiting[which % len(waiting)]
        change = SanctionChange.objects.get(sanction=pk, state="proposed")
        one = self.model.known[pk]
        if not approve:
            refuse_change(change.pk, actor=self.other, note="no")
            one.proposed = ""
            return
        approve_change(change.pk, actor=self.other)
        self.settled.add(one.decision)
        if one.proposed == Deed.REGRANT:
            self.model.end(pk)
        else:
            one.permanent, one.ends_at, one.proposed = True, None, ""

    def expire(self, which: int) -> None:
        """Time passes for one of them: it lies as far back as it has to, and the clock's worker comes by."""
        with_end = [pk for pk, one in self.model.known.items() if one.state == "in_force" and one.ends_at]
        if not with_end:
            return
        pk = with_end[which % len(with_end)]
        now = clock.now()
        Sanction.objects.filter(pk=pk).update(starts_at=now - 400 * DAY, ends_at=now - timedelta(seconds=1))
        assert expire_sanctions() == 1
        self.model.end(pk)

    def overturn(self, which: int) -> None:
        """What a successful appeal does to a sanction."""
        pk = self.running(which, "suspension", "teen_badge_removal")
        if pk is None:
            return
        with transaction.atomic():
            sanction = standings.locked_sanction(pk)
            now = clock.now()
            standings.end(sanction, actor=self.senior, how=EndedBy.APPEAL, reason="overturned", now=now)
            standings.announce_end(sanction, not_before=now, cause=f"appeal:{pk}")
            standings.settle([sanction.account])
        self.model.end(pk)

    def check(self) -> None:
        account = Account.objects.get(pk=self.account.pk)
        states = dict(Sanction.objects.filter(account=account).values_list("pk", "state"))
        assert states == {pk: one.state for pk, one in self.model.known.items()}
        for standing in (account.standing, account_standing(account.ext_id).standing):
            assert (standing.suspended, standing.suspended_until) == (self.model.suspended, self.model.until)
            assert badge_in(standing.badges_removed, standing.badges_held) == self.model.badge
        suspensions, has_badge = as_the_platform_believes(account)
        running = {pk: one.ends_at for pk, one in self.model.known.items() if one in self.model.running("suspension")}
        assert suspensions == running
        assert has_badge is (self.model.badge == "free")


def badge_in(removed: Iterable[str], held: Iterable[str]) -> str:
    return "removed" if removed else "held" if held else "free"


def as_the_platform_believes(account: Account) -> tuple[dict[int, datetime | None], bool]:
    suspensions: dict[int, datetime | None] = {}
    has_badge = True
    for event in OutboxEvent.objects.filter(account=account).exclude(state="cancelled").order_by("pk"):
        said: dict[str, Any] = event.payload
        if event.topic == "sanction.applied" and said["kind"] == SanctionKind.SUSPENSION:
            suspensions[int(said["sanction"])] = datetime.fromisoformat(said["ends_at"]) if said["ends_at"] else None
        elif event.topic == "sanction.lifted":
            suspensions.pop(int(said["sanction"]), None)  # it may never have heard of one that was undone
        elif event.topic in ("badge.held", "badge.removed"):
            has_badge = False
        elif event.topic == "badge.restored":
            has_badge = True
    return suspensions, has_badge


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.sampled_from(CODES), st.integers(0, 5), st.integers(1, 40)),
        min_size=3,
        max_size=12,
    )
)
def test_whatever_happens_the_account_stands_as_its_sanctions_say(steps: list[tuple[str, str, int, int]]) -> None:
    life = Life()
    for name, code, which, days in steps:
        life.step(name, code, which, days)
        life.check()
    assert Sanction.objects.filter(account=life.account).count() == len(life.model.known)


def test_the_steps_reach_every_end_that_a_sanction_can_have() -> None:
    """So that the test above cannot become empty unseen."""
    life = Life()
    for name, code in [
        *[("decide", "suspension:7")] * 5,
        ("lift", ""),
        ("expire", ""),
        ("overturn", ""),
        ("extend", ""),
        ("shorten", ""),
        ("propose_permanent", ""),
        ("sign", ""),
        ("decide", "suspension:1"),
        ("undo", ""),
        ("decide", "teen_badge_removal"),
        ("approve", ""),
        ("propose_regrant", ""),
        ("sign", ""),
        ("decide", "suspension:permanent"),
        ("refuse", ""),
    ]:
        life.step(name, code, -1 if name == "undo" else 0, 3)
        life.check()

    found = Sanction.objects.filter(account=life.account)
    assert set(found.values_list("state", flat=True)) >= {
        SanctionState.IN_FORCE,
        SanctionState.ENDED,
        SanctionState.UNDONE,
        SanctionState.REFUSED,
    }
    assert set(found.exclude(ended_how="").values_list("ended_how", flat=True)) == set(EndedBy)
