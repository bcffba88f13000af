"""Makes the learned parts of the pre-screen: python -m benchmarks.training [STEP …]. All steps take about two hours.

teacher   teaches a language model on the snippets (needs requirements-training.txt)
judge     prunes and distils it                       -> moderation/prescreen/lexicon/judge.npz
lessons   lets the judge read the snippets and varied copies of them
skim      trains the narrow reader on the lessons     -> moderation/prescreen/lexicon/skim.npz
glance    trains the first look on the lessons        -> moderation/prescreen/lexicon/glance.npz, words.txt
weights   fits how opinions become scores             -> moderation/prescreen/lexicon/weights.toml
"""

import argparse
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.training.corpus import everything, kept_for_fitting

if TYPE_CHECKING:
    from benchmarks.training.reader import Reader

ROOT = Path(__file__).parent.parent.parent
LEXICON = ROOT / "moderation/prescreen/lexicon"
COPIES = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("steps", nargs="*", choices=[*STEPS, []], default=list(STEPS))
    parser.add_argument("--work", type=Path, default=ROOT / "var/training", help="where what is not shipped is kept")
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    for name, step in STEPS.items():
        if name in chosen.steps:
            step(chosen.work)


def _teacher(work: Path) -> None:
    from benchmarks.training import teacher

    teacher.train(teacher.talks_to_train_on(), work / "teacher.pt")


def _judge(work: Path) -> None:
    from benchmarks.training import judge, teacher
    from benchmarks.training.export import export

    taught = teacher.taught(work / "teacher.pt")
    export(judge.train(taught, teacher.talks_to_train_on(), work / "judge.pt"), LEXICON / "judge.npz")


def _taught(work: Path) -> "Reader":
    from benchmarks.training import judge, teacher

    return judge.taught(teacher.untaught(), work / "judge.pt")


def _lessons(work: Path) -> None:
    from benchmarks.training import lessons, teacher

    with (work / "lessons.bin").open("wb") as out:
        pickle.dump(lessons.lessons(_taught(work), teacher.talks_to_train_on(), COPIES), out)


def _skim(work: Path) -> None:
    from benchmarks.training import skim
    from benchmarks.training.export import export

    with (work / "lessons.bin").open("rb") as taught:
        export(skim.train(_taught(work), pickle.load(taught), work / "skim.pt"), LEXICON / "skim.npz")


def _glance(work: Path) -> None:
    from benchmarks.training import glance

    with (work / "lessons.bin").open("rb") as taught:
        looks = glance.looks(pickle.load(taught))
    words = glance.known_words(looks)
    glance.export(glance.train(_taught(work), looks, words), words, LEXICON)


def _weights(work: Path) -> None:
    from benchmarks.training import weights

    weights.fit([talk for talk in everything() if kept_for_fitting(talk.name)], LEXICON)


STEPS: dict[str, Callable[[Path], None]] = {
    "teacher": _teacher,
    "judge": _judge,
    "lessons": _lessons,
    "skim": _skim,
    "glance": _glance,
    "weights": _weights,
}

if __name__ == "__main__":
    main()
