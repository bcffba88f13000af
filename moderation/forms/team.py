"""Reading what an admin sets on the pages of the team."""

import re
from typing import Any, NamedTuple

from django import forms

from accounts.roles import ALWAYS, Age, Capability, Role
from moderation.domain.vocabulary import Ground

_CUSTOM = re.compile(r"custom:(?P<id>[0-9]{1,18})")


class ChosenRole(NamedTuple):
    role: Role
    custom_role_id: int | None


def chosen_role(code: str) -> ChosenRole:
    """What «senior» or «custom:3» stands for. Raises ValidationError for anything else."""
    if found := _CUSTOM.fullmatch(code):
        return ChosenRole(Role.MODERATOR, int(found["id"]))
    try:
        return ChosenRole(Role(code), None)
    except ValueError:
        raise forms.ValidationError("Choose one of the roles that are offered.") from None


class RoleForm(forms.Form):
    role = forms.CharField(max_length=30, error_messages={"required": "Choose a role."})

    def clean_role(self) -> ChosenRole:
        return chosen_role(self.cleaned_data["role"])


class InviteForm(RoleForm):
    name = forms.CharField(max_length=150, error_messages={"required": "Say who it is that you invite."})


class ReachForm(forms.Form):
    """Nothing ticked means everything."""

    rules = forms.MultipleChoiceField(required=False, choices=[(each.value, each.label) for each in Ground])
    ages = forms.MultipleChoiceField(required=False, choices=[(each.value, each.label) for each in Age])


class CustomRoleForm(forms.Form):
    name = forms.CharField(required=False, max_length=60)
    goes_by = forms.ChoiceField(required=False, choices=[(each.value, each.label) for each in Role])
    capabilities = forms.MultipleChoiceField(
        choices=[(each.value, each.value) for each in Capability if each not in ALWAYS],
        error_messages={"required": "A role without a capability can do nothing: choose at least one."},
    )
    second_factor = forms.BooleanField(required=False)

    def wanted(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "capabilities": [Capability(each) for each in said["capabilities"]],
            "second_factor": said["second_factor"],
        }
