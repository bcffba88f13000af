"""Contacts that nobody tries to hide: phones, e-mail addresses, links, named handles, direct requests."""

import re
from collections.abc import Iterator

from moderation.prescreen.contract import Conversation, Finding, Kind, Message, Options, Rule, Span

ENGINE_VERSION = "0.1.0"
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,24}){1,3}")
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().-]{7,18}\d(?!\w)")
_APP = r"(?:snap(?:chat)?|insta(?:gram)?|discord|telegram|whats ?app|kik|tiktok)"
_HANDLE = re.compile(rf"\b(?:my|on)\s+{_APP}(?:\s+(?:is|name|handle|at)|:)\s*@?([\w.]{{3,30}})", re.IGNORECASE)
_REQUEST = re.compile(
    rf"what'?s (?:your|ur) (?:{_APP}|number|phone|email)|(?:add|text|call) me on {_APP}", re.IGNORECASE
)
_OFFSITE = re.compile(rf"(?:like i (?:said|told you)|we talked|you sent me) (?:\w+ )?on {_APP}", re.IGNORECASE)


def screen(conversation: Conversation, *, since: int = 0, options: Options | None = None) -> list[Finding]:
    """Findings that touch a message at index `since` or later, in the order of the messages."""
    return [finding for message in conversation.messages[since:] for finding in _look(message)]


def _look(message: Message) -> Iterator[Finding]:
    text = message.text
    for match in _EMAIL.finditer(text):
        yield _finding(message, Rule.CONTACT_SHARED, Kind.EMAIL, match.span(), "an e-mail address")
    for match in _PHONE.finditer(text):
        if 9 <= sum(char.isdigit() for char in match[0]) <= 15:
            yield _finding(message, Rule.CONTACT_SHARED, Kind.PHONE, match.span(), "a phone number")
    for match in _HANDLE.finditer(text):
        yield _finding(message, Rule.CONTACT_SHARED, Kind.MESSAGING_APP, match.span(1), "a name beside an app")
    for match in _REQUEST.finditer(text):
        yield _finding(message, Rule.CONTACT_REQUESTED, Kind.OTHER, match.span(), "asks for a contact")
    for match in _OFFSITE.finditer(text):
        yield _finding(message, Rule.OFFSITE_CONTACT, Kind.OTHER, match.span(), "talks of contact off the site")


def _finding(message: Message, rule: Rule, kind: Kind, place: tuple[int, int], why: str) -> Finding:
    span = Span(message.id, *place, kind)
    return Finding(rule, message.sender, (message.id,), (span,), kind, 0.9, why, kind.value)
