"""What is kept for how long: the kinds of data, and what becomes of each when its time is over.

How many days each is kept, the policy says; what the policy does not name has its days here.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Kept(StrEnum):
    """The kinds of data; the first six are those of the policy's `retention_days`."""

    MESSAGES = "messages"
    CONTACTS = "contacts"
    EVIDENCE = "evidence"
    REPORTS = "reports"
    NOTES = "notes"
    ANSWERS = "answers"
    TOLD = "told"
    TRIES = "tries"
    SESSIONS = "sessions"


@dataclass(frozen=True, slots=True)
class Rule:
    label: str
    since: str  # from when its days are counted
    goes: str  # what becomes of it then


RULES: dict[Kept, Rule] = {
    Kept.MESSAGES: Rule(
        "Messages",
        "when they came in, and never while a case of their conversation is needed",
        "They are deleted with their earlier texts, and with who took part where none is left.",
    ),
    Kept.CONTACTS: Rule(
        "Contacts seen before",
        "when their case was last needed",
        "Their fingerprints are deleted: the same contact is then a new one.",
    ),
    Kept.EVIDENCE: Rule(
        "Evidence",
        "when its case was last needed",
        "It is deleted; the text of an appeal and the snippet of the case are emptied. What was decided stays.",
    ),
    Kept.REPORTS: Rule(
        "Texts of reports",
        "when their case was last needed",
        "The text is emptied. That there was a report, of what and when, stays.",
    ),
    Kept.NOTES: Rule(
        "Notes",
        "when they were written or, of a case, when it was last needed",
        "They are deleted, except where they are pinned or about somebody whose case is needed.",
    ),
    Kept.ANSWERS: Rule(
        "Answers to the six questions",
        "when they were last saved",
        "They are deleted. That a check-in was answered, and when, stays.",
    ),
    Kept.TOLD: Rule(
        "What the platform was told",
        "when it was delivered, cancelled or given up; with no address under Webhooks, when it was to be told",
        "The content is emptied; that and when something was delivered stays.",
    ),
    Kept.TRIES: Rule(
        "Tries to tell the platform",
        "when each was made, and never while its event waits for another",
        "They are deleted. How many an event took, and what the last one said, stays.",
    ),
    Kept.SESSIONS: Rule("Sign-ins", "when they ended", "They are deleted."),
}
# Whoever adds a kind for changes of standing: the newest that is published (the highest position) must stay, because
# the feed counts on from it.
# Kinds of which the policy says nothing. Records that hold neither contacts nor what people wrote (decisions,
# sanctions, statements of reasons, changes of standing, the audit trail) have no end: Haven accounts with them.
FIXED: dict[Kept, timedelta] = {
    Kept.TOLD: timedelta(days=90),
    Kept.TRIES: timedelta(days=90),
    Kept.SESSIONS: timedelta(),
}
