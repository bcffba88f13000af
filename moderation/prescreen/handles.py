"""Finds user names, ids and friend codes: by the shape of a token, and by the words that introduce it as a name.

Whether giving it breaks a rule is not asked here. A medium beside the name, a label ("user:") or a look-up ("add",
"search for") make a name of what could be anything; a made-up shape (figures, underscores) needs less of that.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import islice
from typing import NamedTuple

from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.media import Medium, Mention
from moderation.prescreen.names import TOKEN, Shape, ordinary, shape, shaped, trimmed
from moderation.prescreen.sieve import Sieve, words

_MOST_TOKENS = 400
_MOST_CLUES = 12  # of one sort in one message
_STEPS = 5  # words that may stand between a name and what introduces it
_LONGEST_PHRASE = 5  # words of a name such as "wren in the airing cupboard"
_BREAK = re.compile(r"[.!?;\n]\s|\n")
_COMMA = re.compile(r"[,()\n]|[.!?;]\s")
_PHRASE_END = re.compile(r"[,.!?;:()\n\"…|/]|\s-+\s|\s*$")
_MAIL_OR_LINK = re.compile(
    r"[\w.+-]+@\w[\w-]*\.\w|(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}/\S*", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“<*]([^\"”<>*\n]{3,40})[\"”>*]|(?<!\w)'([^'\n]{3,40})'(?!\w)")
_OWNED = re.compile(r"(?:\bm[yi]|\bon|\bmeu|\bmon|\bmein)\s$", re.IGNORECASE)
_SIGNS = frozenset(":=>-~|(*\u2192")  # lead from a medium to a name
_TITLED = re.compile(r"(?<![\w@])(?:[A-Z][\w'-]+,? (?:(?:&|of|the|and) )?){1,4}[A-Z][\w'-]+")
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
    BESIDE_MEDIUM = 3  # "… on snap"
    LOOK_UP = 4  # "add …", "search for …"
    LABEL = 5  # "my user is …"
    AT_MEDIUM = 6  # "snap: …", "i'm … on snap"


# What a token is worth by shape and cue: the form alone, the judge has the last word below 0.5.
_WORTH: dict[Shape, tuple[float, ...]] = {
    Shape.ORDINARY: (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    Shape.UNUSUAL: (0.0, 0.0, 0.1, 0.2, 0.3, 0.35, 0.6),
    Shape.COMPOUND: (0.0, 0.3, 0.35, 0.5, 0.55, 0.6, 0.8),
    Shape.SHAPED: (0.4, 0.6, 0.5, 0.8, 0.8, 0.85, 0.93),
    Shape.MARKED: (0.0, 0.7, 0.3, 0.9, 0.75, 0.9, 0.95),
    Shape.TAGGED: (0.6, 0.75, 0.65, 0.9, 0.9, 0.92, 0.96),
}
_IN_LINE_TOO = 0.12  # introduced, and a medium elsewhere in the message
_RUNS_ON = 0.2  # a plain word in the middle of its sentence is rarely a name
_PHRASE = 0.45  # everyday words introduced beside a medium
_UNSURE = 0.15  # beside a word such as "line" or "face" that is not always a medium
_HALF_AN_ADDRESS = 0.55  # a name with a mail provider beside it; a whole address is found by emails.py
_POINTED_AT = 0.3  # "the compound", "my teammates": things, not names
_LEAST = 0.2


class Token(NamedTuple):
    """A word with its place in folded text, what it says about the next word, and whether a sentence begins with it."""

    start: int
    end: int
    key: str
    cue: Cue
    filler: bool
    begins: bool


@dataclass(frozen=True, slots=True)
class _Words:
    cues: Mapping[str, Cue]
    fillers: frozenset[str]
    links: frozenset[str]
    enders: frozenset[str]
    predicates: frozenset[str]
    states: frozenset[str]
    determiners: frozenset[str]


@cache
def _words() -> _Words:
    lists = table("naming")
    cues = {
        word: cue
        for name, cue in (("introductions", Cue.APPOSITION), ("lookups", Cue.LOOK_UP), ("labels", Cue.LABEL))
        for word in lists[name].split()
    }
    names = ("fillers", "links_to_medium", "enders", "predicates", "states", "determiners")
    return _Words(cues, *(frozenset(lists[name].split()) for name in names))


@cache
def _hints() -> Sieve:
    return Sieve({name: words(table("naming")[name]) for name in ("same_name", "some_place", "spelling_notes")})


@cache
def _one_of(name: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(table("naming")[name]) + r")(?!\w)", re.IGNORECASE)


def find(line: Line) -> Iterator[Clue]:
    """Names in one message, each with how surely its form and its labels make it one."""
    reading = _Reading(line)
    clues = [*reading.codes(), *reading.tags(), *reading.spelled()]
    clues += [clue for clue in islice(reading.tokens(), _MOST_CLUES) if not _within(clue, clues)]
    clues += [clue for clue in islice(reading.phrases(), _MOST_CLUES) if not _within(clue, clues, clue.score)]
    yield from clues
    yield from (clue for clue in reading.same_name() if not _within(clue, clues, clue.score))


def _within(clue: Clue, others: Sequence[Clue], score: float = 0.0) -> bool:
    """Another clue of at least that score has some of these characters."""
    return any(other.start < clue.end and clue.start < other.end and other.score >= score for other in others)


class _Reading:
    """One message as a row of tokens and mentions of media."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.text = line.text
        self.mentions = line.mentions
        self.row = list(_row(self.text))
        self.hints = _hints().seen(self.text)
        self._addresses: list[tuple[int, int]] | None = None

    # What may be a name

    def tokens(self) -> Iterator[Clue]:
        past = 0
        for at, token in enumerate(self.row):
            form = shape(self.text[token.start : token.end])
            if form is Shape.ORDINARY or token.start < past or self._within_something_else(token):
                continue
            end, score, medium = self._weighed(at, form)
            if score >= _LEAST:
                past = end
                yield self._clue(token.start, end, score, medium)

    def _weighed(self, at: int, form: Shape) -> tuple[int, float, Medium | None]:
        """Where the name that begins with token `at` ends, what it is worth, and the medium it is for."""
        cue, medium, sure = self._cue(at)
        end, score = self.row[at].end, _WORTH[form][cue]
        if self._beside() and Cue.APPOSITION <= cue < Cue.AT_MEDIUM:
            score += _IN_LINE_TOO
        if form <= Shape.COMPOUND and cue > Cue.MEDIUM_IN_LINE:
            end = self._phrase_end(at) or end
            score -= _POINTED_AT * (at > 0 and self.row[at - 1].key in _words().determiners)
            score -= _RUNS_ON * (form is Shape.UNUSUAL and not self._ends_clause(end)) + _UNSURE * (not sure)
        return end, min(score, 0.97), medium

    def _cue(self, at: int) -> tuple[Cue, Medium | None, bool]:
        """The strongest hint at token `at`, the medium it is a name for, and whether that is surely a medium."""
        before, mention = self._cue_before(at)
        follows = self._medium_after(self.row[at].end, at + 1)
        if follows is not None:
            cue = Cue.AT_MEDIUM if before in {Cue.APPOSITION, Cue.LOOK_UP, Cue.LABEL} else Cue.BESIDE_MEDIUM
            before, mention = max(before, cue), mention or follows
        if before is Cue.NONE and self._beside():
            before = Cue.MEDIUM_IN_LINE
        return before, mention.medium if mention else self._medium(), mention is None or self._surely(mention)

    def _surely(self, mention: Mention) -> bool:
        return mention.sure or _OWNED.search(self.text, max(0, mention.start - 12), mention.start) is not None

    def _beside(self) -> bool:
        return bool(self.mentions) or self._some_place()

    def codes(self) -> Iterator[Clue]:
        """Friend codes and player ids: figures that a label or a game beside them makes an id."""
        for match in _CODE.finditer(self.text):
            before, mention = self._cue_before(self._first_token_at(match.start()))
            switch = match.group()[:2].lower() == "sw"
            game = mention is not None and mention.medium.kind is Kind.SOCIAL_HANDLE
            if switch or before is Cue.LABEL or game:
                score = 0.9 if switch else 0.8
                yield self._clue(
                    match.start(), match.end(), score, mention.medium if mention else self._medium(), "friend-code"
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
            said = match.group().lower()
            last = said.rsplit(" ", 1)[-1]
            if _TOP_LEVEL.fullmatch(said) or last in _words().predicates or last in _words().enders:
                continue
            underscored = "underscore" in said.replace(" ", "")
            introduced = self._cue_before(self._first_token_at(match.start()))[0] >= Cue.APPOSITION
            score = 0.3 + 0.25 * underscored + 0.2 * introduced + 0.15 * self._beside()
            yield self._clue(match.start(), match.end(), score, self._medium(), "spelled-name")

    def phrases(self) -> Iterator[Clue]:
        """Everyday words that are introduced as a name: "search for quiet harbour on there"."""
        noted = self._beside() and "spelling_notes" in self.hints
        for start, end, cue in islice(self._introduced_words(), 3):
            said = self.text[start:end].split()
            titled = len(said) > 1 and all(word[:1].isupper() for word in said)
            if not (self._beside() or cue is Cue.LABEL or (titled and cue is Cue.LOOK_UP)):
                continue
            score = _PHRASE - 0.2 * (not self._beside()) + 0.15 * titled + 0.1 * noted - 0.05 * (len(said) > 3)
            yield self._clue(start, end, score - 0.1 * (cue is Cue.APPOSITION), self._medium())
        if self._beside():
            yield from self._quoted(noted)
            yield from self._titled()

    def _quoted(self, noted: bool) -> Iterator[Clue]:
        for match in islice(_QUOTED.finditer(self.text), 5):
            group = 1 if match.group(1) else 2
            if match.group(group).count(" ") < _LONGEST_PHRASE:
                yield self._clue(match.start(group), match.end(group), 0.35 + 0.1 * noted, self._medium())

    def _titled(self) -> Iterator[Clue]:
        """A proper name of several words: "Low Gear Brothers"."""
        for match in islice(_TITLED.finditer(self.text), 5):
            if not all(word.strip(",").lower() in ordinary() for word in match.group().split()):
                yield self._clue(match.start(), match.end(), 0.35, self._medium())

    def same_name(self) -> Iterator[Clue]:
        """ "Same name as on here" is a name elsewhere, with what is to be changed in it."""
        match = _one_of("same_name").search(self.text) if "same_name" in self.hints else None
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

    def _cue_before(self, at: int) -> tuple[Cue, Mention | None]:
        """The strongest introduction within a few small words before token `at`."""
        best = Cue.NONE
        name = right = self.row[at].start if at < len(self.row) else len(self.text)
        for index in range(at - 1, max(at - 1 - _STEPS, -2), -1):
            mention = self._mention_ending(right)
            if mention is not None:
                led = best > Cue.NONE or not _SIGNS.isdisjoint(self.text[mention.end : name])
                return Cue.AT_MEDIUM if led else Cue.BESIDE_MEDIUM, mention
            if index < 0 or (index + 1 < len(self.row) and self.row[index + 1].begins):
                break
            token = self.row[index]
            right, best = token.start, max(best, token.cue)
            if token.cue is Cue.NONE and not token.filler:
                break
        return best, None

    def _medium_after(self, end: int, following: int) -> Mention | None:
        """The medium within a few small words after a name: "… on my snap"."""
        for index in range(following, following + _STEPS):
            mention = self._mention_beginning(end)
            if mention is not None:
                return mention
            if index >= len(self.row) or self.row[index].begins or self.row[index].key not in _words().links:
                break
            end = self.row[index].end
        return None

    def _mention_ending(self, end: int) -> Mention | None:
        return next((one for one in self.mentions if one.end <= end and _is_gap(self.text[one.end : end])), None)

    def _mention_beginning(self, start: int) -> Mention | None:
        return next(
            (one for one in self.mentions if one.start >= start and _is_gap(self.text[start : one.start])), None
        )

    def _introduced_words(self) -> Iterator[tuple[int, int, Cue]]:
        """Rows of words right after an introduction, and all before "on <medium>"."""
        for at, token in enumerate(self.row):
            if token.filler or token.key in _words().predicates or not (at == 0 or self._is_cue(at - 1)):
                continue
            cue, _ = self._cue_before(at)
            if cue >= Cue.APPOSITION and cue is not Cue.BESIDE_MEDIUM and not self._is_mention(token):
                end = self._phrase_end(at)
                alone = end == token.end and token.key in _words().states
                if end and not alone and (cue > Cue.APPOSITION or self._leads_to_medium(end)):
                    yield token.start, end, cue

    def _leads_to_medium(self, end: int) -> bool:
        return re.match(r"\s+(?:over\s)?(?:on|in|at|auf|en|no|sur|op|sa)\b", self.text[end : end + 12]) is not None

    def _ends_clause(self, end: int) -> bool:
        follower = re.compile(r"\s+([\w']+)").match(self.text, end)
        return follower is None or follower.group(1).lower() in _words().enders | _words().links

    def _is_cue(self, at: int) -> bool:
        token = self.row[at]
        return token.cue > Cue.NONE or token.filler or self._is_mention(token)

    def _phrase_end(self, at: int) -> int:
        """Where the name that begins with token `at` ends; 0 when the sentence runs on."""
        lists = _words()
        for last in range(at, min(at + _LONGEST_PHRASE, len(self.row))):
            end = self.row[last].end
            follower = self.row[last + 1] if last + 1 < len(self.row) else None
            if follower is None or _PHRASE_END.match(self.text, end) or follower.key in lists.enders:
                return end
            if (
                self._is_mention(follower)
                or follower.cue is Cue.LABEL
                or shaped(self.text[follower.start : follower.end])
            ):
                return 0
            if follower.key in {"on", "over", "in", "at", "auf", "en", "sur"} and self._leads_away(last + 1):
                return end
        return 0

    def _leads_away(self, at: int) -> bool:
        """ "on there", "on the ghost app", "over on insta"."""
        return (
            self._medium_after(self.row[at].end, at + 1) is not None
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
        return "some_place" in self.hints

    def _clue(
        self,
        start: int,
        end: int,
        score: float,
        medium: Medium | None,
        detector: str = "handle",
        kind: Kind | None = None,
    ) -> Clue:
        if medium is not None and medium.kind is Kind.EMAIL:
            score = min(score, _HALF_AN_ADDRESS)
        name = self.text[start:end].lstrip("@").lower()
        kind = kind or (medium.kind if medium else Kind.SOCIAL_HANDLE)
        why = f"a name to be found under on {medium.title}" if medium else "a user name given so that others can add it"
        contact = f"{medium.name}:{name}" if medium else name
        return Clue(Rule.CONTACT_SHARED, self.line, start, end, kind, round(score, 2), detector, why, contact)


def _row(text: str) -> Iterator[Token]:
    lists, end = _words(), 0
    for match in islice(TOKEN.finditer(text), _MOST_TOKENS):
        token = trimmed(match.group())
        if token:
            key, start = token.lower(), match.start()
            begins = start - end > 1 and _BREAK.search(text, end, start) is not None
            end = start + len(token)
            yield Token(start, end, key, lists.cues.get(key, Cue.NONE), key in lists.fillers, begins)


def _is_gap(text: str) -> bool:
    """Nothing but the signs that lead from a medium to a name."""
    return len(text) <= 6 and not any(char.isalnum() or char in "\n;!?" for char in text)
