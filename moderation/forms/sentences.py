"""What all forms share: limits, a field for the reason, and errors as sentences."""

import re

from django import forms

LONGEST_NOTE = 4000
TOO_LONG = "The note is longer than %(limit_value)d characters: shorten it."
ID = re.compile(r"[0-9]{1,18}")
_SPEAKS_FOR_ITSELF = ("__all__", "note", "words", "rule", "text", "outcome", "url")


def why_field() -> forms.CharField:
    return forms.CharField(required=False, max_length=LONGEST_NOTE, error_messages={"max_length": TOO_LONG})


def sentences(form: forms.Form) -> str:
    """What is wrong with a form, as one text for the screen."""
    errors = form.errors.get_json_data()
    return " ".join(_sentence(name, error["message"]) for name, found in errors.items() for error in found)


def _sentence(name: str, message: str) -> str:
    return message if name in _SPEAKS_FOR_ITSELF else f"{name.replace('_', ' ').capitalize()}: {message}"
