"""Notes by people on staff: what is pinned and the latest of each party and of the case, all on demand.

Contacts that are hidden in the case are hidden in its notes too.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.masking import Piece, pieces, readings
from moderation.domain.persons import NoteKind
from moderation.domain.refusals import Missing
from moderation.models import Account, Case, CaseParty, Note, clock
from moderation.permissions import require, require_sight, seen_in_sql, seen_values
from moderation.queries.matters import Matter, matter_of

LATEST = 3
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class NoteLine:
    note_id: int
    pieces: tuple[Piece, ...]
    kind: str  # empty for one of no special kind
    writer: str
    written_at: datetime
    case_id: int | None  # another case in which it was written
    is_pinned: bool
    pin_version: int
    corrects: int | None  # the older note that this one puts right
    corrected_in: int | None  # the newer one that puts this one right


@dataclass(frozen=True, slots=True)
class Notes:
    """Pinned ones stand first and are always all there."""

    case_id: int | None  # None: on the page of the account
    account_id: int | None  # None: about the case itself
    name: str  # of the account
    lines: tuple[NoteLine, ...]  # the pinned ones, then the newest first
    has_more: bool
    is_all: bool = False

    @property
    def following(self) -> int:
        """Where the older ones begin."""
        return self.lines[-1].note_id if self.lines else 0

    @property
    def kinds(self) -> tuple[NoteKind, ...]:
        return tuple(NoteKind)

    @property
    def has_pinned(self) -> bool:
        return any(line.is_pinned for line in self.lines)


_SHOWN = """
SELECT note.*, writer.name AS writer, coalesce(pin.is_pinned, false) AS is_pinned,
    coalesce(pin.version, 0) AS pin_version, newer.id AS corrected_in
FROM ({notes}) AS note JOIN accounts_user AS writer ON writer.id = note.written_by_id
LEFT JOIN moderation_pin AS pin ON pin.note_id = note.id
LEFT JOIN moderation_note AS newer ON newer.corrects_id = note.id
ORDER BY note.id DESC
"""
# The newest few of each account are read from its own index: one account with thousands of notes costs no more. What is
# pinned comes besides them, however old it is.
_LATEST = _SHOWN.format(
    notes="""
    SELECT latest.* FROM unnest(%(accounts)s::bigint[]) AS who(id) CROSS JOIN LATERAL (
        SELECT * FROM moderation_note AS one WHERE account_id = who.id AND {seen} AND NOT EXISTS (
            SELECT FROM moderation_pin WHERE note_id = one.id AND is_pinned
        ) ORDER BY id DESC LIMIT %(most)s
    ) AS latest
    UNION ALL
    SELECT one.* FROM moderation_pin AS kept JOIN moderation_note AS one ON one.id = kept.note_id
    WHERE kept.account_id = ANY(%(accounts)s::bigint[]) AND kept.is_pinned AND {seen}
    UNION ALL (
        SELECT * FROM moderation_note WHERE case_id = %(case)s AND account_id IS NULL ORDER BY id DESC LIMIT %(most)s
    )"""
)
_PAGE = _SHOWN.format(
    notes="""
    SELECT * FROM moderation_note AS one WHERE id < %(before)s AND {seen} AND (
        account_id = %(account)s OR %(account)s::bigint IS NULL AND account_id IS NULL AND case_id = %(case)s
    ) ORDER BY id DESC LIMIT %(most)s"""
)
_NO_END = 2**63 - 1


def latest_notes(matter: Matter, *, viewer: Actor) -> Mapping[int | None, Notes]:
    """Of every party by its account, and of the case itself under None. One query."""
    about: list[int | None] = [None, *matter.accounts]
    found = _latest(sorted(matter.accounts), matter.case.pk, viewer)
    return {pk: _of_case(matter, pk, found[pk]) for pk in about}


def notes_about(account: Account, *, viewer: Actor) -> Notes:
    """For the page of an account: every contact that can be told to be one is hidden. One query."""
    found = _latest([account.pk], None, viewer)[account.pk]
    lines = tuple(_line(note, pieces_alone(note.text)) for note in _first(found))
    return Notes(None, account.pk, account.display_name, lines, has_more=_is_cut(found))


def notes_of(
    case_id: int, *, viewer: Actor, account_id: int | None = None, before: int | None = None, most: int = PAGE_SIZE
) -> Notes:
    """A page of the notes about a party of a case or, without one, about the case; with LATEST as many as the page of
    the case shows. Raises Missing, NotPermitted."""
    require(viewer, Capability.READ_CASES)
    case = require_sight(viewer, Case.objects.filter(pk=case_id).first())
    if account_id is not None and not CaseParty.objects.filter(case=case, account=account_id).exists():
        raise Missing("There is no such account in this case.")
    matter = matter_of(case, now=clock.now(), is_revealed=False)
    if most == LATEST:
        return _of_case(matter, account_id, _latest([account_id] if account_id else [], case_id, viewer)[account_id])
    asked: dict[str, Any] = {"account": account_id, "case": case_id, "before": before or _NO_END, "most": most + 1}
    found = list(Note.objects.raw(_seen(_PAGE, viewer), asked | seen_values(viewer)))
    lines = tuple(_case_line(matter, note) for note in found[:most])
    return Notes(case_id, account_id, _name(matter, account_id), lines, has_more=len(found) > most, is_all=True)


def pieces_alone(text: str) -> tuple[Piece, ...]:
    """A text of staff outside of any case: whatever looks like a contact is hidden."""
    return pieces(text, contacts=readings(text))


def _seen(sql: str, viewer: Actor) -> str:
    """Without notes that were written in a case which this person may not see."""
    return sql.format(seen=seen_in_sql(viewer, "one.case_id"))


def _latest(account_ids: Sequence[int], case_id: int | None, viewer: Actor) -> Mapping[int | None, list[Note]]:
    asked: dict[str, Any] = {"accounts": list(account_ids), "case": case_id, "most": LATEST + 1}
    found: dict[int | None, list[Note]] = defaultdict(list)
    for note in Note.objects.raw(_seen(_LATEST, viewer), asked | seen_values(viewer)):
        found[note.account_id].append(note)
    return found


def _first(found: Sequence[Any]) -> list[Note]:
    pinned = [note for note in found if note.is_pinned]
    return pinned + [note for note in found if not note.is_pinned][:LATEST]


def _is_cut(found: Sequence[Any]) -> bool:
    return sum(not note.is_pinned for note in found) > LATEST


def _of_case(matter: Matter, account_id: int | None, found: Sequence[Note]) -> Notes:
    lines = tuple(_case_line(matter, note) for note in _first(found))
    return Notes(matter.case.pk, account_id, _name(matter, account_id), lines, has_more=_is_cut(found))


def _name(matter: Matter, account_id: int | None) -> str:
    account = matter.accounts.get(account_id or 0)
    return account.display_name if account else ""


def _case_line(matter: Matter, note: Note) -> NoteLine:
    line = _line(note, matter.pieces_of(note.text))
    return replace(line, case_id=None) if note.case_id == matter.case.pk else line


def _line(note: Any, shown: tuple[Piece, ...]) -> NoteLine:
    kind = NoteKind(note.kind)
    return NoteLine(
        note_id=note.pk,
        pieces=shown,
        kind="" if kind is NoteKind.GENERAL else kind.label,
        writer=note.writer,
        written_at=note.written_at,
        case_id=note.case_id,
        is_pinned=note.is_pinned,
        pin_version=note.pin_version,
        corrects=note.corrects_id,
        corrected_in=note.corrected_in,
    )
