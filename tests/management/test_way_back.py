"""The way back in from the shell."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests import making

pytestmark = pytest.mark.django_db


def test_nobody_and_the_deactivated_are_refused() -> None:
    gone = making.moderator(is_active=False)

    for username, words in (("nobody-at-all", "nobody with the user name"), (gone.username, "has been deactivated")):
        with pytest.raises(CommandError, match=words):
            call_command("way_back", username)


def test_the_link_lets_in(client: Client) -> None:
    out = StringIO()

    call_command("way_back", making.admin().username, stdout=out)

    link = out.getvalue().splitlines()[-1]
    assert client.get(urlsplit(link).path)["Location"] == "/join/"
