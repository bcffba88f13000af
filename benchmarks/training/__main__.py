"""Makes the learned parts of the pre-screen: python -m benchmarks.training [STEP …]. All steps take about two hours.

teacher   teaches a language model on the snippets (needs requirements-training.txt)
lessons   lets it judge the snippets and varied copies of them
student   trains the judge on the lessons             -> moderation/prescreen/lexicon/judge.npz
glance    trains what chooses the messages to judge   -> moderation/prescreen/lexicon/glance.npz, words.txt
weights   fits how opinions become scores             -> moderation/prescreen/lexicon/weights.toml
"""

import argparse
import pickle
from pathlib import Path

from benchmarks.training.corpus import Talk, everything, kept_for_fitting

ROOT = Path(__file__).parent.parent.parent
LEXICON = ROOT / "moderation/prescreen/lexicon"
STEPS = ("teacher", "lessons", "student", "glance", "weights")
COPIES = 4


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("steps", nargs="*", choices=[*STEPS, []], default=STEPS)
    parser.add_argument("--work", type=Path, default=ROOT / "var/training", help="where what is not shipped is kept")
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    for step in STEPS:
        if step in chosen.steps:
            globals()[f"_{step}"](chosen.work)


def _teacher(work: Path) -> None:
    from benchmarks.training import teacher

    teacher.train(teacher.talks_to_train_on(), work / "teacher.pt")


def _taught(work: Path):  # type: ignore[no-untyped-def]
    import torch

    from benchmarks.training.teacher import Teacher

    teacher = Teacher()
    teacher.load_state_dict(torch.load(work / "teacher.pt"))
    return teacher.eval()


def _lessons(work: Path) -> None:
    from benchmarks.training import lessons, teacher

    with (work / "lessons.bin").open("wb") as out:
        pickle.dump(lessons.lessons(_taught(work), teacher.talks_to_train_on(), COPIES), out)


def _student(work: Path) -> None:
    from benchmarks.training import student

    with (work / "lessons.bin").open("rb") as taught:
        student.export(student.train(_taught(work), pickle.load(taught), work / "student.pt"), LEXICON / "judge.npz")


def _glance(work: Path) -> None:
    from benchmarks.training import glance, weights

    with (work / "lessons.bin").open("rb") as taught:
        looks = glance.looks(pickle.load(taught))
    words = glance.known_words(looks)
    glancer = glance.train(_taught(work), looks, words)
    glance.export(glancer, words, LEXICON)
    glance.export(glancer, words, LEXICON, bar=weights.bar(_kept()))


def _weights(work: Path) -> None:
    from benchmarks.training import weights

    weights.fit(_kept(), LEXICON)


def _kept() -> list[Talk]:
    return [talk for talk in everything() if kept_for_fitting(talk.name)]


if __name__ == "__main__":
    main()
