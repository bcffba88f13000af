"""What the words around a token say of it: introduced as a name, beside a medium, or neither. Judges no shape."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import islice
from typing import NamedTuple

from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Line
from moderation.prescreen.media import Medium, Mention
from moderation.prescreen.names import TOKEN, shaped, trimmed
from moderation.prescreen.sieve import Sieve, words

_MOST_TOKENS = 400
_STEPS = 5  # words that may stand between a name and what introduces it
_LONGEST_PHRASE = 5  # words of a name such as "wren in the airing cupboard"
_LONGEST_GAP = 6  # characters between a name and a medium right beside it
_BREAK = re.compile(r"[.!?;\n]\s|\n")
_PHRASE_END = re.compile(r"[,.!?;:()\n\"…|/]|\s-+\s|\s*$")
_NEXT_WORD = re.compile(r"\s+([\w']+)")
_OWNED = re.compile(r"(?:\bm[yi]|\bon|\bmeu|\bmon|\bmein)\s$", re.IGNORECASE)
_SIGNS = frozenset(":=>-~|(*→")  # lead from a medium to a name
_PREPOSITIONS = frozenset({"on", "over", "in", "at", "auf", "en", "no", "sur", "op", "sa"})


class Cue(IntEnum):
    """How strongly the words around a token say that it is a name."""

    NONE = 0
    MEDIUM_IN_LINE = 1
    APPOSITION = 2  # "i'm …", "it's …"
    BESIDE_MEDIUM = 3  # "… on snap"
    LOOK_UP = 4  # "add …", "search for …"
    LABEL = 5  # "my user is …"
    AT_MEDIUM = 6  # "snap: …", "i'm … on snap"


class Token(NamedTuple):
    """A word with its place in folded text, what it says of the next one, and whether a sentence begins with it."""

    start: int
    end: int
    key: str
    cue: Cue
    filler: bool
    begins: bool


@dataclass(frozen=True, slots=True)
class _Lists:
    cues: Mapping[str, Cue]
    fillers: frozenset[str]
    links: frozenset[str]
    enders: frozenset[str]
    predicates: frozenset[str]
    states: frozenset[str]
    determiners: frozenset[str]


@cache
def _lists() -> _Lists:
    lists = table("naming")
    cues = {
        word: cue
        for name, cue in (("introductions", Cue.APPOSITION), ("lookups", Cue.LOOK_UP), ("labels", Cue.LABEL))
        for word in lists[name].split()
    }
    names = ("fillers", "links_to_medium", "enders", "predicates", "states", "determiners")
    return _Lists(cues, *(frozenset(lists[name].split()) for name in names))


@cache
def _hints() -> Sieve:
    return Sieve({name: words(table("naming")[name]) for name in ("same_name", "some_place", "spelling_notes")})


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One of the lists of patterns, as words."""
    return re.compile(r"(?<!\w)(?:" + "|".join(table("naming")[name]) + r")(?!\w)", re.IGNORECASE)


class Row:
    """One message as a row of tokens, with the media named among them."""

    def __init__(self, line: Line) -> None:
        self.text = line.text
        self.mentions = line.mentions
        self.tokens = list(_tokens(self.text))
        self.hints = _hints().seen(self.text)
        self.medium = self.mentions[0].medium if self.mentions else None
        self.some_place = "some_place" in self.hints
        self.beside = bool(self.mentions) or self.some_place  # a medium or an unnamed place is in the message

    def cue(self, at: int) -> tuple[Cue, Medium | None, bool]:
        """The strongest hint at token `at`, the medium it is a name for, and whether that is surely a medium."""
        before, mention = self.cue_before(at)
        follows = self._mention_after(at)
        if follows is not None:
            cue = Cue.AT_MEDIUM if before in {Cue.APPOSITION, Cue.LOOK_UP, Cue.LABEL} else Cue.BESIDE_MEDIUM
            before, mention = max(before, cue), mention or follows
        if before is Cue.NONE and self.beside:
            before = Cue.MEDIUM_IN_LINE
        return before, mention.medium if mention else self.medium, mention is None or self._surely(mention)

    def cue_at(self, start: int) -> tuple[Cue, Mention | None]:
        """The strongest introduction before a place in the text."""
        return self.cue_before(next((at for at, one in enumerate(self.tokens) if one.end > start), len(self.tokens)))

    def cue_before(self, at: int) -> tuple[Cue, Mention | None]:
        """The strongest introduction within a few small words before token `at`."""
        best = Cue.NONE
        name = right = self.tokens[at].start if at < len(self.tokens) else len(self.text)
        for index in range(at - 1, max(at - 1 - _STEPS, -2), -1):
            mention = self._mention_ending(right)
            if mention is not None:
                led = best > Cue.NONE or not _SIGNS.isdisjoint(self.text[mention.end : name])
                return Cue.AT_MEDIUM if led else Cue.BESIDE_MEDIUM, mention
            if index < 0 or (index + 1 < len(self.tokens) and self.tokens[index + 1].begins):
                break
            token = self.tokens[index]
            right, best = token.start, max(best, token.cue)
            if token.cue is Cue.NONE and not token.filler:
                break
        return best, None

    def introduced(self) -> Iterator[tuple[int, int, Cue]]:
        """Rows of everyday words right after an introduction."""
        lists = _lists()
        for at, token in enumerate(self.tokens):
            if token.filler or token.key in lists.predicates or not (at == 0 or self._leads(at - 1)):
                continue
            cue, _ = self.cue_before(at)
            if cue < Cue.APPOSITION or cue is Cue.BESIDE_MEDIUM or self.is_mention(token):
                continue
            end = self.phrase_end(at)
            alone = end == token.end and token.key in lists.states
            if end and not alone and (cue > Cue.APPOSITION or self._next_word(end) in _PREPOSITIONS):
                yield token.start, end, cue

    def phrase_end(self, at: int) -> int:
        """Where the name that begins with token `at` ends; 0 when the sentence runs on."""
        for last in range(at, min(at + _LONGEST_PHRASE, len(self.tokens))):
            end = self.tokens[last].end
            if last + 1 == len(self.tokens) or _PHRASE_END.match(self.text, end):
                return end
            follower = self.tokens[last + 1]
            if follower.key in _lists().enders or (follower.key in _PREPOSITIONS and self._leads_away(last + 1)):
                return end
            if self._stops_a_name(follower):
                return 0
        return 0

    def ends_clause(self, end: int) -> bool:
        follower = self._next_word(end)
        return follower is None or follower in _lists().enders or follower in _lists().links

    def is_thing(self, at: int) -> bool:
        """Token `at` is pointed at: "the compound", "my teammates"."""
        return at > 0 and self.tokens[at - 1].key in _lists().determiners

    def is_mention(self, token: Token) -> bool:
        return any(one.start < token.end and token.start < one.end for one in self.mentions)

    def _mention_after(self, at: int) -> Mention | None:
        """The medium within a few small words after token `at`: "… on my snap"."""
        for index in range(at + 1, at + 1 + _STEPS):
            mention = self._mention_beginning(self.tokens[index - 1].end)
            if mention is not None or index >= len(self.tokens):
                return mention
            if self.tokens[index].begins or self.tokens[index].key not in _lists().links:
                return None
        return None

    def _mention_ending(self, end: int) -> Mention | None:
        return next((one for one in self.mentions if one.end <= end and _is_gap(self.text[one.end : end])), None)

    def _mention_beginning(self, start: int) -> Mention | None:
        later = (one for one in self.mentions if one.start >= start)
        return next((one for one in later if _is_gap(self.text[start : one.start])), None)

    def _surely(self, mention: Mention) -> bool:
        return mention.sure or _OWNED.search(self.text, max(0, mention.start - 12), mention.start) is not None

    def _leads(self, at: int) -> bool:
        token = self.tokens[at]
        return token.cue > Cue.NONE or token.filler or self.is_mention(token)

    def _leads_away(self, at: int) -> bool:
        """ "on there", "on the ghost app", "over on insta"."""
        here = pattern("some_place").match(self.text, self.tokens[at].start)
        return here is not None or self._mention_after(at) is not None

    def _stops_a_name(self, token: Token) -> bool:
        return token.cue is Cue.LABEL or self.is_mention(token) or shaped(self.text[token.start : token.end])

    def _next_word(self, end: int) -> str | None:
        match = _NEXT_WORD.match(self.text, end)
        return match.group(1).lower() if match else None


def begins_no_name(word: str) -> bool:
    """A word of grammar, such as ends a phrase but no name."""
    return word in _lists().predicates or word in _lists().enders


def _tokens(text: str) -> Iterator[Token]:
    lists, end = _lists(), 0
    for match in islice(TOKEN.finditer(text), _MOST_TOKENS):
        token = trimmed(match.group())
        if token:
            key, start = token.lower(), match.start()
            begins = start - end > 1 and _BREAK.search(text, end, start) is not None
            end = start + len(token)
            yield Token(start, end, key, lists.cues.get(key, Cue.NONE), key in lists.fillers, begins)


def _is_gap(text: str) -> bool:
    """Nothing but the signs that lead from a medium to a name."""
    return len(text) <= _LONGEST_GAP and not any(char.isalnum() or char in "\n;!?" for char in text)
