"""Hearing an appeal in two steps, a first view and then the ruling; and undoing the ruling while that is possible."""

from datetime import datetime, timedelta

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import outbox
from moderation.domain.appeals import Ruling, check_view
from moderation.domain.policy import Policy
from moderation.domain.refusals import NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import AppealState, EndedBy, Ground, SanctionKind, SanctionState
from moderation.domain.wording import Told, notice
from moderation.models import Appeal, FirstView, PolicyVersion, Sanction, clock
from moderation.operations import standings
from moderation.operations.appealed import locked_appeal, restore, snapshot
from moderation.permissions import may_hear, require, staff_of


@whole
def record_hearing_look(appeal_id: int, *, actor: Actor) -> None:
    """Put on record that somebody reads the matter of an appeal. Raises Missing or NotPermitted."""
    appeal = locked_appeal(appeal_id, actor=actor)

    require(actor, Capability.HEAR_APPEALS)

    audit.record("appeal.read", actor=actor, target=appeal, case=appeal.sanction.case_id)


@whole
def write_first_view(appeal_id: int, *, actor: Actor, text: str) -> FirstView:
    """Keep what somebody thinks before they see the decision; from then on they see it. It is never changed.

    Writing the same again answers the first. Raises Missing, NotPermitted, Refused without a sentence, WrongMove when
    one was written or the appeal was decided meanwhile.
    """
    appeal = locked_appeal(appeal_id, actor=actor)

    _permit(appeal, actor)

    said = check_view(text)
    before = appeal.first_views.filter(person_id=actor.actor_id).first()
    if before is not None and before.text == said:
        return before
    if before is not None:
        raise WrongMove("You have written your first view of this appeal already, and it stays as it is.")
    _check_open(appeal, actor)

    view = FirstView.objects.create(appeal=appeal, person=staff_of(actor), text=said)

    audit.record("appeal.viewed", actor=actor, target=appeal, view=view.pk)
    return view


@whole
def hear_appeal(appeal_id: int, *, actor: Actor, ruling: Ruling, seen: str) -> Appeal:
    """Decide an appeal: the sanction stays, becomes milder or ends, and platform and person are told.

    Nothing leaves before the undo window is over. The same ruling of the same person again answers the first. `seen`
    is the stamp of the sanction that the person saw. Raises Missing; NotPermitted for whoever proposed or approved
    the sanction; Refused without a first view of one's own, or when the ruling makes no sense; WrongMove when somebody
    was faster; Stale when the sanction has changed since it was seen.
    """
    appeal = locked_appeal(appeal_id, actor=actor)
    now = clock.now()

    _permit(appeal, actor)

    if _is_again(appeal, actor, ruling):
        return appeal
    _check_open(appeal, actor)
    view = appeal.first_views.filter(person_id=actor.actor_id).first()
    if view is None:
        raise Refused("Write your first view before you decide: it is asked of everybody who hears an appeal.")
    if seen != appeal.stamp:
        raise Stale("The sanction has changed since you opened this page. Look again before you decide.")
    appeal.appealed.check(ruling)

    version = PolicyVersion.objects.in_force()
    appeal.move_to(ruling.outcome)
    appeal.hearer, appeal.first_view, appeal.heard_at = staff_of(actor), view, now
    appeal.reply = ruling.reply.strip()
    appeal.undo_until = now + version.policy.undo_window
    appeal.hearings += 1
    appeal.before = snapshot(appeal.sanction)
    _carry_out(appeal, ruling, version.policy, now)
    appeal.after = snapshot(appeal.sanction)
    appeal.save()
    standings.settle([appeal.sanction.account])
    _tell(appeal)

    audit.record(
        "appeal.decided",
        actor=actor,
        target=appeal,
        policy_version=version.number,
        outcome=ruling.outcome.value,
        sanction=appeal.sanction_id,
        account=appeal.sanction.account_id,
        measure=ruling.measure.code if ruling.measure else None,
        view=view.pk,
    )
    return appeal


@whole
def undo_hearing(appeal_id: int, *, actor: Actor) -> Appeal:
    """Take a ruling back while nothing of it has left: the sanction is as before and the appeal waits again.

    For whoever decided it, within the undo window. Raises Missing, NotPermitted, WrongMove.
    """
    appeal = locked_appeal(appeal_id, actor=actor)
    now = clock.now()

    require(actor, Capability.HEAR_APPEALS)
    if appeal.state == AppealState.OPEN:
        raise WrongMove("This appeal waits to be heard: there is nothing to undo.")
    if appeal.hearer_id != actor.actor_id:
        raise NotPermitted("Only the person who decided this appeal can undo it.")

    if snapshot(appeal.sanction) != appeal.after:
        raise WrongMove("The sanction has been changed since, so this cannot be undone any more.")
    if not appeal.can_be_undone(now) or not outbox.cancel(appeal.cause):
        raise WrongMove("The time to undo is over and the platform has been told.")

    undone = appeal.state
    restore(appeal.sanction, appeal.before)
    appeal.move_to(AppealState.OPEN)
    appeal.hearer = appeal.first_view = appeal.heard_at = appeal.undo_until = None
    appeal.reply, appeal.before, appeal.after = "", {}, {}
    appeal.save()
    standings.settle([appeal.sanction.account])

    audit.record("appeal.undone", actor=actor, target=appeal, outcome=undone, sanction=appeal.sanction_id)
    return appeal


def _permit(appeal: Appeal, actor: Actor) -> None:
    require(actor, Capability.HEAR_APPEALS)
    if not may_hear(actor, appeal):
        raise NotPermitted("You proposed or approved this sanction: somebody who had no part in it hears the appeal.")


def _check_open(appeal: Appeal, actor: Actor) -> None:
    if appeal.state != AppealState.OPEN:
        who = "You have" if appeal.hearer_id == actor.actor_id else f"{appeal.hearer} has"
        raise WrongMove(f"{who} decided this appeal meanwhile: {appeal.state}.")


def _is_again(appeal: Appeal, actor: Actor, ruling: Ruling) -> bool:
    same = appeal.state == ruling.outcome and appeal.reply == ruling.reply.strip()
    return same and appeal.hearer_id == actor.actor_id


def _carry_out(appeal: Appeal, ruling: Ruling, policy: Policy, now: datetime) -> None:
    """Change the sanction and announce the change; what is only upheld changes nothing."""
    if ruling.outcome is AppealState.OVERTURNED:
        _overturn(appeal, now)
    elif ruling.measure is not None and ruling.measure.kind is SanctionKind.EDUCATION_NOTICE:
        _make_education(appeal, policy, now)
    elif ruling.measure is not None:
        _shorten(appeal, ruling, now)


def _overturn(appeal: Appeal, now: datetime) -> None:
    """What is over already only changes how it ended: it counts no longer."""
    sanction = appeal.sanction
    if sanction.state == SanctionState.IN_FORCE:
        standings.end(sanction, actor=_hearer_of(appeal), how=EndedBy.APPEAL, reason=_WHY_OVERTURNED, now=now)
        _announce_end(appeal, sanction)
    else:
        sanction.ended_how, sanction.end_reason = EndedBy.APPEAL, _WHY_OVERTURNED
        sanction.save(update_fields=["ended_how", "end_reason"])


def _shorten(appeal: Appeal, ruling: Ruling, now: datetime) -> None:
    """Counted from its beginning. Where the shorter time is over already, the sanction has run out and ends now."""
    sanction, measure = appeal.sanction, ruling.measure
    assert measure is not None
    sanction.ends_at = appeal.appealed.end_of(measure)
    sanction.days, sanction.permanent = measure.days, False
    sanction.save(update_fields=["ends_at", "days", "permanent"])
    if sanction.ends_at <= now:
        hearer = _hearer_of(appeal)
        standings.end(sanction, actor=hearer, how=EndedBy.EXPIRY, reason=_WHY_SHORTENED, now=now)
        _announce_end(appeal, sanction)
    else:
        _announce(appeal, sanction, with_notice=False)  # the old one names the old length; the reply tells the new


def _make_education(appeal: Appeal, policy: Policy, now: datetime) -> None:
    """The same sanction in a milder kind, from the same beginning: one step of the ladder, appealed against once."""
    sanction = appeal.sanction
    assert sanction.starts_at is not None
    sanction.ends_at = now  # of what it was until now, as the platform is told
    _announce_end(appeal, sanction)
    ground = Ground(sanction.ground)
    clause = policy.clauses_of(ground).get(sanction.clause) or policy.grounds[ground].clause
    sanction.kind, sanction.days, sanction.permanent = SanctionKind.EDUCATION_NOTICE, None, False
    sanction.ends_at = max(sanction.starts_at + policy.ladder_window, now + timedelta(days=1))
    about = Told(sanction.account.display_name, (ground,), clause.text)
    sanction.notice = notice(sanction.measure, about, policy, now=now)
    sanction.save(update_fields=["kind", "days", "permanent", "ends_at", "notice"])
    _announce(appeal, sanction, with_notice=True)


_WHY_OVERTURNED = "Overturned on appeal."
_WHY_SHORTENED = "Shortened on appeal to a time that was over."


def _hearer_of(appeal: Appeal) -> Actor:
    assert appeal.hearer is not None
    return appeal.hearer


def _announce(appeal: Appeal, sanction: Sanction, *, with_notice: bool) -> None:
    assert appeal.undo_until is not None
    when, cause = appeal.undo_until, appeal.cause
    standings.announce(sanction, not_before=when, cause=cause, again=cause, with_notice=with_notice)


def _announce_end(appeal: Appeal, sanction: Sanction) -> None:
    assert appeal.undo_until is not None
    standings.announce_end(sanction, not_before=appeal.undo_until, cause=appeal.cause, again=appeal.cause)


def _tell(appeal: Appeal) -> None:
    """Whatever came of it, the person hears: on the platform, in the words of the hearer."""
    assert appeal.undo_until is not None
    outbox.post(
        "appeal.decided",
        {
            "appeal": appeal.ext_id,
            "sanction": str(appeal.sanction_id),
            "outcome": appeal.state,
            "text": appeal.reply,
        },
        account=appeal.sanction.account,
        key=f"appeal.decided:{appeal.cause}",
        not_before=appeal.undo_until,
        cause=appeal.cause,
    )
