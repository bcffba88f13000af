"""What people say of the pre-screen's work: kept, shown, withdrawn; and nobody learns by trying what is hidden."""

from typing import Any

import pytest

from accounts import SYSTEM
from accounts.models import AuditEntry
from moderation.domain.refusals import Held, Missing, NotPermitted, Refused
from moderation.domain.vocabulary import Ground, Judgement, Reason, Side
from moderation.models import Case, Label, Message
from moderation.operations import labelling, screening
from moderation.operations.labelling import Missed, mark_missed, mark_wrong, withdraw_label
from moderation.operations.leases import claim_case
from moderation.operations.readings import More, read_more, reveal_contacts
from tests import making

pytestmark = pytest.mark.django_db


def said_in(case: Case, text: str) -> Message:
    assert case.conversation is not None
    return making.message(making.account(), text, within=case.conversation)


def missed(words: str, **given: Any) -> Missed:
    return Missed(**{"rule": Ground.CONTACT_REQUESTED, "words": words} | given)


def test_a_finding_of_another_case_is_missing() -> None:
    case, other = making.case(), making.case()
    with pytest.raises(Missing):
        mark_wrong(case.pk, other.findings.get().pk, actor=making.moderator())
    with pytest.raises(Missing):
        mark_wrong(making.NOBODYS_ID, other.findings.get().pk, actor=making.moderator())
    assert not Label.objects.exists()


@pytest.mark.parametrize("who", [making.auditor, lambda: making.api_key()[0], lambda: SYSTEM])
def test_only_people_who_work_cases_may_label(who: Any) -> None:
    case, actor = making.case(), who()
    with pytest.raises(NotPermitted):
        mark_wrong(case.pk, case.findings.get().pk, actor=actor)
    with pytest.raises(NotPermitted):
        mark_missed(case.pk, actor=actor, missed=missed("call me on"))
    assert not Label.objects.exists()


def test_a_case_that_somebody_else_is_at_is_left_alone() -> None:
    case, actor = making.case(), making.moderator()
    label = mark_wrong(case.pk, case.findings.get().pk, actor=actor)
    claim_case(case.pk, actor=making.moderator(name="Moderator 8"))
    with pytest.raises(Held, match="Moderator 8"):
        mark_wrong(case.pk, case.findings.get().pk, actor=actor)
    with pytest.raises(Held):
        mark_missed(case.pk, actor=actor, missed=missed("call me"))
    with pytest.raises(Held):
        withdraw_label(case.pk, label.pk, actor=actor)


def test_a_finding_is_wrong_once_whoever_says_it() -> None:
    case = making.case()
    finding = case.findings.get()
    first, again = (mark_wrong(case.pk, finding.pk, actor=making.moderator()) for _ in range(2))

    assert first == again
    assert (first.rule, first.engine, first.judgement) == (finding.rule, finding.engine, Judgement.WRONG)
    [entry] = AuditEntry.objects.filter(verb="label.given")
    assert entry.details == {"case": case.pk, "judgement": "wrong", "finding": finding.pk}


def test_a_label_of_another_case_cannot_be_withdrawn_here() -> None:
    case, other = making.case(), making.case()
    label = mark_wrong(other.pk, other.findings.get().pk, actor=making.moderator())
    with pytest.raises(Missing):
        withdraw_label(case.pk, label.pk, actor=making.moderator())


def test_what_was_withdrawn_stays_on_record_and_can_be_said_again() -> None:
    case, actor = making.case(), making.moderator()
    finding = case.findings.get()
    label = mark_wrong(case.pk, finding.pk, actor=actor)
    withdraw_label(case.pk, label.pk, actor=actor)
    withdraw_label(case.pk, label.pk, actor=actor)

    assert Label.objects.get().withdrawn_at is not None
    assert AuditEntry.objects.filter(verb="label.withdrawn").count() == 1
    assert mark_wrong(case.pk, finding.pk, actor=actor) != label


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"words": "  "}, "Quote the words"),
        ({"words": "x" * 3_000}, "2,000 characters"),
        ({"words": "never said"}, "not in the messages shown"),
        ({"words": "you know what", "rule": Ground.OTHER}, "four rules"),
        ({"words": "again"}, "several messages"),
    ],
)
def test_words_that_cannot_be_marked(given: dict[str, Any], says: str) -> None:
    case = making.case()
    said_in(case, "you know what, again")
    said_in(case, "and again")
    with pytest.raises(Refused, match=says):
        mark_missed(case.pk, actor=making.moderator(), missed=missed(**given))
    assert not Label.objects.exists()


def test_words_that_were_found_already_are_refused_unless_that_was_wrong() -> None:
    case, actor = making.case(ground=Ground.CONTACT_REQUESTED, text="what's your snap", contact="your snap"), None
    case.findings.update(kind="messaging_app", spans=[case.findings.get().spans[0] | {"kind": "messaging_app"}])
    actor = making.moderator()
    with pytest.raises(Refused, match="found these words already"):
        mark_missed(case.pk, actor=actor, missed=missed("your snap"))
    mark_wrong(case.pk, case.findings.get().pk, actor=actor)
    assert mark_missed(case.pk, actor=actor, missed=missed("your snap")).start == len("what's ")


HIDDEN = [making.PHONE, "+44 7700", "900142", "0", "77", "call me on +4"]


@pytest.mark.parametrize("words", HIDDEN)
def test_what_is_hidden_cannot_be_found_out_by_trying(words: str) -> None:
    """The answer to a right guess and to a wrong one is the same."""
    case, actor = making.case(), making.moderator()
    with pytest.raises(Refused) as right:
        mark_missed(case.pk, actor=actor, missed=missed(words))
    with pytest.raises(Refused) as wrong:
        mark_missed(case.pk, actor=actor, missed=missed("999999"))
    assert str(right.value) == str(wrong.value)
    assert words not in str(right.value)


def test_hidden_words_are_quoted_by_their_mask_or_after_they_were_revealed() -> None:
    case, actor = making.case(), making.moderator()
    text = case.evidence.get().text
    masked = mark_missed(case.pk, actor=actor, missed=missed("call me on +•• •••• ••••42"))
    assert (masked.start, masked.end) == (0, len(text))

    withdraw_label(case.pk, masked.pk, actor=actor)
    reveal_contacts(case.pk, actor=actor)
    assert mark_missed(case.pk, actor=actor, missed=missed(f"on {making.PHONE}")).start == len("call me ")
    with pytest.raises(Refused):
        mark_missed(case.pk, actor=making.moderator(), missed=missed(f"me on {making.PHONE}"))


def test_what_is_further_off_in_the_conversation_can_only_be_quoted_by_who_has_read_it() -> None:
    case, actor = making.case(), making.moderator()
    for _ in range(20):
        last = said_in(case, "mm")
    far = said_in(case, "my blue room, you know")
    with pytest.raises(Refused, match="not in the messages shown"):
        mark_missed(case.pk, actor=actor, missed=missed("my blue room"))
    with pytest.raises(Refused, match="not in the messages shown"):
        mark_missed(case.pk, actor=actor, missed=missed("my blue room", message_id=far.pk))

    read_more(case.pk, actor=actor, more=More(last.pk, Side.AFTER, Reason.CONTEXT))
    assert mark_missed(case.pk, actor=actor, missed=missed("my blue room")).message_id == far.pk


def test_what_was_missed_is_found_where_it_stands_and_becomes_evidence() -> None:
    case = making.case()
    said = said_in(case, "you  KNOW\nwhere to find me, you know")
    first = mark_missed(case.pk, actor=making.moderator(), missed=missed("you know"))
    again = mark_missed(case.pk, actor=making.moderator(), missed=missed("YOU KNOW"))

    assert first == again
    assert (first.message_id, first.start, first.end) == (said.pk, 0, 9)
    assert case.evidence.filter(message_id=said.pk).get().text == said.text
    entry = AuditEntry.objects.filter(verb="label.given").get()
    assert entry.details == {
        "case": case.pk, "judgement": "missed", "rule": "contact_requested", "message": said.pk,
    }  # fmt: skip


def test_of_words_that_stand_twice_in_a_message_those_are_meant_that_were_marked() -> None:
    case = making.case()
    text = "you know me, and you know where"
    said = said_in(case, text)
    label = mark_missed(case.pk, actor=making.moderator(), missed=missed("you know", message_id=said.pk, near=15))

    assert label.start == text.rindex("you know")


def test_a_message_that_was_edited_is_marked_as_it_was_kept() -> None:
    case = making.case(text=f"find me there: {making.PHONE}")
    Message.objects.filter(conversation=case.conversation).update(text="nothing")
    with pytest.raises(Refused):
        mark_missed(case.pk, actor=making.moderator(), missed=missed("nothing"))

    assert mark_missed(case.pk, actor=making.moderator(), missed=missed("find me there")).end == 13


def test_a_finding_that_somebody_judged_outlives_a_larger_one() -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    making.message(ann, f"text me on {making.PHONE}", within=where)
    screening.screen_batch()
    case = Case.objects.get()
    label = mark_wrong(case.pk, case.findings.get().pk, actor=making.moderator())
    making.message(ann, "or mail me: someone.else@gmail.com", within=where)
    screening.screen_batch()

    assert case.findings.count() == 2
    label.refresh_from_db()
    assert label.finding is not None


def test_an_export_is_recorded_and_not_everybodys() -> None:
    with pytest.raises(NotPermitted):
        labelling.record_export([1, 2], actor=making.moderator(), with_text=False)
    labelling.record_export([1, 2], actor=SYSTEM, with_text=True)

    assert AuditEntry.objects.get(verb="labels.exported").details == {"cases": [1, 2], "with_text": True}
