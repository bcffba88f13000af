"""Puts the demo into an empty database and says how to sign in. What it holds: moderation.management.demo."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models

from accounts import SYSTEM, audit
from accounts.demo import PASSWORD, SEEDED, demo_sign_ins
from accounts.models import ApiKey, AuditEntry, User
from accounts.operations import create_api_key, create_staff
from accounts.roles import Role, Scope
from moderation.management import demo
from moderation.models import Account, Case, Conversation, clock

STAFF = {
    Role.MODERATOR: "Mara Moderator",
    Role.SENIOR: "Sol Senior",
    Role.ADMIN: "Ada Admin",
    Role.AUDITOR: "Otto Auditor",
}
WHAT_COUNTS: tuple[type[models.Model], ...] = (User, ApiKey, AuditEntry, Account, Conversation, Case)


class Command(BaseCommand):
    help = "Put the demo community into an empty database. One that holds anything is left as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--password",
            default=os.environ.get("HAVEN_DEMO_PASSWORD", ""),
            help="of the four demo accounts (or HAVEN_DEMO_PASSWORD); on one's own machine there is a default",
        )

    def handle(self, *args: Any, password: str, **options: Any) -> None:
        if any(model._default_manager.exists() for model in WHAT_COUNTS):
            self._say_what_is_there()
            return
        if not password and not settings.LOCAL:
            raise CommandError(
                "On a server the demo needs a password of your own: `manage.py seed_demo --password …`,"
                " or HAVEN_DEMO_PASSWORD."
            )
        staff = {role: self._person(role, name, password or PASSWORD) for role, name in STAFF.items()}
        key = create_api_key("Demo platform", actor=SYSTEM, scopes=list(Scope))
        now = clock.now()
        demo.past({role.value: user for role, user in staff.items()}, now, actor=key.key)
        messages = demo.community(now, actor=key.key)
        demo.reports(now, actor=key.key)
        audit.record(
            SEEDED,
            actor=SYSTEM,
            target=staff[Role.ADMIN],
            usernames=[user.username for user in staff.values()],
            own_password=bool(password),
            messages=messages,
        )
        self._say_sign_ins()
        self.stdout.write(f"A key for its machine interface, shown this once: {key.secret}")

    def _person(self, role: Role, name: str, password: str) -> User:
        return create_staff(role.value, actor=SYSTEM, role=role, password=password, name=name)

    def _say_what_is_there(self) -> None:
        if demo_sign_ins() is None:
            self.stderr.write("This database holds data already, so the demo was left out.")
        else:
            self._say_sign_ins()

    def _say_sign_ins(self) -> None:
        sign_ins = demo_sign_ins()
        if sign_ins is None:
            return
        password = "the password you chose for the demo" if sign_ins.own_password else f"password {PASSWORD}"
        self.stdout.write(f"Demo sign-ins: {', '.join(sign_ins.usernames)} ({password})")
