"""Speech acts: compiles the phrase lists and says which acts a folded text performs. Knows no conversation."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import re2

from moderation.prescreen import media
from moderation.prescreen.lexicon import names, table

_MACRO = re.compile(r"\{([a-z_]+\d?)\}")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """One pattern of one speech act, with guards.

    needs: must match somewhere in the text. inside, unless_inside: in the match itself. unless_after: right after it.
    """

    id: str
    act: str
    weight: float
    kind: str
    language: str
    topics: tuple[str, ...]
    source: str
    pattern: re.Pattern[str]
    unless_after: re.Pattern[str] | None
    needs: re.Pattern[str] | None
    inside: re.Pattern[str] | None
    unless_inside: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Act:
    """A phrase found at [start, end) of folded text."""

    phrase: Phrase
    start: int
    end: int


def expand(pattern: str, macros: dict[str, str]) -> str:
    """Replaces {name} by its macro until none is left. Raises KeyError for an unknown name."""
    for _ in range(_DEEPEST):
        widened = _MACRO.sub(lambda match: macros[match.group(1)], pattern)
        if widened == pattern:
            break
        pattern = widened
    return pattern


def media_macros() -> dict[str, str]:
    described = f"{media.DESCRIBED_APP}|{media.DESCRIBED_AFTER}"
    sure = rf"{media.strong_words()}|{described}|[👻📸🎮📷]"
    return {"app": f"(?:{sure})", "apps": rf"(?:{sure}|{media.short_words()})"}


@cache
def phrases() -> tuple[Phrase, ...]:
    """Every phrase of every language, in the order of the lists."""
    found: list[Phrase] = []
    for name in names():
        if not name.startswith("phrases_"):
            continue
        words = table(name)
        macros = {**media_macros(), **words.get("macros", {})}
        found += [_phrase(entry, macros, words["language"]) for entry in words["phrase"]]
    return tuple(found)


def _phrase(entry: dict[str, object], macros: dict[str, str], language: str) -> Phrase:
    source = expand(str(entry["pattern"]), macros)
    topics = entry.get("topics", ())
    assert isinstance(topics, list | tuple)
    guards = {
        name: re.compile(expand(str(entry[name]), macros), re.IGNORECASE) if name in entry else None
        for name in ("unless_after", "needs", "inside", "unless_inside")
    }
    return Phrase(
        id=str(entry["id"]),
        act=str(entry["act"]),
        weight=float(str(entry["weight"])),
        kind=str(entry.get("kind", "")),
        language=language,
        topics=tuple(topics),
        source=source,
        pattern=re.compile(source, re.IGNORECASE),
        **guards,
    )


def linear(source: str) -> str:
    """The same pattern for RE2, whose \\b and \\w know ASCII only: it may match more, never less."""
    wide = _bounded(source)
    if wide.isascii():
        return wide
    return wide.replace(r"\b", "").replace(r"\w", r"[\pL\pN_]").replace(r"\W", r"[^\pL\pN_]")


def _bounded(source: str) -> str:
    return source.replace(r"(?<![^\W_])", r"\b").replace(r"(?![^\W_])", r"\b")


CUES = frozenset({"share", "secrecy", "decode"})


@cache
def _prefilter() -> tuple[tuple[Callable[[str], object], frozenset[str], Phrase], ...]:
    """Every phrase with a linear-time test. (One joined pattern for all would run out of states and go blind.)"""
    return tuple((_phrase_test(phrase.source), frozenset(phrase.topics), phrase) for phrase in phrases())


def _phrase_test(source: str) -> Callable[[str], object]:
    """Words of other scripts cost a pattern its boundaries in RE2; in ASCII text it may keep them."""
    if source.isascii():
        return linear_test(source)
    strict = _tester(_bounded(source))
    return lambda text: not text.isascii() or strict(text)


def linear_test(source: str) -> Callable[[str], object]:
    """A fast test whether a pattern occurs at all. (A Set of one: RE2's search objects cost thirty times as much.)"""
    return _tester(linear(source))


def _tester(source: str) -> Callable[[str], object]:
    for megabytes in (8, 16, 32):
        options = re2.Options()
        options.case_sensitive = False
        options.max_mem = megabytes << 20
        options.log_errors = False
        one = re2.Set.SearchSet(options)
        one.Add(source)
        try:
            one.Compile()
        except re2.error:
            continue
        break
    else:
        raise ValueError(f"a phrase is too large to test in linear time: {source[:80]}…")
    match: Callable[[str], object] = one.Match
    return match


_SEEN = "\x00 the filter sees\x00"  # appended to every text: a filter that does not find it has gone blind


@cache
def _filter() -> tuple[Callable[[str, bool], list[int]], tuple[tuple[Callable[[str], object], Phrase], ...]]:
    """Which of all requests and off-site phrases might occur, by the words they cannot do without."""
    tests = tuple((t, phrase) for t, _, phrase in _prefilter() if phrase.act not in CUES and phrase.act != "harm")
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = 8 << 20
    options.log_errors = False
    words = re2.Filter()
    for _, phrase in tests:
        words.Add(linear(phrase.source), options)
    words.Add(re2.escape(_SEEN), options)
    words.Compile()
    match: Callable[[str, bool], list[int]] = words.Match
    return match, tests


@cache
def _by_topics(topics: frozenset[str]) -> frozenset[int]:
    """The places in the filter of the phrases of some topics."""
    _, tests = _filter()
    return frozenset(at for at, (_, phrase) in enumerate(tests) if not topics.isdisjoint(phrase.topics))


def _possible(sound: str, topics: frozenset[str]) -> list[int]:
    wanted = _by_topics(topics)
    if len(wanted) < _FEW:
        return sorted(wanted)
    match, tests = _filter()
    hits = match(sound + _SEEN, True) or []
    if not hits or hits[-1] != len(tests):
        return sorted(wanted)
    return [at for at in hits if at in wanted]


_FEW = 5  # so many phrases are tried one by one


def acts(text: str, topics: frozenset[str]) -> list[Act]:
    """Requests and off-site talk in folded text, by position; only phrases of the given topics are tried."""
    found: list[Act] = []
    sound = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    _, tests = _filter()
    for at in _possible(sound, topics):
        search, phrase = tests[at]
        if search(sound):
            found += _matches(phrase, text)
    return sorted(found, key=lambda act: (act.start, -act.end))


def acts_of(text: str, kind: str) -> list[Act]:
    """Every act of one kind, whatever the topic: "harm", "share", "secrecy", "decode"."""
    return [act for phrase in phrases() if phrase.act == kind for act in _matches(phrase, text)]


@cache
def _cue_tests() -> tuple[tuple[Callable[[str], object], str], ...]:
    return tuple((test, phrase.act) for test, _, phrase in _prefilter() if phrase.act in CUES)


def cues(text: str) -> frozenset[str]:
    """Which cues the text gives."""
    sound = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    return frozenset(act for test, act in _cue_tests() if test(sound))


def _matches(phrase: Phrase, text: str) -> Iterator[Act]:
    for match in phrase.pattern.finditer(text):
        if phrase.unless_after and phrase.unless_after.match(text[match.end() : match.end() + 60]):
            continue
        if phrase.needs and not phrase.needs.search(text):
            continue
        if phrase.inside and not phrase.inside.search(match.group()):
            continue
        if phrase.unless_inside and phrase.unless_inside.search(match.group()):
            continue
        yield Act(phrase, match.start(), match.end())
