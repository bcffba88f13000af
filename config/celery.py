"""The Celery application. Tasks live in moderation/tasks.py; settings in config/settings.py."""

import logging.config
import os
import sys
import time
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, signals, states
from celery.apps.beat import Beat
from celery.beat import Service
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# When Redis goes, a channel that closes would put back what its tasks have not acknowledged, over a connection that is
# no more, and the error ends the whole worker. Hints need no putting back: beat repeats them.
Channel.do_restore = False

app = Celery("haven")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class _Beat(Beat):
    def install_sync_handler(self, service: Service) -> None:
        """Celery's answer to SIGTERM asks for the schedule: while that was being made, it would make a second one."""
        _ = service.scheduler
        super().install_sync_handler(service)


app.Beat = app.subclass_with_self(_Beat)  # type: ignore[misc]  # a cached property: it may be set


@signals.setup_logging.connect
def log_like_django(**_: Any) -> None:
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@signals.worker_init.connect
def refuse_dangerous_settings(**_: Any) -> None:
    from config.checks import start_up_errors

    if errors := start_up_errors(web=False):
        sys.exit("\n".join(["Haven does not start with these settings:", *errors]))


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_: Any) -> None:
    """So that the lines of a task can be found from those of the request that asked for it."""
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        headers["request_id"] = request_id


@signals.task_prerun.connect
def bind_task(task_id: str, task: Any, **_: Any) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)
    if request_id := getattr(task.request, "request_id", None):
        structlog.contextvars.bind_contextvars(request_id=request_id)
    task.request.started = time.monotonic()


@signals.task_postrun.connect
def count_task(task: Any, state: str, **_: Any) -> None:
    from moderation import meters

    name = task.name.removeprefix("moderation.tasks.")
    meters.count("haven_tasks_total", task=name, outcome=(state or "unknown").lower())
    meters.observe("haven_task_seconds", time.monotonic() - task.request.started, task=name)
    if state == states.SUCCESS:
        meters.mark("haven_task_last_success_timestamp_seconds", task=name)
    structlog.contextvars.clear_contextvars()


@signals.worker_process_shutdown.connect
def hand_over_counts(**_: Any) -> None:
    from moderation import meters

    meters.flush()


@signals.heartbeat_sent.connect
@signals.before_task_publish.connect
def show_life(**_: Any) -> None:
    """A worker's heart beats every two seconds and beat sends something every few: probes look at the file's age."""
    from django.conf import settings

    if settings.ALIVE_FILE:
        Path(settings.ALIVE_FILE).touch()
