"""Reading more of a conversation than its evidence needs a reason, and is on record."""

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, Refused
from moderation.domain.vocabulary import Reason, Side
from moderation.models import Case
from moderation.operations.readings import LONGEST_REASON, More, read_more
from moderation.queries.surroundings import MOST_ASKED
from tests import making

pytestmark = pytest.mark.django_db


def first_of(case: Case) -> int:
    return case.evidence.get().message_id


def test_a_message_of_another_conversation_is_missing() -> None:
    case, other = making.case(), making.case()
    more = More(first_of(other), Side.BEFORE, Reason.CONTEXT)
    with pytest.raises(Missing):
        read_more(case.pk, actor=making.moderator(), more=more)
    with pytest.raises(Missing):
        read_more(making.NOBODYS_ID, actor=making.moderator(), more=more)
    assert not AuditEntry.objects.filter(verb="case.more_read").exists()


def test_a_machine_reads_nothing() -> None:
    case, (key, _) = making.case(), making.api_key()
    with pytest.raises(NotPermitted):
        read_more(case.pk, actor=key, more=More(first_of(case), Side.BEFORE, Reason.CONTEXT))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (" ", "Say in a few words"),
        ("x" * (LONGEST_REASON + 1), "shorten it"),
        (f"is {making.PHONE} hers?", "say it without"),
        ("who is sam@mail.example", "say it without"),
    ],
)
def test_another_reason_has_to_be_told_without_what_must_not_be_kept(words: str, says: str) -> None:
    case = making.case()
    with pytest.raises(Refused, match=says):
        read_more(case.pk, actor=making.moderator(), more=More(first_of(case), Side.AFTER, Reason.OTHER, words))


def test_there_is_an_end_to_reading_more() -> None:
    case, person = making.case(), making.moderator()
    more = More(first_of(case), Side.AFTER, Reason.PATTERN)
    for _ in range(MOST_ASKED):
        read_more(case.pk, actor=person, more=more)
    with pytest.raises(Refused, match="1,000 more messages"):
        read_more(case.pk, actor=person, more=more)
    read_more(case.pk, actor=making.moderator(), more=more)


def test_what_is_read_and_why_is_on_record() -> None:
    case, person = making.case(), making.auditor()
    read_more(case.pk, actor=person, more=More(first_of(case), Side.BEFORE, Reason.OTHER, " quality \n review "))

    entry = AuditEntry.objects.get(verb="case.more_read")
    assert (entry.actor_id, entry.target_id) == (person.pk, str(case.pk))
    assert entry.details == {
        "message": first_of(case), "where": "before", "count": 25, "reason": "other", "words": "quality review",
    }  # fmt: skip
