"""Reports that say the same count once."""

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.models import Case, Report
from moderation.operations.repeats import mark_repeat, unmark_repeat
from tests import making

pytestmark = pytest.mark.django_db


def _two_about_one_message() -> tuple[Case, Report, Report]:
    case = making.case()
    assert case.conversation is not None
    ids = list(case.conversation.message_set.values_list("ext_id", flat=True))
    first, second = making.report(case, messages=ids), making.report(case, messages=ids)
    case.refresh_from_db()
    return case, first, second


def test_an_auditor_marks_nothing() -> None:
    _, first, second = _two_about_one_message()
    with pytest.raises(NotPermitted):
        mark_repeat(second.pk, actor=making.auditor(), of=first.pk)
    with pytest.raises(NotPermitted):
        unmark_repeat(second.pk, actor=making.auditor())


def test_what_is_not_there_is_missing() -> None:
    _, first, _ = _two_about_one_message()
    elsewhere = making.report(making.case())
    with pytest.raises(Missing):
        mark_repeat(making.NOBODYS_ID, actor=making.moderator(), of=first.pk)
    with pytest.raises(Missing):
        mark_repeat(first.pk, actor=making.moderator(), of=elsewhere.pk)


def test_a_report_is_not_the_same_as_itself() -> None:
    _, first, _ = _two_about_one_message()
    with pytest.raises(Refused, match="as itself"):
        mark_repeat(first.pk, actor=making.moderator(), of=first.pk)


def test_reports_of_different_people_about_different_things_both_count() -> None:
    case = making.case()
    first, second = making.report(case), making.report(case)
    with pytest.raises(Refused, match="they both count"):
        mark_repeat(second.pk, actor=making.moderator(), of=first.pk)


def test_repeats_do_not_form_chains() -> None:
    case, first, second = _two_about_one_message()
    third = making.report(case, reporter=second.reporter.ext_id)
    mark_repeat(second.pk, actor=making.moderator(), of=first.pk)
    with pytest.raises(Refused, match="choose the one it repeats"):
        mark_repeat(third.pk, actor=making.moderator(), of=second.pk)
    with pytest.raises(Refused, match="take that back first"):
        mark_repeat(first.pk, actor=making.moderator(), of=third.pk)


def test_the_reports_of_a_decided_case_stay_as_they_were() -> None:
    case, first, second = _two_about_one_message()
    making.decided(case)
    with pytest.raises(WrongMove):
        mark_repeat(second.pk, actor=making.moderator(), of=first.pk)
    with pytest.raises(WrongMove):
        unmark_repeat(second.pk, actor=making.moderator())


def test_a_repeat_does_not_count_as_a_reporter() -> None:
    case, first, second = _two_about_one_message()
    me = making.moderator()
    assert (case.reporters, "reported by 2 people" in case.reasons) == (2, True)
    before = case.priority

    mark_repeat(second.pk, actor=me, of=first.pk)

    case.refresh_from_db()
    assert (case.reporters, "reported by 2 people" in case.reasons) == (1, False)
    assert case.priority < before
    entry = AuditEntry.objects.get(verb="report.marked_as_repeat")
    assert (entry.actor_id, entry.details) == (me.pk, {"case": case.pk, "of": first.pk})


def test_it_can_be_taken_back() -> None:
    case, first, second = _two_about_one_message()
    mark_repeat(second.pk, actor=making.moderator(), of=first.pk)

    unmark_repeat(second.pk, actor=making.moderator())

    case.refresh_from_db()
    second.refresh_from_db()
    assert (case.reporters, second.repeats) == (2, None)
    assert AuditEntry.objects.filter(verb="report.unmarked_as_repeat").count() == 1


def test_doing_it_again_changes_nothing() -> None:
    case, first, second = _two_about_one_message()
    for _ in range(2):
        mark_repeat(second.pk, actor=making.moderator(), of=first.pk)
    case.refresh_from_db()
    version = case.version
    unmark_repeat(first.pk, actor=making.moderator())
    case.refresh_from_db()
    assert case.version == version
    assert AuditEntry.objects.filter(verb="report.marked_as_repeat").count() == 1


def test_the_same_reporter_may_be_marked_whatever_the_messages() -> None:
    case = making.case()
    first = making.report(case)
    second = making.report(case, reporter=first.reporter.ext_id)
    assert mark_repeat(second.pk, actor=making.moderator(), of=first.pk).repeats == first


def test_everybody_who_reported_hears_what_came_of_it() -> None:
    case, first, second = _two_about_one_message()
    mark_repeat(second.pk, actor=making.moderator(), of=first.pk)
    making.decided(case)
    assert set(Report.objects.values_list("state", flat=True)) == {"closed"}
