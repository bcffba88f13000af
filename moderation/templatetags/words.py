"""How values read on a page: masked contacts, time left, filters. The rules behind the words are in domain."""

import re
from datetime import datetime

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from moderation.domain.deadlines import time_left
from moderation.domain.vocabulary import Severity
from moderation.queries.queue import PartyShown
from moderation.queries.queue_filters import Choice
from moderation.templatetags.speech import who

register = template.Library()

_NOTHING = mark_safe("")

# What masking leaves of a contact: groups with a • in them, and a country code before them.
_MASKED = re.compile(r"(?:\+\d{1,3} )?[^\s•“”„\"(]*•[^\s“”\",;!?)]*(?: [^\s•“”\"]*•[^\s“”\",;!?)]*)*")


@register.filter
def mark_masked(text: str) -> SafeString:
    """Put the highlighter on every masked contact; to a screen reader it is «hidden contact», not a row of dots."""
    if "•" not in text:
        return conditional_escape(text)
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


# Every time is in UTC, on every page. `date`, which could do this too, first works out language, zone and format.


@register.filter
def iso(moment: datetime) -> str:
    return moment.isoformat()


@register.filter
def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


@register.filter
def chip(severity: Severity) -> SafeString:
    return format_html('<span class="chip {}">{}</span>', severity.code, severity.label)


@register.filter
def introduced(party: PartyShown) -> SafeString:
    """An account in a list: its name, in the colour of teens if it is one, and what it is."""
    name = '<b class="teen">{}</b>' if party.is_teen else "<b>{}</b>"
    return format_html(name + ' <span class="role">{}</span>', who(party.name), party.words)


_LEFT = 'datetime="{}" title="{} UTC" data-due>{}<span data-left>{}</span></time>'
_DUE = f'<time class="due" {_LEFT}'
_PAST_DUE = f'<time class="due late" {_LEFT}'
_LATE = mark_safe('<span class="visually-hidden">past due: </span>')


@register.simple_tag
def due(at: datetime, now: datetime) -> SafeString:
    """When something is due, seen from `now`; clock.js keeps it true."""
    shown, word = (_PAST_DUE, _LATE) if at < now else (_DUE, _NOTHING)
    return format_html(shown, at.isoformat(), f"{at.day} {at:%b %Y, %H:%M}", word, time_left(at, now))


_CHOICE = (
    '<a class="chip" id="{}" href="{}" hx-get="{}" hx-target="#queue" hx-swap="outerHTML" hx-push-url="true"{}{}>'
    '{} <span class="count">{}</span></a>'
)
_CURRENT, _EMPTY = mark_safe(' aria-current="true"'), mark_safe(" data-empty")


@register.filter
def leading_from(choice: Choice, url: str) -> SafeString:
    """One filter of the queue, whose page has this address, with how many cases it would show."""
    to = f"{url}?{choice.query.urlencode()}" if choice.query else url
    is_on = _CURRENT if choice.is_on else _NOTHING
    return format_html(
        _CHOICE, choice.id, to, to, is_on, _NOTHING if choice.count else _EMPTY, choice.label, choice.count
    )
