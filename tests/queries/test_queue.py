"""The queue's reads: order, paging, filters, counts, and what they cost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from moderation.domain.vocabulary import Ground, Lane, Severity
from moderation.models import Case, CaseParty, PolicyVersion, clock
from moderation.operations.leases import claim_case
from moderation.queries import tally
from moderation.queries.queue import FEW, PAGE_SIZE, PARTIES_SHOWN, Asked, Place, QueuePage, queue_page, queue_version
from moderation.queries.queue_filters import Choice, Claim, Facets, Filters, Reporters, Source, filters_from
from tests import making


def open_cases(count: int, **given: Any) -> list[Case]:
    """Open cases that differ in nothing but their ids, unless told otherwise."""
    now = clock.now()
    known = {
        "ground": Ground.CONTACT_SHARED,
        "grounds": [Ground.CONTACT_SHARED],
        "severity": Severity.HIGH,
        "priority": 600,
        "headline": "Phone number shared",
        "opened_at": now,
        "due_at": now + timedelta(hours=1),
        "screened": True,
        "policy_version": PolicyVersion.objects.in_force(),
    }
    people = [making.account() for _ in range(count)]
    cases = Case.objects.bulk_create([Case(**known | {"subject": person} | given) for person in people])
    CaseParty.objects.bulk_create([CaseParty(case=case, account=case.subject, is_actor=True) for case in cases])
    cache.clear()
    return list(Case.objects.filter(pk__in=[case.pk for case in cases]).order_by("pk"))


def choices(page: QueuePage) -> list[Choice]:
    return [choice for group in (*page.groups, *page.more_groups) for choice in group.choices]


def shown(asked: Asked) -> list[int]:
    return [row.case_id for row in queue_page(asked).rows]


@pytest.mark.parametrize(
    "text", ["", "x", "1.2", "1.2.3.4", "1.2.x", f"{2**31}.1.1", "1.-1.1", "1.1.-1", f"1.1.{2**63}", f"1.{2**60}.1"]
)
def test_a_text_that_names_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Place.from_text(text)


@pytest.mark.django_db
def test_a_place_survives_the_address_bar_to_the_microsecond() -> None:
    place = Place.after(open_cases(1)[0])

    assert Place.from_text(str(place)) == place


@pytest.mark.django_db
def test_the_most_urgent_stands_first_and_of_equals_the_longest_waiting() -> None:
    now = clock.now()
    [calm] = open_cases(1, priority=10)
    [newer] = open_cases(1, priority=900, opened_at=now)
    [older] = open_cases(1, priority=900, opened_at=now - timedelta(hours=1))

    assert shown(Asked(making.moderator())) == [older.pk, newer.pk, calm.pk]


@pytest.mark.django_db
def test_paging_shows_every_case_once_even_when_all_are_alike() -> None:
    cases = open_cases(2 * PAGE_SIZE + 1, opened_at=clock.now())
    viewer = making.moderator()

    first = queue_page(Asked(viewer))
    second = queue_page(Asked(viewer, after=Place.from_text(first.following)))
    third = queue_page(Asked(viewer, after=Place.from_text(second.following)))

    seen = [row.case_id for page in (first, second, third) for row in page.rows]
    assert seen == [case.pk for case in cases]
    assert [first.here, bool(second.here), third.following] == ["", True, ""]


@pytest.mark.django_db
def test_a_page_that_is_exactly_full_has_no_next() -> None:
    open_cases(PAGE_SIZE)

    assert queue_page(Asked(making.moderator())).following == ""


@pytest.mark.django_db
def test_decided_cases_are_not_in_the_queue() -> None:
    case = making.case()
    making.decided(case)

    page = queue_page(Asked(making.moderator()))

    assert (page.rows, page.total) == ((), 0)


def a_bit_of_everything(me: User) -> None:
    now = clock.now()
    until = now + timedelta(minutes=5)
    for ground in Ground:
        for severity in (Severity.NORMAL, Severity.CRITICAL):
            open_cases(1, ground=ground, severity=severity, teen=severity is Severity.CRITICAL, language="pl")
    open_cases(1, screened=False, reporters=2, on_break=True)
    open_cases(2, reporters=3, seen_before=True, language="pt-br", lane=Lane.CRISIS)
    open_cases(1, reporters=5, due_at=now - timedelta(hours=1), on_break=True, seen_before=True)
    open_cases(1, holder=me, lease_expires_at=until, language="pl", lane=Lane.SENIOR)
    open_cases(1, holder=making.moderator(), lease_expires_at=until, reporters=1)
    open_cases(3, waits_until=until, ground=Ground.OTHER, on_break=True)
    open_cases(1, waits_until=now - timedelta(minutes=1), handed_to=me)


@pytest.mark.django_db
@pytest.mark.parametrize("few", [FEW, -1], ids=["put in order", "walked"])
def test_every_two_filters_show_as_many_cases_as_they_promise(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moderation.queries.queue.FEW", few)
    me = making.moderator()
    a_bit_of_everything(me)

    first = choices(queue_page(Asked(me)))
    assert [choice.label for choice in first if not choice.count] == ["Low", "Safeguarding"]
    for number, choice in enumerate(first):
        page = queue_page(Asked(me, filters_from(choice.query)))
        assert (choice.label, len(page.rows), page.total) == (choice.label, choice.count, choice.count)
        for second in choices(page)[number:]:
            both = Asked(me, filters_from(second.query))
            found = [(case.rank, case.opened_at, case.pk) for case in both.cases()]
            promised = Facets(both.filters, tally.tally(), me.pk).total
            assert (choice.label, second.label, len(found)) == (choice.label, second.label, promised)
            assert found == sorted(found)


@pytest.mark.django_db
@pytest.mark.parametrize("few", [FEW, -1], ids=["put in order", "walked"])
def test_filters_that_no_one_index_serves_are_paged_in_one_order(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moderation.queries.queue.FEW", few)
    for severity in Severity:
        open_cases(PAGE_SIZE * 2 // 5, severity=severity, priority=300 * severity, on_break=True, ground=Ground.OTHER)
    open_cases(3, ground=Ground.OTHER)
    asked = Asked(making.moderator(), Filters(grounds=frozenset({Ground.OTHER}), on_break=True))
    wanted = list(Case.objects.filter(on_break=True).most_urgent_first().values_list("pk", flat=True))

    first = queue_page(asked)
    second = queue_page(replace(asked, after=Place.from_text(first.following)))

    assert [row.case_id for row in (*first.rows, *second.rows)] == wanted


@pytest.mark.django_db
def test_what_is_put_off_comes_back_when_its_time_has_come() -> None:
    now = clock.now()
    [later] = open_cases(1, waits_until=now + timedelta(hours=2))
    [again] = open_cases(1, waits_until=now - timedelta(seconds=1))
    viewer = making.moderator()

    assert shown(Asked(viewer)) == [again.pk]
    assert shown(Asked(viewer, Filters(put_off=True))) == [later.pk]
    assert queue_page(Asked(viewer)).total == queue_page(Asked(viewer, Filters(put_off=True))).total == 1
    [row] = queue_page(Asked(viewer, Filters(put_off=True))).rows
    assert row.put_off_until == later.waits_until


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("filters", "fitting", "other"),
    [
        (Filters(grounds=frozenset({Ground.OFFSITE_HARM})), {"ground": "offsite_harm"}, {"ground": "other"}),
        (Filters(severity=Severity.LOW), {"severity": Severity.LOW}, {"severity": Severity.HIGH}),
        (Filters(teen=True), {"teen": True}, {"teen": False}),
        (Filters(source=Source.PRESCREEN), {"screened": True}, {"screened": False, "reporters": 1}),
        (Filters(source=Source.REPORT), {"reporters": 2}, {"reporters": 0}),
        (Filters(reporters=Reporters.TWO), {"reporters": 2}, {"reporters": 3}),
        (Filters(reporters=Reporters.MORE), {"reporters": 4}, {"reporters": 2}),
        (Filters(language="pl"), {"language": "pl"}, {"language": ""}),
        (Filters(lane=Lane.CRISIS), {"lane": Lane.CRISIS}, {"lane": Lane.SENIOR}),
        (Filters(late=True), {"due_at": making.NOON.replace(year=2024)}, {}),
        (Filters(on_break=True), {"on_break": True}, {"on_break": False}),
        (Filters(seen_before=True), {"seen_before": True}, {"seen_before": False}),
    ],
)
def test_a_filter_leaves_out_what_does_not_fit(
    filters: Filters, fitting: dict[str, Any], other: dict[str, Any]
) -> None:
    [wanted] = open_cases(1, **fitting)
    open_cases(1, **other)

    assert shown(Asked(making.moderator(), filters)) == [wanted.pk]


@pytest.mark.django_db
def test_several_grounds_mean_any_of_them_and_different_filters_all_of_them() -> None:
    [harm] = open_cases(1, ground="offsite_harm", teen=True)
    [shared] = open_cases(1, ground="contact_shared", teen=True)
    open_cases(1, ground="contact_shared", teen=False)
    open_cases(1, ground="other", teen=True)
    grounds = frozenset({Ground.OFFSITE_HARM, Ground.CONTACT_SHARED})

    assert set(shown(Asked(making.moderator(), Filters(grounds=grounds, teen=True)))) == {harm.pk, shared.pk}


@pytest.mark.django_db
def test_several_grounds_are_paged_in_one_order() -> None:
    """With more of each ground before the place than a page holds, so that a page cannot hold them by accident."""
    both = [Ground.OTHER, Ground.CONTACT_REQUESTED]
    count = PAGE_SIZE + 10
    for ground in both:
        open_cases(count, ground=ground, opened_at=clock.now())
    open_cases(5, ground=Ground.OFFSITE_HARM)
    asked = Asked(making.moderator(), Filters(grounds=frozenset(both)))
    wanted = list(Case.objects.filter(ground__in=both).most_urgent_first())

    first = queue_page(asked)
    last = queue_page(replace(asked, after=Place.after(wanted[2 * count - 4])))

    assert [row.case_id for row in first.rows] == [case.pk for case in wanted[:PAGE_SIZE]]
    assert [row.case_id for row in last.rows] == [case.pk for case in wanted[-3:]]
    assert (bool(first.following), last.following) == (True, "")


@pytest.mark.django_db(transaction=True)
def test_claims_part_the_queue_in_mine_claimed_and_unclaimed() -> None:
    me, colleague = making.moderator(), making.moderator()
    mine, theirs, free = open_cases(3)
    claim_case(mine.pk, actor=me)
    claim_case(theirs.pk, actor=colleague)

    assert shown(Asked(me, Filters(claim=Claim.MINE))) == [mine.pk]
    assert shown(Asked(me, Filters(claim=Claim.CLAIMED))) == [mine.pk, theirs.pk]
    assert shown(Asked(me, Filters(claim=Claim.UNCLAIMED))) == [free.pk]
    rows = {row.case_id: (row.holder, row.can_open) for row in queue_page(Asked(me)).rows}
    assert rows == {mine.pk: ("You", True), theirs.pk: (colleague.name, False), free.pk: ("", True)}


@pytest.mark.django_db
def test_a_lease_that_ran_out_holds_nobody_off() -> None:
    [case] = open_cases(1, holder=making.moderator(name="Gone"), lease_expires_at=clock.now() - timedelta(seconds=1))

    [row] = queue_page(Asked(making.moderator())).rows

    assert (row.case_id, row.holder, row.can_open) == (case.pk, "", True)


@pytest.mark.django_db
def test_who_may_only_read_opens_nothing() -> None:
    open_cases(1)

    page = queue_page(Asked(making.auditor()))

    assert (page.can_work, page.rows[0].can_open) == (False, False)


@pytest.mark.django_db
def test_filters_come_back_from_the_address_they_were_written_to() -> None:
    filters = Filters(
        grounds=frozenset({Ground.OTHER, Ground.OFFSITE_HARM}),
        severity=Severity.LOW,
        teen=True,
        source=Source.REPORT,
        claim=Claim.MINE,
        language="pt-br",
        reporters=Reporters.MORE,
        lane=Lane.SAFEGUARDING,
        late=True,
        on_break=True,
        seen_before=True,
        put_off=True,
    )

    assert filters_from(QueryDict(filters.as_query().urlencode())) == filters
    assert not filters_from(QueryDict("ground=nonsense&severity=9&teen=yes&source=&claim=theirs"))
    assert not filters_from(QueryDict("language=%00&language=<b>&reporters=1&lane=ordinary&late=0&put_off=yes"))


@pytest.mark.django_db(transaction=True)
def test_the_version_changes_with_what_is_shown_and_with_nothing_else() -> None:
    [case] = open_cases(1)
    asked = Asked(making.moderator())
    version = queue_page(asked).version

    assert queue_version(asked) == version

    claim_case(case.pk, actor=making.moderator())
    claimed = queue_version(asked)
    assert claimed != version

    open_cases(1)
    assert queue_version(asked) not in (version, claimed)


@pytest.mark.django_db
def test_a_row_says_who_why_and_how_urgent() -> None:
    adult = making.listener(username="harbour", status="deactivation_break")
    making.case(actor=adult, other=making.teen(username="pine"))

    [row] = queue_page(Asked(making.moderator())).rows

    assert row.severity is Severity.CRITICAL
    assert row.source == "Pre-screen 0.90"
    assert row.reasons == "Critical: contact shared with a teen · adult and teen · on a break"
    assert [(party.name, party.words, party.is_teen, party.is_actor) for party in row.parties] == [
        ("harbour", "listener · adult · on a deactivation break", False, True),
        ("pine", "member · teen", True, False),
    ]
    assert making.PHONE not in row.snippet


@pytest.mark.django_db
def test_a_row_says_how_long_it_has_waited_for_whom_and_in_which_language() -> None:
    me, robin = making.moderator(), making.moderator(name="Robin")
    known = {"language": "pl", "lane": Lane.SENIOR, "opened_at": clock.now() - timedelta(minutes=125)}
    [theirs] = open_cases(1, reasons=["High: contact shared"], handed_to=robin, **known)
    [mine] = open_cases(1, handed_to=me)

    rows = {row.case_id: row for row in queue_page(Asked(me)).rows}

    told = rows[theirs.pk]
    assert told.reasons == "High: contact shared · waiting for 2 h 05: +10"
    assert (told.language, told.lane, told.handed_to) == ("Polish", "For the seniors", "Robin")
    assert (rows[mine.pk].language, rows[mine.pk].lane, rows[mine.pk].handed_to) == ("", "", "you")
    assert shown(Asked(me, Filters(claim=Claim.HANDED))) == [mine.pk]


@pytest.mark.django_db
def test_a_crowd_is_shortened_with_whoever_did_it_in_front() -> None:
    [case] = open_cases(1)
    others = [making.account() for _ in range(5)]
    CaseParty.objects.bulk_create([CaseParty(case=case, account=person) for person in others])

    [row] = queue_page(Asked(making.moderator())).rows

    assert row.parties[0].name == case.subject.username
    assert (len(row.parties), row.more_parties) == (PARTIES_SHOWN, 6 - PARTIES_SHOWN)


@pytest.mark.django_db
def test_the_cost_does_not_grow_with_the_queue() -> None:
    viewer = making.moderator()
    open_cases(1)
    with CaptureQueriesContext(connection) as few:
        queue_page(Asked(viewer))
    open_cases(PAGE_SIZE + 5)
    with CaptureQueriesContext(connection) as many:
        queue_page(Asked(viewer))
    with CaptureQueriesContext(connection) as counted_already:
        queue_page(Asked(viewer))
    with CaptureQueriesContext(connection) as version:
        queue_version(Asked(viewer))
    with CaptureQueriesContext(connection) as narrowed:
        queue_page(Asked(viewer, Filters(on_break=True, severity=Severity.HIGH)))  # shows nothing: no parties

    counts = [len(few), len(many), len(counted_already), len(version), len(narrowed)]
    assert counts == [7, 7, 3, 1, 2]
