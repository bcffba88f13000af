"""Screening history anew after the pre-screen has learned something, without troubling what people have decided."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from accounts import SYSTEM, audit
from accounts.database import whole
from moderation import prescreen
from moderation.domain.vocabulary import CaseState
from moderation.models import Case, Message, PolicyVersion, clock
from moderation.operations.screening import Claimed, Window, screen_claimed
from moderation.prescreen import ENGINE_VERSION


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one batch came. `last` is where the next one goes on; None when nothing is left."""

    screened: int
    last: int | None


@whole
def rescreen_batch(after: int = 0, *, limit: int = 500) -> Progress:
    """Screen up to `limit` messages that an earlier engine screened, by id from `after`.

    A finding joins the case that is open, or opens one; but where a person has decided the conversation since its
    messages came in, it is dropped: what was decided stays decided. Messages that another transaction holds are left
    for a later run. Stopping in between loses nothing, because every message names the engine that screened it.
    """
    old = Message.objects.filter(pk__gt=after, screened_at__isnull=False).exclude(engine=ENGINE_VERSION)
    rows = old.order_by("id").select_for_update(skip_locked=True, no_key=True)
    claimed = [Claimed(*row) for row in rows.values_list("id", "conversation_id", "sent_at")[:limit]]
    if not claimed:
        return Progress(0, None)
    now = clock.now()
    failed = screen_claimed(claimed, now=now, keeps=_is_news)

    Message.objects.filter(pk__in=[m.id for m in claimed if m.id not in failed]).update(engine=ENGINE_VERSION)

    audit.record(
        "messages.rescreened",
        actor=SYSTEM,
        target=PolicyVersion.objects.in_force(),
        engine=ENGINE_VERSION,
        screened=len(claimed) - len(failed),
    )
    return Progress(len(claimed), claimed[-1].id)


def _is_news(window: Window, found: prescreen.Finding) -> bool:
    """Whether something of the finding came in after the conversation was decided, or nobody has decided it."""
    at = _decided_at(window.conversation_id)
    if at is None:
        return True
    return Message.objects.filter(pk__in=[int(pk) for pk in found.messages], received_at__gt=at).exists()


def _decided_at(conversation_id: int) -> datetime | None:
    """When the conversation was decided last. Somebody who decides it at this moment is waited for."""
    cases = Case.objects.filter(conversation=conversation_id)
    list(cases.exclude(state=CaseState.CLOSED).select_for_update(no_key=True).values_list("pk"))
    last: datetime | None = cases.filter(state=CaseState.CLOSED).aggregate(last=Max("closed_at"))["last"]
    return last
