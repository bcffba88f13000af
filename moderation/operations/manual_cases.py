"""Opening a case by hand, from a conversation or an account that somebody on staff has come across."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Ground
from moderation.models import Account, Case, Conversation, Message, PolicyVersion, Referral, clock
from moderation.operations import opening
from moderation.operations.matters import check_belonging, lock_matter
from moderation.permissions import require, staff_of

MOST_MESSAGES = 50
MOST_PEOPLE = 50  # of a conversation who are named in its case
LONGEST = 4000  # characters of a reason


@dataclass(frozen=True, slots=True)
class Referred:
    """What somebody wants looked at. Conversation and messages go by the platform's ids, the account by its id or
    its user name. `key` is made with the form, so that sending the form twice opens one case and counts once."""

    key: UUID
    ground: Ground
    reason: str
    conversation: str = ""
    account: str = ""
    messages: Sequence[str] = ()

    def check(self) -> None:
        """Raise Refused when something is lacking, whatever there is on the platform."""
        if not (self.conversation or self.account or self.messages):
            raise Refused("Name the conversation or the account that the case is about.")
        if not self.reason.strip():
            raise Refused("Say why you open this case: whoever decides it has only your word to go by.")
        if len(self.reason) > LONGEST:
            raise Refused(f"The reason is longer than {LONGEST} characters: shorten it.")
        if len(self.messages) > MOST_MESSAGES:
            raise Refused(f"Name at most {MOST_MESSAGES} messages: the conversation around them is shown anyway.")


@dataclass(frozen=True, slots=True)
class Opened:
    case: Case
    is_new: bool  # otherwise it joined the case that was open


@dataclass(frozen=True, slots=True)
class _Found:
    """What was named, as rows."""

    conversation: Conversation | None
    account: Account | None
    messages: Sequence[Message]
    people: Sequence[Account]  # who has written in the conversation

    @property
    def actors(self) -> Sequence[Account]:
        """Whom it is about: the account that was named, otherwise who wrote the messages that were."""
        if self.account is not None:
            return [self.account]
        return list({message.sender_id: message.sender for message in self.messages}.values())

    @property
    def subject(self) -> Account:
        return (*self.actors, *self.people)[0]


@whole
def open_case(referred: Referred, *, actor: Actor) -> Opened:
    """Open a case, or join the one that is open already, as a report would. The same key again changes nothing.

    Raises NotPermitted; Refused, with a sentence, when what was named is unknown, ambiguous, or does not belong
    together.
    """
    conversation = _conversation(referred)

    require(actor, Capability.WORK_CASES)

    referred.check()
    found = _find(referred, conversation)
    lock_matter(found.conversation, found.subject)
    before = Referral.objects.filter(key=referred.key).select_related("case").first()
    if before is not None:
        return Opened(_same(before, actor), is_new=False)

    matter = opening.Matter(found.conversation, found.subject, PolicyVersion.objects.in_force(), clock.now())
    case, is_new = opening.open_or_find(matter)
    referral = Referral.objects.create(
        key=referred.key,
        case=case,
        account=found.account,
        ground=referred.ground,
        reason=referred.reason.strip(),
        message_ids=[message.pk for message in found.messages],
        made_by=staff_of(actor),
    )
    opening.add_parties(case, actors=found.actors, others=found.people)
    opening.keep_evidence(case, found.messages)
    opening.assess(case, matter, is_new=is_new)

    audit.record("case.opened_by_hand", actor=actor, target=referral, case=case.pk, ground=referred.ground)
    return Opened(case, is_new)


def _conversation(referred: Referred) -> Conversation | None:
    """The conversation that is named, or else that of the first message; locked, so that screening, reports and
    people open one case between them."""
    if referred.conversation:
        named = Conversation.objects.filter(ext_id=referred.conversation)
    else:
        named = Conversation.objects.filter(message__ext_id__in=referred.messages[:1])
    found = named.values_list("pk", flat=True).first()
    return Conversation.objects.select_for_update(no_key=True).get(pk=found) if found else None


def _find(referred: Referred, conversation: Conversation | None) -> _Found:
    if referred.conversation and conversation is None:
        raise Refused(f"No conversation with the id “{referred.conversation}” has arrived from the platform.")
    messages = _messages(referred.messages)
    check_belonging(messages, conversation)
    people = list(conversation.accounts.order_by("pk")[:MOST_PEOPLE]) if conversation else []
    account = _account(referred.account) if referred.account else None
    if conversation is not None and not people:
        raise Refused("No message of this conversation has arrived yet: open the case from the account instead.")
    if account and conversation and not conversation.accounts.filter(pk=account.pk).exists():
        raise Refused(f"{account.display_name} has written nothing in this conversation.")
    return _Found(conversation, account, messages, people)


def _messages(ext_ids: Sequence[str]) -> Sequence[Message]:
    found = list(Message.objects.filter(ext_id__in=ext_ids).select_related("sender").order_by("sent_at", "pk"))
    unknown = [ext_id for ext_id in ext_ids if ext_id not in {message.ext_id for message in found}]
    if unknown:
        raise Refused(f"No message with this id has arrived from the platform: {', '.join(unknown[:5])}.")
    return found


def _account(name: str) -> Account:
    """By the platform's id, which is unique, and otherwise by the user name, which need not be."""
    found = Account.objects.filter(ext_id=name).first()
    if found is not None:
        return found
    called = list(Account.objects.filter(username=name)[:2])
    if not called:
        raise Refused(f"No account has the id or the user name “{name}”. Capital letters count.")
    if len(called) > 1:
        raise Refused(f"More than one account is called “{name}”: name the one you mean by its id on the platform.")
    return called[0]


def _same(before: Referral, actor: Actor) -> Case:
    if before.made_by_id != actor.actor_id:
        raise Refused("This form has been used for another case. Reload the page.")
    return before.case
