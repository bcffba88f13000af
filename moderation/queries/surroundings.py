"""Which messages of a conversation somebody may see: those around what a case is about, and those asked for on record.

Must not know how a message is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts import Actor
from accounts.models import AuditEntry
from moderation.models import Case, Message
from moderation.models.prepared import Prepared, Slot

MORE = 25  # messages that one asks for at a time
MOST_ASKED = 40  # times by one person
ASKED_LASTS = timedelta(hours=12)

# The verbs by which the record knows what somebody may see for a while.
MORE_READ = "case.more_read"
REVEALED = "case.contacts_revealed"


@dataclass(frozen=True, slots=True)
class Near:
    """A message with so many before and after it."""

    message_id: int
    before: int
    after: int


# The whole conversation is numbered on its index alone; only what is shown is read from the table.
_NEAR = """
WITH numbered AS (
    SELECT id, row_number() OVER (ORDER BY sent_at, id) AS place, count(*) OVER () AS total
    FROM moderation_message WHERE conversation_id = %(conversation)s
), wanted AS (
    SELECT place - near.before AS first, place + near.after AS last
    FROM numbered JOIN unnest(%(ids)s::bigint[], %(before)s::int[], %(after)s::int[]) AS near (id, before, after)
    USING (id)
    UNION ALL
    SELECT total - %(last)s, total FROM numbered
    WHERE place = 1 AND NOT EXISTS (SELECT FROM numbered WHERE id = ANY(%(around)s::bigint[]))
)
SELECT message.*, numbered.place, numbered.total FROM numbered JOIN moderation_message AS message USING (id)
WHERE EXISTS (SELECT FROM wanted WHERE numbered.place BETWEEN wanted.first AND wanted.last)
ORDER BY numbered.place LIMIT %(most)s
"""
LAST = 10  # messages shown where none of those wanted is there


def messages_near(
    conversation_id: int | None, around: Sequence[Near], asked: Sequence[Near] = (), *, most: int
) -> list[Message]:
    """The messages that are wanted, each with its `place` in the conversation, in one query.

    Of what a case is about none may be there (any more): then the last messages are shown. What was `asked` for comes
    on top of that.
    """
    if conversation_id is None:
        return []
    wanted = [*around, *asked]
    about = {
        "conversation": conversation_id,
        "ids": [near.message_id for near in wanted],
        "before": [near.before for near in wanted],
        "after": [near.after for near in wanted],
        "around": [near.message_id for near in around],
        "last": LAST,
        "most": most,
    }
    return list(Message.objects.raw(_NEAR, about))


def asked_for(case: Case, *, viewer: Actor, now: datetime) -> list[Near]:
    """What more of the conversation this person has lately asked to read: from the record itself, so that nothing can
    be shown that is not on it."""
    found = _ON_RECORD(verb=MORE_READ, **_of(case, viewer, now))
    return [
        Near(said["message"], MORE, 0) if said["where"] == "before" else Near(said["message"], 0, MORE)
        for said in found
    ]


def has_revealed(case: Case, *, viewer: Actor, now: datetime) -> bool:
    """Whether this person has lately seen the contacts of the case, on record."""
    return bool(_ON_RECORD(verb=REVEALED, **_of(case, viewer, now)))


_ON_RECORD = Prepared(
    lambda: (
        AuditEntry.objects.filter(verb=Slot("verb"), actor_kind=Slot("kind"), actor_id=Slot("person"))
        .filter(target_type="case", target_id=Slot("case"), at__gte=Slot("since"))
        .order_by("-id")
        .values_list("details", flat=True)[:MOST_ASKED]
    )
)


def _of(case: Case, viewer: Actor, now: datetime) -> dict[str, Any]:
    return {
        "kind": viewer.actor_kind.value,
        "person": viewer.actor_id,
        "case": str(case.pk),
        "since": now - ASKED_LASTS,
    }
