# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Finds user names and ids: a name counts when a medium and somebody's "mine" or "add me" stand beside it."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.media import Medium, Mention, media

_WORD = r"@?[^\W_][\w.\-]{0,30}[\w](?:#\d{3,5})?|@?_[\w.\-]{2,30}|@[\w.]{2,30}"
_NAMING = re.compile(
    r"(?:\W*(?:(?:user ?-?)?names?|users?|ids?|handles?|tags?|acc(?:ount)?s?|codes?|friend codes?|profiles?|is|its|it's|it|im|i'm|i am|am|as|under|at|"
    r"called|named|username|add|on there|over there|there|here|the|my|me|de|es|e|ist|isi|mi|minha|meu|mon|ma|c'est|mein|ist|aap|hai|ko|si|"
    r"adalah|user|nick|nickname|pseudo|usuario|is:|lautet|soy|sou|sono|ben|jestem|нick|ник|мой|я|の|id는|은|는|pe|h|yaz|ekle|bul|then|"
    r"goes by|find|look for|search|search for|snap|dm|follow|to|us|up|with|hmu|display name|screen name|screenname|just|that's|thats|mine is|mine's|mine)\b){0,5}"
    r"[\s:=>\-→~,.\"'(*|]*",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"({_WORD})", re.IGNORECASE)
_BEFORE = re.compile(
    rf"({_WORD})[\s\"'),*]*(?:is (?:me|my|what)|over|there|me)?\s*(?:on|in|for|at|is my|are my|auf|en|no|sur|su|op|di|da|na|w|в|pe|sa|te|de|via)?\s*"
    rf"(?:the |my |meu |mi |mein |mon )?$",
    re.IGNORECASE,
)
_FRAME_BEFORE = re.compile(
    r"(?:\bi'?m|\bi am|\bits|\bit's|\bit is|find me|add me|\bas|follow|following me|named|called|user(?:name)? is|is|add|search|look for|look up|look me up|"
    r"me at|me as|reach me|me up|hmu|dm|soy|sou|sono|bin|suis|jestem|:|=|-|→|>|@|\bum|tag|hit)[\s:\"'(*]*$",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:my|mine|i'?m|im|i am|look up|takip|add me|add|follow|find me|me|us|snap me|dm|mi|meu|minha|mon|mein|mij|mio|benim|мой|aku|ako|hanapin|mujhe|mera|meri|adicion\w+|agreg\w+|busca\w*|ajoute\w*|username|user|handle|tag|id)\b|の",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?:add me|add us|follow me|find me|look me up|search me|dm me|my (?:user|username|user name|tag|handle|id|gamertag|gt|at|@|nick)|friend me|"
    r"msg me|message me|hit me up|hmu)\b[^.!?\n]{0,25}?\b(?:my (?:user|name|tag|id) is|user is|is|its|it's|im|i'm|at|as|:|,)\s*",
    re.IGNORECASE,
)
_SAME_NAME = re.compile(
    r"\b(?:same (?:exact )?(?:user ?-?)?(?:name|handle|tag|@|nick|username|id|spelling)(?:,? (?:as|like|that|i use|i have|of)? ?(?:on |in )?(?:here|this|mine|my))?|"
    r"(?:the )?same (?:thing |one )?(?:as (?:on )?(?:here|this|my name)|on (?:there|both))|(?:it'?s |i'?m |its |im )?my (?:user ?-?)?(?:name|nick|handle|username) (?:from |on |in )?(?:here|this(?: site| app)?)|"
    r"(?:my |the |user)?name (?:i (?:use|have|go by) )?(?:on )?here|(?:exactly as|same as|identical to|what i'?m called|as) (?:i am |it is |i'?m called |my name )?(?:on )?(?:here|this site|this room)|"
    r"mismo nombre|mesmo nome|meme (?:nom|pseudo)|(?:der|den )?gleiche[rn]? name|stesso nome|zelfde naam|ayni isim|ten sam nick|nama sama|\u0442\u043e\u0442 \u0436\u0435 \u043d\u0438\u043a)\b[^.!?\n]{0,60}",
    re.IGNORECASE,
)
_CHAT_WORDS = frozenset(
    [
        "sum1",
        "any1",
        "some1",
        "every1",
        "no1",
        "gr8",
        "m8",
        "l8r",
        "b4",
        "2day",
        "2nite",
        "2moro",
        "2morrow",
        "w8",
        "h8",
        "str8",
        "4ever",
        "2gether",
        "u2",
        "me2",
        "covid19",
        "ps5",
        "ps4",
        "ps3",
        "mp3",
        "h2o",
        "b12",
        "d3",
        "24/7",
        "k9",
        "4got",
        "ily2",
        "sk8",
        "gen1",
        "y10",
        "y11",
        "yr10",
        "yr11",
        "4u",
        "g2g",
        "b2b",
        "p.s",
        "a.m",
        "p.m",
        "e.g",
        "i.e",
    ]
)
_CODE = re.compile(r"\b(?:sw-?)?\d{4}[- ]\d{4}[- ]\d{4}\b|\b\d{8,10}\b|\b[a-z0-9]{2,20}#\d{4}\b", re.IGNORECASE)
_LIFE = re.compile(
    r"\b(?:my (?:ex|mum|mom|dad|sister|brother|son|daughter|boss|friend|cousin|wife|husband|gf|bf|bff|best)|blocked|deleted|he|she|they|his|her|their)\b",
    re.IGNORECASE,
)


@cache
def ordinary() -> frozenset[str]:
    return frozenset(table("ordinary_words")["words"].split())


def shaped(token: str) -> bool:
    """Looks like a user name by itself: figures, underscores or dots among letters."""
    bare = token.lstrip("@").rstrip(".")
    if len(bare) < 3 or bare.isdigit() or bare.lower() in _CHAT_WORDS:
        return False
    if re.fullmatch(
        r"\d+(?:st|nd|rd|th|am|pm|mg|k|s|x|h|hrs?|min|mins|yrs?|wks?|ish|yo|f|m)", bare, re.IGNORECASE
    ) or re.fullmatch(r"(?:[a-z]\.)+[a-z]?|\d+[.,]\d+|\w+-\w+|\.+", bare, re.IGNORECASE):
        return False
    return bool(re.search(r"[a-z]", bare, re.IGNORECASE) and re.search(r"[\d_]|\w\.\w", bare)) or "#" in bare


def find(line: Line) -> Iterator[Clue]:
    spans: list[tuple[int, int]] = []
    for mention in line.mentions:
        for start, end, score in _beside(line, mention):
            if any(a < end and start < b for a, b in spans):
                continue
            spans.append((start, end))
            yield _clue(line, start, end, mention.medium, score)
    if not spans:
        yield from _full_name(line)
        yield from _by_introduction(line)
    yield from _same_name(line)


def _clue(line: Line, start: int, end: int, medium: Medium, score: float) -> Clue:
    name = line.text[start:end]
    kind = medium.kind if medium.kind is not Kind.URL else Kind.URL
    why = f"a name to be found under on {medium.name}"
    return Clue(
        Rule.CONTACT_SHARED,
        line,
        start,
        end,
        kind,
        score,
        "handle",
        why,
        f"{medium.name}:{name.lstrip('@').lower()}",
    )


def _beside(line: Line, mention: Mention) -> Iterator[tuple[int, int, float]]:
    text = line.text
    if (mention.medium.name in {"own_site"}) or _reported(line, mention):
        return
    own = bool(_OWN.search(text[max(0, mention.start - 60) : mention.end + 40])) or len(text) < 45
    for token in islice(re.finditer(_WORD, text), 60 if line.folded.source else 0):
        if (
            len(token.group()) > 4
            and _stretched(line, *token.span())
            and not (token.start() < mention.end and mention.start < token.end())
        ):
            yield *token.span(), 0.86
            return
    gap = _NAMING.match(text, mention.end)
    after = _AFTER.match(text, gap.end()) if gap else None
    if after is not None and "\n\n" not in text[mention.end : after.start()]:
        score = _score(line, mention, after.group(1), own, explicit=_explicit(text, mention, after.start()))
        if score and _not_speech(text, after.start(), after.end(), after.group(1)):
            end = after.end() - (len(after.group(1)) - len(after.group(1).rstrip(".-")))
            yield after.start(), end, score
            return
    window = text[max(0, mention.start - 45) : mention.start]
    before = _BEFORE.search(window)
    if before is not None and own:
        start = max(0, mention.start - 45) + before.start(1)
        framed = bool(_FRAME_BEFORE.search(text[max(0, start - 25) : start]))
        score = _score(line, mention, before.group(1), own, explicit=framed)
        if score and (framed or shaped(before.group(1))):
            yield start, start + len(before.group(1).rstrip(".")), score - 0.03
            return
    for token in re.finditer(_WORD, text[mention.end : mention.end + 90]):
        start = mention.end + token.start()
        if shaped(token.group()) and own and not _is_site_name(text, start):
            yield start, start + len(token.group().rstrip(".-")), 0.72 if mention.sure else 0.6
            return
    for token in re.finditer(_WORD, text[max(0, mention.start - 60) : mention.start]):
        start = max(0, mention.start - 60) + token.start()
        if shaped(token.group()) and own and not _is_site_name(text, start):
            yield start, start + len(token.group().rstrip(".-")), 0.66 if mention.sure else 0.55
            return


def _explicit(text: str, mention: Mention, at: int) -> bool:
    """Something between the medium and the token introduces a name: "is", ":", "id", "as"."""
    between = text[mention.end : at]
    return bool(
        re.search(
            r"[:=→>@]|\b(?:is|its|it's|im|i'm|as|under|id|name|user\w*|handle|tag|called|add|me|mine|is:|nick|code|soy|ist|es|hai)\b",
            between,
            re.IGNORECASE,
        )
    )


def _score(line: Line, mention: Mention, token: str, own: bool, explicit: bool) -> float:
    bare = token.lstrip("@").rstrip(".-").lower()
    own = own or bool(re.fullmatch(r"[a-z]+[_.][a-z_.]*\d{2,}|[a-z]+_[a-z_]+\w*", bare))
    if len(bare) < 3 or (bare.isdigit() and not (explicit and 8 <= len(bare) <= 12)):
        return 0.0
    if shaped(token) or token.startswith("@"):
        return (0.93 if explicit or token.startswith("@") else 0.85) if own else 0.7 if explicit else 0.45
    if bare in ordinary() or not own or re.fullmatch(r"[a-z]+(?:ing|ed|ly|n't)", bare):
        return 0.0
    if explicit:
        return 0.8 if mention.sure else 0.7
    return 0.0


def _not_speech(text: str, start: int, end: int, token: str) -> bool:
    """A plain word must end its clause to be a name ("my snap is sunflower" but not "my snap is driving me mad")."""
    if shaped(token) or token.startswith("@"):
        return True
    rest = text[end : end + 14]
    return bool(
        re.match(
            r"\s*(?:$|[.,!?;:)\"'\n]|if\b|and\b|n\b|add|on\b|over|there|lol|so\b|in case|w\b|with\b|but\b|x+\b|haha|:|all\b|one\b|no\b|just\b|btw|ok)",
            rest,
            re.IGNORECASE,
        )
    )


def _reported(line: Line, mention: Mention) -> bool:
    left, _ = line.clause(mention.start, mention.end)
    return bool(_LIFE.search(line.text[left : mention.start])) and not re.search(
        r"\b(?:add|find|follow) (?:me|us|her|him|them)\b|\bmy (?:own )?(?:snap|insta|ig|discord)",
        line.text,
        re.IGNORECASE,
    )


def _is_site_name(text: str, start: int) -> bool:
    return text[start : start + 1] == "@" and bool(
        re.search(
            r"(?:hosts?|hosting|thanks|thank you|hi|hey|hello|with|from|ask|love|agree|welcome)\s$",
            text[max(0, start - 12) : start],
            re.IGNORECASE,
        )
    )


def _by_introduction(line: Line) -> Iterator[Clue]:
    """No medium named: "add me, my user is bunnywaffle_7731", "I'm wren.47 there", "jo_99 quick before they delete"."""
    text = line.text
    for match in _SHARE.finditer(text):
        token = _AFTER.match(text, match.end())
        if token is not None and shaped(token.group(1)):
            yield _named(line, token.start(), token.start() + len(token.group(1).rstrip(".-")), 0.78)
            return
    for match in _I_AM.finditer(text):
        if (
            shaped(match.group(1))
            and re.search(r"_|[a-z]\.[a-z]|[a-z]\d{2}", match.group(1), re.IGNORECASE)
            and not _is_site_name(text, match.start(1))
        ):
            yield _named(line, match.start(1), match.end(1), 0.7)
            return
    if line.cues & {"secrecy"}:
        for match in re.finditer(r"(?<![\w@./])[a-z][a-z0-9]*[_0-9][\w.]{3,}", text, re.IGNORECASE):
            if shaped(match.group()) and re.search(r"[a-z]{3}", match.group(), re.IGNORECASE):
                yield _named(line, match.start(), match.end(), 0.66)
                return


_I_AM = re.compile(
    r"\b(?:i'?m|im|i am|it'?s|its|user(?:name)? is|find me (?:as|at|under)|look (?:me )?up|search(?: for)?|under|add|name is|known as|go by)\s+(@?[a-z][\w.]{4,29}\w)",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(
    r"(?i:\b(?:look for|search(?: for)?|find me (?:as|under|by)?|look me up,?|under(?: the name)?|i'?m|my name is|name'?s|it'?s|as|add|hanapin mo sa fb|cherche|such nach|busca(?:me)?|cerca))\s+((?:[A-Z][\w'-]+\s){1,3}[A-Z][\w'-]+)"
)


def _named(line: Line, start: int, end: int, score: float) -> Clue:
    name = line.text[start:end]
    return Clue(
        Rule.CONTACT_SHARED,
        line,
        start,
        end,
        Kind.SOCIAL_HANDLE,
        score,
        "handle",
        "a user name given so that others can add it",
        name.lower(),
    )


def _full_name(line: Line) -> Iterator[Clue]:
    """A real name to look up on a network where people go by it."""
    network = next(
        (
            m.medium
            for m in line.mentions
            if m.medium.name in {"facebook", "messenger", "vk", "x", "instagram", "tumblr"}
        ),
        None,
    )
    match = _FULL_NAME.search(line.text) if network else None
    if match is not None and network is not None:
        yield _clue(line, match.start(1), match.end(1), network, 0.74)


def _stretched(line: Line, start: int, end: int) -> bool:
    """The characters were disguised in the original: spaced, struck through, in fancy letters."""
    first, last = line.folded.span(start, end)
    typed = line.message.text[first:last]
    return typed != line.text[start:end] and (
        len(typed) > 1.5 * (end - start) or sum(not c.isascii() for c in typed) > 3
    )


def _same_name(line: Line) -> Iterator[Clue]:
    if not line.mentions:
        return
    for match in _SAME_NAME.finditer(line.text):
        if re.search(
            r"\b(?:don'?t|not|never|no one|can'?t|isn'?t|are you|are u|do you|what'?s?|is it|which|your|ur)\b",
            line.text[max(0, match.start() - 25) : match.start()] + line.text[match.start() : match.start() + 12],
            re.IGNORECASE,
        ):
            continue
        medium = next((m.medium for m in line.mentions), media()["wickr"])
        found = match.group().rstrip(" ,")
        yield Clue(Rule.CONTACT_SHARED, line, match.start(), match.start() + len(found), medium.kind, 0.8, "same-name",
                   f"says that the name on this site is also the one on {medium.name}")  # fmt: skip
        return
