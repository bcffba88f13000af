"""What a page hands to the browser's passkey ceremony, as text for an attribute."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def request_options(asked: Any) -> str:
    """For using a passkey."""
    return json.dumps({"request_options": asked}) if asked else ""


@register.filter
def creation_options(asked: Any) -> str:
    """For making one."""
    return json.dumps({"creation_options": asked}) if asked else ""
