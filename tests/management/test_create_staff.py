"""The first person on staff comes from the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry, User

pytestmark = pytest.mark.django_db


def _make(monkeypatch: pytest.MonkeyPatch, password: str, *arguments: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    out = io.StringIO()
    call_command("create_staff", *arguments, "--password-stdin", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("password", "arguments", "sentence"),
    [
        ("short", ["ann", "--role", "admin"], "at least 12 characters"),
        ("correct horse battery", [" ", "--role", "admin"], "1 to 150 characters"),
        ("correct horse battery", ["ann", "--role", "king"], "invalid choice"),
    ],
)
def test_what_cannot_be_made_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, password: str, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        _make(monkeypatch, password, *arguments)
    assert not User.objects.exists()


def test_a_user_name_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _make(monkeypatch, "correct horse battery", "ann", "--role", "admin")
    with pytest.raises(CommandError, match="is taken"):
        _make(monkeypatch, "correct horse battery", "ann", "--role", "moderator")


def test_the_person_can_sign_in_and_the_record_says_who_made_them(monkeypatch: pytest.MonkeyPatch) -> None:
    said = _make(monkeypatch, "correct horse battery", "ann", "--role", "admin", "--name", "Ann")
    user = User.objects.get()
    assert said == "Ann can sign in as “ann” (admin).\n"
    assert user.check_password("correct horse battery")
    assert AuditEntry.objects.get(verb="staff.created").actor_name == "Haven"
