"""Waking the workers. A hint may be lost without harm: the work stands in PostgreSQL, and a sweeper finds it there."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

SCREEN = "moderation.tasks.screen_messages"
DELIVER = "moderation.tasks.deliver_outbox"
GATHER_CLUSTERS = "moderation.tasks.gather_clusters"
EXPIRE = "moderation.tasks.expire_sanctions"
RESCREEN = "moderation.tasks.rescreen"
TRY = "moderation.tasks.try_policies"
ERASE = "moderation.tasks.carry_out_erasures"
RESEAL = "moderation.tasks.reseal_texts"
SEAL = "moderation.tasks.seal_audit"


def after_commit(task: str) -> None:
    """Ask for a task by name once the caller's transaction has been committed, and never fail for want of a broker."""
    transaction.on_commit(lambda: send(task), robust=True)


def send(task: str) -> None:
    try:
        current_app.send_task(task)
    except OperationalError as error:
        log.warning("hint_lost", hinted=task, error=type(error).__name__)
