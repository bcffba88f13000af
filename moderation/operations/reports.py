"""Taking a report from the platform: it joins the case of its conversation, or opens one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Scope
from moderation.domain.refusals import Stale
from moderation.domain.vocabulary import CaseState, Ground, Room
from moderation.models import Account, Case, Conversation, Message, PolicyVersion, Report, clock
from moderation.operations import contacts, opening
from moderation.operations.matters import check_belonging, lock_matter
from moderation.permissions import require

SENT_AGAIN = "\n\n(Sent again, in other words:)\n"
MOST_TEXTS = 10  # of one report


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
    """Keep a report and bring its case up to date. The same id again answers the first report and loses nothing: see
    `_told_again`.

    Accounts nobody has described yet become accounts of unknown role and age. A conversation that has not arrived
    yet is taken down as a one-to-one, and messages that have not arrived are left out: the report must not wait.
    Raises Refused when the messages belong to another conversation than the one named; Stale when it is about
    other people than before, or says something new once its case is closed.
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
        if (before.reporter_id, before.reported_id) != (reporter.pk, reported.pk):
            raise Stale("This id was used for a report by or about somebody else: give every report an id of its own.")
        return _told_again(before, told, messages, actor)
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


def _told_again(report: Report, told: ToldReport, messages: Sequence[Message], actor: Actor) -> Report:
    """What is new in a report that was sent before: another text stands behind the first, a graver reason counts, and
    messages that have come meanwhile are joined. In whichever order the versions come, the same is left."""
    case = Case.objects.select_for_update(no_key=True).get(pk=report.case_id)
    report.refresh_from_db()
    version = PolicyVersion.objects.in_force()
    reason = max((Ground(report.reason), told.reason), key=lambda each: (version.policy.grounds[each].severity, each))
    texts = report.text.split(SENT_AGAIN)
    is_other_text = bool(told.text.strip()) and told.text not in texts
    if case.state == CaseState.CLOSED:
        if is_other_text and report.text:  # without a text, retention may have emptied it
            raise Stale("This report has been looked at: send what is new as a report with an id of its own.")
        return report
    known = set(report.messages.values_list("pk", flat=True))
    here = [each for each in messages if case.conversation_id in (None, each.conversation_id)]
    come = [each for each in here if each.pk not in known]
    if not (is_other_text or come or reason != report.reason):
        return report
    if is_other_text and len(texts) >= MOST_TEXTS:
        raise Stale(f"This report has {MOST_TEXTS} texts already: send what is new as a report with an id of its own.")

    if is_other_text:
        report.text = SENT_AGAIN.join([*filter(None, texts), told.text])
    report.reason = reason
    report.save(update_fields=["text", "reason"])
    report.messages.add(*come)
    opening.keep_evidence(case, come)
    given = contacts.keep(case, contacts.given_by(come))
    matter = opening.Matter(report.conversation, report.reported, version, clock.now())
    opening.assess(case, matter, is_new=False)
    contacts.mark_seen(given)

    audit.record(
        "report.extended",
        actor=actor,
        target=report,
        case=case.pk,
        reason=reason,
        another_text=is_other_text,
        messages=len(come),
    )
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
