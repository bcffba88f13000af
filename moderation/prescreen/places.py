# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Finds postal addresses and meeting places: somewhere a stranger could go. Knows no person."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from moderation.prescreen import speech
from moderation.prescreen.allowlist import names_a_service
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.phrases import linear_test

_STREET_WORD = (
    r"(?:st(?:reet)?|r(?:oa)?d|ave(?:nue)?|ln|lane|dr(?:ive)?|c(?:our)?t|way|close|cl|cres(?:cent)?|rise|terrace|tce|mews|gardens|gdns|grove|hill|pl(?:ace)?|blvd|boulevard|"
    r"row|walk|park|sq(?:uare)?|view|drift|parade|pde|hwy|highway|circle|cir|trail|trl|loop|cottages?|yard|green|bank|gate|fold|drove|quay|wharf|heights|crossing|pike|"
    r"parkway|pkwy|plaza|lodge|house|towers?|estate|villas?|croft|garth|brae|wynd|nook|end|side|meadows?|field)"
)
_NUMBER = r"(?:no\.?\s?|number\s|nr\.?\s|flat\s\w+,?\s|apt\.?\s?\w+,?\s|unit\s\w+,?\s)?(?:\d{1,5}[a-z]?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty(?:[ -]\w+)?|thirty(?:[ -]\w+)?|forty(?:[ -]\w+)?)"
_TAIL = r"(?:[, \n]+(?i:apt|apartment|flat|unit|suite|#|no)\.?\s?\w+)?(?:,?\s(?:[A-Z][\w'.-]+|in [A-Z]\w+)){0,4}(?:,?\s+[A-Z]{2,3})?(?:,?\s+(?:\d{4,5}(?:-\d{4})?|[A-Z]{1,2}\d[\dA-Z]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|L S \w+, [\w ]+))?"
_ENGLISH = re.compile(
    rf"(?i:\b{_NUMBER},?\s)(?:[A-Z][\w'-]+|(?i:the))(?:\s[A-Z][\w'-]+){{0,2}}\s(?i:{_STREET_WORD})\b\.?{_TAIL}"
)
_LOWER = re.compile(rf"\b\d{{1,5}}[a-z]?,?\s(?:[a-z'-]+\s){{1,3}}{_STREET_WORD}\b", re.IGNORECASE)
_BOX = re.compile(r"\bp\.?\s?o\.?\s?box\s?\d{1,6}(?:,?\s[\w .'-]{2,40}?\d{4,5})?", re.IGNORECASE)
_EUROPE = re.compile(
    r"(?:\b(?i:rue|avenue|av|boulevard|chemin|impasse|allee|place|via|viale|piazza|corso|rua|avenida|calle|c/|pasaje|plaza|paseo|travessa|jalan|jl\.?|ulica|ul\.|улица|ул\.)\s(?:[\w'.-]+\s){0,4}?(?:n[o°º.]*\s?|nr\.?\s?|,\s?|no\.?\s?)?\d{1,5}[a-z]?\b"
    r"|\b\d{1,4}(?:\s?(?:bis|ter))?,?\s(?i:rue|avenue|boulevard|chemin|impasse|allee|place|quai)\s(?:[\w'-]+\s?){1,5}"
    r"|\b[A-Z]\w+(?:strasse|str\.|straat|weg|gasse|platz|allee|laan|plein|gracht|ring|damm|ufer)\s\d{1,4}[a-z]?\b)(?:,?\s(?:depto\.?|apto\.?|piso|bloco|rt|rw|kec\.?|[A-Z0-9][\w.-]*|\d{4,5}|CP \d+)){0,6}"
)
_POSTCODE = re.compile(r"\b(?:[A-Z]{1,2}\d[\dA-Z]?\s\d[A-Z]{2})\b")
_INTENT = re.compile(
    r"\b(?:send|post|mail|write|card|letter|parcel|visit|come|address|live|lives|i'?m at|knock|swap|street is|town is|deliver|drop|pop (?:in|over|round)|door|find|"
    r"escrib\w*|cartas?|carta|mand\w*|schreib\w*|brief|besuch\w*|wohn\w*|habit\w*|vivo|moro|mieszk\w*|ecri\w*|envo\w*|abito|woon|rumah|alamat|she'?s at|he'?s at)\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:lived|grew up|used to|was born|accident|crash|happened|moved from|old house|years ago|we had)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:\d{1,2}(?:[:.h]\d{2})?\s?(?:am|pm|ish|o'?clock|uhr|h)\b|noon|midday|midnight|(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?s?\b|tomorrow|tmrw|tonight|this (?:weekend|afternoon|evening)|"
    r"at \w+ (?:thirty|o'?clock)|half (?:past )?\w+|every (?:night|day|morning|week\w*)|most (?:mornings|days)|after school|lunch ?time|a las \w+|los (?:lunes|martes|miercoles|jueves|viernes|sabados|domingos)|"
    r"sabado|domingo|viernes|samedi|dimanche|vendredi|samstag|sonntag|freitag|sabato|domenica|zaterdag|zondag|sobot\w+|niedziel\w+|sabtu|minggu|jam \d|в субботу|в воскресенье|завтра|в \d{1,2})",
    re.IGNORECASE,
)
_VENUE = (
    r"(?:costa|starbucks|nero|greggs|mcdonald'?s|maccies|wetherspoons?|spoons|nando'?s|tesco|asda|target|walmart|cafe|coffee shop|caf|station|park|mall|library|pub|bar|bench|bandstand|bridge|clock|fountain|cinema|museum|"
    r"market|church|temple|bus stop|train|platform|school gates?|gates?|leisure centre|centre|center|square|pier|beach|harbou?r|statue|court|playground|skate ?park|gym|pool|lido|arcade|food court|bookshop|bookstore|supermarket|airport|"
    r"services|car park|parking lot|hotel|restaurant|diner|chippy|bakery|garden centre|pond|lake|tower|corner|entrance|steps|cafeteria|cafeteria|parque|plaza|estacion|estacao|praca|gare|cafe|bahnhof|brunnen|piazza|stazione|bar|caffe|"
    r"station|rynek|dworzec|stasiun|alun|meydan|iskele|istasyon|mercado|biblioteca|bibliotheque|bibliothek|kawiarni\w*|kantin|mensa|вокзал|парк|кафе|метро|площад\w*|фонтан\w*)"
)
_MEET = re.compile(
    rf"(?:\b(?:i'?(?:ll|m)|i am|i will|we'?re|me and \w+|he'?s|she'?s|they'?re|i) (?:\w+ ){{0,4}}|\b(?:meet|meet me|find me|come|come find me|come see me|come to|come by|be sat|sat|sitting|waiting|stand|standing|walk|pop|swing by|hang|see you|see u|estoy|estare|nos vemos|quedamos|te espero|estou|vejo-te|rdv|rendez-vous|je suis|on se voit|ich bin|wir treffen uns|treffen|treffpunkt|sono|ci vediamo|ik ben|ik zit|bede|spotkajmy sie|aku di|ketemuan|kita|milte|milo|bulusalim|встречаемся|буду|жду|приходи)\s(?:\w+ ){{0,3}})"
    rf"(?:at|in|by|near|under|outside|past|opposite|behind|inside|on|to|around|en|no|na|em|devant|au|a la|chez|am|im|bei|vor|al|alla|davanti|bij|in|voor|pod|przy|w|di|depan|sa|pe|mein|\w+da|\w+de|у|в|на|возле)\s(?:the |la |el |le |den |dem |der |de |het |il |o |a |os |las |los )?((?:[\w'&-]+\s){{0,5}}?{_VENUE}\b(?:[^.!?\n]{{0,45}}?(?=[.!?\n]|$|, i| if | come| no pressure))?)",
    re.IGNORECASE,
)
_INVITES = re.compile(
    r"\b(?:come|meet|find (?:me|us)|see (?:me|you|u)|join|if (?:you|u|someone|anyone|anybody)|a person could|someone could|say hi|say hello|just saying|brave|no pressure|wearing|scarf|coat|hat|jacket|hoodie|"
    r"red|green|yellow|blue|hypothetically|buy you|look for|te invito|si te pasas|si quieres|vienes|aparece|viens|komm|vieni|kom|przyjdz|dateng|punta ka|aa jao|aana|gel|приходи|узнаешь|bring|i'?ll be the one|recogni[sz]e)\b",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"\b(?:i'?m|im|i am|i go) (?:in |at |to )?(?:(?:year |yr |form |class |grade |ten |eleven |9|10|11|12)[\w ]{0,6})?(?:at |in )?(?!my )([A-Z][\w']+ (?:High|Academy|Secondary|Grammar|Comp|College|Middle School|High School|School))\b"
)


_SPELLED = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\\w+teen|twenty|thirty|forty"


@cache
def _addressed() -> Callable[[str], object]:
    """Cheap and wider than every address pattern: a figure, or a number word and later a word for a street."""
    return linear_test(rf"[0-9]|\b(?:{_SPELLED})(?s:.)*\b{_STREET_WORD}\b")


@cache
def _met() -> Callable[[str], object]:
    """Cheap and wider than every pattern of a meeting: some venue or school is named."""
    return linear_test(rf"\b{_VENUE}\b|\b(?:High|Academy|Secondary|Grammar|Comp|College|School)\b")


def find(line: Line) -> Iterator[Clue]:
    plain = line.text.isascii()
    if not plain or _addressed()(line.text):
        yield from _addresses(line)
    if not plain or _met()(line.text):
        yield from _meetings(line)


def _addresses(line: Line) -> Iterator[Clue]:
    text = line.text
    intent = bool(_INTENT.search(text)) or bool(
        re.search(r"\b(?:post|send|mail|address|card|letter)\b", line.context, re.IGNORECASE)
    )
    for pattern, sure in ((_BOX, 0.9), (_ENGLISH, 0.7), (_EUROPE, 0.66), (_LOWER, 0.4)):
        for match in pattern.finditer(text):
            if names_a_service(text, *match.span()) or (_PAST.search(text) and not _POSTCODE.search(text)):
                continue
            postcode = _POSTCODE.search(text, match.start())
            end = postcode.end() if postcode and postcode.start() - match.end() < 40 else match.end()
            numbered = bool(re.search(r"\d{4,5}\b|depto|apt|flat", text[match.start() : end]))
            score = (
                sure
                + 0.2 * bool(postcode)
                + 0.12 * intent
                + 0.1 * (numbered and pattern is not _LOWER)
                - 0.2 * (not intent and not postcode)
            )
            end -= len(text[match.start() : end]) - len(text[match.start() : end].rstrip(" ,.\n"))
            yield Clue(
                Rule.CONTACT_SHARED,
                line,
                match.start(),
                end,
                Kind.POSTAL_ADDRESS,
                min(0.93, score),
                "address",
                "a postal address",
            )
            return
    postcode = _POSTCODE.search(text)
    if postcode is not None and intent:
        yield Clue(
            Rule.CONTACT_SHARED,
            line,
            postcode.start(),
            postcode.end(),
            Kind.POSTAL_ADDRESS,
            0.7,
            "address",
            "a post code given for post or a visit",
        )


def _meetings(line: Line) -> Iterator[Clue]:
    text = line.text
    for match in _MEET.finditer(text):
        left, right = speech.sentence(text, match.start(), match.end())
        around = text[max(0, left - 80) : right + 80]
        if re.search(
            r"\b(?:room|circle|on (?:the )?site|in here|friends?|people|others|family)\b",
            match.group(),
            re.IGNORECASE,
        ) or speech.own_life(text, match.start(), match.end()):
            continue
        when, invites = _WHEN.search(around), _INVITES.search(around)
        score = 0.4 * bool(when) + 0.35 * bool(invites) + 0.05
        score += 0.15 * bool(
            re.match(r"(?:meet|find me|come|meet me|treffen|nos vemos|ci vediamo)", match.group(), re.IGNORECASE)
        )
        if speech.refused(text, match.start(), match.end()) or re.search(
            r"\b(?:yesterday|last (?:week|night)|was|were|used to|my (?:mum|dad|wife|husband|sister|brother))\b",
            text[left:right],
            re.IGNORECASE,
        ):
            score -= 0.4
        if score >= 0.3:
            start = match.start(1)
            end = match.start(1) + len(match.group(1).rstrip(" ,"))
            yield Clue(
                Rule.CONTACT_SHARED,
                line,
                start,
                end,
                Kind.OTHER,
                min(score, 0.85),
                "meeting",
                "a place where somebody could come to meet the writer",
            )
            return
    school = _SCHOOL.search(text)
    if school is not None:
        yield Clue(
            Rule.CONTACT_SHARED,
            line,
            school.start(1),
            school.end(1),
            Kind.OTHER,
            0.55,
            "school",
            "names the writer's own school",
        )
