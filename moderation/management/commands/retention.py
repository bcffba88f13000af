"""Deletes what has been kept long enough, or says what it would delete."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import SYSTEM
from moderation.domain.retention import RULES, Kept
from moderation.operations.retention import MOST_COUNTED, Planned, let_go, plan


class Command(BaseCommand):
    help = (
        "Let everything go that the policy in force does not keep any longer, as the nightly task does. Whatever an"
        " open case, a sanction in force or an appeal still needs stays. --dry-run says what would go and touches"
        " nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and let nothing go")
        parser.add_argument("--kind", action="append", choices=[kind.value for kind in Kept], help="only this kind")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = [Kept(kind) for kind in options["kind"] or Kept]
        for planned in plan(actor=SYSTEM):
            if planned.kind not in wanted:
                continue
            if options["dry_run"]:
                self.stdout.write(f"{_line(planned)}: {_count(planned)} would go. {RULES[planned.kind].goes}")
            else:
                self.stdout.write(f"{_line(planned)}: {let_go(planned.kind):,} went.")


def _line(planned: Planned) -> str:
    return f"{RULES[planned.kind].label}, last needed before {planned.before:%Y-%m-%d} ({planned.days:,} days)"


def _count(planned: Planned) -> str:
    return f"{planned.count:,}" if planned.count < MOST_COUNTED else f"{MOST_COUNTED:,} or more"
