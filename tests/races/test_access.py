"""Changes of who may do what at the same moment: one wins, and somebody always stays who can manage. Real threads."""

from urllib.parse import urlsplit

import pytest

from accounts import invitations, team
from accounts.models import Invitation, User
from accounts.refusals import Missing, Refused
from accounts.roles import Role
from accounts.team import MANAGERS
from tests import making
from tests.races.test_cases import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_admins_who_take_it_from_each_other_leave_one() -> None:
    one, other = making.admin(), making.admin()

    results = at_once(
        lambda: team.deactivate(other.pk, actor=one),
        lambda: team.change_role(one.pk, actor=other, role=Role.MODERATOR),
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert User.objects.filter(MANAGERS, is_active=True).count() == 1


def test_of_those_who_use_an_invitation_one_comes_in() -> None:
    made = invitations.invite("Ines", actor=making.admin(), role=Role.MODERATOR)
    token = urlsplit(made.link).path.split("/")[-2]

    results = at_once(
        *(lambda n=n: invitations.accept(token, username=f"ines{n}", password="a long walk") for n in range(3))
    )

    assert sorted(isinstance(result, Missing) for result in results) == [False, True, True]
    assert User.objects.filter(username__startswith="ines").count() == 1
    assert Invitation.objects.get().used_at is not None


def test_an_invitation_is_used_or_withdrawn() -> None:
    by = making.admin()
    made = invitations.invite("Ines", actor=by, role=Role.MODERATOR)
    token = urlsplit(made.link).path.split("/")[-2]

    results = at_once(
        lambda: invitations.accept(token, username="ines", password="a long walk"),
        lambda: invitations.withdraw(made.invitation.pk, actor=by),
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert User.objects.filter(username="ines").exists() is (made_use := Invitation.objects.get().used_at is not None)
    assert made_use is isinstance(results[1], Refused)
