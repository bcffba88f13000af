"""What a user writes behind the link of their notice, and what the hearer writes."""

from typing import Any

from django import forms

from moderation.domain.appeals import LONGEST_APPEAL, LONGEST_REPLY, LONGEST_VIEW
from moderation.domain.vocabulary import AppealState
from moderation.queries.rulings import RulingDraft

REPLY = "reply-"  # what follows is the code of the reply


class HostedAppealForm(forms.Form):
    """What somebody writes behind the link of their notice; the sentences are for them."""

    text = forms.CharField(
        max_length=LONGEST_APPEAL,
        error_messages={
            "required": "Please write in a few words why the decision should be looked at again.",
            "max_length": "Please shorten it: %(limit_value)d characters at most can be sent.",
        },
    )


class FirstViewForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST_VIEW,
        error_messages={
            "required": "Write in a sentence what you see and what you would do.",
            "max_length": "The first view is longer than %(limit_value)d characters: shorten it.",
        },
    )


class RulingForm(forms.Form):
    """What is to come of an appeal. Replies come in fields of their own, one for every choice that was looked at."""

    outcome = forms.ChoiceField(
        choices=[(state.value, state.label) for state in AppealState if state is not AppealState.OPEN],
        error_messages={"required": "Choose what comes of the appeal.", "invalid_choice": "Choose an outcome."},
    )
    measure = forms.CharField(required=False, max_length=64)
    template = forms.CharField(required=False, max_length=64)
    seen = forms.CharField(required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        sent = {name.removeprefix(REPLY): self.data[name] for name in self.data if name.startswith(REPLY)}
        if any(len(text) > LONGEST_REPLY for text in sent.values()):
            raise forms.ValidationError(f"The reply is longer than {LONGEST_REPLY} characters: shorten it.")
        cleaned["replies"] = {code: text.replace("\x00", "").replace("\r\n", "\n") for code, text in sent.items()}
        return cleaned

    def draft(self) -> RulingDraft:
        said = self.cleaned_data
        return RulingDraft(AppealState(said["outcome"]), said["measure"], said["template"], said["replies"])
