"""Who is in contact with whom off the site, and which accounts that makes one group. Must not know where it is kept.

A tie joins two accounts and says what betrays it. Three accounts or more that ties hold together are a group. What
would glue strangers together is left out and said: a contact that is all over the place, a room full of people, and a
group that has become so large that nobody could decide about it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from moderation.domain.vocabulary import LeftOut, TieKind

LEAST = 3  # accounts: two are a pair, and their case says all there is to say
MOST_MEMBERS = 60  # one more, and the group is not joined to others any further
MOST_PRESENT = 6  # people in a conversation: of more, nobody can say who was meant
MOST_CASES = 30  # that one contact stands in: beyond that it is advertised, and says nothing of who knows whom


@dataclass(frozen=True, slots=True)
class Tie:
    """`source` did it, to or with `target`. The same contact given by two goes from the later to the earlier."""

    source: int
    target: int
    kind: TieKind
    case_id: int
    at: datetime

    @property
    def order(self) -> tuple[datetime, int, str, int, int]:
        return self.at, self.case_id, self.kind.value, self.source, self.target


@dataclass(frozen=True, slots=True)
class Place:
    """A case as far as ties come of it: which conversation it is about, and who was there."""

    case_id: int
    where: str  # equal for cases of the same conversation
    present: frozenset[int]
    at: datetime

    @property
    def is_crowded(self) -> bool:
        return len(self.present) > MOST_PRESENT

    def others(self, account_id: int) -> list[int]:
        return sorted(self.present - {account_id})


@dataclass(frozen=True, slots=True)
class Giving:
    """That an account gave a contact, known by its fingerprint, in a case."""

    fingerprint: str
    actor: int
    place: Place


@dataclass(slots=True)
class Sightings:
    """The ties that were seen, and for whom something was left out."""

    ties: list[Tie] = field(default_factory=list)
    left_out: dict[LeftOut, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, other: "Sightings") -> None:
        self.ties += other.ties
        for why, accounts in other.left_out.items():
            self.left_out[why] |= accounts


def of_contacts(givings: Iterable[Giving]) -> Sightings:
    """Ties of contacts that were given in more than one conversation: each giver to whoever was there, and the givers
    to the one who gave it first."""
    by_contact: dict[str, list[Giving]] = defaultdict(list)
    for giving in givings:
        by_contact[giving.fingerprint].append(giving)
    seen = Sightings()
    for fingerprint in sorted(by_contact):
        _of_contact(by_contact[fingerprint], seen)
    return seen


def _of_contact(givings: list[Giving], seen: Sightings) -> None:
    if len({giving.place.where for giving in givings}) < 2:
        return
    if len({giving.place.case_id for giving in givings}) > MOST_CASES:
        seen.left_out[LeftOut.CONTACT] |= {giving.actor for giving in givings}
        return
    ordered = sorted(givings, key=lambda one: (one.place.at, one.place.case_id, one.actor))
    handed = {
        (one.actor, other) for one in ordered if not one.place.is_crowded for other in one.place.others(one.actor)
    }
    first = ordered[0].actor
    for giving in ordered:
        seen.add(_to_those_present(giving.actor, TieKind.GIVEN, giving.place))
        is_told_already = (first, giving.actor) in handed or (giving.actor, first) in handed
        if giving.actor != first and not is_told_already:
            seen.ties.append(Tie(giving.actor, first, TieKind.SAME_CONTACT, giving.place.case_id, giving.place.at))


def of_words(actor: int, kind: TieKind, place: Place) -> Sightings:
    """Ties of somebody's own words, or of what was reported of them: to whoever else was there."""
    return _to_those_present(actor, kind, place)


def _to_those_present(actor: int, kind: TieKind, place: Place) -> Sightings:
    seen = Sightings()
    if place.is_crowded:
        seen.left_out[LeftOut.ROOM] |= {actor}
    else:
        seen.ties += [Tie(actor, other, kind, place.case_id, place.at) for other in place.others(actor)]
    return seen


@dataclass(frozen=True, slots=True)
class Known:
    """A group as it stands: who is in it, and whom a person has said not to be part of it."""

    members: frozenset[int]
    apart: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grouping:
    groups: tuple[frozenset[int], ...]  # those that were known, perhaps grown or merged, and new ones of LEAST or more
    too_large: frozenset[int]  # accounts whose tie was not followed, because the group would become too large


def grouped(ties: Iterable[Tie], known: Sequence[Known] = (), *, most: int = MOST_MEMBERS) -> Grouping:
    """The groups that ties make of accounts, the tie that was seen first joined first. What is known only ever grows
    or merges; whoever stands apart from a group never comes into it, nor into what it merges with."""
    bag = _Bag(known)
    stopped: set[int] = set()
    for tie in sorted(ties, key=lambda tie: tie.order):
        one, other = bag.of(tie.source), bag.of(tie.target)
        if one is other or one.members & other.apart or other.members & one.apart:
            continue
        if len(one.members) + len(other.members) > most:
            stopped |= {tie.source, tie.target}
            continue
        bag.join(one, other)
    kept = {frozenset(one.members) for one in bag.all if len(one.members) >= LEAST or one.is_known}
    return Grouping(tuple(sorted(kept, key=min)), frozenset(stopped))


class _Heap:
    def __init__(self, members: Collection[int], apart: Collection[int] = (), *, is_known: bool = False) -> None:
        self.members, self.apart, self.is_known = set(members), set(apart), is_known


class _Bag:
    """Which account is in which heap."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._of: dict[int, _Heap] = {}
        for group in known:
            heap = _Heap(group.members, group.apart, is_known=True)
            self._of |= dict.fromkeys(group.members, heap)

    def of(self, account_id: int) -> _Heap:
        return self._of.setdefault(account_id, _Heap({account_id}))

    def join(self, one: _Heap, other: _Heap) -> None:
        small, large = sorted((one, other), key=lambda heap: len(heap.members))
        large.members |= small.members
        large.apart |= small.apart
        large.is_known |= small.is_known
        self._of |= dict.fromkeys(small.members, large)

    @property
    def all(self) -> Iterator[_Heap]:
        return iter({id(heap): heap for heap in self._of.values()}.values())


def holds_together(members: Collection[int], ties: Iterable[Tie]) -> bool:
    """Whether ties still make a group of some of these accounts: after one was taken out, they may not."""
    inside = set(members)
    own = [tie for tie in ties if {tie.source, tie.target} <= inside]
    return any(len(group) >= LEAST for group in grouped(own, most=len(inside)).groups)


def numbered(members: Iterable[int], ties: Iterable[Tie]) -> Mapping[int, int]:
    """A number for each member, from 1: those with the most ties to others first, then by id."""
    met: dict[int, set[int]] = defaultdict(set)
    for tie in ties:
        met[tie.source].add(tie.target)
        met[tie.target].add(tie.source)
    ordered = sorted(members, key=lambda pk: (-len(met[pk]), pk))
    return {pk: number for number, pk in enumerate(ordered, start=1)}
