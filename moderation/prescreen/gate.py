"""The gate: one linear-time look at a message says which topics it touches. Finds nothing itself."""

import re
from functools import cache

import re2

from moderation.prescreen import media
from moderation.prescreen.digits import number_words
from moderation.prescreen.lexicon import table

LONGEST = 6000
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
def _set() -> tuple[object, tuple[str, ...]]:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 64 << 20
    options.log_errors = False
    topics = table("topics")["topics"]
    macros = _macros()
    compiled = re2.Set.SearchSet(options)
    for pattern in topics.values():
        compiled.Add(_MACRO.sub(lambda match: macros.get(match.group(1), match.group()), pattern))
    compiled.Compile()
    names = tuple(topics)
    for sample, topic in _CANARY:
        if topic not in {names[index] for index in compiled.Match(sample)}:
            raise GateBroken(f"the pre-screen gate does not see the topic {topic!r}: check lexicon/topics.toml")
    return compiled.Match, names


def matcher() -> tuple[object, tuple[str, ...]]:
    """The bound match function (text → indices) and the names of the topics; compiled once."""
    return _set()


def topics_of(text: str) -> frozenset[str]:
    """The topics that folded text touches. Overlong text is looked at in overlapping parts."""
    match, names = _set()
    found: set[int] = set()
    for start in range(0, max(len(text), 1), LONGEST - 200):
        found.update(match(_whole(text[start : start + LONGEST])) or ())  # type: ignore[operator]
        if start + LONGEST >= len(text):
            break
    return frozenset(names[index] for index in found)


def _whole(text: str) -> str:
    """RE2 wants valid UTF-8: a lone surrogate becomes a question mark of the same length."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
