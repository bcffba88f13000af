"""The demo community of examples/demo: invented people, their conversations, reports and a little past.

The times in the files are those of one evening; everything is moved so that the evening ends now. Must not be used
on a database that holds anything: the command sees to that.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from accounts.actors import Actor
from accounts.models import User
from moderation.domain import wording
from moderation.domain.policy import Policy, measure_from_code
from moderation.domain.vocabulary import (
    CaseState,
    DecisionState,
    EndedBy,
    Ground,
    Kind,
    Outcome,
    SanctionKind,
    SanctionState,
)
from moderation.models import (
    Account,
    Case,
    Conversation,
    Decision,
    Finding,
    Message,
    Participant,
    PolicyVersion,
    Sanction,
)
from moderation.operations import opening
from moderation.operations.reports import ToldReport, take_report

EVENING_ENDS = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)

Told = dict[str, Any]


def community(now: datetime) -> int:
    """Write people and conversations, unscreened, as if the platform had just sent them. Answers how many messages."""
    told = list(told_in("conversations"))
    with transaction.atomic():
        return len(_write(told, now))


def past(staff: dict[str, User], now: datetime) -> None:
    """A few decided cases, so that some people have a record."""
    for told in told_in("history"):
        with transaction.atomic():
            messages = _write([told], now, screened=True)
            case = _case(told, messages)
            _decide(case, told["decided"], staff[told["decided"]["by"]])


def reports(now: datetime, *, actor: Actor) -> None:
    for told in told_in("reports"):
        take_report(
            ToldReport(
                id=told["id"],
                reporter=told["reporter"],
                reported=told["reported"],
                reason=Ground(told["reason"]),
                text=told["text"],
                created_at=now - timedelta(minutes=told["minutes_ago"]),
                conversation=told["conversation"],
                messages=told["messages"],
                channel=told["channel"],
            ),
            actor=actor,
        )


def told_in(name: str) -> Iterator[Told]:
    path = Path(settings.BASE_DIR) / "examples" / "demo" / f"{name}.jsonl"
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _write(told: Iterable[Told], now: datetime, *, screened: bool = False) -> list[Message]:
    told = list(told)
    accounts = _accounts(person for conversation in told for person in conversation["participants"])
    messages: list[Message] = []
    for said in told:
        conversation = Conversation.objects.create(ext_id=said["id"], room=said["room"])
        present = [Participant(conversation=conversation, account=accounts[p["id"]]) for p in said["participants"]]
        Participant.objects.bulk_create(present)
        messages += [
            Message(
                ext_id=message["id"],
                conversation=conversation,
                sender=accounts[message["sender"]],
                sent_at=_moved(message["sent_at"], now),
                text=message["text"],
                screened_at=_moved(message["sent_at"], now) if screened else None,
            )
            for message in said["messages"]
        ]
    return Message.objects.bulk_create(messages)


def _accounts(people: Iterable[Told]) -> dict[str, Account]:
    by_id = {person["id"]: person for person in people}
    Account.objects.bulk_create(
        [
            Account(
                ext_id=person["id"],
                username=person["id"],
                role=person["role"],
                age_group=person["age_group"],
                status=person["status"],
                badges=person["badges"],
            )
            for person in by_id.values()
        ],
        ignore_conflicts=True,
    )
    return {account.ext_id: account for account in Account.objects.filter(ext_id__in=by_id)}


def _moved(told: str, now: datetime) -> datetime:
    return datetime.fromisoformat(told) + (now - EVENING_ENDS)


# The past. Nothing here is told to the platform: it was long ago.


def _case(told: Told, messages: list[Message]) -> Case:
    by_id = {message.ext_id: message for message in messages}
    actors = {message.sender.ext_id: message.sender for message in messages}
    conversation, opened_at = messages[0].conversation, messages[-1].sent_at
    findings = [_finding(violation, actors, by_id) for violation in told["violations"]]
    version = PolicyVersion.objects.in_force()
    matter = opening.Matter(conversation, findings[0].actor, version, opened_at)
    case, is_new = opening.open_or_find(matter)
    opening.add_findings(case, findings)
    opening.add_parties(case, actors=[finding.actor for finding in findings], others=actors.values())
    opening.keep_evidence(case, [by_id[m] for violation in told["violations"] for m in violation["messages"]])
    opening.assess(case, matter, is_new=is_new)
    return case


def _finding(violation: Told, actors: dict[str, Account], by_id: dict[str, Message]) -> Finding:
    spans = [span | {"message": by_id[span["message"]].pk} for span in violation["spans"]]
    return Finding(
        actor=actors[violation["actor"]],
        rule=violation["rule"],
        kind=spans[0]["kind"] if spans else Kind.MESSAGING_APP,
        score=0.9,
        explanation="Found by an earlier version of the pre-screen.",
        detector="demo",
        engine="demo",
        message_ids=[by_id[message].pk for message in violation["messages"]],
        spans=spans,
        key=uuid4().hex,
    )


def _decide(case: Case, decided: Told, by: User) -> None:
    at = case.opened_at + timedelta(hours=decided["hours_later"])
    decision = Decision.objects.create(
        case=case,
        key=uuid4(),
        state=DecisionState.IN_FORCE,
        outcome=Outcome.SANCTIONED if decided["measures"] else Outcome.NO_VIOLATION,
        grounds=sorted({measure["ground"] for measure in decided["measures"]}),
        note=decided["note"],
        policy_version=case.policy_version,
        decided_by=by,
        decided_at=at,
        seen_version=case.version,
    )
    for said in decided["measures"]:
        _sanction(decision, said, case.policy_version.policy)
    case.move_to(CaseState.CLOSED)
    case.closed_at = at
    case.save(update_fields=["state", "closed_at"])


def _sanction(decision: Decision, said: Told, policy: Policy) -> None:
    """A notice counts for as long as the ladder remembers; a suspension of the past has run out."""
    account = Account.objects.get(ext_id=said["account"])
    measure, ground, at = measure_from_code(said["measure"]), Ground(said["ground"]), decision.decided_at
    clause = policy.grounds[ground].clause
    is_notice = measure.kind is SanctionKind.EDUCATION_NOTICE
    ends_at = at + (policy.ladder_window if is_notice else timedelta(days=measure.days or 0))
    Sanction.objects.create(
        account=account,
        case=decision.case,
        decision=decision,
        kind=measure.kind,
        state=SanctionState.IN_FORCE if is_notice else SanctionState.ENDED,
        ground=ground,
        days=measure.days,
        starts_at=at,
        ends_at=ends_at,
        appeal_until=at + policy.appeal_window,
        policy_version=decision.policy_version,
        clause=clause.code,
        reason=clause.text,
        notice=wording.notice(
            measure, ground, username=account.display_name, clause=clause.text, now=at, policy=policy
        ),
        proposer=decision.decided_by,
        ended_at=None if is_notice else ends_at,
        ended_how="" if is_notice else EndedBy.EXPIRY,
    )
