"""The pre-screen: finds contact sharing, requests and off-site contact in chat. Pure Python; knows no database."""

from moderation.prescreen.contract import (
    Conversation,
    Finding,
    Kind,
    Message,
    Options,
    Participant,
    Rule,
    Span,
)
from moderation.prescreen.engine import ENGINE_VERSION, Stretch, screen, screen_all

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
    "Stretch",
    "screen",
    "screen_all",
]
