"""What the delivery log is narrowed to, which dead events leave again, and the address of the platform."""

from typing import Any

from django import forms
from django.http import QueryDict

from moderation.domain.vocabulary import OutboxState
from moderation.forms.sentences import ID
from moderation.queries import deliveries

_MOMENTS = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]


class DeliveryFilterForm(forms.Form):
    """What the log is narrowed to; everything may stay empty. Times are UTC. `filters()` after `is_valid()`."""

    account = forms.CharField(required=False, max_length=200, label="Account")
    topic = forms.ChoiceField(required=False, label="Event")
    state = forms.ChoiceField(required=False, label="State")
    since = forms.DateTimeField(required=False, label="From (UTC)", input_formats=_MOMENTS)
    until = forms.DateTimeField(required=False, label="Until (UTC)", input_formats=_MOMENTS)
    after = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        topics = [(topic, topic) for topic in deliveries.topics()]
        states = [(state.value, state.value.capitalize()) for state in OutboxState]
        self.fields["topic"].choices = [("", "Every event"), *topics]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", "Every state"), *states]  # type: ignore[attr-defined]
        for name in ("since", "until"):
            self.fields[name].error_messages["invalid"] = "Write the time as 2026-03-01 14:30."
            self.fields[name].widget.attrs["placeholder"] = "2026-03-01 14:30"
        for field in self.visible_fields():
            field.field.widget.attrs["class"] = "input"

    def clean_after(self) -> deliveries.Place | None:
        """A place that cannot be read is the top."""
        return deliveries.place_from(self.cleaned_data["after"])

    def filters(self) -> deliveries.DeliveryFilters:
        said = self.cleaned_data
        return deliveries.DeliveryFilters(
            account=said["account"],
            topic=said["topic"],
            state=OutboxState(said["state"]) if said["state"] else None,
            since=said["since"],
            until=said["until"],
        )


class RedeliverForm(forms.Form):
    """The dead events that are ticked."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.sent = data.getlist("events")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not all(ID.fullmatch(value) for value in self.sent):
            raise forms.ValidationError("The page did not say which events it means. Reload it.")
        cleaned["events"] = frozenset(map(int, self.sent))
        return cleaned


class AddressForm(forms.Form):
    url = forms.CharField(
        required=False,
        max_length=500,
        error_messages={"max_length": "The address is longer than %(limit_value)d characters: shorten it."},
    )
