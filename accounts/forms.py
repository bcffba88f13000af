"""Reading what people type on the pages of accounts."""

import re
from typing import Any

from django import forms

from accounts.queries import AuditFilters, audit_actors, audit_verbs

_TARGET = re.compile(r"(?P<type>[a-z]+)(?:[\s:]+(?P<id>\d+))?")


class AuditFilterForm(forms.Form):
    """All three may stay empty. `filters()` after `is_valid()`."""

    verb = forms.ChoiceField(required=False, label="What")
    actor = forms.ChoiceField(required=False, label="Who")
    target = forms.CharField(required=False, label="On what", max_length=80)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("verb", "Everything", [(verb, verb) for verb in audit_verbs()])
        self._offer("actor", "Everybody", list(audit_actors()))
        for field in self.visible_fields():
            field.field.widget.attrs["class"] = "input"
        self.fields["target"].widget.attrs["placeholder"] = "case 12"

    def _offer(self, name: str, all_of_them: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", all_of_them), *choices]

    def clean_target(self) -> re.Match[str] | None:
        text = self.cleaned_data["target"].strip().lower()
        if not text:
            return None
        found = _TARGET.fullmatch(text)
        if found is None:
            raise forms.ValidationError("Write what it was done to and, if you like, its number: “case 12”.")
        return found

    def filters(self) -> AuditFilters:
        target = self.cleaned_data["target"]
        return AuditFilters(
            verb=self.cleaned_data["verb"],
            actor=self.cleaned_data["actor"],
            target_type=target["type"] if target else "",
            target_id=(target["id"] or "") if target else "",
        )
