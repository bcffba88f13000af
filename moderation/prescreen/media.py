"""The media outside the site: which words name them, what kind of contact each gives. Knows no sentence and no rule."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from moderation.prescreen.contract import Kind
from moderation.prescreen.fold import fold
from moderation.prescreen.lexicon import table

_MOST = 12
_LONGEST_DESCRIPTION = 3
_WORD = re.compile(r"[^\W_]+")
_GAPS = frozenset({" ", ".", "-", "_"})
_ENDINGS = ("s", "d", "ed", "ing")
_ARTICLES = frozenset({"the", "that", "da", "a", "an", "this", "little", "old", "wee", "other", "my", "ur", "your"})
_PLACES = frozenset({"app", "one", "site", "place", "thing", "icon", "logo"})
_WITH = frozenset({"with", "has", "thats", "for", "where", "w"})
_REACH = 7  # words after "the one with" in which the telling word must come


@dataclass(frozen=True, slots=True)
class Medium:
    """One platform: its own name, the kind of contact it gives, and the words people use for it."""

    name: str
    kind: Kind
    names: tuple[str, ...]
    short: tuple[str, ...] = ()
    described: tuple[str, ...] = ()
    emoji: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Mention:
    """A medium named at [start, end) of folded text; `sure` is False for words that may mean something else."""

    start: int
    end: int
    medium: Medium
    sure: bool


class Media:
    """Every medium that a deployment knows. Built once, never changed; finds names by looking words up."""

    def __init__(self, platforms: Iterable[Medium], private: Iterable[Medium] = ()) -> None:
        self.private = tuple(private)
        every = (*self.private, *platforms)  # what comes first keeps a name that both have
        self.platforms = {medium.name: medium for medium in reversed(every)}
        self._sure: dict[str, Medium] = {}
        self._short: dict[str, Medium] = {}
        self._described: dict[str, Medium] = {}
        self._marks: dict[str, Medium] = {}
        for medium in every:
            self._learn(medium)
        self._longest = max(len(name.split()) for name in (*self._sure, *self._short))
        self._begins_name = _first_words(self._sure, self._short)
        self._begins_description = _first_words(self._described)
        self._worth_a_look = self._begins_name | self._begins_description | _PLACES
        self._unspaced = re.compile("|".join(sorted(map(_unspaced, self._marks), key=len, reverse=True)), re.IGNORECASE)

    def _learn(self, medium: Medium) -> None:
        for name in medium.names:
            if name.isascii():
                for form in _forms(name):
                    self._sure.setdefault(form, medium)
            else:
                self._marks.setdefault(name, medium)
        for mark in medium.emoji:
            self._marks.setdefault(mark, medium)
        for name in medium.short:
            self._short.setdefault(name, medium)
            self._short.setdefault(name.replace(" ", ""), medium)
        for words in medium.described:
            self._described.setdefault(words, medium)

    def mentions(self, text: str, *, sure: bool = True, most: int = _MOST) -> list[Mention]:
        """The first media named in folded text, in order, without overlaps; `sure` False looks for short names only."""
        found: list[Mention] = []
        if sure and not text.isascii():
            found += islice(self._in_other_scripts(text), most)
        found += islice(self._in_words(text, sure), most)
        return _apart(found)[:most]

    def names_private(self, text: str) -> bool:
        """Whether folded text names a medium that only this deployment knows; the shipped gate does not see those."""
        return bool(self.private) and any(mention.medium in self.private for mention in self.mentions(text, most=50))

    def _in_other_scripts(self, text: str) -> Iterator[Mention]:
        for match in self._unspaced.finditer(text):
            medium = self._marks.get(match.group().lower())
            if medium is not None:
                yield Mention(match.start(), match.end(), medium, True)

    def _in_words(self, text: str, sure: bool) -> Iterator[Mention]:
        words = list(_WORD.finditer(text))
        keys = [match.group().lower() for match in words]
        after = 0
        for at, key in enumerate(keys):
            if at < after or key not in self._worth_a_look:
                continue
            found = self._name_at(text, words, keys, at, sure) if key in self._begins_name else None
            if found is None and sure:
                found = self._description_at(words, keys, at)
            if found is not None:
                mention, after = found
                yield mention

    def _name_at(
        self, text: str, words: Sequence[re.Match[str]], keys: Sequence[str], at: int, sure: bool
    ) -> tuple[Mention, int] | None:
        for size in range(min(self._longest, len(keys) - at), 0, -1):
            last = at + size - 1
            name = " ".join(keys[at : last + 1])
            medium = self._sure.get(name) if sure else None
            known = medium or self._short.get(name)
            if known is None or not all(_joined(text, words[k], words[k + 1]) for k in range(at, last)):
                continue
            start, end = words[at].start(), words[last].end()
            if not _glued(text, start, end):
                return Mention(start, end, known, medium is not None), last + 1
        return None

    def _description_at(
        self, words: Sequence[re.Match[str]], keys: Sequence[str], at: int
    ) -> tuple[Mention, int] | None:
        """ "the yellow app", "that ghost one", "the one with the bird"."""
        telling = self._telling(keys, at)
        if telling is not None:
            medium, place = telling
            while place < len(keys) and place - at <= _LONGEST_DESCRIPTION and keys[place] in self._begins_description:
                place += 1
            pointed_at = at > 0 and keys[at - 1] in _ARTICLES
            if place < len(keys) and keys[place] in _PLACES and (pointed_at or keys[place] == "app"):
                first = at - 1 if pointed_at else at
                return Mention(words[first].start(), words[place].end(), medium, keys[place] == "app"), place + 1
        elif keys[at] in _PLACES and at + 1 < len(keys) and keys[at + 1] in _WITH:
            for later in range(at + 2, min(at + _REACH, len(keys))):
                telling = self._telling(keys, later)
                if telling is not None:
                    medium, end = telling
                    return Mention(words[at].start(), words[end - 1].end(), medium, False), end
        return None

    def _telling(self, keys: Sequence[str], at: int) -> tuple[Medium, int] | None:
        """The medium described by the words from `at` on, and the index after them."""
        if keys[at] not in self._begins_description:
            return None
        for size in range(min(_LONGEST_DESCRIPTION, len(keys) - at), 0, -1):
            medium = self._described.get(" ".join(keys[at : at + size]))
            if medium is not None:
                return medium, at + size
        return None


def _first_words(*lists: Iterable[str]) -> frozenset[str]:
    return frozenset(name.split(" ", 1)[0] for names in lists for name in names)


def _forms(name: str) -> Iterator[str]:
    """A name as words, run together, and inflected."""
    for form in {name, name.replace(" ", "")}:
        yield form
        if len(form) > 2:
            yield from (form + ending for ending in _ENDINGS)


def _joined(text: str, one: re.Match[str], two: re.Match[str]) -> bool:
    return text[one.end() : two.start()] in _GAPS


def _glued(text: str, start: int, end: int) -> bool:
    """The word is a part of something longer, such as the user name kik_me_not or an address."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return before[-1:] == "_" or after[:1] == "_" or _inside(before[::-1]) or _inside(after)


def _inside(beyond: str) -> bool:
    return len(beyond) == 2 and beyond[0] in ".@" and beyond[1].isalnum()


def _unspaced(mark: str) -> str:
    """Alphabets with spaces between words need a boundary, or "вк" is found in "вкус"."""
    pattern = re.escape(mark)
    if mark[0] < "\u0400" or mark[0] > "\u06ff":
        return pattern
    return rf"\b{pattern}" + (r"\b" if len(mark) < 4 else "")


def _apart(mentions: list[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda one: (one.start, -one.end)):
        if not kept or kept[-1].end <= mention.start:
            kept.append(mention)
    return kept


@cache
def _shipped() -> tuple[Medium, ...]:
    fields = ("names", "short", "described", "emoji")
    return tuple(
        Medium(name, Kind(entry["kind"]), *(tuple(entry.get(field, ())) for field in fields))
        for name, entry in table("platforms").items()
    )


@lru_cache(maxsize=16)
def _extended(terms: tuple[tuple[str, str], ...]) -> Media:
    return Media(_shipped(), [Medium(term, Kind(kind), (_spoken(term),)) for term, kind in terms])


def _spoken(term: str) -> str:
    """A private term as it stands in folded text, without its article."""
    folded = fold(term).text.lower()
    words = _WORD.findall(folded) if folded.isascii() else [folded]
    return " ".join(words[1:] if len(words) > 1 and words[0] in _ARTICLES else words)


def known(terms: Mapping[str, str]) -> Media:
    """The shipped media and a deployment's own (Options.private_terms); the same terms give the same object."""
    return _extended(tuple(sorted(terms.items())))


def media() -> dict[str, Medium]:
    """The shipped media by name."""
    return known({}).platforms


def mentions(text: str, *, sure: bool = True, most: int = _MOST) -> list[Mention]:
    """Media.mentions of the shipped media."""
    return known({}).mentions(text, sure=sure, most=most)
