# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Trains the linear model of the pre-screen on labelled cases: python benchmarks/train_prescreen.py CASES.jsonl … [--folds 5].

Logistic regression by AdaGrad with a fixed seed, one output a rule, written as plain numbers. With --folds it prints
cross-validated figures and writes nothing.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from moderation.prescreen import cases, learned
from moderation.prescreen.engine import lines_of
from moderation.prescreen.splits import Talk

Sample = tuple[str, set[str], list[int]]
SEED = 20260301
OUT = Path(__file__).parent.parent / "moderation/prescreen/lexicon/model.json"


def samples(paths: Sequence[Path]) -> list[Sample]:
    """Every message that passes the gate, with its features and a label for each rule."""
    found: list[Sample] = []
    for path in paths:
        for raw in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(raw)
            conversation = cases.conversation(case)
            lines = lines_of(conversation.messages)
            talk = Talk(conversation, lines)
            for line in lines:
                labels = [
                    int(any(v["rule"] == rule and line.message.id in v["messages"] for v in case["violations"]))
                    for rule in learned.RULES
                ]
                found.append((case["id"], learned.features(talk, line), labels))
    return found


def train(rows: list[Sample], *, epochs: int = 15, rate: float = 1.0, decay: float = 0.0005) -> dict[str, list[float]]:
    rules = len(learned.RULES)
    weights: dict[str, list[float]] = {"": [-1.5] * rules}
    squares: dict[str, list[float]] = {}
    draw = random.Random(SEED)
    order = list(range(len(rows)))
    for _ in range(epochs):
        draw.shuffle(order)
        for at in order:
            _, found, labels = rows[at]
            odds = learned.chances(found, weights)
            scale = 1 / (len(found) + 1) ** 0.5
            for feature in [*sorted(found), ""]:
                own = weights.setdefault(feature, [0.0] * rules)
                seen = squares.setdefault(feature, [1e-6] * rules)
                for place in range(rules):
                    slope = (odds[place] - labels[place]) * (scale if feature else 1.0) + decay * own[place]
                    seen[place] += slope * slope
                    own[place] -= rate * slope / seen[place] ** 0.5
    return weights


def folds(rows: list[Sample], count: int) -> None:
    """Cross-validated precision and recall by message, at several bars."""
    names = sorted({name for name, _, _ in rows})
    random.Random(SEED).shuffle(names)
    scored: list[tuple[float, int, str]] = []
    for part in range(count):
        out = set(names[part::count])
        weights = train([row for row in rows if row[0] not in out])
        scored += [
            (max(learned.chances(found, weights)), int(any(labels)), name)
            for name, found, labels in rows
            if name in out
        ]
    for bar in (0.4, 0.5, 0.6, 0.7, 0.8):
        hits = sum(label for chance, label, _ in scored if chance >= bar)
        flagged = sum(chance >= bar for chance, _, _ in scored)
        sys.stdout.write(
            f"bar {bar}: precision {hits / max(flagged, 1):.3f} recall {hits / sum(s[1] for s in scored):.3f}\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    chosen = parser.parse_args()
    rows = samples(chosen.cases)
    if chosen.folds:
        folds(rows, chosen.folds)
        return
    weights = train(rows)
    kept = {f: [round(w, 2) for w in ws] for f, ws in sorted(weights.items()) if max(map(abs, ws)) > 0.9 or not f}
    body = ",\n".join(
        f"{json.dumps(feature, ensure_ascii=False)}: {json.dumps(numbers)}" for feature, numbers in kept.items()
    )
    OUT.write_text("{\n" + body + "\n}\n", encoding="utf-8")
    sys.stdout.write(f"{len(rows)} messages, {len(kept)} features kept\n")


if __name__ == "__main__":
    main()
