"""The media outside the site: which words name them, and what kind each is. Knows no sentence and no rule."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from moderation.prescreen.contract import Kind
from moderation.prescreen.lexicon import table


@dataclass(frozen=True, slots=True)
class Medium:
    """One platform: its own name, the kind of contact it gives, and the words people use for it."""

    name: str
    kind: Kind
    names: tuple[str, ...]
    short: tuple[str, ...]


_DESCRIBED: dict[str, str] = {
    "ghost": "snapchat", "yellow": "snapchat", "bird": "x", "plane": "telegram", "paper": "telegram",
    "camera": "instagram", "pink": "instagram", "clock": "tiktok", "note": "tiktok", "music": "tiktok",
    "green": "whatsapp", "bubble": "whatsapp", "telephone": "whatsapp", "purple": "discord", "controller": "discord",
    "gamer": "discord", "blue": "telegram", "cash": "payment", "block": "roblox", "blocks": "roblox", "brick": "roblox",
    "alien": "reddit", "frog": "games", "robot": "discord", "fire": "dating", "flame": "dating", "butterfly": "threads",
    "owl": "tumblr", "orange": "reddit", "red": "youtube", "black": "tiktok", "gram": "instagram", "book": "facebook",
    "speech": "whatsapp", "wumpus": "discord", "picture": "instagram", "photo": "instagram", "video": "skype",
    "dancing": "tiktok", "disappearing": "snapchat", "gaming": "discord", "chicken": "signal", "phone": "whatsapp",
}  # fmt: skip
_EMOJI: dict[str, str] = {"👻": "snapchat", "📸": "instagram", "🎮": "discord", "🐦": "x", "📷": "instagram"}


@cache
def media() -> dict[str, Medium]:
    return {
        name: Medium(name, Kind(entry["kind"]), tuple(entry["names"]), tuple(entry.get("short", ())))
        for name, entry in table("platforms").items()
    }


def _pattern(words: list[str]) -> str:
    """An alternation of words; a space in a word also matches nothing, a dot, a dash or an underscore."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace("\\ ", r"[ ._-]?") for word in ordered)


@cache
def strong_words() -> str:
    """Names that mean a platform wherever they stand, as one pattern without boundaries."""
    return _pattern([word for medium in media().values() for word in medium.names if _is_word(word)])


@cache
def short_words() -> str:
    """Short or ambiguous names; the caller must ask for context."""
    return _pattern([word for medium in media().values() for word in medium.short])


def _is_word(word: str) -> bool:
    return word[0].isalnum()


@cache
def foreign_words() -> str:
    """Names in scripts without word boundaries."""
    words = [word for medium in media().values() for word in medium.names if not word.isascii() and _is_word(word)]
    return _pattern(words)


DESCRIBED_APP = (
    r"(?:(?:the|that|da|a|an|this) )?(?:(?:little|old|wee|other|one with (?:the|a)|app with (?:the|a)) )?(?:little )?"
    r"(?:"
    + "|".join(_DESCRIBED)
    + r")(?:[ -](?:"
    + "|".join(_DESCRIBED)
    + r"|bubble|box|face|talk|chat|message|letter|logo|head))?"
    r"(?: (?:app|one|site|place|thing|icon|logo)\b|-app\b)"
)
DESCRIBED_AFTER = (
    r"the (?:one|app|place|site) (?:with|that has|that is|thats|that's) (?:the |a |an |all )?(?:little )?(?:\w+ )?(?:"
    + "|".join(_DESCRIBED)
    + r")"
)


@cache
def _lookup() -> dict[str, Medium]:
    found: dict[str, Medium] = {}
    for medium in media().values():
        for word in (*medium.names, *medium.short):
            found.setdefault(_key(word), medium)
    return found


def _key(word: str) -> str:
    return re.sub(r"[ ._-]", "", word.lower())


@cache
def _names() -> re.Pattern[str]:
    strong = rf"(?<![^\W_])(?:{strong_words()})(?:s|e?d|ing)?(?![^\W_])|{foreign_words()}|[👻📸🎮📷]"
    return re.compile(f"{strong}|{DESCRIBED_APP}|{DESCRIBED_AFTER}", re.IGNORECASE)


@cache
def _shorts() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{short_words()})(?![^\W_])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A medium named at [start, end) of folded text; `sure` is False for words that may mean something else."""

    start: int
    end: int
    medium: Medium
    sure: bool


def mentions(text: str, *, sure: bool = True, most: int = 12) -> list[Mention]:
    """The first media named in folded text, in order, without overlaps; `sure` False looks for short names only."""
    named = islice(_names().finditer(text), most) if sure else ()
    found = [Mention(match.start(), match.end(), medium_of(match.group()), True) for match in named]
    last = found[-1].start if len(found) == most else len(text)
    short: list[Mention] = []
    for match in _shorts().finditer(text):
        start, end = match.span()
        if start > last or len(short) == most:
            break
        if not any(one.start < end and start < one.end for one in found):
            short.append(Mention(start, end, medium_of(match.group()), False))
    return sorted(found + short, key=lambda one: one.start)[:most]


def medium_of(words: str) -> Medium:
    """The medium that a matched name stands for; a description goes by its most telling word."""
    known = _lookup()
    key = _key(words)
    for candidate in (
        key,
        key.removesuffix("s"),
        key.removesuffix("d"),
        key.removesuffix("ed"),
        key.removesuffix("ing"),
    ):
        if candidate in known:
            return known[candidate]
    if words[0] in _EMOJI:
        return media()[_EMOJI[words[0]]]
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _DESCRIBED:
            return media()[_DESCRIBED[word]]
    return media()["wickr"]
