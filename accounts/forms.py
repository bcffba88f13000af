"""Reading what people type on the pages of accounts."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField

from accounts.keys import ACTIONS, BY_CODE, all_keys, folded, wrong_keys
from accounts.preferences import NEVER, RANGES, Preferences, Theme, chosen_keys
from accounts.queries import AuditFilters, audit_actors, audit_verbs
from accounts.roles import Scope

_TARGET = re.compile(r"(?P<type>[a-z]+)(?:[\s:]+(?P<id>\d+))?")


class AuditFilterForm(forms.Form):
    """All of them may stay empty. `filters()` after `is_valid()`."""

    verb = forms.ChoiceField(required=False, label="What")
    actor = forms.ChoiceField(required=False, label="Who")
    target = forms.CharField(required=False, label="On what", max_length=80)
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))
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

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        for name, day in (("since", since), ("until", until)):
            if day and not 2000 <= day.year <= 2999:
                self.add_error(name, "Write a day of this century.")
        if since and until and until < since:
            self.add_error("until", "This day lies before the first one.")
        return cleaned

    def filters(self) -> AuditFilters:
        target = self.cleaned_data["target"]
        return AuditFilters(
            verb=self.cleaned_data["verb"],
            actor=self.cleaned_data["actor"],
            target_type=target["type"] if target else "",
            target_id=(target["id"] or "") if target else "",
            since=self.cleaned_data["since"],
            until=self.cleaned_data["until"],
        )


KEY = "key-"  # what the name of a key's field begins with; the action's code follows

_THEMES = {Theme.AUTO: "As my device", Theme.LIGHT: "Light", Theme.DARK: "Dark"}


def _number(name: str, label: str) -> forms.IntegerField:
    """A whole number in the range of a preference, or 0 for never."""
    least, most = RANGES[name]
    sentence = f"Write a number from {least} to {most}, or {NEVER} for never."

    def in_range(number: int) -> None:
        if number != NEVER and not least <= number <= most:
            raise forms.ValidationError(sentence)

    return forms.IntegerField(
        label=label,
        validators=[in_range],
        error_messages={"required": sentence, "invalid": sentence},
        widget=forms.NumberInput(attrs={"class": "input", "min": NEVER, "max": most}),
    )


class PreferencesForm(forms.Form):
    """Every preference, and a field for every key. `preferences()` after `is_valid()`."""

    theme = forms.ChoiceField(label="Colours", choices=list(_THEMES.items()), widget=forms.RadioSelect)
    greyscale = forms.BooleanField(required=False, label="Avatars and marks without colour")
    hide_snippets = forms.BooleanField(required=False, label="Hide what was written in lists until I ask for it")
    blur_text = forms.BooleanField(required=False, label="Blur conversations until I point at a message or press a key")
    break_after_minutes = _number("break_after_minutes", "Remind me of a break after so many minutes")
    break_after_severe = _number("break_after_severe", "Remind me after so many critical cases")
    most_critical_in_a_row = _number("most_critical_in_a_row", "Critical cases in a row, at most")
    quick_dismiss = forms.BooleanField(required=False, label="Offer one key that dismisses a case after one question")
    shortcuts = forms.BooleanField(required=False, label="Use single-key shortcuts")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quiet = {"class": "input", "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        for action in ACTIONS:
            widget = forms.TextInput(attrs=quiet)
            self.fields[KEY + action.code] = forms.CharField(required=False, label=action.label, widget=widget)

    @property
    def care(self) -> list[BoundField]:
        names = ("hide_snippets", "blur_text", *RANGES)
        return [self[name] for name in names]

    @classmethod
    def filled(cls, known: Preferences) -> "PreferencesForm":
        keys = {KEY + code: key for code, key in all_keys(known.keys).items()}
        return cls(initial=known.to_json() | keys)

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The fields of the keys, under their headings."""
        for group, actions in groupby(ACTIONS, key=lambda action: action.group):
            yield group, [self[KEY + action.code] for action in actions]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        keys = {code: folded(cleaned.get(KEY + code, "")) for code in BY_CODE}
        for code, sentence in wrong_keys(keys).items():
            self.add_error(KEY + code, sentence)
        return cleaned | {"keys": chosen_keys(keys)}

    def preferences(self) -> Preferences:
        said = {name: value for name, value in self.cleaned_data.items() if not name.startswith(KEY)}
        return Preferences(**said | {"theme": Theme(said["theme"])})


_SCOPES = {
    Scope.MESSAGES_WRITE: "send messages",
    Scope.ACCOUNTS_WRITE: "describe accounts",
    Scope.REPORTS_WRITE: "send reports",
    Scope.APPEALS_WRITE: "send appeals",
    Scope.STANDING_READ: "read the standing of accounts",
    Scope.ERASURE_WRITE: "ask that an account be forgotten",
}
LONGEST_LIFE = 3650  # days


class ApiKeyForm(forms.Form):
    """A key to be made. `scopes()` and `expires_at()` after `is_valid()`."""

    name = forms.CharField(
        label="Whose key is it?",
        max_length=100,
        error_messages={"required": "Write whose key it is: the list and the audit log name it so."},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    may = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope.value, words) for scope, words in _SCOPES.items()],
        error_messages={"required": "A key without a scope can do nothing: choose at least one."},
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label="Expires after so many days",
        required=False,
        min_value=1,
        max_value=LONGEST_LIFE,
        help_text="Leave it empty for a key that does not expire.",
        widget=forms.NumberInput(attrs={"class": "input", "min": 1, "max": LONGEST_LIFE}),
    )

    def scopes(self) -> list[Scope]:
        return [Scope(scope) for scope in self.cleaned_data["may"]]

    def expires_at(self, now: datetime) -> datetime | None:
        days: int | None = self.cleaned_data["days"]
        return now + timedelta(days=days) if days else None
