"""How intake writes its rows: sets at a time, in an order that lets concurrent batches overlap.

Not operations: the caller holds the transaction and has sifted out what cannot be stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import connection

from accounts.encryption import opened, sealed
from moderation.domain.told import ToldAccount, ToldMessage
from moderation.domain.vocabulary import Room
from moderation.models import Account, Conversation, MessageEdit
from moderation.operations.account_history import keep_changes


@dataclass(slots=True)
class Stored:
    """What became of a batch; `conflicts` are places in the sequence of messages that was given."""

    accepted: int = 0
    edited: int = 0
    described: int = 0
    first_id: int = 0
    conflicts: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Ensured:
    """The ids of rows by the platform's ids, and how many of the rows are new."""

    ids: dict[str, int]
    created: int


@dataclass(frozen=True, slots=True)
class _Conversation:
    id: int
    room: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A told message with the ids of our rows."""

    told: ToldMessage
    conversation_id: int
    sender_id: int


def store(messages: Sequence[ToldMessage], accounts: Sequence[ToldAccount]) -> Stored:
    """Write new rows first, in the order of their keys; then change rows that stand, in the order of their ids."""
    rooms = {told.conversation: told.room for told in messages}
    conversations = _ensure_conversations(rooms)
    account_ids = ensure_accounts([*(told.sender for told in messages), *(told.id for told in accounts)]).ids
    rows = [_Row(told, conversations[told.conversation].id, account_ids[told.sender]) for told in messages]
    firsts: dict[str, int] = {}
    for place, row in enumerate(rows):
        firsts.setdefault(row.told.id, place)
    inserted = _insert([rows[place] for place in firsts.values()])
    _join([row for row in rows if row.told.id in inserted])

    stored = Stored(accepted=len(inserted), first_id=min(inserted.values(), default=0))
    later = [p for p, row in enumerate(rows) if firsts[row.told.id] != p or row.told.id not in inserted]
    if later:
        _revise({place: rows[place] for place in later}, stored)
    _correct_rooms(conversations, rooms)
    stored.described = describe(accounts)
    return stored


def ensure_accounts(ext_ids: Iterable[str]) -> Ensured:
    """The accounts, those nobody has mentioned before made with unknown role and age."""
    wanted = set(ext_ids)
    known = _account_ids(wanted)
    missing = sorted(wanted - known.keys())
    if missing:
        columns, values = _unknown_account()
        query = _ACCOUNTS.format(columns=", ".join(columns), values=", ".join(["%s"] * len(columns)))
        with connection.cursor() as cursor:
            cursor.execute(query, [*values, missing])
        known |= _account_ids(missing)
    return Ensured(known, len(missing))


_ACCOUNTS = """
INSERT INTO moderation_account (ext_id, {columns})
SELECT ext_id, {values} FROM unnest(%s::text[]) AS told(ext_id)
ON CONFLICT (ext_id) DO NOTHING
"""


@cache
def _unknown_account() -> tuple[list[str], list[Any]]:
    """Columns and values of an account of which nothing but the platform's id is known, as the model has them."""
    nobody = Account()
    given = [
        one for one in Account._meta.concrete_fields if one.name not in {"id", "ext_id"} and not one.has_db_default()
    ]
    return [str(one.column) for one in given], [
        one.get_db_prep_save(getattr(nobody, one.attname), connection) for one in given
    ]


def _account_ids(ext_ids: Iterable[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ext_id, id FROM moderation_account WHERE ext_id = ANY(%s)", [list(ext_ids)])
        return dict(cursor.fetchall())


def describe(told: Sequence[ToldAccount]) -> int:
    """Bring accounts that exist up to date; answers how many differed from what was known."""
    if not told:
        return 0
    standing = Account.objects.filter(ext_id__in=[t.id for t in told]).order_by("pk").select_for_update(no_key=True)
    before = {account.ext_id: account for account in standing}
    changed = [t for t in told if any(getattr(before[t.id], name) != value for name, value in _columns(t).items())]
    if changed:
        keep_changes((before[t.id], _columns(t)) for t in changed)
        Account.objects.bulk_create(
            [Account(ext_id=t.id, **_columns(t)) for t in changed],
            update_conflicts=True,
            unique_fields=["ext_id"],
            update_fields=list(_columns(changed[0])),
        )
    return len(changed)


def _columns(told: ToldAccount) -> dict[str, Any]:
    return {
        "username": told.username,
        "role": told.role,
        "age_group": told.age_group,
        "status": told.status,
        "badges": list(told.badges),
        "person": told.person,
        "joined_at": told.joined_at,
    }


def _ensure_conversations(rooms: dict[str, Room]) -> dict[str, _Conversation]:
    known = _conversations(rooms)
    missing = sorted(rooms.keys() - known.keys())
    if missing:
        with connection.cursor() as cursor:
            cursor.execute(_CONVERSATIONS, [missing, [rooms[ext_id].value for ext_id in missing]])
        known |= _conversations(missing)
    return known


_CONVERSATIONS = """
INSERT INTO moderation_conversation (ext_id, room)
SELECT * FROM unnest(%s::text[], %s::text[])
ON CONFLICT (ext_id) DO NOTHING
"""


def _conversations(ext_ids: Iterable[str]) -> dict[str, _Conversation]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ext_id, id, room FROM moderation_conversation WHERE ext_id = ANY(%s)", [list(ext_ids)])
        return {ext_id: _Conversation(pk, room) for ext_id, pk, room in cursor.fetchall()}


def _correct_rooms(known: dict[str, _Conversation], rooms: dict[str, Room]) -> None:
    """A conversation that a report mentioned before any message of it came was taken for a one-to-one."""
    wrong = [conversation.id for ext_id, conversation in known.items() if conversation.room != rooms[ext_id]]
    if not wrong:
        return
    locked = list(Conversation.objects.filter(pk__in=wrong).order_by("pk").select_for_update(no_key=True))
    for conversation in locked:
        conversation.room = rooms[conversation.ext_id]
    Conversation.objects.bulk_update(locked, ["room"])


# The ids are drawn in the order of the batch, so that two messages of the same second keep their order; the rows are
# written in the order of their keys, so that two batches that share messages wait for each other in one direction.
_INSERT = """
INSERT INTO moderation_message (id, ext_id, conversation_id, sender_id, sent_at, text, engine)
SELECT * FROM (
    SELECT nextval('moderation_message_id_seq'), told.*, ''
    FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[]) AS told(ext_id, c, s, at, text)
) AS numbered
ORDER BY numbered.ext_id
ON CONFLICT (ext_id) DO NOTHING
RETURNING ext_id, id
"""


def _insert(rows: Sequence[_Row]) -> dict[str, int]:
    """The ids of the messages that are new."""
    if not rows:
        return {}
    columns = (
        [row.told.id for row in rows],
        [row.conversation_id for row in rows],
        [row.sender_id for row in rows],
        [row.told.sent_at for row in rows],
        [sealed(row.told.text) for row in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, columns)
        return dict(cursor.fetchall())


_JOIN = """
INSERT INTO moderation_participant (conversation_id, account_id)
SELECT * FROM unnest(%s::bigint[], %s::bigint[])
ON CONFLICT (conversation_id, account_id) DO NOTHING
"""


def _join(rows: Sequence[_Row]) -> None:
    pairs = sorted({(row.conversation_id, row.sender_id) for row in rows})
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(_JOIN, tuple(map(list, zip(*pairs, strict=True))))


_STANDING = "SELECT ext_id, id, conversation_id, sender_id, text FROM moderation_message WHERE ext_id = ANY(%s)"
_LOCKED = (
    "SELECT ext_id, id, conversation_id, sender_id, text FROM moderation_message"
    " WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
)


@dataclass(slots=True)
class _Standing:
    """A message that is here, as it reads now."""

    id: int
    conversation_id: int
    sender_id: int
    text: str
    earlier: list[str] = field(default_factory=list)

    def differs(self, row: _Row) -> bool:
        told = (row.conversation_id, row.sender_id, row.told.text)
        return (self.conversation_id, self.sender_id, self.text) != told


def _revise(again: dict[int, _Row], stored: Stored) -> None:
    """Compare messages whose ids are here already with what is here: nothing new, an edit, or a conflict."""
    standing = _differing(list(again.values()))
    for place, row in again.items():
        message = standing.get(row.told.id)
        if message is None:
            continue
        if (message.conversation_id, message.sender_id) != (row.conversation_id, row.sender_id):
            stored.conflicts.add(place)
        elif message.text != row.told.text:
            message.earlier.append(message.text)
            message.text = row.told.text
            stored.edited += 1
    _rewrite([message for message in standing.values() if message.earlier])


def _differing(rows: Sequence[_Row]) -> dict[str, _Standing]:
    """Those messages that read otherwise than any of the rows says, locked. Compared here and not by the database,
    which cannot read them."""
    found = _read(_STANDING, list({row.told.id for row in rows}))
    differing = {found[row.told.id].id for row in rows if row.told.id in found and found[row.told.id].differs(row)}
    return _read(_LOCKED, sorted(differing)) if differing else {}


def _read(query: str, wanted: list[str] | list[int]) -> dict[str, _Standing]:
    with connection.cursor() as cursor:
        cursor.execute(query, [wanted])
        rows = cursor.fetchall()
    return {name: _Standing(pk, conversation, sender, opened(text)) for name, pk, conversation, sender, text in rows}


# `received_at` moves with the text: it is when the text that stands now came in, from which the backlog is measured.
_REWRITE = """
UPDATE moderation_message AS message
SET text = told.text, screened_at = NULL, engine = '', attempts = 0, received_at = statement_timestamp()
FROM unnest(%s::bigint[], %s::text[]) AS told(id, text)
WHERE message.id = told.id
"""


def _rewrite(edited: Sequence[_Standing]) -> None:
    if not edited:
        return
    MessageEdit.objects.bulk_create(
        [MessageEdit(message_id=message.id, text=text) for message in edited for text in message.earlier]
    )
    with connection.cursor() as cursor:
        cursor.execute(_REWRITE, ([message.id for message in edited], [sealed(message.text) for message in edited]))
