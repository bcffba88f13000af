"""Screening: unscreened messages in, findings and cases out, in one transaction a batch."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import connection, transaction

from accounts.database import whole
from accounts.encryption import opened
from moderation import meters, prescreen
from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Ground, Room
from moderation.models import Account, Case, Conversation, Finding, Message, PolicyVersion, clock
from moderation.operations import contacts, holding, opening, setting_aside
from moderation.operations.patience import LONGEST_OF_A_BATCH_S, bounded
from moderation.prescreen import ENGINE_VERSION

log = structlog.get_logger(__name__)

BEFORE = 20  # messages of context: more than the pre-screen's own window
AFTER = 4


@whole
def screen_batch(limit: int = 500) -> int:
    """Screen up to `limit` messages, the longest waiting first; answers how many were claimed.

    Claims with SKIP LOCKED, so any number of workers may run this at once; a crash rolls everything back and frees
    the rows at once. Once the messages are read, the conversations in which something was found are locked in the
    order of their ids: two workers with messages of the same one come one after the other, and find each other's case.
    A report about a conversation need not wait while its messages are read; the lock on them leaves their keys free.
    """
    queue = Message.objects.unscreened().order_by("id").select_for_update(skip_locked=True, no_key=True)
    claimed = [Claimed(*row) for row in queue.values_list("id", "conversation_id", "sent_at")[:limit]]
    return finish(claimed) if claimed else 0


def _count(screened: int, failed: int) -> None:
    meters.count("haven_messages_screened_total", screened)
    meters.count("haven_screening_failures_total", failed)


def _count_findings(findings: Iterable[Finding]) -> None:
    for finding in findings:
        meters.count("haven_findings_total", rule=finding.rule)


class Claimed(NamedTuple):
    """A message that this transaction has locked."""

    id: int
    conversation_id: int
    sent_at: datetime


def finish(claimed: Sequence[Claimed]) -> int:
    """Screen what the caller's transaction has claimed, and note of each message that it was, or where it broke."""
    now = clock.now()

    failed = screen_claimed(claimed, now=now)

    done = [message.id for message in claimed if message.id not in failed]
    Message.objects.filter(pk__in=done).update(screened_at=now, engine=ENGINE_VERSION)
    setting_aside.note_failures(failed, now=now)
    transaction.on_commit(lambda: _count(len(done), len(failed)), robust=True)
    return len(claimed)


Keeps = Callable[["Window", prescreen.Finding], bool]


def screen_claimed(claimed: Sequence[Claimed], *, now: datetime, keeps: Keeps | None = None) -> dict[int, Exception]:
    """Screen locked messages in their context and bring cases up to date; answers which could not be screened, and why.

    Not an operation: screening and rescreening share it inside their transactions. `keeps` may drop findings; it is
    asked while the conversation is locked.
    """
    version = PolicyVersion.objects.in_force()
    failed: dict[int, Exception] = {}
    given: set[str] = set()
    cases: list[Case] = []
    for window, of_it in _lock(_found_in(claimed, version.policy, failed)):
        found = of_it if keeps is None else [finding for finding in of_it if keeps(window, finding)]
        if found:
            case, fingerprints = _gather(window, found, version, now=now)
            cases.append(case)
            given |= fingerprints
    contacts.mark_seen(given)
    holding.place(cases, version, now)  # last: no case may be locked after an account
    return failed


def _found_in(claimed: Sequence[Claimed], policy: Policy, failed: dict[int, Exception]) -> list["Found"]:
    """The conversations in which something was found that opens a case under the policy."""
    batch = list(windows(claimed))
    of_each = zip(batch, _screen_all(batch, options_under(policy), failed), strict=True)
    found = [(window, [finding for finding in of_it if _opens(finding, policy)]) for window, of_it in of_each]
    return [(window, of_it) for window, of_it in found if of_it]


def _lock(found: list["Found"]) -> list["Found"]:
    """Only now: reading takes long, and whoever reports a conversation would have to wait for it."""
    locked = Conversation.objects.filter(pk__in=[window.conversation_id for window, _ in found]).order_by("pk")
    list(locked.select_for_update(no_key=True).values_list("pk"))
    return found


@dataclass(frozen=True, slots=True)
class Window:
    """The new messages of one conversation among those around them, oldest first, as the pre-screen reads them."""

    conversation_id: int
    room: str
    messages: tuple[prescreen.Message, ...]
    new: frozenset[str]

    @property
    def first_new(self) -> int:
        return next(index for index, message in enumerate(self.messages) if message.id in self.new)


Found = tuple[Window, list[prescreen.Finding]]

_AROUND = """
SELECT c.id, near.id::text, near.sender_id::text, near.text
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS c(id, first, last)
CROSS JOIN LATERAL (
    (SELECT id, sender_id, text, sent_at FROM moderation_message
     WHERE conversation_id = c.id AND sent_at < c.first ORDER BY sent_at DESC, id DESC LIMIT %s)
    UNION ALL
    (SELECT id, sender_id, text, sent_at FROM moderation_message
     WHERE conversation_id = c.id AND sent_at BETWEEN c.first AND c.last)
    UNION ALL
    (SELECT id, sender_id, text, sent_at FROM moderation_message
     WHERE conversation_id = c.id AND sent_at > c.last ORDER BY sent_at, id LIMIT %s)
) AS near
ORDER BY c.id, near.sent_at, near.id
"""


def windows(claimed: Iterable[Claimed]) -> Iterator[Window]:
    """One window a conversation. Plain rows, not models: this is the path that every message takes."""
    new: dict[int, list[Claimed]] = defaultdict(list)
    for message in claimed:
        new[message.conversation_id].append(message)
    rooms = dict(Conversation.objects.filter(pk__in=list(new)).values_list("pk", "room"))
    firsts = [min(message.sent_at for message in of_one) for of_one in new.values()]
    lasts = [max(message.sent_at for message in of_one) for of_one in new.values()]
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, [list(new), firsts, lasts, BEFORE, AFTER])
        rows = cursor.fetchall()
    for conversation_id, of_one in groupby(rows, key=itemgetter(0)):
        yield Window(
            conversation_id,
            rooms[conversation_id],
            tuple(prescreen.Message(id=pk, sender=sender, text=opened(text)) for _, pk, sender, text in of_one),
            frozenset(str(message.id) for message in new[conversation_id]),
        )


def _screen_all(
    batch: Sequence[Window], options: prescreen.Options, failed: dict[int, Exception]
) -> list[list[prescreen.Finding]]:
    """Findings that touch a new message, for each window. All are read together, which costs the least; where a
    detector raises, every window is screened by itself."""
    stretches = [prescreen.Stretch(_conversation(one, one.messages), one.first_new) for one in batch]
    try:
        with bounded(LONGEST_OF_A_BATCH_S):
            found = prescreen.screen_all(stretches, options=options)
    except Exception as error:  # whatever a detector raises, the other messages have to be screened
        log.warning("batch_raised", conversations=len(batch), error=type(error).__name__)
        found = [_screen(window, options, failed) for window in batch]
    return [
        [finding for finding in of_it if not window.new.isdisjoint(finding.messages)]
        for window, of_it in zip(batch, found, strict=True)
    ]


def _screen(window: Window, options: prescreen.Options, failed: dict[int, Exception]) -> list[prescreen.Finding]:
    """Where a detector raises, the new messages are screened one by one without their context, so that one bad message
    does not take its neighbours with it; what still raises goes to `failed`."""
    try:
        return run(window, window.messages, options, since=window.first_new)
    except Exception as error:
        log.warning("screening_raised", conversation=window.conversation_id, error=type(error).__name__)
        return list(_one_by_one(window, options, failed))


def _one_by_one(
    window: Window, options: prescreen.Options, failed: dict[int, Exception]
) -> Iterator[prescreen.Finding]:
    for message in window.messages:
        if message.id not in window.new:
            continue
        try:
            yield from run(window, (message,), options, since=0)
        except Exception as error:
            log.warning("message_raised", message=message.id, error=type(error).__name__)
            failed[int(message.id)] = error


def run(
    window: Window, messages: tuple[prescreen.Message, ...], options: prescreen.Options, *, since: int
) -> list[prescreen.Finding]:
    with bounded():
        return prescreen.screen(_conversation(window, messages), since=since, options=options)


def _conversation(window: Window, messages: tuple[prescreen.Message, ...]) -> prescreen.Conversation:
    """Who takes part is left out: role, age and badges never change what is found."""
    return prescreen.Conversation(str(window.conversation_id), window.room, (), messages)


def options_under(policy: Policy) -> prescreen.Options:
    """What the policy and the settings add to the pre-screen; where both name a term, the policy counts."""
    return prescreen.Options(
        own_domains=tuple(settings.HAVEN_OWN_DOMAINS),
        allowed=(*settings.HAVEN_ALLOWED_CONTACTS, *policy.never_found),
        private_terms={**settings.HAVEN_PRIVATE_TERMS, **policy.private_terms},
    )


def _opens(found: prescreen.Finding, policy: Policy) -> bool:
    return found.score >= policy.grounds[Ground(found.rule)].opens_from


def _gather(
    window: Window, found: Sequence[prescreen.Finding], version: PolicyVersion, *, now: datetime
) -> tuple[Case, set[str]]:
    """Bring the case of the conversation up to date; answers it and the fingerprints of the contacts given in it.

    Only here are rows needed as models: few messages come so far.
    """
    accounts = Account.objects.in_bulk({int(message.sender) for message in window.messages})
    findings = [_row(finding, accounts[int(finding.actor)]) for finding in found]
    touched = {pk for finding in findings for pk in finding.message_ids}
    conversation = Conversation.objects.get(pk=window.conversation_id)
    matter = opening.Matter(conversation, findings[0].actor, version, now)

    case, is_new = opening.open_or_find(matter)
    opening.add_findings(case, findings)
    transaction.on_commit(lambda: _count_findings(findings), robust=True)
    others = {*accounts.values(), *(conversation.accounts.all() if conversation.room == Room.ONE_TO_ONE else ())}
    opening.add_parties(case, actors=[f.actor for f in findings], others=others)
    opening.keep_evidence(case, Message.objects.filter(pk__in=touched).in_order())
    given = contacts.given_in(found, {message.id: message.text for message in window.messages})
    fingerprints = contacts.keep(case, given)
    opening.assess(case, matter, is_new=is_new)
    return case, fingerprints


def _row(found: prescreen.Finding, actor: Account) -> Finding:
    spans = [{"message": int(s.message), "start": s.start, "end": s.end, "kind": s.kind.value} for s in found.spans]
    message_ids = sorted(int(message) for message in found.messages)
    what = (found.rule.value, found.actor, found.detector, message_ids, spans)
    return Finding(
        actor=actor,
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
