"""The gate: one linear-time look at a message says which topics it touches. Finds nothing itself."""

import re
from collections.abc import Callable
from functools import cache

import re2

from moderation.prescreen import media
from moderation.prescreen.digits import number_words
from moderation.prescreen.lexicon import table

LONGEST = 6000
Match = Callable[[bytes], list[int]]
_COUNTING = frozenset({"place", "street", "declines", "outside", "hypo"})
_MACRO = re.compile(r"\{([a-z]+)\}")
_CANARY = (
    ("ring me", "phone"),
    ("a@b.example", "mailish"),
    ("0 1 2", "number"),
    ("on discord", "app"),
    ("see https://a.example/b", "linkish"),
    ("nine one two four", "words"),
    ("meet at the cafe", "meet"),
)


class GateBroken(RuntimeError):
    """The gate does not see what it must see: nothing may be screened with it."""


def _macros() -> dict[str, str]:
    words = number_words()
    strong = [w for w, entry in words.items() if w.isascii() and entry.part != "repeat"] + [
        "oh",
        "double",
        "triple",
    ]
    described = f"{media.DESCRIBED_APP}|{media.DESCRIBED_AFTER}"
    ascii_names = "|".join(word for word in media.strong_words().split("|") if word.isascii())
    return {
        "app": rf"\b(?:{ascii_names})(?:s|e?d|ing)?\b|{described}|{media.foreign_words()}|[👻📸🎮📷🐦]",
        "short": "|".join(word for word in media.short_words().split("|") if word.isascii()),
        "numberword": "|".join(sorted(strong, key=len, reverse=True)),
        "glue": "|".join(word for word in table("numbers")["glue"]["words"] if word.isascii()),
        "foreign": "|".join(table("foreign")["words"]),
    }


@cache
def _sets() -> tuple[Match, Match, tuple[str, ...], tuple[str, ...]]:
    """Two automata: patterns that count words multiply the states of all others, so they stand apart."""
    topics = table("topics")["topics"]
    plain = tuple(name for name in topics if name not in _COUNTING)
    counting = tuple(name for name in topics if name in _COUNTING)
    first, second = _compiled([topics[name] for name in plain]), _compiled([topics[name] for name in counting])
    for sample, topic in _CANARY:
        seen = {plain[hit] for hit in first(sample.encode())} | {counting[hit] for hit in second(sample.encode())}
        if topic not in seen:
            raise GateBroken(f"the pre-screen gate does not see the topic {topic!r}: check lexicon/topics.toml")
    return first, second, plain, counting


def _compiled(patterns: list[str]) -> Match:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 64 << 20
    options.log_errors = False
    macros = _macros()
    compiled = re2.Set.SearchSet(options)
    for pattern in patterns:
        compiled.Add(_MACRO.sub(lambda match: macros.get(match.group(1), match.group()), pattern))
    compiled.Compile()
    match: Match = compiled._set.Match  # the wrapper around it costs as much as a short message
    return match


@cache
def opener() -> Callable[[bytes], frozenset[str]]:
    """The fastest look: UTF-8 of at most LONGEST characters → its topics; always the same object for the same ones."""
    first, second, plain, counting = _sets()
    known: dict[tuple[int, ...], frozenset[str]] = {}
    nothing: frozenset[str] = frozenset()

    def look(text: bytes) -> frozenset[str]:
        hits, more = first(text), second(text)
        if not hits and not more:
            return nothing
        key = (*hits, -1, *more)
        if key not in known:
            known[key] = frozenset([plain[hit] for hit in hits] + [counting[hit] for hit in more])
        return known[key]

    return look


def topics_of(text: str) -> frozenset[str]:
    """The topics that folded text touches. Overlong text is looked at in overlapping parts."""
    look = opener()
    found: frozenset[str] = frozenset()
    for start in range(0, max(len(text), 1), LONGEST - 200):
        found |= look(text[start : start + LONGEST].encode("utf-8", "replace"))
        if start + LONGEST >= len(text):
            break
    return found
