"""The six questions about contact off the site, and what can be kept as answers to them. Whatever is said, it is free
text: nothing is counted, scored or decided by it."""

from collections.abc import Iterable

from moderation.domain.refusals import Refused

SIX_QUESTIONS: tuple[str, ...] = (
    "Is it really safe, and will it stay so?",
    "Is it helpful?",
    "Is it hurtful?",
    "What do I gain from it, and does somebody depend on it?",
    "Does it weigh on my work here, and can I still log off?",
    "Do I truly know everyone involved, and trust them with my information?",
)
LONGEST_ANSWER = 4000  # characters

Answers = tuple[str, ...]
NO_ANSWERS: Answers = ("",) * len(SIX_QUESTIONS)


def clean_answers(texts: Iterable[str]) -> Answers:
    """As they are kept: line ends as one character, nothing that the database cannot hold, no blanks around.

    Raises Refused, naming the question, when one is too long or when there are not six.
    """
    answers = tuple(_clean(text) for text in texts)
    if len(answers) != len(SIX_QUESTIONS):
        raise Refused("The page was not whole. Open the link again.")
    for number, answer in enumerate(answers, start=1):
        if len(answer) > LONGEST_ANSWER:
            raise Refused(
                f"Your answer to question {number} has {len(answer)} characters. Please shorten it to {LONGEST_ANSWER}."
            )
    return answers


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "ignore").decode().strip()
