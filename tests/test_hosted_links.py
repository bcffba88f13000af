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


BAD = {
    "nothing": "",
    "a letter": "x",
    "no token": "a:b:c",
    "too long": "x" * 300,
    "cut off": token()[:-1],
    "another purpose": token(p="check_in"),
    "no purpose": token(p=None),
    "no time": signing.dumps({"i": 7}, salt=SALT),
}


@pytest.mark.parametrize("bad", BAD)  # by name: a token holds the time at which it was made
def test_anything_else_is_no_link(bad: str) -> None:
    with pytest.raises(Missing):
        read_token(BAD[bad], Purpose.APPEAL, now=NOON)


def test_a_link_is_good_until_its_time() -> None:
    assert read_token(token(), Purpose.APPEAL, now=NOON) == 7
    with pytest.raises(Missing):
        read_token(token(), Purpose.APPEAL, now=NOON + timedelta(seconds=1))
