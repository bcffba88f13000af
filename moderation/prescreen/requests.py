"""Finds blunt requests for a contact by their form: "what's your snap", "me pasas tu número". Knows no intentions.

Whether they are meant is for the judge to say; whatever is hinted at is its own to find.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.media import Mention

_FORM = 0.7
_MEDIUM = "\ue000"  # stands in a text where a medium is named, letter for letter
_LONGEST = 1500


def find(line: Line) -> Iterator[Clue]:
    text = line.text[:_LONGEST].lower()
    last = 0
    for start, end, kind in sorted(_found(text, line.mentions), key=lambda one: (one[0], -one[1])):
        if start >= last:
            why = f"asks for a contact: “{line.text[start:end]}”"
            yield Clue(Rule.CONTACT_REQUESTED, line, start, end, kind, _FORM, "request", why)
            last = end


def _found(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int, Kind]]:
    """One medium at a time: "whats" may be one, and is none in "whats ur insta"."""
    for asked in _asks().finditer(text):
        yield *asked.span(), Kind.EMAIL if "mail" in asked.group() else Kind.PHONE
    for mention in mentions:
        named = text[: mention.start] + _MEDIUM * (mention.end - mention.start) + text[mention.end :]
        for asked in _asks().finditer(named):
            if _MEDIUM in asked.group():
                yield *asked.span(), mention.medium.kind


@cache
def _asks() -> re.Pattern[str]:
    lists = table("requests")
    phrases = []
    for language, asks in lists["asks"].items():
        things = "|".join([*sorted(lists["things"][language], key=len, reverse=True), f"{_MEDIUM}+"])
        phrases += [ask.replace("{thing}", f"(?:{things})").replace("{medium}", f"{_MEDIUM}+") for ask in asks]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(phrases)})(?![^\W_])")
