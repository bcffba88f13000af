"""The life of a policy version: drafted, edited under a check of its revision, thrown away or published by another."""

from collections.abc import Mapping
from typing import Any

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.policy_changes import changes
from moderation.domain.policy_faults import faults
from moderation.domain.policy_fields import FIELDS, filled
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.models import PolicyVersion, clock
from moderation.permissions import require, require_fresh, staff_of

_BY_PATH = {field.path: field for field in FIELDS}


class Faulty(Refused):
    """What was to be saved cannot be a policy; `faults` has a sentence for each field by its path."""

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__(" ".join(found.values()))
        self.faults = found


@whole
def start_draft(*, actor: Actor) -> PolicyVersion:
    """A draft that says what the version in force says. Raises WrongMove when there is a draft already."""
    in_force = _locked_in_force()
    now = clock.now()

    require(actor, Capability.MANAGE_POLICY)

    standing = PolicyVersion.objects.drafts().select_related("drafted_by").first()
    if standing is not None:
        raise WrongMove(f"There is a draft already, version {standing.number}: work on that one, or throw it away.")

    author = staff_of(actor)
    draft = PolicyVersion.objects.create(
        number=in_force.number + 1,
        body=filled(in_force.body),
        drafted_by=author,
        editors=[author.pk],
        edited_by=author,
        edited_at=now,
    )

    audit.record("policy.drafted", actor=actor, target=draft, policy_version=in_force.number, number=draft.number)
    return draft


@whole
def save_draft(number: int, *, actor: Actor, seen_revision: int, values: Mapping[str, Any]) -> PolicyVersion:
    """Put values into the draft, by their paths. Nothing is written when it says so already.

    Raises Missing; WrongMove when it is no draft any more; Stale when somebody has saved since it was seen; Faulty.
    """
    draft = _locked_draft(number)
    now = clock.now()

    require(actor, Capability.MANAGE_POLICY)

    _check_seen(draft, seen_revision)
    body = filled(draft.body)
    changed = [path for path, value in values.items() if _BY_PATH[path].value(body) != value]
    for path in changed:
        _BY_PATH[path].put(body, values[path])
    if found := faults(body):
        raise Faulty(found)
    if not changed:
        return draft

    author = staff_of(actor)
    draft.body = body
    draft.revision += 1
    draft.editors = sorted({*draft.editors, author.pk})
    draft.edited_by, draft.edited_at = author, now
    draft.save(update_fields=["body", "revision", "editors", "edited_by", "edited_at"])

    audit.record("policy.edited", actor=actor, target=draft, revision=draft.revision, fields=sorted(changed))
    return draft


@whole
def discard_draft(number: int, *, actor: Actor, seen_revision: int) -> None:
    """Throw the draft away, and what was tried with it. Raises Missing, WrongMove, Stale."""
    draft = _locked_draft(number)

    require(actor, Capability.MANAGE_POLICY)

    _check_seen(draft, seen_revision)

    gone = PolicyVersion(pk=draft.pk, number=draft.number)
    draft.delete()

    audit.record("policy.discarded", actor=actor, target=gone, number=gone.number, revision=seen_revision)


@whole
def publish(number: int, *, actor: Actor, seen_revision: int, note: str) -> PolicyVersion:
    """Put the draft into force: from now on, for what is opened and decided from now on.

    Raises Missing, WrongMove; NotPermitted for everybody who has written in it; Stale when it was saved since it was
    seen; Refused without a note or a difference; Faulty.
    """
    in_force = _locked_in_force()
    draft = _locked_draft(number)
    now = clock.now()

    require(actor, Capability.MANAGE_POLICY)
    require_fresh(actor)
    person = staff_of(actor)
    if person.pk in draft.editors or person.pk == draft.drafted_by_id:
        raise NotPermitted("You have written in this draft: a second person has to publish it.")

    _check_seen(draft, seen_revision)
    text = note.strip()
    if not text:
        raise Refused("Say in a sentence why the policy changes: it stays on the record.")
    if found := faults(draft.body):
        raise Faulty(found)
    different = changes(in_force.body, draft.body)
    if not different:
        raise Refused("The draft says what the version in force says: there is nothing to publish.")

    draft.published_by, draft.published_at, draft.note = person, now, text
    draft.save(update_fields=["published_by", "published_at", "note"])

    audit.record(
        "policy.published",
        actor=actor,
        target=draft,
        policy_version=draft.number,
        revision=draft.revision,
        changes=[change.what for change in different],
    )
    return draft


def _locked_in_force() -> PolicyVersion:
    """Whoever starts or publishes a draft waits here: there is one draft, and one version in force."""
    return PolicyVersion.objects.published().select_for_update(no_key=True).latest("number")


def _locked_draft(number: int) -> PolicyVersion:
    found = PolicyVersion.objects.filter(number=number).select_for_update(no_key=True).first()
    if found is None:
        raise Missing("There is no such version of the policy: the draft may have been thrown away.")
    if not found.is_draft:
        raise WrongMove(f"Version {number} has been published: it never changes again. Start a new draft.")
    return found


def _check_seen(draft: PolicyVersion, seen_revision: int) -> None:
    if draft.revision != seen_revision:
        raise Stale(f"{draft.edited_by} has saved the draft since you looked. Look at what it says now.")
