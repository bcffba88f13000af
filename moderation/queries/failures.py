"""The messages that were set aside because they could not be screened, the oldest first. Must not know HTTP."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from accounts import Actor
from accounts.roles import Capability
from moderation.models import Message, ScreeningFailure
from moderation.permissions import require

PAGE_SIZE = 50
MOST_COUNTED = 10_000
KEEP_FOR = timedelta(seconds=5)
_KEY = "messages-set-aside"


@dataclass(frozen=True, slots=True)
class FailureShown:
    """No word of the message: whoever mends a detector asks for it by its id."""

    message_id: int
    ext_id: str
    conversation: str
    received_at: datetime
    tries: int
    error: str
    place: str
    engine: str
    failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FailuresPage:
    rows: tuple[FailureShown, ...]
    has_more: bool


def failures_page(*, viewer: Actor) -> FailuresPage:
    """Two queries. Raises NotPermitted."""
    require(viewer, Capability.MANAGE_INTEGRATIONS)
    rows = Message.objects.set_aside().select_related("conversation").defer("text").order_by("id")
    aside = list(rows[: PAGE_SIZE + 1])
    failures = ScreeningFailure.objects.in_bulk([message.pk for message in aside])
    shown = tuple(_shown(message, failures.get(message.pk)) for message in aside[:PAGE_SIZE])
    return FailuresPage(shown, has_more=len(aside) > PAGE_SIZE)


def count_set_aside() -> int:
    """How many there are, up to KEEP_FOR old: it stands on every page of an admin."""
    kept: int | None = cache.get(_KEY)
    if kept is None:
        kept = Message.objects.set_aside()[:MOST_COUNTED].count()
        cache.set(_KEY, kept, KEEP_FOR.total_seconds())
    return kept


def forget() -> None:
    """Count anew at the next call: somebody has just put some back."""
    cache.delete(_KEY)


def _shown(message: Message, failure: ScreeningFailure | None) -> FailureShown:
    return FailureShown(
        message_id=message.pk,
        ext_id=message.ext_id,
        conversation=message.conversation.ext_id,
        received_at=message.received_at,
        tries=message.attempts,
        error=failure.error if failure else "",
        place=failure.place if failure else "",
        engine=failure.engine if failure else "",
        failed_at=failure.failed_at if failure else None,
    )
