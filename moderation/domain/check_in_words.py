"""What Haven writes to people about check-ins and the six questions. Every link stands on a line of its own."""

from datetime import datetime

from moderation.domain.wording import day

ENDS_AFTER_CHECK_IN = (
    "It ends only after a short safety check-in: a text to read and six questions to think about. "
    "The link to it stands at the end of this message. You can do it at any time from now on."
)


def asking(username: str, url: str, *, until: datetime, reminders: int) -> str:
    """The request, or a reminder of it, for a check-in by rhythm."""
    begun = "it is time for your safety check-in" if not reminders else "your safety check-in is still waiting for you"
    return (
        f"Hello {username},\n\n{begun}: a short text on staying safe here, six questions to ask yourself, and one "
        "tick. You need not write anything.\n\n"
        f"{url}\n\nThe link is for you alone and works until {day(until)}."
    )


def holding(username: str, url: str, *, until: datetime) -> str:
    """The reminder to somebody whose suspension would end but for the check-in."""
    return (
        f"Hello {username},\n\nthe time of your suspension is over. It ends as soon as you have done the safety "
        "check-in: a short text to read, six questions to think about, and one tick. You need not write anything.\n\n"
        f"{url}\n\nThe link is for you alone and works until {day(until)}."
    )


def questions_link(url: str, *, until: datetime) -> str:
    """What stands below an education notice."""
    return (
        "If you like, write down your answers to the six questions. You need not, and whatever you write changes "
        f"nothing about what was decided:\n{url}\nThe link is for you alone and works until {day(until)}."
    )


def check_in_link(url: str, *, until: datetime) -> str:
    """What stands below the notice of a suspension that ends only after a check-in."""
    return f"Your safety check-in:\n{url}\nThe link is for you alone and works until {day(until)}."
