"""Has every text written anew under the first of TEXT_KEYS."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.encryption import keys
from moderation import hints
from moderation.operations.resealing import Place, left, reseal


class Command(BaseCommand):
    help = (
        "Encrypt every text anew under the first of TEXT_KEYS: after putting a new key in front, and once after an"
        " upgrade from a Haven that did not encrypt. The workers do it in the background; the old key may be taken"
        " away when --left says 0."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--left", action="store_true", help="only count what is under another key, or none")
        parser.add_argument("--now", action="store_true", help="do it here instead of in the workers")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["now"]:
            self._do()
        elif not options["left"]:
            hints.send(hints.RESEAL)
            self.stdout.write("The workers have been asked; look with --left how far they are.")
        self.stdout.write(f"{left():,} texts are not under the key “{keys().current}”.")

    def _do(self) -> None:
        place: Place | None = Place()
        rows = 0
        while place is not None:
            done = reseal(place)
            place, rows = done.following, rows + done.rows
        self.stdout.write(f"{rows:,} texts were written anew.")
