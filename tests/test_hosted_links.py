"""Links that need no account: only whole ones, for their own purpose, in their time."""

from datetime import timedelta

import pytest
from django.core import signing

from moderation.domain.refusals import Missing
from moderation.hosted_links import Purpose, read_token
from tests.making import NOON

SALT = "moderation.hosted_links"


def token(**changed: object) -> str:
    return signing.dumps({"p": "appeal", "i": 7, "u": int(NOON.timestamp())} | changed, salt=SALT)


@pytest.mark.parametrize(
    "bad",
    ["", "x", "a:b:c", "x" * 300, token()[:-1], token(p="check_in"), token(p=None), signing.dumps({"i": 7}, salt=SALT)],
)
def test_anything_else_is_no_link(bad: str) -> None:
    with pytest.raises(Missing):
        read_token(bad, Purpose.APPEAL, now=NOON)


def test_a_link_is_good_until_its_time() -> None:
    assert read_token(token(), Purpose.APPEAL, now=NOON) == 7
    with pytest.raises(Missing):
        read_token(token(), Purpose.APPEAL, now=NOON + timedelta(seconds=1))
