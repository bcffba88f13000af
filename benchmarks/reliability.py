"""How often findings of each score are right: python -m benchmarks.reliability CASES FINDINGS …

CASES are labelled conversations, FINDINGS what `python -m moderation.prescreen CASES --out FINDINGS` wrote of them.
The last line is the same table as one JSON object.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STEPS = 10
_IMPLIED = {"invite_implied", "fused_invite"}  # "text me at 555 …" shares; that it asks as well is no error


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="CASES FINDINGS")
    files = parser.parse_args().files
    if len(files) % 2:
        parser.error("give pairs of files: cases, then their findings")
    found, right = Counter[int](), Counter[int]()
    for labelled, written in zip(files[::2], files[1::2], strict=True):
        cases = {case["id"]: case for case in _rows(labelled)}
        for row in _rows(written):
            for score, true in _judged(cases[row["id"]], row["findings"]):
                step = min(int(score * STEPS), STEPS - 1)
                found[step] += 1
                right[step] += true
    table = {f"{step / STEPS:.1f}": (found[step], right[step] / found[step]) for step in sorted(found)}
    sys.stdout.write("score from   findings   right\n")
    sys.stdout.writelines(f"{score:>10}   {count:8}   {share:5.0%}\n" for score, (count, share) in table.items())
    sys.stdout.write(json.dumps(table) + "\n")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _judged(case: dict[str, Any], findings: list[dict[str, Any]]) -> Iterator[tuple[float, bool]]:
    true = {(violation["rule"], violation["actor"]) for violation in case["violations"]}
    implied = _IMPLIED & set(case.get("tags", []))
    for finding in findings:
        known = (finding["rule"], finding["actor"]) in true
        if known or not (implied and finding["rule"] == "contact_requested"):
            yield finding["score"], known


if __name__ == "__main__":
    main()
