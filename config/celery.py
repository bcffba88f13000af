"""The Celery application. Tasks live in moderation/tasks.py; settings in config/settings.py."""

import logging.config
import os
import sys
from typing import Any

import structlog
from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("haven")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_like_django(**_: Any) -> None:
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@signals.worker_init.connect
def refuse_dangerous_settings(**_: Any) -> None:
    from config.checks import start_up_errors

    if errors := start_up_errors(web=False):
        sys.exit("\n".join(["Haven does not start with these settings:", *errors]))


@signals.task_prerun.connect
def bind_task(task_id: str, task: Any, **_: Any) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)


@signals.task_postrun.connect
def unbind_task(**_: Any) -> None:
    structlog.contextvars.clear_contextvars()
