"""Looking for somebody by a contact, and at which accounts are one person's. Nothing changes but the record."""

from dataclasses import dataclass

import structlog
from django.conf import settings

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import prescreen
from moderation.domain.contacts import COMPARED, canonical
from moderation.domain.refusals import Missing, Refused
from moderation.domain.vocabulary import Ground, Kind
from moderation.models import Account
from moderation.operations.contacts import fingerprint, given_in
from moderation.permissions import require, require_fresh
from moderation.prescreen.media import known
from moderation.queries.person_links import LINKS_SEEN, PERSON_READ, Reach, reach_of
from moderation.queries.persons import known_fingerprints

log = structlog.get_logger(__name__)

LONGEST_CONTACT = 300


@dataclass(slots=True)
class ContactSearch:
    """What the record of such a search points at: nothing, for what was looked for stands nowhere."""

    pk: int = 0


@whole
def look_up_contact(typed: str, *, actor: Actor) -> frozenset[str]:
    """The fingerprints that a contact has in the cases, to find who gave it; on record, without the contact.

    Raises NotPermitted, and Refused for what cannot be read as a contact. The contact itself is kept nowhere.
    """
    require(actor, Capability.READ_CASES)

    text = typed.strip()
    if len(text) > LONGEST_CONTACT:
        raise Refused(f"That is longer than {LONGEST_CONTACT} characters: give the contact alone.")
    spellings = _spellings(text)
    if not spellings:
        raise Refused(
            "Haven cannot read this as a contact. Give it alone: a number with its country code, an address, or the"
            " name in an app as it was written, for example with its @."
        )

    found = known_fingerprints(map(fingerprint, spellings))

    audit.record("contact.looked_up", actor=actor, target=ContactSearch(), is_known=bool(found))
    return found


@whole
def record_page(account_id: int, *, actor: Actor) -> None:
    """Put on record that somebody reads the page of an account. Raises Missing or NotPermitted."""
    account = Account.objects.filter(pk=account_id).first() if account_id < 2**63 else None
    if account is None:
        raise Missing("There is no such account.")

    require(actor, Capability.READ_CASES)

    audit.record(PERSON_READ, actor=actor, target=account)


@whole
def look_at_links(account_id: int, *, actor: Actor) -> Reach:
    """Put on record that somebody learns whether, or which, other accounts are the same person's; call it first.

    Raises Missing for an unknown account, and for whoever may not know it: both look the same.
    """
    account = Account.objects.filter(pk=account_id).first() if account_id < 2**63 else None
    if account is None:
        raise Missing("There is nothing at this address.")

    reach = reach_of(account, viewer=actor)
    if reach is Reach.NOTHING:
        raise Missing("There is nothing at this address.")
    if reach is Reach.NAMES:
        require_fresh(actor)

    audit.record(LINKS_SEEN, actor=actor, target=account, named=reach is Reach.NAMES)
    return reach


def _spellings(text: str) -> frozenset[str]:
    """As screening would read it in a message, and as the words speak for themselves in every kind of contact; a bare
    name in every medium, because cases know it with its medium."""
    plain = {canonical(Ground.CONTACT_SHARED, kind, text) for kind in COMPARED}
    handle = canonical(Ground.CONTACT_SHARED, Kind.SOCIAL_HANDLE, text)
    anywhere = {f"{medium}:{handle}" for medium in known(settings.HAVEN_PRIVATE_TERMS).platforms} if handle else set()
    return frozenset(plain | anywhere | _read(text)) - {""}


def _read(text: str) -> set[str]:
    told = prescreen.Message("1", "1", text)
    options = prescreen.Options(own_domains=tuple(settings.HAVEN_OWN_DOMAINS))
    try:
        found = prescreen.screen(prescreen.Conversation("search", "", (), (told,)), options=options)
    except Exception as error:  # whatever a detector raises, the words still speak for themselves
        log.warning("typed_contact_raised", error=type(error).__name__)
        return set()
    return {given.contact for given in given_in(found, {"1": text})}
