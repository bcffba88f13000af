"""What Celery runs. Every task is one operation; its message is only a hint that there may be work."""

from celery import shared_task
from django.db import InterfaceError, OperationalError

from moderation import hints
from moderation.integrations import webhook
from moderation.operations import contacts, erasing, leases, rescreening, sanctions, screening

task = shared_task(
    autoretry_for=(OperationalError, InterfaceError), retry_backoff=True, max_retries=5, default_retry_delay=5
)
ROUNDS = 100  # at most, so that one task never runs into its time limit
STRETCH = 10  # batches of history between two hints


@task
def screen_messages() -> None:
    """Screen until nothing is left. Beat sends this every few seconds too, which finds what lost hints left behind."""
    for _ in range(ROUNDS):
        if not screening.screen_batch():
            return
    hints.send(hints.SCREEN)


@task
def release_expired_leases() -> None:
    leases.release_expired()


@task
def expire_sanctions() -> None:
    sanctions.expire_sanctions()


@task
def mark_seen_contacts() -> None:
    contacts.mark_seen_lately()


@task
def carry_out_erasures() -> None:
    erasing.carry_out_erasures()


@task
def deliver_outbox() -> None:
    webhook.deliver_due()


@task
def rescreen(after: int = 0) -> None:
    """A stretch of history, then a hint for the next: live work of the same worker comes in between."""
    for _ in range(STRETCH):
        progress = rescreening.rescreen_batch(after)
        if progress.last is None:
            return
        after = progress.last
    rescreen.delay(after)
