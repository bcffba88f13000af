"""The demo community of examples/demo: invented people, their conversations, reports and a little past.

The times in the files are those of one evening; everything is moved so that the evening ends now. Must not be used
on a database that holds anything: the command sees to that.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F

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
from moderation.management.conversation_lines import Told as SaidInFile
from moderation.management.conversation_lines import read_line
from moderation.models import (
    Account,
    Case,
    Conversation,
    Decision,
    Finding,
    Message,
    PolicyVersion,
    Sanction,
)
from moderation.operations import opening
from moderation.operations.intake import Batch, take_messages
from moderation.operations.reports import ToldReport, take_report

EVENING_ENDS = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)

Told = dict[str, Any]


def community(now: datetime, *, actor: Actor) -> int:
    """Send people and conversations in as the platform would; the worker screens them. Answers how many messages."""
    said = [read_line(line, shared_accounts=True) for line in _lines("conversations")]
    return _take(said, now, actor=actor)


def past(staff: dict[str, User], now: datetime, *, actor: Actor) -> None:
    """A few decided cases, so that some people have a record."""
    lines = list(_lines("history"))
    _take([read_line(line, shared_accounts=True) for line in lines], now, actor=actor)
    for told in map(json.loads, lines):
        with transaction.atomic():
            _decide(_case(told), told["decided"], staff[told["decided"]["by"]])


def reports(now: datetime, *, actor: Actor) -> None:
    for told in map(json.loads, _lines("reports")):
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


def _lines(name: str) -> list[bytes]:
    return (Path(settings.BASE_DIR) / "examples" / "demo" / f"{name}.jsonl").read_bytes().splitlines()


def _take(said: Sequence[SaidInFile], now: datetime, *, actor: Actor) -> int:
    """Everything moved so that the evening ends now."""
    messages = [
        replace(message, sent_at=message.sent_at + (now - EVENING_ENDS)) for each in said for message in each.messages
    ]
    taken = take_messages(Batch(messages, [account for each in said for account in each.accounts]), actor=actor)
    assert not taken.rejected, taken.rejected
    return taken.accepted


# The past. Nothing here is told to the platform: it was long ago.


def _case(told: Told) -> Case:
    """The case of one conversation, as it was when its last message had just been screened."""
    conversation = Conversation.objects.get(ext_id=told["id"])
    written = conversation.message_set.in_order().select_related("sender")
    written.update(screened_at=F("sent_at"), engine="demo")
    by_id = {message.ext_id.partition(":")[2]: message for message in written}
    senders = {message.sender.ext_id: message.sender for message in by_id.values()}
    findings = [_finding(violation, senders, by_id) for violation in told["violations"]]
    opened_at = max(message.sent_at for message in by_id.values())
    matter = opening.Matter(conversation, findings[0].actor, PolicyVersion.objects.in_force(), opened_at)
    case, is_new = opening.open_or_find(matter)
    opening.add_findings(case, findings)
    opening.add_parties(case, actors=[finding.actor for finding in findings], others=senders.values())
    opening.keep_evidence(case, [by_id[m] for violation in told["violations"] for m in violation["messages"]])
    opening.assess(case, matter, is_new=is_new)
    return case


def _finding(violation: Told, senders: dict[str, Account], by_id: dict[str, Message]) -> Finding:
    spans = [span | {"message": by_id[span["message"]].pk} for span in violation["spans"]]
    return Finding(
        actor=senders[violation["actor"]],
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
        notice=wording.notice(measure, wording.Told(account.display_name, (ground,), clause.text), policy, now=at),
        proposer=decision.decided_by,
        ended_at=None if is_notice else ends_at,
        ended_how="" if is_notice else EndedBy.EXPIRY,
    )
