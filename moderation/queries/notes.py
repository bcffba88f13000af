"""Notes by people on staff, as the case page shows them: the latest of each party and of the case, all on demand.

Contacts that are hidden in the case are hidden in its notes too.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.masking import Piece
from moderation.domain.refusals import Missing
from moderation.models import Case, CaseParty, Note, clock
from moderation.permissions import require
from moderation.queries.matters import Matter, matter_of

LATEST = 3
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class NoteLine:
    note_id: int
    pieces: tuple[Piece, ...]
    writer: str
    written_at: datetime
    case_id: int | None  # another case in which it was written


@dataclass(frozen=True, slots=True)
class Notes:
    case_id: int
    account_id: int | None  # None: about the case itself
    name: str  # of the account
    lines: tuple[NoteLine, ...]  # the newest first
    has_more: bool
    is_all: bool = False

    @property
    def following(self) -> int:
        """Where the older ones begin."""
        return self.lines[-1].note_id if self.lines else 0


# The newest few of each account are read from its own index: one account with thousands of notes costs no more.
_LATEST = """
SELECT note.*, writer.name AS writer FROM unnest(%(accounts)s::bigint[]) AS who(id)
CROSS JOIN LATERAL (
    SELECT * FROM moderation_note WHERE account_id = who.id ORDER BY id DESC LIMIT %(most)s
) AS note JOIN accounts_user AS writer ON writer.id = note.written_by_id
UNION ALL (
    SELECT note.*, writer.name AS writer FROM moderation_note AS note
    JOIN accounts_user AS writer ON writer.id = note.written_by_id
    WHERE note.case_id = %(case)s AND note.account_id IS NULL ORDER BY note.id DESC LIMIT %(most)s
)
"""


def latest_notes(matter: Matter) -> Mapping[int | None, Notes]:
    """Of every party by its account, and of the case itself under None. One query."""
    asked: dict[str, Any] = {"accounts": sorted(matter.accounts), "case": matter.case.pk, "most": LATEST + 1}
    found: dict[int | None, list[Note]] = defaultdict(list)
    for note in sorted(Note.objects.raw(_LATEST, asked), key=lambda note: -note.pk):
        found[note.account_id].append(note)
    about: list[int | None] = [None, *matter.accounts]
    return {pk: _notes(matter, pk, found[pk], LATEST) for pk in about}


def notes_of(
    case_id: int, *, viewer: Actor, account_id: int | None = None, before: int | None = None, most: int = PAGE_SIZE
) -> Notes:
    """A page of the notes about a party of a case or, without one, about the case. Raises Missing, NotPermitted."""
    require(viewer, Capability.READ_CASES)
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise Missing("There is no such case.")
    if account_id is not None and not CaseParty.objects.filter(case=case, account=account_id).exists():
        raise Missing("There is no such account in this case.")
    matter = matter_of(case, now=clock.now(), is_revealed=False)
    notes = Note.objects.filter(account=account_id) if account_id else Note.objects.filter(case=case, account=None)
    if before is not None:
        notes = notes.filter(pk__lt=before)
    found = list(notes.select_related("written_by").order_by("-pk")[: most + 1])
    for note in found:
        note.writer = note.written_by.name  # type: ignore[attr-defined]
    return replace(_notes(matter, account_id, found, most), is_all=most > LATEST)


def _notes(matter: Matter, account_id: int | None, found: Sequence[Note], most: int) -> Notes:
    account = matter.accounts.get(account_id or 0)
    return Notes(
        case_id=matter.case.pk,
        account_id=account_id,
        name=account.display_name if account else "",
        lines=tuple(_line(matter, note) for note in found[:most]),
        has_more=len(found) > most,
    )


def _line(matter: Matter, note: Note) -> NoteLine:
    return NoteLine(
        note_id=note.pk,
        pieces=matter.pieces_of(note.text),
        writer=note.writer,  # type: ignore[attr-defined]
        written_at=note.written_at,
        case_id=note.case_id if note.case_id != matter.case.pk else None,
    )
