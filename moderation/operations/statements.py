"""Giving reasons: every sanction in force has a statement of its present terms, written in the same transaction.

Not operations, except `record_export`: `standings.settle`, with which every change of sanctions ends, calls
`state_reasons`, so that nothing comes into force, or changes, without one.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Min

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain import statements as words
from moderation.domain.policy import Policy
from moderation.domain.statements import Circumstances, Source
from moderation.domain.vocabulary import Ground, Kind, Room, SanctionKind
from moderation.models import Evidence, Finding, PolicyVersion, Report, Sanction, Statement
from moderation.permissions import require, require_fresh

_PURPOSE = b"haven: name of a statement of reasons, version 1"


def state_reasons(in_force: Sequence[Sanction]) -> list[Statement]:
    """Write a statement for each of these sanctions in force whose present terms no statement tells yet.

    The caller holds the locks of their accounts. One query when all has been said, five more when not.
    """
    if not in_force:
        return []
    said = {last.sanction_id: last for last in Statement.objects.latest_of(list(in_force))}
    unsaid = [one.pk for one in in_force if not (one.pk in said and said[one.pk].tells(one))]
    if not unsaid:
        return []
    sanctions = Sanction.objects.filter(pk__in=unsaid).select_related(
        "case", "case__conversation", "decision", "policy_version"
    )
    sanctions = sanctions.order_by("pk")
    known = _known({sanction.case_id for sanction in sanctions})
    return Statement.objects.bulk_create([_statement(one, said.get(one.pk), known) for one in sanctions])


@whole
def record_export(*, actor: Actor, since: date, until: date, written_as: str) -> None:
    """Put on record that the anonymised statements of these days leave Haven, before they do. Raises NotPermitted."""
    require(actor, Capability.EXPORT_STATEMENTS)
    require_fresh(actor)

    audit.record(
        "statements.exported",
        actor=actor,
        target=PolicyVersion.objects.in_force(),
        since=since.isoformat(),
        until=until.isoformat(),
        written_as=written_as,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the cases hold, by case and account."""

    found: Mapping[tuple[int, int], list[Finding]]
    first_found: Mapping[int, datetime]
    first_reported: Mapping[int, datetime]
    written: Mapping[tuple[int, int], tuple[int, datetime]]
    policies: dict[int, Policy] = field(default_factory=dict)

    def policy(self, version: PolicyVersion) -> Policy:
        return self.policies.setdefault(version.pk, version.policy)

    def source(self, case_id: int) -> Source:
        """Whoever was first: a reporter, or we."""
        reported, found = self.first_reported.get(case_id), self.first_found.get(case_id)
        return Source.REPORT if reported and (found is None or reported <= found) else Source.OWN_INITIATIVE


def _known(case_ids: Iterable[int]) -> _Known:
    cases = list(case_ids)
    found: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    first: dict[int, datetime] = {}
    for finding in Finding.objects.filter(case__in=cases).order_by("found_at", "pk").defer("spans", "explanation"):
        found[finding.case_id, finding.actor_id].append(finding)
        first.setdefault(finding.case_id, finding.found_at)
    reported = Report.objects.filter(case__in=cases).values_list("case").annotate(Min("received_at"))
    kept = Evidence.objects.filter(case__in=cases).values_list("case", "sender")
    written = kept.annotate(Count("message_id", distinct=True), Min("sent_at"))
    return _Known(found, first, dict(reported), {(case, sender): (n, at) for case, sender, n, at in written})


def _statement(sanction: Sanction, before: Statement | None, known: _Known) -> Statement:
    assert sanction.starts_at is not None, "what is in force has a start"
    case, policy, ground = sanction.case, known.policy(sanction.policy_version), Ground(sanction.ground)
    kind, measure = SanctionKind(sanction.kind), sanction.measure
    by_haven = sanction.proposer_id is None and sanction.approver_id is None
    findings = known.found.get((case.pk, sanction.account_id), [])
    messages, first_at = known.written.get((case.pk, sanction.account_id), (0, None))
    with_minor = case.teen or sanction.clause == policy.teen_clause.code
    complaint_until = sanction.appeal_until or sanction.starts_at + policy.appeal_window
    clause = policy.clauses_of(ground).get(sanction.clause, policy.grounds[ground].clause)
    circumstances = Circumstances(
        source=known.source(case.pk),
        room=Room(case.conversation.room) if case.conversation else None,
        first_on=first_at.date() if first_at else None,
        messages=messages,
        found=tuple((Ground(one.rule), Kind(one.kind)) for one in findings),
        with_teen=with_minor,
        ticked=_ticked(sanction, policy),
        by_haven=by_haven,
    )
    decided = words.what_was_decided(measure, sanction.ends_at)
    number = before.number + 1 if before else 1
    return Statement(
        sanction=sanction,
        number=number,
        puid=_puid(sanction.pk, number),
        is_restriction=words.is_restriction(kind),
        kind=kind,
        permanent=sanction.permanent,
        starts_at=sanction.starts_at,
        ends_at=sanction.ends_at,
        decided=decided,
        territory=words.EVERYWHERE,
        duration=words.duration(measure, sanction.starts_at, sanction.ends_at),
        facts=_facts(circumstances, before),
        ground=ground,
        clause=sanction.clause,
        clause_text=clause.text,
        policy_version=sanction.policy_version,
        source=circumstances.source,
        detected_by_machine=bool(findings),
        decided_by_machine=by_haven,
        complaint_until=complaint_until,
        redress=words.redress(complaint_until),
        with_minor=with_minor,
        content_on=(first_at or case.opened_at).date(),
        language=case.language,
    )


def _facts(circumstances: Circumstances, before: Statement | None) -> str:
    told = words.facts(circumstances)
    return f"{told} {words.what_it_replaces(before.decided, before.stated_at)}" if before else told


def _ticked(sanction: Sanction, policy: Policy) -> tuple[str, ...]:
    """The policy's own words alone: what somebody typed may hold anything."""
    decision = sanction.decision
    if decision is None:
        return ()
    grounds = {Ground(sanction.ground): None} | {Ground(ground): None for ground in decision.grounds}
    return tuple(one.label for one in policy.reasons_of(grounds) if one.code in decision.reasons)


def _puid(sanction_id: int, number: int) -> str:
    """Nobody can lead it back to a sanction without the key, or tell two statements of one sanction from any two."""
    secret = (settings.CONTACT_KEY or settings.SECRET_KEY).encode()
    key = hmac.digest(secret, _PURPOSE, "sha256")
    return hmac.new(key, f"{sanction_id}:{number}".encode(), "sha256").hexdigest()
