"""The audit page: for whom it is, what it says to bad input, how it leads on."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from accounts import SYSTEM, audit
from accounts.models import AuditEntry
from accounts.queries import PAGE_SIZE
from tests import making
from tests.signing_in import signed_in

DAY = timedelta(days=1)


@transaction.atomic
def happen(times: int, verb: str = "case.claimed") -> None:
    account = making.account()
    for _ in range(times):
        audit.record(verb, actor=SYSTEM, target=account)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["moderator", "senior"])
def test_moderators_may_not_read_it(role: str) -> None:
    answer = signed_in(getattr(making, role)()).get(reverse("audit"))

    assert answer.status_code == 403
    assert "That is not yours to open" in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_admins_and_auditors_may(role: str) -> None:
    assert signed_in(getattr(making, role)()).get(reverse("audit")).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("target=what+did+ana+do%3F", "Write what it was done to"),
        ("verb=no.such", "no.such is not one of the available choices"),
        ("actor=staff:x", "staff:x is not one of the available choices"),
    ],
)
def test_what_makes_no_sense_is_told_beside_its_field(query: str, sentence: str) -> None:
    happen(1)

    answer = signed_in(making.auditor()).get(f"{reverse('audit')}?{query}")

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "case.claimed</td>" not in answer.text


@pytest.mark.django_db
@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 30])
def test_a_page_that_is_none_is_no_traceback(before: str) -> None:
    assert signed_in(making.auditor()).get(f"{reverse('audit')}?before={before}").status_code == 422


@pytest.mark.django_db
def test_filters_stay_while_one_pages_on() -> None:
    happen(PAGE_SIZE + 1, "a.a")
    happen(1, "b.b")
    client = signed_in(making.auditor())

    first = client.get(f"{reverse('audit')}?verb=a.a")
    older = client.get(f"{reverse('audit')}?verb=a.a&before={first.context['page'].following}")

    assert first.text.count('small">a.a</td>') == PAGE_SIZE
    assert f"verb=a.a&amp;before={first.context['page'].following}" in first.text
    assert older.text.count('small">a.a</td>') == 1
    assert 'small">b.b</td>' not in first.text + older.text


@pytest.mark.django_db
def test_a_target_may_be_typed_as_people_say_it() -> None:
    happen(1)

    answer = signed_in(making.auditor()).get(f"{reverse('audit')}?target=Account+")

    assert len(answer.context["page"].rows) == 1


@pytest.mark.django_db
def test_what_stands_in_the_trail_is_text_and_never_markup() -> None:
    with transaction.atomic():
        audit.record("x.y", actor=making.admin(name="<i>Eve</i>"), target=making.account(), note="<script>")

    text = signed_in(making.auditor()).get(reverse("audit")).text

    assert "&lt;i&gt;Eve" in text
    assert "<b><bdi>&lt;script&gt;</bdi></b>" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=yesterday", "valid date"),
        ("since=0001-01-01", "of this century"),
        ("since=2026-03-02&until=2026-03-01", "before the first one"),
    ],
)
def test_days_that_are_none_are_told_so(query: str, words: str) -> None:
    answer = signed_in(making.auditor()).get(f"{reverse('audit')}?{query}")
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.django_db
def test_days_narrow_the_trail() -> None:
    happen(1, "a.a")
    client = signed_in(making.auditor())
    today = AuditEntry.objects.filter(verb="a.a").latest("id").at.date()
    for since, until, found in ((today, today, 1), (today + DAY, "", 0), ("", today - DAY, 0), (today - DAY, "", 1)):
        answer = client.get(reverse("audit"), {"verb": "a.a", "since": str(since), "until": str(until)})
        assert len(answer.context["page"].rows) == found


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["moderator", "senior"])
def test_whoever_may_not_read_it_may_not_take_it(role: str) -> None:
    assert signed_in(getattr(making, role)()).post(reverse("audit_export")).status_code == 403
    assert not AuditEntry.objects.filter(verb="audit.exported").exists()


@pytest.mark.django_db
def test_the_trail_leaves_as_cells_that_no_spreadsheet_runs_and_on_record() -> None:
    audit.record("x.y", actor=making.admin(name="=cmd|' /C calc'!A0"), target=making.account())
    audit.record("a.b", actor=SYSTEM, target=making.account())
    auditor = making.auditor()
    answer = signed_in(auditor).post(reverse("audit_export"), {"verb": "x.y"})
    head, row = list(csv.reader(io.StringIO(b"".join(answer).decode())))
    assert head[:3] == ["id", "at", "verb"]
    assert row[2] == "x.y"
    assert row[5] == "'=cmd|' /C calc'!A0"
    entry = AuditEntry.objects.get(verb="audit.exported")
    assert (entry.actor_id, entry.details) == (auditor.pk, {"narrowed": {"verb": "x.y"}})
