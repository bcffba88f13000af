"""The decision form, finished or not, and the second person's word."""

from typing import Any

from django import forms
from django.http import QueryDict

from moderation.domain.answers import LENGTHS, Answer, Place, answer_from_code
from moderation.domain.planning import Choice, Wish
from moderation.domain.policy import LONGEST_CODE, measure_from_code
from moderation.domain.vocabulary import Ground
from moderation.forms.sentences import LONGEST_NOTE, TOO_LONG
from moderation.queries.desk import Draft

LONGEST_NOTICE = 8000
MOST_REASONS = 40

# What the names of fields begin with of which there are as many as there are steps, or accounts and grounds. What
# follows is the code of the step, or «ACCOUNT:GROUND».
NOTICE, TEMPLATE, MADE_FROM, ANSWER = "notice-", "template-", "made-from-", "answer-"


class DraftForm(forms.Form):
    """What stands on the decision form, finished or not."""

    key = forms.UUIDField()
    choice = forms.ChoiceField(choices=[(choice.value, choice.value) for choice in Choice])
    length = forms.ChoiceField(choices=[(measure.code, measure.label) for measure in LENGTHS])
    badge_too = forms.BooleanField(required=False)
    after_check_in = forms.BooleanField(required=False)
    accounts = forms.TypedMultipleChoiceField(coerce=int, required=False)
    reasons = forms.MultipleChoiceField(required=False)
    gives_back = forms.TypedMultipleChoiceField(coerce=int, required=False)
    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        error_messages={"max_length": TOO_LONG},
    )

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        for name in ("accounts", "gives_back"):
            accounts = [number for number in data.getlist(name) if number.isascii() and number.isdigit()]
            self.fields[name].choices = [(number, number) for number in accounts]  # type: ignore[attr-defined]
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
                after_check_in=said["after_check_in"],
                accounts=frozenset(said["accounts"]),
                answers=said["answers"],
            ),
            key=said["key"],
            notices=said["notices"],
            templates=self._sent(TEMPLATE),
            made_from=self._sent(MADE_FROM),
            reasons=tuple(dict.fromkeys(said["reasons"])),
            note=said["note"].strip(),
            gives_back=frozenset(said["gives_back"]),
        )


def _answer(place: str, code: str) -> tuple[Place, Answer]:
    account_id, _, ground = place.partition(":")
    return (int(account_id), Ground(ground)), answer_from_code(code)


class DecisionForm(DraftForm):
    """A draft that somebody confirms: it says which state of the case they saw, and by which lease."""

    seen_version = forms.IntegerField(min_value=0)
    lease_token = forms.IntegerField(min_value=0)


class AnswerForm(forms.Form):
    """The second person's word on a proposal."""

    note = forms.CharField(required=False, max_length=LONGEST_NOTE)
