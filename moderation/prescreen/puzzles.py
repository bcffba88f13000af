"""Finds contacts that must be worked out: encodings, spelling alphabets, reversed words, first letters, hints.

A decoder reads what it can; only what then reads as a contact, or as a name with a medium beside it, is a clue.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from moderation.prescreen import media, phones
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line, Piece
from moderation.prescreen.names import Shape, ordinary, shape
from moderation.prescreen.sieve import Sieve, words
from moderation.prescreen.split_names import mentioned, told
from moderation.prescreen.talk import Talk

_MOST = 12  # readings tried of one message by one decoder
_LONGEST_CODE = 400
_MAIL = re.compile(r"[\w.+-]{2,40}@[\w-]{2,30}(?:\.[\w-]{2,12}){1,3}")
_TOP_LEVEL = re.compile(r".*\.(?:com|net|org|me|uk|de|fr|es|it|io|gg|ie|nl|ru|pl|br|in|co|edu|ch|at|be)", re.IGNORECASE)
_LINK = re.compile(r"\b[\w-]{2,}\.(?:com|gg|me|ly|ee|net|org)(?:/\w+)?\b")
_NUMBER = re.compile(r"\+?\d[\d ().-]{6,18}\d")
_NAME = re.compile(r"[a-z][\w.\-]{3,24}", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w.@])\w[\w.]{2,23}\w(?![\w@])")
_HEADINGS = ("backwards", "cipher")  # under which a decoder waits to be told


@dataclass(frozen=True, slots=True)
class Decoder:
    """One way to hide text: what it looks like, and how it is read ("" when it is not that after all)."""

    name: str
    how: str
    trace: str  # what a text must hold for it, in RE2's syntax
    looks: re.Pattern[str]
    read: Callable[[str], str]
    when_told: str = ""  # only tried when the writer says so, under this heading of [told] in the lexicon


@dataclass(frozen=True, slots=True)
class Contact:
    """What a decoded text turns out to be."""

    kind: Kind
    value: str
    score: float


def find(talk: Talk, lines: Sequence[Line]) -> Iterator[Clue]:
    for line in lines:
        seen = _traces().seen(line.text)
        yield from _decoded(talk, line, seen)
        yield from _initials(talk, line)
        if {"operands", "operations"} <= seen:
            yield from _recipe(talk, line)


@cache
def _traces() -> Sieve:
    """What has to be in a text for anything here to be worth trying."""
    recipe = table("ciphers")["recipe"]
    traces = {decoder.trace: decoder.trace for decoder in _decoders() if decoder.trace}
    return Sieve(traces | {name: words(patterns) for name, patterns in recipe.items()})


# Decoding


def _base64(token: str) -> str:
    telling = token.endswith("=") or (re.search(r"\d", token) and re.search(r"[a-z][A-Z]|[A-Z][a-z]", token))
    if not telling or len(token) > _LONGEST_CODE:
        return ""
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _hexadecimal(token: str) -> str:
    bare = re.sub(r"0x|[^0-9a-f]", "", token.lower())
    return bytes.fromhex(bare).decode("latin-1") if len(bare) % 2 == 0 and len(bare) <= _LONGEST_CODE else ""


def _binary(token: str) -> str:
    bits = re.findall(r"[01]{7,8}", token)
    return "".join(chr(int(bit, 2)) for bit in bits)


def _letters_of_numbers(token: str) -> str:
    """A is 1."""
    places = [int(number) for number in re.findall(r"\d+", token)]
    return "".join(chr(96 + place) for place in places) if all(1 <= place <= 26 for place in places) else ""


def _morse(token: str) -> str:
    signs = re.findall(r"[.-]+", token)
    read = [_morse_signs().get(sign, "") for sign in signs]
    return "".join(read) if all(read) else ""


def _backwards(token: str) -> str:
    return token[::-1]


def _thirteen_on(token: str) -> str:
    return codecs.decode(token, "rot13")


def _backwards_digits(token: str) -> str:
    digits = re.sub(r"\D", "", token)
    return digits[::-1] if phones.plausible(digits[::-1]) and not phones.plausible(digits) else ""


def _hidden_mail(turn: Callable[[str], str]) -> Callable[[str], str]:
    """Reads an address that only makes sense when turned."""

    def read(token: str) -> str:
        plain = turn(token)
        return plain if _TOP_LEVEL.fullmatch(plain) and not _TOP_LEVEL.fullmatch(token) else ""

    return read


@cache
def _morse_signs() -> dict[str, str]:
    return {sign: letter for letter, sign in table("ciphers")["morse"].items()}


def _spelled(alphabet: str) -> Callable[[str], str]:
    """Reads words that each stand for a character."""
    meaning = {word: character for character, words in table("ciphers")[alphabet].items() for word in words}
    word = re.compile("|".join(sorted((re.escape(word) for word in meaning), key=len, reverse=True)))
    lettered = any(character.isalpha() for character in meaning.values())

    def read(token: str) -> str:
        plain = "".join(meaning[said] for said in word.findall(token.lower()))
        return plain if not lettered or any(map(str.isalpha, plain)) else ""  # figures alone are read elsewhere

    return read


def _spelling(name: str, how: str, alphabet: str, least: int) -> Decoder:
    """A decoder of at least so many words of an alphabet in a row."""
    every = [word for group in table("ciphers")[alphabet].values() for word in group]
    one = "|".join(sorted((re.escape(word) for word in every), key=len, reverse=True))
    trace = rf"(?:\b(?:{one})[\s,./-]{{1,3}}){{{least - 1}}}(?:{one})\b"
    looks = rf"\b(?:{one})(?:[\s,./-]{{1,3}}(?:{one})\b){{{least - 1},40}}"
    return Decoder(name, how, trace, re.compile(looks, re.IGNORECASE), _spelled(alphabet))


@cache
def _decoders() -> tuple[Decoder, ...]:
    mail = re.compile(r"(?<![\w.@])[\w.]{3,40}@[\w.]{3,40}")
    code = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/]{12,400}={0,2}(?![\w+/=])")
    pairs = re.compile(r"\b(?:(?:0x)?[0-9a-f]{2}[ ,:]?){6,200}(?![0-9a-z])", re.IGNORECASE)
    bits = re.compile(r"\b(?:[01]{7,8}[\s,]?){4,60}")
    signs = re.compile(r"(?<!\S)(?:[.-]{1,6}[ /|]{1,3}){3,60}[.-]{1,6}(?!\S)")
    digits = re.compile(r"\d[\d\s().-]{6,18}\d")
    places = re.compile(r"\b\d{1,2}(?:[\s,.-]{1,2}\d{1,2}\b){3,25}")
    return (
        Decoder("base64", "in base64", r"[a-z0-9+/]{12}", code, _base64),
        Decoder("hex", "in hexadecimal", r"(?:(?:0x)?[0-9a-f]{2}[ ,:]?){6}", pairs, _hexadecimal),
        Decoder("binary", "in binary", r"(?:[01]{7,8}[\s,]?){4}", bits, _binary),
        Decoder("morse", "in Morse code", r"(?:[.-]{1,6}[ /|]{1,3}){3}[.-]", signs, _morse),
        _spelling("roman", "in Roman numerals", "roman", 7),
        _spelling("spelled", "in a spelling alphabet", "spelling_alphabet", 4),
        _spelling("spelled", "by the names of letters", "letter_names", 4),
        Decoder("reversed", "backwards", r"[\pL\pN_.]@[\pL\pN_.]", mail, _hidden_mail(_backwards)),
        Decoder("rot13", "in rot13", r"[\pL\pN_.]@[\pL\pN_.]", mail, _hidden_mail(_thirteen_on)),
        Decoder("reversed", "backwards", "", digits, _backwards_digits, "backwards"),
        Decoder("reversed", "backwards", "", _WORD, _backwards, "backwards"),
        Decoder("rot13", "in rot13", "", _WORD, _thirteen_on, "cipher"),
        Decoder("numbers", "with numbers for letters", "", places, _letters_of_numbers, "cipher"),
    )


def _decoded(talk: Talk, line: Line, seen: frozenset[str]) -> Iterator[Clue]:
    headings = frozenset(heading for heading in _HEADINGS if told(talk, line, heading))
    decoders = [one for one in _decoders() if one.trace in seen or one.when_told in headings]
    if not decoders:
        return
    text, medium = line.text, mentioned(talk, line)
    taken: list[tuple[int, int]] = []
    for decoder in decoders:
        for match in islice(decoder.looks.finditer(text), _MOST):
            plain = decoder.read(match.group())
            contact = _understood(plain) or _named(decoder, match.group(), plain, medium, talk, line)
            if contact is None or any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            yield _clue(line, match.span(), contact, decoder)


def _clue(line: Line, span: tuple[int, int], contact: Contact, decoder: Decoder) -> Clue:
    why = f"a contact written {decoder.how}, it reads {contact.value!r}"
    kind, score, value = contact.kind, contact.score, contact.value
    return Clue(Rule.CONTACT_SHARED, line, *span, kind, score, decoder.name, why, value)


def _understood(plain: str) -> Contact | None:
    """A decoded text that is a contact by itself."""
    if not plain or not plain.isprintable():
        return None
    for pattern, kind in ((_MAIL, Kind.EMAIL), (_NUMBER, Kind.PHONE), (_LINK, Kind.URL)):
        match = pattern.search(plain)
        if match is None:
            continue
        if kind is not Kind.PHONE:
            return Contact(kind, match.group(), 0.9)
        digits = re.sub(r"\D", "", match.group())
        if phones.plausible(digits):
            return Contact(kind, phones.canonical(digits)[1] or digits, 0.87)
    named = media.mentions(plain)
    return Contact(named[0].medium.kind, plain, 0.85) if named and named[0].sure and named[0].start == 0 else None


def _named(
    decoder: Decoder, typed: str, plain: str, medium: media.Medium | None, talk: Talk, line: Line
) -> Contact | None:
    """A decoded text that is a name if a medium is named beside it, or the writer says how to read it."""
    announced = bool(decoder.when_told) or any(told(talk, line, heading) for heading in ("cipher", "plainly"))
    if not _NAME.fullmatch(plain) or not (medium or announced):
        return None
    if decoder.looks is _WORD and (shape(typed) is Shape.ORDINARY or not _holds_word(plain.lower())):
        return None
    score = 0.78 if medium and announced else 0.65 if medium else 0.4
    return Contact(medium.kind if medium else Kind.OTHER, plain, score)


def _holds_word(plain: str) -> bool:
    """A decoded name begins or ends with a word one knows."""
    return any(plain[:size] in ordinary() or plain[-size:] in ordinary() for size in range(4, len(plain) + 1))


# First letters


def _initials(talk: Talk, line: Line) -> Iterator[Clue]:
    """Letters at the edge that spell a medium, or a name for the medium named beside them."""
    asked = told(talk, line, "initials", own=True)
    if not asked and line.text.count("\n") < 3:
        return
    for pieces, letters in _edges(talk, line, asked):
        spelled = _spelled_medium(letters)
        medium = spelled or (mentioned(talk, line, reach=7) if asked else None)
        if medium is None or len(letters) < 3:
            continue
        yield _acrostic(pieces, letters, medium, 0.85 if spelled else 0.75)
        return


def _acrostic(pieces: list[Piece], letters: str, medium: media.Medium, score: float) -> Clue:
    head, *rest = pieces
    why = f"first letters that spell {letters!r}, a name for {medium.title}"
    start, end = head.start, head.end
    return Clue(Rule.CONTACT_SHARED, head.line, start, end, medium.kind, score, "acrostic", why, letters, rest)


def _edges(talk: Talk, line: Line, asked: bool) -> Iterator[tuple[list[Piece], str]]:
    rows = list(islice(re.finditer(r"[^\n]+", line.text), 40))
    if len(rows) >= 4:
        body = rows[1:] if asked and told(talk, line, "initials", within=rows[0].group()) else rows
        yield [Piece(line, body[0].start(), body[-1].end())], _first_letters(row.group() for row in body)
    if not asked:
        return
    after_colon = re.search(r":\s*(\S[^:]{8,160})$", line.text)
    if after_colon is not None:
        said = after_colon.group(1).split()
        yield [Piece(line, after_colon.start(1), after_colon.end(1))], _first_letters(said)
    for first, last in ((line.index + 1, line.index + 12), (line.index - 10, line.index - 1)):
        parts = [part for part in talk.by(line.sender, first, last) if part.text.strip()]
        if len(parts) >= 3:
            yield [Piece(part, 0, 1) for part in parts], _first_letters(part.text for part in parts)


def _first_letters(rows: Iterable[str]) -> str:
    return "".join(bare[0] for row in rows if (bare := row.strip(" \"'*-(>.")) and bare[0].isalnum()).lower()


def _spelled_medium(letters: str) -> media.Medium | None:
    """The medium whose name the letters begin with; names of three letters come about by chance."""
    for size in range(min(len(letters), 10), 3, -1):
        found = media.mentions(letters[:size])
        if found and found[0].end == size:
            return found[0].medium
    return None


# Hints to compute


@cache
def _ingredients(name: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(table("ciphers")["recipe"][name]) + r")(?!\w)", re.IGNORECASE)


def _recipe(talk: Talk, line: Line) -> Iterator[Clue]:
    """How to work out a name: "my first name, then the year the Titanic sank"."""
    text = line.text
    if not 12 <= len(text) <= 600 or mentioned(talk, line) is None:
        return
    operands = list(islice(_ingredients("operands").finditer(text), 6))
    operations = list(islice(_ingredients("operations").finditer(text), 6)) if operands else []
    near = [(one, two) for one in operands for two in operations if abs(one.start() - two.start()) <= 60]
    if not near:
        return
    marks = [match for pair in near for match in pair]
    start, end = _around(text, min(mark.start() for mark in marks), max(mark.end() for mark in marks))
    medium = mentioned(talk, line)
    kind = medium.kind if medium else Kind.OTHER
    score = min(0.3 + 0.05 * len(set(marks)), 0.49)
    yield Clue(
        Rule.CONTACT_SHARED, line, start, end, kind, score, "recipe", "hints from which a name can be worked out"
    )


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The rest of the sentence; what comes before a colon or "is" only introduces it."""
    begin = max(text.rfind(mark, 0, start) for mark in ".!?;:\n") + 1
    lead = re.compile(r"\s*(?:.{0,40}\b(?:is|its|it's|im|i'm|type|think|take|put)\s+)?", re.IGNORECASE).match(
        text, begin, start
    )
    begin = lead.end() if lead else begin
    stop = re.compile(r"[.!?;\n]|,?\s+(?:thats|that's|on (?:the|my|insta\w*|snap|there)|everywhere)\b|$").search(
        text, end
    )
    return begin, stop.start() if stop else len(text)
