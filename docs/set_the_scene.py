"""For docs/take_screens.py: what a new demo has not, messages set aside and a check-in, and the links of its people.

Runs inside of the demo, by `manage.py shell -c "import docs.set_the_scene"`, and prints where the hosted pages are.
"""

import json
from datetime import timedelta

from django.conf import settings

from moderation.hosted_links import Purpose, link_to
from moderation.models import Account, CheckIn, Message, PolicyVersion, Sanction, clock
from moderation.operations.setting_aside import note_failures

TRIES = 3


def set_the_scene() -> None:
    _set_aside()
    _ask_for_a_check_in()
    until = clock.now() + timedelta(days=1)
    rows = {
        Purpose.APPEAL: Sanction.objects.filter(appeal_until__gt=clock.now(), appeal__isnull=True).latest("pk").pk,
        Purpose.QUESTIONS: Sanction.objects.filter(kind="education_notice").latest("pk").pk,
        Purpose.CHECK_IN: CheckIn.objects.waiting().latest("pk").pk,
    }
    links = {purpose.value: link_to(purpose, row, until=until) for purpose, row in rows.items()}
    print(json.dumps({name: link.removeprefix(settings.PUBLIC_URL) for name, link in links.items()}))  # noqa: T201


def _set_aside() -> None:
    """As when a part of the pre-screen broke on them, three times."""
    if Message.objects.set_aside().exists():
        return
    chosen = list(Message.objects.order_by("-pk").values_list("pk", flat=True)[:2])
    for _ in range(TRIES):
        note_failures(dict.fromkeys(chosen, UnicodeError()), now=clock.now())
    Message.objects.filter(pk__in=chosen).update(screened_at=None)


def _ask_for_a_check_in() -> None:
    """As a night does for whoever has not had one for months, whom a new demo has not got."""
    if CheckIn.objects.waiting().exists():
        return
    now = clock.now()
    listener = Account.objects.filter(role="listener").latest("pk")
    rules = PolicyVersion.objects.in_force()
    CheckIn.objects.create(account=listener, policy_version=rules, due_at=now, overdue_at=now + timedelta(days=7))


set_the_scene()
