"""Check-ins by the clock: making those that are due, asking for them and reminding, a stretch at a time."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from accounts import SYSTEM, audit
from accounts.database import whole
from moderation import outbox
from moderation.domain import check_in_words
from moderation.domain.check_ins import LINK_FOR, due_from, next_reminder, overdue_from
from moderation.domain.policy import Policy
from moderation.domain.vocabulary import AccountRole, AccountStatus, CheckInState
from moderation.hosted_links import Purpose, link_to
from moderation.models import Account, CheckIn, PolicyVersion, clock
from moderation.operations.check_ins import is_wanted, locked_check_in

CHUNK = 5000  # accounts looked at in one transaction
NEVER_BEFORE = timedelta(days=180)  # less than six months whatever their lengths


@whole
def plan_batch(after: int = 0, *, limit: int = CHUNK) -> int | None:
    """Make the check-ins that are due among the accounts that follow `after`, by their ids.

    Answers where the next stretch begins; None: there are no more accounts. Running it twice makes nothing twice.
    """
    now = clock.now()
    version = PolicyVersion.objects.in_force()
    ids = list(Account.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return None

    due = _due(after, ids[-1], version, now)
    CheckIn.objects.bulk_create(due, ignore_conflicts=True)

    if due:
        audit.record("check_ins.planned", actor=SYSTEM, target=version, policy_version=version.number, made=len(due))
    return ids[-1]


def tell_due(limit: int = 200) -> int:
    """Ask for what is due and remind of what was asked, each in a transaction of its own; answers how many were told.

    The limit keeps a first night with millions of listeners from delaying what else the platform has to hear.
    """
    due = list(CheckIn.objects.to_tell(clock.now()).values_list("pk", flat=True)[:limit])
    return sum(tell_check_in(check_in_id) for check_in_id in due)


@whole
def tell_check_in(check_in_id: int) -> bool:
    """Ask for one, or remind of it. False when that is not the time, or nobody waits for it any more."""
    check_in = locked_check_in(check_in_id)
    now = clock.now()
    policy = PolicyVersion.objects.in_force().policy

    if check_in.next_notice_at is None or check_in.next_notice_at > now:
        return False
    if not _is_needed(check_in, policy, now):
        _drop(check_in)
        return False
    if check_in.sanction and (check_in.sanction.ends_at is None or check_in.sanction.ends_at > now):
        check_in.next_notice_at = check_in.sanction.ends_at  # it was extended meanwhile
        check_in.save(update_fields=["next_notice_at"])
        return False

    is_reminder = check_in.asked_at is not None
    _note_told(check_in, now, is_reminder=is_reminder)
    _send(check_in, now)

    verb = "check_in.reminded" if is_reminder else "check_in.asked"
    audit.record(verb, actor=SYSTEM, target=check_in, account=check_in.account_id, sanction=check_in.sanction_id)
    return True


def _due(after: int, last: int, version: PolicyVersion, now: datetime) -> list[CheckIn]:
    policy = version.policy
    waiting = CheckIn.objects.waiting().filter(account=OuterRef("pk"), sanction__isnull=True)
    known = (
        Account.objects.filter(pk__gt=after, pk__lte=last, role__in=list(policy.check_in_every))
        .exclude(status=AccountStatus.CLOSED)
        .annotate(begun=Coalesce("checked_in_at", "joined_at", "first_seen_at"))
        .filter(~Exists(waiting), begun__lte=now - NEVER_BEFORE)
        .order_by("pk")
    )
    made = []
    for account_id, role, last_at, begun in known.values_list("pk", "role", "checked_in_at", "begun"):
        due_at = due_from(begun, policy.check_in_every[AccountRole(role)])
        if due_at <= now:
            made.append(
                CheckIn(
                    account_id=account_id,
                    policy_version=version,
                    last_at=last_at,
                    due_at=due_at,
                    overdue_at=overdue_from(begun),
                    next_notice_at=now,
                )
            )
    return made


def _is_needed(check_in: CheckIn, policy: Policy, now: datetime) -> bool:
    account = check_in.account
    if check_in.sanction is not None:
        return is_wanted(check_in) and check_in.sanction.awaits_check_in
    every = policy.check_in_every.get(AccountRole(account.role))
    return every is not None and account.status != AccountStatus.CLOSED and due_from(account.counted_from, every) <= now


def _drop(check_in: CheckIn) -> None:
    check_in.move_to(CheckInState.DROPPED)
    check_in.next_notice_at = None
    check_in.save(update_fields=["state", "next_notice_at"])
    audit.record("check_in.dropped", actor=SYSTEM, target=check_in, account=check_in.account_id)


def _note_told(check_in: CheckIn, now: datetime, *, is_reminder: bool) -> None:
    if is_reminder:
        check_in.reminders += 1
        check_in.reminded_at = now
    else:
        check_in.asked_at = now
    is_required = check_in.sanction is not None
    check_in.next_notice_at = next_reminder(now, reminders=check_in.reminders, is_required=is_required)
    check_in.save(update_fields=["reminders", "reminded_at", "asked_at", "next_notice_at"])


def _send(check_in: CheckIn, now: datetime) -> None:
    account, until = check_in.account, now + LINK_FOR
    url = link_to(Purpose.CHECK_IN, check_in.pk, until=until)
    if check_in.sanction is not None:
        text = check_in_words.holding(account.display_name, url, until=until)
    else:
        text = check_in_words.asking(account.display_name, url, until=until, reminders=check_in.reminders)
    outbox.post(
        "check_in.due",
        {"account": account.ext_id, "due_at": check_in.due_at.isoformat(), "url": url, "text": text},
        account=account,
        key=f"check_in:{check_in.pk}:{check_in.reminders}",
        not_before=now,
        cause=f"check_in:{check_in.pk}",
    )
