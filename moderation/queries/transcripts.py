"""The conversation of a case as its page shows it: what was said around the evidence, marked in place.

Must not know who decides or how.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from moderation.domain.masking import Piece
from moderation.domain.vocabulary import AgeGroup, Ground, Kind, Reason, Room, Rule, Severity
from moderation.models import Account, Evidence, Finding, Message
from moderation.models.prepared import Prepared, among
from moderation.queries.matters import Matter, finding_key, label_key
from moderation.queries.surroundings import MORE, Near, messages_near

AROUND = 10  # messages shown on either side of each piece of evidence
MOST_SHOWN = 300  # without those that somebody asked for


@dataclass(frozen=True, slots=True)
class Tag:
    """What a marked stretch is marked as: told apart by rule and by words, not by colour alone."""

    rule: Ground
    short: str  # «1 shared»
    title: str
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class FindingShown:
    finding_id: int
    number: int  # within the case, the surest first
    rule: Ground
    label: str  # «Contact shared · phone 0.98»
    explanation: tuple[Piece, ...]
    severity: Severity
    wrong_by: str = ""  # who marked it as wrong
    label_id: int = 0  # their word, to be withdrawn


@dataclass(frozen=True, slots=True)
class MissedShown:
    """Words that the pre-screen missed, by somebody's word."""

    label_id: int
    rule: Ground
    by: str


@dataclass(frozen=True, slots=True)
class Line:
    """One message; `since` says what became of it since it was kept as evidence, whose text is shown then."""

    message_id: int
    sender_id: int
    name: str
    is_teen: bool
    words: str
    sent_at: datetime
    pieces: tuple[Piece, ...]
    findings: tuple[FindingShown, ...]
    is_evidence: bool
    tags: Mapping[str, Tag]  # by the keys of the pieces
    missed: tuple[MissedShown, ...] = ()
    since: str = ""

    @property
    def is_stop(self) -> bool:
        """Whether going from finding to finding stops here."""
        return bool(self.findings or self.missed)

    @property
    def text(self) -> str:
        """As it is shown: what is hidden is not in it, and every character has its place in the message."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Fold:
    """Messages of the conversation that are not shown here, and the shown ones next to them (0: there is none)."""

    count: int
    where: str  # «earlier», «more», «later»
    after: int = 0
    before: int = 0

    @property
    def step(self) -> int:
        """How many more can be asked for from one side."""
        return min(self.count, MORE)

    @property
    def from_both(self) -> bool:
        return bool(self.after and self.before) and self.count > MORE


@dataclass(frozen=True, slots=True)
class Transcript:
    room: str  # empty: there is no conversation
    total: int
    items: tuple[Line | Fold, ...]
    findings: int
    has_contacts: bool
    is_revealed: bool
    reasons: tuple[Reason, ...] = tuple(Reason)  # for which more can be read
    rules: tuple[Ground, ...] = tuple(Ground(rule.value) for rule in Rule)  # of which something can be missed

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(item for item in self.items if isinstance(item, Line))

    @property
    def first_finding(self) -> int | None:
        """The message where reading begins."""
        return next((line.message_id for line in self.lines if line.findings), None)

    @property
    def last_finding(self) -> int | None:
        return next((line.message_id for line in reversed(self.lines) if line.findings), None)


def transcript(matter: Matter, asked: Sequence[Near] = ()) -> Transcript:
    """Three queries: the messages around the evidence, which evidence is deleted, senders who are no party.

    `asked` shows more than that: it has to be on record, which is where `surroundings.asked_for` reads it.
    """
    most = MOST_SHOWN + sum(near.before + near.after for near in asked)
    near = messages_near(matter.case.conversation_id, _around(matter.kept), asked, most=most)
    writer = _Writer(matter, _senders(near, matter))
    lines = [writer.line(message) for message in near]
    gone = [writer.gone(matter.kept[pk]) for pk in _deleted(matter)]
    places = {message.pk: message.place for message in near}  # type: ignore[attr-defined]
    total = near[0].total if near else len(gone)  # type: ignore[attr-defined]
    shown = sorted([*lines, *gone], key=lambda line: (line.sent_at, line.message_id))
    return Transcript(
        room=Room(matter.case.conversation.room).label if matter.case.conversation else "",
        total=total,
        items=tuple(_with_folds(shown, places, total)),
        findings=len(matter.findings),
        has_contacts=any(piece.contact for line in shown for piece in line.pieces),
        is_revealed=matter.is_revealed,
    )


def _around(message_ids: Iterable[int]) -> list[Near]:
    return [Near(message_id, AROUND, AROUND) for message_id in sorted(message_ids)]


def _deleted(matter: Matter) -> set[int]:
    kept = sorted(matter.kept)
    return set(kept) - set(_STILL_THERE(messages=kept))


_STILL_THERE = Prepared(lambda: Message.objects.filter(among("pk", "messages")).values_list("pk", flat=True))


def _senders(near: Sequence[Message], matter: Matter) -> Mapping[int, Account]:
    senders = {m.sender_id for m in near} | {kept.sender_id for kept in matter.evidence}
    return {**matter.accounts, **Account.objects.in_bulk(sorted(senders - matter.accounts.keys()))}


def _with_folds(lines: Sequence[Line], places: Mapping[int, int], total: int) -> Iterator[Line | Fold]:
    """Between two lines that were not neighbours stands how many are left out. What was deleted has no place."""
    last = last_id = 0
    for line in lines:
        place = places.get(line.message_id, last)
        if place > last + 1:
            yield Fold(place - last - 1, "more" if last else "earlier", after=last_id, before=line.message_id)
        yield line
        if line.message_id in places:
            last, last_id = place, line.message_id
    if places and last < total:
        yield Fold(total - last, "later", after=last_id)


class _Writer:
    """Turns messages and kept evidence into lines, oldest first."""

    def __init__(self, matter: Matter, accounts: Mapping[int, Account]) -> None:
        self.matter, self.accounts = matter, accounts
        self.findings: dict[int, list[FindingShown]] = defaultdict(list)
        self.missed: dict[int, list[MissedShown]] = defaultdict(list)
        self.tags: dict[int, dict[str, Tag]] = defaultdict(dict)
        for number, finding in enumerate(matter.findings, start=1):
            shown = _finding(finding, number, matter)
            for message_id in finding.message_ids:
                self.findings[message_id].append(shown)
                self.tags[message_id][finding_key(finding.pk)] = _tag(shown)
        for label in matter.missed:
            if label.message_id is not None:
                missed = MissedShown(label.pk, Ground(label.rule), label.given_by.name)
                self.missed[label.message_id].append(missed)
                self.tags[label.message_id][label_key(label.pk)] = _missed_tag(missed)

    def line(self, message: Message) -> Line:
        kept = self.matter.kept.get(message.pk)
        if kept is None or kept.text == message.text:
            return self._line(message.pk, message.sender_id, message.sent_at, message.text)
        return self._line(message.pk, message.sender_id, message.sent_at, kept.text, since="edited since")

    def gone(self, kept: Evidence) -> Line:
        return self._line(kept.message_id, kept.sender_id, kept.sent_at, kept.text, since="deleted since")

    def _line(self, message_id: int, sender_id: int, sent_at: datetime, text: str, *, since: str = "") -> Line:
        sender = self.accounts[sender_id]
        return Line(
            message_id=message_id,
            sender_id=sender_id,
            name=sender.display_name,
            is_teen=sender.is_teen,
            words=words_of(sender),
            sent_at=sent_at,
            pieces=self.matter.pieces_of(text, message_id),
            findings=tuple(self.findings[message_id]),
            is_evidence=message_id in self.matter.kept,
            tags=self.tags[message_id],
            missed=tuple(self.missed[message_id]),
            since=since,
        )


def _finding(finding: Finding, number: int, matter: Matter) -> FindingShown:
    ground = Ground(finding.rule)
    heightened = ground is Ground.CONTACT_SHARED and matter.case.severity == Severity.CRITICAL
    kind = Kind(finding.kind)
    what = "" if kind is Kind.OTHER else f" · {kind.replace('_', ' ')}"
    wrong = matter.wrong.get(finding.pk)
    return FindingShown(
        finding_id=finding.pk,
        number=number,
        rule=ground,
        label=f"{ground.label}{what} {finding.score:.2f}",
        explanation=matter.pieces_of_explanation(finding.explanation),
        severity=Severity.CRITICAL if heightened else matter.policy.grounds[ground].severity,
        wrong_by=wrong.given_by.name if wrong else "",
        label_id=wrong.pk if wrong else 0,
    )


_SHORT = {
    Ground.CONTACT_SHARED: "shared",
    Ground.CONTACT_REQUESTED: "asked",
    Ground.OFFSITE_CONTACT: "off-site",
    Ground.OFFSITE_HARM: "harm",
}


def _tag(found: FindingShown) -> Tag:
    explained = "".join(piece.text for piece in found.explanation)
    title = f"Finding {found.number}: {found.label}. {explained}"
    if found.wrong_by:
        return Tag(found.rule, f"{found.number} wrong", f"Marked as wrong by {found.wrong_by}. {title}", is_wrong=True)
    return Tag(found.rule, f"{found.number} {_SHORT.get(found.rule, found.rule.label)}", title)


def _missed_tag(missed: MissedShown) -> Tag:
    short = f"missed: {_SHORT.get(missed.rule, missed.rule.label)}"
    return Tag(missed.rule, short, f"{missed.rule.label}, missed by the pre-screen and marked by {missed.by}")


def words_of(account: Account) -> str:
    """«listener · adult · teen badge»; that somebody is a teen is said beside it, in its own colour."""
    known = [word for word in (account.role, account.age_group) if word not in ("unknown", AgeGroup.TEEN)]
    if not known and not account.is_teen:
        known = ["role and age unknown"]
    return " · ".join([*known, *(["teen badge"] if account.holds_teen_badge else [])])
