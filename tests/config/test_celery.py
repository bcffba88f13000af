"""What beat and the routes name exists, and goes to the queues that the workers read; beat stops while it starts."""

import signal
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler, Service
from django.conf import settings

from config.celery import app
from config.run import _commands


def test_beat_and_routes_name_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} | settings.CELERY_TASK_ROUTES.keys()

    assert named <= app.tasks.keys()


def test_every_task_goes_to_a_queue_that_somebody_reads() -> None:
    app.loader.import_default_modules()
    worker = _commands(8000)["worker"]
    read = set(worker[worker.index("--queues") + 1].split(","))
    routed = {app.amqp.router.route({}, name)["queue"].name for name in app.tasks if name.startswith("moderation.")}

    assert routed == read


def test_no_answer_to_a_signal_asks_for_the_schedule_while_it_is_made(tmp_path: Path) -> None:
    answers: list[Any] = []

    class Watched(PersistentScheduler):
        def setup_schedule(self) -> None:
            answers.append(signal.getsignal(signal.SIGTERM))
            super().setup_schedule()

    stopping = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in stopping}
    try:
        service = Service(app, scheduler_cls=Watched, schedule_filename=str(tmp_path / "schedule"))
        app.Beat(quiet=True).install_sync_handler(service)
        after = signal.getsignal(signal.SIGTERM)
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)
        service.sync()

    assert answers == [before[signal.SIGTERM]]
    assert after not in answers
