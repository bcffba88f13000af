"""Trying a draft of the policy on the past, a batch a transaction. The row of the trial says how far it came.

First the cases of the period, then, where the draft would find more than the version in force, its messages.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from accounts import SYSTEM, Actor, audit
from accounts.database import SETBACKS, whole
from accounts.roles import Capability
from moderation import hints, prescreen
from moderation.domain.policy import Policy
from moderation.domain.refusals import Missing, Refused, WrongMove
from moderation.domain.trying import Differs, Sum
from moderation.domain.vocabulary import CaseState, Ground, TrialState
from moderation.models import Case, Message, PolicyTrial, PolicyVersion, clock
from moderation.operations.screening import Claimed, Window, options_under, run, windows
from moderation.permissions import require, staff_of
from moderation.queries.past_cases import past_cases

log = structlog.get_logger(__name__)

LONGEST_DAYS = 365
CASES, MESSAGES = 200, 300  # in one batch
MOST_OPENED = 20_000  # conversations that are told apart; beyond, one may be counted twice


@whole
def start_trial(number: int, *, actor: Actor, days: int) -> PolicyTrial:
    """Begin to run the draft, as it stands now, over the last days. Raises Missing, Refused, WrongMove."""
    draft = PolicyVersion.objects.filter(number=number).select_for_update(no_key=True).first()
    now = clock.now()

    require(actor, Capability.MANAGE_POLICY)

    if draft is None:
        raise Missing("There is no such version of the policy: the draft may have been thrown away.")
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(f"A draft is tried on the last 1 to {LONGEST_DAYS} days.")
    if not draft.is_draft:
        raise WrongMove(f"Version {number} has been published: only a draft is tried.")
    if draft.trials.filter(state=TrialState.RUNNING).exists():
        raise WrongMove("The draft is being tried already: wait for it, or cancel it.")

    base, since = PolicyVersion.objects.in_force(), now - timedelta(days=days)
    first, last = _first_since(since), _last_message()
    reads = _finds_more(base.policy, draft.policy)
    trial = PolicyTrial.objects.create(
        version=draft,
        revision=draft.revision,
        body=draft.body,
        base=base,
        days=days,
        since=since,
        started_by=staff_of(actor),
        started_at=now,
        total=Case.objects.filter(opened_at__gte=since, opened_at__lte=now).count()
        + (last - first + 1 if reads and last >= first else 0),
        after={"message": first - 1, "last": last, "reads": reads},
    )

    audit.record("policy.tried", actor=actor, target=draft, revision=draft.revision, days=days, trial=trial.pk)
    hints.after_commit(hints.TRY)
    return trial


@whole
def cancel_trial(trial_id: int, *, actor: Actor) -> PolicyTrial:
    """Stop; what was found so far stays to be read. Raises Missing, WrongMove."""
    trial = PolicyTrial.objects.filter(pk=trial_id).select_for_update(of=("self",), no_key=True).first()
    now = clock.now()

    require(actor, Capability.MANAGE_POLICY)

    if trial is None:
        raise Missing("There is no such trial: its draft may have been thrown away.")

    _finish(trial, TrialState.CANCELLED, now)

    audit.record("policy.trial_cancelled", actor=actor, target=trial, done=trial.done, total=trial.total)
    return trial


@whole
def trial_batch() -> bool:
    """Go on with the oldest trial that nobody is at; answers whether there was one.

    A worker that dies takes its batch with it and nothing else: the next one goes on from the row. A trial that
    raises is put down as failed, so that it does not come back for ever.
    """
    running = PolicyTrial.objects.filter(state=TrialState.RUNNING).order_by("pk").select_related("base")
    trial = running.select_for_update(of=("self",), skip_locked=True, no_key=True).first()
    if trial is None:
        return False
    now = clock.now()
    try:
        with transaction.atomic():
            _go_on(trial, now)
    except SETBACKS:
        raise
    except Exception as error:  # whatever a draft brings about, the worker has other work
        log.warning("trial_raised", trial=trial.pk, error=type(error).__name__)
        trial.refresh_from_db()
        _finish(trial, TrialState.FAILED, now)
        audit.record("policy.trial_failed", actor=SYSTEM, target=trial, error=type(error).__name__)
    return True


def _go_on(trial: PolicyTrial, now: datetime) -> None:
    found = Sum(**trial.found)
    in_force, draft = trial.base.policy, Policy.from_body(trial.version.number, trial.body)
    if "cases_done" not in trial.after:
        _cases(trial, found, in_force, draft)
    elif trial.after["reads"] and trial.after["message"] < trial.after["last"]:
        _messages(trial, found, in_force, draft)
    else:
        trial.done = trial.total
        _finish(trial, TrialState.DONE, now)
    trial.found = asdict(found)
    trial.save(update_fields=["found", "after", "done"])


def _cases(trial: PolicyTrial, found: Sum, in_force: Policy, draft: Policy) -> None:
    place: dict[str, Any] = trial.after
    period = Case.objects.filter(opened_at__gte=trial.since, opened_at__lte=trial.started_at)
    if "opened_at" in place:
        at = datetime.fromisoformat(place["opened_at"])
        period = period.filter(Q(opened_at__gt=at) | Q(opened_at=at, pk__gt=place["case"]), opened_at__gte=at)
    cases = list(period.select_related("subject").order_by("opened_at", "pk")[:CASES])
    options = (options_under(in_force), options_under(draft))
    for past in past_cases(cases, options=options if options[0] != options[1] else None):
        found.add(past, in_force, draft)
    if len(cases) < CASES:
        place["cases_done"] = True
    else:
        place |= {"opened_at": cases[-1].opened_at.isoformat(), "case": cases[-1].pk}
    trial.done += len(cases)


def _messages(trial: PolicyTrial, found: Sum, in_force: Policy, draft: Policy) -> None:
    """Look for what the draft finds and no case knows."""
    first, last = trial.after["message"] + 1, min(trial.after["message"] + MESSAGES, trial.after["last"])
    rows = Message.objects.filter(pk__range=(first, last), received_at__gte=trial.since, screened_at__isnull=False)
    claimed = [Claimed(*row) for row in rows.order_by("pk").values_list("id", "conversation_id", "sent_at")]
    for window in windows(claimed):
        _window(window, found, in_force, draft, since=trial.since)
    found.count("messages", len(claimed))
    trial.after["message"] = last
    trial.done += last - first + 1


def _window(window: Window, found: Sum, in_force: Policy, draft: Policy, *, since: datetime) -> None:
    if window.conversation_id in found.opened:
        return
    opening = _opening(window, draft)
    if not opening:
        return
    already = {(finding.rule, finding.actor) for finding in _opening(window, in_force)}
    news = [finding for finding in opening if (finding.rule, finding.actor) not in already]
    own = Case.objects.filter(conversation=window.conversation_id)
    if not news or own.filter(~Q(state=CaseState.CLOSED) | Q(opened_at__gte=since)).exists():
        return
    if len(found.opened) < MOST_OPENED:
        found.opened.append(window.conversation_id)
    best = max(news, key=lambda finding: finding.score)
    severity = draft.grounds[Ground(best.rule)].severity.label
    found.count(Differs.OPENS.value)
    found.example(
        Differs.OPENS,
        headline=f"Conversation {window.conversation_id}: {Ground(best.rule).label.lower()}, score {best.score:.2f}",
        now="no case",
        then=f"{severity} case",
    )


def _opening(window: Window, policy: Policy) -> Sequence[prescreen.Finding]:
    """What would open a case by this policy. A window that a detector chokes on says nothing."""
    since = next(index for index, message in enumerate(window.messages) if message.id in window.new)
    try:
        found = run(window, window.messages, options_under(policy), since=since)
    except Exception as error:  # as in screening: one bad message must not stop the rest
        log.warning("trial_window_raised", conversation=window.conversation_id, error=type(error).__name__)
        return ()
    return [
        finding
        for finding in found
        if not window.new.isdisjoint(finding.messages)
        and finding.score >= policy.grounds[Ground(finding.rule)].opens_from
    ]


def _finds_more(in_force: Policy, draft: Policy) -> bool:
    """Whether the draft could open cases that the version in force does not."""
    lower = any(draft.grounds[ground].opens_from < said.opens_from for ground, said in in_force.grounds.items())
    stricter = bool(set(in_force.never_found) - set(draft.never_found))
    return lower or stricter or draft.private_terms != in_force.private_terms


def _finish(trial: PolicyTrial, state: TrialState, now: datetime) -> None:
    trial.move_to(state)
    trial.finished_at = now
    trial.save(update_fields=["state", "finished_at"])


def _last_message() -> int:
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _first_since(since: datetime) -> int:
    """The first message that came in since, by halving: ids and times of arrival rise together, and only the ids
    have an index."""
    low, high = 1, _last_message() + 1
    while low < high:
        middle = (low + high) // 2
        row = Message.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "received_at").first()
        if row is None or row[1] >= since:
            high = middle
        else:
            low = row[0] + 1
    return low
