"""The place of an import that goes on: begun, moved on with every batch, forgotten at the end. Knows no file format."""

from collections.abc import Callable
from dataclasses import dataclass, field

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Scope
from moderation.domain.refusals import Stale
from moderation.models import ImportRun
from moderation.permissions import require


@dataclass(frozen=True, slots=True)
class Place:
    """How far an import has come, and what it has written beside: see ImportRun."""

    bytes: int = 0
    digest: str = ""
    lines: int = 0
    skip: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    refused_bytes: int = 0
    sentence_bytes: int = 0


@whole
def begin_import(key: str, *, actor: Actor, refused_file: str = "", afresh: bool = False) -> ImportRun:
    """The run of this key as it was left, or a new one; always a new one when `afresh`."""
    require(actor, Scope.MESSAGES_WRITE)

    if afresh:
        ImportRun.objects.filter(key=key).delete()
    run, is_new = ImportRun.objects.get_or_create(key=key, defaults={"refused_file": refused_file})

    audit.record("import.begun", actor=actor, target=run, again=not is_new, lines=run.lines)
    return run


@whole
def keep_place(run: ImportRun, *, actor: Actor, along: Callable[[], None]) -> None:
    """Move on over lines that held nothing to store; `along` says where to, by `move_on`."""
    require(actor, Scope.MESSAGES_WRITE)

    along()


@whole
def end_import(run: ImportRun, *, actor: Actor) -> None:
    """Everything is in: the same file is read from its beginning next time."""
    require(actor, Scope.MESSAGES_WRITE)

    ImportRun.objects.filter(pk=run.pk).delete()

    audit.record("import.ended", actor=actor, target=run, **run.counts)


def move_on(run: ImportRun, place: Place) -> None:
    """To be called within the transaction that stores what lies before the place. Raises Stale when somebody else has
    moved the run meanwhile; the row of `run` itself changes only with the transaction, the object at once."""
    values = {name: getattr(place, name) for name in Place.__slots__}
    moved = ImportRun.objects.filter(pk=run.pk, turn=run.turn).update(turn=run.turn + 1, **values)
    if not moved:
        raise Stale("Another import of the same file is under way: let it come to its end.")
