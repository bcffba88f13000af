"""Fits how opinions become scores, on snippets that nothing was trained on."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.training.corpus import RULES, Talk
from benchmarks.training.examples import Floats, readable
from moderation.prescreen import engine
from moderation.prescreen.allowlist import allowed
from moderation.prescreen.contract import Message, Options, Rule
from moderation.prescreen.glance import glance
from moderation.prescreen.media import known
from moderation.prescreen.talk import Talk as Read
from moderation.prescreen.verdicts import verdicts
from moderation.prescreen.weighing import touched

MISSED = 0.02  # share of what the judge would find that the glance may pass over
STEPS = 4000
_HEAD = "# Written by benchmarks/training: how form and opinion become the chance of being right.\n"


def fit(talks: Sequence[Talk], where: Path) -> None:
    located: list[tuple[list[float], bool]] = []
    judged: dict[Rule, list[tuple[list[float], bool]]] = {rule: [] for rule in RULES.values()}
    for talk in talks:
        messages = tuple(Message(str(at), said.sender, said.text) for at, said in enumerate(talk.messages))
        lines = engine.read(messages, known({}))
        read = Read(messages, lines)
        clues = engine.located(read, lines, allowed(Options()))
        said = verdicts(read, range(len(messages)))
        given = {index for clue in clues if clue.score >= 0.5 for index in touched(clue)}
        for clue in clues:
            odds = max(said[index].odds[clue.rule] for index in touched(clue))
            true = any("s" in talk.messages[index].rules for index in touched(clue))
            located.append(([_odds(clue.score), odds], true))
        for letter, rule in RULES.items():
            judged[rule] += [
                ([said[at].odds[rule]], letter in one.rules)
                for at, one in enumerate(talk.messages)
                if not (letter == "s" and at in given)
                and not (letter == "r" and "s" in one.rules and "r" not in one.rules)
            ]
    text = [_HEAD, *_table("located", ("form", "judge", "shift"), regression(located))]
    for rule, rows in judged.items():
        text += _table(f"judged.{rule.value}", ("judge", "shift"), regression(rows))
    (where / "weights.toml").write_text("\n".join(text) + "\n", encoding="utf-8")


def _table(name: str, keys: Sequence[str], values: Sequence[float]) -> list[str]:
    sys.stdout.write(f"{name}: {dict(zip(keys, values, strict=True))}\n")
    return [f"[{name}]", *(f"{key} = {value}" for key, value in zip(keys, values, strict=True)), ""]


def regression(rows: Sequence[tuple[list[float], bool]]) -> list[float]:
    """Logistic regression by Newton's method: a slope a column, then the shift."""
    x: Floats = np.array([[*values, 1.0] for values, _ in rows])
    y: Floats = np.array([float(true) for _, true in rows])
    slopes: Floats = np.zeros(x.shape[1])
    for _ in range(30):
        chances = 1 / (1 + np.exp(-x @ slopes))
        slant = x.T @ (chances - y) + 1e-3 * slopes
        bend = (x.T * (chances * (1 - chances))) @ x + 1e-3 * np.eye(len(slopes))
        slopes = slopes - np.linalg.solve(bend, slant)
    return [round(float(value), 3) for value in slopes]


def bar(talks: Sequence[Talk]) -> float:
    """The log-odds of the glance that all but MISSED of the violations reach which no detector points at."""
    found: list[float] = []
    for talk in talks:
        broken = [said for said in talk.messages if said.rules]
        if broken:
            found += glance().odds([readable(said.text).text for said in broken]).tolist()
    return float(np.quantile(found, MISSED))


def _odds(chance: float) -> float:
    bounded = min(max(chance, 0.001), 0.999)
    return math.log(bounded / (1 - bounded))
