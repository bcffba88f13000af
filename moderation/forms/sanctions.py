"""Holds and sanctions that are changed."""

import re
from typing import Any

from django import forms
from django.http import QueryDict

from moderation.domain.vocabulary import Deed
from moderation.forms.sentences import ID, LONGEST_NOTE
from moderation.operations.changing import Wanted

_SEEN = re.compile(r"(?P<sanction>[0-9]{1,18}):(?P<state>[a-z0-9_-]{1,64})")


class LiftForm(forms.Form):
    reason = forms.CharField(required=False, max_length=LONGEST_NOTE)
    tab = forms.CharField(required=False)


class DeedForm(forms.Form):
    """What is to be done to sanctions. Which, stands in as many fields as there are."""

    deed = forms.ChoiceField(
        choices=[(deed.value, deed.label) for deed in Deed],
        error_messages={"required": "Choose what is to be done.", "invalid_choice": "Choose one of what is offered."},
    )
    days = forms.IntegerField(required=False, error_messages={"invalid": "Write the number of days in digits."})

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.sent = data.getlist("sanction")

    def clean_days(self) -> int | None:
        """Only where they mean something: one form offers deeds with and without them."""
        days: int | None = self.cleaned_data["days"]
        return days if Deed(self.cleaned_data.get("deed", Deed.LIFT)).needs_days else None

    def ticked(self) -> list[int]:
        return [int(value) for value in dict.fromkeys(self.sent) if ID.fullmatch(value)]


class ChangeForm(DeedForm):
    """A preview that somebody confirms: every sanction as it was seen, «12:in_force-open»."""

    key = forms.UUIDField()
    reason = forms.CharField(required=False, max_length=LONGEST_NOTE)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        seen = [_SEEN.fullmatch(value) for value in self.sent]
        if not seen or not all(seen):
            raise forms.ValidationError("The page did not say which sanctions it means. Reload it.")
        cleaned["seen"] = {int(one["sanction"]): one["state"] for one in seen if one}
        return cleaned

    def wanted(self) -> Wanted:
        said = self.cleaned_data
        return Wanted(Deed(said["deed"]), said["reason"], said["key"], said["days"])
