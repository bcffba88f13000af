"""What the pages behind a link show: a person's own matter and nothing else. Must not know HTTP."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from moderation.domain.questions_asked import LONGEST_ANSWER, NO_ANSWERS, SIX_QUESTIONS
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import CheckInState, SanctionKind, SanctionState
from moderation.models import CheckIn, Reflection, Sanction, clock


@dataclass(frozen=True, slots=True)
class QuestionShown:
    number: int
    question: str
    answer: str
    longest: int = LONGEST_ANSWER


@dataclass(frozen=True, slots=True)
class HostedPage:
    """`is_over`: handed in, or not needed any more; nothing that was written is shown again then."""

    is_check_in: bool
    questions: tuple[QuestionShown, ...]
    saved_at: datetime | None  # of a draft
    is_handed_in: bool
    is_needless: bool = False
    holds: bool = False  # a suspension waits for it
    holds_until: datetime | None = None  # it does not end before this time either; None: its time is over

    @property
    def is_over(self) -> bool:
        return self.is_handed_in or self.is_needless

    def with_texts(self, texts: Iterable[str]) -> "HostedPage":
        """The page with what somebody has just written instead of what is kept."""
        return replace(self, questions=_questions(texts))


def hosted_questions_page(sanction_id: int) -> HostedPage:
    """Raises Missing when there is no education notice of that number, or it never came into force."""
    given = Sanction.objects.filter(kind=SanctionKind.EDUCATION_NOTICE).filter(
        state__in=[SanctionState.IN_FORCE, SanctionState.ENDED]
    )
    if not given.filter(pk=sanction_id).exists():
        raise Missing("There is nothing to answer here any more.")
    return _page(Reflection.objects.filter(sanction=sanction_id).first(), is_check_in=False)


def hosted_check_in_page(check_in_id: int) -> HostedPage:
    """Raises Missing when there is no such check-in."""
    check_in = CheckIn.objects.select_related("sanction").filter(pk=check_in_id).first()
    if check_in is None:
        raise Missing("There is no such check-in.")
    page = _page(Reflection.objects.filter(check_in=check_in_id).first(), is_check_in=True)
    sanction, state = check_in.sanction, check_in.state
    is_gone = sanction is not None and sanction.state != SanctionState.IN_FORCE
    return replace(
        page,
        is_handed_in=state == CheckInState.ANSWERED,
        is_needless=state in (CheckInState.WAIVED, CheckInState.DROPPED) or (state == CheckInState.WAITING and is_gone),
        holds=sanction is not None and not is_gone,
        holds_until=_time_left(sanction),
    )


def _time_left(sanction: Sanction | None) -> datetime | None:
    ends_at = sanction.ends_at if sanction and sanction.state == SanctionState.IN_FORCE else None
    return ends_at if ends_at and ends_at > clock.now() else None


def _page(kept: Reflection | None, *, is_check_in: bool) -> HostedPage:
    is_handed_in = kept is not None and kept.handed_in_at is not None
    return HostedPage(
        is_check_in=is_check_in,
        questions=_questions(kept.answers if kept and not is_handed_in else NO_ANSWERS),
        saved_at=kept.saved_at if kept else None,
        is_handed_in=is_handed_in,
    )


def _questions(texts: Iterable[str]) -> tuple[QuestionShown, ...]:
    pairs = zip(SIX_QUESTIONS, texts, strict=True)
    return tuple(QuestionShown(number, question, text) for number, (question, text) in enumerate(pairs, start=1))
