"""Puts together the digits of one number that were spread over messages, or hidden among the words of one.

A piece says nothing by itself. When the last piece arrives, those of the messages just before are picked up.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from moderation.prescreen import phones
from moderation.prescreen.allowlist import Allowed
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.digits import Run, number_words, runs
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line, Piece
from moderation.prescreen.talk import Talk

WINDOW = 16  # messages over which one number may be spread
_HANDOVER = 4  # messages within which a second person completes it
_COUNTING = frozenset({"number", "words"})
_LONGEST_TEXT = 600  # longer messages hold figures, not pieces
_SHORT_TEXT = 40  # in so short a message a single number word may be a piece
_MOST_PIECES = 13
_FEWEST_DIGITS, _MOST_DIGITS = 7, 13
_WHOLE_NUMBER = 10  # a run of so many digits is a matter for the telephone detector
_BARE = 2  # other words that a message of hardly anything but digits may hold

_WORD = re.compile(r"[^\W\d_]{2,}")
_EDGE = re.compile(r"[.,;:!?\n\"'()*|-]|^|$")
_CLOCK_OR_RATIO = re.compile(r"\d\s?[:/]\s?\d")
_BROKEN = re.compile(r"\d\.\d")
_YEAR = re.compile(r"(?:19|20)\d{2}")


@dataclass(slots=True)
class Fragment:
    """Some digits of one message that may be part of a number.

    bare: the message is hardly anything else. apart: punctuation sets them off. place: first, later, last, or "".
    """

    line: Line
    start: int
    end: int
    value: str
    bare: bool
    apart: bool
    place: str


@dataclass(frozen=True, slots=True)
class _Found:
    """Fragments that make a number, in the order in which they stand in the chat."""

    parts: tuple[Fragment, ...]
    value: str
    score: float


def find(talk: "Talk", lines: Sequence[Line], known: Allowed) -> Iterator[Clue]:
    fragments = [fragment for line in _with_digits(talk, lines) for fragment in _fragments(line, known)]
    if len(fragments) < 2:
        return
    told = _Told(talk)
    taken: set[int] = set()
    for sender in sorted({fragment.line.sender for fragment in fragments}):
        for found in _numbers(told, [fragment for fragment in fragments if fragment.line.sender == sender]):
            taken.update(id(part) for part in found.parts)
            yield _clue(found)
    yield from _by_several([fragment for fragment in fragments if id(fragment) not in taken])


# --- fragments


def _with_digits(talk: "Talk", lines: Sequence[Line]) -> Iterator[Line]:
    """Lines that hold digits. The gate passes over a lone "five"; in a message of a word or two it may be a piece."""
    counting = {line.index: line for line in lines if line.topics & _COUNTING}
    for index, message in enumerate(talk.messages):
        if index in counting:
            yield counting[index]
        elif len(message.text) <= _SHORT_TEXT and _says_a_number(message.text):
            yield talk.line(index)


def _says_a_number(text: str) -> bool:
    known = number_words()
    return any(word in known for word in re.split(r"\W+", text.lower()))


def _fragments(line: Line, known: Allowed) -> Iterator[Fragment]:
    text = line.text
    if len(text) > _LONGEST_TEXT:
        return
    read = line.runs or runs(text)
    words = len(_WORD.findall(text))
    for run in read:
        value = run.digits
        if len(value) >= _WHOLE_NUMBER or run.attached or known.number(value) or phones.measures(text, run):
            continue
        others = words - len(_WORD.findall(text, run.start, run.end))
        place = _place(text, run)
        if _CLOCK_OR_RATIO.search(text, run.start, run.end) or _casual(run, others, place):
            continue
        year = bool(_YEAR.fullmatch(value)) and others > 0
        leads = not text[: run.start].strip()
        apart = _stands_apart(text, run) and (leads or len(value) >= 3) and not year
        yield Fragment(line, run.start, run.end, value, others <= _BARE and not year, apart, place)


def _casual(run: Run, others: int, place: str) -> bool:
    """ "one of them", "oh and another thing": a number word or two amid other words say nothing."""
    few = len(run.digits) == 1 and others > 0 and not place
    return bool(run.words) and (few or (len(run.digits) < 3 and others > _BARE))


def _stands_apart(text: str, run: Run) -> bool:
    """A clause of its own: punctuation or the end of the message on both sides."""
    before, after = text[: run.start].rstrip(" "), text[run.end :].lstrip(" ")
    return bool(_EDGE.fullmatch(before[-1:]) and _EDGE.fullmatch(after[:1]))


def _place(text: str, run: Run) -> str:
    """Which part of a number the words right before the digits (or right after) say it is."""
    said = ""
    for match in _places().finditer(text, max(0, run.start - 28), run.start):
        said = match.lastgroup or ""
    if not said:
        after = _places().search(text, run.end, run.end + 20)
        said = (after.lastgroup or "") if after and after.lastgroup != "later" else ""
    return "first" if text[max(0, run.start - 1) : run.start] == "+" else said


# --- from fragments to numbers


class _Told:
    """What each message tells about how digits are to be read; looked up at most once a message."""

    def __init__(self, talk: "Talk") -> None:
        self._talk = talk
        self._known: dict[int, tuple[bool, bool]] = {}

    def around(self, parts: tuple[Fragment, ...]) -> tuple[bool, bool]:
        """Whether the writer says, near the pieces, that they belong together, and that they stand backwards."""
        first, last = parts[0].line, parts[-1].line
        said = [self._in(line) for line in self._talk.by(first.sender, first.index - 2, last.index + 2)]
        return any(hinted for hinted, _ in said), any(backwards for _, backwards in said)

    def _in(self, line: Line) -> tuple[bool, bool]:
        if line.index not in self._known:
            text = line.text[:_LONGEST_TEXT]
            self._known[line.index] = bool(_hints().search(text)), bool(_backwards().search(text))
        return self._known[line.index]


def _numbers(told: _Told, own: list[Fragment]) -> Iterator[_Found]:
    """One person's numbers: first from pieces that stand by themselves, then from any that follow each other."""
    standing = [part for part in own if part.bare or part.apart or part.place]
    taken: set[int] = set()
    for pieces in (standing, own):
        left = [part for part in pieces if id(part) not in taken]
        at = 0
        while at < len(left):
            found = _best_from(told, left, at)
            if found is None:
                at += 1
                continue
            taken.update(id(part) for part in found.parts)
            at += len(found.parts)
            yield found


def _best_from(told: _Told, own: list[Fragment], at: int) -> _Found | None:
    best: _Found | None = None
    length = 0
    for size in range(1, min(_MOST_PIECES, len(own) - at) + 1):
        last = own[at + size - 1]
        length += len(last.value)
        if last.line.index - own[at].line.index > WINDOW or length > _MOST_DIGITS:
            break
        if size > 1 and length >= _FEWEST_DIGITS:
            found = _read(told, tuple(own[at : at + size]))
            if (
                found is not None
                and found.score >= _WORTH_SAYING
                and (best is None or found.score >= best.score - _LONGER)
            ):
                best = found
    return best


def _read(told: _Told, parts: tuple[Fragment, ...]) -> _Found | None:
    """The number that the pieces make in the likeliest order that somebody could dial."""
    values = [part.value for part in parts]
    if len(set("".join(values))) == 1:
        return None
    turned = "".join(values)[::-1]
    if _dialled().fullmatch(turned) and told.around(parts)[1]:
        return _believed(told, parts, turned, values[::-1])
    for order in _orders(parts, values):
        if _dialled().fullmatch("".join(order)):
            return _believed(told, parts, "".join(order), order)
    whole = "".join(values)
    if len(parts) >= 3 and all(part.bare for part in parts) and len(whole) in _UNKNOWN_LENGTHS:
        return _believed(told, parts, whole, values, known=False)
    return None


def _believed(
    told: _Told, parts: tuple[Fragment, ...], digits: str, order: list[str], *, known: bool = True
) -> _Found | None:
    score = _belief(parts, tuple(map(len, order)), hinted=told.around(parts)[0])
    return _Found(parts, digits, score - (not known) * _UNKNOWN_PLAN) if score else None


def _orders(parts: tuple[Fragment, ...], values: list[str]) -> Iterator[list[str]]:
    """The orders in which the pieces may be meant, the likeliest first."""
    if any(part.place == "first" for part in parts[1:]):
        ranked = sorted(range(len(parts)), key=lambda at: _RANK[parts[at].place])
        yield [values[at] for at in ranked]
    yield values
    if len(values[-1]) == 3:  # the area code comes at the end
        yield [values[-1], *values[:-1]]


_RANK = {"first": 0, "": 1, "later": 1, "last": 2}
_WORTH_SAYING = 0.3
_CERTAIN = 0.93
_LONGER = 0.15  # what one more piece may cost
_UNKNOWN_PLAN = 0.2  # what a number loses that no large country would dial
_UNKNOWN_LENGTHS = frozenset({7, 9, 10, 11})


def _belief(parts: tuple[Fragment, ...], sizes: tuple[int, ...], *, hinted: bool) -> float:
    """How sure it is that these pieces are one number: how they stand in their messages, and what is said there."""
    values = [int(part.value) for part in parts]
    if len(values) >= 3 and len({two - one for one, two in itertools.pairwise(values)}) == 1:
        return 0.0
    broken = any(_BROKEN.search(part.line.text, max(0, part.start - 2), part.end + 2) for part in parts)
    if broken and not hinted:
        return 0.0
    count = len(parts)
    bare = sum(part.bare for part in parts) / count
    standing = sum(part.bare or part.apart or bool(part.place) for part in parts) / count
    placed = sum(bool(part.place) for part in parts) / count
    usual = phones.usual_sizes(sizes)
    score = 0.1 + 0.3 * bare + 0.2 * standing + 0.2 * placed + 0.15 * hinted + 0.1 * usual + 0.15 * (bare == 1)
    return min(_CERTAIN, score)


def _by_several(fragments: list[Fragment]) -> Iterator[Clue]:
    """One person begins a number, others complete it."""
    at = 0
    while at < len(fragments):
        found = _relay(fragments, at)
        if found is None:
            at += 1
            continue
        for sender in dict.fromkeys(part.line.sender for part in found.parts):
            own = tuple(part for part in found.parts if part.line.sender == sender)
            clue = _clue(_Found(own, found.value, found.score), people="by several people ")
            clue.completed_at = found.parts[-1].line.index
            yield clue
        at += len(found.parts)


def _relay(fragments: list[Fragment], at: int) -> _Found | None:
    parts: list[Fragment] = []
    for part in fragments[at : at + _MOST_PIECES]:
        if parts and part.line.index - parts[-1].line.index > _HANDOVER:
            return None
        parts.append(part)
        value = "".join(one.value for one in parts)
        if len(value) > _MOST_DIGITS:
            return None
        if len({one.line.sender for one in parts}) > 1 and _dialled().fullmatch(value):
            return _handed_over(tuple(parts), value)
    return None


def _handed_over(parts: tuple[Fragment, ...], value: str) -> _Found | None:
    """Several people's pieces: nearly all must stand by themselves, in groups like a telephone number's."""
    loose = sum(not (part.bare or part.apart or part.place) for part in parts)
    usual = phones.usual_sizes(len(part.value) for part in parts)
    told = bool(_hints().search("\n".join(part.line.text for part in parts)))
    if loose > 1 or not (usual or told):
        return None
    return _Found(parts, value, 0.35 + 0.2 * usual + 0.2 * told - 0.1 * loose)


def _clue(found: _Found, people: str = "") -> Clue:
    head, *rest = found.parts
    contact = phones.canonical(found.value)[1]
    messages = len({part.line.index for part in found.parts})
    where = f"spread {people}over {messages} messages" if messages > 1 or people else "hidden among words"
    return Clue(
        Rule.CONTACT_SHARED,
        head.line,
        head.start,
        head.end,
        Kind.PHONE,
        found.score,
        "split-number",
        f"digits {where}, read as {contact or found.value}",
        contact,
        [Piece(part.line, part.start, part.end) for part in rest],
    )


# --- words


@cache
def _places() -> re.Pattern[str]:
    lists = table("split_numbers")["place"]
    groups = "|".join(rf"(?P<{place}>{phones.either(words)})" for place, words in lists.items())
    return re.compile(rf"(?<!\w)(?:{groups})(?!\w)", re.IGNORECASE)


@cache
def _hints() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{phones.either(table('split_numbers')['hints']['words'])})(?!\w)", re.IGNORECASE)


@cache
def _backwards() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{phones.either(table('split_numbers')['reversed']['words'])})(?!\w)", re.IGNORECASE)


@cache
def _dialled() -> re.Pattern[str]:
    """Stricter than any plan: what one dials inside a large country, since pieces can be put together in many ways."""
    return re.compile("|".join(table("phones")["pieced"]["shapes"]))
