"""The pre-screen: text in, findings out. Pure Python: no Django, no clock, no database."""

from moderation.prescreen.contract import Conversation, Finding, Kind, Message, Options, Participant, Rule, Span
from moderation.prescreen.plain import ENGINE_VERSION, screen

__all__ = [
    "ENGINE_VERSION",
    "Conversation",
    "Finding",
    "Kind",
    "Message",
    "Options",
    "Participant",
    "Rule",
    "Span",
    "screen",
]
