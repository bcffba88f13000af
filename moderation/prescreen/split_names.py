"""Puts together a name or mail address that somebody spread over several messages, and finds the medium it is for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from moderation.prescreen import hosts
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line, Piece
from moderation.prescreen.media import Medium
from moderation.prescreen.names import Shape, shape
from moderation.prescreen.sieve import Sieve, words

if TYPE_CHECKING:
    from moderation.prescreen.talk import Talk

_NEAR = 4  # messages between a name and its medium, and between two parts of a name
_LONGEST_FRAGMENT = 60  # characters of a message that may hold a part
_LONGEST_ROW = 12
_FEWEST_LETTERS = 4
_LONE = re.compile(r"@?[\w.\-]{4,31}(?:#\w{2,5})?")
_PART = re.compile(r"[\"'*(]*(@?[\w.\-]+(?: [\w.\-]+)?)[\"'*)]*")
_MAIL_NAME = re.compile(
    r"(?<![\w@.])([a-z0-9]+(?:[._-][a-z0-9]+)+|[a-z]{4,}\d{1,4}|(?<=: )[a-z0-9_.]{6,}$)(?![\w@])", re.IGNORECASE
)
_MAIL_WORD = re.compile(
    r"\b(?:e-?mail|mail|inbox|before the at|at sign|mailing|address|correo|courriel)\b|@", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fragment:
    """What may be one part of a name: nearly all of a message, or what it announces as a part."""

    line: Line
    start: int
    end: int
    announced: bool

    @property
    def word(self) -> str:
        return self.line.text[self.start : self.end]


def find(talk: "Talk", lines: Sequence[Line]) -> Iterator[Clue]:
    rows = list(_rows(talk))
    for row in rows:
        yield from _of_parts(talk, row)
    for line in lines:
        yield from _mail_parts(talk, line)
    yield from _lone_names(talk, lines)
    yield from _letters(talk)


def mentioned(talk: "Talk", line: Line, reach: int = _NEAR) -> Medium | None:
    """The medium named in this line, or else nearest to it."""
    return _medium_between(talk, line.index, line.index, reach)


def told(talk: "Talk", line: Line, heading: str, *, own: bool = False, within: str | None = None) -> bool:
    """The writer says in or near this line how to read it; headings are those of [told] in lexicon/ciphers.toml."""
    if own or within is not None:
        return heading in told_in(line.text if within is None else within)
    return any(heading in told_in(one.text) for one in talk.by(line.sender, line.index - 3, line.index + 3))


def told_in(text: str) -> frozenset[str]:
    """The headings under which a text tells how to read something."""
    return _telling().seen(text)


@cache
def _telling() -> Sieve:
    return Sieve({heading: words(patterns) for heading, patterns in table("ciphers")["told"].items()})


def _medium_between(talk: "Talk", first: int, last: int, reach: int = _NEAR) -> Medium | None:
    inside = range(max(0, first), min(last + 1, talk.length))
    around = [
        index for step in range(1, reach + 1) for index in (first - step, last + step) if 0 <= index < talk.length
    ]
    return next((mention.medium for index in (*inside, *around) for mention in talk.line(index).mentions), None)


# A name in parts


@cache
def _announced() -> re.Pattern[str]:
    return re.compile(r"\W*(?:" + "|".join(table("naming")["parts"]) + r")\b[\s:,=]*(?:is |it's |its )?", re.IGNORECASE)


@cache
def _word_set(name: str) -> frozenset[str]:
    return frozenset(table("naming")[name].split())


def _fragment(line: Line) -> Fragment | None:
    text = line.text
    lead = _announced().match(text)
    match = _PART.match(text, lead.end() if lead else len(text) - len(text.lstrip()))
    if match is None:
        return None
    alone = not text[match.end() :].strip(" .,!…:)(\n")
    said = match.group(1).lower().split()
    if not (alone or (lead and re.match(r"[.,!?;\n]|\s(?:lol|ok|btw|and)\b", text[match.end() :]))):
        return None
    if said[0].strip(".-") in _word_set("answers") or not any(map(str.isalnum, match.group(1))):
        return None
    if lead is None and len(said) > 1 and said[0] not in _word_set("joints"):
        return None
    end = match.start(1) + len(match.group(1).rstrip(".-"))
    return Fragment(line, match.start(1), end, lead is not None)


def _rows(talk: "Talk") -> Iterator[list[Fragment]]:
    """Each sender's fragments that follow one another within a few messages."""
    short = [i for i, message in enumerate(talk.messages) if 0 < len(message.text.strip()) <= _LONGEST_FRAGMENT]
    if len(short) < 2:
        return
    by_sender: dict[str, list[Fragment]] = {}
    for index in short:
        fragment = _fragment(talk.line(index))
        if fragment is not None:
            by_sender.setdefault(fragment.line.sender, []).append(fragment)
    for fragments in by_sender.values():
        row: list[Fragment] = []
        for fragment in fragments:
            if row and (fragment.line.index - row[-1].line.index > _NEAR or len(row) == _LONGEST_ROW):
                yield row
                row = []
            row.append(fragment)
        yield row


def _of_parts(talk: "Talk", row: list[Fragment]) -> Iterator[Clue]:
    announced = sum(fragment.announced for fragment in row)
    joints = sum(fragment.word.lower().split()[0] in _word_set("joints") for fragment in row)
    strange = sum(shape(fragment.word) >= Shape.UNUSUAL for fragment in row)
    figures = all(fragment.word.replace(" ", "").isdigit() for fragment in row)
    evidence = min(announced, 2) + 2 * bool(joints) + bool(strange)
    if len(row) < 2 or figures or evidence < 2:
        return
    medium = _medium_between(talk, row[0].line.index, row[-1].line.index)
    score = 0.2 + 0.25 * bool(medium) + 0.15 * bool(announced) + 0.15 * bool(joints) + 0.1 * bool(strange)
    yield _joined(row, medium, score, "split-name", "given in parts")


def _joined(row: list[Fragment], medium: Medium | None, score: float, detector: str, how: str) -> Clue:
    head, *rest = row
    kind = medium.kind if medium else Kind.OTHER
    why = f"a name for {medium.title} {how}" if medium else f"a name {how}"
    pieces = [Piece(fragment.line, fragment.start, fragment.end) for fragment in rest]
    return Clue(Rule.CONTACT_SHARED, head.line, head.start, head.end, kind, round(score, 2), detector, why, "", pieces)


def _letters(talk: "Talk") -> Iterator[Clue]:
    """One letter or two a message, with a medium named nearby: s, n, w, r, e, n, 8."""
    bits = [
        Fragment(talk.line(index), 0, len(message.text), announced=False)
        for index, message in enumerate(talk.messages)
        if 0 < len(message.text) <= 2 and message.text.isalnum()
    ]
    for row in _unbroken(bits, talk):
        medium = _medium_between(talk, row[0].line.index, row[-1].line.index)
        if medium is not None and not all(fragment.word.isdigit() for fragment in row):
            yield _joined(row, medium, 0.85, "split-letters", "one letter a message")


def _unbroken(bits: list[Fragment], talk: "Talk") -> Iterator[list[Fragment]]:
    """Rows of one sender's bits between which that sender wrote nothing else."""
    row: list[Fragment] = bits[:1]
    for one, two in pairwise([*bits, None]):
        between = two and list(talk.by(two.line.sender, one.line.index + 1, two.line.index - 1)) if one else None
        if two is not None and one is not None and two.line.sender == one.line.sender and not between:
            row.append(two)
            continue
        if len(row) >= _FEWEST_LETTERS:
            yield row
        row = [two] if two is not None else []


# A name alone


def _lone_names(talk: "Talk", lines: Sequence[Line]) -> Iterator[Clue]:
    """A message that is nothing but a name, with the medium named a few messages away."""
    worth = {Shape.UNUSUAL: 0.3, Shape.COMPOUND: 0.55, Shape.SHAPED: 0.74, Shape.MARKED: 0.74}
    done: set[int] = set()
    for line in lines:
        for mention in line.mentions[:1]:
            for one in talk.by(line.sender, line.index - _NEAR, line.index + _NEAR):
                token = one.text.strip(" .!?:\"'\n") if len(one.text) <= _LONGEST_FRAGMENT else ""
                score = worth.get(shape(token)) if one is not line and _LONE.fullmatch(token) else None
                if score is None or one.index in done:
                    continue
                done.add(one.index)
                yield _lone(one, token, score, mention.medium, line)


def _lone(line: Line, token: str, score: float, medium: Medium, names_it: Line) -> Clue:
    start = line.text.index(token)
    end = start + len(token)
    why = f"a name alone in a message, with {medium.title} named beside it"
    contact = f"{medium.name}:{token.lstrip('@').lower()}"
    beside = [Piece(names_it, 0, 0)]
    return Clue(Rule.CONTACT_SHARED, line, start, end, medium.kind, score, "lone-name", why, contact, beside)


# A mail address in parts


@cache
def _provider() -> re.Pattern[str]:
    return re.compile(
        rf"\W*(?:\w+[\s,]+){{0,4}}?@?\s?((?:{hosts.provider_words()})(?:(?:\.|\sdot\s)(?:com|net|co\.uk|de|fr|es|it|ru|me))?)\b.{{0,25}}$",
        re.IGNORECASE,
    )


def _mail_parts(talk: "Talk", line: Line) -> Iterator[Clue]:
    match = _provider().match(line.text) if len(line.text) <= 70 else None
    if match is None:
        return
    for earlier in talk.by(line.sender, line.index - 7, line.index - 1):
        name = _MAIL_NAME.search(earlier.text[:400])
        if name is None:
            continue
        sure = _MAIL_WORD.search(line.text) or _MAIL_WORD.search(earlier.text) or len(line.text) < 25
        score = 0.75 if sure else 0.5
        provider = [Piece(line, match.start(1), match.end(1))]
        why = "an e-mail address given in parts"
        start, end = name.span(1)
        yield Clue(Rule.CONTACT_SHARED, earlier, start, end, Kind.EMAIL, score, "split-mail", why, "", provider)
        return
