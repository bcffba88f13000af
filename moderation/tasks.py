"""What Celery runs. Every task is one operation; its message is only a hint that there may be work."""

import time

from celery import shared_task

from accounts.database import SETBACKS
from moderation import hints
from moderation.integrations import webhook
from moderation.operations import apart, contacts, leases, rescreening, sanctions

task = shared_task(autoretry_for=SETBACKS, retry_backoff=True, max_retries=5, default_retry_delay=5)
WORKING_TIME_S = 15
STRETCH = 10  # batches of history between two hints


@task
def screen_messages() -> None:
    """Screen until nothing is left. Beat sends this every few seconds too, which finds what lost hints left behind.

    It ends after WORKING_TIME_S at the latest, so that a worker that is told to stop does so soon.
    """
    until = time.monotonic() + WORKING_TIME_S
    while time.monotonic() < until:
        if not apart.screen_next():
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
