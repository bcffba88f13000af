"""What beat and the routes name exists, and goes to the queues that the workers read."""

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
