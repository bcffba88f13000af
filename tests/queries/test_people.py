"""What the case page says of each party, of notes, reports and open cases; and for how many queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.refusals import NotPermitted
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import Ground
from moderation.models import Account, Case, Note, Report, clock
from moderation.operations.leases import claim_case
from moderation.operations.notes import write_note
from moderation.operations.questions import ask_reporter
from moderation.operations.repeats import mark_repeat
from moderation.queries.cases import CasePage, case_page
from moderation.queries.notes import LATEST, PAGE_SIZE, notes_of
from moderation.queries.parties import MOST_CASES, Party
from moderation.queries.together import MOST_TOGETHER, together_page
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(case: Case, **given: Any) -> CasePage:
    return case_page(case.pk, **{"viewer": making.moderator()} | given)


def actor_of(case: Case, **given: Any) -> Party:
    return page_of(case, **given).people.parties[0]


def test_the_place_on_the_ladder_says_its_arithmetic() -> None:
    actor = making.account()
    making.decided(making.case(actor=actor), "suspension:7")

    party, other = page_of(making.case(actor=actor)).people.parties

    assert str(party.ladder) == "second share in 365 days: step 2 of 3, suspend 30 days"
    assert str(other.ladder) == "first share in 365 days: step 1 of 3, suspend 7 days"


def test_past_cases_say_what_came_of_them_for_this_account() -> None:
    actor = making.account()
    suspended, cleared, open_one = (making.case(actor=actor) for _ in range(3))
    making.decided(suspended, "suspension:7")
    making.decided(cleared)
    waiting = making.case(actor=actor)
    making.decided(waiting, "suspension:permanent")

    lines = {line.case_id: line.outcome for line in actor_of(making.case(actor=actor)).cases}

    assert lines == {
        suspended.pk: "suspension, 7 days",
        cleared.pk: "no violation",
        open_one.pk: "not decided yet",
        waiting.pk: "waits for a second person",
    }


def test_what_was_decided_about_others_is_nothing_against_this_account() -> None:
    actor = making.account()
    past = making.case()
    past.parties.create(account=actor, is_actor=True)
    making.decided(past, "suspension:7")

    (line,) = actor_of(making.case(actor=actor)).cases

    assert line.outcome == "nothing against this account"


def test_open_cases_are_not_crowded_out_by_closed_ones() -> None:
    actor = making.account()
    first = making.case(actor=actor)
    for _ in range(MOST_CASES + 1):
        making.case(actor=actor)
    now = clock.now()
    Case.objects.exclude(pk=first.pk).update(state="closed", closed_at=now)

    party = actor_of(making.case(actor=actor))

    assert party.cases[0].case_id == first.pk
    assert (len(party.cases), party.has_more_cases, party.together) == (MOST_CASES, True, 1)


@pytest.mark.parametrize(
    ("make", "days", "words"),
    [
        (making.listener, None, "never"),
        (making.listener, 95, "checked in 3 months ago"),
        (making.account, 20, "checked in 20 days ago"),
    ],
)
def test_the_safety_check_in(make: Any, days: int | None, words: str) -> None:
    at = clock.now() - timedelta(days=days) if days else None

    shown = actor_of(making.case(actor=make(checked_in_at=at))).checked_in

    assert shown is not None
    assert (shown.words, shown.is_overdue) == (words, False)


def test_a_check_in_that_is_over_a_year_old_is_overdue() -> None:
    shown = actor_of(making.case(actor=making.listener(checked_in_at=making.NOON.replace(year=2024)))).checked_in

    assert shown is not None
    assert (shown.words, shown.is_overdue) == ("overdue since 1 March 2025", True)


def test_members_are_not_asked_for_a_check_in() -> None:
    assert actor_of(making.case()).checked_in is None


def test_the_latest_notes_are_shown_the_newest_first_with_who_wrote_them() -> None:
    case, me = making.case(), making.moderator(name="Robin")
    for number in range(LATEST + 1):
        write_note(f"note {number}", actor=me, account_id=case.subject_id, case_id=case.pk)
    write_note("of the case", actor=me, case_id=case.pk)

    page = page_of(case)
    notes = page.people.parties[0].notes

    assert ["".join(piece.text for piece in line.pieces) for line in notes.lines] == ["note 3", "note 2", "note 1"]
    assert (notes.has_more, notes.lines[0].writer, notes.lines[0].case_id) == (True, "Robin", None)
    assert [line.writer for line in page.notes.lines] == ["Robin"]
    assert page.people.parties[1].notes.lines == ()


def test_a_note_about_an_account_follows_it_into_its_next_case() -> None:
    first = making.case()
    write_note("has been warned", actor=making.moderator(), account_id=first.subject_id, case_id=first.pk)

    (line,) = actor_of(making.case(actor=first.subject)).notes.lines

    assert line.case_id == first.pk


def test_a_contact_in_a_note_is_hidden_as_in_the_conversation() -> None:
    case = making.case()
    write_note(f"sent {making.PHONE} again", actor=making.moderator(), account_id=case.subject_id)

    assert making.PHONE not in repr(page_of(case))
    assert making.PHONE not in repr(notes_of(case.pk, viewer=making.moderator(), account_id=case.subject_id))


def test_notes_of_who_has_no_part_in_the_case_are_missing() -> None:
    case = making.case()
    for account_id in (making.account().pk, making.NOBODYS_ID):
        with pytest.raises(Missing):
            notes_of(case.pk, viewer=making.moderator(), account_id=account_id)
    with pytest.raises(Missing):
        notes_of(making.NOBODYS_ID, viewer=making.moderator())


def test_all_notes_come_in_pages() -> None:
    case, me = making.case(), making.moderator()
    Note.objects.bulk_create([Note(case=case, text=f"n{number}", written_by=me) for number in range(PAGE_SIZE + 2)])

    first = notes_of(case.pk, viewer=making.auditor())
    second = notes_of(case.pk, viewer=making.auditor(), before=first.following)

    assert (len(first.lines), first.has_more) == (PAGE_SIZE, True)
    assert (len(second.lines), second.has_more) == (2, False)


def test_other_open_cases_of_the_person_are_counted() -> None:
    actor = making.account()
    for _ in range(2):
        making.case(actor=actor)
    making.decided(making.case(actor=actor))

    assert actor_of(making.case(actor=actor)).together == 2


def linked() -> tuple[Case, Account, Case]:
    one, other = making.account(person="p"), making.account(username="tideline", person="p")
    return making.case(actor=one), one, making.case(actor=other)


def test_cases_of_linked_accounts_are_known_to_whoever_may_know_the_accounts_only() -> None:
    case, one, elsewhere = linked()

    assert actor_of(case).together == 0
    assert actor_of(case, viewer=making.admin()).together == 1
    for viewer, expected in ((making.moderator(), {case.pk}), (making.admin(), {case.pk, elsewhere.pk})):
        assert {row.case_id for row in together_page(case.pk, one.pk, viewer=viewer).rows} == expected
    assert "tideline" not in repr(together_page(case.pk, one.pk, viewer=making.moderator())) + repr(page_of(case))


def test_the_open_cases_of_who_has_no_part_in_the_case_are_missing() -> None:
    case, stranger = making.case(), making.case().subject
    with pytest.raises(Missing):
        together_page(case.pk, stranger.pk, viewer=making.moderator())
    gone = making.moderator()
    gone.is_active = False
    with pytest.raises(NotPermitted):
        together_page(case.pk, case.subject_id, viewer=gone)


def test_the_open_cases_say_who_holds_them_and_the_most_urgent_stands_first() -> None:
    actor, me = making.account(), making.moderator()
    calm = making.case(actor=actor, ground=Ground.CONTACT_REQUESTED, contact="")
    mine, others = making.case(actor=actor), making.case(actor=actor)
    claim_case(mine.pk, actor=me)
    claim_case(others.pk, actor=making.moderator(name="Robin"))

    page = together_page(calm.pk, actor.pk, viewer=me)

    assert [(row.case_id, row.holder, row.is_this) for row in page.rows] == [
        (mine.pk, "You", False),
        (others.pk, "Robin", False),
        (calm.pk, "", True),
    ]
    assert (page.free, page.has_more) == (2, False)


def test_no_more_cases_are_listed_than_are_claimed_at_once() -> None:
    actor = making.account()
    case = [making.case(actor=actor) for _ in range(MOST_TOGETHER + 1)].pop()

    page = together_page(case.pk, actor.pk, viewer=making.moderator())

    assert (len(page.rows), page.has_more) == (MOST_TOGETHER, True)


def reported(case: Case) -> list[Report]:
    assert case.conversation is not None
    ids = list(case.conversation.message_set.values_list("ext_id", flat=True))
    first = making.report(case, messages=ids, text="")
    return [first, making.report(case, messages=ids), making.report(case, reporter=first.reporter.ext_id)]


def test_reports_that_may_be_the_same_say_of_which() -> None:
    case = making.case()
    first, second, _ = reported(case)
    making.report(case)

    shown = page_of(case).told.reports

    assert [report.like for report in shown] == [0, 1, 1, 0]
    assert [report.like_id for report in shown[1:3]] == [first.pk, first.pk]
    assert [report.same_reporter for report in shown] == [0, 0, 1, 0]

    mark_repeat(second.pk, actor=making.moderator(), of=first.pk)
    assert [report.repeats for report in page_of(case).told.reports] == [0, 1, 0, 0]


def test_everybody_who_hears_of_the_outcome_is_counted_even_if_their_report_is_a_repeat() -> None:
    case = making.case()
    first, second, _ = reported(case)
    mark_repeat(second.pk, actor=making.moderator(), of=first.pk)

    case.refresh_from_db()
    assert (case.reporters, page_of(case).setting.reporters) == (1, 2)


def test_the_question_names_what_is_lacking() -> None:
    case = making.case()
    reported(case)

    questions = [report.question for report in page_of(case).told.reports]

    assert "what happened, in your own words" in questions[0]
    assert "the messages that you mean" not in questions[0]
    assert "anything else" in questions[1]
    assert "the messages that you mean" in questions[2]


def test_one_report_has_the_key_and_who_was_asked_is_not_asked_again() -> None:
    case = making.case()
    first, *_ = reported(case)
    assert [report.has_key for report in page_of(case).told.reports] == [True, False, False]

    ask_reporter(first.pk, actor=making.moderator(), text="which?")

    shown = page_of(case).told.reports
    assert [(r.can_ask, r.can_withdraw, r.has_key) for r in shown] == [
        (False, True, False),
        (True, False, True),
        (False, False, False),  # of the same reporter
    ]


def test_the_reporter_is_nowhere_in_what_is_shown() -> None:
    case = making.case()
    making.report(case, reporter="whistle-ext")
    Account.objects.filter(ext_id="whistle-ext").update(username="whistleblower77")

    assert "whistle" not in repr(page_of(case))


def test_the_number_of_queries_does_not_grow_with_people_notes_and_reports() -> None:
    small, large, me = making.case(actor=making.account(person="q")), making.case(), making.moderator()
    for _ in range(4):
        other = making.account(person="p")
        large.parties.create(account=other, is_actor=True)
        making.case(actor=other)
        making.decided(making.case(actor=other), "education_notice")
        write_note("a word", actor=me, account_id=other.pk, case_id=large.pk)
        write_note("a word", actor=me, case_id=large.pk)
    reported(small)
    reported(large)

    assert _queries(lambda: case_page(large.pk, viewer=me)) <= _queries(lambda: case_page(small.pk, viewer=me))
    subject = large.subject_id
    assert _queries(lambda: notes_of(large.pk, viewer=me)) <= 10
    assert _queries(lambda: together_page(large.pk, subject, viewer=me)) == 3


def _queries(read: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        read()
    return len(seen)
