"""The standing of an account follows from its sanctions in force, in whatever order they are told."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.standing import InForce, Standing, standing_of
from moderation.domain.vocabulary import TEEN_BADGE, SanctionKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ENDS = st.one_of(st.none(), st.integers(1, 400).map(lambda days: NOW + timedelta(days=days)))
SANCTIONS = st.lists(st.builds(InForce, st.sampled_from(SanctionKind), ENDS))


def test_without_sanctions_everything_is_allowed() -> None:
    assert standing_of([]) == Standing()


def test_a_notice_restricts_nothing() -> None:
    assert standing_of([InForce(SanctionKind.EDUCATION_NOTICE, None)]) == Standing()


@given(SANCTIONS)
def test_order_does_not_matter(sanctions: list[InForce]) -> None:
    assert standing_of(sanctions) == standing_of(reversed(sanctions))


@given(SANCTIONS)
def test_suspended_exactly_while_a_suspension_is_in_force(sanctions: list[InForce]) -> None:
    ends = [s.ends_at for s in sanctions if s.kind is SanctionKind.SUSPENSION]
    standing = standing_of(sanctions)
    assert standing.suspended is bool(ends)
    if ends and None not in ends:
        assert standing.suspended_until == max(end for end in ends if end)
    else:
        assert standing.suspended_until is None


@given(SANCTIONS, SANCTIONS)
def test_another_sanction_never_frees(some: list[InForce], more: list[InForce]) -> None:
    before, after = standing_of(some), standing_of([*some, *more])
    assert after.suspended >= before.suspended
    if before.suspended and after.suspended_until is not None:
        assert before.suspended_until is not None
        assert after.suspended_until >= before.suspended_until
    assert set(before.badges_removed) <= set(after.badges_removed)


@given(SANCTIONS)
def test_a_badge_is_held_or_removed_and_never_both(sanctions: list[InForce]) -> None:
    standing = standing_of(sanctions)
    assert not set(standing.badges_held) & set(standing.badges_removed)
    assert set(standing.badges_held) | set(standing.badges_removed) <= {TEEN_BADGE}
