"""The team: who is on staff, in which role, whose cases they see; invitations, and roles that admins make."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts import custom_roles, invitations, team
from accounts.access import requires
from accounts.roles import ALWAYS, Age, Capability, Role
from accounts.team import grantable
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Ground
from moderation.forms.sentences import sentences
from moderation.forms.team import CustomRoleForm, InviteForm, ReachForm, RoleForm
from moderation.http import SeeOther, StaffRequest
from moderation.queries.team import member_page, roles_page, team_page

managers = requires(Capability.MANAGE_TEAM)


@require_safe
@managers
def staff(request: StaffRequest) -> HttpResponse:
    return render(request, "moderation/staff.html", {"page": team_page(viewer=request.user)})


@require_safe
@managers
def staff_member(request: StaffRequest, person_id: int) -> HttpResponse:
    page = member_page(person_id, viewer=request.user)
    return render(request, "moderation/staff_member.html", {"page": page, "rules": list(Ground), "ages": list(Age)})


@require_POST
@managers
def staff_invite(request: StaffRequest) -> HttpResponse:
    """The link stands in the answer and nowhere else: there is no page to come back to."""
    said = _said(InviteForm(request.POST))
    role = said["role"]
    made = invitations.invite(said["name"], actor=request.user, role=role.role, custom_role_id=role.custom_role_id)
    return render(request, "moderation/staff_invited.html", {"invited": made})


@require_POST
@managers
def invitation_withdraw(request: StaffRequest, invitation_id: int) -> HttpResponse:
    gone = invitations.withdraw(invitation_id, actor=request.user)
    return _done(request, f"The invitation of {gone.name} is withdrawn: its link does not work any more.")


@require_POST
@managers
def staff_role(request: StaffRequest, person_id: int) -> HttpResponse:
    role = _said(RoleForm(request.POST))["role"]
    person = team.change_role(person_id, actor=request.user, role=role.role, custom_role_id=role.custom_role_id)
    return _done(request, f"{person.name} is {person.role_name} from now on.", person_id)


@require_POST
@managers
def staff_reach(request: StaffRequest, person_id: int) -> HttpResponse:
    said = _said(ReachForm(request.POST))
    person = team.change_reach(
        person_id, actor=request.user, rules=said["rules"], ages=[Age(age) for age in said["ages"]]
    )
    which = "only the cases that you chose" if person.rules or person.ages else "all cases"
    return _done(request, f"{person.name} sees {which} from now on.", person_id)


@require_POST
@managers
def staff_deactivate(request: StaffRequest, person_id: int) -> HttpResponse:
    person = team.deactivate(person_id, actor=request.user)
    return _done(request, f"{person.name} cannot sign in any more; their sessions have ended.", person_id)


@require_POST
@managers
def staff_activate(request: StaffRequest, person_id: int) -> HttpResponse:
    person = team.activate(person_id, actor=request.user)
    return _done(request, f"{person.name} can sign in again.", person_id)


@require_POST
@managers
def staff_sign_out(request: StaffRequest, person_id: int) -> HttpResponse:
    ended = team.sign_out(person_id, actor=request.user)
    return _done(request, f"{ended} session{'' if ended == 1 else 's'} ended.", person_id)


@require_POST
@managers
def staff_way_back(request: StaffRequest, person_id: int) -> HttpResponse:
    made = invitations.invite_back(person_id, actor=request.user)
    return render(request, "moderation/staff_invited.html", {"invited": made})


@require_safe
@managers
def roles(request: StaffRequest) -> HttpResponse:
    context = {
        "roles": roles_page(viewer=request.user),
        "capabilities": [each for each in Capability if each not in ALWAYS],
        "grantable": grantable(request.user),
        "built_in": list(Role),
    }
    return render(request, "moderation/roles.html", context)


@require_POST
@managers
def role_make(request: StaffRequest) -> HttpResponse:
    form = CustomRoleForm(request.POST)
    said = _said(form)
    goes_by = Role(said["goes_by"] or Role.MODERATOR)
    made = custom_roles.make_role(said["name"], actor=request.user, goes_by=goes_by, **form.wanted())
    return _roles(request, f"The role “{made.name}” is made. Give it to people on their page.")


@require_POST
@managers
def role_change(request: StaffRequest, role_id: int) -> HttpResponse:
    form = CustomRoleForm(request.POST)
    _said(form)
    changed = custom_roles.change_custom_role(role_id, actor=request.user, **form.wanted())
    return _roles(request, f"The role “{changed.name}” is changed for everybody who has it.")


@require_POST
@managers
def role_remove(request: StaffRequest, role_id: int) -> HttpResponse:
    custom_roles.remove_role(role_id, actor=request.user)
    return _roles(request, "The role is removed.")


def _said(form: Form) -> dict[str, Any]:
    if not form.is_valid():
        raise Refused(sentences(form))
    return form.cleaned_data


def _done(request: StaffRequest, words: str, person_id: int | None = None) -> HttpResponse:
    messages.success(request, words)
    return SeeOther(resolve_url("staff_member", person_id) if person_id else resolve_url("staff"))


def _roles(request: StaffRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return SeeOther(resolve_url("staff_roles"))
