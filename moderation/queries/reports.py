"""What people told about a case: reports from the platform, without who made them, and what staff brought in by hand.

Who reported is for the platform: it leaves this module in no form.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from moderation.domain.deadlines import ASK_AGAIN_AFTER
from moderation.domain.masking import Piece
from moderation.domain.vocabulary import Ground, ReportState
from moderation.domain.wording import question
from moderation.models import Referral, Report
from moderation.queries.matters import Matter

MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A report without who made it: that is for the platform."""

    report_id: int
    number: int
    ground: str
    pieces: tuple[Piece, ...]
    about: str  # the account that was reported
    channel: str
    created_at: datetime
    same_reporter: int  # the number of the first report by the same person; 0: this is their first
    repeats: int  # the number of the report that it is marked as the same as; 0: none
    like: int  # the number of an earlier report of which it may be the same; 0: none
    like_id: int
    asked_at: datetime | None
    can_ask: bool
    can_withdraw: bool  # the notice has not left yet
    question: str  # the text for the reporter, to be sent as it is or changed
    has_key: bool = False  # the key asks the reporter of this one


@dataclass(frozen=True, slots=True)
class ReferralShown:
    ground: str
    pieces: tuple[Piece, ...]
    about: str
    by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    reports: tuple[ReportShown, ...]
    more: int  # reports that are not shown
    referrals: tuple[ReferralShown, ...]


def told(matter: Matter) -> Told:
    """At most one query, for which messages the reports are about."""
    about = _messages(matter)
    shown = matter.reports[:MOST_SHOWN]
    reports = list(_reports(matter, shown, about))
    return Told(
        reports=tuple(reports),
        more=len(matter.reports) - len(shown),
        referrals=tuple(_referral(matter, referral) for referral in matter.referrals[:MOST_SHOWN]),
    )


def lacking(report: Report, *, has_messages: bool) -> list[str]:
    """What a report does not say, in the words in which its reporter is asked for it."""
    asked = [
        (report.conversation_id is not None, "the conversation in which it happened"),
        (has_messages, "the messages that you mean"),
        (bool(report.text.strip()), "what happened, in your own words"),
    ]
    return [words for is_there, words in asked if not is_there]


Messages = Mapping[int, frozenset[int]]


def _messages(matter: Matter) -> Messages:
    found: dict[int, set[int]] = defaultdict(set)
    if not matter.reports:
        return {}
    rows = Report.messages.through.objects.filter(report__case=matter.case)
    for report_id, message_id in rows.values_list("report_id", "message_id"):
        found[report_id].add(message_id)
    return {report.pk: frozenset(found[report.pk]) for report in matter.reports}


def _reports(matter: Matter, shown: Sequence[Report], about: Messages) -> Iterator[ReportShown]:
    numbers = {report.pk: number for number, report in enumerate(matter.reports, start=1)}
    first_of: dict[int, int] = {}
    paused = {r.reporter_id for r in matter.reports if r.asked_at and r.asked_at > matter.now - ASK_AGAIN_AFTER}
    key_is_free = True
    for report in shown:
        like = _like(report, matter.reports, about)
        can_ask = report.state == ReportState.OPEN and report.reporter_id not in paused
        reported = matter.accounts.get(report.reported_id)
        yield ReportShown(
            report_id=report.pk,
            number=numbers[report.pk],
            ground=Ground(report.reason).label,
            pieces=matter.pieces_of(report.text),
            about=reported.display_name if reported else "",
            channel=report.channel,
            created_at=report.created_at,
            same_reporter=first_of.get(report.reporter_id, 0),
            repeats=numbers.get(report.repeats_id or 0, 0),
            like=numbers[like.pk] if like else 0,
            like_id=like.pk if like else 0,
            asked_at=report.asked_at,
            can_ask=can_ask,
            can_withdraw=bool(report.asked_at and matter.now < report.asked_at + matter.policy.undo_window),
            question=question(lacking(report, has_messages=bool(about[report.pk]))) if can_ask else "",
            has_key=can_ask and key_is_free,
        )
        key_is_free = key_is_free and not can_ask
        first_of.setdefault(report.reporter_id, numbers[report.pk])


def _like(report: Report, reports: Sequence[Report], about: Messages) -> Report | None:
    """The first report before this one that it may be the same as: of the same reporter, or about a same message."""
    if report.repeats_id is not None or any(other.repeats_id == report.pk for other in reports):
        return None
    for other in reports:
        if other.pk == report.pk:
            return None
        same = other.reporter_id == report.reporter_id or about[other.pk] & about[report.pk]
        if same and other.repeats_id is None:
            return other
    return None


def _referral(matter: Matter, referral: Referral) -> ReferralShown:
    about = matter.accounts.get(referral.account_id or 0)
    return ReferralShown(
        ground=Ground(referral.ground).label,
        pieces=matter.pieces_of(referral.reason),
        about=about.display_name if about else "",
        by=referral.made_by.name,
        made_at=referral.made_at,
    )
