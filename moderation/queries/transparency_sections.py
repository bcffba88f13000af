"""The yearly report as sections: a definition, charts, and a table with every number that a chart shows."""

from calendar import month_abbr
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.roles import Role
from moderation.domain.transparency import Chart, Figure, Median, chart, share, time_in_words
from moderation.domain.vocabulary import AppealState, EndedBy, Outcome, SanctionKind
from moderation.queries.transparency import YearsFigures, grounds

Row = tuple[str, ...]
_MONTHS = [month_abbr[month] for month in range(1, 13)]


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    head: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    code: str
    title: str
    article: str
    words: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()


def sections(year: YearsFigures) -> list[Section]:
    """In the order of Article 15(1), then what Article 24 adds."""
    return [
        _orders(),
        _reports(year),
        _own_initiative(year),
        _measures(year),
        _complaints(year),
        _automated(year),
        _staff(year),
        _platform(),
    ]


def _orders() -> Section:
    return Section(
        "orders",
        "Orders of authorities",
        "Article 15(1)(a)",
        ("None are recorded: Haven has no place where orders to act or to give information come in.",),
    )


def _reports(year: YearsFigures) -> Section:
    timed = Median.REPORT_TO_DECISION
    rows = [
        (name, _n(year.count(Figure.REPORTS, ground=code)), time_in_words(year.median(timed, code)))
        for code, name in grounds()
    ]
    total = ("All", _n(year.count(Figure.REPORTS)), time_in_words(year.median(timed)))
    return Section(
        "reports",
        "Reports received",
        "Article 15(1)(b)",
        (
            "Reports by users, by the ground they gave. All are looked at by a person; none comes from a trusted"
            " flagger. The median runs from a report's arrival to the decision on its case, over the reports of this"
            " year that have been decided.",
        ),
        (
            Table("Reports by ground", ("Ground", "Reports", "Median time to decision"), (*rows, total)),
            _by_month("Reports by month", year, Figure.REPORTS),
        ),
        (_chart_of_months("Reports by month", year, Figure.REPORTS),),
    )


def _own_initiative(year: YearsFigures) -> Section:
    counted = (Figure.FINDINGS, Figure.OWN_CASES, Figure.REFERRALS)
    rows = [(name, *(_n(year.count(figure, ground=code)) for figure in counted)) for code, name in grounds()]
    total = ("All", *(_n(year.count(figure)) for figure in counted))
    head = ("Ground", "Findings", "Cases nobody reported", "Cases by staff")
    median = time_in_words(year.median(Median.OWN_CASE_TO_DECISION))
    return Section(
        "own-initiative",
        "On our own initiative",
        "Article 15(1)(c)",
        (
            "A program reads every message and proposes what may break a rule (findings); a person decides. Staff bring"
            " in cases of their own besides.",
            f"Median time from opening such a case to its decision: {median}.",
        ),
        (
            Table("Own initiative by ground", head, (*rows, total)),
            _by_month("Cases that nobody reported, by month", year, Figure.OWN_CASES),
        ),
        (_chart_of_months("Cases that nobody reported, by month", year, Figure.OWN_CASES),),
    )


def _measures(year: YearsFigures) -> Section:
    kinds = [(kind.value, kind.label) for kind in SanctionKind]
    rows = [
        (
            label,
            *(_n(year.count(Figure.MEASURES, ground=ground, kind=kind)) for ground, _ in grounds()),
            _kind(year, kind),
        )
        for kind, label in kinds
    ]
    total = (
        "All",
        *(_n(year.count(Figure.MEASURES, ground=ground)) for ground, _ in grounds()),
        _n(year.count(Figure.MEASURES)),
    )
    ended = [(_ENDED[how], _n(year.count(Figure.ENDINGS, kind=how))) for how in EndedBy]
    return Section(
        "measures",
        "Measures",
        "Article 15(1)(c)",
        ("Measures that came into force, by kind and ground. An education notice restricts nothing.",),
        (
            Table("Measures by kind and ground", ("Measure", *(name for _, name in grounds()), "All"), (*rows, total)),
            Table("How measures ended", ("End", "Measures"), tuple(ended)),
        ),
        (chart("Measures by kind", [(label, year.count(Figure.MEASURES, kind=kind)) for kind, label in kinds]),),
    )


_ENDED = {
    EndedBy.EXPIRY: "Ran out",
    EndedBy.LIFTING: "Lifted",
    EndedBy.APPEAL: "Overturned on appeal",
    EndedBy.REPLACEMENT: "Replaced by another",
    EndedBy.REGRANT: "Badge given again",
}


def _complaints(year: YearsFigures) -> Section:
    outcomes = [state for state in AppealState if state is not AppealState.OPEN]
    head = ("Ground", "Received", *(state.value.capitalize() for state in outcomes), "Median time to outcome")
    rows = [_complaint(year, name, code, outcomes) for code, name in grounds()]
    total = _complaint(year, "All", None, outcomes)
    heard = year.count(Figure.APPEALS_HEARD)
    reversed_ = sum(
        year.count(Figure.APPEALS_HEARD, kind=state) for state in (AppealState.REDUCED, AppealState.OVERTURNED)
    )
    return Section(
        "complaints",
        "Complaints and reversals",
        "Article 15(1)(d)",
        (
            "Complaints (appeals) against measures; all are heard by a person who neither proposed nor approved the"
            " measure. A reversal is one that was reduced or overturned.",
            f"Reversed: {_n(reversed_)} of {_n(heard)} decided ({share(reversed_, heard)}). Median time from complaint"
            f" to reversal: {time_in_words(year.median(Median.COMPLAINT_TO_REVERSAL))}.",
        ),
        (Table("Complaints by ground of the measure", head, (*rows, total)),),
        (
            chart(
                "Complaints by outcome",
                [(one.value.capitalize(), year.count(Figure.APPEALS_HEARD, kind=one)) for one in outcomes],
            ),
        ),
    )


def _complaint(year: YearsFigures, name: str, code: str | None, outcomes: Sequence[AppealState]) -> Row:
    return (
        name,
        _n(year.count(Figure.APPEALS, ground=code)),
        *(_n(year.count(Figure.APPEALS_HEARD, ground=code, kind=state)) for state in outcomes),
        time_in_words(year.median(Median.COMPLAINT_TO_OUTCOME, code or "")),
    )


def _automated(year: YearsFigures) -> Section:
    rows = [_accuracy(year, name, code) for code, name in grounds()]
    findings, wrong = year.count(Figure.FINDINGS), year.count(Figure.FINDINGS_WRONG)
    missed, right = year.count(Figure.FINDINGS_MISSED), findings - wrong
    machine, reversed_ = year.count(Figure.MEASURES_BY_MACHINE), year.count(Figure.MACHINE_REVERSED)
    errors = (
        ("Findings marked as wrong, of all findings", *_part(wrong, findings)),
        ("Passages marked as missed, of these and all findings not marked", *_part(missed, missed + right)),
        ("Badge holds taken by the program that a person ended early", *_part(reversed_, machine)),
    )
    head = ("Ground", "Decided", "Violation", "No violation", "Accuracy", "Error rate")
    return Section(
        "automated",
        "Automated means",
        "Article 15(1)(e)",
        (
            "Purpose: to find messages that may break a rule, and to hold a teen badge at once where an adult"
            " very probably shares a contact with a teen. A person decides all else, and confirms or lifts each hold.",
            "Accuracy is the share of flagged cases decided this year in which a person found a violation; the error"
            " rate is the share in which none was found. Cases that were taken back do not count.",
            "Staff mark single findings as wrong and passages as missed while they work. Nobody reads everything, so"
            " the share of what was missed is a lower bound.",
        ),
        (
            Table("Flagged cases decided, by ground", head, (*rows, _accuracy(year, "All", None))),
            Table("Indicators of error", ("What", "Number", "Of", "Share"), errors),
        ),
        (
            chart(
                "Flagged cases decided, by outcome",
                [
                    ("Violation", year.count(Figure.FLAGGED_DECIDED, kind=Outcome.SANCTIONED)),
                    ("No violation", year.count(Figure.FLAGGED_DECIDED, kind=Outcome.NO_VIOLATION)),
                ],
            ),
        ),
    )


def _accuracy(year: YearsFigures, name: str, code: str | None) -> Row:
    right = year.count(Figure.FLAGGED_DECIDED, ground=code, kind=Outcome.SANCTIONED)
    wrong = year.count(Figure.FLAGGED_DECIDED, ground=code, kind=Outcome.NO_VIOLATION)
    whole = right + wrong
    return (name, _n(whole), _n(right), _n(wrong), share(right, whole), share(wrong, whole))


def _staff(year: YearsFigures) -> Section:
    rows = tuple((role.label, _n(year.staff.get(role.value, 0))) for role in Role)
    return Section(
        "staff",
        "People who moderate",
        "Article 15(1)(c)",
        ("People with an active account when the year was last counted.",),
        (Table("Staff by role", ("Role", "People"), rows),),
    )


def _platform() -> Section:
    return Section(
        "platform",
        "What the platform adds",
        "Article 24",
        (
            "Disputes before out-of-court bodies (24(1)(a)), suspensions for misuse under Article 23 (24(1)(b)) and the"
            " number of active recipients (24(2)) are not known to Haven: the platform adds them.",
        ),
    )


def _by_month(caption: str, year: YearsFigures, figure: Figure) -> Table:
    rows = tuple((name, _n(year.count(figure, month=month))) for month, name in enumerate(_MONTHS, start=1))
    return Table(caption, ("Month", "Number"), rows)


def _chart_of_months(title: str, year: YearsFigures, figure: Figure) -> Chart:
    return chart(title, [(name, year.count(figure, month=month)) for month, name in enumerate(_MONTHS, start=1)])


def _kind(year: YearsFigures, kind: str) -> str:
    return _n(year.count(Figure.MEASURES, kind=kind))


def _part(part: int, whole: int) -> Row:
    return (_n(part), _n(whole), share(part, whole))


def _n(count: int) -> str:
    return f"{count:,}"
