"""Who may do what to which thing: predicates on values, and `require` to insist on one."""

from typing import Any

from django.db.models import Q

from accounts.access import require, require_fresh
from accounts.actors import Actor
from accounts.models import User
from accounts.roles import Age, Capability
from moderation.domain.refusals import Missing, NotPermitted
from moderation.domain.vocabulary import Deed, Lane
from moderation.models import Appeal, Case, Decision, SanctionChange

__all__ = [
    "about_cases_of",
    "is_narrowed",
    "lanes_of",
    "may_answer",
    "may_hear",
    "may_see",
    "may_sign",
    "require",
    "require_all_cases",
    "require_fresh",
    "require_second_person",
    "require_sight",
    "require_sight_of",
    "seen_in_sql",
    "seen_values",
    "staff_of",
]


def may_answer(actor: Actor, decision: Decision) -> bool:
    """Whether this person may give the second signature on the decision, or withhold it."""
    return actor.can(Capability.APPROVE) and actor.actor_id != decision.decided_by_id


def may_sign(actor: Actor, change: SanctionChange) -> bool:
    """Whether this person may give the second signature on a change: seniors and admins on what is to be permanent, a
    second admin on a badge that is given again."""
    wanted = Capability.APPROVE if change.deed == Deed.PERMANENT else Capability.MANAGE_SANCTIONS
    return actor.can(wanted) and actor.actor_id != change.proposer_id


def may_hear(actor: Actor, appeal: Appeal) -> bool:
    """Whether this person may hear the appeal: somebody who neither proposed nor approved the sanction."""
    return actor.can(Capability.HEAR_APPEALS) and actor.actor_id not in (appeal.proposer_id, appeal.approver_id)


def lanes_of(actor: Actor) -> frozenset[Lane]:
    """Whose cases this person is offered. What was raised goes to seniors and admins."""
    return frozenset(Lane) if actor.can(Capability.APPROVE) else frozenset({Lane.ORDINARY})


def is_narrowed(actor: Actor) -> bool:
    """Whether this person sees the cases of some rules or one age alone."""
    return isinstance(actor, User) and actor.is_narrowed


def may_see(actor: Actor, case: Case) -> bool:
    """Whether the case is one that this person's access reaches; machines see all."""
    if not isinstance(actor, User):
        return True
    age = Age.TEEN if case.teen else Age.ADULT
    return (not actor.rules or case.ground in actor.rules) and (not actor.ages or age in actor.ages)


def about_cases_of(viewer: Actor, case: str = "case") -> Q:
    """For rows that are about a case: those about one that this person may see. `case`: the way to it."""
    return Q(**{f"{case}__in": Case.objects.visible_to(viewer)}) if is_narrowed(viewer) else Q()


_SEEN = """({column} IS NULL OR EXISTS (
    SELECT FROM moderation_case AS known WHERE known.id = {column}
    AND (%(seen_rules)s::text[] IS NULL OR known.ground = ANY(%(seen_rules)s::text[]))
    AND (%(seen_teen)s::boolean IS NULL OR known.teen = %(seen_teen)s::boolean)
))"""


def seen_in_sql(viewer: Actor, column: str) -> str:
    """The same as a condition in SQL on the column that holds the number of the case, with `seen_values` in it. What
    is about no case may be seen."""
    return _SEEN.format(column=column) if is_narrowed(viewer) else "true"


def seen_values(viewer: Actor) -> dict[str, Any]:
    """What `seen_in_sql` asks for."""
    if not isinstance(viewer, User):
        return {}
    return {"seen_rules": viewer.rules or None, "seen_teen": viewer.ages == [Age.TEEN] if viewer.ages else None}


def require_sight(actor: Actor, case: Case | None) -> Case:
    """The case; Missing when there is none, or none that this person may see: both look the same."""
    if case is None or not may_see(actor, case):
        raise Missing("There is no such case.")
    return case


def require_sight_of(actor: Actor, case_id: int, *, what: str) -> None:
    """For what is about a case: Missing when this person may not see that. No query for whoever may see all."""
    if is_narrowed(actor) and not Case.objects.visible_to(actor).filter(pk=case_id).exists():
        raise Missing(f"There is no such {what}.")


def require_all_cases(actor: Actor) -> None:
    """For what makes sense whole or not at all."""
    if is_narrowed(actor):
        raise NotPermitted(f"{actor.actor_name} sees some cases alone, and this needs all of them.")


def require_second_person(actor: Actor, decision: Decision) -> None:
    require(actor, Capability.APPROVE)
    if not may_answer(actor, decision):
        raise NotPermitted("You proposed this yourself: a second person has to approve or refuse it.")


def staff_of(actor: Actor) -> User:
    """The person behind an actor. Raises NotPermitted for machines: some things only a person can hold or decide."""
    if not isinstance(actor, User):
        raise NotPermitted(f"{actor.actor_name} is not a person on staff, and only one of them can do this.")
    return actor
