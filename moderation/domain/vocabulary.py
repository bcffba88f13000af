"""The words of the product: one enumeration an idea. Values are stored and sent; labels are read by people."""

from enum import IntEnum, StrEnum

from moderation.prescreen import Kind, Rule


class Ground(StrEnum):
    """What a case is about: the four rules of the pre-screen, or something else that a report says."""

    CONTACT_SHARED = Rule.CONTACT_SHARED.value
    CONTACT_REQUESTED = Rule.CONTACT_REQUESTED.value
    OFFSITE_CONTACT = Rule.OFFSITE_CONTACT.value
    OFFSITE_HARM = Rule.OFFSITE_HARM.value
    OTHER = "other"

    @property
    def label(self) -> str:
        return _GROUND_LABELS[self]


_GROUND_LABELS = {
    Ground.CONTACT_SHARED: "Contact shared",
    Ground.CONTACT_REQUESTED: "Contact requested",
    Ground.OFFSITE_CONTACT: "Off-site contact",
    Ground.OFFSITE_HARM: "Off-site harm",
    Ground.OTHER: "Other report",
}


class Severity(IntEnum):
    LOW = 0
    NORMAL = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def code(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> str:
        return self.name.capitalize()


class AccountRole(StrEnum):
    LISTENER = "listener"
    MEMBER = "member"
    UNKNOWN = "unknown"


class AgeGroup(StrEnum):
    ADULT = "adult"
    TEEN = "teen"
    UNKNOWN = "unknown"


class AccountStatus(StrEnum):
    """What the platform says of an account. What Haven has decided about it is its standing."""

    ACTIVE = "active"
    SELF_CARE_BREAK = "self_care_break"
    DEACTIVATION_BREAK = "deactivation_break"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {
            "self_care_break": "On a self-care break",
            "deactivation_break": "On a deactivation break",
        }.get(self.value, self.value.capitalize())

    @property
    def is_break(self) -> bool:
        return self in (AccountStatus.SELF_CARE_BREAK, AccountStatus.DEACTIVATION_BREAK)


TEEN_BADGE = "teen_listener"


class Room(StrEnum):
    ONE_TO_ONE = "one_to_one"
    GROUP = "group"
    FORUM = "forum"

    @property
    def label(self) -> str:
        return {"one_to_one": "One-to-one conversation", "group": "Group room", "forum": "Forum thread"}[self.value]


class CaseState(StrEnum):
    OPEN = "open"
    PROPOSED = "proposed"  # decided by one, waiting for the second signature
    CLOSED = "closed"


class Lane(StrEnum):
    """Who should look at a case: anybody, or those for whom somebody has raised it."""

    ORDINARY = "ordinary"
    SENIOR = "senior"
    CRISIS = "crisis"  # somebody may be in danger of harming themselves
    SAFEGUARDING = "safeguarding"  # a child or another person may be in danger from somebody else

    @property
    def label(self) -> str:
        return {"senior": "For the seniors"}.get(self.value, self.value.capitalize())


class Judgement(StrEnum):
    """What a person says of the pre-screen's work: kept to measure it by."""

    WRONG = "wrong"  # a finding that is none
    MISSED = "missed"  # a text that should have been found


class Side(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class Reason(StrEnum):
    """Why somebody reads more of a private conversation than what stands around the evidence."""

    CONTEXT = "context"
    PATTERN = "pattern"
    SAFETY = "safety"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "context": "To understand what was meant",
            "pattern": "To see whether it happened before",
            "safety": "Somebody may be in danger",
            "other": "Another reason:",
        }[self.value]


class Outcome(StrEnum):
    NO_VIOLATION = "no_violation"
    SANCTIONED = "sanctioned"


class DecisionState(StrEnum):
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    UNDONE = "undone"


class SanctionKind(StrEnum):
    EDUCATION_NOTICE = "education_notice"
    SUSPENSION = "suspension"
    TEEN_BADGE_HOLD = "teen_badge_hold"
    TEEN_BADGE_REMOVAL = "teen_badge_removal"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class SanctionState(StrEnum):
    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    ENDED = "ended"
    REFUSED = "refused"
    UNDONE = "undone"


class EndedBy(StrEnum):
    EXPIRY = "expiry"
    LIFTING = "lifting"
    APPEAL = "appeal"
    REPLACEMENT = "replacement"  # a hold that became a removal
    REGRANT = "regrant"  # a badge that was given again on a fresh application


class Deed(StrEnum):
    """What an admin can do to a sanction in force."""

    EXTEND = "extend"
    SHORTEN = "shorten"
    LIFT = "lift"
    PERMANENT = "permanent"
    REGRANT = "regrant"

    @property
    def label(self) -> str:
        return {"permanent": "Make permanent", "regrant": "Give the teen badge again"}.get(
            self.value, self.value.capitalize()
        )

    @property
    def done(self) -> str:
        """«extended», as in «it was extended»."""
        return {
            "extend": "extended",
            "shorten": "shortened",
            "lift": "lifted",
            "permanent": "made permanent",
            "regrant": "ended, the badge given again",
        }[self.value]

    @property
    def needs_days(self) -> bool:
        return self in (Deed.EXTEND, Deed.SHORTEN)

    @property
    def needs_two(self) -> bool:
        return self in (Deed.PERMANENT, Deed.REGRANT)


class ChangeState(StrEnum):
    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"
    LAPSED = "lapsed"  # the sanction ended before a second person answered


class HoldState(StrEnum):
    """Where the interim hold of a badge stands. In the first two the badge is held."""

    WAITING = "waiting"  # for a person to confirm or lift it
    CONFIRMED = "confirmed"  # it stays until the case is decided
    LIFTED = "lifted"
    REPLACED = "replaced"  # by the removal of the badge


class CheckInState(StrEnum):
    WAITING = "waiting"
    ANSWERED = "answered"
    WAIVED = "waived"  # by a person, with a reason
    DROPPED = "dropped"  # nobody needs it any more: the suspension is gone, or it is no listener now


class AppealState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REDUCED = "reduced"
    OVERTURNED = "overturned"

    @property
    def label(self) -> str:
        return {"open": "Waits to be heard"}.get(self.value, self.value.capitalize())


class TrialState(StrEnum):
    """Of trying a draft of the policy on the past."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ReportState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class OutboxState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    DEAD = "dead"


class TieKind(StrEnum):
    """What betrays that two accounts are in contact off the site."""

    GIVEN = "given"  # gave a contact that stands in other conversations too
    SAME_CONTACT = "same_contact"  # gave the contact that the other had given
    ADMITTED = "admitted"  # spoke of it
    REPORTED = "reported"  # was reported for it, in a conversation
    NAMED = "named"  # reported the other for it, without a conversation

    @property
    def label(self) -> str:
        """Between two names, the source first."""
        return {
            "given": "gave a contact to",
            "same_contact": "gave the same contact as",
            "admitted": "spoke of contact with",
            "reported": "was reported to be in contact with",
            "named": "reported contact with",
        }[self.value]

    @property
    def word(self) -> str:
        """On an arrow."""
        return {
            "given": "gave",
            "same_contact": "same",
            "admitted": "says",
            "reported": "reported",
            "named": "named",
        }[self.value]

    @property
    def has_direction(self) -> bool:
        return self is not TieKind.SAME_CONTACT


class ClusterState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"  # none of its cases is open any more
    DISSOLVED = "dissolved"  # joined to another, or no longer held together by ties


class LeftOut(StrEnum):
    """What would have glued strangers together, and was not followed."""

    CONTACT = "contact"
    ROOM = "room"
    SIZE = "size"


__all__ = [
    "TEEN_BADGE",
    "AccountRole",
    "AccountStatus",
    "AgeGroup",
    "AppealState",
    "CaseState",
    "ChangeState",
    "CheckInState",
    "ClusterState",
    "DecisionState",
    "Deed",
    "EndedBy",
    "Ground",
    "HoldState",
    "Judgement",
    "Kind",
    "Lane",
    "LeftOut",
    "OutboxState",
    "Outcome",
    "Reason",
    "ReportState",
    "Room",
    "Rule",
    "SanctionKind",
    "SanctionState",
    "Severity",
    "Side",
    "TieKind",
    "TrialState",
]
