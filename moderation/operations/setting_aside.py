"""Messages that cannot be screened: taking down what broke, and trying them again by hand.

A message has MOST_ATTEMPTS tries; then it stands aside, out of the queue and on the admins' page.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from traceback import extract_tb

import structlog
from django.conf import settings
from django.db.models import F

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import hints
from moderation.domain.refusals import Missing, WrongMove
from moderation.models import Message, ScreeningFailure
from moderation.permissions import require
from moderation.prescreen import ENGINE_VERSION

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 10_000


def note_failures(failed: Mapping[int, Exception], *, now: datetime) -> None:
    """Count a try of each message and keep where it broke. Not an operation: the caller has locked the messages."""
    if not failed:
        return
    ScreeningFailure.objects.bulk_create(
        [_failure(message_id, error, now) for message_id, error in sorted(failed.items())],
        update_conflicts=True,
        unique_fields=["message"],
        update_fields=["error", "place", "engine", "failed_at"],
    )
    Message.objects.filter(pk__in=failed).update(attempts=F("attempts") + 1)


@whole
def try_again(message_id: int, *, actor: Actor) -> Message:
    """Put a message that was set aside back into the queue. Raises NotPermitted, Missing, WrongMove."""
    message = Message.objects.select_for_update(no_key=True).filter(pk=message_id).first()

    require(actor, Capability.MANAGE_INTEGRATIONS)

    if message is None:
        raise Missing("There is no such message.")
    if not Message.objects.set_aside().filter(pk=message_id).exists():
        raise WrongMove("This message is not set aside any more: it has been screened, or is about to be.")

    message.attempts = 0
    message.save(update_fields=["attempts"])

    audit.record("message.tried_again", actor=actor, target=message)
    hints.after_commit(hints.SCREEN)
    return message


@whole
def try_all_again(*, actor: Actor) -> int:
    """Put everything that was set aside back, at most MOST_AT_ONCE; answers how many. For after a repair."""
    aside = Message.objects.set_aside().order_by("pk").select_for_update(no_key=True)[:MOST_AT_ONCE]

    require(actor, Capability.MANAGE_INTEGRATIONS)

    messages = list(aside.only("pk"))
    if not messages:
        raise WrongMove("Nothing is set aside any more.")

    Message.objects.filter(pk__in=[message.pk for message in messages]).update(attempts=0)

    audit.record("messages.tried_again", actor=actor, target=messages[0], messages=len(messages))
    hints.after_commit(hints.SCREEN)
    return len(messages)


def _failure(message_id: int, error: Exception, now: datetime) -> ScreeningFailure:
    return ScreeningFailure(
        message_id=message_id,
        error=type(error).__name__[:100],
        place=place_of(error)[-200:],
        engine=ENGINE_VERSION,
        failed_at=now,
    )


def place_of(error: Exception) -> str:
    """The innermost line of our own code that the error came through."""
    frames = extract_tb(error.__traceback__)
    home = str(Path(settings.BASE_DIR)) + "/"
    ours = [frame for frame in frames if frame.filename.startswith(home) and "/.venv/" not in frame.filename]
    if not (ours or frames):
        return ""
    last = (ours or list(frames))[-1]
    return f"{last.filename.removeprefix(home)}:{last.lineno} in {last.name}"
