"""What a person is told when a sanction ends or changes. Words only; knows no rows."""

from datetime import datetime

from moderation.domain.vocabulary import Deed, EndedBy, SanctionKind
from moderation.domain.wording import day

_THING = {
    SanctionKind.SUSPENSION: "suspension",
    SanctionKind.TEEN_BADGE_HOLD: "hold of your teen badge",
    SanctionKind.TEEN_BADGE_REMOVAL: "removal of your teen badge",
    SanctionKind.EDUCATION_NOTICE: "education notice",
}
_HOW = {
    EndedBy.EXPIRY: "has run out",
    EndedBy.LIFTING: "has been lifted",
    EndedBy.APPEAL: "has been overturned on your appeal",
    EndedBy.REPLACEMENT: "has been replaced",
    EndedBy.REGRANT: "has ended: two people looked at your application and gave you the badge again",
}
_STILL = "Another {thing} is still in force, so nothing changes for your account yet."
_FREE = {
    SanctionKind.SUSPENSION: "You can use your account again. Welcome back.",
    SanctionKind.TEEN_BADGE_HOLD: "You can work with teens again.",
    SanctionKind.TEEN_BADGE_REMOVAL: "You can work with teens again.",
}


def moment(at: datetime) -> str:
    """«3 March 2026, 12:00 UTC»: every time that Haven keeps is UTC."""
    return f"{day(at)}, {at:%H:%M} UTC"


def until(ends_at: datetime | None, *, permanent: bool) -> str:
    if ends_at is not None:
        return f"until {moment(ends_at)}"
    return "permanent" if permanent else "until further notice"


def end_notice(username: str, kind: SanctionKind, how: EndedBy, *, another: bool) -> str:
    """What is said at the end. `another`: one of the same effect still stands."""
    then = _STILL.format(thing=_THING[kind].removesuffix(" of your teen badge")) if another else _FREE.get(kind, "")
    return f"Hello {username},\n\nyour {_THING[kind]} {_HOW[how]}. {then}".rstrip()


def change_notice(username: str, deed: Deed, ends_at: datetime | None, appeal_until: datetime | None) -> str:
    """What is said when a suspension gets another end."""
    now_it = "is permanent from now on" if deed is Deed.PERMANENT else f"has been {deed.done}"
    end = f" It ends on {moment(ends_at)}." if ends_at else ""
    appeal = f" A person decided this. You can appeal until {day(appeal_until)}." if appeal_until else ""
    return f"Hello {username},\n\nyour suspension {now_it}.{end}{appeal}"
