"""Cases of the past as a trial weighs them: what was found and told, who took part, what people decided."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from moderation import prescreen
from moderation.domain.ladder import PastSanction
from moderation.domain.priority import CaseFacts
from moderation.domain.trying import Found, PastCase
from moderation.domain.vocabulary import DecisionState, Ground, SanctionKind
from moderation.models import Case, CaseParty, Decision, Evidence, Finding, Sanction

Row = TypeVar("Row", CaseParty, Finding, Evidence)
Both = tuple[prescreen.Options, prescreen.Options]
Seen = frozenset[tuple[str, int]]  # rule and actor
MOST_EVIDENCE = 400  # messages of one case that are read anew


def past_cases(cases: Sequence[Case], *, options: Both | None) -> list[PastCase]:
    """Eight queries however many cases there are. `options`: of the version in force and of the draft, where they
    differ; then the evidence of every case is read anew by both, to see what the draft no longer finds."""
    ids = [case.pk for case in cases]
    parties = _by_case(CaseParty.objects.filter(case__in=ids).select_related("account").order_by("pk"))
    findings = _by_case(Finding.objects.filter(case__in=ids).order_by("pk"))
    decided = _decided(ids)
    history = _history({case.subject_id for case in cases})
    evidence = _by_case(Evidence.objects.filter(case__in=ids).order_by("sent_at", "pk")) if options else {}
    known = {case.pk: case for case in Case.objects.filter(pk__in=ids).prefetch_related("reports", "referrals")}
    told = {case.pk: _told(case) for case in known.values()}
    return [
        _past(
            case,
            parties.get(case.pk, []),
            _found(findings.get(case.pk, []), _no_longer(case, evidence.get(case.pk, []), options)),
            told[case.pk],
            sharers=_sharers(findings.get(case.pk, []), known[case.pk]),
            history=[past for past in history[case.subject_id] if past.started_at < case.opened_at],
            decided=decided.get(case.pk),
        )
        for case in cases
    ]


def _past(
    case: Case,
    parties: Sequence[CaseParty],
    found: tuple[Found, ...],
    told: frozenset[Ground],
    *,
    sharers: set[int],
    history: Sequence[PastSanction],
    decided: frozenset[str] | None,
) -> PastCase:
    accounts = {party.account_id: party.account for party in parties}
    return PastCase(
        case_id=case.pk,
        headline=case.headline,
        opened_at=case.opened_at,
        found=found,
        told=told,
        facts=CaseFacts(
            grounds=frozenset(Ground(ground) for ground in case.grounds),
            adult_to_teen=any(accounts[pk].reaches_teen(accounts.values()) for pk in sharers if pk in accounts),
            teen_involved=case.teen,
            reporters=case.reporters,
            on_break=case.on_break,
        ),
        holds_teen_badge=case.subject.holds_teen_badge or SanctionKind.TEEN_BADGE_REMOVAL in (decided or ()),
        history=tuple(history),
        decided=decided,
    )


def _sharers(findings: Iterable[Finding], case: Case) -> set[int]:
    """As when the case was assessed: whoever is found or said to have shared a contact."""
    shared = Ground.CONTACT_SHARED
    sharers = {finding.actor_id for finding in findings if finding.rule == shared}
    sharers |= {report.reported_id for report in case.reports.all() if report.reason == shared}
    return sharers | {r.account_id for r in case.referrals.all() if r.account_id and r.ground == shared}


def _told(case: Case) -> frozenset[Ground]:
    reported = {Ground(report.reason) for report in case.reports.all()}
    return frozenset(reported | {Ground(referral.ground) for referral in case.referrals.all()})


def _found(findings: Iterable[Finding], gone: Seen) -> tuple[Found, ...]:
    return tuple(Found(Ground(f.rule), f.score, is_left=(f.rule, f.actor_id) not in gone) for f in findings)


def _no_longer(case: Case, evidence: Sequence[Evidence], options: Both | None) -> Seen:
    """What the evidence shows by the version in force, and not by the draft."""
    if options is None or not evidence:
        return frozenset()
    messages = tuple(
        prescreen.Message(id=str(kept.pk), sender=str(kept.sender_id), text=kept.text)
        for kept in evidence[:MOST_EVIDENCE]
    )
    now, then = (_seen(str(case.pk), messages, one) for one in options)
    return now - then


def _seen(name: str, messages: tuple[prescreen.Message, ...], options: prescreen.Options) -> Seen:
    found = prescreen.screen(prescreen.Conversation(name, "", (), messages), options=options)
    return frozenset((finding.rule.value, int(finding.actor)) for finding in found)


def _decided(ids: Sequence[int]) -> Mapping[int, frozenset[str]]:
    """The measures of the last decision of each case that a person has put into force or proposed; empty: none."""
    states = [DecisionState.IN_FORCE, DecisionState.PROPOSED]
    decisions = Decision.objects.filter(case__in=ids, state__in=states).order_by("pk").prefetch_related("sanctions")
    return {
        decision.case_id: frozenset(
            sanction.measure.code
            for sanction in decision.sanctions.all()
            if sanction.kind != SanctionKind.TEEN_BADGE_HOLD
        )
        for decision in decisions
    }


def _history(subjects: Iterable[int]) -> Mapping[int, list[PastSanction]]:
    found: dict[int, list[PastSanction]] = defaultdict(list)
    for sanction in Sanction.objects.that_counted().filter(account__in=subjects):
        if sanction.starts_at is not None:
            past = PastSanction(Ground(sanction.ground), SanctionKind(sanction.kind), sanction.starts_at)
            found[sanction.account_id].append(past)
    return found


def _by_case(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found
