"""The words of the pre-screen: what goes in, what comes out. Knows nothing of how anything is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Rule(StrEnum):
    """What the policy forbids."""

    CONTACT_SHARED = "contact_shared"
    CONTACT_REQUESTED = "contact_requested"
    OFFSITE_CONTACT = "offsite_contact"
    OFFSITE_HARM = "offsite_harm"


class Kind(StrEnum):
    """The medium that a span belongs to."""

    PHONE = "phone"
    EMAIL = "email"
    SOCIAL_HANDLE = "social_handle"
    MESSAGING_APP = "messaging_app"
    URL = "url"
    POSTAL_ADDRESS = "postal_address"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone in the conversation. Role, age and badges never change what is found."""

    id: str
    role: str
    age_group: str
    status: str = "active"
    badges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it was typed; `text` is never normalised in place."""

    id: str
    sender: str
    text: str
    sent_at: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages in the order in which they were sent."""

    id: str
    room: str
    participants: tuple[Participant, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Code-point offsets into the original text, end exclusive; `contact` is the canonical value or ""."""

    message: str
    start: int
    end: int
    kind: Kind
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: everything that one actor did against one rule in the conversation."""

    rule: Rule
    actor: str
    messages: tuple[str, ...]
    spans: tuple[Span, ...]
    kind: Kind
    score: float
    explanation: str
    detector: str


@dataclass(frozen=True, slots=True)
class Options:
    """What a deployment adds without a release.

    own_domains: registrable domains of the site itself; links to them (and their subdomains) are never found.
    private_terms: extra names of a medium ("the blue room app") → the Kind value they stand for.
    allowed: published numbers, domains or addresses that are never found, beyond the shipped crisis lines.
    """

    own_domains: tuple[str, ...] = ("7cups.com",)
    private_terms: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    threshold: float = 0.5
