"""What the case page is given: transcript, people, reports, suggestions; and for how many queries."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.refusals import NotPermitted
from moderation.domain.planning import Choice
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import Ground, Lane
from moderation.models import Account, Case, Evidence, clock
from moderation.operations.escalating import raise_case
from moderation.operations.leases import claim_case
from moderation.queries.cases import CasePage, case_page, own_case
from moderation.queries.desk import Draft, desk
from moderation.queries.transcripts import AROUND, Fold, Line
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)


def page_of(case: Case, **given: Any) -> CasePage:
    return case_page(case.pk, **{"viewer": making.moderator()} | given)


def test_a_case_that_is_not_there_is_missing() -> None:
    with pytest.raises(Missing):
        case_page(10**18, viewer=making.moderator())


def test_whoever_has_left_reads_nothing() -> None:
    case, gone = making.case(), making.moderator()
    gone.is_active = False

    with pytest.raises(NotPermitted):
        page_of(case, viewer=gone)


def queries_for(case: Case, viewer: User | None = None) -> int:
    viewer = viewer or making.moderator()
    with CaptureQueriesContext(
        connection,
    ) as seen:
        desk(case_page(case.pk, viewer=viewer))
    return len(seen)


def test_the_number_of_queries_does_not_grow_with_the_case() -> None:
    small = making.case(actor=making.account(person="p1"))
    making.message(making.account(), "hi", within=small.conversation)  # type: ignore[arg-type]
    making.report(small)
    large = making.case(actor=making.account(person="p2"))
    for number in range(8):
        other = making.account(person="p2" if number % 2 else "")
        large.parties.create(account=other, is_actor=True)
        making.message(other, "hello", within=large.conversation)  # type: ignore[arg-type]
        making.message(making.account(), "hi", within=large.conversation)  # type: ignore[arg-type]
        large.reports.create(
            ext_id=f"r{number}", reporter=making.account(), reported=other, reason=Ground.OTHER,
            text="x", created_at=making.NOON,
        )  # fmt: skip
        making.decided(making.case(actor=other), "education_notice")
        large.notes.create(text="a note", written_by=making.moderator())
    for lane in (Lane.CRISIS, Lane.SAFEGUARDING):
        raise_case(large.pk, actor=making.moderator(), lane=lane, note="fear")

    assert queries_for(large) <= queries_for(small) <= 24


def test_whoever_holds_the_case_needs_one_query_more() -> None:
    case, holder = making.case(), making.moderator()
    claim_case(case.pk, actor=holder)

    assert queries_for(case, holder) == queries_for(case) + 1  # for the colleagues


def test_only_what_is_around_the_evidence_is_shown_and_the_rest_is_counted() -> None:
    actor, other = making.account(), making.account()
    case = making.case(actor=actor, other=other)
    where = case.conversation
    assert where is not None
    evidence = case.evidence.get()
    for minutes in range(1, AROUND + 6):
        making.message(other, f"before {minutes}", within=where, sent_at=evidence.sent_at - timedelta(minutes=minutes))
        making.message(other, f"after {minutes}", within=where, sent_at=evidence.sent_at + timedelta(minutes=minutes))

    items = page_of(case).transcript.items

    assert [(i.where, i.count) for i in items if isinstance(i, Fold)] == [("earlier", 5), ("later", 5)]
    assert len([i for i in items if isinstance(i, Line)]) == 2 * AROUND + 1


def test_a_gap_between_two_pieces_of_evidence_is_counted() -> None:
    case = making.case()
    where, first = case.conversation, case.evidence.get()
    assert where is not None
    for minutes in range(1, 31):
        making.message(case.subject, "…", within=where, sent_at=first.sent_at + timedelta(minutes=minutes))
    last = making.message(case.subject, "again", within=where, sent_at=first.sent_at + timedelta(minutes=31))
    Evidence.objects.create(
        case=case, message_id=last.pk, sender=case.subject, sent_at=last.sent_at, text=last.text, digest="d"
    )

    folds = [item for item in page_of(case).transcript.items if isinstance(item, Fold)]

    assert [(fold.where, fold.count) for fold in folds] == [("more", 10)]


def test_what_is_hidden_is_not_in_the_page() -> None:
    case = making.case(text=f"call me on {making.PHONE}, or did you lose {making.PHONE}?")

    assert making.PHONE not in repr(page_of(case))
    assert making.PHONE in repr(page_of(case, is_revealed=True).transcript)


def test_a_repeat_of_the_contact_by_somebody_else_is_hidden_too() -> None:
    case = making.case()
    assert case.conversation is not None
    making.message(making.account(), f"so {making.PHONE}?", within=case.conversation)

    assert making.PHONE not in repr(page_of(case))


def test_the_words_of_an_invitation_can_be_read() -> None:
    case = making.case(ground=Ground.CONTACT_REQUESTED, text="what's your snap", contact="your snap")
    finding = case.findings.get()
    case.findings.update(kind="messaging_app", spans=[finding.spans[0] | {"kind": "messaging_app"}])

    (line,) = [item for item in page_of(case).transcript.items if isinstance(item, Line) if item.findings]

    assert [(piece.text, piece.marked, piece.hidden) for piece in line.pieces] == [
        ("what's ", False, False),
        ("your snap", True, False),
    ]


def test_a_report_without_a_conversation_has_a_page() -> None:
    reported = making.account()
    case = Case.objects.create(
        subject=reported, ground=Ground.OTHER, grounds=["other"], severity=0, priority=0, headline="Reported",
        opened_at=making.NOON, due_at=making.NOON, policy_version_id=making.case().policy_version_id,
    )  # fmt: skip
    case.parties.create(account=reported, is_actor=True)

    page = page_of(case)

    assert page.transcript.room == ""
    assert page.transcript.items == ()


def test_the_suggestion_rises_with_what_was_decided_before() -> None:
    actor = making.account()
    making.decided(making.case(actor=actor), "suspension:7")

    (suggested,) = page_of(making.case(actor=actor)).suggested

    assert [measure.code for measure in suggested.suggestion.measures] == ["suspension:30"]
    assert "1 earlier sanction" in suggested.suggestion.why


def test_sharing_with_a_teen_suggests_the_removal_of_the_badge() -> None:
    case = making.case(actor=making.listener(badges=["teen_listener"]), other=making.teen())

    page = page_of(case)

    assert {choice.choice for choice in desk(page).choices} == set(Choice)
    assert desk(page).choices[0].label == "Remove teen badge and suspend for 7 days"
    assert desk(page).second


def charges_of(page: CasePage) -> dict[str, list[tuple[str, str]]]:
    """By ground, who can be decided about and what stands answered."""
    return {
        ground.label: [
            (charge.candidate.name, next(a.code for a in (*charge.answers, *charge.badge_answers) if a.is_chosen))
            for charge in ground.charges
        ]
        for ground in desk(page).grounds
    }


def test_every_actor_can_be_decided_about_on_every_ground_and_nobody_else() -> None:
    ann, ben = making.account(username="ann"), making.account(username="ben")
    case = making.case(actor=ann, other=ben)
    found = case.findings.get()
    case.findings.create(
        actor=ann, rule=Ground.CONTACT_REQUESTED, kind="other", score=0.8, explanation="asks", detector="phrases",
        engine="test", message_ids=found.message_ids, spans=[], key="another",
    )  # fmt: skip

    assert charges_of(page_of(case)) == {
        "Contact shared": [("ann", "suggested")],
        "Contact requested": [("ann", "suggested")],
    }


def test_whoever_was_there_can_be_decided_about_for_off_site_contact_and_nothing_is_suggested_for_them() -> None:
    ann, ben = making.account(username="ann"), making.account(username="ben")

    page = page_of(making.case(actor=ann, other=ben, ground=Ground.OFFSITE_CONTACT))

    assert charges_of(page) == {"Off-site contact": [("ann", "suggested"), ("ben", "none")]}


def test_all_accounts_of_the_person_can_be_decided_about_for_harm() -> None:
    case, _ = harm()

    (answers,) = charges_of(page_of(case)).values()

    assert answers == [(case.subject.display_name, "suggested"), ("Linked account 1", "suggested")]


def test_only_whoever_holds_the_badge_can_lose_it() -> None:
    ann = making.listener(badges=["teen_listener"])
    held, plain = (making.case(actor=actor, other=making.teen()) for actor in (ann, making.account()))

    assert desk(page_of(held)).grounds[0].charges[0].badge_answers
    assert not desk(page_of(plain)).grounds[0].charges[0].badge_answers


def test_the_reasons_are_those_of_the_grounds_and_the_first_nine_have_a_key() -> None:
    shown = desk(page_of(making.case())).reasons

    assert [(reason.label, reason.action) for reason in shown][:2] == [
        ("gave a number", "reason_1"),
        ("gave a name on another platform", "reason_2"),
    ]
    assert "asked twice" not in [reason.label for reason in shown]


def test_another_template_replaces_the_text_once_and_then_what_is_typed_stays() -> None:
    page = page_of(making.case())
    code = desk(page).notices[0].code
    draft = Draft(page.first_wish, notices={code: "my words"}, templates={code: "gentle"})

    anew = desk(page, replace(draft, made_from={code: "standard"})).notices[0]
    kept = desk(page, replace(draft, made_from={code: "gentle"})).notices[0]

    assert (anew.is_recast, anew.text.count("hard to read")) == (True, 1)
    assert (kept.is_recast, kept.text) == (False, "my words")


def test_a_badge_that_nobody_holds_is_not_offered() -> None:
    assert Choice.BADGE not in [choice.choice for choice in desk(page_of(making.case())).choices]


def harm(person: str = "p") -> tuple[Case, Account]:
    linked = making.account(username="tideline", person=person)
    return making.case(ground=Ground.OFFSITE_HARM, actor=making.account(person=person)), linked


def test_harm_reaches_all_accounts_of_the_person() -> None:
    case, linked = harm()

    page = page_of(case)

    assert page.first_wish.accounts == {case.subject_id, linked.pk}
    assert len(desk(page).notices) == 2


def test_which_accounts_are_one_person_is_shown_to_whoever_manages_sanctions_only() -> None:
    case, _ = harm()

    assert "tideline" not in repr(page_of(case)) + repr(desk(page_of(case)))
    for_admin = page_of(case, viewer=making.admin())
    assert "tideline" in repr(desk(for_admin))
    assert "tideline" not in repr(for_admin.people.parties)


def test_other_grounds_do_not_reach_linked_accounts() -> None:
    making.account(person="q")
    case = making.case(actor=making.account(person="q"))

    assert page_of(case).first_wish.accounts == {case.subject_id}


def test_the_form_keeps_what_was_typed() -> None:
    page = page_of(making.case())
    code = desk(page).notices[0].code

    shown = desk(page, Draft(page.first_wish, notices={code: "my words"}, note="my note"))

    assert shown.notices[0].text == "my words"
    assert shown.note == "my note"


@pytest.mark.parametrize(("viewer", "stance"), [(making.moderator, "take"), (making.auditor, "read")])
def test_what_one_can_do_with_a_case_that_nobody_holds(viewer: Any, stance: str) -> None:
    assert page_of(making.case(), viewer=viewer()).stance == stance


def test_what_one_can_do_with_a_case_that_somebody_holds() -> None:
    holder, case = making.moderator(), making.case()
    claim_case(case.pk, actor=holder)

    assert page_of(case, viewer=holder).stance == "decide"
    assert page_of(case).stance == "wait"


def test_a_lease_that_ran_out_is_nobodys() -> None:
    holder, case = making.moderator(), making.case()
    claim_case(case.pk, actor=holder)
    Case.objects.filter(pk=case.pk).update(lease_expires_at=clock.now() - timedelta(seconds=1))

    assert page_of(case, viewer=holder).stance == "take"


def test_a_case_that_one_holds_already_comes_next() -> None:
    holder, first, second = making.moderator(), making.case(), making.case()
    claim_case(first.pk, actor=holder)
    claim_case(second.pk, actor=holder)

    assert own_case(holder, besides=first.pk) == second.pk
    assert own_case(making.moderator(), besides=first.pk) is None
