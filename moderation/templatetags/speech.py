"""Showing what strangers wrote: names and messages, so that nothing in them reaches beyond themselves."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeData, SafeString, mark_safe

from moderation.domain.masking import Piece
from moderation.queries.transcripts import Tag

register = template.Library()

# Orders to turn the writing around. Without them, and isolated by <bdi>, a name cannot rearrange its neighbours.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

HIDDEN = (
    '<span class="masked"><span aria-hidden="true">{}</span><span class="visually-hidden">hidden contact</span></span>'
)


@register.filter
def who(name: str) -> SafeString:
    """A name, isolated from the words around it."""
    return format_html("<bdi>{}</bdi>", _TURNS.sub("", name))


@register.filter
def plain(text: str | BoundField) -> str:
    """A text without the signs that turn the words after it around, where no element can hold them in."""
    said = _TURNS.sub("", str(text))
    return mark_safe(said) if isinstance(text, SafeData | BoundField) else said  # noqa: S308 - only signs were taken out


@register.filter
def written(text: str) -> SafeString:
    """What somebody wrote, as a block of its own."""
    return format_html('<bdi dir="auto">{}</bdi>', _TURNS.sub("", text))


@register.filter
def said(pieces: Iterable[Piece]) -> SafeString:
    """A text in its pieces: evidence marked, hidden contacts masked and read aloud as what they are."""
    return format_html_join("", "{}", ((_piece(piece),) for piece in pieces))


@register.filter
def tagged(pieces: Iterable[Piece], tags: Mapping[str, Tag]) -> SafeString:
    """A message in its pieces: evidence marked, with what it is marked as in a label and, in full, in its title."""
    parts: list[tuple[SafeString]] = []
    last: tuple[str, ...] = ()
    for piece in pieces:
        about = [tags[key] for key in piece.keys if key in tags]
        parts.append((_tagged(piece, about, is_begun=piece.keys == last) if about else _piece(piece),))
        last = piece.keys
    return format_html_join("", "{}", parts)


class Undo(NamedTuple):
    decision_ids: tuple[int, ...]
    until: datetime
    seconds: int

    @property
    def decision_id(self) -> int:
        return self.decision_ids[0]

    @property
    def is_several(self) -> bool:
        return len(self.decision_ids) > 1


@register.filter
def undo(message: Message) -> Undo | None:
    """What a toast can take back, when its message says so by the tag «undo:DECISION[,DECISION…]:UNTIL»."""
    kind, _, rest = (message.extra_tags or "").partition(":")
    if kind != "undo":
        return None
    decisions, _, until = rest.partition(":")
    moment = datetime.fromisoformat(until)
    left = max(0, round((moment - datetime.now(moment.tzinfo)) / timedelta(seconds=1)))
    return Undo(tuple(map(int, decisions.split(","))), moment, left)


_MARK = '<mark data-rule="{}" data-label="{}" title="{}"{}>{}</mark>'
_WRONG = mark_safe(" data-wrong")


def _tagged(piece: Piece, tags: list[Tag], *, is_begun: bool) -> SafeString:
    """What is marked by several gets the look of the first that stands, and the labels of all."""
    first = next((tag for tag in tags if not tag.is_wrong), tags[0])
    label = "" if is_begun else " + ".join(tag.short for tag in tags)
    title = _TURNS.sub("", "\n".join(tag.title for tag in tags))
    text = format_html(HIDDEN, piece.text) if piece.hidden else format_html('<bdi dir="auto">{}</bdi>', _plain(piece))
    return format_html(_MARK, first.rule, label, title, _WRONG if first.is_wrong else "", text)


def _plain(piece: Piece) -> str:
    return _TURNS.sub("", piece.text)


def _piece(piece: Piece) -> SafeString:
    if piece.hidden:
        return format_html(HIDDEN, piece.text)
    text = _plain(piece)
    return format_html('<mark><bdi dir="auto">{}</bdi></mark>' if piece.marked else '<bdi dir="auto">{}</bdi>', text)
