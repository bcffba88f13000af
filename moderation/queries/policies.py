"""The pages of the policy: versions, a draft to be edited, two versions side by side, a trial. Must not know HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts import Actor
from accounts.models import User
from accounts.roles import Capability
from moderation.domain.policy import Policy
from moderation.domain.policy_changes import Change, changes
from moderation.domain.policy_fields import SECTIONS, filled
from moderation.domain.refusals import Missing
from moderation.domain.trying import Differs
from moderation.domain.vocabulary import TrialState
from moderation.models import PolicyTrial, PolicyVersion, clock
from moderation.permissions import require

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class VersionShown:
    number: int
    is_draft: bool
    is_in_force: bool
    drafted_by: str
    edited_by: str
    edited_at: datetime | None
    published_by: str
    published_at: datetime | None
    note: str
    revision: int


@dataclass(frozen=True, slots=True)
class VersionsPage:
    versions: tuple[VersionShown, ...]
    draft: VersionShown | None
    before: int | None  # the number to go on from
    can_manage: bool
    warnings: tuple[str, ...]  # about the version in force


def versions_page(*, viewer: Actor, before: int | None = None) -> VersionsPage:
    """Three queries, the newest first. Raises NotPermitted."""
    require(viewer, Capability.READ_POLICY)
    in_force = PolicyVersion.objects.in_force()
    people = ("drafted_by", "edited_by", "published_by")
    published = PolicyVersion.objects.published().defer("body").select_related(*people).order_by("-number")
    if before is not None:
        published = published.filter(number__lt=before)
    found = list(published[: PAGE_SIZE + 1])
    draft = PolicyVersion.objects.drafts().defer("body").select_related(*people).first()
    return VersionsPage(
        versions=tuple(_shown(version, in_force.number, viewer) for version in found[:PAGE_SIZE]),
        draft=_shown(draft, in_force.number, viewer) if draft else None,
        before=found[PAGE_SIZE - 1].number if len(found) > PAGE_SIZE else None,
        can_manage=viewer.can(Capability.MANAGE_POLICY),
        warnings=warnings(in_force.policy, clock.now().date()),
    )


def warnings(policy: Policy, today: date) -> tuple[str, ...]:
    """What is allowed and all the same worth a look, one sentence each."""
    said = [
        f"“{line.name}” ({line.country}) was last verified on {line.verified.isoformat()}: "
        "look whether it still holds, and set the date."
        for line in policy.crisis_lines
        if line.is_stale(today)
    ]
    if not policy.crisis_lines:
        said.append("There are no crisis lines: nobody can be pointed to help from outside.")
    return tuple(said)


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version beside another: what differs, and what may be done with it."""

    version: VersionShown
    other: int
    others: tuple[int, ...]
    changes: tuple[Change, ...]
    sections: tuple["SectionShown", ...]
    can_manage: bool
    wrote: bool  # whoever looks has written in it, and cannot publish it
    trials: tuple["TrialShown", ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionShown:
    code: str
    label: str
    says: str
    lines: tuple[tuple[str, str], ...]


def version_page(number: int, *, viewer: Actor, other: int | None = None) -> VersionPage:
    """The version compared with `other`: a draft with the version in force unless told, a published one with the one
    before. Raises Missing, NotPermitted."""
    require(viewer, Capability.READ_POLICY)
    version = _version(number)
    in_force = PolicyVersion.objects.in_force()
    numbers = list(PolicyVersion.objects.order_by("-number").values_list("number", flat=True)[:PAGE_SIZE])
    if other is None:
        other = in_force.number if version.is_draft else max((n for n in numbers if n < number), default=number)
    beside = version if other == number else _version(other)
    trials = version.trials.select_related("started_by", "version", "base").order_by("-pk")[:10]
    return VersionPage(
        version=_shown(version, in_force.number, viewer),
        other=other,
        others=tuple(n for n in numbers if n != number),
        changes=changes(beside.body, version.body),
        sections=_sections(version.body),
        can_manage=viewer.can(Capability.MANAGE_POLICY),
        wrote=viewer.actor_id in (*version.editors, version.drafted_by_id),
        trials=tuple(_trial(trial) for trial in trials),
        warnings=warnings(version.policy, clock.now().date()),
    )


@dataclass(frozen=True, slots=True)
class DraftPage:
    version: VersionShown
    body: dict[str, Any]
    warnings: tuple[str, ...]


def draft_page(number: int, *, viewer: Actor) -> DraftPage:
    """A draft to be edited. Raises Missing, also for what is no draft any more; NotPermitted."""
    require(viewer, Capability.MANAGE_POLICY)
    version = _version(number)
    if not version.is_draft:
        raise Missing(f"Version {number} has been published: it never changes again.")
    shown = _shown(version, 0, viewer)
    return DraftPage(shown, filled(version.body), warnings(version.policy, clock.now().date()))


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of what a trial counted."""

    label: str
    count: int
    examples: tuple[Mapping[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class TrialShown:
    trial_id: int
    number: int
    revision: int
    is_outdated: bool  # the draft was saved since
    base: int
    days: int
    state: TrialState
    started_by: str
    started_at: datetime
    finished_at: datetime | None
    done: int
    total: int
    counts: Mapping[str, int]
    differences: tuple[Compared, ...]

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 100 * (self.state is TrialState.DONE)

    @property
    def is_running(self) -> bool:
        return self.state is TrialState.RUNNING

    @property
    def words(self) -> str:
        """«Running: 40 %» for a screen reader and everybody else."""
        if self.is_running:
            return f"Running: {self.percent} % ({self.done:,} of {self.total:,} cases and messages read)"
        return {
            TrialState.DONE: f"Done: {self.count('cases'):,} cases and {self.count('messages'):,} messages read",
            TrialState.CANCELLED: f"Cancelled at {self.percent} %: what follows is of the part that was read",
            TrialState.FAILED: f"Failed at {self.percent} %: tell whoever runs Haven; the log names the cause",
        }[self.state]

    def count(self, what: str) -> int:
        return self.counts.get(what, 0)

    @property
    def against_people(self) -> tuple[str, ...]:
        """What people decided, beside what both versions suggest."""
        decided = self.count("decided")
        if not decided:
            return ("None of these cases has been decided yet.",)
        return (
            f"Of {decided:,} decided cases, people sanctioned somebody in {self.count('sanctioned'):,}.",
            f"The version in force suggests what was decided in {self.count('agree_now'):,}, "
            f"the draft in {self.count('agree_then'):,}.",
            f"Of the cases that would not open, people sanctioned somebody in {self.count('lost'):,} "
            f"and found no violation in {self.count('spared'):,}.",
        )


def trial_page(trial_id: int, *, viewer: Actor) -> TrialShown:
    """One query. Raises Missing, NotPermitted."""
    require(viewer, Capability.READ_POLICY)
    found = PolicyTrial.objects.select_related("version", "base", "started_by").filter(pk=trial_id).first()
    if found is None:
        raise Missing("There is no such trial: its draft may have been thrown away.")
    return _trial(found)


def _version(number: int) -> PolicyVersion:
    people = ("drafted_by", "edited_by", "published_by")
    found = PolicyVersion.objects.filter(number=number).select_related(*people).first()
    if found is None:
        raise Missing("There is no such version of the policy: a draft may have been thrown away.")
    return found


def _shown(version: PolicyVersion, in_force: int, viewer: Actor) -> VersionShown:
    return VersionShown(
        number=version.number,
        is_draft=version.is_draft,
        is_in_force=version.number == in_force,
        drafted_by=_name(version.drafted_by, viewer),
        edited_by=_name(version.edited_by, viewer),
        edited_at=version.edited_at,
        published_by=_name(version.published_by, viewer),
        published_at=version.published_at,
        note=version.note,
        revision=version.revision,
    )


def _name(person: User | None, viewer: Actor) -> str:
    if person is None:
        return "Haven"
    return "you" if person.pk == viewer.actor_id else person.name


def _sections(body: Mapping[str, Any]) -> tuple[SectionShown, ...]:
    whole = filled(body)
    return tuple(
        SectionShown(
            section.code,
            section.label,
            section.says,
            tuple(
                (f"{group.label}: {field.label.lower()}", field.shape.words(field.value(whole)))
                for group in section.groups
                for field in group.fields
            ),
        )
        for section in SECTIONS
    )


def _trial(trial: PolicyTrial) -> TrialShown:
    counts: Mapping[str, int] = trial.found.get("counts", {})
    examples: Mapping[str, Sequence[Mapping[str, str | int]]] = trial.found.get("examples", {})
    return TrialShown(
        trial_id=trial.pk,
        number=trial.version.number,
        revision=trial.revision,
        is_outdated=trial.version.revision != trial.revision,
        base=trial.base.number,
        days=trial.days,
        state=TrialState(trial.state),
        started_by=trial.started_by.name,
        started_at=trial.started_at,
        finished_at=trial.finished_at,
        done=trial.done,
        total=trial.total,
        counts=counts,
        differences=tuple(
            Compared(differs.label, counts.get(differs.value, 0), tuple(examples.get(differs.value, ())))
            for differs in Differs
        ),
    )
