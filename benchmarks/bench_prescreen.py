# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Measures the pre-screen: speed, worst cases, memory; beside presidio-analyzer and datafog, measured in the same run.

python benchmarks/bench_prescreen.py [CORPUS.jsonl …] [--rivals]
Without a corpus it uses the cases of the project. The rivals are installed into a throw-away environment.
The last line is the same figures as one JSON object.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from moderation.prescreen import Conversation, Message, cases, screen  # noqa: E402

LENGTH = 5000
HOSTILE = {
    "dots": "." * LENGTH,
    "1 1 1 …": "1 " * (LENGTH // 2),
    "a.a.a.": "a." * (LENGTH // 2),
    "at/dot": "at dot " * (LENGTH // 7),
    "e-mailish": "a@" * (LENGTH // 2),
    "a@a.a@a.": "a@a." * (LENGTH // 4),
    "digits": "1" * LENGTH,
    "quotes": '"' * LENGTH,
    "number words": "one two " * (LENGTH // 8),
    "app names": "snap insta " * (LENGTH // 11),
    "slashes": "a/" * (LENGTH // 2),
    "spaces": " " * LENGTH,
    "morse": ".- " * (LENGTH // 3),
    "requests": "text me on " * (LENGTH // 11),
    "cyrillic": "а" * LENGTH,
    "zero width": "a\u200b" * (LENGTH // 2),
}
RIVAL = {
    "presidio-analyzer": """
from presidio_analyzer import RecognizerRegistry
registry = RecognizerRegistry(); registry.load_predefined_recognizers(languages=["en"])
parts = [r for r in registry.recognizers if type(r).__name__ in {"EmailRecognizer", "PhoneRecognizer", "UrlRecognizer"}]
def look(text):
    return [hit for part in parts for hit in part.analyze(text, part.supported_entities, None)]
""",
    "datafog": """
from datafog.processing.text_processing.regex_annotator import RegexAnnotator
annotator = RegexAnnotator()
def look(text):
    return annotator.annotate(text)
""",
}
TIMER = """
import json, sys, time
texts = json.load(open(sys.argv[1]))
for text in texts[:200]: look(text)
began = time.perf_counter()
for text in texts: look(text)
print(len(texts) / (time.perf_counter() - began))
"""


def conversations(paths: Sequence[Path]) -> list[Conversation]:
    return [conversation for path in paths for conversation in cases.read(path)]


def speed(talks: Sequence[Conversation], rounds: int = 3) -> float:
    """Messages a second, the best of several rounds after a warm-up."""
    messages = sum(len(talk.messages) for talk in talks)
    best = 0.0
    for _ in range(rounds + 1):
        began = time.perf_counter()
        for talk in talks:
            screen(talk)
        best = max(best, messages / (time.perf_counter() - began))
    return best


def worst() -> dict[str, float]:
    """Milliseconds for one hostile message of each sort."""
    found: dict[str, float] = {}
    for name, text in HOSTILE.items():
        talk = Conversation(name, "one_to_one", (), (Message("m", "u", text),))
        screen(talk)
        began = time.perf_counter()
        screen(talk)
        found[name] = 1000 * (time.perf_counter() - began)
    return found


def rivals(texts: list[str]) -> dict[str, float | str]:
    """Messages a second of each rival, or a sentence saying why it could not be measured."""
    found: dict[str, float | str] = {}
    with tempfile.TemporaryDirectory() as where:
        corpus = Path(where, "texts.json")
        corpus.write_text(json.dumps(texts), encoding="utf-8")
        for name, setup in RIVAL.items():
            home = Path(where, name)
            try:
                venv.create(home, with_pip=True)
                python = str(home / "bin" / "python")
                subprocess.run(
                    [python, "-m", "pip", "install", "-q", name], check=True, capture_output=True, timeout=600
                )
                done = subprocess.run(
                    [python, "-c", setup + TIMER, str(corpus)],
                    check=True,
                    capture_output=True,
                    text=True,
                    timeout=600,
                )
                found[name] = float(done.stdout.split()[-1])
            except (subprocess.SubprocessError, OSError, ValueError, IndexError) as error:
                found[name] = f"not measured: it could not be installed or run here ({type(error).__name__})"
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "corpus", nargs="*", type=Path, default=sorted((ROOT / "tests/prescreen/cases").glob("*.jsonl"))
    )
    parser.add_argument("--rivals", action="store_true", help="install and measure presidio-analyzer and datafog too")
    chosen = parser.parse_args()
    talks = conversations(chosen.corpus)
    if not talks:
        parser.error("no conversations: give case files, one JSON object a line")
    texts = [message.text for talk in talks for message in talk.messages]
    figures: dict[str, object] = {"messages": len(texts), "messages_a_second": round(speed(talks))}
    figures["resident_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    figures["worst_ms"] = {name: round(took, 2) for name, took in worst().items()}
    if chosen.rivals:
        figures["rivals_messages_a_second"] = rivals(texts)
    print(
        f"{'messages':24} {len(texts):>12,}\n{'messages a second':24} {figures['messages_a_second']:>12,}\n{'resident memory, MB':24} {figures['resident_mb']:>12}"
    )
    for name, took in figures["worst_ms"].items():  # type: ignore[attr-defined]
        print(f"  worst case {name:13} {took:>9} ms")
    for name, took in dict(figures.get("rivals_messages_a_second", {})).items():  # type: ignore[call-overload]
        print(f"  {name:22} {took}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
