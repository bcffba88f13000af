"""Trying a draft on the past: who may not, what cannot be, what it finds, and that nothing stops it for good."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import Ground, TrialState
from moderation.models import Case, Message, PolicyTrial, PolicyVersion, clock
from moderation.operations import trying
from moderation.operations.policies import save_draft, start_draft
from moderation.operations.screening import screen_batch
from moderation.operations.trying import cancel_trial, start_trial, trial_batch
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = Ground.CONTACT_REQUESTED
SHARED = "grounds.contact_shared."


@pytest.fixture
def admin() -> User:
    return making.admin()


def draft(by: User, **values: Any) -> PolicyVersion:
    started = start_draft(actor=by)
    return save_draft(started.number, actor=by, seen_revision=1, values=values) if values else started


def tried(by: User, **values: Any) -> PolicyTrial:
    trial = start_trial(draft(by, **values).number, actor=by, days=30)
    while trial_batch():
        pass
    trial.refresh_from_db()
    return trial


def counts(trial: PolicyTrial) -> dict[str, int]:
    return {what: count for what, count in trial.found["counts"].items() if count}


def test_only_whoever_manages_the_policy_tries_it(admin: User) -> None:
    number = draft(admin).number
    for who in (making.senior(), making.auditor()):
        with pytest.raises(NotPermitted):
            start_trial(number, actor=who, days=30)
    trial = start_trial(number, actor=admin, days=30)
    with pytest.raises(NotPermitted):
        cancel_trial(trial.pk, actor=making.auditor())


def test_what_cannot_be_tried(admin: User) -> None:
    with pytest.raises(Missing):
        start_trial(7, actor=admin, days=30)
    with pytest.raises(WrongMove, match="only a draft"):
        start_trial(1, actor=admin, days=30)
    number = draft(admin).number
    for days in (0, 366):
        with pytest.raises(Refused, match="1 to 365 days"):
            start_trial(number, actor=admin, days=days)
    start_trial(number, actor=admin, days=30)
    with pytest.raises(WrongMove, match="being tried already"):
        start_trial(number, actor=admin, days=30)


def test_a_draft_like_the_version_in_force_changes_nothing(admin: User) -> None:
    making.case()

    trial = tried(admin)

    assert (trial.state, counts(trial)) == (TrialState.DONE, {"cases": 1})
    assert trial.done == trial.total == 1


def test_what_a_higher_threshold_no_longer_opens_is_held_against_what_people_decided(admin: User) -> None:
    making.case(score=0.95)
    for codes in (["suspension:7"], []):
        making.decided(making.case(score=0.7), *codes)
    reported = making.case(score=0.7)
    making.report(reported)

    found = counts(tried(admin, **{SHARED + "opens_from": 0.8}))

    assert found["closes"] == 2
    assert (found["decided"], found["sanctioned"], found["lost"], found["spared"]) == (2, 1, 1, 1)
    assert (found["agree_now"], found["agree_then"]) == (1, 1)


def test_what_would_be_severer_or_suggested_otherwise(admin: User) -> None:
    case = making.case(ground=ASKED)

    trial = tried(admin, **{f"grounds.{ASKED}.severity": "critical", f"grounds.{ASKED}.ladder": ["suspension:3"]})

    assert counts(trial) == {"cases": 1, "changed": 1, "severity": 1, "suggestion": 1, "second": 1}
    [example] = trial.found["examples"]["severity"]
    assert (example["case"], example["now"], example["then"]) == (
        case.pk,
        "Normal: Education notice",
        "Critical: Suspension, 3 days",
    )


def test_cases_from_before_the_period_are_left_out(admin: User) -> None:
    old = making.case()
    Case.objects.filter(pk=old.pk).update(opened_at=clock.now() - timedelta(days=31))

    assert counts(tried(admin)) == {}


def talk(text: str) -> Message:
    ann, ben = making.account(), making.account()
    return making.message(ann, text, within=making.conversation(ann, ben))


def test_a_contact_that_is_allowed_opens_nothing(admin: User) -> None:
    talk(f"text me on {making.PHONE}")
    screen_batch()
    assert Case.objects.count() == 1

    assert counts(tried(admin, allowed_contacts=[making.PHONE]))["closes"] == 1


def test_messages_are_read_anew_for_what_only_the_draft_finds(admin: User) -> None:
    talk("my orbitroom is blueheron77")
    talk("I had soup today")
    screen_batch()
    before = Case.objects.count()

    trial = tried(admin, private_terms={"orbitroom": "messaging_app"})

    assert before == Case.objects.count() == 0
    found = counts(trial)
    assert (found["messages"], found["opens"]) == (2, 1)
    assert "orbitroom" not in str(trial.found)


def test_it_goes_on_from_the_row_whoever_comes_next(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "CASES", 2)
    for _ in range(5):
        making.case()
    trial = start_trial(draft(admin).number, actor=admin, days=30)

    places = []
    while trial_batch():
        trial.refresh_from_db()
        places.append((trial.done, trial.state))

    assert places == [(2, "running"), (4, "running"), (5, "running"), (5, "done")]
    assert counts(trial) == {"cases": 5}


def test_a_batch_that_dies_leaves_what_was_found_before(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "CASES", 1)
    making.case()
    making.case()
    trial = start_trial(draft(admin).number, actor=admin, days=30)
    trial_batch()
    PolicyVersion.objects.filter(number=1).update(body={})

    assert trial_batch()

    trial.refresh_from_db()
    assert (trial.state, counts(trial)) == (TrialState.FAILED, {"cases": 1})
    assert not trial_batch()


def test_cancelling_keeps_what_was_found(admin: User) -> None:
    trial = start_trial(draft(admin).number, actor=admin, days=30)

    cancel_trial(trial.pk, actor=admin)

    assert not trial_batch()
    with pytest.raises(WrongMove, match="is cancelled"):
        cancel_trial(trial.pk, actor=admin)
    with pytest.raises(Missing):
        cancel_trial(making.NOBODYS_ID, actor=admin)


def test_a_batch_takes_as_many_queries_for_many_cases_as_for_one(
    admin: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        making.decided(making.case(score=0.7), "suspension:7")
    trial = start_trial(draft(admin, **{SHARED + "opens_from": 0.8}).number, actor=admin, days=30)

    with django_assert_max_num_queries(20):
        assert trial_batch()

    trial.refresh_from_db()
    assert counts(trial)["cases"] == 6
