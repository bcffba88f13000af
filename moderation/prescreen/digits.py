"""Reads digits however they are written: figures, words of many languages, look-alikes, "double oh".

Knows numbers, not telephones: it turns text into runs of digits and says how each run was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from moderation.prescreen.lexicon import table

_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_|\s+")
_PIECE = re.compile(r"\d+|\D+")
_LEET = str.maketrans("oOiIlLzZsSbB|", "0011112255881"[:13])
_LEETISH = re.compile(r"[oOiIlLsSbBzZ\d]+")
_OPEN_GAP = frozenset("-./,()~*_|:;\\'\"+#=<>[]{}!?@&^%$€£")
_LANGUAGES_LEFT_OUT = frozenset({"plural", "glue", "arithmetic", "times"})


@dataclass(slots=True)
class Digit:
    """One written piece of a number. form: d figures, w words, m a mixture or look-alikes."""

    start: int
    end: int
    value: str
    form: str
    sure: bool = True
    language: str = ""


@dataclass(slots=True)
class Run:
    """Pieces that stand together; `glued` says that words, not only punctuation, stand between them."""

    pieces: list[Digit]
    glued: bool = False

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    @property
    def digits(self) -> str:
        return "".join(piece.value for piece in self.pieces)

    @property
    def words(self) -> int:
        return sum(piece.form != "d" for piece in self.pieces)

    @property
    def groups(self) -> list[str]:
        return [piece.value for piece in self.pieces]


@dataclass(frozen=True, slots=True)
class _Word:
    value: int
    part: str
    language: str
    sure: bool


@cache
def number_words() -> dict[str, _Word]:
    """Every number word of every language; the first language that claims a word keeps it."""
    known: dict[str, _Word] = {}
    for language, words in table("numbers").items():
        if language in _LANGUAGES_LEFT_OUT:
            continue
        loose = set(words.get("homophones", ()))
        for part in ("ones", "tens", "scale", "repeat", "native"):
            for word, value in words.get(part, {}).items():
                entry = _Word(value, "ones" if part == "native" else part, language, word not in loose)
                if word not in known or (entry.sure and not known[word].sure):
                    known[word] = entry
    known.update({word: entry for word, entry in _compounds() if word not in known})
    return known


def _compounds() -> Iterator[tuple[str, _Word]]:
    """vierundzwanzig, vierentwintig, ventidue, twentytwo."""
    tables = table("numbers")
    for language, link, unit_first in (
        ("de", "und", True),
        ("nl", "en", True),
        ("it", "", False),
        ("en", "", False),
    ):
        units = {w: v for w, v in tables[language]["ones"].items() if 0 < v < 10}
        for ten, tens in tables[language]["tens"].items():
            for unit, value in units.items():
                short = ten[:-1] if language == "it" and unit[0] in "uo" else ten
                word = unit + link + ten if unit_first else short + unit
                yield word, _Word(tens + value, "ones", language, True)


@cache
def _glue() -> frozenset[str]:
    return frozenset(table("numbers")["glue"]["words"])


@cache
def _plurals() -> frozenset[str]:
    return frozenset(table("numbers")["plural"]["words"])


@cache
def _times_words() -> frozenset[str]:
    return frozenset(table("numbers")["times"]["words"])


@cache
def _stuck_words() -> re.Pattern[str]:
    english = [
        w for w, v in number_words().items() if v.language == "en" and v.part != "scale" and len(w) > 2 and v.sure
    ]
    return re.compile("|".join(sorted(english, key=len, reverse=True)) + "|oh")


def runs(text: str, *, through_words: int = 0) -> list[Run]:
    """Runs of digits in folded text, in order.

    through_words: how many unknown words may stand between two pieces of one run (0 for plain reading;
    more when the writer said that the digits are to be put together).
    """
    found: list[Run] = []
    current: Run | None = None
    gap: list[str] = []
    for item in _items(text):
        if isinstance(item, str):
            gap.append(item)
            continue
        if current is not None and _joins(gap, through_words):
            current.glued = current.glued or any(part[0].isalpha() for part in gap)
            current.pieces.append(item)
        else:
            if current is not None:
                found.append(current)
            current = Run([item])
        gap = []
    if current is not None:
        found.append(current)
    return [merged for run in found if (merged := _settle(run))]


def _joins(gap: list[str], through_words: int) -> bool:
    unknown = 0
    symbols = 0
    for part in gap:
        if part.isspace():
            if part.count("\n") > 1 and not through_words:
                return False
        elif part[0].isalpha():
            unknown += part.lower() not in _glue()
        elif part in _OPEN_GAP or ord(part[0]) > 0x2000:
            symbols += 1
        else:
            symbols += 1
    return unknown <= through_words and symbols <= 4 + 4 * through_words and len(gap) <= 9 + 6 * through_words


def _items(text: str) -> Iterator[Digit | str]:
    """Digits and, between them, the other tokens as plain strings."""
    for match in _TOKEN.finditer(text):
        token = match.group()
        pieces = _read(token)
        if pieces:
            at = match.start()
            for piece in pieces:
                yield Digit(at + piece.start, at + piece.end, piece.value, piece.form, piece.sure, piece.language)
        else:
            yield token


@lru_cache(maxsize=4096)
def _read(token: str) -> tuple[Digit, ...]:
    """What one token says in digits, counted from its own start; the same few hundred words come again and again."""
    if not token[0].isalnum():
        return ()
    low = token.lower()
    known = number_words()
    if token.isdigit():
        return (Digit(0, len(token), token, "d"),)
    if low in known:
        word = known[low]
        return (Digit(0, len(token), f"{word.part}:{word.value}:{low}", "w", word.sure, word.language),)
    if low == "o":
        return (Digit(0, 1, "ones:0:o", "w", False, "en"),)
    if low in _times_words():
        return (Digit(0, len(token), f"times:0:{low}", "w", False, ""),)
    return tuple(_mixed(token, 0) or _native(token, 0))


def _mixed(token: str, at: int) -> list[Digit]:
    """eight1five, fivefive5, o8i2: number words stuck to figures, or letters that look like figures."""
    if len(token) > 40:
        return []
    low = token.lower()
    pattern = _stuck_words()
    pieces: list[Digit] = []
    for part in _PIECE.finditer(low):
        start = part.start()
        if part.group().isdigit():
            pieces.append(Digit(at + start, at + part.end(), part.group(), "d"))
            continue
        while start < part.end() and (word := pattern.match(low, start)):
            entry = number_words().get(word.group()) or _Word(0, "ones", "en", True)
            value = f"{entry.part}:{entry.value}:{word.group()}"
            pieces.append(Digit(at + start, at + word.end(), value, "w", True, "en"))
            start = word.end()
        if start < part.end():
            pieces = []
            break
    if len(pieces) > 1:
        return pieces
    has_figure = any(char.isdigit() for char in token)
    if _LEETISH.fullmatch(token) and (has_figure or set(low) == {"o"}) and len(token) > 1:
        return [Digit(at, at + len(token), token.translate(_LEET), "m", has_figure)]
    return []


def _native(token: str, at: int) -> list[Digit]:
    """Chinese, Korean and Devanagari number signs written without spaces."""
    if token.isascii():
        return []
    known = number_words()
    if all(char in known for char in token):
        return [
            Digit(
                at + i,
                at + i + 1,
                f"ones:{known[char].value}:{char}",
                "w",
                len(token) > 1,
                known[char].language,
            )
            for i, char in enumerate(token)
        ]
    return []


def _settle(run: Run) -> Run | None:
    """Turns word pieces into digits and drops loose homophones at the edges and in thin company."""
    while run.pieces and not _welcome(run, 0):
        run.pieces.pop(0)
    while run.pieces and not _welcome(run, -1):
        run.pieces.pop()
    if not run.pieces:
        return None
    strong = {piece.language for piece in run.pieces if piece.sure}
    kept = [
        p
        for p in run.pieces
        if p.sure or p.value.startswith("times:") or p.language in strong or (p.language == "en" and "" in strong)
    ]
    run.pieces = _spoken(kept)
    return run if run.pieces else None


def _welcome(run: Run, at: int) -> bool:
    piece = run.pieces[at]
    if piece.value.startswith("times:"):
        return False
    if piece.form == "d" or piece.sure:
        return True
    company = [p for p in run.pieces if p is not piece and p.sure and p.language in {piece.language, ""}]
    return len(company) >= 3 and (piece.language != "en" or piece.value.split(":")[-1] in {"o", "oh", "nil"})


def _spoken(pieces: list[Digit]) -> list[Digit]:
    """Joins "seventy six", "nine hundred", "double five", "three zeros", "quatre vingt dix huit"."""
    out: list[Digit] = []
    repeat, repeat_from = 0, -1
    previous = ("", 0)
    for piece in pieces:
        if ":" not in piece.value:
            out.append(_times(piece, repeat, repeat_from))
            repeat, repeat_from, previous = 0, -1, ("d", 0)
            continue
        part, raw, word = piece.value.split(":", 2)
        value = int(raw)
        last = out[-1] if out else None
        if part == "times":
            if last is not None and last.value in set("23456") and previous[0] in {"ones", "d"}:
                out.pop()
                repeat, repeat_from = int(last.value), last.start
            continue
        if part == "repeat":
            repeat, repeat_from, previous = value, piece.start, ("", 0)
            continue
        if last is not None and word in _plurals() and previous[0] in {"ones", "d"} and last.value in set("23456"):
            out[-1] = Digit(last.start, piece.end, str(value) * int(last.value), "w", True, piece.language)
            previous = ("", 0)
        elif last is not None and part == "scale" and previous[0] == "ones" and len(last.value) == 1:
            out[-1] = Digit(last.start, piece.end, last.value + "0" * (len(str(value)) - 1), "w", True, piece.language)
            previous = ("", 0)
        elif last is not None and value == 20 and piece.language == "fr" and previous == ("ones", 4):
            out[-1] = Digit(last.start, piece.end, "80", "w", True, "fr")
            previous = ("tens", 80)
        elif (
            last is not None
            and part == "ones"
            and previous[0] == "tens"
            and 0 < value < 20
            and _fits(previous[1], value)
        ):
            out[-1] = Digit(last.start, piece.end, str(previous[1] + value), "w", True, piece.language)
            previous = ("tens", previous[1] + value) if previous[1] in {60, 80} and value == 10 else ("", 0)
        else:
            out.append(
                _times(Digit(piece.start, piece.end, str(value), "w", True, piece.language), repeat, repeat_from)
            )
            previous = (part, value) if not repeat else ("", 0)
            repeat, repeat_from = 0, -1
    return out


def _fits(tens: int, value: int) -> bool:
    """A unit under the tens; soixante-dix-sept and quatre-vingt-dix-huit count on past ten."""
    return value < 10 or tens in {60, 80}


def _times(piece: Digit, repeat: int, since: int) -> Digit:
    if repeat:
        return Digit(since, piece.end, piece.value * repeat, "w", True, piece.language)
    return piece
