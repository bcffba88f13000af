"""The six questions of an education notice: a person writes to them behind a link, and few on staff read it.

Nothing here changes a sanction, an account or a case.
"""

from collections.abc import Iterable

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.questions_asked import clean_answers
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import SanctionKind, SanctionState
from moderation.models import Reflection, Sanction, clock
from moderation.operations import reflecting, standings
from moderation.permissions import require, require_sight_of

GIVEN = (SanctionState.IN_FORCE, SanctionState.ENDED)


@whole
def answer_questions(sanction_id: int, *, actor: Actor, texts: Iterable[str], hand_in: bool) -> Reflection:
    """Keep a draft, or hand the answers in; any may be empty. Once they are handed in they stay as they are.

    Raises Missing when there is no education notice to answer, Refused when an answer is too long.
    """
    sanction = _locked(sanction_id)
    now = clock.now()

    answers = clean_answers(texts)

    reflection = reflecting.keep(sanction, sanction.account, answers, now=now, hand_in=hand_in)

    if reflection.handed_in_at == now:
        audit.record("questions.answered", actor=actor, target=reflection, account=sanction.account_id)
    return reflection


@whole
def read_reflection(reflection_id: int, *, actor: Actor) -> Reflection:
    """What was handed in; every look is on record. A draft is its writer's alone, and Missing for everybody else.

    Raises NotPermitted, Missing.
    """
    require(actor, Capability.READ_ANSWERS)

    known = Reflection.objects.select_related("account", "sanction", "check_in__sanction")
    reflection = known.filter(pk=reflection_id, handed_in_at__isnull=False).first()
    if reflection is None:
        raise Missing("There are no such answers.")
    sanction = reflection.sanction or (reflection.check_in.sanction if reflection.check_in else None)
    if sanction is not None:
        require_sight_of(actor, sanction.case_id, what="answers")

    audit.record("answers.read", actor=actor, target=reflection, account=reflection.account_id)
    return reflection


def _locked(sanction_id: int) -> Sanction:
    """The notice, its account locked first, as everywhere."""
    wanted = Sanction.objects.filter(pk=sanction_id, kind=SanctionKind.EDUCATION_NOTICE, state__in=GIVEN)
    account_id = wanted.values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("There is nothing to answer here any more.")
    (account,) = standings.lock_accounts([account_id])
    sanction = wanted.get()
    sanction.account = account
    return sanction
