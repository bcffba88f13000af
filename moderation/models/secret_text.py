"""The field for texts that stand encrypted in their columns, and keyed marks to compare texts by.

Where rows are written or read by SQL of their own, `sealed` and `opened` (accounts.encryption) do what the field does.
"""

import hmac
import json
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.fields.json import JSONExact
from django.db.models.lookups import Exact, IsNull

from accounts.encryption import opened, sealed

_MARKS = b"haven: marks of texts, version 1"


def mark(text: str) -> str:
    """The same for the same text, and nothing to guess a text by without the key."""
    secret = (settings.CONTACT_KEY or settings.SECRET_KEY).encode()
    return hmac.digest(hmac.digest(secret, _MARKS, "sha256"), text.encode(), "sha256").hex()


class SecretTextField(models.TextField):  # type: ignore[type-arg]
    """A text, encrypted in the database and nowhere else. Of the lookups only whether it is empty has an answer."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        prepared_value = super().get_db_prep_value(value, connection, prepared)
        return sealed(prepared_value) if isinstance(prepared_value, str) else prepared_value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else opened(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return {"exact": _IsEmpty, "isnull": IsNull}.get(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        return None


class SecretJSONField(models.JSONField):
    """What stands in JSON, encrypted as one text: the column then holds a string of JSON. Empty stays empty.

    What was written before is read as it is. Of the lookups only whether it is empty has an answer.
    """

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        stored = sealed(json.dumps(value)) if isinstance(value, dict | list) and value else value
        return super().get_db_prep_value(stored, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        stored = super().from_db_value(value, expression, connection)
        return json.loads(opened(stored)) if isinstance(stored, str) else stored

    def get_lookup(self, lookup_name: str) -> Any:
        return {"exact": _IsEmptyJSON, "isnull": IsNull}.get(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        return None


class _IsEmptyJSON(JSONExact):
    def get_prep_lookup(self) -> Any:
        if self.rhs != {}:
            raise FieldError("An encrypted object cannot be searched by: only whether it is empty.")
        return super().get_prep_lookup()


class _IsEmpty(Exact):
    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError("An encrypted text cannot be searched by: only whether it is empty.")
        return super().get_prep_lookup()
