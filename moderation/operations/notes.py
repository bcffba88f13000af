"""Notes by people on staff about an account or a case. None is ever changed: a second thought is a second note, and
what stays in sight is written beside the notes."""

from dataclasses import dataclass

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.persons import NoteKind
from moderation.domain.refusals import Missing, Refused, Stale
from moderation.models import Account, Case, CaseParty, Note, Pin, clock
from moderation.permissions import require, require_sight, require_sight_of, staff_of

LONGEST = 4000  # characters
MOST_PINNED = 10  # of one account


@dataclass(frozen=True, slots=True)
class Manner:
    """How a note is kept. `corrects` names the older note that it puts right."""

    kind: NoteKind = NoteKind.GENERAL
    is_pinned: bool = False
    corrects: int | None = None


@whole
def write_note(
    text: str,
    *,
    actor: Actor,
    account_id: int | None = None,
    case_id: int | None = None,
    manner: Manner = Manner(),
) -> Note:
    """Keep a note about an account, about a case, or about an account as it was seen in a case.

    A correction of a pinned note takes its place. Raises Missing, also for an account that has no part in the case;
    NotPermitted; Refused without a text; Stale when somebody else has corrected the same note meanwhile.
    """
    case = _case(case_id, actor)
    account = _account(account_id, case, is_to_be_pinned=manner.is_pinned or manner.corrects is not None)
    older = _older(manner.corrects, account, case)
    if older is not None and older.case_id is not None:
        require_sight_of(actor, older.case_id, what="note")

    require(actor, Capability.WORK_CASES)

    if case is None and account is None:
        raise Refused("Say which account or which case the note is about.")
    if not text.strip():
        raise Refused("Write something first: an empty note helps nobody.")
    if len(text) > LONGEST:
        raise Refused(f"The note is longer than {LONGEST} characters: shorten it.")
    if manner.is_pinned and account is None:
        raise Refused("Only a note about an account can be pinned: it comes back on other cases of the account.")
    if older is not None:
        _check_not_corrected(older)
    old_pin = Pin.objects.filter(note=older, is_pinned=True).first() if older else None
    if manner.is_pinned and old_pin is None:
        _check_room(account)

    note = Note.objects.create(
        account=account, case=case, kind=manner.kind, text=text.strip(), corrects=older, written_by=staff_of(actor)
    )
    if old_pin is not None:
        _turn(old_pin, is_pinned=False, actor=actor)
    if account is not None and (manner.is_pinned or old_pin is not None):
        Pin.objects.create(note=note, account=account, is_pinned=True, changed_by=staff_of(actor))

    audit.record(
        "note.written",
        actor=actor,
        target=note,
        account=account_id,
        case=case_id,
        kind=manner.kind.value,
        corrects=manner.corrects,
    )
    return note


@whole
def pin_note(note_id: int, *, actor: Actor, is_pinned: bool, seen_version: int) -> Note:
    """Keep a note about an account in sight on all its cases, or no longer.

    `seen_version` is how often it had been pinned and unpinned when the person looked; 0: never. Raises Missing,
    NotPermitted, Refused when nothing more can be pinned, Stale when somebody else was faster.
    """
    note = Note.objects.select_related("account").filter(pk=note_id).first()
    if note is None:
        raise Missing("There is no such note.")
    if note.case_id is not None:
        require_sight_of(actor, note.case_id, what="note")
    if note.account_id is not None:
        Account.objects.select_for_update(no_key=True).get(pk=note.account_id)

    require(actor, Capability.WORK_CASES)

    if note.account is None:
        raise Refused("Only a note about an account can be pinned: it comes back on other cases of the account.")
    pin = Pin.objects.select_related("changed_by").filter(note=note).first()
    _check_seen(pin, seen_version)
    if is_pinned and not (pin and pin.is_pinned):
        _check_room(note.account)

    if pin is None:
        Pin.objects.create(note=note, account=note.account, is_pinned=is_pinned, changed_by=staff_of(actor))
    else:
        _turn(pin, is_pinned=is_pinned, actor=actor)

    audit.record("note.pinned" if is_pinned else "note.unpinned", actor=actor, target=note, account=note.account_id)
    return note


def _case(case_id: int | None, actor: Actor) -> Case | None:
    if case_id is None:
        return None
    return require_sight(actor, Case.objects.filter(pk=case_id).first())


def _account(account_id: int | None, case: Case | None, *, is_to_be_pinned: bool) -> Account | None:
    """Locked where something beside the note is written: pins of one account are counted."""
    if account_id is None:
        return None
    accounts = Account.objects.select_for_update(no_key=True) if is_to_be_pinned else Account.objects.all()
    account = accounts.filter(pk=account_id).first()
    if account is None or (case and not CaseParty.objects.filter(case=case, account=account).exists()):
        raise Missing("There is no such account in this case.")
    return account


def _older(note_id: int | None, account: Account | None, case: Case | None) -> Note | None:
    """The note to be corrected, locked; it has to be about the same."""
    if note_id is None:
        return None
    older = Note.objects.select_for_update(no_key=True).filter(pk=note_id, account=account).first()
    if older is None or (account is None and older.case != case):
        raise Missing("There is no such note here.")
    return older


def _check_not_corrected(older: Note) -> None:
    newer = Note.objects.select_related("written_by").filter(corrects=older).first()
    if newer is not None:
        raise Stale(
            f"{newer.written_by} has corrected this note meanwhile, in note {newer.pk}. Yours is not kept yet: read"
            " that one and correct it, or write a note of your own."
        )


def _check_seen(pin: Pin | None, seen_version: int) -> None:
    if seen_version != (pin.version if pin else 0):
        done = "unpinned" if pin and not pin.is_pinned else "pinned"
        whoever = pin.changed_by.name if pin else "Somebody"
        raise Stale(f"{whoever} has {done} this note meanwhile. Nothing was changed: look at it again.")


def _check_room(account: Account | None) -> None:
    if Pin.objects.filter(account=account, is_pinned=True).count() >= MOST_PINNED:
        raise Refused(f"{MOST_PINNED} notes of this account are pinned already: unpin one of them first.")


def _turn(pin: Pin, *, is_pinned: bool, actor: Actor) -> None:
    pin.is_pinned, pin.version = is_pinned, pin.version + 1
    pin.changed_by, pin.changed_at = staff_of(actor), clock.now()
    pin.save(update_fields=["is_pinned", "version", "changed_by", "changed_at"])
