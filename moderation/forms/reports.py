"""Questions to reporters, repeats, and cases opened by hand."""

from django import forms

from moderation.domain.vocabulary import Ground
from moderation.operations.manual_cases import Referred


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
