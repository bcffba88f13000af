"""Screening that nothing can block: a batch at a time, and where a batch breaks, its conversations one by one."""

import structlog

from accounts.database import is_about_data, whole
from moderation.models import Message, clock
from moderation.operations import setting_aside
from moderation.operations.screening import Claimed, finish, screen_batch

log = structlog.get_logger(__name__)


def screen_next(limit: int = 500) -> int:
    """Screen up to `limit` messages; answers how many were looked at, 0 when nothing is left.

    A detector that raises costs its own message alone (`screening`). What breaks beyond that, at the writing of a case
    for instance, breaks the whole batch: then each conversation gets a transaction of its own, and the one at fault
    counts a try. Trouble with the database itself, its tables or our rights is nobody's fault here and is raised.
    """
    try:
        return screen_batch(limit)
    except Exception as error:
        if not is_about_data(error):
            raise
        log.error("batch_broke", error=type(error).__name__, place=setting_aside.place_of(error))  # noqa: TRY400
    return screen_apart(limit)


def screen_apart(limit: int) -> int:
    """The conversations of the messages that wait longest, each in a transaction of its own."""
    waiting = Message.objects.unscreened().order_by("id").values_list("conversation_id", flat=True)[:limit]
    screened = 0
    for conversation_id in dict.fromkeys(waiting):
        try:
            screened += _screen_conversation(conversation_id, limit)
        except Exception as error:
            if not is_about_data(error):
                raise
            screened += _note_broken(conversation_id, limit, error)
    return screened


@whole
def _screen_conversation(conversation_id: int, limit: int) -> int:
    claimed = _claim(conversation_id, limit)
    return finish(claimed) if claimed else 0


@whole
def _note_broken(conversation_id: int, limit: int, error: Exception) -> int:
    claimed = _claim(conversation_id, limit)
    log.warning("conversation_raised", conversation=conversation_id, error=type(error).__name__)
    setting_aside.note_failures({message.id: error for message in claimed}, now=clock.now())
    return len(claimed)


def _claim(conversation_id: int, limit: int) -> list[Claimed]:
    of_one = Message.objects.unscreened().filter(conversation_id=conversation_id).order_by("id")
    rows = of_one.select_for_update(skip_locked=True, no_key=True)
    return [Claimed(*row) for row in rows.values_list("id", "conversation_id", "sent_at")[:limit]]
