"""Everything that happened to one account, the newest first, a page at a time: one query over all that there is.

Who reported somebody is for the platform: what an account reported names neither the case nor whom it is about, and
only the day. A case that the account has no part in reached it through its person; that is confidential too.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from accounts import Actor
from accounts.encryption import opened
from accounts.roles import Capability
from moderation.domain.masking import Piece
from moderation.domain.persons import Fact, Mark, NoteKind, Place, Topic, changed
from moderation.domain.policy import Measure
from moderation.domain.vocabulary import (
    AppealState,
    CaseState,
    DecisionState,
    EndedBy,
    Ground,
    Outcome,
    Reason,
    SanctionKind,
    SanctionState,
    Severity,
)
from moderation.domain.wording import day
from moderation.permissions import is_narrowed, require, seen_in_sql, seen_values
from moderation.queries.notes import pieces_alone
from moderation.queries.person_links import LINKS_SEEN, PERSON_READ
from moderation.queries.persons import OUTCOME
from moderation.queries.surroundings import MORE_READ, REVEALED

PAGE_SIZE = 50
MOST_CASES = 500  # whose records are searched for looks, the latest


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    topic: Topic
    what: str  # in Haven's own words
    by: str = ""  # who on staff did it
    quoted: tuple[Piece, ...] = ()  # what somebody wrote, contacts hidden
    names: tuple[str, ...] = ()  # that a person has chosen: before and after
    case_id: int | None = None
    note_id: int | None = None
    tone: str = ""
    by_day: bool = False  # its hour is not shown


@dataclass(frozen=True, slots=True)
class Timeline:
    events: tuple[Event, ...]
    following: str  # the place where the next page begins; empty: there is none
    topics: tuple[Topic, ...]  # what this viewer can narrow it to
    topic: Topic | None


def timeline(account_id: int, *, viewer: Actor, topic: Topic | None = None, place: Place | None = None) -> Timeline:
    """One query. A topic that this person may not see is passed over. Raises NotPermitted."""
    require(viewer, Capability.READ_CASES)
    topics = tuple(one for one in Topic if one is not Topic.LOOKS or viewer.can(Capability.READ_AUDIT))
    chosen = topic if topic in topics else None
    rows = _rows(account_id, [chosen] if chosen else list(topics), place or Place(), viewer)
    shown = rows[:PAGE_SIZE]
    return Timeline(
        events=tuple(_event(*row) for row in shown),
        following=str(Place(*shown[-1][:3])) if len(rows) > PAGE_SIZE else "",
        topics=topics,
        topic=chosen,
    )


_PARTS = "moderation_caseparty AS part JOIN moderation_case AS about ON about.id = part.case_id"
_MOMENTS = {Mark.JOINED: "joined_at", Mark.FIRST_SEEN: "first_seen_at", Mark.CHECKED_IN: "checked_in_at"}

_MOMENT = (
    "SELECT {0} AS at, id, '{{}}'::jsonb AS said FROM moderation_account WHERE id = %(account)s AND {0} IS NOT NULL"
)

# What each kind of event is read from: «at», the number of its row, and what its sentence needs.
_SOURCES: Mapping[Mark, str] = {
    **{mark: _MOMENT.format(column) for mark, column in _MOMENTS.items()},
    Mark.CHANGE: """
        SELECT at, id, jsonb_build_object('fact', fact, 'before', before, 'after', after) AS said
        FROM moderation_accountchange WHERE account_id = %(account)s AND fact = ANY(%(facts)s)""",
    Mark.REPORT_BY: f"""
        SELECT report.created_at AS at, report.id,
            jsonb_build_object('ground', report.reason, 'outcome', {OUTCOME}) AS said
        FROM moderation_report AS report JOIN moderation_case AS about ON about.id = report.case_id
        WHERE report.reporter_id = %(account)s""",  # noqa: S608
    Mark.REPORT_ABOUT: f"""
        SELECT report.created_at AS at, report.id, jsonb_build_object(
            'ground', report.reason, 'case', report.case_id, 'outcome', {OUTCOME}) AS said
        FROM moderation_report AS report JOIN moderation_case AS about ON about.id = report.case_id
        WHERE report.reported_id = %(account)s""",  # noqa: S608
    Mark.CASE: f"""
        SELECT about.opened_at AS at, about.id, jsonb_build_object('case', about.id, 'headline', about.headline,
            'severity', about.severity, 'state', about.state, 'is_actor', part.is_actor) AS said
        FROM {_PARTS} WHERE part.account_id = %(account)s""",  # noqa: S608
    Mark.DECISION: f"""
        SELECT made.decided_at AS at, made.id, jsonb_build_object('case', about.id, 'state', made.state,
            'outcome', made.outcome, 'grounds', made.grounds, 'by', person.name) AS said
        FROM {_PARTS} JOIN moderation_decision AS made ON made.case_id = about.id
        JOIN accounts_user AS person ON person.id = made.decided_by_id WHERE part.account_id = %(account)s""",  # noqa: S608
    Mark.SANCTION: """
        SELECT coalesce(given.starts_at, made.decided_at) AS at, given.id, jsonb_build_object(
            'case', part.case_id, 'kind', given.kind, 'days', given.days, 'permanent', given.permanent,
            'state', given.state, 'ground', given.ground, 'ends', given.ends_at, 'by', person.name) AS said
        FROM moderation_sanction AS given JOIN moderation_decision AS made ON made.id = given.decision_id
        LEFT JOIN moderation_caseparty AS part ON part.case_id = given.case_id AND part.account_id = given.account_id
        LEFT JOIN accounts_user AS person ON person.id = given.proposer_id WHERE given.account_id = %(account)s""",
    Mark.SANCTION_END: """
        SELECT given.ended_at AS at, given.id, jsonb_build_object('case', part.case_id, 'kind', given.kind,
            'days', given.days, 'permanent', given.permanent, 'how', given.ended_how, 'text', given.end_reason,
            'by', person.name) AS said
        FROM moderation_sanction AS given
        LEFT JOIN moderation_caseparty AS part ON part.case_id = given.case_id AND part.account_id = given.account_id
        LEFT JOIN accounts_user AS person ON person.id = given.ended_by_id
        WHERE given.account_id = %(account)s AND given.ended_at IS NOT NULL""",
    Mark.APPEAL: """
        SELECT appeal.created_at AS at, appeal.id, jsonb_build_object('state', appeal.state, 'kind', given.kind,
            'days', given.days, 'permanent', given.permanent) AS said
        FROM moderation_sanction AS given JOIN moderation_appeal AS appeal ON appeal.sanction_id = given.id
        WHERE given.account_id = %(account)s""",
    Mark.APPEAL_HEARD: """
        SELECT appeal.heard_at AS at, appeal.id, jsonb_build_object('state', appeal.state, 'kind', given.kind,
            'days', given.days, 'permanent', given.permanent, 'by', person.name) AS said
        FROM moderation_sanction AS given JOIN moderation_appeal AS appeal ON appeal.sanction_id = given.id
        JOIN accounts_user AS person ON person.id = appeal.hearer_id
        WHERE given.account_id = %(account)s AND appeal.heard_at IS NOT NULL""",
    Mark.NOTE: """
        SELECT note.written_at AS at, note.id, jsonb_build_object('kind', note.kind, 'text', note.text,
            'case', note.case_id, 'corrects', note.corrects_id, 'by', person.name) AS said
        FROM moderation_note AS note JOIN accounts_user AS person ON person.id = note.written_by_id
        WHERE note.account_id = %(account)s""",
    Mark.LOOK: """
        SELECT entry.at, entry.id, jsonb_build_object('verb', entry.verb, 'case', part.case_id,
            'reason', entry.details->'reason', 'by', entry.actor_name) AS said
        FROM (
            SELECT case_id FROM moderation_caseparty WHERE account_id = %(account)s
            ORDER BY case_id DESC LIMIT %(cases)s
        ) AS part JOIN accounts_auditentry AS entry
        ON entry.target_type = 'case' AND entry.target_id = part.case_id::text
        WHERE entry.verb = ANY(%(verbs)s)""",
    Mark.ACCOUNT_LOOK: """
        SELECT entry.at, entry.id, jsonb_build_object('verb', entry.verb, 'by', entry.actor_name) AS said
        FROM accounts_auditentry AS entry WHERE entry.target_type = 'account'
        AND entry.target_id = %(account)s::text AND entry.verb = ANY(%(verbs)s)""",
}
# Where each has the number of the case that it is about.
_OF_CASES: Mapping[Mark, str] = {
    **dict.fromkeys((Mark.REPORT_BY, Mark.REPORT_ABOUT), "report.case_id"),
    **dict.fromkeys((Mark.CASE, Mark.DECISION, Mark.LOOK), "part.case_id"),
    **dict.fromkeys((Mark.SANCTION, Mark.SANCTION_END, Mark.APPEAL, Mark.APPEAL_HEARD), "given.case_id"),
    Mark.NOTE: "note.case_id",
}
# Each source gives no more than a page, walked along its own index where it has one.
_ONE = """(SELECT at, {mark} AS mark, id, said FROM ({source}) AS source
WHERE at <= %(at)s::timestamptz AND (at, {mark}, id) < (%(at)s::timestamptz, %(mark)s, %(id)s)
ORDER BY at DESC, id DESC LIMIT %(most)s)"""

_ALL = "SELECT * FROM ({every}) AS event ORDER BY at DESC, mark DESC, id DESC LIMIT %(most)s"

_MARKS: Mapping[Topic, tuple[Mark, ...]] = {
    Topic.ACCOUNT: (Mark.JOINED, Mark.FIRST_SEEN, Mark.CHANGE),
    Topic.BADGES: (Mark.CHANGE,),
    Topic.BREAKS: (Mark.CHANGE,),
    Topic.REPORTS_BY: (Mark.REPORT_BY,),
    Topic.REPORTS_ABOUT: (Mark.REPORT_ABOUT,),
    Topic.CASES: (Mark.CASE,),
    Topic.DECISIONS: (Mark.DECISION,),
    Topic.SANCTIONS: (Mark.SANCTION, Mark.SANCTION_END),
    Topic.APPEALS: (Mark.APPEAL, Mark.APPEAL_HEARD),
    Topic.NOTES: (Mark.NOTE,),
    Topic.CHECK_INS: (Mark.CHECKED_IN,),
    Topic.LOOKS: (Mark.LOOK, Mark.ACCOUNT_LOOK),
}
_TOPICS = {Fact.BADGES: Topic.BADGES, Fact.STATUS: Topic.BREAKS}
_VERBS = {REVEALED: "Contacts looked at", MORE_READ: "More of the conversation read", "case.read": "Case read"}
_ON_ACCOUNT = {LINKS_SEEN: "Looked whether there are linked accounts", PERSON_READ: "This page read"}

Said = Mapping[str, Any]


def _rows(account_id: int, chosen: list[Topic], place: Place, viewer: Actor) -> list[tuple[datetime, int, int, str]]:
    marks = sorted({mark for topic in chosen for mark in _MARKS[topic]})
    asked: dict[str, Any] = {
        "account": account_id,
        "facts": [fact.value for fact in Fact if _TOPICS.get(fact, Topic.ACCOUNT) in chosen],
        "verbs": [*_VERBS, *_ON_ACCOUNT],
        "cases": MOST_CASES,
        "at": place.at or "infinity",
        "mark": place.mark,
        "id": place.row_id,
        "most": PAGE_SIZE + 1,
        **seen_values(viewer),
    }
    every = " UNION ALL ".join(_ONE.format(mark=int(mark), source=_source(mark, viewer)) for mark in marks)
    with connection.cursor() as cursor:
        cursor.execute(_ALL.format(every=every), asked)
        found: list[tuple[datetime, int, int, str]] = cursor.fetchall()
    return found


def _source(mark: Mark, viewer: Actor) -> str:
    """Without what is about a case that this person may not see."""
    is_about_a_case = mark in _OF_CASES and is_narrowed(viewer)
    return f"{_SOURCES[mark]} AND {seen_in_sql(viewer, _OF_CASES[mark])}" if is_about_a_case else _SOURCES[mark]


def _event(at: datetime, mark: int, row_id: int, said: str) -> Event:
    return _EVENTS[Mark(mark)](at, row_id, json.loads(said))


def _joined(at: datetime, _: int, said: Said) -> Event:
    return Event(at, Topic.ACCOUNT, "Joined the platform")


def _first_seen(at: datetime, _: int, said: Said) -> Event:
    return Event(at, Topic.ACCOUNT, "First seen by Haven")


def _checked_in(at: datetime, _: int, said: Said) -> Event:
    return Event(at, Topic.CHECK_INS, "Last safety check-in answered")


def _change(at: datetime, _: int, said: Said) -> Event:
    fact = Fact(said["fact"])
    names = (said["before"][0], (said["after"] or ["none"])[0]) if fact is Fact.USERNAME else ()
    return Event(at, _TOPICS.get(fact, Topic.ACCOUNT), changed(fact, said["before"], said["after"]), names=names)


_OUTCOMES = {"upheld": "upheld", "not": "not upheld", "open": "not decided yet"}


def _report_by(at: datetime, _: int, said: Said) -> Event:
    words = f"Reported somebody: {Ground(said['ground']).label.lower()}, {_OUTCOMES[said['outcome']]}"
    return Event(at, Topic.REPORTS_BY, words, by_day=True)


def _report_about(at: datetime, _: int, said: Said) -> Event:
    words = f"Was reported: {Ground(said['ground']).label.lower()}, {_OUTCOMES[said['outcome']]}"
    return Event(at, Topic.REPORTS_ABOUT, words, case_id=said["case"])


def _case(at: datetime, _: int, said: Said) -> Event:
    severity = Severity(said["severity"])
    part = "" if said["is_actor"] else ", was there"
    state = {CaseState.OPEN: "open", CaseState.PROPOSED: "waits for a second person", CaseState.CLOSED: "closed"}
    words = f"{said['headline']} ({severity.label.lower()}, {state[CaseState(said['state'])]}{part})"
    return Event(at, Topic.CASES, words, case_id=said["case"], tone=severity.code if said["state"] == "open" else "")


def _decision(at: datetime, _: int, said: Said) -> Event:
    grounds = ", ".join(Ground(ground).label.lower() for ground in said["grounds"])
    outcome = "no violation" if said["outcome"] == Outcome.NO_VIOLATION else f"sanctioned ({grounds})"
    state = {
        DecisionState.PROPOSED: "Proposed",
        DecisionState.REFUSED: "Proposed, and refused by a second person",
        DecisionState.UNDONE: "Decided, and taken back",
    }.get(DecisionState(said["state"]), "Decided")
    return Event(at, Topic.DECISIONS, f"{state}: {outcome}", by=said["by"], case_id=said["case"])


def _measure(said: Said) -> str:
    return Measure(SanctionKind(said["kind"]), said["days"], said["permanent"]).label


def _sanction(at: datetime, _: int, said: Said) -> Event:
    state = SanctionState(said["state"])
    words = f"{_measure(said)}: {Ground(said['ground']).label.lower()}, {_standing(state, said)}"
    is_on = state is SanctionState.IN_FORCE and said["kind"] != SanctionKind.EDUCATION_NOTICE
    by = said["by"] or "Haven"
    return Event(at, Topic.SANCTIONS, words, by=by, case_id=said["case"], tone="high" if is_on else "")


def _standing(state: SanctionState, said: Said) -> str:
    if state is SanctionState.PROPOSED:
        return "waits for a second approval"
    if state in (SanctionState.REFUSED, SanctionState.UNDONE):
        return f"{state.value}, never in force" if state is SanctionState.REFUSED else "taken back"
    ends = parse_datetime(said["ends"]) if said["ends"] else None
    if said["kind"] == SanctionKind.EDUCATION_NOTICE:
        return "given"
    until = "without an end" if ends is None else f"until {day(ends)}"
    return f"in force {until}" if state is SanctionState.IN_FORCE else f"was to last {until}"


_HOW = {
    EndedBy.EXPIRY: "ran out",
    EndedBy.LIFTING: "lifted",
    EndedBy.APPEAL: "ended on appeal",
    EndedBy.REPLACEMENT: "replaced by another measure",
    EndedBy.REGRANT: "ended: the badge was given again",
}


def _sanction_end(at: datetime, _: int, said: Said) -> Event:
    words = f"{_measure(said)}: {_HOW.get(EndedBy(said['how']), said['how'])}"
    text = pieces_alone(opened(said["text"]))
    return Event(at, Topic.SANCTIONS, words, by=said["by"] or "", quoted=text, case_id=said["case"])


def _appeal(at: datetime, _: int, said: Said) -> Event:
    waits = ", not heard yet" if said["state"] == AppealState.OPEN else ""
    return Event(at, Topic.APPEALS, f"Appealed against: {_measure(said).lower()}{waits}")


def _appeal_heard(at: datetime, _: int, said: Said) -> Event:
    return Event(at, Topic.APPEALS, f"Appeal heard, {_measure(said).lower()}: {said['state']}", by=said["by"])


def _note(at: datetime, row_id: int, said: Said) -> Event:
    kind = NoteKind(said["kind"])
    lead = "Note" if kind is NoteKind.GENERAL else f"Note ({kind.label})"
    words = f"{lead}, corrects note {said['corrects']}" if said["corrects"] else lead
    text = pieces_alone(opened(said["text"]))
    return Event(at, Topic.NOTES, words, by=said["by"], quoted=text, case_id=said["case"], note_id=row_id)


def _look(at: datetime, _: int, said: Said) -> Event:
    reason = said.get("reason")
    why = f" ({Reason(reason).label.strip(':').lower()})" if reason in set(Reason) else ""
    return Event(at, Topic.LOOKS, f"{_VERBS[said['verb']]}{why}", by=said["by"], case_id=said["case"])


def _account_look(at: datetime, _: int, said: Said) -> Event:
    return Event(at, Topic.LOOKS, _ON_ACCOUNT[said["verb"]], by=said["by"])


_EVENTS: Mapping[Mark, Callable[[datetime, int, Said], Event]] = {
    Mark.JOINED: _joined,
    Mark.FIRST_SEEN: _first_seen,
    Mark.CHANGE: _change,
    Mark.CHECKED_IN: _checked_in,
    Mark.REPORT_BY: _report_by,
    Mark.REPORT_ABOUT: _report_about,
    Mark.CASE: _case,
    Mark.DECISION: _decision,
    Mark.SANCTION: _sanction,
    Mark.SANCTION_END: _sanction_end,
    Mark.APPEAL: _appeal,
    Mark.APPEAL_HEARD: _appeal_heard,
    Mark.NOTE: _note,
    Mark.LOOK: _look,
    Mark.ACCOUNT_LOOK: _account_look,
}
