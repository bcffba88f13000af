"""Two admins at the secrets at once, in real threads with connections of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.conf import LazySettings

from moderation.domain.refusals import Refused
from moderation.operations.endpoint import make_secret, retire_secret
from moderation.queries.endpoint import secrets_in_use
from tests import making
from tests.integrations.receiver import OTHER_SECRET, SECRET
from tests.races.test_delivery import PATIENCE, elsewhere

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_makers_at_once_one_makes_the_second_secret(settings: LazySettings) -> None:
    settings.WEBHOOK_SECRET = SECRET
    admin = making.admin()
    together = threading.Barrier(4)

    def make() -> str:
        together.wait(PATIENCE)
        try:
            return make_secret(actor=admin)
        except Refused:
            return ""

    with ThreadPoolExecutor(4) as threads:
        made = [each.result(PATIENCE) for each in [elsewhere(threads, make) for _ in range(4)]]

    assert len([secret for secret in made if secret]) == 1
    assert len(secrets_in_use()) == 2


def test_of_two_who_retire_different_secrets_at_once_one_is_refused(settings: LazySettings) -> None:
    settings.WEBHOOK_SECRET = f"{SECRET} {OTHER_SECRET}"
    admin = making.admin()
    together = threading.Barrier(2)

    def retire(fingerprint: str) -> bool:
        together.wait(PATIENCE)
        try:
            retire_secret(fingerprint, actor=admin)
        except Refused:
            return False
        return True

    marks = [each.fingerprint for each in secrets_in_use()]
    with ThreadPoolExecutor(2) as threads:
        tasks = [elsewhere(threads, partial(retire, mark)) for mark in marks]
        retired = [each.result(PATIENCE) for each in tasks]

    assert sorted(retired) == [False, True]
    assert len(secrets_in_use()) == 1
