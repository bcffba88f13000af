"""A linear model over words and word pieces, for what no phrase list holds. Plain numbers in lexicon/model.json.

It judges one message with a little of what stands around it; `benchmarks/train_prescreen.py` writes the numbers.
"""

import itertools
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from moderation.prescreen import invitations, phones
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.splits import Talk

_MODEL = Path(__file__).parent / "lexicon" / "model.json"
_WORD = re.compile(r"APP|SITE|[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[?!@]")
_MOST_WORDS = 80
_NEAR_WORDS = 16
_LONGEST = 1500
RULES = (Rule.CONTACT_REQUESTED, Rule.OFFSITE_CONTACT, Rule.CONTACT_SHARED)
ABOUT_CONTACT = frozenset(
    {"app", "short", "phone", "mail", "post", "outside", "voice", "meet", "id", "foreign", "decode", "hypo"}
)
_YOU, _WE, _OTHERS = 2, 4, 8
_FROM_HERE = frozenset(
    {"here", "site", "listener", "listeners", "room", "group", "mod", "mods", "cups", "member", "forum"}
)
_ROLES = {
    **dict.fromkeys(("i", "me", "my", "mine", "im", "i'm", "i'll", "i've", "i'd", "ill", "ive"), 1),
    **dict.fromkeys(("you", "u", "your", "ur", "yours", "you're", "you'll", "you've", "ya", "youre", "yr"), _YOU),
    **dict.fromkeys(("we", "us", "our", "let's", "lets", "we'll", "we've", "we're"), _WE),
    **dict.fromkeys(("he", "she", "they", "him", "her", "them", "his", "their", "he's", "she's", "someone"), _OTHERS),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model looks at: the words of the message, and signs from its topics and its neighbours."""

    words: list[str]
    signs: list[str]


def reading(talk: Talk, line: Line) -> Reading:
    words = _words(line)
    roles = 0
    for word in words:
        roles |= _ROLES.get(word, 0)
    asks = "?" in words
    signs = [f"=roles {roles}{'?' if asks else ''}", f"=length {len(words).bit_length()}"]
    signs += ["=topic " + topic for topic in line.topics]
    if line.index:
        signs += _near("=before ", talk, line, line.index - 1)
    if line.index + 1 < talk.length:
        signs += _near("=after ", talk, line, line.index + 1)
    return Reading(words, signs)


def _near(where: str, talk: Talk, line: Line, index: int) -> list[str]:
    near = talk.messages[index]
    text = near.text[:120].lower()
    who = "same" if near.sender == line.sender else "other"
    return [f"{where}{who}{'?' if '?' in text else ''}", *[where + word for word in _WORD.findall(text)[:_NEAR_WORDS]]]


def _words(line: Line) -> list[str]:
    text = line.text[:_LONGEST].lower()
    for mention in reversed(line.mentions):
        if mention.sure and mention.end <= _LONGEST:
            name = "APP" if mention.medium.kind in _APPS else "SITE"
            text = f"{text[: mention.start]} {name} {text[mention.end :]}"
    text = text.replace("’", "'")
    return ["0" * min(len(word), 4) if word.isdigit() else word for word in _WORD.findall(text)[:_MOST_WORDS]]


_APPS = frozenset({Kind.SOCIAL_HANDLE, Kind.MESSAGING_APP})


def pieces(word: str) -> list[str]:
    """Runs of three to five letters of a word with its edges marked: they survive typos and endings."""
    edged = f"<{word}>"
    return [f"~{edged[at : at + size]}" for size in (3, 4, 5) for at in range(len(edged) - size + 1)]


def features(seen: Reading) -> dict[str, float]:
    """Every feature with its value; Model.chances adds up the same terms, word by word."""
    found: dict[str, float] = {}
    scale = 1 / math.sqrt(len(seen.words) + 4)
    for word in seen.words:
        found[word] = found.get(word, 0.0) + scale
        parts = pieces(word)
        share = PIECES * scale / math.sqrt(len(parts) or 1)
        for part in parts:
            found[part] = found.get(part, 0.0) + share
    for pair in _pairs(seen.words):
        found[pair] = found.get(pair, 0.0) + scale
    for sign in seen.signs:
        found[sign] = found.get(sign, 0.0) + SIGNS
    return found


PIECES = 0.7
SIGNS = 0.15


def _pairs(words: list[str]) -> Iterator[str]:
    return (f"{first} {second}" for first, second in itertools.pairwise(["^", *words, "$"]))


_Three = tuple[float, float, float]
_NOTHING: _Three = (0.0, 0.0, 0.0)


class Model:
    """A weight a rule for each feature, and for each rule how its opinion mixes with that of the phrase lists."""

    def __init__(self, weights: dict[str, list[float]], mixing: dict[str, list[float]]) -> None:
        self._weights: dict[str, _Three] = {name: (one, two, three) for name, (one, two, three) in weights.items()}
        self.mixing = mixing
        self._word = lru_cache(maxsize=20_000)(self._sum_of_word)

    def log_odds(self, seen: Reading) -> _Three:
        """How strongly the message speaks for each of RULES; 0 means as likely as not."""
        word, get = self._word, self._weights.get
        own = [word(one) for one in seen.words]
        own += [pair for name in _pairs(seen.words) if (pair := get(name))]
        signs = [sign for name in seen.signs if (sign := get(name))]
        scale = 1 / math.sqrt(len(seen.words) + 4)
        one, two, three = get("", _NOTHING)
        return (
            one + scale * sum([pair[0] for pair in own]) + SIGNS * sum([pair[0] for pair in signs]),
            two + scale * sum([pair[1] for pair in own]) + SIGNS * sum([pair[1] for pair in signs]),
            three + scale * sum([pair[2] for pair in own]) + SIGNS * sum([pair[2] for pair in signs]),
        )

    def _sum_of_word(self, word: str) -> _Three:
        one, two, three = self._weights.get(word, _NOTHING)
        parts = pieces(word)
        share = PIECES / math.sqrt(len(parts) or 1)
        own = [pair for part in parts if (pair := self._weights.get(part))]
        return (
            one + share * sum([pair[0] for pair in own]),
            two + share * sum([pair[1] for pair in own]),
            three + share * sum([pair[2] for pair in own]),
        )

    def chance(self, rule: Rule, opinion: float, phrase: float) -> float:
        """How likely the rule is broken, from the model's log-odds and the score of the phrase lists (0: none)."""
        slope, own, trust, shift = self.mixing[rule]
        if not phrase:
            return logistic(slope * opinion + own)
        return logistic(slope * opinion + trust * _log_odds_of(phrase) + shift)


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _log_odds_of(chance: float) -> float:
    return math.log(chance / (1 - chance))


@cache
def _model() -> Model | None:
    if not _MODEL.exists():
        return None
    loaded = json.loads(_MODEL.read_text(encoding="utf-8"))
    return Model(loaded["weights"], loaded["mixing"])


def find(talk: Talk, lines: Sequence[Line], clues: Sequence[Clue]) -> Iterator[Clue]:
    """Clues for what the phrase lists missed. Doubtful clues of theirs are scored anew: up if likely, else down."""
    model = _model()
    if model is None:
        return
    by_line: dict[int, list[Clue]] = {}
    for clue in clues:
        by_line.setdefault(clue.line.index, []).append(clue)
    for line in lines:
        if line.topics & ABOUT_CONTACT:
            yield from _judge(model, talk, line, by_line.get(line.index, []))


def _judge(model: Model, talk: Talk, line: Line, clues: list[Clue]) -> Iterator[Clue]:
    shared = any(clue.rule is Rule.CONTACT_SHARED and clue.score >= SURE for clue in clues)
    likely: dict[Rule, float] = {}
    for rule, opinion in zip(RULES, model.log_odds(reading(talk, line)), strict=True):
        doubtful = [clue for clue in clues if clue.rule is rule and rescored(clue)]
        for clue in doubtful:
            clue.score = min(0.97, model.chance(rule, opinion, clue.score))
        if not shared and not any(clue.rule is rule is not Rule.CONTACT_SHARED for clue in clues):
            likely[rule] = model.chance(rule, opinion, 0.0)
    if likely.get(Rule.CONTACT_REQUESTED, 0.0) >= likely.get(Rule.CONTACT_SHARED, 0.0):
        likely.pop(Rule.CONTACT_SHARED, None)
    else:
        likely.pop(Rule.CONTACT_REQUESTED, None)
    if phones.says_what_it_counts(line) or "://" in line.text:  # a link, found or cleared, speaks for itself
        likely.pop(Rule.CONTACT_SHARED, None)
    if _tells_of_others(_words(line)):
        likely.pop(Rule.OFFSITE_CONTACT, None)
    for rule, chance in likely.items():
        if chance >= SURE:
            yield Clue(rule, line, 0, len(line.text), _kind(line), min(HIGHEST[rule], chance), "model", _WHY[rule])


def _tells_of_others(words: list[str]) -> bool:
    """Somebody's own life: he, she, they; no "you", no "we", and nobody from the site."""
    roles = 0
    for word in words:
        roles |= _ROLES.get(word, 0)
    return bool(roles & _OTHERS) and not roles & (_YOU | _WE) and _FROM_HERE.isdisjoint(words)


SURE = 0.5
# Wording alone, with nothing located, is right about giving three times in four.
HIGHEST = {Rule.CONTACT_SHARED: 0.75, Rule.CONTACT_REQUESTED: 0.95, Rule.OFFSITE_CONTACT: 0.95}
FIRM = 0.75


def rescored(clue: Clue) -> bool:
    """True for a clue that the phrase lists are not sure of."""
    return clue.rule is not Rule.CONTACT_SHARED and clue.rule in RULES and 0 < clue.score < FIRM


_WHY = {
    Rule.CONTACT_SHARED: "the wording is that of giving contact information",
    Rule.CONTACT_REQUESTED: "the wording is that of asking for contact outside the site",
    Rule.OFFSITE_CONTACT: "the wording is that of people who are in touch outside the site",
}


def _kind(line: Line) -> Kind:
    if line.mentions:
        return line.mentions[0].medium.kind
    return invitations.kind_in(line.text)
