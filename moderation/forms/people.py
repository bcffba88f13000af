"""Notes, the search for people, groups in contact off the site, check-ins."""

from django import forms

from moderation.domain.persons import NoteKind, SearchBy
from moderation.forms.sentences import LONGEST_NOTE, TOO_LONG
from moderation.operations.notes import Manner


class NoteForm(forms.Form):
    """A note about a party of a case or, without one, about the case."""

    text = forms.CharField(required=False)
    account = forms.IntegerField(required=False, min_value=1)
    kind = forms.ChoiceField(required=False, choices=[(kind.value, kind.label) for kind in NoteKind])
    pinned = forms.BooleanField(required=False)
    corrects = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def manner(self) -> Manner:
        said = self.cleaned_data
        return Manner(NoteKind(said["kind"] or NoteKind.GENERAL), said["pinned"], said["corrects"])


class PinForm(forms.Form):
    """`version` is what the person saw; `case` the page they are on, none for the page of the account."""

    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    pinned = forms.BooleanField(required=False)
    case = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class PersonSearchForm(forms.Form):
    """Whom to look for; or the `place` where the next page begins, which says it already."""

    by = forms.ChoiceField(
        required=False,
        choices=[(by.value, by.label) for by in SearchBy],
        error_messages={"invalid_choice": "Choose what to look for."},
    )
    text = forms.CharField(
        required=False, max_length=300, error_messages={"max_length": "That is longer than any name, id or contact."}
    )
    place = forms.CharField(required=False, max_length=20_000)

    def clean_by(self) -> SearchBy:
        return SearchBy(self.cleaned_data["by"] or SearchBy.NAME)


class RemovalForm(forms.Form):
    """Whom to take out of a group, and why."""

    account = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    reason = forms.CharField(required=False)


class GroupDecisionForm(forms.Form):
    """One decision for all: `seen` names what stood on the page, `cases` what it was about."""

    key = forms.UUIDField()
    seen = forms.CharField(max_length=64)
    cases = forms.RegexField(r"^[0-9]{1,18}(,[0-9]{1,18}){0,49}$")
    note = forms.CharField(required=False, max_length=LONGEST_NOTE, error_messages={"max_length": TOO_LONG})

    def clean_cases(self) -> list[int]:
        return [int(number) for number in self.cleaned_data["cases"].split(",")]


class WaiveForm(forms.Form):
    reason = forms.CharField(required=False, max_length=LONGEST_NOTE)
