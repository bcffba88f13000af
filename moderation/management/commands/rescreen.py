"""Screens history anew after an upgrade of the pre-screen: in the background, or here with a progress bar."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import Progress

from moderation import hints
from moderation.models import Message
from moderation.operations.rescreening import rescreen_batch
from moderation.prescreen import ENGINE_VERSION


class Command(BaseCommand):
    help = (
        "Screen again what an earlier version of the pre-screen has screened. Runs in the background, on the queue"
        " of that name; --here runs it in this process. What a person has decided is not reopened."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--here", action="store_true", help="run in this process and show how far it is")

    def handle(self, *args: Any, **options: Any) -> None:
        left = Message.objects.filter(screened_at__isnull=False).exclude(engine=ENGINE_VERSION).count()
        if not left:
            self.stdout.write(f"Everything has been screened by engine {ENGINE_VERSION}.")
        elif options["here"]:
            self._run(left)
        else:
            hints.send(hints.RESCREEN)
            self.stdout.write(f"{left:,} messages will be screened again in the background.")

    def _run(self, left: int) -> None:
        done = 0
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Screening again", total=left)
            after: int | None = 0
            while after is not None:
                progress = rescreen_batch(after)
                after, done = progress.last, done + progress.screened
                bar.update(task, completed=done)
        self.stdout.write(f"{done:,} messages were screened again.")
