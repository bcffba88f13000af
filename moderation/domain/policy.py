"""A policy version as values: what each ground weighs, asks for and says. The rules are data; this is their shape."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from moderation.domain.vocabulary import AccountRole, Ground, SanctionKind, Severity

LONGEST_CODE = 32


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing to do to one account. A suspension without days lasts until further notice or, if so said, for ever."""

    kind: SanctionKind
    days: int | None = None
    permanent: bool = False

    @property
    def label(self) -> str:
        if self.kind is not SanctionKind.SUSPENSION:
            return self.kind.label
        return f"Suspension, {self.length}"

    @property
    def length(self) -> str:
        if self.permanent:
            return "permanent"
        if self.days is None:
            return "until further notice"
        return "24 hours" if self.days == 1 else f"{self.days} days"

    @property
    def ends_by_itself(self) -> bool:
        """Whether it is a suspension with an end."""
        return self.kind is SanctionKind.SUSPENSION and self.days is not None

    @property
    def code(self) -> str:
        """The measure as one word, for forms: «suspension:7», «suspension:permanent», «education_notice»."""
        if self.kind is not SanctionKind.SUSPENSION:
            return self.kind.value
        return f"{self.kind.value}:{'permanent' if self.permanent else self.days or 'open'}"


def measure_from_code(code: str) -> Measure:
    """The measure that `Measure.code` wrote. Raises ValueError for anything else."""
    kind, _, length = code.partition(":")
    if not length:
        return Measure(SanctionKind(kind))
    if length in ("permanent", "open"):
        return Measure(SanctionKind(kind), permanent=length == "permanent")
    return Measure(SanctionKind(kind), days=int(length))


@dataclass(frozen=True, slots=True)
class Clause:
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A word on why, to be ticked. The same code may stand with several grounds."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Template:
    """One of the texts that a notice can be made from."""

    name: str
    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class GroundPolicy:
    """What the policy says of one ground."""

    severity: Severity
    opens_from: float  # the least score of a finding that opens a case
    clause: Clause
    ladder: tuple[Measure, ...]  # first time, second time, …; the last step repeats
    all_accounts: bool = False  # the sanction reaches every account of the person
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class InterimHold:
    """The one thing that takes effect before a person has looked: a badge is held when an adult shares with a teen."""

    is_on: bool
    above: float  # the least score
    confirm_in: timedelta  # for a person to confirm or lift it


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """What takes effect only when a second person has signed."""

    measures: frozenset[str]  # codes of measures, in whatever case
    severities: frozenset[Severity]  # whatever restricts an account in a case as severe as this


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """Help from outside that people can be pointed to."""

    name: str
    contact: str  # a number or a link; never a finding
    country: str
    source: str  # where that it is theirs can be read
    verified: date  # when somebody last looked

    def is_stale(self, today: date) -> bool:
        """Whether it is longer than a year ago that somebody looked."""
        return today - self.verified > VERIFIED_FOR


VERIFIED_FOR = timedelta(days=365)

# What a body says that was written before the policy could say it.
UNSAID: Mapping[str, Any] = {
    "second_person": {"measures": ["teen_badge_removal", "suspension:permanent"], "severities": ["critical"]},
    "retention_days": {
        "messages": 365,
        "contacts": 183,
        "evidence": 730,
        "reports": 730,
        "notes": 730,
        "answers": 365,
    },
    "allowed_contacts": [],
    "private_terms": {},
    "crisis_lines": [],
}


@dataclass(frozen=True, slots=True)
class Policy:
    version: int
    grounds: Mapping[Ground, GroundPolicy]
    teen_clause: Clause
    ladder_window: timedelta  # how far back a sanction counts as a repeat
    due_in: Mapping[Severity, timedelta]
    undo_window: timedelta
    lease: timedelta
    appeal_window: timedelta
    notices: Mapping[SanctionKind, tuple[Template, ...]]  # at least one each; the first is used unless told otherwise
    interim_hold: InterimHold
    answer_in: timedelta  # for a second person to answer a proposal, before it escalates
    hear_in: timedelta  # for an appeal to be heard
    check_in_every: Mapping[AccountRole, timedelta]  # only the roles that have check-ins
    second_person: SecondPerson
    retention: Mapping[str, timedelta]  # by kind of data, how long it is kept after it was last needed
    allowed_contacts: tuple[str, ...]  # published numbers, sites and addresses that are no finding
    private_terms: Mapping[str, str]  # members' own names for media, and the kind of medium
    crisis_lines: tuple[CrisisLine, ...]

    @classmethod
    def from_body(cls, version: int, body: Mapping[str, Any]) -> "Policy":
        """Read what a PolicyVersion stores. Raises KeyError or ValueError when the body is not of this shape; what
        `policy_faults.faults` finds nothing wrong with can always be read."""
        said = {**UNSAID, **body}
        return cls(
            version=version,
            grounds={Ground(code): _ground(said) for code, said in body["grounds"].items()},
            teen_clause=Clause(**body["teen_clause"]),
            ladder_window=timedelta(days=body["ladder_window_days"]),
            due_in={Severity[name.upper()]: timedelta(minutes=m) for name, m in body["due_minutes"].items()},
            undo_window=timedelta(seconds=body["undo_seconds"]),
            lease=timedelta(seconds=body["lease_seconds"]),
            appeal_window=timedelta(days=body["appeal_days"]),
            notices={SanctionKind(kind): _templates(said) for kind, said in body["notices"].items()},
            interim_hold=_interim_hold(**body["interim_hold"]),
            answer_in=timedelta(minutes=body["answer_minutes"]),
            hear_in=timedelta(days=body["hear_days"]),
            check_in_every={AccountRole(role): timedelta(days=d) for role, d in body["check_in_days"].items() if d},
            second_person=_second_person(**said["second_person"]),
            retention={kind: timedelta(days=days) for kind, days in said["retention_days"].items()},
            allowed_contacts=tuple(said["allowed_contacts"]),
            private_terms=dict(said["private_terms"]),
            crisis_lines=tuple(_crisis_line(**one) for one in said["crisis_lines"]),
        )

    def clauses_of(self, ground: Ground) -> Mapping[str, Clause]:
        """By their codes, the clauses that a sanction on this ground can name."""
        return {clause.code: clause for clause in (self.teen_clause, self.grounds[ground].clause)}

    def reasons_of(self, grounds: Iterable[Ground]) -> tuple[Reason, ...]:
        """What can be ticked for these grounds, each code once."""
        found = {reason.code: reason for ground in grounds for reason in self.grounds[ground].reasons}
        return tuple(found.values())

    @property
    def never_found(self) -> tuple[str, ...]:
        """What the pre-screen is told to pass over: the contacts that are no violation, and the crisis lines."""
        lines = (urlsplit(line.contact).hostname or line.contact for line in self.crisis_lines)
        return (*self.allowed_contacts, *lines)

    def template(self, kind: SanctionKind, name: str = "") -> Template:
        """The template of this name, or the first when there is none."""
        templates = self.notices[kind]
        return next((template for template in templates if template.name == name), templates[0])


def _ground(said: Mapping[str, Any]) -> GroundPolicy:
    return GroundPolicy(
        severity=Severity[said["severity"].upper()],
        opens_from=said["opens_from"],
        clause=Clause(**said["clause"]),
        ladder=tuple(measure_from_code(code) for code in said["ladder"]),
        all_accounts=said.get("all_accounts", False),
        reasons=tuple(_reason(**one) for one in said.get("reasons", ())),
    )


def _interim_hold(on: bool, above: float, confirm_minutes: int) -> InterimHold:
    return InterimHold(on, above, timedelta(minutes=confirm_minutes))


def _second_person(measures: Sequence[str], severities: Sequence[str]) -> SecondPerson:
    return SecondPerson(frozenset(measures), frozenset(Severity[name.upper()] for name in severities))


def _crisis_line(verified: str, **said: str) -> CrisisLine:
    return CrisisLine(**said, verified=date.fromisoformat(verified))


def _reason(code: str, label: str) -> Reason:
    if not 0 < len(code) <= LONGEST_CODE:
        raise ValueError(f"A reason's code has 1 to {LONGEST_CODE} characters: {code!r}")
    return Reason(code, label)


def _templates(said: str | Sequence[Mapping[str, str]]) -> tuple[Template, ...]:
    """A kind of notice has one text, or several under names."""
    templates = (Template("standard", said),) if isinstance(said, str) else tuple(Template(**one) for one in said)
    if not templates:
        raise ValueError("Every kind of notice needs at least one template.")
    return templates
