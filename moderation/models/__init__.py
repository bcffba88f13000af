"""The tables of the product, one aggregate a file."""

from moderation.models.appeals import Appeal, FirstView
from moderation.models.cases import Case, CaseParty, Evidence, Finding, Report
from moderation.models.changes import SanctionChange
from moderation.models.check_ins import CheckIn, Reflection
from moderation.models.clusters import Cluster, ClusterMember, Tie
from moderation.models.community import Account, Conversation, Message, MessageEdit, Participant
from moderation.models.contacts import Contact
from moderation.models.decisions import Decision, Sanction
from moderation.models.endpoints import PlatformEndpoint, SigningSecret
from moderation.models.erasures import ErasureRequest
from moderation.models.failures import ScreeningFailure
from moderation.models.holds import Hold
from moderation.models.imports import ImportRun
from moderation.models.outbox import Attempt, OutboxEvent
from moderation.models.persons import AccountChange, Pin
from moderation.models.policies import PolicyTrial, PolicyVersion
from moderation.models.remarks import Escalation, Label, Note, Referral, SavedView, Skip
from moderation.models.sorts import CaseSort, CaseSortChange
from moderation.models.standing_changes import StandingChange
from moderation.models.statements import Statement
from moderation.models.transparency import DailyFigure, TransparencyYear

__all__ = [
    "Account",
    "AccountChange",
    "Appeal",
    "Attempt",
    "Case",
    "CaseParty",
    "CaseSort",
    "CaseSortChange",
    "CheckIn",
    "Cluster",
    "ClusterMember",
    "Contact",
    "Conversation",
    "DailyFigure",
    "Decision",
    "ErasureRequest",
    "Escalation",
    "Evidence",
    "Finding",
    "FirstView",
    "Hold",
    "ImportRun",
    "Label",
    "Message",
    "MessageEdit",
    "Note",
    "OutboxEvent",
    "Participant",
    "Pin",
    "PlatformEndpoint",
    "PolicyTrial",
    "PolicyVersion",
    "Referral",
    "Reflection",
    "Report",
    "Sanction",
    "SanctionChange",
    "SavedView",
    "ScreeningFailure",
    "SigningSecret",
    "Skip",
    "StandingChange",
    "Statement",
    "Tie",
    "TransparencyYear",
]
