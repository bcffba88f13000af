"""How values read on a page: masked contacts, time left. The rules behind the words are in domain."""

import re
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from moderation.domain.deadlines import time_left

register = template.Library()

# What masking leaves of a contact: groups with a • in them, and a country code before them.
_MASKED = re.compile(r"(?:\+\d{1,3} )?[^\s•“”„\"(]*•[^\s“”\",;!?)]*(?: [^\s•“”\"]*•[^\s“”\",;!?)]*)*")


@register.filter
def mark_masked(text: str) -> SafeString:
    """Put the highlighter on every masked contact; to a screen reader it is «hidden contact», not a row of dots."""
    parts, end = [], 0
    for found in _MASKED.finditer(text):
        parts.append(conditional_escape(text[end : found.start()]))
        parts.append(
            format_html(
                '<span class="masked"><span aria-hidden="true">{}</span>'
                '<span class="visually-hidden">hidden contact</span></span>',
                found.group(),
            )
        )
        end = found.end()
    parts.append(conditional_escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


@register.inclusion_tag("components/_due.html")
def due(at: datetime, now: datetime) -> dict[str, Any]:
    """When something is due, seen from `now`; clock.js keeps it true."""
    return {"at": at, "late": at < now, "left": time_left(at, now)}
