"""Finds telephone numbers by their form: any country, figures or words, and how far the words beside them agree.

Says nothing about whose number it is or why it is there.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache

from moderation.prescreen import allowlist
from moderation.prescreen.allowlist import Allowed
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.digits import Group, Run
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line

_FEWEST, _MOST = 7, 15
_BEFORE, _AFTER = 45, 24  # characters around a number in which a word labels it
_EXTENSION = re.compile(r",?[ ]?(?:ext|extension|x)[ .:]{0,2}\d{1,5}\b", re.IGNORECASE)
_RIGHT_AFTER = 4
_REACH = 20  # characters from "order" to its number
_REPEATED = re.compile(r"(\d{1,3})\1+")  # 4 4 4 4, 4-7-8 4-7-8
_SENTENCE_END = re.compile(r"[.!?;\n]\s")
_HARD_GAP = re.compile(r"[,;\n|]|[.!?]\s|\s[-/&]\s|\s{2,}")
_MOST_BLOCKS = 16
_BYTE = r"(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])"
_ADDRESS_OF_A_MACHINE = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}")
_DECIMAL = re.compile(r"\d{1,3}[.]\d{4,}|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DATE = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1(?:19|20)?\d{2}"
    r"|(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:19|20)?\d{2}"
    r"|(?:19|20)\d{2}([/.-])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))(?!\d)"
)
_CLOCK = re.compile(r"(?<!\d)(?:[01]?\d|2[0-4]):[0-5]\d(?!\d)")
_YEAR_OR_TIME = re.compile(r"(?:19|20)\d{2}|(?:[01]\d|2[0-4])[0-5][05]")


class Form(IntEnum):
    """What a run of digits looks like, from least to most telling."""

    STRAY = 0  # too short or too odd for any plan
    LOCAL = 1  # seven digits, without an area code
    GROUPED = 2  # grouped like a telephone number that no plan knows
    BARE = 3  # the length and the first digits are right; nothing else speaks for it
    SPOKEN_ODDLY = 4  # number words that no plan knows
    SHAPED = 5  # a plan's number, grouped strangely
    TRUNK = 6  # an unbroken number with the zero that one dials first
    SPACED = 7  # digit by digit
    SPOKEN = 8  # number words that a plan knows
    WRITTEN = 9  # a plan's number, grouped the way people group them
    ABROAD = 10  # with plus and country code


# How strongly the form speaks: by itself, and with a word for telephoning beside it.
_STRENGTH: dict[Form, tuple[float, float]] = {
    Form.STRAY: (0.2, 0.35),
    Form.LOCAL: (0.35, 0.75),
    Form.GROUPED: (0.5, 0.8),
    Form.BARE: (0.42, 0.9),
    Form.SPOKEN_ODDLY: (0.62, 0.75),
    Form.SHAPED: (0.45, 0.7),
    Form.TRUNK: (0.75, 0.93),
    Form.SPACED: (0.88, 0.93),
    Form.SPOKEN: (0.88, 0.94),
    Form.WRITTEN: (0.9, 0.95),
    Form.ABROAD: (0.95, 0.97),
}
_WORTH_SAYING = 0.3
_MEETING = 0.75
_DOUBTFUL = 0.4  # letters touch it, or it is said to be the number of some service


def find(line: Line, allowed: Allowed) -> Iterator[Clue]:
    for run in line.runs:
        if len(run.digits) < _FEWEST:
            continue
        for number in _numbers_in(line.text, run):
            label = _label(line.text, number)
            strength = _strength(line.text, number, label, allowed)
            if strength >= _WORTH_SAYING:
                yield _clue(line, number, strength, label)


def _clue(line: Line, run: Run, strength: float, label: str) -> Clue:
    start, end = _edges(line.text, run)
    if label == "meeting":
        why = f"the number of a meeting or a messenger account, read as {run.digits}"
        return Clue(Rule.CONTACT_SHARED, line, start, end, Kind.MESSAGING_APP, strength, "phone", why, run.digits)
    region, contact = canonical(run.digits, plus=_has_plus(line.text, run))
    why = f"{_how_written(run)}, read as {contact or run.digits}" + (f" ({region})" if region else "")
    return Clue(Rule.CONTACT_SHARED, line, start, end, Kind.PHONE, strength, "phone", why, contact)


def _how_written(run: Run) -> str:
    if not run.words:
        return "a telephone number"
    mixed = run.words < len(run.pieces) - 1
    return "a telephone number in figures and words" if mixed else "a telephone number in words"


def _edges(text: str, run: Run) -> tuple[int, int]:
    """The plus sign or bracket before the first digit and the extension after the last one belong to the number."""
    start, end = run.start, run.end
    while start and text[start - 1] in "+(":
        start -= 1
    if text[max(0, start - 5) : start].lower() == "plus ":
        start -= 5
    extension = _EXTENSION.match(text, end)
    return start, extension.end() if extension else end


def _has_plus(text: str, run: Run) -> bool:
    before = text[max(0, run.start - 5) : run.start].lower().rstrip(" (")
    return before.endswith(("+", "plus"))


def _numbers_in(text: str, run: Run) -> Iterator[Run]:
    """The run itself, or the numbers in it when other figures stand beside them: "0770 090 0142, 24/7"."""
    if plausible(run.digits) and not measures(text, run):
        yield run
        return
    blocks = _blocks(text, run)
    found = list(_longest_first(text, run, blocks)) if 1 < len(blocks) <= _MOST_BLOCKS else []
    yield from found or [run]


def _blocks(text: str, run: Run) -> list[list[Group]]:
    """The groups of the run between commas, full stops and the like."""
    blocks = [[run.pieces[0]]]
    for one, two in itertools.pairwise(run.pieces):
        if _HARD_GAP.search(text, one.end, two.start):
            blocks.append([])
        blocks[-1].append(two)
    return blocks


def _longest_first(text: str, run: Run, blocks: list[list[Group]]) -> Iterator[Run]:
    """Rows of neighbouring blocks that a plan knows, none of them twice."""
    free = [True] * len(blocks)
    for size in range(len(blocks), 0, -1):
        for at in range(len(blocks) - size + 1):
            part = Run(list(itertools.chain.from_iterable(blocks[at : at + size])), run.attached)
            if all(free[at : at + size]) and plausible(part.digits) and not measures(text, part):
                free[at : at + size] = [False] * size
                yield part


def _strength(text: str, run: Run, label: str, allowed: Allowed) -> float:
    """How strongly form and label say that one can dial this; 0 for what is plainly something else."""
    number = run.digits
    if not _FEWEST <= len(number) <= _MOST or allowed.number(number) or _is_something_else(text, run, label):
        return 0.0
    if label == "meeting":
        return _MEETING
    strength = _STRENGTH[form(text, run)][label == "telephone"]
    service = bool(_business().fullmatch(number)) or allowlist.names_a_service(text, run.start, run.end)
    return min(strength, _DOUBTFUL) if service or run.attached else strength


def is_something_else(text: str, run: Run) -> bool:
    """Counted, measured, a date, or called an order number: whoever gives it gives no contact."""
    return _is_something_else(text, run, _label(text, run))


def _is_something_else(text: str, run: Run, label: str) -> bool:
    if _counts(run) or measures(text, run) or label == "something_else":
        return True
    return not label and _written_otherwise(text, run)


def form(text: str, run: Run) -> Form:
    """The most telling thing that the run looks like."""
    number = run.digits
    if _has_plus(text, run):
        return Form.ABROAD if len(number) >= 8 else Form.STRAY
    if not run.words and _from_abroad().fullmatch(number):
        return Form.ABROAD
    known = plausible(number)
    sizes = tuple(len(group) for group in run.groups)
    if run.words >= 2 or (run.words and len(run.pieces) >= 4):
        return Form.SPOKEN if known else Form.SPOKEN_ODDLY if len(number) >= 8 else Form.LOCAL
    if len(number) < 8:
        return Form.LOCAL if known or sizes == (3, 4) else Form.STRAY
    if _digit_by_digit(sizes):
        return Form.SPACED if known and len(number) > 8 else Form.SHAPED
    if len(sizes) == 1:
        return (Form.TRUNK if number[0] == "0" and len(number) > 9 else Form.BARE) if known else Form.STRAY
    if sizes in _groupings("surely") or (
        sizes in _groupings("perhaps") and (number[0] == "0" or text[run.start - 1 : run.start] == "(")
    ):
        return Form.WRITTEN if known else Form.GROUPED
    if sizes in _groupings("perhaps"):
        return Form.GROUPED if known else Form.BARE
    return Form.SHAPED if known else Form.STRAY


def _digit_by_digit(sizes: tuple[int, ...]) -> bool:
    return len(sizes) >= 6 and sum(size == 1 for size in sizes) >= len(sizes) - 1


# --- what is no telephone number


def _counts(run: Run) -> bool:
    """Counting, countdowns, breathing, the same digit over and over."""
    number = run.digits
    if _REPEATED.fullmatch(number) or number in "01234567890123456789" or number in "98765432109876543210":
        return True
    values = [int(group) for group in run.groups if len(group) < _FEWEST]
    steps = [two - one for one, two in itertools.pairwise(values)]
    if len(steps) < 3:
        return False
    commonest = max(map(steps.count, steps[:3]))
    return commonest == len(steps) or (len(steps) >= 5 and sum(step in {1, -1} for step in steps) >= len(steps) - 1)


def measures(text: str, run: Run) -> bool:
    """A unit follows the last group, or money stands before the first."""
    if run.attached and _unit_after().match(text, run.end):
        return True
    before = text[max(0, run.start - 5) : run.start]
    return bool(_money_before().search(before)) or bool(_unit_after().match(text, run.end))


def _written_otherwise(text: str, run: Run) -> bool:
    """Dates, times, coordinates, addresses of machines, big numbers with commas, scores."""
    typed = text[run.start : run.end]
    groups = run.groups
    if run.words:
        return all(_YEAR_OR_TIME.fullmatch(group) for group in groups)
    sizes = tuple(map(len, groups))
    if (
        typed.count("/") >= 2
        or typed.count(":") >= 2
        or _DECIMAL.fullmatch(typed)
        or _ADDRESS_OF_A_MACHINE.fullmatch(typed)
    ):
        return True
    if len(groups) >= 2 and all(_YEAR_OR_TIME.fullmatch(group) for group in groups):
        return True
    if len(groups) >= 3 and all(group[-1] == "0" for group in groups) and all(len(group) < 4 for group in groups):
        return True
    return sizes not in _groupings("surely") and bool(_DATE.search(typed) or _CLOCK.search(typed))


# --- the words beside it


def _label(text: str, run: Run) -> str:
    """What the nearest label calls the number: telephone, meeting, something_else, or "" without one."""
    if _EXTENSION.match(text, run.end):
        return "telephone"
    *earlier, sentence = _SENTENCE_END.split(text[max(0, run.start - _BEFORE) : run.start])
    found = list(_labels().finditer(sentence))
    if found and (found[-1].lastgroup != "something_else" or _governs(sentence[found[-1].end() :])):
        return found[-1].lastgroup or ""
    if any(match.lastgroup == "telephone" for match in found):
        return "telephone"
    if not sentence.strip() and earlier:  # "My number? 415 …", "call me. 415 …"
        found = list(_labels().finditer(earlier[-1]))
        if found and found[-1].lastgroup == "telephone":
            return "telephone"
    after = _labels().search(_SENTENCE_END.split(text[run.end : run.end + _AFTER])[0])
    if after is None or (after.lastgroup != "telephone" and after.start() > _RIGHT_AFTER):
        return ""
    return after.lastgroup or ""


def _governs(between: str) -> bool:
    """Whether a label still speaks of the number after these words."""
    return len(between) <= _REACH and not re.search(r"[,;]", between)


def either(entries: Iterable[str]) -> str:
    words = sorted(entries, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)


@cache
def _labels() -> re.Pattern[str]:
    words = table("phones")["labels"]
    return re.compile(
        rf"(?<!\w)(?:(?P<something_else>(?:{either(words['something_else'])})(?:\W{{1,3}}(?:{either(words['between'])}))?)"
        rf"|(?P<meeting>{either(words['meeting'])})|(?P<telephone>{either(words['telephone'])}))(?!\w)",
        re.IGNORECASE,
    )


@cache
def _unit_after() -> re.Pattern[str]:
    return re.compile(rf"[ ]?(?:{either(table('phones')['units']['after'])})(?!\w)", re.IGNORECASE)


@cache
def _money_before() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{either(table('phones')['units']['money'])})\.?[ ]?$", re.IGNORECASE)


# --- numbering plans


@cache
def _plans() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((region, re.compile("|".join(shapes))) for region, shapes in table("phones")["plans"].items())


@cache
def _any_plan() -> re.Pattern[str]:
    lists = table("phones")
    national = [shape for shapes in lists["plans"].values() for shape in shapes]
    codes = "|".join(map(str, lists["abroad"]["codes"]))
    return re.compile(
        "|".join([*national, *lists["anywhere"]["shapes"], rf"(?:{codes})\d{{9,10}}", _from_abroad().pattern])
    )


@cache
def _from_abroad() -> re.Pattern[str]:
    """With the digits that one dials to leave the country; the trunk zero may stand after the country's code."""
    codes = "|".join(map(str, table("phones")["abroad"]["codes"]))
    return re.compile(rf"(?:00|011)({codes})0?(\d{{8,10}})")


@cache
def _business() -> re.Pattern[str]:
    return re.compile("|".join(table("phones")["businesses"]["shapes"]))


@cache
def _groupings(name: str) -> frozenset[tuple[int, ...]]:
    return frozenset(tuple(sizes) for sizes in table("phones")["grouping"][name])


def usual_sizes(sizes: Iterable[int]) -> bool:
    """People write telephone numbers in groups of these sizes."""
    key = tuple(sizes)
    return key in _groupings("surely") or key in _groupings("perhaps")


def plausible(number: str) -> bool:
    """Some country writes its telephone numbers like this."""
    return bool(_any_plan().fullmatch(number))


def canonical(number: str, *, plus: bool = False) -> tuple[str, str]:
    """(country, E.164) of a plausible number, ("", "") when no country fits."""
    import phonenumbers as library  # takes longer to load than a thousand clean messages to screen

    dialled = _from_abroad().fullmatch(number)
    abroad = [(None, "+" + "".join(dialled.groups()) if dialled else "+" + number)]
    national = [] if plus or dialled else [(region, number) for region, plan in _plans() if plan.fullmatch(number)][:4]
    for region, typed in national or abroad:
        try:
            parsed = library.parse(typed, region)
        except library.NumberParseException:
            continue
        if library.is_possible_number(parsed):
            country = library.region_code_for_country_code(parsed.country_code or 0)
            return country, library.format_number(parsed, library.PhoneNumberFormat.E164)
    return "", ""
