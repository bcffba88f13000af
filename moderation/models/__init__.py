"""The tables of the product, one aggregate a file."""

from moderation.models.appeals import Appeal
from moderation.models.cases import Case, CaseParty, Evidence, Finding, Report
from moderation.models.community import Account, Conversation, Message, MessageEdit, Participant
from moderation.models.contacts import Contact
from moderation.models.decisions import Decision, Sanction
from moderation.models.failures import ScreeningFailure
from moderation.models.outbox import OutboxEvent
from moderation.models.policies import PolicyVersion
from moderation.models.remarks import Escalation, Label, Note, Referral, SavedView, Skip

__all__ = [
    "Account",
    "Appeal",
    "Case",
    "CaseParty",
    "Contact",
    "Conversation",
    "Decision",
    "Escalation",
    "Evidence",
    "Finding",
    "Label",
    "Message",
    "MessageEdit",
    "Note",
    "OutboxEvent",
    "Participant",
    "PolicyVersion",
    "Referral",
    "Report",
    "Sanction",
    "SavedView",
    "ScreeningFailure",
    "Skip",
]
