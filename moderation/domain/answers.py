"""What is held against an account, ground by ground, and what can be answered to each. Must not know a form."""

from collections.abc import Iterable
from dataclasses import dataclass

from moderation.domain.ladder import Suggestion
from moderation.domain.policy import Measure
from moderation.domain.vocabulary import Ground, SanctionKind

Measures = tuple[Measure, ...]
Answer = Measures | None  # None: what the policy suggests; no measure: no violation
Place = tuple[int, Ground]  # which account, for which ground

LENGTHS: Measures = (
    Measure(SanctionKind.SUSPENSION, days=1),
    Measure(SanctionKind.SUSPENSION, days=7),
    Measure(SanctionKind.SUSPENSION, days=30),
    Measure(SanctionKind.SUSPENSION),
    Measure(SanctionKind.SUSPENSION, permanent=True),
)
BADGE_REMOVAL = Measure(SanctionKind.TEEN_BADGE_REMOVAL)
EDUCATION = Measure(SanctionKind.EDUCATION_NOTICE)

ORDINARY: tuple[Measures, ...] = ((), (EDUCATION,), *((length,) for length in LENGTHS))
WITH_BADGE: tuple[Measures, ...] = ((BADGE_REMOVAL,), *((BADGE_REMOVAL, length) for length in LENGTHS))
SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Charge:
    """One ground held against one account, with what the policy suggests for it."""

    suggestion: Suggestion
    is_found: bool = True  # otherwise the account was only there, and nothing is done unless somebody says so

    @property
    def ground(self) -> Ground:
        return self.suggestion.ground

    @property
    def preset(self) -> Answer:
        """What stands answered until somebody says otherwise."""
        return None if self.is_found else ()

    def resolve(self, answer: Answer) -> Measures:
        return self.suggestion.measures if answer is None else answer


def code_of(measures: Measures) -> str:
    """An answer as one word, for forms: «none», «suspension:7», «teen_badge_removal+suspension:7»."""
    return "+".join(measure.code for measure in measures) or "none"


_BY_CODE: dict[str, Answer] = {SUGGESTED: None} | {code_of(one): one for one in (*ORDINARY, *WITH_BADGE)}
CODES = frozenset(_BY_CODE)


def answer_from_code(code: str) -> Answer:
    """The answer of a code: «suggested», or one that `code_of` wrote. Raises KeyError for anything else."""
    return _BY_CODE[code]


def heaviest(measures: Iterable[Measure]) -> Measure:
    """The one that restricts longest; of equal ones the first."""
    return max(measures, key=_weight)


def _weight(measure: Measure) -> tuple[bool, bool, int]:
    return measure.permanent, measure.days is None, measure.days or 0
