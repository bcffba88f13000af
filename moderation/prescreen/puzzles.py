# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Finds contacts that must be worked out: encodings, spelling alphabets, Roman and Morse digits, first letters."""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice

from moderation.prescreen import phones
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line, Piece
from moderation.prescreen.phrases import linear_test
from moderation.prescreen.splits import asked_to_decode, mentioned
from moderation.prescreen.talk import Talk

_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/]{12,}={0,2}(?![\w+/=])")
_HEX = re.compile(r"\b(?:(?:0x)?[0-9a-f]{2}[ ,:]?){6,}(?![0-9a-z])", re.IGNORECASE)
_BINARY = re.compile(r"\b(?:[01]{7,8}\s?){4,}")
_MORSE = re.compile(r"(?:[.·-]{1,5}[ /|]+){5,}[.·-]{1,5}")
_MORSE_DIGITS = {
    "-----": "0",
    ".----": "1",
    "..---": "2",
    "...--": "3",
    "....-": "4",
    ".....": "5",
    "-....": "6",
    "--...": "7",
    "---..": "8",
    "----.": "9",
}
_NATO = "alpha|alfa|bravo|charlie|delta|echo|foxtrot|golf|hotel|india|juliett?|kilo|lima|mike|november|oscar|papa|quebec|romeo|sierra|tango|uniform|victor|whiskey|whisky|x-?ray|yankee|zulu|niner|zero|one|two|three|four|five|six|seven|eight|nine"
_NATO_RUN = re.compile(rf"\b(?:{_NATO})(?:[\s,.-]+(?:{_NATO}|dot|dash|underscore)\b){{3,}}", re.IGNORECASE)
_NAMES = "ay|bee|see|dee|ee|eff|gee|aitch|haitch|jay|kay|ell|el|em|en|oh|pee|cue|queue|ar|are|ess|tee|you|vee|double[ -]?you|ex|why|zee|zed|underscore|dot|dash"
_NAMES_RUN = re.compile(rf"\b(?:{_NAMES})(?:[\s,.-]+(?:{_NAMES})\b){{4,}}", re.IGNORECASE)
_ROMAN = re.compile(
    r"\b(?:VIII|VII|VI|IV|IX|V|III|II|I|X|O|nulla|nil)(?:[\s,.\-/]+(?:VIII|VII|VI|IV|IX|V|III|II|I|X|O|nulla|nil)\b){5,}"
)
_ROMAN_VALUES = {
    "I": "1",
    "II": "2",
    "III": "3",
    "IV": "4",
    "V": "5",
    "VI": "6",
    "VII": "7",
    "VIII": "8",
    "IX": "9",
    "X": "10",
    "O": "0",
    "NULLA": "0",
    "NIL": "0",
}
_INITIALS = re.compile(
    r"\b(?:first letters?|initials?|acrostic|(?:how|where|what) each (?:line|msg|message|sentence|one) (?:begins?|starts?)|down the (?:left|side|edge)|left (?:edge|side|margin)|(?:put|string|join) the (?:beginnings|starts|firsts) together|"
    r"beginnings|big letters|capital letters|caps only|only (?:look at|read) the|top letters?|top to bottom|read (?:it )?down|vertically|each line)\b",
    re.IGNORECASE,
)
_SINGLE = re.compile(r"(?<![\w'])(?:[a-z0-9][ ,-]{1,2}){5,}[a-z0-9](?![\w'])", re.IGNORECASE)
_ROT = re.compile(r"\b(?:rot ?13|caesar|shift(?:ed)? (?:by|each)|cipher|ciphered|usenet)\b", re.IGNORECASE)
_REVERSED = re.compile(
    r"\b(?:backwards?|reversed?|in reverse|back to front|right to left|mirror(?:ed)?|al reves|ao contrario|a l'envers|ruckwarts|al contrario|achterstevoren|od tylu|ulta|baliktad|dibalik|tersten)\b|наоборот|задом наперед",
    re.IGNORECASE,
)
_GENERIC = "something that has to be worked out"


def find(talk: Talk, lines: Sequence[Line]) -> Iterator[Clue]:
    for line in lines:
        if "@" in line.text:
            yield from _hidden_mail(line)
        if line.topics & {"coded", "spelled", "decode", "spaced"} or (
            "number" in line.topics and _may_hide(line) and len(line.runs) > 0
        ):
            yield from _encoded(talk, line)
        if line.topics & {"decode"} and _INITIALS.search(line.text):
            yield from _initials(talk, line)
        if line.topics & {"decode", "coded"} and _ROT.search(line.text):
            yield from _rotated(talk, line)


@cache
def _hidden() -> Callable[[str], object]:
    """Cheap and wider than every pattern that `_encoded` looks for."""
    shapes = (
        r"[a-z0-9+/]{12}", r"(?:(?:0x)?[0-9a-f]{2}[ ,:]?){6}", r"(?:[01]{7,8}[\s\x0b\x1c-\x1f]?){4}", r"(?:[.-]{1,5}[ /|]+){5}",
        r"(?:[a-z0-9][ ,-]{1,2}){5}", r"(?:\b(?:[ivxo]{1,4}|nulla|nil)[\s\x0b\x1c-\x1f,.\-/]+){5}",
        _NATO_RUN.pattern.replace(r"\s", r"\s\x0b\x1c-\x1f"), _NAMES_RUN.pattern.replace(r"\s", r"\s\x0b\x1c-\x1f"),
        _REVERSED.pattern.partition(")\\b")[0] + r")\b",
    )  # fmt: skip
    return linear_test("|".join(shapes))


def _may_hide(line: Line) -> bool:
    read = f"{line.text} {line.context} {line.message.text}"
    return not read.isascii() or bool(_hidden()(read))


def _encoded(talk: Talk, line: Line) -> Iterator[Clue]:
    text = line.text
    for match, plain in _decoded(line.folded.original if line.folded.source is None else text):
        if re.search(r"@|\d{6}|\.\w|^\w{4,}$|\w_\w", plain) and (_telling(plain) or mentioned(talk, line)):
            medium = mentioned(talk, line)
            kind = (
                Kind.EMAIL
                if "@" in plain
                else Kind.PHONE
                if plain.strip("+ ").isdigit()
                else medium.kind
                if medium
                else Kind.OTHER
            )
            yield Clue(
                Rule.CONTACT_SHARED,
                line,
                match.start(),
                match.end(),
                kind,
                0.88,
                "encoded",
                f"an encoded contact, it reads {plain!r}",
                plain,
            )
    for match in _MORSE.finditer(text):
        value = "".join(_MORSE_DIGITS.get(sign, "") for sign in re.findall(r"[.-]+", match.group().replace("·", ".")))
        if len(value) >= 7:
            yield Clue(
                Rule.CONTACT_SHARED,
                line,
                match.start(),
                match.end(),
                Kind.PHONE,
                0.85,
                "morse",
                f"digits in Morse code, read as {value}",
                value,
            )
    for match in _ROMAN.finditer(text):
        value = "".join(_ROMAN_VALUES[sign.upper()] for sign in re.findall(r"[A-Za-z]+", match.group()))
        if phones.plausible(value):
            yield Clue(
                Rule.CONTACT_SHARED,
                line,
                match.start(),
                match.end(),
                Kind.PHONE,
                0.85,
                "roman",
                f"Roman numerals, read as {value}",
                phones.canonical(value)[1],
            )
    for pattern, what in ((_NATO_RUN, "the spelling alphabet"), (_NAMES_RUN, "the names of letters")):
        for match in pattern.finditer(text):
            medium = mentioned(talk, line)
            if medium is not None or asked_to_decode(talk, line):
                yield Clue(
                    Rule.CONTACT_SHARED,
                    line,
                    match.start(),
                    match.end(),
                    medium.kind if medium else Kind.OTHER,
                    0.78,
                    "spelled",
                    f"a name spelled with {what}",
                )
    if _SINGLE.search(text) and asked_to_decode(talk, line):
        for match in _SINGLE.finditer(text):
            if re.search(r"[a-z]", match.group(), re.IGNORECASE):
                yield Clue(
                    Rule.CONTACT_SHARED,
                    line,
                    match.start(),
                    match.end(),
                    Kind.PHONE,
                    0.62,
                    "letter-code",
                    f"{_GENERIC}: a row of single letters after a key",
                )
    if _REVERSED.search(text + " " + line.context):
        yield from _backwards(talk, line)


def _hidden_mail(line: Line) -> Iterator[Clue]:
    """An address that only makes sense backwards or thirteen letters on."""
    for match in islice(re.finditer(r"[\w.]{3,40}@[\w.]{3,40}", line.text), 10):
        for plain, how in (
            (match.group()[::-1], "backwards"),
            (codecs.decode(match.group(), "rot13"), "in rot13"),
        ):
            if re.fullmatch(
                r"[\w.]+@[\w.]+\.(?:com|net|org|me|co\.uk|de|fr|es|it|io|gg|ie)", plain.lower()
            ) and not re.search(r"\.(?:com|net|org|me|uk|de|fr|es|it|io|ie)$", match.group().lower()):
                yield Clue(
                    Rule.CONTACT_SHARED,
                    line,
                    match.start(),
                    match.end(),
                    Kind.EMAIL,
                    0.9,
                    "hidden-mail",
                    f"an e-mail address written {how}, read as {plain}",
                    plain,
                )
                break


def _backwards(talk: Talk, line: Line) -> Iterator[Clue]:
    for match in re.finditer(r"\d[\d\s().-]{7,}\d", line.text):
        value = re.sub(r"\D", "", match.group())[::-1]
        if phones.plausible(value):
            yield Clue(
                Rule.CONTACT_SHARED,
                line,
                match.start(),
                match.end(),
                Kind.PHONE,
                0.88,
                "reversed",
                f"digits written backwards, read as {value}",
                phones.canonical(value)[1],
            )
    for match in re.finditer(r"\b[\w.]*(?:moc|ku\.oc|ten|gro|ed)\.[\w.]+@[\w.]+", line.text, re.IGNORECASE):
        yield Clue(
            Rule.CONTACT_SHARED,
            line,
            match.start(),
            match.end(),
            Kind.EMAIL,
            0.9,
            "reversed",
            f"an address written backwards, read as {match.group()[::-1]}",
            match.group()[::-1],
        )
    medium = mentioned(talk, line)
    token = re.search(
        r"(?:[:=]|\bis|\bits|->|\bread)\s*([\w.]{4,25})\s*(?:$|backwards|in reverse|reversed|but|\()",
        line.text,
        re.IGNORECASE,
    )
    if medium is not None and token is not None and not token.group(1).isdigit():
        yield Clue(
            Rule.CONTACT_SHARED,
            line,
            token.start(1),
            token.end(1),
            medium.kind,
            0.66,
            "reversed",
            f"a name for {medium.name} written backwards",
        )


def _decoded(text: str) -> Iterator[tuple[re.Match[str], str]]:
    for match in _BASE64.finditer(text):
        token = match.group()
        if len(token) <= 400 and (
            token[-1] == "=" or (re.search(r"\d", token) and re.search(r"[a-z][A-Z]|[A-Z][a-z]", token))
        ):
            padded = token + "=" * (-len(token) % 4)
            try:
                plain = base64.b64decode(padded, validate=True).decode("ascii")
            except (binascii.Error, UnicodeDecodeError, ValueError):
                continue
            if plain.isprintable():
                yield match, plain
    for pattern, base, size in ((_HEX, 16, 2), (_BINARY, 2, 8)):
        for match in pattern.finditer(text):
            bare = re.sub(r"0x|[^0-9a-fA-F]", "", match.group())
            if base == 16 and len(bare) % size == 0 and len(bare) <= 200:
                plain = bytes.fromhex(bare).decode("latin-1")
            elif base == 2 and len(bare) % size == 0:
                plain = "".join(chr(int(bare[at : at + size], 2)) for at in range(0, len(bare), size))
            else:
                continue
            if plain.isascii() and plain.isprintable() and re.search(r"[a-z]{3}|@|\d{6}", plain):
                yield match, plain


def _telling(plain: str) -> bool:
    return bool(re.search(r"@\w+\.\w|^\+?\d[\d -]{6,}$|\w\.(?:com|gg|me|ly|ee)\b", plain))


def _initials(talk: Talk, line: Line) -> Iterator[Clue]:
    """Says that the first (or big) letters are a name for some medium."""
    medium = mentioned(talk, line, reach=7)
    if medium is None:
        return
    rows = line.text.split("\n")
    if len(rows) >= 4:
        start = line.text.index("\n") + 1
        yield Clue(
            Rule.CONTACT_SHARED,
            line,
            start,
            len(line.text),
            medium.kind,
            0.82,
            "acrostic",
            f"first letters that spell a name for {medium.name}",
        )
        return
    later = list(talk.by(line.sender, line.index + 1, line.index + 12))
    earlier = list(talk.by(line.sender, line.index - 8, line.index - 1))
    parts = later if len(later) >= 2 else earlier
    if parts:
        pieces = [Piece(part, 0, 1) for part in parts if part.text]
        yield Clue(
            Rule.CONTACT_SHARED,
            line,
            0,
            0,
            medium.kind,
            0.75,
            "acrostic",
            f"first letters that spell a name for {medium.name}",
            "",
            pieces,
        )


def _rotated(talk: Talk, line: Line) -> Iterator[Clue]:
    for one in [line, *talk.by(line.sender, line.index + 1, line.index + 5)]:
        for match in re.finditer(r"[a-z][\w.]{2,24}", one.text, re.IGNORECASE):
            plain = codecs.decode(match.group(), "rot13").lower()
            if re.search(r"^(?:kik|snap|insta|discord|telegram|whatsapp|snapchat|skype|gmail)", plain):
                tail = one.text[match.end() :].strip(" :=")
                end = match.end() + len(one.text[match.end() :]) if tail else match.end()
                yield Clue(
                    Rule.CONTACT_SHARED,
                    one,
                    match.start(),
                    end,
                    Kind.MESSAGING_APP,
                    0.8,
                    "rot13",
                    f"rot13 of {plain!r}",
                )
                return
