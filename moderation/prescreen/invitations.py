# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Turns speech acts into clues: requests, off-site contact. Asks `speech` whether the words are meant."""

import re
from collections.abc import Iterator

from moderation.prescreen import speech
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.phrases import Act

_RULES = {"request": Rule.CONTACT_REQUESTED, "offsite": Rule.OFFSITE_CONTACT}
_ON_SITE = re.compile(
    r"\b(?:(?:support |group |chat |anxiety |sharing |this |forum |same )?(?:room|circle|thread|forum)s?(?: again| here| on the site)?|right here|on (?:the )?(?:site|here|7 ?cups|this site|platform)|back here|in here|through the site|my profile|group session|"
    r"(?:message|msg|chat|talk|reach|find|dm|pm) (?:to |with )?(?:me|us|you|u) (?:on |in |right |back |anytime |any time )*here|leave (?:me )?a message|here (?:tomorrow|again|tonight)|listener (?:search|list)|7cups\.com)\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\b(?:friends?|family|people|them|others?|parents|siblings|doctors?|therapists?|counsell?ors?|manager|co-?workers?|tutor\w*|professionals?|"
    r"relatives|folks|classmates|neighbou?rs?|strangers|support group|local|somewhere to work|work at|job|hotline|helpline|group therapy|services)\b",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"\b(?:me|we|us|let'?s|lets|our|each other|with you|hear you|see you|find you|call you|text you|add you|reach you|your|ur|u)\b",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"\b(?:off|outside|elsewhere|instead|other app|another|not (?:on )?here|private)\b", re.IGNORECASE
)
_KINDS = (
    (
        Kind.EMAIL,
        re.compile(r"\b(?:e-?mails?|e-?mailed|emial|emali|gmail|hotmail|inbox|mail address)\b", re.IGNORECASE),
    ),
    (
        Kind.POSTAL_ADDRESS,
        re.compile(
            r"\b(?:address|addy|post|postcode|letters?|parcels?|street|ward|hospital|package|card|send flowers|mail)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.PHONE,
        re.compile(
            r"\b(?:call\w*|ring|rang|text\w*|txt|phone\w*|number|num|cell|mobile|telephone|digits|voice ?mail|landline|speaker|buzz|bell)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.MESSAGING_APP,
        re.compile(
            r"\b(?:gc|group ?chat|server|voice ?note|vn|snaps?|streak|video|vc|cams?|cam|on (?:read|seen|delivered)|app)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.SOCIAL_HANDLE,
        re.compile(
            r"\b(?:stor(?:y|ies)|socials?|dms?|handle|user ?name|follow|profile|posts?|reels?|gamertag|add (?:you|u)|platform|console)\b",
            re.IGNORECASE,
        ),
    ),
)


def find(line: Line) -> Iterator[Clue]:
    for act in line.acts:
        rule = _RULES.get(act.phrase.act)
        if rule is None or not _meant(line, act, rule):
            continue
        kind = kind_of(line, act)
        yield Clue(
            rule,
            line,
            *_clause(line, act),
            kind,
            _weight(line, act),
            f"phrase:{act.phrase.id}",
            _why(rule, kind),
        )


def _meant(line: Line, act: Act, rule: Rule) -> bool:
    text = line.text
    if act.phrase.id == "you-app-short" and any(
        text[m.start : m.end].lower() in line.context.lower() for m in line.mentions
    ):
        return False
    if rule is Rule.CONTACT_REQUESTED:
        if speech.refused(text, act.start, act.end) or speech.rule_talk(text, act.start, act.end):
            return False
        if speech.reported(text, act.start, act.end):
            return False
        left, right = speech.sentence(text, act.start, act.end)
        if _ADVICE.search(text[left:right]) and not _PAIR.search(text[act.start : act.end]):
            return False
        on_site = _ON_SITE.search(text[slice(*speech.sentence(text, act.start, act.end))])
        return not (on_site and not line.mentions and not _OUTSIDE.search(text[act.start : act.end]))
    if speech.quoted(text, act.start, act.end) or speech.rule_talk(text, act.start, act.end):
        return False
    return not (
        speech.own_life(text, act.start, act.end, pronouns=False)
        and not speech.addresses_somebody(text, act.start, act.end)
    )


def _weight(line: Line, act: Act) -> float:
    """The phrase's own weight, less where people of the writer's own life are the ones who are called or asked."""
    weight = act.phrase.weight
    offsite = act.phrase.act == "offsite"
    if speech.own_life(line.text, act.start, act.end, pronouns=not offsite) and not (
        offsite and speech.addresses_somebody(line.text, act.start, act.end)
    ):
        weight -= 0.2
    if act.phrase.act == "request" and "?" in line.text[act.end : act.end + 40]:
        weight += 0.08
    if line.cues & {"secrecy"}:
        weight += 0.1
    return min(0.97, max(0.05, weight))


def kind_of(line: Line, act: Act) -> Kind:
    """The medium named inside the act, then in its sentence, then the phrase's own."""
    for start, end in ((act.start, act.end), speech.sentence(line.text, act.start, act.end)):
        for mention in line.mentions:
            if start <= mention.start < end and (mention.sure or start == act.start):
                return mention.medium.kind
        words = line.text[start:end]
        for kind, pattern in _KINDS:
            if pattern.search(words):
                return kind
        if act.phrase.kind:
            return Kind(act.phrase.kind)
    return Kind.OTHER


def _clause(line: Line, act: Act) -> tuple[int, int]:
    left, right = speech.sentence(line.text, act.start, act.end)
    while left < act.start and line.text[left].isspace():
        left += 1
    return left, max(act.end, right)


def _why(rule: Rule, kind: Kind) -> str:
    medium = {Kind.PHONE: "the telephone", Kind.EMAIL: "e-mail", Kind.SOCIAL_HANDLE: "a social network or game", Kind.MESSAGING_APP: "a messaging app",
              Kind.POSTAL_ADDRESS: "the post", Kind.URL: "a link", Kind.OTHER: "a place outside the site"}[kind]  # fmt: skip
    if rule is Rule.CONTACT_REQUESTED:
        return f"asks for contact or invites to move to {medium}"
    return f"shows that they are already in touch by {medium}"


def kind_in(text: str) -> Kind:
    """The medium that the words of a text speak of."""
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), Kind.OTHER)
