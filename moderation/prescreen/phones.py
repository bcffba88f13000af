# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Judges whether a run of digits in one message is a telephone number, and whose."""

import itertools
import re
from collections.abc import Iterator
from functools import cache

from moderation.prescreen import allowlist
from moderation.prescreen.allowlist import Allowed
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.digits import Run
from moderation.prescreen.lines import Clue, Line

# Mobile and geographic shapes by country; deliberately loose, phonenumbers has the last word on the canonical form.
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (region, re.compile(shape))
    for region, shape in (
        ("GB", r"0?7[1-9]\d{8}|0[12]\d{9}|07\d{9}"), ("US", r"1?[2-9]\d{2}[2-9]\d{6}"), ("AU", r"04\d{8}|0[2378]\d{8}"),
        ("FR", r"0[1-79]\d{8}"), ("DE", r"01[5-7]\d{7,9}"), ("IN", r"0?[6-9]\d{9}"), ("PH", r"09\d{9}"), ("ZA", r"0[6-8]\d{8}"),
        ("ES", r"[679]\d{8}"), ("IT", r"3\d{8,9}"), ("NL", r"06\d{8}"), ("BR", r"0?[1-9]\d9\d{8}"), ("ID", r"08\d{8,11}"),
        ("TR", r"0?5\d{9}"), ("PL", r"[4-9]\d{8}"), ("RU", r"[78]9\d{9}"), ("EG", r"01[0-25]\d{8}"), ("MA", r"0[67]\d{8}"),
        ("NG", r"0[789]\d{9,10}"), ("KE", r"0[17]\d{8}"), ("IE", r"08\d{8}"), ("NZ", r"02\d{7,9}"), ("CN", r"1[3-9]\d{9}"),
        ("PT", r"9[1236]\d{7}"), ("MX", r"[2-9]\d{9}"), ("VN", r"0[35789]\d{8}"), ("CH", r"07\d{8}"), ("BE", r"04\d{8}"), ("AR", r"(?:11|15|[23]\d{2})\d{7,8}"),
    )
)  # fmt: skip
_MOBILE = re.compile(r"07\d{9}|(?:44)7\d{9}|04\d{8}|0[67]\d{8}|01[5-7]\d{8,9}|1?[2-9]\d{2}555\d{4}")
_NEGATIVE = re.compile(
    r"\b(?:order|tracking|track|ref(?:erence)?|ticket|invoice|isbn|account|policy|case|claim|serial|roll|student|booking|"
    r"confirmation|resi|pedido|bestell\w*|commande|id no|passport|licen[cs]e|vin|sku|barcode|prescription|nhs number|pin|"
    r"version|error|port|score|scores|highscore|steps|calories|kcal|lottery|pi|digits of|flight|train|bus|psalm|verse|chapter|"
    r"mg|ml|dose|results?|bpm|bp|population|pages?|lines?|points?|karma|followers|views|subs|likes|upvotes|ssn|iban|sort code|"
    r"case no|meter|reading|odometer|miles|km|plate|registration|reg|sudoku|seed|frequency|model|part no|product|scored?|won|lost|"
    r"nummer der|sendungs\w*|matricula|protocolo|expediente|colis|numero de (?:pedido|orden)|chalan|pnr|aadhaar|membership|reference|badge|employee|library card|locker|combination|imei|patient|hospital number|batch|lot|gift card|voucher|coupon|used to be|old number|by heart|still remember|disconnected|out of service|scam\w*|spam|prank|random number|voice ?mail from|missed calls? from|his number|her number|their number|caller id)\b",
    re.IGNORECASE,
)
_NEGATIVE_NUMBER = re.compile(_NEGATIVE.pattern + r"\W+(?:number|no|code|id)\b", re.IGNORECASE)
_UNIT_AFTER = re.compile(
    r"\s?(?:mg|ml|g|kg|km|cm|mm|m|h|hrs?|hours?|min(?:ute)?s?|sec(?:ond)?s?|%|percent|years?|yrs?|days?|weeks?|months?|times|am|pm|k|€|\$|£|lbs?|calories|kcal|steps|points|pts|people|pages|bucks|dollars|pounds|quid|euros?|pesos|rupees)\b",
    re.IGNORECASE,
)
_MONEY_BEFORE = re.compile(r"(?:[$€£₹¥]|rp\.?|rs\.?|usd|eur)\s?$", re.IGNORECASE)
_TIMES = re.compile(r"(?:[01]\d|2[0-4])[0-5][05]")
_PHONE_WORD = re.compile(
    r"\b(?:call|ring|text|txt|phone|cell|mobile|number|numero|nummer|nomor|numara|whats?app|wpp|zap|wa|viber|signal|sms|tel|dial|buzz|bell|"
    r"llama\w*|liga\w*|appel\w*|anruf\w*|rufen?|tawag|itext|telp|ara|zadzwon|chiama\w*|bel|app me|rakam\w*|ra2m\w*|digits|reach me|hmu|msg|"
    r"handy|celular|telefono|telefon|cel|movil|hit me up|reached|ping|voice|facetime)\b|номер|телефон|звон|ватсап|नंबर|电话|手机|رقم|번호|電話",
    re.IGNORECASE,
)
_CODE_TALK = re.compile(r"(?:return|\bif \(|==|[{};]\s*//|</|\bport\b|function|https?:)", re.IGNORECASE)


def find(line: Line, allowed: Allowed) -> Iterator[Clue]:
    for run in line.runs:
        if 7 <= len(run.digits) <= 15:
            score, why = _judge(line, run, allowed)
            if score >= 0.3:
                start, end = _edges(line.text, run)
                region, contact = canonical(run.digits, plus=line.text[max(0, start) : run.start].startswith("+"))
                reading = f"read as {contact}" if contact else f"read as {run.digits}"
                where = f" ({region})" if region else ""
                yield Clue(
                    Rule.CONTACT_SHARED,
                    line,
                    start,
                    end,
                    Kind.PHONE,
                    score,
                    "phone",
                    f"{why}, {reading}{where}",
                    contact,
                )


def _edges(text: str, run: Run) -> tuple[int, int]:
    """The plus sign or the bracket before the first digit belongs to the number."""
    start = run.start
    while start and text[start - 1] in "+(":
        start -= 1
    return start, run.end


def _judge(line: Line, run: Run, allowed: Allowed) -> tuple[float, str]:
    text, number = line.text, run.digits
    if allowed.number(number):
        return 0.0, ""
    if allowlist.names_a_service(text, run.start, run.end):
        return (0.6, "a private mobile number passed off as a service") if _MOBILE.fullmatch(number) else (0.0, "")
    if _is_sequence(run) or _CODE_TALK.search(text):
        return 0.0, ""
    phone_word = bool(_PHONE_WORD.search(text)) or "app" in line.topics
    if run.words:
        return _judge_words(line, run, phone_word)
    shaped = plausible(number)
    plus = text[max(0, run.start - 1) : run.start] == "+" or text[max(0, run.start - 2) : run.start] == "00"
    separators = _separators(text, run)
    if plus:
        return (0.95, "a telephone number with its country code") if len(number) >= 8 else (0.3, "digits")
    if _UNIT_AFTER.match(text, run.end) or _MONEY_BEFORE.search(text[max(0, run.start - 4) : run.start]):
        return 0.0, ""
    if _is_time_or_date(text, run, separators):
        return (0.3, "digits") if not line.cues & {"decode", "secrecy"} else (0.5, "digits")
    phone_word = phone_word and bool("app" in line.topics or _PHONE_WORD.search(_NEGATIVE_NUMBER.sub(" ", text)))
    quiet = _NEGATIVE.search(line.context[-90:] + text[max(0, run.start - 60) : run.end + 25])
    hidden = bool(line.cues & {"decode", "secrecy"})
    if quiet and not phone_word and not hidden:
        return (
            (0.4, "digits that may be a number")
            if '"' in text[max(0, run.start - 25) : run.start] and shaped
            else (0.0, "")
        )
    if _spaced_out(run):
        return (
            (0.88, "a telephone number with its digits spaced out") if len(number) >= 9 and shaped else (0.3, "digits")
        )
    if shaped and len(number) >= 9:
        natural = _natural(run)
        score = (
            0.93
            if phone_word and natural
            else 0.62
            if phone_word
            else (0.84 if _classic(run) else 0.58)
            if natural
            else 0.45
        )
        return (score - 0.25 if quiet else score), "a telephone number"
    if shaped or (len(number) == 7 and [len(g) for g in run.groups] == [3, 4]):
        return (0.75, "a local telephone number") if phone_word else (0.35, "digits")
    if phone_word and len(number) >= 8 and _natural(run):
        return 0.66, "digits beside a word for telephoning"
    if hidden and len(number) >= 8:
        return (0.6 if shaped else 0.4), "digits with a hint how to read them"
    return 0.2, "digits"


def _judge_words(line: Line, run: Run, phone_word: bool) -> tuple[float, str]:
    number = run.digits
    why = "digits written as words" if run.words >= len(run.pieces) - 1 else "digits mixed with words"
    if len(number) < 8:
        return (0.6, why) if (phone_word or line.cues) and run.words >= 4 and plausible(number) else (0.2, why)
    score = 0.86 if plausible(number) else 0.7
    if run.words < 3:
        score = 0.55 if plausible(number) else 0.35
    return min(0.95, score + 0.06 * phone_word), why


def says_what_it_counts(line: Line) -> bool:
    """The message has figures and says that they are no telephone number: an order, a case, a score."""
    return bool(line.runs) and _NEGATIVE.search(line.text) is not None


def plausible(number: str) -> bool:
    """Some country writes its telephone numbers like this."""
    return any(shape.fullmatch(number) for _, shape in _SHAPES) or bool(
        re.fullmatch(r"555\d{4}|(?:44|1|91|61|49|33|63|27|34|39|55|62|90|48|7)\d{9,11}", number)
    )


def dialled(number: str) -> bool:
    """Stricter than plausible: what one would dial inside a large country, for digits put together from pieces."""
    return bool(
        re.fullmatch(r"1?[2-9]\d{2}[2-9]\d{6}|0\d{9,10}|[6-9]\d{9}|(?:44|1|91|61|49|33|63|27|34|55|62)\d{9,11}", number)
    )


def _separators(text: str, run: Run) -> str:
    return "".join(text[a.end : b.start] for a, b in zip(run.pieces, run.pieces[1:], strict=False))


def _spaced_out(run: Run) -> bool:
    single = sum(len(piece.value) == 1 for piece in run.pieces)
    return len(run.pieces) >= 6 and single >= len(run.pieces) - 1


def _natural(run: Run) -> bool:
    groups = [len(group) for group in run.groups]
    return (len(groups) <= 6 and all(size >= 2 for size in groups[1:]) and max(groups) >= 3) or (
        len(groups) == 5 and set(groups) == {2}
    )


def _classic(run: Run) -> bool:
    """Grouped the way people write telephone numbers."""
    sizes = tuple(len(group) for group in run.groups)
    return sizes in {
        (3, 3, 4),
        (5, 6),
        (5, 3, 3),
        (4, 3, 3),
        (4, 6),
        (4, 7),
        (4, 3, 4),
        (2, 2, 2, 2, 2),
        (1, 3, 3, 4),
        (5, 5),
        (3, 4, 4),
        (4, 8),
        (4, 4, 4),
        (3, 7),
        (2, 5, 4),
        (1, 3, 3, 2, 2),
    }


def _is_sequence(run: Run) -> bool:
    """Counting, countdowns, breathing and the same score over and over are no telephone numbers."""
    values = [int(group) for group in run.groups if len(group) < 7]
    if len(values) >= 4:
        steps = {b - a for a, b in itertools.pairwise(values)}
        if len(steps) == 1 and (steps != {0} or len(values) < 7):
            return True
        if (
            len(steps) == 2
            and len(values) >= 7
            and sum(b - a in {1, -1} for a, b in itertools.pairwise(values)) >= len(values) - 2
        ):
            return True
    number = run.digits
    return len(set(number)) == 1 or number in "01234567890123456789" or number in "98765432109876543210"


def _is_time_or_date(text: str, run: Run, separators: str) -> bool:
    groups = run.groups
    if len(groups) >= 2 and all(_TIMES.fullmatch(group) for group in groups):
        return True
    if (
        set(separators) & set("/:")
        and len(groups) <= 6
        and all(len(group) <= 4 for group in groups)
        and not plausible(run.digits)
    ):
        return True
    typed = text[run.start : run.end]
    if re.search(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b", typed) and not plausible(run.digits):
        return True
    if re.fullmatch(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}.*", typed) and len(groups[0]) in {1, 2, 4} and len(groups) <= 3:
        return True
    if re.match(r"\d\.\d{4,}", typed):
        return True
    return "," in separators and not plausible(run.digits)


@cache
def _library() -> object:
    import phonenumbers

    return phonenumbers


def canonical(number: str, *, plus: bool = False) -> tuple[str, str]:
    """(country, E.164) of a plausible number, ("", "") when no country fits."""
    library = _library()
    tries = (
        [(None, "+" + number)] if plus else [(region, number) for region, shape in _SHAPES if shape.fullmatch(number)]
    )
    for region, typed in tries[:4] or [(None, "+" + number)]:
        try:
            parsed = library.parse(typed, region)  # type: ignore[attr-defined]
        except library.NumberParseException:  # type: ignore[attr-defined]
            continue
        if library.is_possible_number(parsed):  # type: ignore[attr-defined]
            country = library.region_code_for_country_code(parsed.country_code)  # type: ignore[attr-defined]
            return country, library.format_number(parsed, library.PhoneNumberFormat.E164)  # type: ignore[attr-defined]
    return "", ""
