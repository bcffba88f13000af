"""The queue as its page shows it: one page of open cases, the most urgent first, with a constant number of queries.

Must not know HTTP; what a filter is stands in queue_filters, how cases are counted in tally.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db.models import ExpressionWrapper, F, IntegerField
from django.http import QueryDict

from accounts.models import User
from accounts.roles import Capability
from moderation.domain.alike import MOST_SEVERE, why_alone
from moderation.domain.deadlines import time_left
from moderation.domain.priority import points_for_waiting
from moderation.domain.vocabulary import AccountStatus, Lane, Severity
from moderation.models import Account, Case, PolicyVersion
from moderation.models.cases import CaseQuerySet
from moderation.models.clock import now
from moderation.models.prepared import Prepared
from moderation.permissions import is_narrowed
from moderation.queries.queue_filters import Facets, Filters, Group, language_name
from moderation.queries.tally import Tally, tally_for

PAGE_SIZE = 25
FEW = 500  # cases that are found first and put in order then
PARTIES_SHOWN = 3

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The order of the queue, spelt so that no index seems to have it already.
_PUT_IN_ORDER = (ExpressionWrapper(F("rank") + 0, output_field=IntegerField()), "opened_at", "pk")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue, between two cases."""

    rank: int
    opened_at: datetime
    case_id: int

    @classmethod
    def after(cls, case: Case) -> "Place":
        return cls(case.rank, case.opened_at, case.pk)

    @classmethod
    def from_text(cls, text: str) -> "Place":
        """Read what `str()` wrote. Raises ValueError for anything else."""
        rank, micros, case_id = (int(part) for part in text.split("."))
        if not (abs(rank) < 2**31 and 0 <= micros < 2**53 and 0 <= case_id < 2**63):
            raise ValueError(text)
        return cls(rank, _EPOCH + timedelta(microseconds=micros), case_id)

    def __str__(self) -> str:
        return f"{self.rank}.{(self.opened_at - _EPOCH) // timedelta(microseconds=1)}.{self.case_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the queue somebody asks for."""

    viewer: User
    filters: Filters = field(default_factory=Filters)
    after: Place | None = None

    def cases(self) -> CaseQuerySet:
        """One more than a page holds, so that it is known whether another page follows.

        With filters that no one index serves, the first page of each part is taken from its own index and the best of
        them are kept: walking the queue for all of them may pass a million others before it has found fifty. When by
        the last count there are only few such cases altogether, all are found and put in order, for the same reason.
        """
        if self._finds_few():
            return self._from(self.filters).order_by(*_PUT_IN_ORDER)[: PAGE_SIZE + 1]
        each = [self._from(part).most_urgent_first()[: PAGE_SIZE + 1] for part in self.filters.one_by_one()]
        if len(each) == 1:
            return each[0]
        ids = [page.values("pk") for page in each]
        found = Case.objects.filter(pk__in=ids[0].union(*ids[1:], all=True))
        return found.most_urgent_first()[: PAGE_SIZE + 1]

    @property
    def is_top(self) -> bool:
        """Whether it is the beginning of the whole queue, which is what most people have open."""
        return self.after is None and not self.filters and not is_narrowed(self.viewer)

    def _finds_few(self) -> bool:
        if not self.filters:
            return False
        counted = tally_for(self.viewer)
        return counted.cube.count(self.filters.sorts(counted, self.viewer.pk)) <= FEW

    def _from(self, filters: Filters) -> CaseQuerySet:
        cases = filters.narrow(Case.objects.visible_to(self.viewer).open(), self.viewer.pk)
        if self.after is not None:
            cases = cases.after(self.after.rank, self.after.opened_at, self.after.case_id)
        return cases


def _top() -> CaseQuerySet:
    return Case.objects.open().ready().most_urgent_first()[: PAGE_SIZE + 1]


def _with_people(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.select_related("holder", "handed_to")


def _facts(cases: CaseQuerySet) -> Any:
    return cases.values_list("pk", "version", "holder_id")


_TOP = Prepared(lambda: _with_people(_top()))
_TOP_FACTS: Prepared[tuple[int, int, int | None]] = Prepared(lambda: _facts(_top()))


@dataclass(frozen=True, slots=True)
class PartyShown:
    name: str
    words: str  # «listener · adult · on a self-care break»
    is_teen: bool
    is_actor: bool


@dataclass(frozen=True, slots=True)
class Row:
    case_id: int
    severity: Severity
    headline: str
    snippet: str
    source: str  # why it is here: «Pre-screen 0.98 · 2 reporters»
    reasons: str  # why it stands this high
    lane: str  # empty: anybody's
    language: str  # by name; empty: not known
    put_off_until: datetime | None
    handed_to: str  # empty: nobody
    parties: tuple[PartyShown, ...]
    more_parties: int
    due_at: datetime
    holder: str  # empty: nobody
    is_mine: bool
    can_open: bool  # by claiming; otherwise it may be read
    cluster_id: int | None  # the group in contact off the site that it belongs to
    group_size: int


@dataclass(frozen=True, slots=True)
class Figure:
    value: str
    label: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class QueuePage:
    rows: tuple[Row, ...]
    figures: tuple[Figure, ...]
    groups: tuple[Group, ...]
    more_groups: tuple[Group, ...]
    more_is_on: bool  # one of their choices is
    filters: Filters
    query: QueryDict  # of the filters
    here: str  # the place where this page begins; empty: at the top
    following: str  # the place where the next page begins; empty: there is none
    total: int  # as of `as_of`, with the filters that are on
    as_of: datetime
    now: datetime
    can_work: bool
    version: str  # equal as long as everything above is
    with_alike: frozenset[int] = frozenset()  # the cases from which look-alikes can be dismissed together


def queue_page(asked: Asked) -> QueuePage:
    """Three queries, a fourth where a case weighs little, and the four of the tally when it is due."""
    counted = tally_for(asked.viewer)
    moment = now()
    found = _TOP() if asked.is_top else list(_with_people(asked.cases()))
    shown = found[:PAGE_SIZE]
    parties = _parties_of(shown)
    facets = Facets(asked.filters, counted, asked.viewer.pk)
    more = facets.more_groups()
    return QueuePage(
        rows=tuple(_row(case, parties.get(case.pk, []), asked.viewer, moment) for case in shown),
        figures=_figures(counted, moment),
        groups=facets.groups(),
        more_groups=more,
        more_is_on=any(choice.is_on for group in more for choice in group.choices),
        filters=asked.filters,
        query=asked.filters.as_query(),
        here=str(asked.after or ""),
        following=str(Place.after(shown[-1])) if len(found) > PAGE_SIZE else "",
        total=facets.total,
        as_of=counted.as_of,
        now=moment,
        can_work=asked.viewer.can(Capability.WORK_CASES),
        version=_version(((case.pk, case.version, case.holder_id) for case in found), counted),
        with_alike=_with_alike(shown, asked.viewer, moment),
    )


def queue_version(asked: Asked) -> str:
    """What `queue_page(asked).version` would be, for one query on the index and no more."""
    return _version(_TOP_FACTS() if asked.is_top else _facts(asked.cases()), tally_for(asked.viewer))


def _version(rows: Iterable[tuple[int, int, int | None]], counted: Tally) -> str:
    facts = (list(rows), counted.stamp)
    return blake2b(repr(facts).encode(), digest_size=12).hexdigest()


# The first few of each case, who did it before who was there, and how many there are.
_PARTIES = """
SELECT party.case_id, party.is_actor, party.total, account.id, account.ext_id, account.username, account.role,
    account.age_group, account.status, account.suspended
FROM (
    SELECT case_id, account_id, is_actor, count(*) OVER (PARTITION BY case_id) AS total,
        row_number() OVER (PARTITION BY case_id ORDER BY is_actor DESC, id) AS nth
    FROM moderation_caseparty WHERE case_id = ANY(%(cases)s)
) AS party JOIN moderation_account AS account ON account.id = party.account_id
WHERE party.nth <= %(most)s ORDER BY party.case_id, party.nth
"""


def _parties_of(cases: list[Case]) -> dict[int, list[Any]]:
    """Accounts by their case; each carries `is_actor` and, of all in the case, the `total`."""
    asked: dict[str, Any] = {"cases": [case.pk for case in cases], "most": PARTIES_SHOWN}
    found: dict[int, list[Any]] = {}
    for account in Account.objects.raw(_PARTIES, asked) if cases else ():
        found.setdefault(account.case_id, []).append(account)  # type: ignore[attr-defined]
    return found


def _row(case: Case, parties: list[Any], viewer: User, moment: datetime) -> Row:
    is_held = case.is_held(moment)
    is_mine = case.is_held_by(viewer.pk, moment)
    holder = case.holder.name if is_held and case.holder else ""
    return Row(
        case_id=case.pk,
        severity=Severity(case.severity),
        headline=case.headline,
        snippet=case.snippet,
        source=_source(case),
        reasons=_reasons(case, moment),
        lane="" if case.lane == Lane.ORDINARY else Lane(case.lane).label,
        language=language_name(case.language) if case.language else "",
        put_off_until=case.waits_until if case.waits_until and case.waits_until > moment else None,
        handed_to=_person(case.handed_to, viewer),
        parties=tuple(party_shown(account, is_actor=account.is_actor) for account in parties),
        more_parties=max(0, parties[0].total - len(parties)) if parties else 0,
        due_at=case.due_at,
        holder="You" if is_mine else holder,
        is_mine=is_mine,
        can_open=viewer.can(Capability.WORK_CASES) and (is_mine or not is_held),
        cluster_id=case.cluster_id,
        group_size=case.group_size,
    )


def rows_of(cases: list[Case], viewer: User, moment: datetime) -> tuple[Row, ...]:
    """Cases as any list shows them, for one query."""
    parties = _parties_of(cases)
    return tuple(_row(case, parties.get(case.pk, []), viewer, moment) for case in cases)


def _with_alike(cases: list[Case], viewer: User, moment: datetime) -> frozenset[int]:
    """The policy, which says from which score on a case is looked at alone, is read only where it matters."""
    light = [case for case in cases if case.severity <= MOST_SEVERE]
    if not light or not viewer.can(Capability.WORK_CASES):
        return frozenset()
    policy = PolicyVersion.objects.in_force().policy
    return frozenset(case.pk for case in light if not why_alone(case, policy, moment))


def party_shown(account: Account, *, is_actor: bool = False) -> PartyShown:
    status = AccountStatus(account.status)
    words = [account.role, account.age_group, "" if status is AccountStatus.ACTIVE else status.label.lower()]
    if account.role == account.age_group == "unknown":
        words = ["role and age unknown", words[2]]
    standing = "suspended" if account.suspended else ""
    return PartyShown(
        name=account.display_name,
        words=" · ".join(word for word in (*words, standing) if word),
        is_teen=account.is_teen,
        is_actor=is_actor,
    )


def _source(case: Case) -> str:
    screened = f"Pre-screen {case.score:.2f}" if case.screened else ""
    reported = f"{case.reporters} {'person' if case.reporters == 1 else 'people'} reported it" if case.reporters else ""
    return " · ".join(part for part in (screened, reported) if part)


def _person(person: User | None, viewer: User) -> str:
    if person is None:
        return ""
    return "you" if person.pk == viewer.pk else person.name


def _reasons(case: Case, moment: datetime) -> str:
    """Without what the source says already; what waiting has added stands last."""
    said = {f"pre-screen {case.score:.2f}", f"reported by {case.reporters} people"}
    reasons = [reason for reason in case.reasons if reason not in said]
    if points := points_for_waiting(case.opened_at, moment):
        reasons.append(f"waiting for {time_left(moment, case.opened_at)}: +{points}")
    return " · ".join(reasons)


def _figures(counted: Tally, moment: datetime) -> tuple[Figure, ...]:
    late = counted.count("late")
    return (
        Figure(f"{counted.count():,}", "open cases"),
        Figure(f"{late:,}", "past due", tone="critical" if late else ""),
        Figure(f"{counted.count('teen'):,}", "teen involved"),
        Figure(time_left(moment, counted.oldest) if counted.oldest else "–", "longest wait"),
    )
