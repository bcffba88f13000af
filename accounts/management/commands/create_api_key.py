"""Makes a key for a machine on the command line. The secret goes to standard output alone, once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import SYSTEM
from accounts.operations import create_api_key
from accounts.refusals import Refused
from accounts.roles import Scope


class Command(BaseCommand):
    help = (
        "Make a key with which a platform may call. Prints the key once, on standard output alone (so that a script"
        " can keep it); it is stored as a hash and cannot be shown again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="whose key it is, for the list of keys and the audit log")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=[scope.value for scope in Scope],
            help="what the key may do; give it several times for several",
        )
        parser.add_argument("--days", type=int, help="after how many days it expires; without it, never")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"].strip()
        if not 1 <= len(name) <= 100:
            raise CommandError("Give the key a name of 1 to 100 characters.")
        days = options["days"]
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("A key expires after 1 to 3650 days.")
        scopes = [Scope(scope) for scope in dict.fromkeys(options["scope"])]
        expires_at = timezone.now() + timedelta(days=days) if days else None
        try:
            made = create_api_key(name, actor=SYSTEM, scopes=scopes, expires_at=expires_at)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        until = f"until {expires_at:%Y-%m-%d}" if expires_at else "without end"
        self.stderr.write(f"“{name}” may {', '.join(scopes)}, {until}. This is shown once:")
        self.stdout.write(made.secret)
