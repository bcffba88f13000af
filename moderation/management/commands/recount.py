"""Compares the queue's numbers with the cases that there are, and mends them."""

from typing import Any

from django.core.management.base import BaseCommand

from moderation.operations.counting import Difference, recount


class Command(BaseCommand):
    help = (
        "Count every open case and compare with the numbers that the queue's page is made from; whatever differs is"
        " said and mended. A task does the same every day. It may run at any time and keeps nobody waiting."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        differences = recount()
        for difference in differences:
            self.stdout.write(_line(difference))
        if differences:
            self.stdout.write(f"{len(differences):,} numbers differed and have been mended.")
        else:
            self.stdout.write("Every number is right.")


def _line(difference: Difference) -> str:
    sort = ", ".join(f"{name} {value}" for name, value in difference.sort.items() if value)
    return f"{difference.kept:,} were counted, {difference.true:,} there are: {sort}"
