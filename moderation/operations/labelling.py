"""A person's word on the pre-screen: that a finding is wrong, or that words of a message were missed.

Labels change no case: they are shown with it, take a wrong finding out of what is suggested, and teach the pre-screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.quoting import Place, places
from moderation.domain.refusals import Held, Missing, Refused
from moderation.domain.vocabulary import Ground, Judgement
from moderation.models import Case, Label, Message, PolicyVersion, clock
from moderation.operations import opening
from moderation.permissions import require, require_sight, staff_of
from moderation.queries.matters import Matter, matter_of
from moderation.queries.surroundings import asked_for, has_revealed
from moderation.queries.transcripts import Line, transcript

LONGEST_QUOTATION = 2_000


@dataclass(frozen=True, slots=True)
class Missed:
    """Words that somebody quotes from the page. Without a message they are looked for in all that is shown; `near` is
    where in the message they were marked, if that is known."""

    rule: Ground
    words: str
    message_id: int | None = None
    near: int | None = None


@whole
def mark_wrong(case_id: int, finding_id: int, *, actor: Actor) -> Label:
    """Say that a finding is none. Saying it twice is saying it once.

    Raises Missing for a finding of another case, NotPermitted, Held while another person works on the case.
    """
    case, now = _locked(case_id, actor), clock.now()

    require(actor, Capability.WORK_CASES)

    _check_free(case, actor, now)
    finding = case.findings.filter(pk=finding_id).first()
    if finding is None:
        raise Missing("There is no such finding in this case.")
    before = finding.labels.filter(judgement=Judgement.WRONG, withdrawn_at__isnull=True).first()
    if before is not None:
        return before

    label = Label.objects.create(
        case=case,
        judgement=Judgement.WRONG,
        rule=finding.rule,
        finding=finding,
        engine=finding.engine,
        given_by=staff_of(actor),
    )

    audit.record("label.given", actor=actor, target=label, case=case.pk, judgement="wrong", finding=finding.pk)
    return label


@whole
def mark_missed(case_id: int, *, actor: Actor, missed: Missed) -> Label:
    """Say that the pre-screen missed words of a message that the page shows. The message becomes evidence with it.

    Only what is shown can be quoted: words under a mask are found by their mask, and read as they are only by whoever
    has revealed them on record. So nobody learns by trying what is hidden, or what is further off in the conversation.
    Raises Missing, NotPermitted, Held, and Refused when the words are not there, are not clear, or were found before.
    """
    case, now = _locked(case_id, actor), clock.now()

    require(actor, Capability.WORK_CASES)

    _check_free(case, actor, now)
    _check_quotation(missed)
    line, (start, end) = _find(case, missed, actor, now)
    known = {"judgement": Judgement.MISSED, "rule": missed.rule, "message_id": line.message_id}
    before = case.labels.filter(**known, start__lte=start, end__gte=end, withdrawn_at__isnull=True).first()
    if before is not None:
        return before

    message = Message.objects.filter(pk=line.message_id).first()
    if message is not None and not line.is_evidence:
        opening.keep_evidence(case, [message])
    label = Label.objects.create(
        case=case, **known, start=start, end=end, engine=message.engine if message else "", given_by=staff_of(actor)
    )

    audit.record(
        "label.given",
        actor=actor,
        target=label,
        case=case.pk,
        judgement="missed",
        rule=missed.rule,
        message=line.message_id,
    )
    return label


@whole
def withdraw_label(case_id: int, label_id: int, *, actor: Actor) -> Label:
    """Take a label back, one's own or a colleague's; it stays on record. Doing it twice is doing it once.

    Raises Missing, NotPermitted, Held.
    """
    case, now = _locked(case_id, actor), clock.now()

    require(actor, Capability.WORK_CASES)

    _check_free(case, actor, now)
    label = case.labels.filter(pk=label_id).first()
    if label is None:
        raise Missing("There is no such label in this case.")
    if label.withdrawn_at is not None:
        return label

    label.withdrawn_at = now
    label.save(update_fields=["withdrawn_at"])

    audit.record("label.withdrawn", actor=actor, target=label, case=case.pk)
    return label


@whole
def record_export(case_ids: Sequence[int], *, actor: Actor, with_text: bool) -> None:
    """Put on record which cases leave Haven as lessons, before they do."""
    require(actor, Capability.MANAGE_POLICY)

    audit.record(
        "labels.exported",
        actor=actor,
        target=PolicyVersion.objects.in_force(),
        cases=list(case_ids),
        with_text=with_text,
    )


def _locked(case_id: int, actor: Actor) -> Case:
    rows = Case.objects.select_for_update(of=("self",), no_key=True).select_related("holder", "conversation")
    return require_sight(actor, rows.filter(pk=case_id).first())


def _check_free(case: Case, actor: Actor, now: datetime) -> None:
    """What is marked changes what the page suggests, so it is left to whoever is at it."""
    if case.is_held(now) and not case.is_held_by(actor.actor_id, now):
        raise Held(f"{case.holder} is working on this case and marks its findings. Tell them, or take the case over.")


def _check_quotation(missed: Missed) -> None:
    if missed.rule is Ground.OTHER:
        raise Refused("Choose which of the four rules the words break: the pre-screen knows no other.")
    if not missed.words.strip():
        raise Refused("Quote the words that were missed.")
    if len(missed.words) > LONGEST_QUOTATION:
        raise Refused(f"Quote {LONGEST_QUOTATION:,} characters at most: the words alone are enough.")


def _find(case: Case, missed: Missed, actor: Actor, now: datetime) -> tuple[Line, Place]:
    """The line and the place of the words. No refusal says anything of what stands in a message."""
    matter = matter_of(case, now=now, is_revealed=False)
    found = _quoted(matter, missed, actor)
    if not found and has_revealed(case, viewer=actor, now=now):
        found = _quoted(replace(matter, is_revealed=True), missed, actor)
    if not found:
        raise Refused("These words are not in the messages shown. Copy them from one message exactly as it reads.")
    if len({line.message_id for line, _ in found}) > 1:
        raise Refused("These words stand in several messages. Quote a few more of them, so that it is clear which.")
    line = found[0][0]
    place = min((place for _, place in found), key=lambda place: abs(place[0] - (missed.near or 0)))
    if _is_found_already(matter, line, missed.rule, place):
        raise Refused("The pre-screen has found these words already, under the same rule.")
    return line, place


def _quoted(matter: Matter, missed: Missed, actor: Actor) -> list[tuple[Line, Place]]:
    shown = transcript(matter, asked_for(matter.case, viewer=actor, now=matter.now)).lines
    return [
        (line, place)
        for line in shown
        if missed.message_id in (None, line.message_id)
        for place in places(line.text, missed.words)
    ]


def _is_found_already(matter: Matter, line: Line, rule: Ground, place: Place) -> bool:
    spans = [span for finding in matter.upheld if finding.rule == rule for span in finding.spans]
    return any(
        span["message"] == line.message_id and span["start"] <= place[0] and place[1] <= span["end"] for span in spans
    )
