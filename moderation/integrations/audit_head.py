"""Telling the head of the audit trail outside: into the log and, signed, to the platform.

Not by the outbox: only the latest head counts, so one that did not arrive is made up for by the next.
"""

import uuid

import structlog

from accounts.sealing import Head, tell_head
from moderation.domain.refusals import Refused
from moderation.integrations.webhook import Endpoint, Sender
from moderation.models import OutboxEvent, clock

log = structlog.get_logger(__name__)

TOPIC = "audit.sealed"


def tell() -> Head:
    """The head, told; of an empty trail nothing is."""
    head = tell_head()
    try:
        endpoint = Endpoint.current()
    except Refused as error:
        log.warning("audit_head_not_told", seq=head.seq, why=str(error))
        return head
    if endpoint is None or not head.seq:
        return head
    with Sender(endpoint) as sender:
        answer = sender.send(_event(head))
    if answer.trouble:
        log.warning("audit_head_not_taken", seq=head.seq, status=answer.status)
    return head


def _event(head: Head) -> OutboxEvent:
    """Never saved. The same head has the same id, so that a platform may keep it once."""
    data = {"seq": head.seq, "head": head.head.hex(), "at": head.swept_at and head.swept_at.isoformat()}
    told_as = uuid.uuid5(uuid.NAMESPACE_OID, str(head))
    return OutboxEvent(topic=TOPIC, payload=data, public_id=told_as, created_at=clock.now())
