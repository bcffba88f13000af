"""That somebody takes all that is known of a person, on record before it leaves; and emptying what a person wrote
apart from messages, for when they are forgotten."""

from django.db.models import Q, QuerySet

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Missing
from moderation.models import (
    Account,
    Appeal,
    Case,
    Contact,
    Evidence,
    Note,
    Pin,
    Report,
    Sanction,
    SanctionChange,
    clock,
)
from moderation.models.needed import cases_needed_since, cases_over_since
from moderation.permissions import require, require_all_cases, require_fresh

FORGOTTEN = "Forgotten, because its reader has asked for it."


@whole
def record_subject_access(account_id: int, *, actor: Actor, form: str, all_accounts: bool) -> Account:
    """The record alone; what is given out is in queries.subject_access. Raises NotPermitted, StepUp, Missing."""
    require(actor, Capability.MANAGE_DATA)
    require_fresh(actor)
    require_all_cases(actor)
    if all_accounts:
        require(actor, Capability.SEE_LINKS)

    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Missing("There is no such account.")

    audit.record(
        "person.data_taken",
        actor=actor,
        target=account,
        on_behalf_of=f"account {account.pk}",
        form=form,
        all_accounts=all_accounts,
    )
    return account


def forget_words(account: Account) -> dict[str, int]:
    """Let go, of one account, every word that no case needs any more; answers how many rows of each kind.

    Not an operation: erasure calls it in its own transaction, when it takes the account's name away. The same
    conditions hold as for retention, with no time to wait.
    """
    now = clock.now()
    over = cases_over_since(now)
    of_theirs = Q(account=account, case__in=over)
    theirs = Sanction.objects.filter(of_theirs).values("pk")
    about = Note.objects.filter(account=account, corrected_by__isnull=True)
    about = about.filter(Q(case__isnull=True) | Q(case__in=over))
    gone = {
        "evidence": Evidence.objects.filter(sender=account, case__in=over).delete()[0],
        "contacts": Contact.objects.filter(actor=account, case__in=over).delete()[0],
        "reports": Report.objects.filter(reporter=account, case__in=over).exclude(text="").update(text=""),
        "appeals": Appeal.objects.filter(sanction__account=account, sanction__case__in=over)
        .exclude(text="")
        .update(text=""),
        "snippets": Case.objects.filter(subject=account, pk__in=over).exclude(snippet="").update(snippet=""),
        "notices": Sanction.objects.filter(of_theirs).exclude(notice="").update(notice="")
        + SanctionChange.objects.filter(sanction__in=theirs).exclude(notice="").update(notice=""),
        "replies": _forget_replies(Appeal.objects.filter(sanction__in=theirs)),
        "notes": 0,
    }
    while ids := list(about.values_list("pk", flat=True)):
        Pin.objects.filter(note__in=ids).delete()
        gone["notes"] += Note.objects.filter(pk__in=ids).delete()[0]
    return gone


def _forget_replies(appeals: "QuerySet[Appeal]") -> int:
    """What people are sent begins with their name; what was done about the sanction stays."""
    heard = list(appeals.exclude(reply=""))
    for appeal in heard:
        appeal.reply = FORGOTTEN
        for kept in (appeal.before, appeal.after):
            kept.pop("notice", None)
    Appeal.objects.bulk_update(heard, ["reply", "before", "after"])
    return len(heard)


def stays_for(account: Account) -> list[int]:
    """The cases for the sake of which words of the account have to stay."""
    needed = cases_needed_since(clock.now())
    return list(needed.filter(parties__account=account).order_by("pk").values_list("pk", flat=True))
