"""What is held about one person, for whoever answers them; and the page that says what is kept for how long."""

import json
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from moderation.domain.refusals import NotPermitted
from moderation.domain.vocabulary import Kind
from moderation.models import Account, Appeal, Contact, Evidence, Note, Report
from moderation.operations.contacts import Given, keep
from moderation.operations.personal_data import forget_words, record_subject_access
from moderation.queries.subject_access import person_data
from tests import making
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def take(person: Any, account: Account, **said: str) -> Any:
    return signed_in(person).post(reverse("person_data_take", args=[account.pk]), {"form": "json"} | said)


def about(account: Account) -> Any:
    """Somebody reported the account, in words that would give them away; staff wrote a note."""
    case = making.case(actor=account, text=f"my number is {making.PHONE}")
    making.report(case, reporter="the-one-who-told", text="it is me, your partner of Tuesday")
    Note.objects.create(account=account, text="kind on the whole", written_by=making.moderator(name="Robin Staff"))
    return case


@pytest.mark.parametrize("role", ["moderator", "senior", "auditor"])
def test_only_admins_take_anybodys_data(role: str) -> None:
    account = making.account()
    answer = take(getattr(making, role)(), account)
    assert answer.status_code == 403
    with pytest.raises(NotPermitted):
        record_subject_access(account.pk, actor=getattr(making, role)(), form="json", all_accounts=False)
    with pytest.raises(NotPermitted):
        person_data(account.pk, viewer=getattr(making, role)())
    assert not AuditEntry.objects.filter(verb="person.data_taken").exists()


@pytest.mark.parametrize("said", [{"form": ""}, {"form": "xml"}])
def test_a_form_that_is_none_is_refused_and_not_on_record(said: dict[str, str]) -> None:
    assert take(making.admin(), making.account(), **said).status_code == 422
    assert not AuditEntry.objects.filter(verb="person.data_taken").exists()


def test_of_an_account_that_is_not_there_nothing_is_known() -> None:
    client = signed_in(making.admin())
    for name in ("person_data", "person_data_take"):
        address = reverse(name, args=[making.NOBODYS_ID])
        answer = client.post(address, {"form": "json"}) if name.endswith("take") else client.get(address)
        assert answer.status_code == 404


def test_it_holds_the_persons_own_words_and_nobody_elses() -> None:
    account = making.account()
    case = about(account)
    other = case.parties.exclude(account=account).first().account
    making.message(other, "something of the other person", within=case.conversation)

    text = take(making.admin(), account).text

    told = json.loads(text)["data"]
    assert told["messages"]["rows"][0]["text"] == f"my number is {making.PHONE}"
    assert told["notes"]["rows"][0]["text"] == "kind on the whole"
    assert told["reports_about"]["rows"][0]["reason"] == case.ground
    for secret in ("the-one-who-told", "partner of Tuesday", "Robin Staff", "something of the other person"):
        assert secret not in text


def test_that_it_was_taken_is_on_record_before_it_leaves() -> None:
    admin, account = making.admin(), making.account()
    answer = take(admin, account)
    assert answer["Content-Disposition"] == f'attachment; filename="account-{account.pk}.json"'
    entry = AuditEntry.objects.get(verb="person.data_taken")
    assert (entry.actor_id, entry.target_id, entry.on_behalf_of) == (
        admin.pk,
        str(account.pk),
        f"account {account.pk}",
    )


def test_other_accounts_of_the_person_are_in_it_only_when_asked_for() -> None:
    account, other = (making.account(person="one-person") for _ in range(2))
    assert other.ext_id not in take(making.admin(), account).text
    both = json.loads(take(making.admin(), account, all_accounts="on").text)
    assert both["accounts"] == [account.ext_id, other.ext_id]


def test_the_readable_page_says_the_same_and_runs_nothing() -> None:
    account = making.account()
    where = making.conversation(account)
    making.message(account, "<script>alert(1)</script>", within=where)
    page = take(making.admin(), account, form="page").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_the_page_says_how_much_is_held_and_what_must_stay() -> None:
    account = making.account()
    case = about(account)
    page = signed_in(making.admin()).get(reverse("person_data", args=[account.pk])).text
    assert f"case {case.pk}" in page
    closed = making.account()
    page = signed_in(making.admin()).get(reverse("person_data", args=[closed.pk])).text
    assert "can go at once" in page


def test_the_retention_page_shows_every_kind() -> None:
    page = signed_in(making.admin()).get(reverse("retention"))
    assert page.status_code == 200
    for words in ("Messages", "Evidence", "Texts of reports", "365", "730"):
        assert words in page.text


def test_forgetting_leaves_what_an_open_case_needs() -> None:
    account = making.account()
    case = about(account)
    keep(case, [Given(account.pk, Kind.PHONE, making.PHONE)])
    assert forget_words(account) == {
        "evidence": 0,
        "contacts": 0,
        "reports": 0,
        "appeals": 0,
        "snippets": 0,
        "notes": 1,
        "notices": 0,
        "replies": 0,
    }
    assert Evidence.objects.filter(case=case).exists()
    assert Contact.objects.filter(case=case).exists()


def test_forgetting_takes_every_word_that_nothing_needs() -> None:
    account = making.account()
    other = making.case()
    making.report(other, reporter=account.ext_id, text="they asked me for my number")
    making.decided(other)
    case = making.case(actor=account)
    keep(case, [Given(account.pk, Kind.PHONE, making.PHONE)])
    making.decided(case)
    for closed in (case, other):
        closed.decisions.update(undo_until=None)
    gone = forget_words(account)
    taken = {"evidence": 1, "contacts": 1, "reports": 1, "snippets": 1}
    assert gone == {"appeals": 0, "notes": 0, "notices": 0, "replies": 0} | taken
    assert Report.objects.get(reporter=account).text == ""
    assert not Appeal.objects.exists()
