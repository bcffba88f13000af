"""What people type, checked and turned into values. forms.Form only; must not know what becomes of it."""

from typing import Any

from django import forms
from django.http import QueryDict

from moderation.domain.planning import LENGTHS, Choice, Wish
from moderation.domain.policy import measure_from_code
from moderation.domain.vocabulary import Ground
from moderation.operations.manual_cases import Referred
from moderation.queries.desk import Draft

LONGEST_NOTE = 4000
LONGEST_NOTICE = 8000
NOTICE = "notice-"  # what the name of a notice's field begins with; the code of its step follows


class LeaseForm(forms.Form):
    token = forms.IntegerField(min_value=0)


class DraftForm(forms.Form):
    """What stands on the decision form, finished or not."""

    key = forms.UUIDField()
    choice = forms.ChoiceField(choices=[(choice.value, choice.value) for choice in Choice])
    length = forms.ChoiceField(choices=[(measure.code, measure.label) for measure in LENGTHS])
    badge_too = forms.BooleanField(required=False)
    accounts = forms.TypedMultipleChoiceField(coerce=int, required=False)
    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": "The note is longer than %(limit_value)d characters: shorten it."},
    )

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        accounts = [number for number in data.getlist("accounts") if number.isascii() and number.isdigit()]
        self.fields["accounts"].choices = [(number, number) for number in accounts]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Notices come in fields of their own, as many as there are steps."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        sent = {name.removeprefix(NOTICE): self.data[name] for name in self.data if name.startswith(NOTICE)}
        if any(len(text) > LONGEST_NOTICE for text in sent.values()):
            raise forms.ValidationError(f"A notice is longer than {LONGEST_NOTICE} characters: shorten it.")
        cleaned["notices"] = {code: text.replace("\x00", "").replace("\r\n", "\n") for code, text in sent.items()}
        return cleaned

    def draft(self) -> Draft:
        said = self.cleaned_data
        return Draft(
            wish=Wish(
                choice=Choice(said["choice"]),
                length=measure_from_code(said["length"]),
                badge_too=said["badge_too"],
                accounts=frozenset(said["accounts"]),
            ),
            key=said["key"],
            notices=said["notices"],
            note=said["note"].strip(),
        )


class DecisionForm(DraftForm):
    """A draft that somebody confirms: it says which state of the case they saw, and by which lease."""

    seen_version = forms.IntegerField(min_value=0)
    lease_token = forms.IntegerField(min_value=0)


class AnswerForm(forms.Form):
    """The second person's word on a proposal."""

    note = forms.CharField(required=False, max_length=LONGEST_NOTE)


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


def sentences(form: forms.Form) -> str:
    """What is wrong with a form, as one text for the screen."""
    errors = form.errors.get_json_data()
    return " ".join(_sentence(name, error["message"]) for name, found in errors.items() for error in found)


def _sentence(name: str, message: str) -> str:
    return message if name in ("__all__", "note") else f"{name.replace('_', ' ').capitalize()}: {message}"
