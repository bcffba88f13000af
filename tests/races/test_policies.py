"""Two people at one draft of the policy. Real threads."""

import pytest

from moderation.domain.refusals import Refused
from moderation.models import PolicyVersion
from moderation.operations.policies import publish, save_draft, start_draft
from moderation.operations.trying import start_trial, trial_batch
from tests import making
from tests.races.test_cases import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_start_a_draft(_round: int) -> None:
    people = [making.admin() for _ in range(3)]

    results = at_once(*(lambda who=who: start_draft(actor=who) for who in people))

    assert sum(isinstance(result, Refused) for result in results) == 2
    assert PolicyVersion.objects.drafts().count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_saving_against_saving_against_publishing(_round: int) -> None:
    writer, other, publisher = (making.admin() for _ in range(3))
    start_draft(actor=writer)
    save_draft(2, actor=writer, seen_revision=1, values={"undo_seconds": 20})

    results = at_once(
        lambda: save_draft(2, actor=writer, seen_revision=2, values={"undo_seconds": 30}),
        lambda: save_draft(2, actor=other, seen_revision=2, values={"undo_seconds": 40}),
        lambda: publish(2, actor=publisher, seen_revision=2, note="why"),
    )

    assert sum(isinstance(result, Refused) for result in results) == 2
    version = PolicyVersion.objects.get(number=2)
    said = {True: 20, False: version.body["undo_seconds"]}[not version.is_draft]
    assert version.body["undo_seconds"] == said


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_workers_share_a_trial_without_counting_twice(_round: int) -> None:
    admin = making.admin()
    for _ in range(3):
        making.case()
    trial = start_trial(start_draft(actor=admin).number, actor=admin, days=7)

    while any(at_once(trial_batch, trial_batch, trial_batch)):
        pass

    trial.refresh_from_db()
    assert (trial.state, trial.found["counts"]["cases"]) == ("done", 3)
