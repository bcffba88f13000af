"""Where a report or a referral belongs: what two of them have to share so that they open one case between them.

Not operations: the caller holds the transaction and, where there is a conversation, the lock on its row.
"""

from collections.abc import Sequence

from django.db import connection

from moderation.domain.refusals import Refused
from moderation.models import Account, Conversation, Message

_ABOUT_ACCOUNT = 1_742_113_001  # any number that no other advisory lock here uses


def lock_matter(conversation: Conversation | None, subject: Account) -> None:
    """Without a conversation, whose row is locked already, two reports about one account must still open one case.

    An advisory lock, because everyone else locks the case before its accounts: a lock on the row of the account
    could wait for a decision that waits for it.
    """
    if conversation is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [_ABOUT_ACCOUNT, subject.pk])


def check_belonging(messages: Sequence[Message], conversation: Conversation | None) -> None:
    """Raise Refused when messages are of another conversation than the one that is meant."""
    strays = [m.ext_id for m in messages if conversation is None or m.conversation_id != conversation.pk]
    if strays:
        raise Refused(f"These messages are not of the conversation named: {', '.join(strays[:5])}.")
