"""Until when a case may wait: what is refused first, then the times in the zone of whoever chooses them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain import waiting
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Severity
from moderation.domain.waiting import LONGEST, Until
from tests.making import NOON

BERLIN, AUCKLAND, HONOLULU = (ZoneInfo(name) for name in ("Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu"))
DUE = NOON + timedelta(minutes=15)
SECOND = timedelta(seconds=1)

moments = st.integers(0, 20 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
zones = st.sampled_from([ZoneInfo("UTC"), BERLIN, AUCKLAND, HONOLULU, ZoneInfo("Asia/Kathmandu")])


def check(until: datetime, *, severity: Severity = Severity.NORMAL, due_at: datetime = DUE) -> None:
    waiting.check(until, NOON, severity, due_at)


@pytest.mark.parametrize("until", [NOON, NOON - SECOND, datetime.min.replace(tzinfo=UTC)])
def test_the_past_is_refused(until: datetime) -> None:
    with pytest.raises(Refused, match="past"):
        check(until)


@pytest.mark.parametrize("severity", list(Severity))
def test_more_than_seven_days_are_refused(severity: Severity) -> None:
    with pytest.raises(Refused, match="7 days at most"):
        check(NOON + LONGEST + SECOND, severity=severity, due_at=NOON + 2 * LONGEST)


def test_a_critical_case_never_waits_beyond_its_due_time() -> None:
    with pytest.raises(Refused, match="due at 12:15 UTC"):
        check(DUE + SECOND, severity=Severity.CRITICAL)


def test_a_critical_case_that_is_past_due_cannot_wait_at_all() -> None:
    with pytest.raises(Refused, match="past due"):
        check(NOON + SECOND, severity=Severity.CRITICAL, due_at=NOON)


@pytest.mark.parametrize("severity", [Severity.LOW, Severity.NORMAL, Severity.HIGH])
@pytest.mark.parametrize("wait", [SECOND, timedelta(hours=1), LONGEST])
def test_other_cases_may_wait_beyond_their_due_time(severity: Severity, wait: timedelta) -> None:
    check(NOON + wait, severity=severity)
    assert waiting.latest(NOON, severity, DUE) == NOON + LONGEST


def test_a_critical_case_may_wait_until_it_is_due() -> None:
    check(DUE, severity=Severity.CRITICAL)
    assert waiting.latest(NOON, Severity.CRITICAL, DUE) == DUE


def test_a_time_that_was_not_chosen_is_asked_for() -> None:
    with pytest.raises(Refused, match="choose a date"):
        waiting.moment(Until.CHOSEN, NOON, BERLIN)


@pytest.mark.parametrize("chosen", ["0001-01-01T00:00", "9999-12-31T23:59"])
@pytest.mark.parametrize("zone", [ZoneInfo("UTC"), AUCKLAND, HONOLULU])
def test_the_ends_of_time_are_no_error(chosen: str, zone: ZoneInfo) -> None:
    with pytest.raises(Refused):
        check(waiting.moment(Until.CHOSEN, NOON, zone, datetime.fromisoformat(chosen)))


def test_tonight_is_refused_when_it_is_past() -> None:
    evening = datetime(2026, 3, 1, 20, 0, tzinfo=BERLIN)
    with pytest.raises(Refused, match="past 20:00"):
        waiting.moment(Until.TONIGHT, evening, BERLIN)
    assert waiting.moment(Until.TONIGHT, evening - SECOND, BERLIN) == evening


@pytest.mark.parametrize(
    ("until", "zone", "expected"),
    [
        (Until.HOUR, BERLIN, "2026-03-01T13:00"),
        (Until.TONIGHT, BERLIN, "2026-03-01T19:00"),
        (Until.TONIGHT, HONOLULU, "2026-03-02T06:00"),
        (Until.TOMORROW, BERLIN, "2026-03-02T08:00"),
        (Until.TOMORROW, AUCKLAND, "2026-03-02T20:00"),  # it is the 2nd there already
        (Until.CHOSEN, BERLIN, "2026-03-29T07:00"),  # the night before, the clocks went forward
    ],
)
def test_times_are_meant_as_ones_own_clock_shows_them(until: Until, zone: ZoneInfo, expected: str) -> None:
    found = waiting.moment(until, NOON, zone, datetime.fromisoformat("2026-03-29T09:00"))

    assert found.astimezone(UTC) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@given(now=moments, zone=zones)
def test_tomorrow_morning_is_to_come_and_within_reach(now: datetime, zone: ZoneInfo) -> None:
    found = waiting.moment(Until.TOMORROW, now, zone)

    waiting.check(found, now, Severity.LOW, now)
    assert found.astimezone(zone).time() == time(9)
    assert found.astimezone(zone).date() == now.astimezone(zone).date() + timedelta(days=1)


@given(now=moments, zone=zones)
def test_tonight_is_to_come_or_refused(now: datetime, zone: ZoneInfo) -> None:
    is_past = now.astimezone(zone).time() >= time(20)
    if is_past:
        with pytest.raises(Refused):
            waiting.moment(Until.TONIGHT, now, zone)
        return
    found = waiting.moment(Until.TONIGHT, now, zone)
    assert now < found <= now + timedelta(hours=21)
    assert found.astimezone(zone).time() == time(20)
