"""What the case page says of the evidence: marks by rule, labels, more of the conversation, contacts seen before."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from moderation.domain.planning import Choice
from moderation.domain.vocabulary import Ground, Kind, Reason, Side
from moderation.models import Account, Case, Finding, Label, Message, clock
from moderation.operations import contacts
from moderation.operations.labelling import Missed, mark_missed, mark_wrong, withdraw_label
from moderation.operations.leases import claim_case
from moderation.operations.readings import More, read_more
from moderation.queries.cases import CasePage, case_page
from moderation.queries.desk import desk
from moderation.queries.labels import labelled_cases, lesson
from moderation.queries.surroundings import ASKED_LASTS, MORE, asked_for
from moderation.queries.transcripts import AROUND, Fold, Line
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(case: Case, viewer: User | None = None, **given: Any) -> CasePage:
    return case_page(case.pk, viewer=viewer or making.moderator(), **given)


def long_case(before: int = 60, after: int = 60) -> Case:
    case = making.case()
    assert case.conversation is not None
    at = case.evidence.get().sent_at
    for minutes in range(1, max(before, after) + 1):
        for there, sign in ((before, -1), (after, 1)):
            if minutes <= there:
                said = {"within": case.conversation, "sent_at": at + sign * timedelta(minutes=minutes)}
                making.message(case.subject, f"{sign * minutes}", **said)  # type: ignore[arg-type]
    return case


def folds(page: CasePage) -> list[Fold]:
    return [item for item in page.transcript.items if isinstance(item, Fold)]


def ask(case: Case, person: User, fold: Fold) -> None:
    side, place = (Side.BEFORE, fold.before) if fold.before else (Side.AFTER, fold.after)
    read_more(case.pk, actor=person, more=More(place, side, Reason.CONTEXT))


def finding(case: Case, rule: Ground, actor: Account | None = None, **given: Any) -> Finding:
    said = case.evidence.get()
    known = {
        "actor": actor or case.subject, "rule": rule, "kind": Kind.OTHER, "score": 0.7, "explanation": "the wording",
        "detector": "model", "engine": "test", "message_ids": [said.message_id], "key": f"{rule}{actor}",
        "spans": [{"message": said.message_id, "start": 0, "end": 4, "kind": "other"}],
    }  # fmt: skip
    return case.findings.create(**known | given)


# More of the conversation


def test_more_is_shown_to_whoever_asked_and_to_nobody_else() -> None:
    case, person = long_case(), making.moderator()
    first, last = folds(page_of(case, person))
    ask(case, person, first)
    ask(case, person, last)

    page = page_of(case, person)

    assert [(fold.where, fold.count) for fold in folds(page)] == [("earlier", 25), ("later", 25)]
    assert len(page.transcript.lines) == 2 * (AROUND + MORE) + 1
    assert [fold.count for fold in folds(page_of(case))] == [50, 50]


def test_from_there_one_can_go_on_to_the_end() -> None:
    case, person = long_case(before=70, after=0), making.moderator()
    for left in (60, 35, 10):
        (fold,) = folds(page_of(case, person))
        assert (fold.count, fold.step) == (left, min(left, MORE))
        ask(case, person, fold)

    assert folds(page_of(case, person)) == []


def test_a_gap_can_be_read_from_both_sides() -> None:
    case, person = long_case(before=0), making.moderator()
    assert case.conversation is not None
    last = case.conversation.message_set.latest("sent_at")
    Label.objects.create(
        case=case, judgement="missed", rule="offsite_contact", message_id=last.pk, start=0, end=1, given_by=person
    )
    case.evidence.create(message_id=last.pk, sender=last.sender, sent_at=last.sent_at, text=last.text, digest="d")
    (gap,) = folds(page_of(case, person))
    assert gap.from_both
    read_more(case.pk, actor=person, more=More(gap.after, Side.AFTER, Reason.CONTEXT))
    read_more(case.pk, actor=person, more=More(gap.before, Side.BEFORE, Reason.CONTEXT))

    assert folds(page_of(case, person)) == []


def test_without_evidence_more_is_read_from_the_last_messages_on() -> None:
    case, person = long_case(), making.moderator()
    case.evidence.all().delete()
    case.findings.all().delete()
    (fold,) = folds(page_of(case, person))
    ask(case, person, fold)

    page = page_of(case, person)

    assert [line.text for line in page.transcript.lines][-1] == "60"
    assert len(page.transcript.lines) == AROUND + 1 + MORE


def test_what_was_asked_for_is_forgotten_after_some_hours() -> None:
    case, person = long_case(), making.moderator()
    ask(case, person, folds(page_of(case, person))[0])

    assert len(asked_for(case, viewer=person, now=clock.now())) == 1
    assert asked_for(case, viewer=person, now=clock.now() + ASKED_LASTS + timedelta(minutes=1)) == []


# Marks and labels


def line_of(page: CasePage) -> Line:
    (line,) = [line for line in page.transcript.lines if line.is_evidence]
    return line


def test_every_mark_says_by_rule_and_in_words_what_it_is() -> None:
    case = making.case()
    finding(case, Ground.OFFSITE_CONTACT)

    line = line_of(page_of(case))

    by_text = {piece.text: [line.tags[key] for key in piece.keys] for piece in line.pieces if piece.keys}
    [asked], [shared] = by_text["call"], by_text["+•• •••• ••••42"]
    assert (asked.rule, asked.short) == (Ground.OFFSITE_CONTACT, "2 off-site")
    assert asked.title == "Finding 2: Off-site contact 0.70. the wording"
    assert (shared.rule, shared.short) == (Ground.CONTACT_SHARED, "1 shared")
    assert making.PHONE not in shared.title


def test_a_mark_that_begins_inside_a_contact_lays_nothing_of_it_bare() -> None:
    case = making.case()
    said = case.evidence.get()
    span = {"message": said.message_id, "start": 0, "end": said.text.index("7700") + 6, "kind": "other"}
    finding(case, Ground.CONTACT_REQUESTED, spans=[span])

    pieces = line_of(page_of(case)).pieces

    assert [piece.text for piece in pieces] == ["call me on ", "+•• •••• ••••42"]
    assert len(pieces[1].keys) == 2


def test_what_is_revealed_is_cut_where_each_mark_ends() -> None:
    case = making.case()
    finding(case, Ground.CONTACT_REQUESTED)

    line = line_of(page_of(case, is_revealed=True))

    assert line.text == case.evidence.get().text
    assert [piece.text for piece in line.pieces if piece.marked] == ["call", making.PHONE]


def test_a_finding_that_is_wrong_says_who_said_so() -> None:
    case, person = making.case(), making.moderator(name="Robin")
    label = mark_wrong(case.pk, case.findings.get().pk, actor=person)

    line = line_of(page_of(case))

    assert (line.findings[0].wrong_by, line.findings[0].label_id) == ("Robin", label.pk)
    assert [tag.short for tag in line.tags.values()] == ["1 wrong"]
    assert making.PHONE not in repr(page_of(case)), "wrong or not, a contact stays hidden"
    withdraw_label(case.pk, label.pk, actor=person)
    assert line_of(page_of(case)).findings[0].wrong_by == ""


def test_what_was_missed_is_marked_and_a_contact_hidden_from_then_on() -> None:
    case = making.case()
    assert case.conversation is not None
    said = making.message(case.subject, "the blue one: rowan vale", within=case.conversation)
    again = making.message(case.subject, "rowan vale, remember", within=case.conversation)
    mark_missed(case.pk, actor=making.moderator(), missed=Missed(Ground.CONTACT_SHARED, "one: rowan vale"))
    withdrawn = mark_missed(
        case.pk, actor=making.moderator(), missed=Missed(Ground.OFFSITE_CONTACT, "remember", again.pk)
    )
    withdraw_label(case.pk, withdrawn.pk, actor=making.moderator())

    lines = {line.message_id: line for line in page_of(case).transcript.lines}

    assert "rowan" not in lines[said.pk].text
    assert [tag.short for tag in lines[said.pk].tags.values()] == ["missed: shared"]
    assert lines[said.pk].is_stop
    assert not lines[again.pk].missed


def suggested(case: Case) -> dict[str, str]:
    return {candidate.name: candidate.suggestion.ground for candidate in page_of(case).suggested}


def test_a_wrong_finding_no_longer_counts_for_what_is_suggested() -> None:
    case = making.case(actor=making.account(username="ann"))
    asked = finding(case, Ground.CONTACT_REQUESTED)
    assert suggested(case) == {"ann": "contact_shared"}

    shared = mark_wrong(case.pk, case.findings.get(rule="contact_shared").pk, actor=making.moderator())
    assert suggested(case) == {"ann": "contact_requested"}
    assert page_of(case).clauses[0].code == "asking"

    withdraw_label(case.pk, shared.pk, actor=making.moderator())
    mark_wrong(case.pk, asked.pk, actor=making.moderator())
    assert suggested(case) == {"ann": "contact_shared"}


def test_another_finding_of_the_same_rule_still_counts() -> None:
    case = making.case()
    finding(case, Ground.CONTACT_SHARED)
    mark_wrong(case.pk, case.findings.latest("pk").pk, actor=making.moderator())

    assert set(suggested(case).values()) == {"contact_shared"}
    assert page_of(case).first_wish.choice is Choice.SUGGESTED


def test_whose_every_finding_is_wrong_is_not_suggested_for_anything() -> None:
    case = making.case(actor=making.account(username="ann"))
    ben = making.account(username="ben")
    case.parties.create(account=ben, is_actor=True)
    finding(case, Ground.CONTACT_REQUESTED, actor=ben)
    mark_wrong(case.pk, case.findings.get(rule="contact_shared").pk, actor=making.moderator())

    assert suggested(case) == {"ben": "contact_requested"}


def test_when_nothing_is_left_no_violation_stands_chosen() -> None:
    linked = making.account(username="tideline", person="p")
    case = making.case(ground=Ground.OFFSITE_HARM, actor=making.account(person="p"))
    mark_wrong(case.pk, case.findings.get().pk, actor=making.moderator())

    page = page_of(case)

    assert page.first_wish.choice is Choice.NO_VIOLATION
    assert linked.pk not in page.first_wish.accounts
    assert "marked as wrong" in page.suggested[0].suggestion.why
    assert desk(page).notices == ()


def test_what_was_reported_stands_whatever_was_found() -> None:
    case = making.case()
    case.reports.create(
        ext_id="r", reporter=making.account(), reported=case.subject, reason=Ground.OTHER, created_at=making.NOON
    )
    mark_wrong(case.pk, case.findings.get().pk, actor=making.moderator())

    assert set(suggested(case).values()) == {"other"}
    assert page_of(case).first_wish.choice is Choice.SUGGESTED


def test_who_may_label() -> None:
    case, person = making.case(), making.moderator()

    assert page_of(case, person).may_label
    assert not page_of(case, making.auditor()).may_label
    claim_case(case.pk, actor=person)
    assert page_of(case, person).may_label
    assert not page_of(case).may_label


# Seen before


def sharing(case: Case, contact: str = "+447700900142") -> Case:
    contacts.keep(case, [contacts.Given(case.subject_id, Kind.PHONE, contact)])
    return case


def test_other_contacts_are_not_seen_before() -> None:
    case = sharing(making.case())
    sharing(making.case(), "+15035550118")

    assert page_of(case).seen == ()


def test_where_a_contact_was_given_before_and_what_became_of_it() -> None:
    suspended = sharing(making.case(actor=making.account(username="ann")))
    making.decided(suspended, "suspension:7")
    cleared = sharing(making.case())
    making.decided(cleared)
    proposed = sharing(making.case())
    making.decided(proposed, "suspension:permanent")
    undecided = sharing(making.case())
    case = sharing(making.case())

    seen = page_of(case).seen

    assert [(other.case_id, other.state) for other in seen] == [
        (undecided.pk, "open"),
        (proposed.pk, "waits for a second person, suspended permanently"),
        (cleared.pk, "closed, no violation"),
        (suspended.pk, "closed, suspended 7 days"),
    ]
    assert (seen[-1].what, seen[-1].by) == ("phone", ("ann",))


def queries_for(case: Case) -> int:
    viewer = making.moderator()
    with CaptureQueriesContext(connection) as seen:
        desk(case_page(case.pk, viewer=viewer))
    return len(seen)


def test_nothing_of_this_costs_more_queries_the_more_there_is() -> None:
    small, large = long_case(), long_case()
    sharing(small)
    wrong = [finding(large, Ground.CONTACT_REQUESTED, key=f"{number}") for number in range(6)]
    for number in range(6):
        sharing(making.case())
        mark_wrong(large.pk, wrong[number].pk, actor=making.moderator())
        [said] = [one for one in Message.objects.filter(conversation=large.conversation) if one.text == f"{number + 1}"]
        missed = Missed(Ground.OFFSITE_CONTACT, said.text, said.pk)
        mark_missed(large.pk, actor=making.moderator(), missed=missed)
    sharing(large)

    assert queries_for(large) <= queries_for(small)


# Lessons


def test_a_case_that_nobody_judged_is_no_lesson() -> None:
    case = making.case()
    label = mark_wrong(case.pk, case.findings.get().pk, actor=making.moderator())
    withdraw_label(case.pk, label.pk, actor=making.moderator())
    making.case()

    assert list(labelled_cases()) == []


def test_a_lesson_names_nobody_and_without_text_says_nothing() -> None:
    case = long_case()
    mark_wrong(case.pk, case.findings.get().pk, actor=making.moderator(name="Robin"))

    told = lesson(case.pk, with_text=False, around=2)

    assert list(labelled_cases()) == [[case.pk]]
    assert [message["id"] for message in told["messages"]] == ["m1", "m2", "m3", "m4", "m5"]
    assert "text" not in told["messages"][0]
    assert case.subject.username not in repr(told)
    assert told["participants"][0]["id"] == "u1"


def test_a_lesson_says_what_stands_and_what_was_missed() -> None:
    case = making.case(other=making.account())
    finding(case, Ground.OFFSITE_CONTACT)
    assert case.conversation is not None
    making.message(case.subject, "you know where i am", within=case.conversation)
    mark_wrong(case.pk, case.findings.get(rule="contact_shared").pk, actor=making.moderator())
    mark_missed(case.pk, actor=making.moderator(), missed=Missed(Ground.CONTACT_REQUESTED, "you know where"))

    told = lesson(case.pk, with_text=True, around=0)

    assert [message["text"] for message in told["messages"]] == [f"call me on {making.PHONE}", "you know where i am"]
    assert told["violations"] == [
        {
            "rule": "offsite_contact", "actor": "u1", "messages": ["m1"],
            "spans": [{"message": "m1", "start": 0, "end": 4, "kind": "other"}],
        },
        {
            "rule": "contact_requested", "actor": "u1", "messages": ["m2"],
            "spans": [{"message": "m2", "start": 0, "end": 14, "kind": "other"}],
        },
    ]  # fmt: skip
    assert told["tags"] == ["labelled", "missed:contact_requested", "wrong:contact_shared"]
