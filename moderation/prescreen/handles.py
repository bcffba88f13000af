"""Finds user names, ids and friend codes: by the shape of a token, and by the words that introduce it as a name.

Whether giving it breaks a rule is not asked here. A medium beside the name, a label ("user:") or a look-up ("add",
"search for") make a name of what could be anything; a made-up shape (figures, underscores) needs less of that.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import islice

from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.media import Medium, Mention
from moderation.prescreen.names import TOKEN, Shape, ordinary, shape, trimmed

_MOST_TOKENS = 400
_STEPS = 5  # words that may stand between a name and what introduces it
_LONGEST_PHRASE = 5  # words of a name such as "wren in the airing cupboard"
_BREAK = re.compile(r"[.!?;\n]\s|\n")
_COMMA = re.compile(r"[,()\n]|[.!?;]\s")
_PHRASE_END = re.compile(r"[,.!?;:()\n\"…|/]|\s-+\s|\s*$")
_MAIL_OR_LINK = re.compile(
    r"[\w.+-]+@\w[\w-]*\.\w|(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}/\S*", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“<*]([^\"”<>*\n]{3,40})[\"”>*]|(?<!\w)'([^'\n]{3,40})'(?!\w)")
_PAYMENT_TAG = re.compile(r"(?<![\w$])[$£]([A-Za-z][\w-]{2,24})")
_FEDERATED = re.compile(r"@[\w.-]{1,40}[:@][\w-]{1,40}(?:\.[\w-]{2,20}){1,3}\b")
_CODE = re.compile(
    r"\b(?:SW-?)?\d{4}[- ]\d{4}[- ]\d{4}\b|(?<![\d.,+-])\d{7,12}(?![\d.,-])|\b\d{3}[ -]\d{3,4}[ -]\d{4}\b",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"\b[a-z0-9]{1,20}(?:\s(?:dot|under ?score|underline|hyphen|dash|period|point|full stop)\s[a-z0-9]{1,20}){1,5}\b",
    re.IGNORECASE,
)
_TOP_LEVEL = re.compile(
    r".*\s(?:dot|point|period)\s(?:com|net|org|co|uk|gg|me|io|de|fr|es|it|be|ph|in|ru|at)", re.IGNORECASE
)


class Cue(IntEnum):
    """How strongly the words around a token say that it is a name."""

    NONE = 0
    MEDIUM_IN_LINE = 1
    APPOSITION = 2  # "i'm …", "it's …"
    LOOK_UP = 3  # "add …", "search for …"
    LABEL = 4  # "my user is …"
    AT_MEDIUM = 5  # "snap: …", "… on snap"


# What a token is worth by shape and cue: the form alone, the judge has the last word below 0.5.
_WORTH: dict[Shape, tuple[float, float, float, float, float, float]] = {
    Shape.ORDINARY: (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    Shape.UNUSUAL: (0.0, 0.2, 0.0, 0.35, 0.4, 0.6),
    Shape.COMPOUND: (0.0, 0.35, 0.35, 0.55, 0.6, 0.8),
    Shape.SHAPED: (0.4, 0.6, 0.55, 0.8, 0.85, 0.92),
    Shape.MARKED: (0.0, 0.7, 0.3, 0.75, 0.9, 0.95),
}
_BOTH_SIDES = 0.05  # introduced as a name and beside a medium
_IN_LINE_TOO = 0.12  # introduced, and a medium elsewhere in the message
_PHRASE = 0.45  # everyday words introduced beside a medium
_CERTAIN = 0.45  # with such a token found, words are not read as names any more


@dataclass(frozen=True, slots=True)
class Token:
    """A word with its place in folded text."""

    start: int
    end: int
    key: str


@dataclass(frozen=True, slots=True)
class _Words:
    labels: frozenset[str]
    lookups: frozenset[str]
    introductions: frozenset[str]
    fillers: frozenset[str]
    links: frozenset[str]
    enders: frozenset[str]
    predicates: frozenset[str]


@cache
def _words() -> _Words:
    lists = table("naming")
    names = ("labels", "lookups", "introductions", "fillers", "links_to_medium", "enders", "predicates")
    return _Words(*(frozenset(lists[name].split()) for name in names))


@cache
def _one_of(name: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(table("naming")[name]) + r")(?!\w)", re.IGNORECASE)


def find(line: Line) -> Iterator[Clue]:
    """Names in one message, each with how surely its form and its labels make it one."""
    reading = _Reading(line)
    clues = [*reading.codes(), *reading.tags(), *reading.spelled()]
    clues += (clue for clue in reading.tokens() if not _overlaps(clue, clues))
    if not any(clue.score >= _CERTAIN for clue in clues):
        clues += (clue for clue in reading.phrases() if not _overlaps(clue, clues))
    yield from clues
    yield from (clue for clue in reading.same_name() if not _overlaps(clue, clues))


def _overlaps(clue: Clue, others: Sequence[Clue]) -> bool:
    return any(other.start < clue.end and clue.start < other.end and other.score >= clue.score for other in others)


class _Reading:
    """One message as a row of tokens and mentions of media."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.text = line.text
        self.mentions = line.mentions
        self.row = [
            Token(match.start(), match.start() + len(token), token.lower())
            for match in islice(TOKEN.finditer(self.text), _MOST_TOKENS)
            if (token := trimmed(match.group()))
        ]
        self._place: int | None = None
        self._addresses: list[tuple[int, int]] | None = None

    # What may be a name

    def tokens(self) -> Iterator[Clue]:
        for at, token in enumerate(self.row):
            form = shape(self.text[token.start : token.end])
            if form is Shape.ORDINARY or self._within_something_else(token):
                continue
            score, medium = self._worth(at, form)
            if score:
                yield self._clue(token.start, token.end, score, medium)

    def _worth(self, at: int, form: Shape) -> tuple[float, Medium | None]:
        before, medium = self._cue_before(at)
        after, other = self._cue_after(at)
        medium = medium or other or self._medium()
        anywhere = Cue.MEDIUM_IN_LINE if self.mentions or self._some_place() else Cue.NONE
        cue = max(before, after, anywhere)
        score = _WORTH[form][cue]
        if score and before >= Cue.APPOSITION and after is Cue.AT_MEDIUM:
            score += _BOTH_SIDES
        elif score and anywhere and Cue.APPOSITION <= cue < Cue.AT_MEDIUM:
            score += _IN_LINE_TOO
        return min(score, 0.97), medium

    def codes(self) -> Iterator[Clue]:
        """Friend codes and player ids: figures that a label or a game beside them makes an id."""
        for match in _CODE.finditer(self.text):
            at = self._first_token_at(match.start())
            before, medium = self._cue_before(at)
            switch = match.group()[:2].lower() == "sw"
            if switch or before in {Cue.LABEL, Cue.AT_MEDIUM}:
                yield self._clue(
                    match.start(), match.end(), 0.9 if switch else 0.8, medium or self._medium(), "friend-code"
                )

    def tags(self) -> Iterator[Clue]:
        """Payment tags and federated names, which carry their own mark."""
        for match in _PAYMENT_TAG.finditer(self.text):
            paid = self._medium()
            sure = paid is not None and paid.kind is Kind.OTHER
            yield self._clue(match.start(), match.end(), 0.92 if sure else 0.6, paid, "payment-tag", Kind.OTHER)
        for match in _FEDERATED.finditer(self.text):
            yield self._clue(match.start(), match.end(), 0.85, self._medium(), "federated-name")

    def spelled(self) -> Iterator[Clue]:
        """ "luna underscore seven seven", as one says a name aloud."""
        for match in _SPELLED.finditer(self.text):
            if _TOP_LEVEL.fullmatch(match.group()):
                continue
            underscored = re.search(r"under ?score", match.group(), re.IGNORECASE) is not None
            score = 0.45 + 0.2 * underscored + 0.2 * bool(self.mentions)
            yield self._clue(match.start(), match.end(), score, self._medium(), "spelled-name")

    def phrases(self) -> Iterator[Clue]:
        """Everyday words that are introduced as a name: "search for quiet harbour on there"."""
        beside = bool(self.mentions) or self._some_place()
        noted = bool(_one_of("spelling_notes").search(self.text))
        for start, end, cue in islice(self._introduced_words(), 3):
            words = self.text[start:end].split()
            titled = len(words) > 1 and all(word[:1].isupper() for word in words)
            if not (beside or cue is Cue.LABEL or (titled and cue is Cue.LOOK_UP)):
                continue
            score = _PHRASE - 0.2 * (not beside) + 0.15 * titled + 0.1 * noted - 0.05 * (len(words) > 3)
            score -= 0.1 * (cue is Cue.APPOSITION)
            yield self._clue(start, end, score, self._medium())
        for match in _QUOTED.finditer(self.text) if beside or noted else ():
            group = 1 if match.group(1) else 2
            yield self._clue(match.start(group), match.end(group), 0.4 + 0.1 * noted, self._medium())

    def same_name(self) -> Iterator[Clue]:
        """ "Same name as on here" is a name elsewhere, with what is to be changed in it."""
        match = _one_of("same_name").search(self.text)
        if match is None:
            return
        end = match.end() + self._change_after(match.end())
        medium = self._medium()
        score = 0.75 if self.mentions else 0.55 if self._some_place() else 0.45
        kind = medium.kind if medium else Kind.OTHER
        where = f"on {medium.title}" if medium else "elsewhere"
        why = f"says that the name on this site is also the one {where}"
        yield Clue(Rule.CONTACT_SHARED, self.line, match.start(), end, kind, score, "same-name", why)

    def _change_after(self, start: int) -> int:
        """How far "but with an underscore at the end" reaches."""
        rest = self.text[start : start + 80]
        change = re.match(
            r"[,\s]*(?:(?:but|except|only|just|with|w|without|minus|plus|and|then|add|chop|put|take|pero|mais|nur|ohne|mit|sin|con)\b[^.!?\n]{0,60}?)"
            r"(?=\s+(?:on|thats|that's|thats my|is my|over on|in)\b|[.!?\n]|,\s+(?:thats|on)|$)",
            rest,
            re.IGNORECASE,
        )
        return change.end() if change else 0

    # What stands around it

    def _cue_before(self, at: int) -> tuple[Cue, Medium | None]:
        """The strongest introduction within a few small words before token `at`."""
        words, best, medium = _words(), Cue.NONE, None
        right = self.row[at].start if at < len(self.row) else len(self.text)
        for step in range(1, _STEPS + 1):
            index = at - step
            mention = self._mention_ending(right)
            if mention is not None:
                return Cue.AT_MEDIUM, mention.medium
            if index < 0 or _BREAK.search(self.text, self.row[index].end, right):
                break
            key, right = self.row[index].key, self.row[index].start
            cue = _cue_of(key, words)
            best = max(best, cue)
            if cue is Cue.NONE and key not in words.fillers:
                break
        return best, medium

    def _cue_after(self, at: int) -> tuple[Cue, Medium | None]:
        """The medium within a few small words after token `at`: "… on my snap"."""
        links, left = _words().links, self.row[at].end
        for step in range(_STEPS):
            mention = self._mention_beginning(left)
            if mention is not None:
                return Cue.AT_MEDIUM, mention.medium
            index = at + 1 + step
            if index >= len(self.row) or self.row[index].key not in links:
                break
            if _BREAK.search(self.text, left, self.row[index].start):
                break
            left = self.row[index].end
        return Cue.NONE, None

    def _mention_ending(self, end: int) -> Mention | None:
        return next((one for one in self.mentions if one.end <= end and _is_gap(self.text[one.end : end])), None)

    def _mention_beginning(self, start: int) -> Mention | None:
        return next(
            (one for one in self.mentions if one.start >= start and _is_gap(self.text[start : one.start])), None
        )

    def _introduced_words(self) -> Iterator[tuple[int, int, Cue]]:
        """Rows of words right after an introduction, and all before "on <medium>"."""
        for at, token in enumerate(self.row):
            if token.key in _words().predicates or token.key in _words().fillers or self._is_mention(token):
                continue
            cue, _ = self._cue_before(at)
            if cue >= Cue.APPOSITION and (at == 0 or self._is_cue(at - 1)):
                end = self._phrase_end(at)
                if end and (cue > Cue.APPOSITION or self._cue_after_end(end)):
                    yield token.start, end, cue

    def _cue_after_end(self, end: int) -> bool:
        return re.match(r"\s+(?:on|over on|in|at|auf|en|no|sur|op|sa)\b", self.text[end : end + 10]) is not None

    def _is_cue(self, at: int) -> bool:
        words, token = _words(), self.row[at]
        return _cue_of(token.key, words) > Cue.NONE or token.key in words.fillers or self._is_mention(token)

    def _phrase_end(self, at: int) -> int:
        """Where the name that begins with token `at` ends; 0 when the sentence runs on."""
        words = _words()
        for last in range(at, min(at + _LONGEST_PHRASE, len(self.row))):
            end = self.row[last].end
            follower = self.row[last + 1] if last + 1 < len(self.row) else None
            if follower is None or _PHRASE_END.match(self.text, end) or follower.key in words.enders:
                return end
            if follower.key in {"on", "over", "in", "at", "auf", "en", "sur"} and self._leads_away(last + 1):
                return end
        return 0

    def _leads_away(self, at: int) -> bool:
        """ "on there", "on the ghost app", "over on insta"."""
        return (
            self._cue_after(at)[0] is Cue.AT_MEDIUM
            or _one_of("some_place").match(self.text, self.row[at].start) is not None
        )

    def _is_mention(self, token: Token) -> bool:
        return any(one.start < token.end and token.start < one.end for one in self.mentions)

    def _within_something_else(self, token: Token) -> bool:
        if self._addresses is None:
            self._addresses = [match.span() for match in _MAIL_OR_LINK.finditer(self.text)] if "." in self.text else []
        return self._is_mention(token) or any(a < token.end and token.start < b for a, b in self._addresses)

    def _first_token_at(self, start: int) -> int:
        return next((at for at, token in enumerate(self.row) if token.end > start), len(self.row))

    def _medium(self) -> Medium | None:
        return self.mentions[0].medium if self.mentions else None

    def _some_place(self) -> bool:
        if self._place is None:
            self._place = int(_one_of("some_place").search(self.text) is not None)
        return bool(self._place)

    def _clue(
        self,
        start: int,
        end: int,
        score: float,
        medium: Medium | None,
        detector: str = "handle",
        kind: Kind | None = None,
    ) -> Clue:
        name = self.text[start:end].lstrip("@").lower()
        kind = kind or (medium.kind if medium else Kind.SOCIAL_HANDLE)
        why = f"a name to be found under on {medium.title}" if medium else "a user name given so that others can add it"
        contact = f"{medium.name}:{name}" if medium else name
        return Clue(Rule.CONTACT_SHARED, self.line, start, end, kind, round(score, 2), detector, why, contact)


def _cue_of(key: str, words: _Words) -> Cue:
    if key in words.labels:
        return Cue.LABEL
    if key in words.lookups:
        return Cue.LOOK_UP
    return Cue.APPOSITION if key in words.introductions else Cue.NONE


def _is_gap(text: str) -> bool:
    """Nothing but the signs that lead from a medium to a name."""
    return len(text) <= 6 and not any(char.isalnum() or char in "\n;!?" for char in text)
