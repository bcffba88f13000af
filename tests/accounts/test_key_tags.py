"""What `{% key %}` and `{% kbd %}` write into a page."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory

from accounts import keys
from accounts.keys import Action
from accounts.models import User
from accounts.preferences import Preferences


def rendered(tags: str, *, user: Any = None) -> str:
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    return Template("{% load keys %}" + tags).render(Context({"request": request}))


def liking(**likes: Any) -> User:
    return User(preferences=Preferences(**likes).to_json())


def test_an_action_that_there_is_not_does_not_pass_unseen() -> None:
    with pytest.raises(KeyError):
        rendered('{% key "no_such" %}')


@pytest.mark.parametrize(
    ("tags", "user", "text"),
    [
        ('{% key "confirm" %}{% kbd "confirm" %}', None, 'aria-keyshortcuts="c"<kbd>c</kbd>'),
        ('{% key "leave" %}{% kbd "leave" %}', None, 'aria-keyshortcuts="Escape"<kbd>Esc</kbd>'),
        ('{% key "confirm" "Control+Enter" %}', None, 'aria-keyshortcuts="c Control+Enter"'),
        ('{% key "confirm" %}{% kbd "confirm" %}', liking(keys={"confirm": ""}), ""),
        ('{% key "confirm" %}{% kbd "confirm" %}', liking(shortcuts=False), ""),
        ('{% key "confirm" "Control+Enter" %}', liking(shortcuts=False), 'aria-keyshortcuts="Control+Enter"'),
        ('{% key "confirm" %}', liking(keys={"confirm": "&"}), 'aria-keyshortcuts="&amp;"'),
    ],
)
def test_what_stands_on_the_page(tags: str, user: User | None, text: str) -> None:
    assert rendered(tags, user=user) == text


@pytest.mark.parametrize(("key", "printed"), [("Shift+f", "F"), ("Shift+1", "⇧1"), ("f", "f")])
def test_a_key_with_shift_is_printed_as_people_read_it(key: str, printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys.BY_CODE, "confirm", Action("confirm", "Confirm", key, "Decision"))

    assert rendered('{% kbd "confirm" %}') == f"<kbd>{printed}</kbd>"
    assert keys.is_possible(key, keys.BY_CODE["confirm"])


def test_where_nobody_is_signed_in_keys_are_what_they_are_by_themselves() -> None:
    assert Template('{% load keys %}{% kbd "undo" %}').render(Context()) == "<kbd>z</kbd>"
