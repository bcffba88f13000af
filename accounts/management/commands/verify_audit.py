"""Goes through the whole audit trail and says which rows are not as they were sealed."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.verifying import Verified, verify

MOST_SHOWN = 100


class Command(BaseCommand):
    help = (
        "Compare every row of the audit log with its seal and every seal with the one before. Says which rows were"
        " edited, removed, reordered or added, and ends with an error if any was. A cut-off end is only seen with"
        " --published: give it a head that was told outside (the log line audit_head, or the event audit.sealed)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--published", metavar="SEQ:HEAD", help="a head as it was told, as in 1234:9f86d0…")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.perf_counter()
        seen, found = Verified(), 0
        for fault in verify(seen, published=_head(options["published"])):
            found += 1
            if found <= MOST_SHOWN:
                self.stdout.write(str(fault))
        seconds = time.perf_counter() - begun
        if found > MOST_SHOWN:
            self.stdout.write(f"… and {found - MOST_SHOWN:,} more.")
        if seen.waiting:
            self.stdout.write(
                f"{seen.waiting:,} rows wait to be sealed, the oldest since {seen.oldest_waiting:%F %T}Z."
            )
        self.stdout.write(f"{seen.seals:,} sealed rows were read in {seconds:.1f} s. Head: {seen.head}")
        if found:
            raise CommandError(f"{found:,} rows are not as they were sealed.")
        self.stdout.write("Every row is as it was sealed.")


def _head(told: str | None) -> tuple[int, bytes] | None:
    if told is None:
        return None
    seq, _, head = told.partition(":")
    try:
        return int(seq), bytes.fromhex(head)
    except ValueError:
        raise CommandError("A head is written as place:hash, as in 1234:9f86d0…, just as it was told.") from None
