"""Which accounts are a group: by example, then for any ties there can be."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.clusters import (
    LEAST,
    MOST_CASES,
    MOST_PRESENT,
    Giving,
    Known,
    Place,
    Tie,
    grouped,
    holds_together,
    numbered,
    of_contacts,
    of_words,
)
from moderation.domain.vocabulary import LeftOut, TieKind

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def tie(source: int, target: int, minute: int = 0) -> Tie:
    return Tie(source, target, TieKind.ADMITTED, minute, NOON + timedelta(minutes=minute))


def place(case_id: int, *present: int) -> Place:
    return Place(case_id, f"conversation {case_id}", frozenset(present), NOON + timedelta(minutes=case_id))


def pairs(ties: list[Tie]) -> set[tuple[int, int, TieKind]]:
    return {(one.source, one.target, one.kind) for one in ties}


# What ties.


def test_a_contact_in_one_conversation_ties_nobody() -> None:
    again = Place(2, "conversation 1", frozenset({1, 2}), NOON)
    assert of_contacts([Giving("f", 1, place(1, 1, 2)), Giving("f", 1, again)]).ties == []


def test_an_advertised_contact_ties_nobody_and_says_so() -> None:
    givings = [Giving("f", 1, place(n, 1, 100 + n)) for n in range(MOST_CASES + 1)]
    seen = of_contacts(givings)
    assert (seen.ties, dict(seen.left_out)) == ([], {LeftOut.CONTACT: {1}})
    assert len(of_contacts(givings[1:]).ties) == MOST_CASES


def test_a_room_full_of_people_ties_nobody_and_says_so() -> None:
    crowd = place(1, *range(MOST_PRESENT + 1))
    seen = of_words(1, TieKind.ADMITTED, crowd)
    assert (seen.ties, dict(seen.left_out)) == ([], {LeftOut.ROOM: {1}})


def test_a_contact_ties_givers_to_those_present_and_to_the_first_giver() -> None:
    seen = of_contacts([Giving("f", 3, place(2, 3, 4)), Giving("f", 1, place(1, 1, 2))])
    assert pairs(seen.ties) == {(1, 2, TieKind.GIVEN), (3, 4, TieKind.GIVEN), (3, 1, TieKind.SAME_CONTACT)}


def test_whoever_passes_on_what_they_were_given_is_tied_once() -> None:
    seen = of_contacts([Giving("f", 1, place(1, 1, 2)), Giving("f", 2, place(2, 2, 3))])
    assert pairs(seen.ties) == {(1, 2, TieKind.GIVEN), (2, 3, TieKind.GIVEN)}


# What is a group.


def test_two_are_no_group_and_a_chain_is_one() -> None:
    assert grouped([tie(1, 2), tie(3, 4)]).groups == ()
    assert grouped([tie(1, 2), tie(3, 4), tie(2, 3)]).groups == (frozenset({1, 2, 3, 4}),)


def test_whoever_stands_apart_comes_neither_into_a_group_nor_into_what_it_merges_with() -> None:
    apart = Known(frozenset({1, 2, 3}), apart=frozenset({9}))
    assert grouped([tie(9, 1)], [apart]).groups == (apart.members,)
    with_nine = Known(frozenset({7, 8, 9}))
    assert grouped([tie(8, 2)], [apart, with_nine]).groups == (apart.members, with_nine.members)
    merged = grouped([tie(2, 5, 1), tie(5, 9, 2)], [apart])
    assert merged.groups == (frozenset({1, 2, 3, 5}),)


def test_a_group_stops_growing_when_it_is_full_and_says_who_was_left() -> None:
    made = grouped([tie(1, n, n) for n in range(2, 9)], most=5)
    assert made.groups == (frozenset({1, 2, 3, 4, 5}),)
    assert made.too_large == {1, 6, 7, 8}


def test_without_its_hub_a_group_is_held_together_no_more() -> None:
    star = [tie(1, 2), tie(1, 3), tie(1, 4)]
    assert holds_together({1, 2, 3, 4}, star)
    assert not holds_together({2, 3, 4}, star)


def test_the_best_connected_comes_first() -> None:
    assert numbered([1, 2, 3], [tie(3, 1), tie(3, 2)]) == {3: 1, 1: 2, 2: 3}


# For any ties.

ACCOUNTS = st.integers(1, 14)
TIES = st.lists(
    st.tuples(ACCOUNTS, ACCOUNTS, st.integers(0, 30)).filter(lambda one: one[0] != one[1]).map(lambda one: tie(*one)),
    max_size=30,
)
LARGE = 1_000


def reached(start: int, ties: list[Tie]) -> frozenset[int]:
    """By walking: an independent idea of who hangs together."""
    found, edge = {start}, {start}
    while edge:
        beside = {o for t in ties for o in (t.source, t.target) if {t.source, t.target} & edge}
        edge = beside - found
        found |= edge
    return frozenset(found)


@given(TIES)
def test_groups_are_the_connected_components_of_three_or_more(ties: list[Tie]) -> None:
    everybody = {account for one in ties for account in (one.source, one.target)}
    walked = {reached(account, ties) for account in everybody}
    assert set(grouped(ties, most=LARGE).groups) == {group for group in walked if len(group) >= LEAST}


@given(TIES, st.randoms(use_true_random=False), st.integers(LEAST, 8))
def test_the_order_in_which_ties_are_told_makes_no_difference(ties: list[Tie], random: object, most: int) -> None:
    shuffled = list(ties)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert grouped(shuffled, most=most) == grouped(ties, most=most)


@given(TIES, st.integers(LEAST, 8))
def test_no_group_is_too_large_and_no_account_is_in_two(ties: list[Tie], most: int) -> None:
    groups = grouped(ties, most=most).groups
    assert all(LEAST <= len(group) <= most for group in groups)
    assert len(frozenset().union(*groups)) == sum(map(len, groups))


@given(TIES, TIES, st.sets(ACCOUNTS))
def test_what_is_known_is_never_lost_and_whoever_was_taken_out_stays_out(
    ties: list[Tie], more: list[Tie], out: set[int]
) -> None:
    before = [Known(group - out, frozenset(out & group)) for group in grouped(ties, most=LARGE).groups]
    before = [known for known in before if known.members]
    after = grouped([*ties, *more], before, most=LARGE).groups

    for known in before:
        [now] = [group for group in after if known.members <= group]
        assert not now & known.apart


@given(TIES)
def test_doing_it_again_changes_nothing(ties: list[Tie]) -> None:
    once = grouped(ties, most=LARGE).groups
    assert grouped(ties, [Known(group) for group in once], most=LARGE).groups == once
