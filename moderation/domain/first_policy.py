"""The policy that a new Haven starts with. Later versions are written in the product, not here."""

from typing import Any

from moderation.domain.questions_asked import SIX_QUESTIONS

_QUESTIONS = "Six questions to ask yourself about any contact off the site:\n" + "\n".join(
    f"{number}. {question}" for number, question in enumerate(SIX_QUESTIONS, start=1)
)

_DECIDED = "A person looked at this and decided it. You can appeal until {appeal_until}."

FIRST_POLICY: dict[str, Any] = {
    "grounds": {
        "contact_shared": {
            "severity": "high",
            "opens_from": 0.5,
            "clause": {
                "code": "sharing",
                "text": "Sharing contact information for any medium outside the site is never allowed, "
                "whatever the status of the account.",
            },
            "reasons": [
                {"code": "gave_number", "label": "gave a number"},
                {"code": "gave_name", "label": "gave a name on another platform"},
                {"code": "gave_address", "label": "gave an address"},
                {"code": "evaded_filter", "label": "evaded the filter"},
                {"code": "teen_present", "label": "teen present"},
            ],
            "ladder": ["suspension:7", "suspension:30", "suspension:permanent"],
        },
        "contact_requested": {
            "severity": "normal",
            "opens_from": 0.6,  # what is only judged, and located by no detector, is right too seldom below
            "clause": {
                "code": "asking",
                "text": "Asking for contact information, or inviting someone off the site, "
                "is as inadmissible as sharing it.",
            },
            "reasons": [
                {"code": "asked_twice", "label": "asked twice"},
                {"code": "asked_after_no", "label": "asked again after a no"},
                {"code": "invited", "label": "invited off the site"},
                {"code": "evaded_filter", "label": "evaded the filter"},
                {"code": "teen_present", "label": "teen present"},
            ],
            "ladder": ["education_notice", "suspension:7", "suspension:30"],
        },
        "offsite_contact": {
            "severity": "high",
            "opens_from": 0.6,
            "clause": {
                "code": "connecting",
                "text": "Accounts found to be in contact with each other outside the site are suspended.",
            },
            "reasons": [
                {"code": "own_words", "label": "said so themselves"},
                {"code": "denied_then_admitted", "label": "denied then admitted"},
                {"code": "still_in_contact", "label": "still in contact"},
                {"code": "teen_present", "label": "teen present"},
            ],
            "ladder": ["suspension:30", "suspension:permanent"],
        },
        "offsite_harm": {
            "severity": "critical",
            "opens_from": 0.6,
            "clause": {
                "code": "harm",
                "text": "Gossip, harassment or bullying that comes of off-site contact "
                "leads to the suspension of all accounts of the person.",
            },
            "reasons": [
                {"code": "gossip", "label": "gossip"},
                {"code": "harassment", "label": "harassed or bullied"},
                {"code": "threatened", "label": "threatened to tell"},
                {"code": "several_people", "label": "against several people"},
                {"code": "teen_present", "label": "teen present"},
            ],
            "ladder": ["suspension:open", "suspension:permanent"],
            "all_accounts": True,
        },
        "other": {
            "severity": "low",
            "opens_from": 0.5,
            "clause": {
                "code": "conduct",
                "text": "Members treat each other with care and keep to the guidelines.",
            },
            "reasons": [
                {"code": "unkind", "label": "unkind words"},
                {"code": "off_topic", "label": "not what this place is for"},
                {"code": "repeated", "label": "went on after being asked to stop"},
            ],
            "ladder": ["education_notice"],
        },
    },
    "teen_clause": {
        "code": "teen",
        "text": "Zero tolerance: sharing personal contact information with a teen removes the teen badge at once.",
    },
    "ladder_window_days": 365,
    "due_minutes": {"critical": 15, "high": 60, "normal": 480, "low": 4320},
    "undo_seconds": 10,
    "lease_seconds": 240,
    "appeal_days": 183,
    "interim_hold": {"on": True, "above": 0.9, "confirm_minutes": 60},
    "answer_minutes": 240,
    "hear_days": 14,
    "check_in_days": {"listener": 274},
    "second_person": {"measures": ["teen_badge_removal", "suspension:permanent"], "severities": ["critical"]},
    "retention_days": {
        "messages": 365,
        "contacts": 183,
        "evidence": 730,
        "reports": 730,
        "notes": 730,
        "answers": 365,
    },
    "allowed_contacts": [],
    "private_terms": {},
    "crisis_lines": [],
    # One text, or several under names, of which the first is used unless the moderator picks another.
    "notices": {
        "education_notice": [
            {
                "name": "standard",
                "text": "Hello {username},\n\nin a conversation of yours we found this: {ground}. {clause} "
                "This is not a punishment: we ask you to keep yourself and others safe by staying on the site.\n\n"
                + _QUESTIONS,
            },
            {
                "name": "gentle",
                "text": "Hello {username},\n\nthank you for being here. We came across a conversation of yours "
                "({ground}) and would like to talk about safety with you. {clause} Nothing is restricted, and "
                "nobody thinks badly of you: it is easy to want to stay in touch.\n\n" + _QUESTIONS,
            },
            {
                "name": "repeat",
                "text": "Hello {username},\n\nwe have written to you before, and in a conversation of yours we found "
                "this again: {ground}. {clause} Please stay on the site from now on: the next time your account "
                "may be suspended.\n\n" + _QUESTIONS,
            },
        ],
        "suspension": [
            {
                "name": "standard",
                "text": "Hello {username},\n\nyour account is suspended: {length}. What we found: {ground}. {clause} "
                + _DECIDED,
            },
            {
                "name": "gentle",
                "text": "Hello {username},\n\nwe know that this is hard to read. Your account is suspended: {length}. "
                "What we found: {ground}. {clause} This protects you and the people you talk to. If you need "
                "support now, a crisis line is there for you at any hour. " + _DECIDED,
            },
            {
                "name": "repeat",
                "text": "Hello {username},\n\nyour account is suspended again: {length}. It is not the first time that "
                "we found this: {ground}. {clause} " + _DECIDED,
            },
        ],
        "teen_badge_removal": [
            {
                "name": "standard",
                "text": "Hello {username},\n\nyour teen badge has been removed. What we found: {ground}. {clause} "
                + _DECIDED,
            },
            {
                "name": "gentle",
                "text": "Hello {username},\n\nthank you for the time that you have given to teens here. Your teen "
                "badge has been removed all the same. What we found: {ground}. {clause} " + _DECIDED,
            },
        ],
        "teen_badge_hold": [
            {
                "name": "standard",
                "text": "Hello {username},\n\nyour teen badge is on hold while two people look at a "
                "conversation of yours. What we found: {ground}. {clause} You will hear from us.",
            },
            {
                "name": "interim",
                "text": "Hello {username},\n\nan automatic check has put your teen badge on hold. What it found in a "
                "conversation of yours: {ground}. {clause} Nothing has been decided: a person looks at it next and "
                "either confirms the hold or gives the badge back. You will hear from us.",
            },
        ],
    },
}
