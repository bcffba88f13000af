"""What people wrote to the six questions, for the few who may read it. Must not know HTTP."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.questions_asked import SIX_QUESTIONS
from moderation.models import Reflection
from moderation.permissions import about_cases_of, is_narrowed, require
from moderation.queries.check_ins import occasion_of
from moderation.queries.places import beyond, place, place_from
from moderation.queries.transcripts import words_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class HandedInRow:
    reflection_id: int
    account: str
    words: str
    is_teen: bool
    occasion: str
    handed_in_at: datetime
    is_empty: bool  # handed in, with nothing written


@dataclass(frozen=True, slots=True)
class HandedInPage:
    rows: tuple[HandedInRow, ...]
    following: str  # the place where the next page begins; empty: there is none


@dataclass(frozen=True, slots=True)
class AnswersPage:
    """One person's answers. Its making is a look that somebody has recorded."""

    reflection_id: int
    account: str
    words: str
    is_teen: bool
    occasion: str
    case_id: int | None
    handed_in_at: datetime | None
    answers: tuple[tuple[str, str], ...]  # question and answer; an empty answer is none


def handed_in_page(*, viewer: Actor, after: str = "") -> HandedInPage:
    """The newest first, without a word of what was written: one query. Raises NotPermitted."""
    require(viewer, Capability.READ_ANSWERS)
    known = Reflection.objects.filter(_seen(viewer), handed_in_at__isnull=False).select_related("account")
    known = known.order_by("-handed_in_at", "-pk")
    at = place_from(after)
    if at:
        known = known.filter(beyond("moderation_reflection", "handed_in_at", "<", at))
    found = list(known[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    rows = tuple(map(_row, shown))
    return HandedInPage(rows, place(rows[-1].handed_in_at, rows[-1].reflection_id) if len(found) > PAGE_SIZE else "")


def answers_page(reflection: Reflection) -> AnswersPage:
    """Of a reflection that the operation which records the look has given out."""
    sanction = reflection.sanction or (reflection.check_in.sanction if reflection.check_in else None)
    return AnswersPage(
        reflection_id=reflection.pk,
        account=reflection.account.display_name,
        words=words_of(reflection.account),
        is_teen=reflection.account.is_teen,
        occasion=occasion_of(reflection),
        case_id=sanction.case_id if sanction else None,
        handed_in_at=reflection.handed_in_at,
        answers=tuple(zip(SIX_QUESTIONS, reflection.answers, strict=True)),
    )


def _seen(viewer: Actor) -> Q:
    """Those about cases that this person may see, and those that are about none."""
    if not is_narrowed(viewer):
        return Q()
    of_notice = Q(sanction=None) | about_cases_of(viewer, "sanction__case")
    of_check_in = Q(check_in__sanction=None) | about_cases_of(viewer, "check_in__sanction__case")
    return of_notice & of_check_in


def _row(reflection: Reflection) -> HandedInRow:
    assert reflection.handed_in_at is not None
    return HandedInRow(
        reflection_id=reflection.pk,
        account=reflection.account.display_name,
        words=words_of(reflection.account),
        is_teen=reflection.account.is_teen,
        occasion=occasion_of(reflection),
        handed_in_at=reflection.handed_in_at,
        is_empty=reflection.is_empty,
    )
