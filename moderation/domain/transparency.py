"""What the yearly report counts, and how its figures read. The definitions stand here; the counting is SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Figure(StrEnum):
    """One thing that is counted, a day, by ground and kind."""

    REPORTS = "reports"
    FINDINGS = "findings"
    OWN_CASES = "own_cases"
    REFERRALS = "referrals"
    MEASURES = "measures"
    MEASURES_BY_MACHINE = "measures_by_machine"
    MACHINE_REVERSED = "machine_reversed"
    ENDINGS = "endings"
    APPEALS = "appeals"
    APPEALS_HEARD = "appeals_heard"
    FLAGGED_DECIDED = "flagged_decided"
    FINDINGS_WRONG = "findings_wrong"
    FINDINGS_MISSED = "findings_missed"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Figure.REPORTS: "Reports received",
    Figure.FINDINGS: "Findings of the pre-screen",
    Figure.OWN_CASES: "Cases that the pre-screen opened and nobody reported",
    Figure.REFERRALS: "Cases brought in by staff",
    Figure.MEASURES: "Measures that came into force",
    Figure.MEASURES_BY_MACHINE: "Measures taken before a person had looked",
    Figure.MACHINE_REVERSED: "… of which a person ended early",
    Figure.ENDINGS: "Measures that ended",
    Figure.APPEALS: "Complaints received",
    Figure.APPEALS_HEARD: "Complaints decided",
    Figure.FLAGGED_DECIDED: "Flagged cases decided",
    Figure.FINDINGS_WRONG: "Findings that staff marked as wrong",
    Figure.FINDINGS_MISSED: "Passages that staff marked as missed",
}


class Median(StrEnum):
    """A time whose median is told, in seconds."""

    REPORT_TO_DECISION = "report_to_decision"
    OWN_CASE_TO_DECISION = "own_case_to_decision"
    COMPLAINT_TO_OUTCOME = "complaint_to_outcome"
    COMPLAINT_TO_REVERSAL = "complaint_to_reversal"

    @property
    def label(self) -> str:
        return {
            "report_to_decision": "From report to decision",
            "own_case_to_decision": "From opening a case ourselves to its decision",
            "complaint_to_outcome": "From complaint to outcome",
            "complaint_to_reversal": "From complaint to reversal",
        }[self.value]


def share(part: int, whole: int) -> str:
    """«83.3 %»; a dash where there is nothing to take a share of."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def time_in_words(seconds: float | None) -> str:
    """«14 min», «3 h 20 min», «2.5 days»; a dash for none."""
    if seconds is None:
        return "–"
    taken = timedelta(seconds=round(seconds))
    minutes = taken // timedelta(minutes=1)
    if minutes < 1:
        return f"{taken.seconds} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{taken / timedelta(days=1):.1f} days"


# Charts: bars lying down, in the units of the picture. Labels stand on the left, values at the ends of the bars.

WIDTH, LABELS, LONGEST, ROW, BAR = 320, 118, 150, 20, 12


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: str
    y: int
    length: int

    @property
    def text_y(self) -> int:
        return self.y + BAR - 2

    @property
    def value_x(self) -> int:
        return LABELS + self.length + 5


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    bars: tuple[Bar, ...]

    width = WIDTH
    left = LABELS
    thickness = BAR

    @property
    def height(self) -> int:
        return ROW * len(self.bars)


def chart(title: str, values: Iterable[tuple[str, int]]) -> Chart:
    """The longest bar is the largest value; none is longer than the picture has room for."""
    told = list(values)
    most = max((value for _, value in told), default=0)
    return Chart(
        title,
        tuple(
            Bar(label, f"{value:,}", row * ROW + (ROW - BAR) // 2, round(LONGEST * value / most) if most else 0)
            for row, (label, value) in enumerate(told)
        ),
    )
