"""Events for the tests of delivery: posted as operations post them, made due or late by moving their times."""

from datetime import timedelta

from django.db import transaction

from moderation import outbox
from moderation.domain.vocabulary import OutboxState
from moderation.models import Account, OutboxEvent, clock

LATER = timedelta(minutes=1)


def post(account: str, name: str, *, wait: timedelta = timedelta(), cause: str = "") -> OutboxEvent:
    """One event about an account, due after `wait`; `name` tells it from the account's others."""
    key = f"{account}:{name}"
    with transaction.atomic():
        owner, _ = Account.objects.get_or_create(ext_id=account)
        outbox.post(
            "notice.sent",
            {"account": account, "text": name},
            account=owner,
            key=key,
            not_before=clock.now() + wait,
            cause=cause,
        )
    return OutboxEvent.objects.get(key=key)


def make_due() -> None:
    """Let the waiting of every pending event be over."""
    OutboxEvent.objects.filter(state=OutboxState.PENDING).update(not_before=clock.now())


def let_claims_run_out() -> None:
    OutboxEvent.objects.exclude(claim=None).update(claimed_until=clock.now() - timedelta(seconds=1))
