"""What screening and reports share: gathering what is known about one matter into one case.

Not an operation: the caller holds the transaction and the lock on the conversation (or, without one, on the subject),
so that two of them never open two cases.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from accounts import SYSTEM, audit
from moderation.domain import wording
from moderation.domain.deadlines import due_at
from moderation.domain.language import language_of
from moderation.domain.masking import Mark, is_contact, snippet
from moderation.domain.policy import Policy
from moderation.domain.priority import CaseFacts, urgency
from moderation.domain.vocabulary import CaseState, Ground, Kind, Severity
from moderation.models import (
    Account,
    Case,
    CaseParty,
    Conversation,
    Evidence,
    Finding,
    Label,
    Message,
    MessageEdit,
    PolicyVersion,
    Referral,
    Report,
    Sanction,
)
from moderation.models.secret_text import mark
from moderation.operations import holding


@dataclass(frozen=True, slots=True)
class Matter:
    """Where the case belongs and under which policy it is assessed."""

    conversation: Conversation | None
    subject: Account
    policy_version: PolicyVersion
    now: datetime


def open_or_find(matter: Matter) -> tuple[Case, bool]:
    """The case that is not closed yet, locked, or a new one that `assess` has still to fill; and whether it is new."""
    own = Q(conversation=matter.conversation)
    if matter.conversation is None:
        own = Q(conversation__isnull=True, subject=matter.subject)
    found = Case.objects.filter(own).exclude(state=CaseState.CLOSED).select_for_update(no_key=True).first()
    if found is not None:
        return found, False
    return Case.objects.create(
        conversation=matter.conversation,
        subject=matter.subject,
        ground=Ground.OTHER,
        grounds=[],
        severity=Severity.LOW,
        priority=0,
        opened_at=matter.now,
        due_at=matter.now,
        policy_version=matter.policy_version,
    ), True


def add_parties(case: Case, *, actors: Iterable[Account], others: Iterable[Account]) -> None:
    """Name the accounts of a case. An account that turns out to be an actor becomes one; none is ever taken away."""
    acting = {account.pk for account in actors}
    parties = [CaseParty(case=case, account_id=pk, is_actor=True) for pk in sorted(acting)]
    watching = sorted({account.pk for account in others} - acting)
    CaseParty.objects.bulk_create(
        parties, update_conflicts=True, unique_fields=["case", "account"], update_fields=["is_actor"]
    )
    CaseParty.objects.bulk_create([CaseParty(case=case, account_id=pk) for pk in watching], ignore_conflicts=True)


def add_findings(case: Case, findings: Sequence[Finding]) -> None:
    """Keep findings once each. One that is wholly inside a new one of the same actor and rule gives way to it, unless
    it is about a text that has been replaced since (the new one cannot know that text) or a person has judged it."""
    for finding in findings:
        finding.case = case
    inside = [held for held in case.findings.all() if any(_is_inside(held, finding) for finding in findings)]
    if inside:
        touched = {pk for held in inside for pk in held.message_ids}
        edited = list(MessageEdit.objects.filter(message__in=touched).values_list("message", flat=True))
        judged = Label.objects.filter(case=case, finding__isnull=False, withdrawn_at__isnull=True).values("finding")
        giving_way = case.findings.filter(pk__in=[held.pk for held in inside]).exclude(pk__in=judged)
        giving_way.exclude(message_ids__overlap=edited).delete()
    Finding.objects.bulk_create(findings, ignore_conflicts=True)


def _is_inside(held: Finding, new: Finding) -> bool:
    is_same = (held.actor_id, held.rule) == (new.actor_id, new.rule) and held.key != new.key
    return is_same and set(held.message_ids) <= set(new.message_ids)


def keep_evidence(case: Case, messages: Iterable[Message]) -> None:
    """Copy the messages as they read now; the same text of the same message is kept once."""
    Evidence.objects.bulk_create(
        [
            Evidence(
                case=case,
                message_id=message.pk,
                sender_id=message.sender_id,
                sent_at=message.sent_at,
                text=message.text,
                digest=mark(message.text),
            )
            for message in messages
        ],
        ignore_conflicts=True,
    )


def assess(case: Case, matter: Matter, *, is_new: bool) -> None:
    """Work out ground, severity, priority, reasons and deadline from everything the case holds, and record it.

    By the version under which the case was opened: one that has been published since is for later cases.
    """
    version = matter.policy_version if case.policy_version_id == matter.policy_version.pk else case.policy_version
    policy = version.policy
    findings = list(case.findings.order_by("-score", "pk"))
    parties = list(case.parties.select_related("account"))
    reports = list(case.reports.all())
    evidence = list(case.evidence.order_by("sent_at", "pk"))
    referrals = list(case.referrals.all())
    facts = _with_referrals(_facts(findings, parties, reports, policy, matter.now), referrals, parties)
    weight = urgency(replace(facts, group_size=case.group_size), policy)

    case.grounds = sorted(facts.grounds)
    case.ground = max(facts.grounds, key=lambda ground: (policy.grounds[ground].severity, ground))
    leading = next((finding for finding in findings if finding.rule == case.ground), None)
    case.subject_id = leading.actor_id if leading else case.subject_id
    case.severity = weight.severity
    case.priority = weight.priority
    case.reasons = list(weight.reasons)
    holding.rank(case)
    case.headline = wording.headline(
        Ground(case.ground),
        Kind(leading.kind) if leading else None,
        adult_to_teen=facts.adult_to_teen,
        by_hand=case.ground not in {report.reason for report in reports},
    )
    case.snippet = _snippet(evidence, leading)
    case.score = facts.score
    case.teen = facts.teen_involved
    case.screened = bool(findings)
    case.reporters = facts.reporters
    case.on_break = facts.on_break
    case.language = language_of("\n".join(kept.text for kept in evidence))
    case.due_at = due_at(case.opened_at, weight.severity, policy)
    case.version += not is_new
    case.waits_until = None  # whatever it waited for, there is news
    case.save()

    audit.record(
        "case.opened" if is_new else "case.updated",
        actor=SYSTEM,
        target=case,
        policy_version=version.number,
        severity=weight.severity.code,
        priority=case.priority,
        grounds=case.grounds,
    )


def _facts(
    findings: Sequence[Finding],
    parties: Sequence[CaseParty],
    reports: Sequence[Report],
    policy: Policy,
    now: datetime,
) -> CaseFacts:
    accounts = {party.account_id: party.account for party in parties}
    actors = [party.account for party in parties if party.is_actor]
    sharers = {f.actor_id for f in findings if f.rule == Ground.CONTACT_SHARED}
    sharers |= {r.reported_id for r in reports if r.reason == Ground.CONTACT_SHARED}
    return CaseFacts(
        grounds=frozenset(Ground(f.rule) for f in findings) | {Ground(r.reason) for r in reports},
        score=max((f.score for f in findings), default=0.0),
        adult_to_teen=any(accounts[pk].reaches_teen(accounts.values()) for pk in sharers),
        teen_involved=any(account.is_teen for account in accounts.values()),
        earlier_sanctions=Sanction.objects.that_counted()
        .filter(account__in=actors, starts_at__gte=now - policy.ladder_window)
        .count(),
        reporters=len({r.reporter_id for r in reports if r.repeats_id is None}),
        on_break=any(account.is_on_break for account in actors),
    )


def _with_referrals(facts: CaseFacts, referrals: Sequence[Referral], parties: Sequence[CaseParty]) -> CaseFacts:
    """What people on staff brought in counts like a report, but nobody counts as a reporter for it."""
    accounts = {party.account_id: party.account for party in parties}
    sharers = {r.account_id for r in referrals if r.account_id and r.ground == Ground.CONTACT_SHARED}
    return replace(
        facts,
        grounds=facts.grounds | {Ground(referral.ground) for referral in referrals},
        adult_to_teen=facts.adult_to_teen or any(accounts[pk].reaches_teen(accounts.values()) for pk in sharers),
        by_hand=bool(referrals),
    )


def _snippet(evidence: Sequence[Evidence], leading: Finding | None) -> str:
    """`evidence` as it was said; of a message that was edited, the text that was kept last is shown."""
    if leading is None:
        return snippet(evidence[0].text, []) if evidence else ""
    spans = leading.spans
    wanted = spans[0]["message"] if spans else leading.message_ids[0]
    of_it = [kept for kept in evidence if kept.message_id == wanted]
    shown = max(of_it, key=lambda kept: kept.pk, default=None)
    if shown is None:
        return ""
    rule = Ground(leading.rule)
    contacts = [s for s in spans if s["message"] == wanted and is_contact(rule, s["kind"])]
    return snippet(shown.text, [Mark(s["start"], s["end"], s["kind"]) for s in contacts])
