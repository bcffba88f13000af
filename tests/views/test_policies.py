"""The pages of the policy over HTTP: who may not, what is refused beside its field, what two editors see."""

import html
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from moderation.domain.policy_fields import BY_CODE, FIELDS
from moderation.forms.policies import SectionForm
from moderation.models import PolicyTrial, PolicyVersion
from moderation.operations.policies import save_draft, start_draft
from moderation.operations.trying import start_trial, trial_batch
from moderation.queries.policies import versions_page
from tests import making
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE, HX

pytestmark = pytest.mark.django_db(transaction=True)

SEVERITY = "grounds.contact_requested.severity"


@pytest.fixture
def admin() -> User:
    return making.admin(name="Robin")


@pytest.fixture
def draft(admin: User) -> PolicyVersion:
    return start_draft(actor=admin)


@pytest.fixture
def browser(admin: User) -> Client:
    return signed_in(admin)


def sent(draft: PolicyVersion, section: str, **changed: Any) -> dict[str, Any]:
    """What a browser sends of a section in which only this was changed."""
    form = SectionForm.of(BY_CODE[section], draft.body, draft.revision)
    data: dict[str, Any] = {"revision": draft.revision, "was": form.was_text}
    for path, typed in form.typed.items():
        if typed and isinstance(typed, list) and isinstance(typed[0], dict):
            data |= {f"{path}.{at}.{name}": text for at, row in enumerate(typed) for name, text in row.items()}
        else:
            data[path] = typed
    return data | changed


def edit(section: str, number: int = 2) -> str:
    return reverse("policy_edit", args=[number, section])


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_an_auditor_reads_everything_and_changes_nothing(draft: PolicyVersion) -> None:
    browser = signed_in(making.auditor())

    for address in (reverse("policies"), reverse("policy", args=[1]), reverse("policy", args=[2])):
        page = browser.get(address)
        assert page.status_code == 200
        assert b"Start a draft" not in page.content
        assert b"Publish" not in page.content.replace(b"Published", b"").replace(b"Compare, try, publish", b"")
    assert browser.get(edit("rules")).status_code == 403
    assert browser.post(edit("rules"), sent(draft, "rules")).status_code == 403


@pytest.mark.parametrize("who", [making.moderator, making.senior])
def test_others_do_not_even_read_it(who: Any) -> None:
    assert signed_in(who()).get(reverse("policies")).status_code == 403


@pytest.mark.parametrize("address", [edit("gossip"), edit("rules", 1), edit("rules", 9), "/policies/9/"])
def test_what_is_not_there_is_not_found(draft: PolicyVersion, browser: Client, address: str) -> None:
    assert browser.get(address).status_code == 404


def test_a_bad_value_gets_its_sentence_and_nothing_good_is_lost(draft: PolicyVersion, browser: Client) -> None:
    answer = browser.post(edit("times"), sent(draft, "times", undo_seconds="soon", lease_seconds="300"))

    page = text_of(answer)
    assert answer.status_code == 422
    assert "Write a whole number: 1 to 600 seconds." in page
    assert 'value="soon"' in page
    assert 'value="300"' in page
    assert 'id="undo_seconds-fault"' in page
    draft.refresh_from_db()
    assert draft.revision == 1


def test_what_only_the_whole_can_know_stands_beside_its_field_too(draft: PolicyVersion, browser: Client) -> None:
    answer = browser.post(edit("times"), sent(draft, "times", **{"due_minutes.critical": "61"}))

    assert answer.status_code == 422
    assert 'id="due_minutes-critical-fault"' in text_of(answer)


@pytest.mark.parametrize("section", list(BY_CODE))
def test_every_section_comes_back_as_it_was_sent(draft: PolicyVersion, browser: Client, section: str) -> None:
    page = text_of(browser.get(edit(section)))
    for field in BY_CODE[section].fields:
        assert field.says in page

    answer = browser.post(edit(section), sent(draft, section))

    assert answer.status_code == 303
    draft.refresh_from_db()
    assert draft.revision == 1


def test_a_template_with_an_unknown_placeholder_is_refused(draft: PolicyVersion, browser: Client) -> None:
    answer = browser.post(edit("notices"), sent(draft, "notices", **{"notices.suspension.0.text": "{username} {oops}"}))

    assert answer.status_code == 422
    assert "The text “standard”: nothing fills in {oops}." in text_of(answer)


def test_of_two_editors_the_second_sees_both(draft: PolicyVersion, browser: Client) -> None:
    ash = making.admin(name="Ash")
    theirs = {SEVERITY: "critical", "grounds.other.opens_from": 0.75}
    save_draft(2, actor=ash, seen_revision=1, values=theirs)

    answer = browser.post(edit("rules"), sent(draft, "rules", **{SEVERITY: "high", "ladder_window_days": "180"}))

    page = text_of(answer)
    assert answer.status_code == 409
    assert "Ash has saved the draft" in page
    assert "You both changed this" in page
    assert 'value="180"' in page
    assert 'value="0.75"' in page
    assert "Saved meanwhile: <bdi>critical</bdi>" in page
    assert page.count("Saved meanwhile: ") == 1
    draft.refresh_from_db()
    assert draft.body["grounds"]["contact_requested"]["severity"] == "critical"
    assert draft.body["ladder_window_days"] == 365

    draft.refresh_from_db()
    again = browser.post(edit("rules"), sent(draft, "rules", **{SEVERITY: "high", "ladder_window_days": "180"}))

    assert again.status_code == 303
    draft.refresh_from_db()
    assert draft.body["grounds"]["other"]["opens_from"] == 0.75
    assert draft.body["grounds"]["contact_requested"]["severity"] == "high"


def test_hostile_texts_stay_texts(draft: PolicyVersion, browser: Client) -> None:
    hostile = f"{HOSTILE} <b>"
    save_draft(2, actor=making.admin(name=HOSTILE), seen_revision=1, values={"teen_clause.text": hostile})

    for address in (reverse("policies"), reverse("policy", args=[2]), edit("rules")):
        assert HOSTILE.encode() not in browser.get(address).content


def test_the_difference_reads_as_a_sentence(draft: PolicyVersion, browser: Client) -> None:
    save_draft(2, actor=making.admin(), seen_revision=1, values={SEVERITY: "high"})

    page = text_of(browser.get(reverse("policy", args=[2])))

    assert "Contact requested, severity</b>: <bdi>normal</bdi> → <bdi>high</bdi>" in page
    assert "You have written in this draft" in page
    other = signed_in(making.admin())
    assert "Publish version 2" in text_of(other.get(reverse("policy", args=[2])))


def test_a_second_person_publishes(draft: PolicyVersion, browser: Client) -> None:
    save_draft(2, actor=making.admin(), seen_revision=1, values={SEVERITY: "high"})
    other, publish = signed_in(making.admin()), reverse("policy_publish", args=[2])

    assert browser.post(publish, {"revision": 2, "note": "x"}).status_code == 403
    assert other.post(publish, {"revision": 1, "note": "x"}).status_code == 409
    assert other.post(publish, {"revision": 2, "note": ""}).status_code == 422
    assert other.post(publish, {"revision": 2, "note": "Asking is grave."}).status_code == 303
    assert PolicyVersion.objects.in_force().number == 2
    assert "Asking is grave." in text_of(browser.get(reverse("policies")))


def test_a_trial_asks_for_itself_until_it_is_done(draft: PolicyVersion, browser: Client) -> None:
    making.case()
    answer = browser.post(reverse("policy_try", args=[2]), {"days": "30"})
    trial = PolicyTrial.objects.get()
    address = reverse("policy_trial", args=[trial.pk])
    assert answer["Location"] == address

    running = browser.get(address, headers=HX)
    while trial_batch():
        pass
    done = browser.get(address, headers=HX)

    assert b"every 2s" in running.content
    assert b"every 2s" not in done.content
    assert b"Done: 1 cases" in done.content
    assert browser.post(reverse("policy_trial_cancel", args=[trial.pk])).status_code == 422
    assert browser.post(reverse("policy_try", args=[2]), {"days": "0"}).status_code == 422


def test_cancelling_and_throwing_away(draft: PolicyVersion, browser: Client, admin: User) -> None:
    trial = start_trial(2, actor=admin, days=7)

    assert browser.post(reverse("policy_trial_cancel", args=[trial.pk])).status_code == 303
    assert browser.post(reverse("policy_discard", args=[2]), {"revision": 3}).status_code == 409
    assert browser.post(reverse("policy_discard", args=[2]), {"revision": 1}).status_code == 303
    assert not PolicyVersion.objects.drafts().exists()
    assert browser.get(reverse("policy_trial", args=[trial.pk])).status_code == 404


def test_many_versions_take_as_many_queries_as_one(admin: User) -> None:
    body = PolicyVersion.objects.in_force().body
    now = PolicyVersion.objects.in_force().published_at
    with CaptureQueriesContext(connection) as one:
        versions_page(viewer=admin)
    PolicyVersion.objects.bulk_create(
        [PolicyVersion(number=number, body=body, published_at=now) for number in range(2, 60)]
    )

    with CaptureQueriesContext(connection) as many:
        page = versions_page(viewer=admin)

    assert len(many) == len(one)
    assert (len(page.versions), page.before) == (50, 10)
    assert len(versions_page(viewer=admin, before=page.before).versions) == 9


def test_every_field_is_in_a_section_once() -> None:
    paths = [field.path for field in FIELDS]

    assert len(set(paths)) == len(paths)
