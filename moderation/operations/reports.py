"""Taking a report from the platform: it joins the case of its conversation, or opens one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Scope
from moderation.domain.vocabulary import Ground, Room
from moderation.models import Account, Conversation, Message, PolicyVersion, Report, clock
from moderation.operations import contacts, opening
from moderation.operations.matters import check_belonging, lock_matter
from moderation.permissions import require


@dataclass(frozen=True, slots=True)
class ToldReport:
    """A report as the platform tells it; every id is the platform's own."""

    id: str
    reporter: str
    reported: str
    reason: Ground
    text: str
    created_at: datetime
    conversation: str | None = None
    messages: Sequence[str] = ()
    channel: str = ""


@whole
def take_report(told: ToldReport, *, actor: Actor) -> Report:
    """Keep a report and bring its case up to date. The same id again changes nothing and answers the first report.

    Accounts nobody has described yet become accounts of unknown role and age. A conversation that has not arrived
    yet is taken down as a one-to-one, and messages that have not arrived are left out: the report must not wait.
    Raises Refused when the messages belong to another conversation than the one named.
    """
    conversation = _conversation(told.conversation)
    messages = list(Message.objects.filter(ext_id__in=told.messages).select_related("conversation").in_order())
    if conversation is None and messages:
        conversation = Conversation.objects.select_for_update(no_key=True).get(pk=messages[0].conversation_id)
    reporter, reported = _accounts(told.reporter, told.reported)
    lock_matter(conversation, reported)

    require(actor, Scope.REPORTS_WRITE)

    before = Report.objects.filter(ext_id=told.id).first()
    if before is not None:
        return before
    check_belonging(messages, conversation)

    matter = opening.Matter(conversation, reported, PolicyVersion.objects.in_force(), clock.now())
    case, is_new = opening.open_or_find(matter)
    report = Report.objects.create(
        ext_id=told.id,
        reporter=reporter,
        reported=reported,
        conversation=conversation,
        reason=told.reason,
        text=told.text,
        channel=told.channel,
        created_at=told.created_at,
        case=case,
    )
    report.messages.set(messages)
    others = list(conversation.accounts.order_by("pk")[:50]) if conversation else []
    opening.add_parties(case, actors=[reported], others=others)
    opening.keep_evidence(case, messages)
    given = contacts.keep(case, contacts.given_by(messages))
    opening.assess(case, matter, is_new=is_new)
    contacts.mark_seen(given)

    audit.record("report.taken", actor=actor, target=report, case=case.pk, reason=told.reason)
    return report


def _conversation(ext_id: str | None) -> Conversation | None:
    """The conversation, locked, so that screening and reports open one case between them."""
    if ext_id is None:
        return None
    Conversation.objects.bulk_create([Conversation(ext_id=ext_id, room=Room.ONE_TO_ONE)], ignore_conflicts=True)
    return Conversation.objects.select_for_update(no_key=True).get(ext_id=ext_id)


def _accounts(reporter: str, reported: str) -> tuple[Account, Account]:
    both = sorted({reporter, reported})
    Account.objects.bulk_create([Account(ext_id=ext_id) for ext_id in both], ignore_conflicts=True)
    return Account.objects.get(ext_id=reporter), Account.objects.get(ext_id=reported)
