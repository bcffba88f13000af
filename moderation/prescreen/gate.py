"""The gate: one linear-time look at a message says which forms it may hold. Finds nothing itself."""

import re
from collections.abc import Callable
from functools import cache

import re2

from moderation.prescreen.digits import number_words
from moderation.prescreen.lexicon import table

LONGEST = 6000
Match = Callable[[bytes], list[int]]
_MACRO = re.compile(r"\{([a-z]+)\}")
_CANARY = (
    ("a@b.example", "mailish"),
    ("0 1 2", "number"),
    ("see https://a.example/b", "linkish"),
    ("nine one two four", "words"),
    ("l e t t e r s", "spaced"),
    ("dGVzdCBvZiB0aGUgZ2F0ZQ==", "coded"),
    ("tango echo sierra tango", "spelled"),
    ("what's your number", "asking"),
)


class GateBroken(RuntimeError):
    """The gate does not see what it must see: nothing may be screened with it."""


def _macros() -> dict[str, str]:
    words = number_words()
    strong = [w for w, entry in words.items() if w.isascii() and entry.part != "repeat"] + ["oh", "double", "triple"]
    return {
        "numberword": "|".join(sorted(strong, key=len, reverse=True)),
        "glue": "|".join(word for word in table("numbers")["glue"]["words"] if word.isascii()),
    }


@cache
def _set() -> tuple[Match, tuple[str, ...]]:
    topics = table("topics")["topics"]
    names = tuple(topics)
    match = _compiled(list(topics.values()))
    for sample, topic in _CANARY:
        if topic not in {names[hit] for hit in match(sample.encode())}:
            raise GateBroken(f"the pre-screen gate does not see the topic {topic!r}: check lexicon/topics.toml")
    return match, names


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
    match, names = _set()
    known: dict[tuple[int, ...], frozenset[str]] = {}
    nothing: frozenset[str] = frozenset()

    def look(text: bytes) -> frozenset[str]:
        hits = match(text)
        if not hits:
            return nothing
        key = tuple(hits)
        if key not in known:
            known[key] = frozenset(names[hit] for hit in hits)
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
