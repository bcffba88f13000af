"""Keeping what somebody wrote to the six questions: the one way into that table. Not operations.

The caller holds the account's lock.
"""

from datetime import datetime
from typing import Any

from moderation.domain.questions_asked import Answers
from moderation.models import Account, CheckIn, Reflection, Sanction


def keep(about: Sanction | CheckIn, account: Account, answers: Answers, *, now: datetime, hand_in: bool) -> Reflection:
    """Write the answers down. What has been handed in stays as it is, whatever comes later."""
    reflection = Reflection.objects.filter(**of(about)).first() or Reflection(account=account, **of(about))
    if reflection.handed_in_at is None:
        reflection.answers = list(answers)
        reflection.saved_at = now
        reflection.handed_in_at = now if hand_in else None
        reflection.save()
    return reflection


def of(about: Sanction | CheckIn) -> dict[str, Any]:
    return {"sanction" if isinstance(about, Sanction) else "check_in": about}
