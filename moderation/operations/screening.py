"""Screening: unscreened messages in, findings and cases out, in one transaction a batch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from moderation import prescreen
from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Ground
from moderation.models import Account, Conversation, Finding, Message, PolicyVersion, clock
from moderation.operations import opening
from moderation.prescreen import ENGINE_VERSION

log = structlog.get_logger(__name__)

BEFORE = 30  # messages of context on either side of those that are new
AFTER = 10


@transaction.atomic(durable=True)
def screen_batch(limit: int = 500) -> int:
    """Screen up to `limit` messages, the longest waiting first; answers how many were claimed.

    Claims with SKIP LOCKED, so any number of workers may run this at once; a crash rolls everything back and frees
    the rows at once. Conversations are locked in the order of their ids: two workers with messages of the same one
    come one after the other, and find each other's case.
    """
    claimed = list(Message.objects.unscreened().order_by("id").select_for_update(skip_locked=True)[:limit])
    if not claimed:
        return 0
    in_conversation = {message.conversation_id for message in claimed}
    conversations = Conversation.objects.filter(pk__in=in_conversation).order_by("pk").select_for_update(no_key=True)
    windows = _windows(list(conversations), claimed)
    version = PolicyVersion.objects.in_force()
    now = clock.now()

    failed: set[int] = set()
    for window in windows:
        findings = _screen(window, failed)
        kept = [found for found in findings if _opens(found, version.policy)]
        if kept:
            _gather(window, kept, version, now=now)

    done = [message.pk for message in claimed if message.pk not in failed]
    Message.objects.filter(pk__in=done).update(screened_at=now, engine=ENGINE_VERSION)
    Message.objects.filter(pk__in=failed).update(attempts=F("attempts") + 1)
    return len(claimed)


@dataclass(frozen=True, slots=True)
class Window:
    """The new messages of one conversation among those around them, oldest first."""

    conversation: Conversation
    messages: Sequence[Message]
    new: frozenset[int]
    accounts: dict[int, Account]


_AROUND = """
SELECT near.* FROM unnest(%(ids)s::bigint[], %(firsts)s::timestamptz[], %(lasts)s::timestamptz[]) AS c(id, first, last)
CROSS JOIN LATERAL (
    (SELECT * FROM moderation_message WHERE conversation_id = c.id AND sent_at < c.first
     ORDER BY sent_at DESC, id DESC LIMIT %(before)s)
    UNION ALL
    (SELECT * FROM moderation_message WHERE conversation_id = c.id AND sent_at BETWEEN c.first AND c.last)
    UNION ALL
    (SELECT * FROM moderation_message WHERE conversation_id = c.id AND sent_at > c.last
     ORDER BY sent_at, id LIMIT %(after)s)
) AS near
ORDER BY near.conversation_id, near.sent_at, near.id
"""


def _windows(conversations: Sequence[Conversation], claimed: Sequence[Message]) -> list[Window]:
    new = defaultdict(list)
    for message in claimed:
        new[message.conversation_id].append(message)
    places = {
        "ids": [c.pk for c in conversations],
        "firsts": [min(m.sent_at for m in new[c.pk]) for c in conversations],
        "lasts": [max(m.sent_at for m in new[c.pk]) for c in conversations],
        "before": BEFORE,
        "after": AFTER,
    }
    around = defaultdict(list)
    for message in Message.objects.raw(_AROUND, places):
        around[message.conversation_id].append(message)
    accounts = Account.objects.in_bulk({m.sender_id for messages in around.values() for m in messages})
    return [Window(c, around[c.pk], frozenset(m.pk for m in new[c.pk]), accounts) for c in conversations]


def _screen(window: Window, failed: set[int]) -> list[prescreen.Finding]:
    """Findings that touch a new message. Where a detector raises, the new messages are screened one by one without
    their context, so that one bad message does not take its neighbours with it; what still raises goes to `failed`."""
    first_new = next(index for index, m in enumerate(window.messages) if m.pk in window.new)
    try:
        found = _run(window, window.messages, since=first_new)
    except Exception as error:  # whatever a detector raises, the other messages have to be screened
        log.warning("screening_raised", conversation=window.conversation.pk, error=type(error).__name__)
        found = list(_one_by_one(window, failed))
    return [f for f in found if any(int(message) in window.new for message in f.messages)]


def _one_by_one(window: Window, failed: set[int]) -> Iterator[prescreen.Finding]:
    for message in window.messages:
        if message.pk not in window.new:
            continue
        try:
            yield from _run(window, [message], since=0)
        except Exception as error:
            log.warning("message_raised", message=message.pk, error=type(error).__name__)
            failed.add(message.pk)


def _run(window: Window, messages: Sequence[Message], *, since: int) -> list[prescreen.Finding]:
    senders = {message.sender_id for message in messages}
    conversation = prescreen.Conversation(
        id=str(window.conversation.pk),
        room=window.conversation.room,
        participants=tuple(_participant(window.accounts[pk]) for pk in sorted(senders)),
        messages=tuple(
            prescreen.Message(id=str(m.pk), sender=str(m.sender_id), text=m.text, sent_at=m.sent_at.isoformat())
            for m in messages
        ),
    )
    return prescreen.screen(conversation, since=since, options=_options())


def _participant(account: Account) -> prescreen.Participant:
    return prescreen.Participant(
        id=str(account.pk),
        role=account.role,
        age_group=account.age_group,
        status=account.status,
        badges=tuple(account.badges),
    )


def _options() -> prescreen.Options:
    return prescreen.Options(own_domains=tuple(settings.HAVEN_OWN_DOMAINS))


def _opens(found: prescreen.Finding, policy: Policy) -> bool:
    return found.score >= policy.grounds[Ground(found.rule)].opens_from


def _gather(window: Window, found: Iterable[prescreen.Finding], version: PolicyVersion, *, now: datetime) -> None:
    findings = [_row(f) for f in found]
    subject = window.accounts[findings[0].actor_id]
    matter = opening.Matter(window.conversation, subject, version, now)
    touched = {pk for finding in findings for pk in finding.message_ids}

    case, is_new = opening.open_or_find(matter)
    opening.add_findings(case, findings)
    opening.add_parties(
        case,
        actors=[window.accounts[f.actor_id] for f in findings],
        others=[window.accounts[m.sender_id] for m in window.messages],
    )
    opening.keep_evidence(case, [m for m in window.messages if m.pk in touched])
    opening.assess(case, matter, is_new=is_new)


def _row(found: prescreen.Finding) -> Finding:
    spans = [{"message": int(s.message), "start": s.start, "end": s.end, "kind": s.kind.value} for s in found.spans]
    message_ids = sorted(int(message) for message in found.messages)
    what = (found.rule.value, found.actor, found.detector, message_ids, spans)
    return Finding(
        actor_id=int(found.actor),
        rule=found.rule.value,
        kind=found.kind.value,
        score=found.score,
        explanation=found.explanation[:500],
        detector=found.detector,
        engine=ENGINE_VERSION,
        message_ids=message_ids,
        spans=spans,
        key=sha256(repr(what).encode()).hexdigest(),
    )
