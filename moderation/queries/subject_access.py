"""Everything that Haven holds about one person, for that person: their accounts, their words, what was decided of them.

Left out is what is somebody else's: who reported them, what others wrote, the names of people on staff.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.refusals import Missing
from moderation.models import (
    Account,
    AccountChange,
    Appeal,
    CaseParty,
    CheckIn,
    Contact,
    Evidence,
    Finding,
    Hold,
    Message,
    MessageEdit,
    Note,
    OutboxEvent,
    Participant,
    Reflection,
    Report,
    Sanction,
    Statement,
    clock,
)
from moderation.models.needed import cases_needed_since
from moderation.permissions import require, require_all_cases

Value = str | int | bool | list[str] | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    words: str  # what this is and where it comes from
    rows: list[Row]

    def readable(self) -> list[list[tuple[str, str]]]:
        """The same for a person: what says nothing is left out."""
        return [
            [(name, _words(value)) for name, value in row.items() if value not in (None, "", [])] for row in self.rows
        ]


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "\n".join(value) if isinstance(value, list) else str(value)


@dataclass(frozen=True, slots=True)
class PersonData:
    account_id: int
    account: str
    accounts: tuple[str, ...]  # the platform's ids of all that are in it
    taken_at: datetime
    sections: tuple[Section, ...]

    def to_json(self) -> dict[str, Any]:
        """As a machine reads it."""
        return {
            "accounts": list(self.accounts),
            "taken_at": self.taken_at.isoformat(),
            "data": {section.code: {"about": section.words, "rows": section.rows} for section in self.sections},
        }


def person_data(account_id: int, *, viewer: Actor, all_accounts: bool = False) -> PersonData:
    """A few queries a kind, whatever is held. `all_accounts`: of every account that the platform says is the person's,
    which whoever takes it then sees. Raises NotPermitted, Missing."""
    require(viewer, Capability.MANAGE_DATA)
    require_all_cases(viewer)
    if all_accounts:
        require(viewer, Capability.SEE_LINKS)

    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Missing("There is no such account.")
    accounts = [account]
    if all_accounts and account.person:
        accounts = list(Account.objects.filter(person=account.person).order_by("pk"))
    ids = [one.pk for one in accounts]
    sections = tuple(Section(code, title, words, list(rows(ids))) for code, title, words, rows in _SECTIONS)
    told = tuple(one.ext_id for one in accounts)
    return PersonData(account.pk, account.display_name, told, clock.now(), sections)


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _accounts(ids: list[int]) -> Iterable[Row]:
    for one in Account.objects.filter(pk__in=ids).order_by("pk"):
        yield {
            "id": one.ext_id,
            "user name": one.username,
            "role": one.role,
            "age group": one.age_group,
            "status": one.status,
            "badges": list(one.badges),
            "joined": _time(one.joined_at),
            "first seen": _time(one.first_seen_at),
            "last check-in": _time(one.checked_in_at),
            "suspended": one.suspended,
            "suspended until": _time(one.suspended_until),
            "badges held": list(one.badges_held),
            "badges removed": list(one.badges_removed),
        }


def _changes(ids: list[int]) -> Iterable[Row]:
    for one in AccountChange.objects.filter(account__in=ids).order_by("at", "pk"):
        yield {"what": one.fact, "before": list(one.before), "after": list(one.after), "told": _time(one.at)}


def _conversations(ids: list[int]) -> Iterable[Row]:
    parts = Participant.objects.filter(account__in=ids).select_related("conversation").order_by("conversation")
    for part in parts:
        yield {"conversation": part.conversation.ext_id, "room": part.conversation.room}


def _messages(ids: list[int]) -> Iterable[Row]:
    written = Message.objects.filter(sender__in=ids).select_related("conversation").order_by("sent_at", "pk")
    for one in written.iterator(chunk_size=2_000):
        yield {
            "id": one.ext_id,
            "conversation": one.conversation.ext_id,
            "sent": _time(one.sent_at),
            "text": one.text,
        }


def _edits(ids: list[int]) -> Iterable[Row]:
    earlier = MessageEdit.objects.filter(message__sender__in=ids).select_related("message").order_by("pk")
    for one in earlier:
        yield {"message": one.message.ext_id, "text before": one.text, "replaced": _time(one.replaced_at)}


def _evidence(ids: list[int]) -> Iterable[Row]:
    for one in Evidence.objects.filter(sender__in=ids).order_by("case", "sent_at", "pk"):
        yield {"case": one.case_id, "sent": _time(one.sent_at), "text": one.text, "kept": _time(one.kept_at)}


def _reports_made(ids: list[int]) -> Iterable[Row]:
    for one in Report.objects.filter(reporter__in=ids).order_by("created_at", "pk"):
        yield {"id": one.ext_id, "reason": one.reason, "text": one.text, "made": _time(one.created_at)}


def _reports_about(ids: list[int]) -> Iterable[Row]:
    """Neither who made them nor in whose words: a report promises that."""
    for one in Report.objects.filter(reported__in=ids).order_by("created_at", "pk"):
        yield {"reason": one.reason, "made": _time(one.created_at), "case": one.case_id}


def _cases(ids: list[int]) -> Iterable[Row]:
    for part in CaseParty.objects.filter(account__in=ids).select_related("case").order_by("case"):
        case = part.case
        yield {
            "case": case.pk,
            "about this person": part.is_actor,
            "grounds": list(case.grounds),
            "state": case.state,
            "opened": _time(case.opened_at),
            "closed": _time(case.closed_at),
        }


def _findings(ids: list[int]) -> Iterable[Row]:
    for one in Finding.objects.filter(actor__in=ids).order_by("found_at", "pk"):
        yield {
            "case": one.case_id,
            "rule": one.rule,
            "kind": one.kind,
            "why": one.explanation,
            "how sure": f"{one.score:.2f}",
            "found by": f"{one.detector} {one.engine}",
            "found": _time(one.found_at),
        }


def _contacts(ids: list[int]) -> Iterable[Row]:
    for one in Contact.objects.filter(actor__in=ids).order_by("pk"):
        yield {"case": one.case_id, "kind": one.kind, "fingerprint": one.fingerprint}


def _sanctions(ids: list[int]) -> Iterable[Row]:
    for one in Sanction.objects.filter(account__in=ids).order_by("pk"):
        yield {
            "sanction": one.pk,
            "measure": one.measure.label,
            "ground": one.ground,
            "clause": one.clause,
            "state": one.state,
            "from": _time(one.starts_at),
            "until": _time(one.ends_at),
            "appeal until": _time(one.appeal_until),
            "notice": one.notice,
            "ended": _time(one.ended_at),
            "ended how": one.ended_how,
        }


def _holds(ids: list[int]) -> Iterable[Row]:
    for one in Hold.objects.filter(account__in=ids).order_by("pk"):
        yield {
            "case": one.case_id,
            "state": one.state,
            "held": _time(one.held_at),
            "by": "Haven, before a person looked",
        }


def _statements(ids: list[int]) -> Iterable[Row]:
    for one in Statement.objects.filter(sanction__account__in=ids).order_by("pk"):
        yield {
            "sanction": one.sanction_id,
            "stated": _time(one.stated_at),
            "decided": one.decided,
            "facts": one.facts,
            "clause": one.clause_text,
            "found by a machine": one.detected_by_machine,
            "decided by a machine": one.decided_by_machine,
            "redress": one.redress,
        }


def _appeals(ids: list[int]) -> Iterable[Row]:
    for one in Appeal.objects.filter(sanction__account__in=ids).order_by("pk"):
        yield {
            "sanction": one.sanction_id,
            "text": one.text,
            "made": _time(one.created_at),
            "state": one.state,
            "reply": one.reply,
        }


def _check_ins(ids: list[int]) -> Iterable[Row]:
    for one in CheckIn.objects.filter(account__in=ids).order_by("pk"):
        yield {
            "state": one.state,
            "due": _time(one.due_at),
            "asked": _time(one.asked_at),
            "answered": _time(one.answered_at),
        }


def _answers(ids: list[int]) -> Iterable[Row]:
    for one in Reflection.objects.filter(account__in=ids).order_by("pk"):
        yield {"saved": _time(one.saved_at), "handed in": _time(one.handed_in_at), "answers": list(one.answers)}


def _notes(ids: list[int]) -> Iterable[Row]:
    for one in Note.objects.filter(account__in=ids).order_by("pk"):
        yield {"kind": one.kind, "text": one.text, "written": _time(one.written_at), "by": "a person on staff"}


def _told(ids: list[int]) -> Iterable[Row]:
    for one in OutboxEvent.objects.filter(account__in=ids).order_by("pk"):
        yield {"what": one.topic, "state": one.state, "made": _time(one.created_at), "told": _time(one.delivered_at)}


_SECTIONS: tuple[tuple[str, str, str, Callable[[list[int]], Iterable[Row]]], ...] = (
    ("accounts", "Accounts", "As the platform describes them, and what Haven decided of them.", _accounts),
    ("changes", "Changes of the account", "What the platform said before.", _changes),
    ("conversations", "Conversations", "Where the person took part.", _conversations),
    ("messages", "Messages", "What the person wrote, as the platform sent it.", _messages),
    ("earlier_texts", "Earlier texts", "Of messages that were edited.", _edits),
    ("evidence", "Evidence", "Messages of the person that were kept with a case.", _evidence),
    ("reports_made", "Reports by the person", "As the platform sent them.", _reports_made),
    ("reports_about", "Reports about the person", "Without who made them, and without their words.", _reports_about),
    ("cases", "Cases", "In which the person is named.", _cases),
    ("findings", "Findings", "What the pre-screen found in what the person wrote.", _findings),
    ("contacts", "Contacts", "That a contact was given, as a keyed hash that nobody can read back.", _contacts),
    ("sanctions", "Sanctions", "What was decided, and what the person was told.", _sanctions),
    ("holds", "Interim holds", "Of the teen badge, before a person had looked.", _holds),
    ("statements", "Statements of reasons", "Of each sanction.", _statements),
    ("appeals", "Appeals", "By the person, and the reply.", _appeals),
    ("check_ins", "Check-ins", "When the person was asked, and answered.", _check_ins),
    ("answers", "Answers to the six questions", "In the person's own words.", _answers),
    ("notes", "Notes about the person", "By people on staff, who are not named.", _notes),
    ("told", "What the platform was told", "Events about the person's accounts.", _told),
)


@dataclass(frozen=True, slots=True)
class HeldAbout:
    """How much is held, before anybody takes it: numbers alone."""

    account_id: int
    account: str
    counts: tuple[tuple[str, int], ...]
    needed_by: tuple[int, ...]  # the cases for which something has to stay whatever is asked
    may_see_links: bool


def held_about(account_id: int, *, viewer: Actor) -> HeldAbout:
    """Raises NotPermitted, Missing."""
    require(viewer, Capability.MANAGE_DATA)
    require_all_cases(viewer)

    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Missing("There is no such account.")
    of = {"account": account_id}
    counts = (
        ("Messages", Message.objects.filter(sender=account_id).count()),
        ("Messages kept as evidence", Evidence.objects.filter(sender=account_id).count()),
        ("Reports by the person", Report.objects.filter(reporter=account_id).count()),
        ("Cases in which the person is named", CaseParty.objects.filter(**of).count()),
        ("Sanctions", Sanction.objects.filter(**of).count()),
        ("Appeals", Appeal.objects.filter(sanction__account=account_id).count()),
        ("Answers to the six questions", Reflection.objects.filter(**of).count()),
        ("Notes about the person", Note.objects.filter(**of).count()),
    )
    needed = cases_needed_since(clock.now()).filter(parties__account=account_id).order_by("pk")
    links = viewer.can(Capability.SEE_LINKS)
    return HeldAbout(account_id, account.display_name, counts, tuple(needed.values_list("pk", flat=True)[:50]), links)
