"""Trains the linear model of the pre-screen: python benchmarks/train_prescreen.py [--dry].

Reads the snippets in benchmarks/training/corpus and the cases in tests/prescreen/cases, leaving out the half of
short.jsonl and long.jsonl that is kept for testing. L2-regularised logistic regression by
AdaGrad with a fixed seed, one output a rule. The opinion of the model is then mixed with that of the phrase lists by a
second, four-number regression on cross-validated opinions. --dry prints the cross-validated figures and writes nothing.
"""

import argparse
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.training import corpus
from moderation.prescreen import engine, learned
from moderation.prescreen.contract import Conversation, Message, Options, Rule
from moderation.prescreen.splits import Talk

ROOT = Path(__file__).parent.parent
SEED = 20260301
OUT = ROOT / "moderation/prescreen/lexicon/model.json"
FOLDS = 3
EPOCHS = 8
RATE = 0.6
DECAY = 0.0006
SMALLEST = 0.05
# How much surer of a rule the model must be than its own calibration says, in log-odds: set so that cross-validated
# recall is kept where precision holds and harmless talk stays below five flags in a thousand conversations.
CAUTION = {Rule.CONTACT_REQUESTED: 1.6, Rule.OFFSITE_CONTACT: 0.0, Rule.CONTACT_SHARED: 1.6}
COMMON = 4  # a feature counts that occurs in so many messages


@dataclass(frozen=True, slots=True)
class Sample:
    """One message: its conversation, if the gate opens for it, what the model sees, what is true, what lists say."""

    name: str
    snippet: bool
    opened: bool
    features: dict[str, float]
    broken: frozenset[Rule]
    phrases: dict[Rule, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A sample as numbers: feature places and values, and for each rule 1, 0 or None where it does not count."""

    places: list[int]
    values: list[float]
    labels: list[int | None]


def talks() -> Iterator[tuple[Conversation, bool, dict[int, set[Rule]]]]:
    """Every conversation to train on, whether it is a snippet, and the rules that each of its messages breaks."""
    for talk in corpus.everything():
        messages = tuple(Message(f"m{at}", said.sender, said.text) for at, said in enumerate(talk.messages))
        broken = {at: {corpus.RULES[letter] for letter in said.rules} for at, said in enumerate(talk.messages)}
        yield Conversation(talk.name, "one_to_one", (), messages), "/" in talk.name, broken


def samples() -> list[Sample]:
    """Every message; those that do not pass the gate teach what ordinary talk is like."""
    found: list[Sample] = []
    for conversation, snippet, broken in talks():
        lines = engine.lines_of(conversation.messages)
        talk = Talk(conversation, lines)
        opened = {line.index for line in lines if line.topics & learned.ABOUT_CONTACT}
        said: dict[int, dict[Rule, float]] = {}
        for clue in engine.clues_of_lists(lines, talk, Options()):
            if learned.rescored(clue):
                scores = said.setdefault(clue.line.index, {})
                scores[clue.rule] = max(clue.score, scores.get(clue.rule, 0.0))
        found += [
            Sample(
                conversation.id,
                snippet,
                line.index in opened,
                learned.features(learned.reading(talk, line)),
                frozenset(broken.get(line.index, ())),
                said.get(line.index, {}),
            )
            for line in map(talk.line, range(talk.length))
        ]
    return found


def rows_of(found: Sequence[Sample]) -> tuple[list[Row], list[str]]:
    """The samples as numbers, with the features that occur in enough of them."""
    counts = Counter(feature for sample in found for feature in sample.features)
    names = ["", *sorted(feature for feature, count in counts.items() if count >= COMMON)]
    place = {name: at for at, name in enumerate(names)}
    rows = []
    for sample in found:
        known = [(place[feature], value) for feature, value in sample.features.items() if feature in place]
        rows.append(Row([0, *(at for at, _ in known)], [1.0, *(value for _, value in known)], _labels(sample)))
    return rows, names


def _labels(sample: Sample) -> list[int | None]:
    """A message that gives contact says nothing about asking: "text me at 555…" is a share only."""
    unclear = Rule.CONTACT_SHARED in sample.broken and Rule.CONTACT_REQUESTED not in sample.broken
    return [
        None if unclear and rule is Rule.CONTACT_REQUESTED else int(rule in sample.broken) for rule in learned.RULES
    ]


def train(rows: Sequence[Row], size: int, rule: int) -> list[float]:
    weights = [0.0] * size
    weights[0] = -2.0
    squares = [1e-4] * size
    order = [row for row in rows if row.labels[rule] is not None]
    draw = random.Random(SEED)
    for _ in range(EPOCHS):
        draw.shuffle(order)
        for row in order:
            total = sum([weights[at] * value for at, value in zip(row.places, row.values, strict=True)])
            error = learned.logistic(total) - (row.labels[rule] or 0)
            for at, value in zip(row.places, row.values, strict=True):
                slope = error * value + DECAY * weights[at]
                squares[at] += slope * slope
                weights[at] -= RATE * slope / math.sqrt(squares[at])
    return weights


def opinions(found: Sequence[Sample], rows: Sequence[Row], size: int, rule: int) -> list[float]:
    """What the model says of each row when it is trained without the row's conversation."""
    names = sorted({sample.name for sample in found})
    random.Random(SEED).shuffle(names)
    said = [0.0] * len(rows)
    for part in range(FOLDS):
        out = set(names[part::FOLDS])
        weights = train([row for row, s in zip(rows, found, strict=True) if s.name not in out], size, rule)
        for at, (row, sample) in enumerate(zip(rows, found, strict=True)):
            if sample.name in out:
                said[at] = sum([weights[p] * v for p, v in zip(row.places, row.values, strict=True)])
    return said


def mix(found: Sequence[Sample], rows: Sequence[Row], said: Sequence[float], rule: int) -> list[float]:
    """Slope of the opinion, its shift alone, trust in the phrase lists, the shift with them.

    Fitted on the snippets where there are enough: the phrase lists were not written with those in view.
    """
    name = learned.RULES[rule]
    slope, alone, trust, both = 1.0, 0.0, 0.5, 0.0
    judged = [
        (opinion, sample.phrases.get(name, 0.0), row.labels[rule] or 0)
        for sample, row, opinion in zip(found, rows, said, strict=True)
        if sample.opened and row.labels[rule] is not None and (sample.snippet or not sample.phrases.get(name))
    ]
    for step in range(600):
        sums = [0.0] * 4
        for opinion, phrase, label in judged:
            own = math.log(phrase / (1 - phrase)) if phrase else 0.0
            error = learned.logistic(slope * opinion + (trust * own + both if phrase else alone)) - label
            sums[0] += error * opinion
            if phrase:
                sums[2] += error * own
                sums[3] += error
            else:
                sums[1] += error
        pace = 2.0 / len(judged) * (1.0 if step < 500 else 0.3)
        slope -= pace * 0.3 * sums[0]
        alone -= pace * sums[1]
        trust -= pace * (sums[2] + 0.5 * (trust - 0.5))
        both -= pace * sums[3]
    caution = CAUTION[name]
    return [round(number, 3) for number in (slope, alone - caution, trust, both - caution / 2)]


def report(found: Sequence[Sample], rows: Sequence[Row], said: Sequence[float], rule: int, mixing: list[float]) -> None:
    """Cross-validated precision and recall by message, at several bars."""
    model = learned.Model({}, {learned.RULES[rule]: mixing})
    name = learned.RULES[rule]
    for snippet in (True, False):
        scored = [
            (model.chance(name, opinion, sample.phrases.get(name, 0.0)), row.labels[rule])
            for sample, row, opinion in zip(found, rows, said, strict=True)
            if sample.opened and sample.snippet is snippet and row.labels[rule] is not None
        ]
        wanted = sum(label or 0 for _, label in scored)
        for bar in (0.3, 0.4, 0.5, 0.6, 0.7):
            hits = sum(label or 0 for chance, label in scored if chance >= bar)
            flagged = sum(chance >= bar for chance, _ in scored)
            sys.stdout.write(
                f"{name} {'snippets' if snippet else 'cases'} ({wanted} of {len(scored)}) bar {bar}: "
                f"precision {hits / max(flagged, 1):.3f} recall {hits / max(wanted, 1):.3f}\n"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry", action="store_true")
    chosen = parser.parse_args()
    found = samples()
    rows, names = rows_of(found)
    mixing: dict[str, list[float]] = {}
    weights: list[list[float]] = []
    for at, rule in enumerate(learned.RULES):
        said = opinions(found, rows, len(names), at)
        mixing[rule] = mix(found, rows, said, at)
        report(found, rows, said, at, mixing[rule])
        weights.append(train(rows, len(names), at))
    kept = {
        name: own
        for at, name in enumerate(names)
        if max(map(abs, own := [round(column[at], 2) for column in weights])) >= SMALLEST or not name
    }
    sys.stdout.write(f"{len(rows)} messages, {len(kept)} features kept, mixing {mixing}\n")
    if not chosen.dry:
        OUT.write_text(_plain(kept, mixing), encoding="utf-8")


def _plain(kept: dict[str, list[float]], mixing: dict[str, list[float]]) -> str:
    body = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(own, separators=(',', ':'))}" for name, own in kept.items()
    )
    return f'{{"mixing": {json.dumps(mixing)},\n"weights": {{\n{body}\n}}}}\n'


if __name__ == "__main__":
    main()
