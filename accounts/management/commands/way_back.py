"""Lets a person on staff back in who has lost password or second factors, when no admin is left who could do it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import SYSTEM
from accounts.invitations import invite_back
from accounts.models import User
from accounts.refusals import Refused


class Command(BaseCommand):
    help = "Print a link by which somebody sets a new password and new second factors. It works once, within a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"].strip()).first()
        if person is None:
            raise CommandError(f"There is nobody with the user name “{options['username']}”.")
        try:
            made = invite_back(person.pk, actor=SYSTEM)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"For {person.name} and nobody else, until {made.invitation.expires_at:%Y-%m-%d %H:%M} UTC:")
        self.stdout.write(made.link)
