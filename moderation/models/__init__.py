"""The tables of the product, one aggregate a file."""

from moderation.models.appeals import Appeal
from moderation.models.cases import Case, CaseParty, Evidence, Finding, Report
from moderation.models.community import Account, Conversation, Message, MessageEdit, Participant
from moderation.models.decisions import Decision, Sanction
from moderation.models.outbox import OutboxEvent
from moderation.models.policies import PolicyVersion

__all__ = [
    "Account",
    "Appeal",
    "Case",
    "CaseParty",
    "Conversation",
    "Decision",
    "Evidence",
    "Finding",
    "Message",
    "MessageEdit",
    "OutboxEvent",
    "Participant",
    "PolicyVersion",
    "Report",
    "Sanction",
]
