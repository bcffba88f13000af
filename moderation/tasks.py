"""What Celery runs. Every task is one operation; its message is only a hint that there may be work."""

import time

import structlog
from celery import shared_task

from accounts import sealing
from accounts.database import SETBACKS
from moderation import hints
from moderation.domain.retention import Kept
from moderation.integrations import audit_head, webhook
from moderation.operations import (
    apart,
    approvals,
    asking,
    clusters,
    contacts,
    counting,
    erasing,
    holds,
    leases,
    rescreening,
    resealing,
    retention,
    sanctions,
    transparency,
    trying,
)
from moderation.queries import tally

log = structlog.get_logger(__name__)
# Beat or tomorrow makes up for a lost hint, so it is acknowledged as it is taken: a worker that loses Redis while it
# owes an acknowledgement may end for good (kombu 5.7 gives it over a connection that is gone).
task = shared_task(autoretry_for=SETBACKS, retry_backoff=True, max_retries=5, default_retry_delay=5)
# Each of these sends the next one, which nobody else does: it is acknowledged once it is done.
link = shared_task(acks_late=True, autoretry_for=SETBACKS, retry_backoff=True, max_retries=5, default_retry_delay=5)
ROUNDS = 100  # at most, so that one task never runs into its time limit
WORKING_TIME_S = 15
STRETCH = 10  # batches of history between two hints


@task
def screen_messages() -> None:
    """Screen until nothing is left. Beat sends this every few seconds too, which finds what lost hints left behind.

    It ends after WORKING_TIME_S at the latest, so that a worker that is told to stop does so soon.
    """
    until = time.monotonic() + WORKING_TIME_S
    has_screened = False
    while time.monotonic() < until:
        if not apart.screen_next():
            if has_screened:
                hints.send(hints.GATHER_CLUSTERS)
            return
        has_screened = True
    hints.send(hints.SCREEN)


@task
def release_expired_leases() -> None:
    leases.release_expired()


@task
def expire_sanctions() -> None:
    """Until nothing is due: many sanctions can end in the same minute."""
    for _ in range(ROUNDS):
        if not sanctions.expire_sanctions():
            return


@task
def escalate_unanswered() -> None:
    """Interim holds that nobody has confirmed or lifted, and proposals without a second signature."""
    holds.escalate_holds()
    approvals.escalate_proposals()


@task
def mark_seen_contacts() -> None:
    if contacts.mark_seen_lately():
        hints.send(hints.GATHER_CLUSTERS)


@task
def gather_clusters() -> None:
    clusters.gather_lately()


@task
def count_transparency() -> None:
    """Hinted at all day, done once a night: the first hint after midnight (UTC) counts."""
    transparency.count_due()


@task
def count_cases() -> None:
    """Every two seconds: what the queue's page says is then never older, and no request has to count."""
    for _ in range(ROUNDS):
        if counting.turn_cases() < counting.MOST_TURNED:
            break
    counting.gather_changes()
    tally.renew()


@task
def recount_cases() -> None:
    for difference in counting.recount():
        log.warning("count_differed", sort=difference.sort, kept=difference.kept, true=difference.true)


@task
def carry_out_erasures() -> None:
    erasing.carry_out_erasures()


@task
def seal_audit() -> None:
    """Every two seconds: what was committed before is then in the chain."""
    for _ in range(ROUNDS):
        if sealing.seal_batch() < sealing.BATCH:
            return
    hints.send(hints.SEAL)


@task
def tell_audit_head() -> None:
    """Every minute: what was told outside is what a cut-off end can be seen by."""
    audit_head.tell()


@link
def reseal_texts(nth: int = 0, after: int = 0) -> None:
    """A stretch of the texts, then a hint for the next; asked for by rotate_texts, which may be run again."""
    place = resealing.Place(nth, after)
    for _ in range(STRETCH):
        following = resealing.reseal(place).following
        if following is None:
            return
        place = following
    reseal_texts.delay(place.nth, place.after)


@task
def let_go_what_is_over() -> None:
    """Every night, a hint a kind: one that takes long or fails keeps no other back."""
    for kind in Kept:
        let_go_of_kind.delay(kind.value)


@task
def let_go_of_kind(kind: str) -> None:
    retention.let_go(Kept(kind))


@task
def deliver_outbox() -> None:
    webhook.deliver_due()


@task
def plan_check_ins(after: int = 0) -> None:
    """Every night: a stretch of the accounts, then a hint for the next. A hint that is lost is made up for tomorrow."""
    for _ in range(ROUNDS):
        following = asking.plan_batch(after)
        if following is None:
            return
        after = following
    plan_check_ins.delay(after)


@task
def tell_check_ins() -> None:
    asking.tell_due()


@link
def rescreen(after: int = 0) -> None:
    """A stretch of history, then a hint for the next: live work of the same worker comes in between."""
    for _ in range(STRETCH):
        progress = rescreening.rescreen_batch(after)
        if progress.last is None:
            return
        after = progress.last
    rescreen.delay(after)


@task
def try_policies() -> None:
    """Trials of drafts, a batch at a time. Beat sends this too, which goes on with what a lost hint or worker left."""
    for _ in range(STRETCH):
        if not trying.trial_batch():
            return
    hints.send(hints.TRY)
