"""Columns that hold a word of the vocabulary, and the constraint that keeps every other word out."""

from enum import IntEnum, StrEnum
from typing import Any

from django.db import models
from django.db.models import CheckConstraint, Q


def code_field(vocabulary: type[StrEnum], **options: Any) -> "models.CharField[Any, Any]":
    """A column for one word. Pair it with `only`, because Django's choices bind forms, not the database."""
    return models.CharField(max_length=32, choices=[(word.value, _label(word)) for word in vocabulary], **options)


def only(column: str, vocabulary: type[StrEnum] | type[IntEnum], *, name: str) -> CheckConstraint:
    return CheckConstraint(condition=Q(**{f"{column}__in": [word.value for word in vocabulary]}), name=name)


def _label(word: StrEnum) -> str:
    return str(getattr(word, "label", word.value.replace("_", " ").capitalize()))
