"""What people type, checked and turned into values. forms.Form only; must not know what becomes of it."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from moderation.domain.answers import LENGTHS, Answer, Place, answer_from_code
from moderation.domain.planning import Choice, Wish
from moderation.domain.policy import LONGEST_CODE, measure_from_code
from moderation.domain.vocabulary import Ground, Lane, OutboxState, Reason, Rule, Side
from moderation.domain.waiting import Until
from moderation.operations.labelling import LONGEST_QUOTATION, Missed
from moderation.operations.manual_cases import Referred
from moderation.operations.readings import LONGEST_REASON, More
from moderation.queries import deliveries
from moderation.queries.desk import Draft

LONGEST_NOTE = 4000
LONGEST_NOTICE = 8000
SENIORS = "seniors"  # instead of a person's number
_ID = re.compile(r"[0-9]{1,18}")
_MOMENTS = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]
_TICK = re.compile(r"(?P<case>[0-9]{1,18}):(?P<version>[0-9]{1,9})")
_TOO_LONG = "The note is longer than %(limit_value)d characters: shorten it."

# What the names of fields begin with of which there are as many as there are steps, or accounts and grounds. What
# follows is the code of the step, or «ACCOUNT:GROUND».
NOTICE, TEMPLATE, MADE_FROM, ANSWER = "notice-", "template-", "made-from-", "answer-"
MOST_REASONS = 40


class LeaseForm(forms.Form):
    """`idle`: for how many seconds nobody has touched the page; empty when somebody asks for the lease by hand."""

    token = forms.IntegerField(min_value=0)
    idle = forms.IntegerField(min_value=0, max_value=10**9, required=False)


def _why(too_long: str) -> forms.CharField:
    return forms.CharField(required=False, max_length=LONGEST_NOTE, error_messages={"max_length": too_long})


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
    why = _why(_TOO_LONG)

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
    why = _why(_TOO_LONG)

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
    why = _why(_TOO_LONG)


class EscalationAnswerForm(forms.Form):
    answer = _why(_TOO_LONG)


class DraftForm(forms.Form):
    """What stands on the decision form, finished or not."""

    key = forms.UUIDField()
    choice = forms.ChoiceField(choices=[(choice.value, choice.value) for choice in Choice])
    length = forms.ChoiceField(choices=[(measure.code, measure.label) for measure in LENGTHS])
    badge_too = forms.BooleanField(required=False)
    accounts = forms.TypedMultipleChoiceField(coerce=int, required=False)
    reasons = forms.MultipleChoiceField(required=False)
    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": _TOO_LONG},
    )

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        accounts = [number for number in data.getlist("accounts") if number.isascii() and number.isdigit()]
        self.fields["accounts"].choices = [(number, number) for number in accounts]  # type: ignore[attr-defined]
        reasons = [code for code in data.getlist("reasons")[:MOST_REASONS] if 0 < len(code) <= LONGEST_CODE]
        self.fields["reasons"].choices = [(code, code) for code in reasons]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Notices and answers come in fields of their own, as many as there are."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        sent = self._sent(NOTICE)
        if any(len(text) > LONGEST_NOTICE for text in sent.values()):
            raise forms.ValidationError(f"A notice is longer than {LONGEST_NOTICE} characters: shorten it.")
        cleaned["notices"] = {code: text.replace("\x00", "").replace("\r\n", "\n") for code, text in sent.items()}
        try:
            cleaned["answers"] = dict(_answer(place, code) for place, code in self._sent(ANSWER).items())
        except (KeyError, ValueError) as odd:
            raise forms.ValidationError("One of the answers by rule and account is none that can be given.") from odd
        return cleaned

    def _sent(self, prefix: str) -> dict[str, str]:
        return {name.removeprefix(prefix): self.data[name] for name in self.data if name.startswith(prefix)}

    def draft(self) -> Draft:
        said = self.cleaned_data
        return Draft(
            wish=Wish(
                choice=Choice(said["choice"]),
                length=measure_from_code(said["length"]),
                badge_too=said["badge_too"],
                accounts=frozenset(said["accounts"]),
                answers=said["answers"],
            ),
            key=said["key"],
            notices=said["notices"],
            templates=self._sent(TEMPLATE),
            made_from=self._sent(MADE_FROM),
            reasons=tuple(dict.fromkeys(said["reasons"])),
            note=said["note"].strip(),
        )


def _answer(place: str, code: str) -> tuple[Place, Answer]:
    account_id, _, ground = place.partition(":")
    return (int(account_id), Ground(ground)), answer_from_code(code)


class DecisionForm(DraftForm):
    """A draft that somebody confirms: it says which state of the case they saw, and by which lease."""

    seen_version = forms.IntegerField(min_value=0)
    lease_token = forms.IntegerField(min_value=0)


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
        if not self.sent or not all(_ID.fullmatch(value) for value in self.sent):
            raise forms.ValidationError("The page did not say which decisions it means. Reload it.")
        cleaned["decisions"] = frozenset(map(int, self.sent))
        return cleaned


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


class AnswerForm(forms.Form):
    """The second person's word on a proposal."""

    note = forms.CharField(required=False, max_length=LONGEST_NOTE)


class ViewForm(forms.Form):
    """A name for the filters that are on. Whether it can be is the operation's to say."""

    name = forms.CharField(required=False)
    query = forms.CharField(required=False, max_length=2000)
    shared = forms.BooleanField(required=False)


class NoteForm(forms.Form):
    """A note about a party of a case or, without one, about the case."""

    text = forms.CharField(required=False)
    account = forms.IntegerField(required=False, min_value=1)


class QuestionForm(forms.Form):
    text = forms.CharField(required=False)


class RepeatForm(forms.Form):
    """Which report another is the same as; without one, of none. `seen_version` is the case's as the person saw it."""

    of = forms.IntegerField(required=False, min_value=1)
    seen_version = forms.IntegerField(required=False, min_value=0)


class ReferralForm(forms.Form):
    """What somebody on staff wants looked at, by the platform's ids."""

    key = forms.UUIDField()
    ground = forms.ChoiceField(choices=[(ground.value, ground.label) for ground in Ground])
    conversation = forms.CharField(required=False, max_length=200)
    account = forms.CharField(required=False, max_length=200)
    messages = forms.CharField(required=False, max_length=20_000)
    reason = forms.CharField(required=False)

    def referred(self) -> Referred:
        said = self.cleaned_data
        ids = said["messages"].replace(",", " ").split()
        return Referred(
            key=said["key"],
            ground=Ground(said["ground"]),
            reason=said["reason"].replace("\r\n", "\n"),
            conversation=said["conversation"],
            account=said["account"],
            messages=tuple(dict.fromkeys(ids)),
        )


class LiftForm(forms.Form):
    reason = forms.CharField(required=False, max_length=LONGEST_NOTE)
    tab = forms.CharField(required=False)


class DeliveryFilterForm(forms.Form):
    """What the delivery log is narrowed to; everything may stay empty. Times are UTC. `filters()` after `is_valid()`."""

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
        if not all(_ID.fullmatch(value) for value in self.sent):
            raise forms.ValidationError("The page did not say which events it means. Reload it.")
        cleaned["events"] = frozenset(map(int, self.sent))
        return cleaned


class AddressForm(forms.Form):
    url = forms.CharField(
        required=False,
        max_length=500,
        error_messages={"max_length": "The address is longer than %(limit_value)d characters: shorten it."},
    )


def sentences(form: forms.Form) -> str:
    """What is wrong with a form, as one text for the screen."""
    errors = form.errors.get_json_data()
    return " ".join(_sentence(name, error["message"]) for name, found in errors.items() for error in found)


def _sentence(name: str, message: str) -> str:
    return (
        message if name in ("__all__", "note", "words", "rule", "url") else f"{name.replace('_', ' ').capitalize()}: {message}"
    )
