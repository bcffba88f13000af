"""Statements of reasons that leave Haven."""

from django import forms

from moderation.queries.statements import Form as StatementsForm
from moderation.queries.statements import Period


class StatementsExportForm(forms.Form):
    """Which days of statements leave Haven, both included, and how they are written."""

    since = forms.DateField(error_messages={"required": "Say from which day.", "invalid": "Write it as 2026-01-31."})
    until = forms.DateField(error_messages={"required": "Say to which day.", "invalid": "Write it as 2026-01-31."})
    written_as = forms.ChoiceField(
        choices=[(form.value, form.label) for form in StatementsForm],
        error_messages={"required": "Choose CSV or JSON lines.", "invalid_choice": "Choose CSV or JSON lines."},
    )

    def period(self) -> Period:
        return Period(self.cleaned_data["since"], self.cleaned_data["until"])

    def form(self) -> StatementsForm:
        return StatementsForm(self.cleaned_data["written_as"])
