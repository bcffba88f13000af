"""Every field of a policy that can be edited: where it stands, what it is called, what it does. One table.

The editor, the check and the comparison all walk it: a field that is added here is explained, checked and compared.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from moderation.domain.policy import UNSAID
from moderation.domain.policy_lists import CrisisLines, Ladder, Lines, Notices, Reasons, Terms
from moderation.domain.policy_shapes import AnyOf, OneOf, Shape, Share, Switch, Text, Whole
from moderation.domain.vocabulary import Ground, Kind, SanctionKind, Severity

Body = dict[str, Any]
LONGEST_CLAUSE = 1000
LEAST_SCORE = 0.5  # the pre-screen reports nothing below
_YEARS = 3650


@dataclass(frozen=True, slots=True)
class Field:
    path: str  # the keys down to it, with dots between
    label: str
    says: str  # what it does, one sentence
    shape: Shape

    @property
    def explained(self) -> str:
        return f"{self.says} {self.shape.range}".strip()

    def value(self, body: Mapping[str, Any]) -> Any:
        """Raises KeyError where the body does not say it."""
        found: Any = body
        for key in self.path.split("."):
            if not isinstance(found, Mapping):
                raise KeyError(key)
            found = found[key]
        return found

    def put(self, body: Body, value: Any) -> None:
        *above, last = self.path.split(".")
        for key in above:
            body = body[key]
        body[last] = value


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    label: str
    says: str
    groups: tuple[Group, ...]

    @property
    def fields(self) -> Iterator[Field]:
        return (field for group in self.groups for field in group.fields)


_SEVERITIES = {severity.code: severity.label for severity in reversed(Severity)}
_MEASURES = {
    "teen_badge_removal": "Removal of the teen badge",
    "suspension:permanent": "Permanent suspension",
    "suspension:open": "Suspension until further notice",
}
_RETENTION = {
    "messages": ("Messages", "that belong to no case"),
    "contacts": ("Contacts", "that were found, in readable form"),
    "evidence": ("Evidence", "after its case is closed and no appeal is possible any more"),
    "reports": ("Reports", "after their case is closed"),
    "notes": ("Notes", "about accounts and cases"),
    "answers": ("Answers to the six questions", "that a person gave on the hosted page"),
}
_NOTICE_SAYS = {
    SanctionKind.EDUCATION_NOTICE: "What a person reads with an education notice.",
    SanctionKind.SUSPENSION: "What a person reads when their account is suspended.",
    SanctionKind.TEEN_BADGE_HOLD: "What a person reads while their teen badge is held and people look at it.",
    SanctionKind.TEEN_BADGE_REMOVAL: "What a person reads when their teen badge is removed.",
}


def _ground(ground: Ground) -> Group:
    at = f"grounds.{ground.value}"
    return Group(
        ground.label,
        (
            Field(f"{at}.severity", "Severity", "How urgent a case is and when it is due.", OneOf(_SEVERITIES)),
            Field(
                f"{at}.opens_from",
                "Threshold",
                "The least score of the pre-screen that opens a case by itself; reports open one at any score.",
                Share(LEAST_SCORE, 1),
            ),
            Field(
                f"{at}.clause.text",
                "Clause",
                "The sentence of the rules that a sanction rests on; the person reads it.",
                Text(LONGEST_CLAUSE),
            ),
            Field(
                f"{at}.ladder",
                "Ladder",
                "What is suggested the first time, the second and so on; the last step repeats.",
                Ladder(),
            ),
            Field(
                f"{at}.all_accounts",
                "All accounts",
                "Whether the suggestion reaches every account of the person.",
                Switch("every account of the person", "this account alone"),
            ),
            Field(f"{at}.reasons", "Reasons", "What moderators can tick to say why.", Reasons()),
        ),
    )


def _minutes(path: str, label: str, says: str, high: int, low: int = 1) -> Field:
    return Field(path, label, says, Whole(low, high, "minutes"))


def _days(path: str, label: str, says: str, low: int = 1, high: int = _YEARS) -> Field:
    return Field(path, label, says, Whole(low, high, "days"))


def _check_ins(role: str, label: str) -> Field:
    shape = Whole(183, 366, "days", empty="no check-in")
    return Field(f"check_in_days.{role}", label, "How long after a safety check-in the next one is due.", shape)


_RULES = Section(
    "rules",
    "Rules",
    "What each rule weighs, when it opens a case and what follows from it.",
    (
        *(_ground(ground) for ground in Ground),
        Group(
            "For all rules",
            (
                Field(
                    "teen_clause.text",
                    "Teen clause",
                    "The clause that sharing with a teen rests on, instead of the rule's own.",
                    Text(LONGEST_CLAUSE),
                ),
                _days(
                    "ladder_window_days", "Window", "How far back an earlier sanction counts as a step of the ladder."
                ),
            ),
        ),
    ),
)

_TIMES = Section(
    "times",
    "Deadlines",
    "By when people have to have looked, answered and heard.",
    (
        Group(
            "Cases",
            tuple(
                _minutes(
                    f"due_minutes.{severity.code}",
                    f"{severity.label} cases",
                    "How soon after its opening such a case has to be decided.",
                    43200,
                )
                for severity in reversed(Severity)
            ),
        ),
        Group(
            "Deciding",
            (
                Field(
                    "undo_seconds",
                    "Undo",
                    "How long a decision can be taken back; the platform hears of nothing before.",
                    Whole(1, 600, "seconds"),
                ),
                Field(
                    "lease_seconds",
                    "Lease",
                    "How long a case stays with whoever opened it and does nothing.",
                    Whole(60, 3600, "seconds"),
                ),
                _minutes(
                    "answer_minutes", "Second person", "How long a proposal may wait before it escalates.", 10080, 5
                ),
            ),
        ),
        Group(
            "Appeals and check-ins",
            (
                _days("appeal_days", "Appeal window", "How long after a sanction the person can appeal.", low=183),
                _days("hear_days", "Hearing", "How soon an appeal has to be heard.", high=90),
                _check_ins("listener", "Listeners"),
                _check_ins("member", "Members"),
            ),
        ),
    ),
)

_SAFEGUARDS = Section(
    "safeguards",
    "Safeguards",
    "What waits for a second person, and the one thing that Haven does before anybody has looked.",
    (
        Group(
            "Second person",
            (
                Field(
                    "second_person.measures",
                    "Measures",
                    "These take effect only when a second person has signed, whatever the case.",
                    AnyOf(_MEASURES),
                ),
                Field(
                    "second_person.severities",
                    "Severities",
                    "In a case as severe as this, everything that restricts an account needs a second person.",
                    AnyOf(_SEVERITIES),
                ),
            ),
        ),
        Group(
            "Interim hold of the teen badge",
            (
                Field(
                    "interim_hold.on",
                    "Hold at once",
                    "Whether the teen badge is held as soon as an adult shares a contact with a teen.",
                    Switch(),
                ),
                Field(
                    "interim_hold.above",
                    "From score",
                    "The least score of the pre-screen at which it is held.",
                    Share(LEAST_SCORE, 1),
                ),
                _minutes(
                    "interim_hold.confirm_minutes",
                    "Confirm in",
                    "How soon a person has to confirm or lift it.",
                    1440,
                    5,
                ),
            ),
        ),
    ),
)

_DATA = Section(
    "data",
    "Retention",
    "How long each kind of data is kept.",
    (
        Group(
            "Days that it is kept",
            tuple(
                _days(f"retention_days.{code}", label, f"How long Haven keeps {label.lower()} {which}.")
                for code, (label, which) in _RETENTION.items()
            ),
        ),
    ),
)

_WORDS = Section(
    "words",
    "Pre-screen",
    "What the pre-screen is told about this community, beside the settings of the deployment.",
    (
        Group(
            "Lists",
            (
                Field(
                    "allowed_contacts",
                    "Contacts that are no violation",
                    "Published numbers, sites and addresses, one a line, that are never found.",
                    Lines(500),
                ),
                Field(
                    "private_terms",
                    "Private terms",
                    "Members' own names for media, and the kind of medium each stands for.",
                    Terms(tuple(kind.value for kind in Kind), 500),
                ),
            ),
        ),
    ),
)

_NOTICES = Section(
    "notices",
    "Notices",
    "The texts that people get to read: the first of each kind is used unless a moderator picks another.",
    tuple(
        Group(kind.label, (Field(f"notices.{kind.value}", "Texts", _NOTICE_SAYS[kind], Notices(kind)),))
        for kind in SanctionKind
    ),
)

_CRISIS = Section(
    "crisis",
    "Crisis lines",
    "Help from outside; the pre-screen never finds these contacts.",
    (
        Group(
            "Lines",
            (
                Field(
                    "crisis_lines", "Crisis lines", "Number or link, with the day somebody last looked.", CrisisLines()
                ),
            ),
        ),
    ),
)

SECTIONS = (_RULES, _TIMES, _SAFEGUARDS, _NOTICES, _WORDS, _CRISIS, _DATA)
BY_CODE = {section.code: section for section in SECTIONS}
FIELDS = tuple(field for section in SECTIONS for field in section.fields)

# What stands in a body beside the fields: the names of clauses, which no version may change.
CODES = (*(f"grounds.{ground.value}.clause.code" for ground in Ground), "teen_clause.code")


def filled(body: Mapping[str, Any]) -> Body:
    """The body in today's shape: with what an older one could not say yet, as it has been read all along."""
    whole: Body = deepcopy({**UNSAID, **body})
    for said in whole["grounds"].values():
        said.setdefault("all_accounts", False)
        said.setdefault("reasons", [])
    for role in ("listener", "member"):
        whole["check_in_days"].setdefault(role, None)
    for kind, said in whole["notices"].items():
        texts = [{"name": "standard", "text": said}] if isinstance(said, str) else said
        whole["notices"][kind] = [{"language": "en", **one} for one in texts]
    return whole
