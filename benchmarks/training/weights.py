"""Fits the bars of glance and skim, and how opinions become scores, on snippets that nothing was trained on."""

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.training.corpus import RULES, Talk
from moderation.prescreen import engine
from moderation.prescreen.allowlist import allowed
from moderation.prescreen.contract import Message, Options, Rule
from moderation.prescreen.glance import glance
from moderation.prescreen.judge import judge, skim
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue
from moderation.prescreen.media import known
from moderation.prescreen.talk import Talk as Read
from moderation.prescreen.verdicts import Verdict, verdicts
from moderation.prescreen.weighing import touched
from moderation.prescreen.windows import alone

_LETTER = {rule: letter for letter, rule in RULES.items()}
SURE = 2.0  # log-odds from which the judge's opinion makes a finding whatever the rule
MISSED = 0.12  # share of such findings that glance and skim may each pass over: the price of speed
CAUTION = {Rule.CONTACT_REQUESTED: 0.5, Rule.OFFSITE_HARM: 0.5}  # in log-odds: real talk is harmless far more often
_HEAD = "# Written by benchmarks/training: which parts are read, and how form and opinion become a score.\n\n"


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept talk as the engine reads it."""

    talk: Talk
    read: Read
    clues: list[Clue]
    said: dict[int, Verdict]


def fit(talks: Sequence[Talk], where: Path) -> None:
    path = where / "weights.toml"
    text = path.read_text(encoding="utf-8")
    barred = "\n".join(_table("bars", ("glance", "skim"), bars(talks))) + "\n"
    path.write_text(_HEAD + barred + text[text.index("[located]") :], encoding="utf-8")
    table.cache_clear()
    kept = [_kept(talk) for talk in talks]
    tables = _table("located", ("form", "judge", "shift"), regression(_located(kept)))
    for letter, rule in RULES.items():
        slope, shift = regression(_judged(kept, letter, rule))
        tables += _table(f"judged.{rule.value}", ("judge", "shift"), (slope, round(shift - CAUTION.get(rule, 0), 3)))
    path.write_text(_HEAD + barred + "\n".join(tables), encoding="utf-8")


def bars(talks: Sequence[Talk]) -> tuple[float, float]:
    """The log-odds of glance and of skim that all but MISSED reach of the parts which the judge is sure of."""
    glanced, skimmed = [], []
    for talk in talks:
        read = Read(_messages(talk))
        for index in range(read.length):
            parts = read.parts(index)
            windows = [read.window(index, part) for part in range(len(parts))]
            found = [part for part, said in zip(parts, judge().read(windows), strict=True) if said.part.max() > SURE]
            if found:
                glanced += glance().odds([read.line(index).text]).tolist()
                skimmed += [float(said.part.max()) for said in skim().read([alone(part) for part in found])]
    return round(float(np.quantile(glanced, MISSED)), 3), round(float(np.quantile(skimmed, MISSED)), 3)


def _kept(talk: Talk) -> Kept:
    messages = _messages(talk)
    lines = engine.read(messages, known({}))
    read = Read(messages, lines)
    clues = engine.located(read, lines, allowed(Options()))
    return Kept(talk, read, clues, verdicts(read, range(len(messages)), [clue.spots for clue in clues]))


def _messages(talk: Talk) -> tuple[Message, ...]:
    return tuple(Message(str(at), said.sender, said.text) for at, said in enumerate(talk.messages))


def _located(kept: Sequence[Kept]) -> Iterator[tuple[list[float], bool]]:
    for one in kept:
        for clue in one.clues:
            odds = max(one.said[index].odds[clue.rule] for index in touched(clue) if index in one.said)
            yield (
                [_odds(clue.score), odds],
                any(_LETTER[clue.rule] in one.talk.messages[index].rules for index in touched(clue)),
            )


def _judged(kept: Sequence[Kept], letter: str, rule: Rule) -> Iterator[tuple[list[float], bool]]:
    for one in kept:
        given = {index for clue in one.clues if clue.rule is rule and clue.score >= 0.5 for index in touched(clue)}
        for at, verdict in one.said.items():
            rules = one.talk.messages[at].rules
            if (letter == "s" and at in given) or (letter == "r" and "s" in rules and "r" not in rules):
                continue
            yield [verdict.odds[rule]], letter in rules


def _table(name: str, keys: Sequence[str], values: Sequence[float]) -> list[str]:
    sys.stdout.write(f"{name}: {dict(zip(keys, values, strict=True))}\n")
    return [f"[{name}]", *(f"{key} = {value}" for key, value in zip(keys, values, strict=True)), ""]


def regression(rows: Iterator[tuple[list[float], bool]]) -> list[float]:
    """Logistic regression by Newton's method: a slope a column, then the shift."""
    known = list(rows)
    x = np.array([[*values, 1.0] for values, _ in known])
    y = np.array([float(true) for _, true in known])
    slopes = np.zeros(x.shape[1])
    for _ in range(30):
        chances = 1 / (1 + np.exp(-x @ slopes))
        slant = x.T @ (chances - y) + 1e-3 * slopes
        bend = (x.T * (chances * (1 - chances))) @ x + 1e-3 * np.eye(len(slopes))
        slopes = slopes - np.linalg.solve(bend, slant)
    return [round(float(value), 3) for value in slopes]


def _odds(chance: float) -> float:
    bounded = min(max(chance, 0.001), 0.999)
    return math.log(bounded / (1 - bounded))
