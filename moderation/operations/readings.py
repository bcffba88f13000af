"""Looking at what is private. Nothing changes but the record: who looked at what, and when."""

from dataclasses import dataclass

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.masking import readings
from moderation.domain.refusals import Missing, Refused
from moderation.domain.vocabulary import Reason, Side
from moderation.models import Case, Message, clock
from moderation.models.prepared import Prepared, Slot
from moderation.permissions import require, require_sight
from moderation.queries.surroundings import MORE, MORE_READ, MOST_ASKED, REVEALED, asked_for

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class More:
    """More of a conversation: what lies on one side of a message, and why it is wanted. `words` with OTHER only."""

    message_id: int
    side: Side
    reason: Reason
    words: str = ""


@whole
def record_reading(case_id: int, *, actor: Actor) -> None:
    """Put on record that somebody reads the conversation of a case. Raises Missing or NotPermitted."""
    case = _find(case_id, actor)

    require(actor, Capability.READ_CASES)

    audit.record("case.read", actor=actor, target=case)


@whole
def reveal_contacts(case_id: int, *, actor: Actor) -> None:
    """Put on record that somebody sees the contacts of a case unmasked; call it before showing them."""
    case = _find(case_id, actor)

    require(actor, Capability.WORK_CASES)

    findings = list(case.findings.order_by("pk").values_list("pk", flat=True))

    audit.record(REVEALED, actor=actor, target=case, findings=findings)


@whole
def read_more(case_id: int, *, actor: Actor, more: More) -> None:
    """Put on record that somebody reads more of the conversation, and why; for some hours the page then shows it.

    Raises Missing, NotPermitted, and Refused without a reason or when so much has been read that reason has run out.
    """
    case = _find(case_id, actor)
    now = clock.now()

    require(actor, Capability.READ_CASES)

    of_case = Message.objects.filter(conversation__cases=case)
    if not of_case.filter(pk=more.message_id).exists():
        raise Missing("There is no such message in this case.")
    words = " ".join(more.words.split()) if more.reason is Reason.OTHER else ""
    _check_words(more.reason, words)
    if len(asked_for(case, viewer=actor, now=now)) >= MOST_ASKED:
        raise Refused(
            f"You have read {MOST_ASKED * MORE:,} more messages of this conversation lately. That is the most."
        )

    audit.record(
        MORE_READ,
        actor=actor,
        target=case,
        message=more.message_id,
        where=more.side.value,
        count=MORE,
        reason=more.reason.value,
        words=words,
    )


def _check_words(reason: Reason, words: str) -> None:
    """The record can never be changed: nothing may get into it that has to be deleted some day."""
    if reason is Reason.OTHER and not words:
        raise Refused("Say in a few words why you need to read more: the reason stays on the record.")
    if len(words) > LONGEST_REASON:
        raise Refused(f"The reason is longer than {LONGEST_REASON} characters: shorten it.")
    if any(readings(words)):
        raise Refused("The reason seems to hold a contact, and the record keeps it for ever: say it without.")


_CASE = Prepared(lambda: Case.objects.filter(pk=Slot("case")).only("pk", "ground", "teen"))


def _find(case_id: int, actor: Actor) -> Case:
    return require_sight(actor, _CASE.first(case=case_id))
