"""What leaves Haven, or lets somebody in, asks for the second factor once more: without it nothing is done."""

from collections.abc import Callable
from datetime import date

import pytest

from accounts.models import ApiKey, AuditEntry, User
from accounts.operations import create_api_key, record_audit_export
from accounts.refusals import StepUp
from accounts.roles import Scope
from moderation.models import PlatformEndpoint, SigningSecret
from moderation.operations import check_ins, endpoint, exports, statements
from moderation.operations.personal_data import record_subject_access
from tests import making

pytestmark = pytest.mark.django_db

DEEDS: dict[str, Callable[[User], object]] = {
    "taking the audit trail": lambda by: record_audit_export(actor=by, narrowed={}),
    "taking a person's data": lambda by: record_subject_access(
        making.account().pk, actor=by, form="json", all_accounts=False
    ),
    "taking a list": lambda by: exports.record_export("sanctions", actor=by, narrowed={}),
    "taking the figures of a year": lambda by: exports.record_export(
        "transparency", actor=by, narrowed={"year": "2026"}
    ),
    "taking the list of who is overdue": lambda by: check_ins.record_export(actor=by, late="any", never=False),
    "taking statements": lambda by: statements.record_export(
        actor=by, since=date(2026, 1, 1), until=date(2026, 2, 1), written_as="csv"
    ),
    "making a key": lambda by: create_api_key("platform", actor=by, scopes=[Scope.MESSAGES_WRITE]),
    "making a webhook secret": lambda by: endpoint.make_secret(actor=by),
    "changing where events go": lambda by: endpoint.change_address("https://other.example.org/", actor=by),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_it_is_refused_until_the_factor_was_shown(deed: str) -> None:
    admin = making.admin()
    admin.is_fresh = False

    with pytest.raises(StepUp):
        DEEDS[deed](admin)

    assert not AuditEntry.objects.filter(actor_id=admin.pk).exists()
    assert not ApiKey.objects.exists()
    assert not SigningSecret.objects.exists()
    assert not PlatformEndpoint.objects.exclude(url="").exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_it_is_done_and_on_record_afterwards(deed: str) -> None:
    admin = making.admin()

    DEEDS[deed](admin)

    assert AuditEntry.objects.filter(actor_id=admin.pk).count() == 1
