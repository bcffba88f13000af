"""What moderators send from the queue and around a case: leases, waiting, handing on, marks, groups of look-alikes."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from moderation.domain.vocabulary import Ground, Lane, Reason, Rule, Side
from moderation.domain.waiting import Until
from moderation.forms.sentences import ID, why_field
from moderation.operations.labelling import LONGEST_QUOTATION, Missed
from moderation.operations.readings import LONGEST_REASON, More

SENIORS = "seniors"  # instead of a person's number
_TICK = re.compile(r"(?P<case>[0-9]{1,18}):(?P<version>[0-9]{1,9})")


class LeaseForm(forms.Form):
    """`idle`: for how many seconds nobody has touched the page; empty when somebody asks for the lease by hand."""

    token = forms.IntegerField(min_value=0)
    idle = forms.IntegerField(min_value=0, max_value=10**9, required=False)


class PutOffForm(forms.Form):
    """`at` is what a clock in the zone shows; the zone is the browser's, or UTC."""

    until = forms.ChoiceField(
        choices=[(until.value, until.label) for until in Until],
        error_messages={"required": "Say until when.", "invalid_choice": "Choose one of the times offered."},
    )
    at = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": "Write the time as 2026-03-01 14:30."},
    )
    zone = forms.CharField(required=False, max_length=64)
    why = why_field()

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        return at and at.replace(tzinfo=None)

    def clean_zone(self) -> ZoneInfo:
        name = self.cleaned_data["zone"] or "UTC"
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # unknown; no name of a zone; a folder of them
            raise forms.ValidationError("Haven does not know this time zone: give the time in UTC.") from None


class HandForm(forms.Form):
    to = forms.CharField(max_length=20, error_messages={"required": "Choose to whom."})
    why = why_field()

    def clean_to(self) -> int | None:
        """A person's number; None: the seniors."""
        to: str = self.cleaned_data["to"]
        if to == SENIORS:
            return None
        if not (to.isascii() and to.isdigit()):
            raise forms.ValidationError("Choose somebody from the list.")
        return int(to)


class RaiseForm(forms.Form):
    lane = forms.ChoiceField(
        choices=[(lane.value, lane.label) for lane in Lane],
        error_messages={"required": "Say what kind of danger it is.", "invalid_choice": "Choose one of the two."},
    )
    why = why_field()


class EscalationAnswerForm(forms.Form):
    answer = why_field()


class ViewForm(forms.Form):
    """A name for the filters that are on. Whether it can be is the operation's to say."""

    name = forms.CharField(required=False)
    query = forms.CharField(required=False, max_length=2000)
    shared = forms.BooleanField(required=False)


class MoreForm(forms.Form):
    """More of a conversation, from a shown message on: `place` is «before:12» or «after:12»."""

    place = forms.RegexField(r"^(before|after):[0-9]{1,18}$", error_messages={"invalid": "Reload the page."})
    reason = forms.ChoiceField(choices=[(reason.value, reason.label) for reason in Reason])
    words = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={"max_length": "The reason is longer than %(limit_value)d characters: shorten it."},
    )

    def more(self) -> More:
        said = self.cleaned_data
        side, _, message_id = said["place"].partition(":")
        return More(int(message_id), Side(side), Reason(said["reason"]), said["words"])


class MissedForm(forms.Form):
    """Words that the pre-screen missed; a script adds where they were marked."""

    rule = forms.ChoiceField(
        choices=[(rule.value, Ground(rule.value).label) for rule in Rule],
        error_messages={"required": "Choose the rule that the words break."},
    )
    words = forms.CharField(
        max_length=LONGEST_QUOTATION,
        error_messages={
            "required": "Quote the words that were missed.",
            "max_length": "Quote %(limit_value)d characters at most: the words alone are enough.",
        },
    )
    message = forms.IntegerField(required=False, min_value=1)
    near = forms.IntegerField(required=False, min_value=0)

    def missed(self) -> Missed:
        said = self.cleaned_data
        return Missed(Ground(said["rule"]), said["words"], said["message"], said["near"])


class AlikeForm(forms.Form):
    """Cases that are ticked, each as it was seen: «12:3» is case 12 in its version 3."""

    key = forms.UUIDField()

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.sent = data.getlist("cases")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        ticked = [_TICK.fullmatch(value) for value in self.sent]
        if not all(ticked):
            raise forms.ValidationError("The page did not say which cases it means. Reload it.")
        cleaned["seen"] = {int(tick["case"]): int(tick["version"]) for tick in ticked if tick}
        return cleaned


class UndoForm(forms.Form):
    """Several decisions to take back."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.sent = data.getlist("decisions")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.sent or not all(ID.fullmatch(value) for value in self.sent):
            raise forms.ValidationError("The page did not say which decisions it means. Reload it.")
        cleaned["decisions"] = frozenset(map(int, self.sent))
        return cleaned
