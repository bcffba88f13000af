"""Messages that a benchmark finds in the database: screened ones of a year, as long as sealed texts are.

Written past the checks of foreign keys, which hold by construction, with the indexes built afterwards, as a restore
does: fifty million rows in minutes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_A_CONVERSATION = 50  # messages of two who take turns
_AT_ONCE = 1_000_000
_TEXT = "I think it got worse after the move, because nobody here knows me and the evenings are so long."

_ACCOUNTS = """
INSERT INTO moderation_account
    (ext_id, role, age_group, status, username, badges, person, suspended, badges_held, badges_removed)
SELECT 'old.' || at, 'member', 'adult', 'active', '', '{}', '', false, '{}', '{}'
FROM generate_series(0, %s - 1) AS at
"""
_CONVERSATIONS = """
INSERT INTO moderation_conversation (ext_id, room)
SELECT 'old.' || at, 'one_to_one' FROM generate_series(0, %s - 1) AS at
"""
_MESSAGES = """
INSERT INTO moderation_message
    (ext_id, conversation_id, sender_id, sent_at, received_at, text, screened_at, engine)
SELECT 'old.' || at, %(conversation)s + talk, %(account)s + 2 * talk + at %% 2, sent, sent, %(text)s, sent, 'old'
FROM generate_series(%(first)s, %(last)s) AS at,
    LATERAL (SELECT at / %(each)s AS talk) AS one,
    LATERAL (SELECT now() - interval '366 days' + make_interval(secs => at * 31e6 / %(messages)s) AS sent) AS clock
"""
_TABLES = ("moderation_account", "moderation_conversation", "moderation_message")


def store(messages: int) -> None:
    """Into empty tables; then everything is vacuumed and counted, as the machine would have it by itself."""
    from django.db import connection

    from accounts.encryption import sealed

    conversations = -(-messages // _A_CONVERSATION)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        with _without_indexes(cursor):
            cursor.execute(_ACCOUNTS, [2 * conversations])
            cursor.execute(_CONVERSATIONS, [conversations])
            told: dict[str, str | int] = {"text": sealed(_TEXT), "each": _A_CONVERSATION, "messages": messages}
            told |= {"account": _first(cursor, "account"), "conversation": _first(cursor, "conversation")}
            for first in range(0, messages, _AT_ONCE):
                cursor.execute(_MESSAGES, told | {"first": first, "last": min(first + _AT_ONCE, messages) - 1})
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute(f"VACUUM ANALYZE {', '.join(_TABLES)}")
        cursor.execute("CHECKPOINT")


def bytes_a_message() -> float:
    """What is stored takes on disk, with its conversations, accounts and all indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        sizes = " + ".join(f"pg_total_relation_size('{table}')" for table in _TABLES)
        cursor.execute(f"SELECT ({sizes})::float / count(*) FROM moderation_message")
        return float(cursor.fetchone()[0])


@contextmanager
def _without_indexes(cursor: Any) -> Iterator[None]:
    cursor.execute(
        "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = ANY (%s::regclass[])",
        [list(_TABLES)],
    )
    yield
    for table in _TABLES:
        cursor.execute(f"REINDEX TABLE {table}")


def _first(cursor: Any, kind: str) -> int:
    cursor.execute(f"SELECT min(id) FROM moderation_{kind}")
    return int(cursor.fetchone()[0])
