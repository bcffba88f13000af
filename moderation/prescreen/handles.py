"""Finds user names, ids and friend codes: by the shape of a token, and by the words that introduce it as a name.

Whether giving it breaks a rule is not asked here. A medium beside the name, a label ("user:") or a look-up ("add",
"search for") make a name of what could be anything; a made-up shape (figures, underscores) needs less of that.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.media import Medium
from moderation.prescreen.names import Shape, ordinary, shape
from moderation.prescreen.naming import Cue, Row, Token, begins_no_name, pattern

_MOST_CLUES = 12  # of one sort in one message
_MOST_QUOTED_WORDS = 6
_UNBROKEN = re.compile(r"\S+")
_MAIL_OR_LINK = re.compile(r"://|\bwww\.|\w\.[a-z]{2,6}/|\w@\w[^@\s]*\.\w", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“<*]([^\"”<>*\n]{3,40})[\"”>*]|(?<!\w)'([^'\n]{3,40})'(?!\w)")
_TITLED = re.compile(r"(?<![\w@])(?:[A-Z][\w'-]+,? (?:(?:&|of|the|and) )?){1,4}[A-Z][\w'-]+")
_PAYMENT_TAG = re.compile(r"(?<![\w$])[$£][A-Za-z][\w-]{2,24}")
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
_CHANGE = re.compile(
    r"[,\s]*(?:but|except|only|just|with|w|without|minus|plus|and|then|add|chop|put|take|pero|mais|nur|ohne|mit|sin|con)\b"
    r"[^.!?\n]{0,60}?(?=,?\s+(?:on|thats|that's|is my|over on|in)\b|[.!?\n]|$)",
    re.IGNORECASE,
)

# What a token is worth by shape and cue, in the order of Cue: the form alone, the judge has the last word below 0.5.
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
_POINTED_AT = 0.3  # things have articles, names have none
_LEAST = 0.2
_MOST = 0.97


def find(line: Line) -> Iterator[Clue]:
    """Names in one message, each with how surely its form and its labels make it one."""
    names = _Names(line)
    clues: list[Clue] = []
    for sort in (names.codes(), names.tags(), names.spelled()):
        clues += islice(sort, _MOST_CLUES)
    clues += [clue for clue in islice(names.tokens(), _MOST_CLUES) if not _within(clue, clues)]
    clues += [clue for clue in islice(names.phrases(), _MOST_CLUES) if not _within(clue, clues, clue.score)]
    yield from clues
    yield from (clue for clue in names.same_name() if not _within(clue, clues, clue.score))


def _within(clue: Clue, others: Sequence[Clue], score: float = 0.0) -> bool:
    """Another clue of at least that score has some of these characters."""
    return any(other.start < clue.end and clue.start < other.end and other.score >= score for other in others)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where links and mail addresses are: a name inside them is not a name by itself."""
    return (match.span() for match in _UNBROKEN.finditer(text) if _MAIL_OR_LINK.search(match.group()))


class _Names:
    """The names of one message, by what makes them names."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.text = line.text
        self.row = Row(line)
        self.addresses = list(_addresses(self.text)) if "." in self.text else []

    def tokens(self) -> Iterator[Clue]:
        """Tokens that look like a name, weighed by what introduces them."""
        past = 0
        for at, token in enumerate(self.row.tokens):
            form = shape(self.text[token.start : token.end])
            if form is Shape.ORDINARY or token.start < past or self._within_something_else(token):
                continue
            end, score, medium = self._weighed(at, form)
            if score >= _LEAST:
                past = end
                yield self._clue(token.start, end, score, medium)

    def _weighed(self, at: int, form: Shape) -> tuple[int, float, Medium | None]:
        """Where the name that begins with token `at` ends, what it is worth, and the medium it is for."""
        cue, medium, sure = self.row.cue(at)
        end, score = self.row.tokens[at].end, _WORTH[form][cue]
        if self.row.beside and Cue.APPOSITION <= cue < Cue.AT_MEDIUM:
            score += _IN_LINE_TOO
        if form <= Shape.COMPOUND and cue > Cue.MEDIUM_IN_LINE:
            end = self.row.phrase_end(at) or end
            score -= _POINTED_AT * self.row.is_thing(at) + _UNSURE * (not sure)
            score -= _RUNS_ON * (form is Shape.UNUSUAL and not self.row.ends_clause(end))
        return end, min(score, _MOST), medium

    def codes(self) -> Iterator[Clue]:
        """Friend codes and player ids: figures that a label or a game beside them makes an id."""
        for match in _CODE.finditer(self.text):
            before, mention = self.row.cue_at(match.start())
            medium = mention.medium if mention else self.row.medium
            switch = match.group()[:2].lower() == "sw"
            game = mention is not None and mention.medium.kind is Kind.SOCIAL_HANDLE
            if switch or before is Cue.LABEL or game:
                yield self._clue(match.start(), match.end(), 0.9 if switch else 0.8, medium, "friend-code")

    def tags(self) -> Iterator[Clue]:
        """Payment tags and federated names, which carry their own mark."""
        medium = self.row.medium
        for match in _PAYMENT_TAG.finditer(self.text):
            sure = medium is not None and medium.kind is Kind.OTHER
            yield self._clue(match.start(), match.end(), 0.92 if sure else 0.6, medium, "payment-tag", Kind.OTHER)
        for match in _FEDERATED.finditer(self.text):
            yield self._clue(match.start(), match.end(), 0.85, medium, "federated-name")

    def spelled(self) -> Iterator[Clue]:
        """ "luna underscore seven seven", as one says a name aloud."""
        for match in _SPELLED.finditer(self.text):
            said = match.group().lower()
            if _TOP_LEVEL.fullmatch(said) or begins_no_name(said.rsplit(" ", 1)[-1]):
                continue
            underscored = "underscore" in said.replace(" ", "")
            introduced = self.row.cue_at(match.start())[0] >= Cue.APPOSITION
            score = 0.3 + 0.25 * underscored + 0.2 * introduced + 0.15 * self.row.beside
            yield self._clue(match.start(), match.end(), score, self.row.medium, "spelled-name")

    def phrases(self) -> Iterator[Clue]:
        """Everyday words that are introduced as a name: "search for quiet harbour on there"."""
        beside = self.row.beside
        noted = beside and "spelling_notes" in self.row.hints
        for start, end, cue in islice(self.row.introduced(), 3):
            said = self.text[start:end].split()
            titled = len(said) > 1 and all(word[:1].isupper() for word in said)
            if beside or cue is Cue.LABEL or (titled and cue is Cue.LOOK_UP):
                score = _PHRASE - 0.2 * (not beside) + 0.15 * titled + 0.1 * noted - 0.05 * (len(said) > 3)
                yield self._clue(start, end, score - 0.1 * (cue is Cue.APPOSITION), self.row.medium)
        if beside:
            yield from self._quoted(noted)
            yield from self._titled()

    def _quoted(self, noted: bool) -> Iterator[Clue]:
        for match in islice(_QUOTED.finditer(self.text), 5):
            group = 1 if match.group(1) else 2
            if len(match.group(group).split()) <= _MOST_QUOTED_WORDS:
                yield self._clue(match.start(group), match.end(group), 0.35 + 0.1 * noted, self.row.medium)

    def _titled(self) -> Iterator[Clue]:
        """A proper name of several words: "Low Gear Brothers"."""
        for match in islice(_TITLED.finditer(self.text), 5):
            if not all(word.strip(",").lower() in ordinary() for word in match.group().split()):
                yield self._clue(match.start(), match.end(), 0.35, self.row.medium)

    def same_name(self) -> Iterator[Clue]:
        """ "Same name as on here" is a name elsewhere, with what is to be changed in it."""
        match = pattern("same_name").search(self.text) if "same_name" in self.row.hints else None
        if match is None:
            return
        change = _CHANGE.match(self.text, match.end())
        end = change.end() if change else match.end()
        medium = self.row.medium
        score = 0.75 if medium else 0.55 if self.row.some_place else 0.45
        kind = medium.kind if medium else Kind.OTHER
        why = f"says that the name on this site is also the one {f'on {medium.title}' if medium else 'elsewhere'}"
        yield Clue(Rule.CONTACT_SHARED, self.line, match.start(), end, kind, score, "same-name", why)

    def _within_something_else(self, token: Token) -> bool:
        return self.row.is_mention(token) or any(a < token.end and token.start < b for a, b in self.addresses)

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
