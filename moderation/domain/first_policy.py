"""The policy that a new Haven starts with. Later versions are written in the product, not here."""

from typing import Any

_QUESTIONS = """\
Six questions to ask yourself about any contact off the site:
1. Is it really safe, and will it stay so?
2. Is it helpful?
3. Is it hurtful?
4. What do I gain from it, and does somebody depend on it?
5. Does it weigh on my work here, and can I still log off?
6. Do I truly know everyone involved, and trust them with my information?"""

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
            "ladder": ["education_notice", "suspension:7", "suspension:30"],
        },
        "offsite_contact": {
            "severity": "high",
            "opens_from": 0.6,
            "clause": {
                "code": "connecting",
                "text": "Accounts found to be in contact with each other outside the site are suspended.",
            },
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
    "notices": {
        "education_notice": "Hello {username},\n\nin a conversation of yours we found this: {ground}. {clause} "
        "This is not a punishment: we ask you to keep yourself and others safe by staying on the site.\n\n"
        + _QUESTIONS,
        "suspension": "Hello {username},\n\nyour account is suspended: {length}. What we found: {ground}. {clause} "
        "A person looked at this and decided it. You can appeal until {appeal_until}.",
        "teen_badge_removal": "Hello {username},\n\nyour teen badge has been removed. What we found: {ground}. "
        "{clause} A person looked at this and decided it. You can appeal until {appeal_until}.",
        "teen_badge_hold": "Hello {username},\n\nyour teen badge is on hold while two people look at a "
        "conversation of yours. What we found: {ground}. {clause} You will hear from us.",
    },
}
