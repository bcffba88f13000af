"""Links to pages that need no account: what a token says is signed, and its time runs out.

A token names one row for one purpose. Whoever holds it is taken for the person it was sent to, so a page behind it
shows and takes no more than that person's own matter.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.actors import System
from moderation.domain.refusals import Missing

_SALT = "moderation.hosted_links"
LONGEST = 200  # characters


HOLDER = System(actor_name="The user, by a link")  # whoever opens one, as the record names them


class Purpose(StrEnum):
    APPEAL = "appeal"  # of a sanction
    QUESTIONS = "questions"  # the six of an education notice
    CHECK_IN = "check_in"  # one that is due


def link_to(purpose: Purpose, row_id: int, *, until: datetime) -> str:
    """The whole address of the page `hosted_<purpose>`; its token is good until then."""
    said = {"p": purpose.value, "i": row_id, "u": int(until.timestamp())}
    token = signing.dumps(said, salt=_SALT)
    return settings.PUBLIC_URL + reverse(f"hosted_{purpose.value}", args=[token])


def read_token(token: str, purpose: Purpose, *, now: datetime) -> int:
    """The id of the row that the link is about. Raises Missing for anything forged, of another purpose, or run out."""
    try:
        said = signing.loads(token, salt=_SALT) if len(token) <= LONGEST else {}
    except signing.BadSignature:
        said = {}
    if not isinstance(said, Mapping) or said.get("p") != purpose.value or said.get("u", 0) < now.timestamp():
        raise Missing("This link is not valid any more, or it is not whole: copy all of it from the message you got.")
    row_id: int = said["i"]
    return row_id
