"""Adds a person to staff on the command line: the way in for the first admin of a new Haven."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts import SYSTEM
from accounts.operations import create_staff
from accounts.refusals import Refused
from accounts.roles import Role


class Command(BaseCommand):
    help = "Add a person to staff. Asks for the password; --password-stdin reads it from standard input instead."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what the person signs in with")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", default="", help="what colleagues see; the user name when left out")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else _asked()
        try:
            validate_password(password)
            made = create_staff(
                options["username"].strip(),
                actor=SYSTEM,
                role=Role(options["role"]),
                password=password,
                name=options["name"].strip(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{made.name} can sign in as “{made.username}” ({Role(made.role).label.lower()}).")


def _asked() -> str:
    password = getpass("Password: ")
    if getpass("Once more: ") != password:
        raise CommandError("The two passwords differ: nothing was made. Try again.")
    return password
