"""What comes with the notice of a sanction: links for the person alone. They stand in the message to the platform and
nowhere else, so that nobody on staff can open them. Not operations."""

from datetime import datetime

from moderation.domain import check_in_words
from moderation.domain.check_ins import LINK_FOR
from moderation.domain.vocabulary import SanctionKind
from moderation.hosted_links import Purpose, link_to
from moderation.models import Sanction

APPEAL_LINK = "{appeal_link}"  # where a notice has it, the link stands


def with_enclosures(sanction: Sanction, *, now: datetime) -> str:
    """The notice as it is sent."""
    return "\n\n".join([_with_appeal_link(sanction, now), *_enclosed(sanction, now)])


def _with_appeal_link(sanction: Sanction, now: datetime) -> str:
    """The link to the page where its reader can appeal: in the place for it, or behind the end."""
    notice: str = sanction.notice
    if sanction.appeal_until is None or sanction.appeal_until <= now or not notice:
        return notice.replace(APPEAL_LINK, "")
    link = link_to(Purpose.APPEAL, sanction.pk, until=sanction.appeal_until)
    if APPEAL_LINK in notice:
        return notice.replace(APPEAL_LINK, link)
    return f"{notice}\n\nWhat was decided, and how to appeal: {link}"


def _enclosed(sanction: Sanction, now: datetime) -> list[str]:
    if sanction.kind == SanctionKind.EDUCATION_NOTICE:
        until = sanction.appeal_until or now + LINK_FOR
        url = link_to(Purpose.QUESTIONS, sanction.pk, until=until)
        return [check_in_words.questions_link(url, until=until)]
    if sanction.awaits_check_in:
        until = now + LINK_FOR
        url = link_to(Purpose.CHECK_IN, sanction.check_in.pk, until=until)
        return [check_in_words.check_in_link(url, until=until)]
    return []
