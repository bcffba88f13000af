"""Forgetting an account when its platform asks: what goes, what loses its name, and what has to wait.

What the account wrote is deleted, except where a case still needs it. When nothing needs the account any more, what is
left of its words goes (personal_data.forget_words), and what names it: its platform id, user names, person and dates,
what it answered to questions, and what was told to the platform. That there was a case, what was decided and under
which rule stay under a pseudonym, because whoever decided must be able to account for it.
"""

import hmac
import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from accounts import SYSTEM, Actor, audit
from accounts.database import whole
from accounts.roles import Scope
from moderation import hints
from moderation.domain.persons import Fact
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import AccountStatus, AppealState, CaseState, OutboxState, SanctionState
from moderation.models import (
    Account,
    AccountChange,
    Appeal,
    Case,
    CaseParty,
    Conversation,
    ErasureRequest,
    Message,
    OutboxEvent,
    Reflection,
    Report,
    Sanction,
    StandingChange,
    clock,
)
from moderation.models.needed import RUNNING, messages_over_since
from moderation.operations.personal_data import forget_words
from moderation.permissions import require
from moderation.queries.endpoint import is_connected

MESSAGES_AT_ONCE = 500
TRY_AGAIN_AFTER = timedelta(hours=1)
_PURPOSE = b"haven: erasure receipts, version 1"


@whole
def request_erasure(ext_id: str, *, actor: Actor) -> ErasureRequest:
    """Note that an account is to be forgotten. Asking again, also when it is done, answers the first receipt.

    Raises Missing for an account that was never here.
    """
    if "\x00" in ext_id:
        raise Missing("There is no account with this id.")
    account = Account.objects.select_for_update(no_key=True).filter(ext_id=ext_id).first()

    require(actor, Scope.ERASURE_WRITE)

    subject = _subject(ext_id)
    known = ErasureRequest.objects.filter(subject=subject).order_by("-id").select_related("account")
    before = known.filter(account=account).first() if account else known.first()
    if before is not None:
        return before
    if account is None:
        raise Missing("There is no account with this id.")

    request = ErasureRequest.objects.create(account=account, subject=subject)
    request.refresh_from_db()

    audit.record("erasure.requested", actor=actor, target=request, account=account.pk)
    hints.after_commit(hints.ERASE)
    return request


def carry_out_erasures(limit: int = 20) -> int:
    """Go on with the requests that are due, each in transactions of its own; answers how many are done now."""
    now = clock.now()
    rested = Q(tried_at__isnull=True) | Q(tried_at__lte=now - TRY_AGAIN_AFTER)
    due = ErasureRequest.objects.filter(rested, done_at__isnull=True).order_by("tried_at", "id")
    return sum(carry_out(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def carry_out(request_id: int) -> bool:
    """Delete what can go, then the name if nothing needs it. Running it twice, or at once, does no harm."""
    account_id = ErasureRequest.objects.values_list("account_id", flat=True).get(pk=request_id)
    while _delete_messages(account_id):
        pass
    return _forget(request_id)


@whole
def _delete_messages(account_id: int) -> int:
    """A stretch of what the account wrote. Messages before conversations, as everywhere; what somebody else holds or
    what is still to be screened comes another time."""
    if _alone_in_a_case(account_id):
        return 0
    free = messages_over_since(clock.now()).filter(sender=account_id).order_by("pk")
    found = dict(free.select_for_update(skip_locked=True).values_list("pk", "conversation_id")[:MESSAGES_AT_ONCE])
    list(Conversation.objects.filter(pk__in=set(found.values())).order_by("pk").select_for_update(no_key=True))
    going = messages_over_since(clock.now()).filter(pk__in=found)  # asked again, now that nobody can open a case there
    return going.delete()[1].get("moderation.Message", 0)


@whole
def _forget(request_id: int) -> bool:
    account_id = ErasureRequest.objects.values_list("account_id", flat=True).get(pk=request_id)
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    request = ErasureRequest.objects.select_for_update(no_key=True).get(pk=request_id)
    now = clock.now()
    if request.done_at is not None:
        return False

    request.tried_at, request.kept_for = now, needed_for(account)
    if request.kept_for:
        request.save(update_fields=["tried_at", "kept_for"])
        return False

    gone = _pseudonymise(account)
    request.done_at = now
    request.save(update_fields=["tried_at", "kept_for", "done_at"])

    audit.record("erasure.done", actor=SYSTEM, target=request, account=account.pk, rows=dict(gone))
    return True


def needed_for(account: Account) -> list[str]:
    """Why the account cannot be forgotten yet; words that are part of the interface."""
    now = clock.now()
    sanctions = Sanction.objects.filter(account=account)
    reasons = {
        "open_case": CaseParty.objects.filter(account=account).exclude(case__state=CaseState.CLOSED).exists()
        or Report.objects.filter(Q(reporter=account) | Q(reported=account))
        .exclude(case__state=CaseState.CLOSED)
        .exists()
        or Case.objects.filter(subject=account).exclude(state=CaseState.CLOSED).exists(),
        "sanction": sanctions.filter(RUNNING).exists(),
        "appeal_window": sanctions.filter(appeal_until__gt=now).exclude(state=SanctionState.UNDONE).exists(),
        "appeal": Appeal.objects.filter(sanction__account=account, state=AppealState.OPEN).exists(),
        "untold": is_connected() and OutboxEvent.objects.filter(account=account, state=OutboxState.PENDING).exists(),
        "messages": Message.objects.filter(sender=account).exists(),
    }
    return [reason for reason, holds in reasons.items() if holds]


def _pseudonymise(account: Account) -> dict[str, int]:
    """Role and age stay, and that it was in a conversation: a teen who was there still counts for what others did.
    Answers how many rows of words went."""
    gone = forget_words(account)
    told = OutboxEvent.objects.filter(account=account)
    (told.exclude(state=OutboxState.PENDING) if is_connected() else told).delete()
    passed = Q(position__isnull=True) | Q(position__lt=_newest_position())
    StandingChange.objects.filter(passed, account=account).delete()
    AccountChange.objects.filter(account=account).exclude(fact__in=[Fact.ROLE, Fact.AGE_GROUP]).delete()
    Reflection.objects.filter(account=account).delete()
    account.ext_id = f"erased:{uuid.uuid4()}"
    account.username = account.person = ""
    account.badges = []
    account.joined_at = account.checked_in_at = None
    account.status = AccountStatus.CLOSED  # so that no check-in is asked for any more
    account.save(update_fields=["ext_id", "username", "person", "badges", "joined_at", "checked_in_at", "status"])
    return gone


def _newest_position() -> int:
    """The newest row stays, because the feed counts on from it; it names the account by its pseudonym then."""
    newest = StandingChange.objects.filter(position__isnull=False).order_by("-position").first()
    return newest.position or 0 if newest else 0


def _alone_in_a_case(account_id: int) -> bool:
    """An open case about the account without a conversation: anything it wrote may be what the case is about."""
    return Case.objects.filter(subject=account_id, conversation=None).exclude(state=CaseState.CLOSED).exists()


def _subject(ext_id: str) -> str:
    secret = (settings.CONTACT_KEY or settings.SECRET_KEY).encode()
    key = hmac.digest(secret, _PURPOSE, "sha256")
    return hmac.digest(key, ext_id.encode(), "sha256").hex()
