"""The conversation of a case as its page shows it: what was said around the evidence, marked in place.

Must not know who decides or how.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from moderation.domain.masking import Piece
from moderation.domain.vocabulary import AgeGroup, Ground, Kind, Room, Severity
from moderation.models import Account, Evidence, Finding, Message
from moderation.queries.matters import Matter

AROUND = 10  # messages shown on either side of each piece of evidence
MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class FindingShown:
    label: str  # «Contact shared · phone 0.98»
    explanation: tuple[Piece, ...]
    severity: Severity


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
    since: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Messages of the conversation that are not shown here."""

    count: int
    where: str  # «earlier», «more», «later»


@dataclass(frozen=True, slots=True)
class Transcript:
    room: str  # empty: there is no conversation
    total: int
    items: tuple[Line | Fold, ...]
    findings: int
    has_contacts: bool
    is_revealed: bool

    @property
    def first_finding(self) -> int | None:
        """The message where reading begins."""
        return next((i.message_id for i in self.items if isinstance(i, Line) and i.findings), None)


def transcript(matter: Matter) -> Transcript:
    """Three queries: the messages around the evidence, which evidence is deleted, senders who are no party."""
    near = _near(matter)
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


# The whole conversation is numbered on its index alone; only what is shown is read from the table.
_NEAR = """
WITH numbered AS (
    SELECT id, row_number() OVER (ORDER BY sent_at, id) AS place, count(*) OVER () AS total
    FROM moderation_message WHERE conversation_id = %(conversation)s
), wanted AS (
    SELECT place FROM numbered WHERE id = ANY(%(evidence)s)
    UNION ALL
    SELECT total FROM numbered WHERE place = 1 AND NOT EXISTS (SELECT FROM numbered WHERE id = ANY(%(evidence)s))
)
SELECT message.*, numbered.place, numbered.total FROM numbered JOIN moderation_message AS message USING (id)
WHERE EXISTS (SELECT FROM wanted WHERE numbered.place BETWEEN wanted.place - %(around)s AND wanted.place + %(around)s)
ORDER BY numbered.place LIMIT %(most)s
"""


def _near(matter: Matter) -> list[Message]:
    """Messages around the evidence, each with its `place` in the conversation; without evidence, the last ones."""
    if matter.case.conversation_id is None:
        return []
    about = {
        "conversation": matter.case.conversation_id,
        "evidence": sorted(matter.kept),
        "around": AROUND,
        "most": MOST_SHOWN,
    }
    return list(Message.objects.raw(_NEAR, about))


def _deleted(matter: Matter) -> set[int]:
    kept = sorted(matter.kept)
    return set(kept) - set(Message.objects.filter(pk__in=kept).values_list("pk", flat=True))


def _senders(near: Sequence[Message], matter: Matter) -> Mapping[int, Account]:
    senders = {m.sender_id for m in near} | {kept.sender_id for kept in matter.evidence}
    return {**matter.accounts, **Account.objects.in_bulk(sorted(senders - matter.accounts.keys()))}


def _with_folds(lines: Sequence[Line], places: Mapping[int, int], total: int) -> Iterator[Line | Fold]:
    """Between two lines that were not neighbours stands how many are left out. What was deleted has no place."""
    last = 0
    for line in lines:
        place = places.get(line.message_id, last)
        if place > last + 1:
            yield Fold(place - last - 1, "more" if last else "earlier")
        yield line
        last = place
    if places and last < total:
        yield Fold(total - last, "later")


class _Writer:
    """Turns messages and kept evidence into lines, oldest first."""

    def __init__(self, matter: Matter, accounts: Mapping[int, Account]) -> None:
        self.matter, self.accounts = matter, accounts
        self.by_message: dict[int, list[FindingShown]] = defaultdict(list)
        for finding in matter.findings:
            for message_id in finding.message_ids:
                self.by_message[message_id].append(_finding(finding, matter))

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
            findings=tuple(self.by_message[message_id]),
            is_evidence=message_id in self.matter.kept,
            since=since,
        )


def _finding(finding: Finding, matter: Matter) -> FindingShown:
    ground = Ground(finding.rule)
    heightened = ground is Ground.CONTACT_SHARED and matter.case.severity == Severity.CRITICAL
    kind = Kind(finding.kind)
    what = "" if kind is Kind.OTHER else f" · {kind.replace('_', ' ')}"
    return FindingShown(
        label=f"{ground.label}{what} {finding.score:.2f}",
        explanation=matter.pieces_of_explanation(finding.explanation),
        severity=Severity.CRITICAL if heightened else matter.policy.grounds[ground].severity,
    )


def words_of(account: Account) -> str:
    """«listener · adult · teen badge»; that somebody is a teen is said beside it, in its own colour."""
    known = [word for word in (account.role, account.age_group) if word not in ("unknown", AgeGroup.TEEN)]
    if not known and not account.is_teen:
        known = ["role and age unknown"]
    return " · ".join([*known, *(["teen badge"] if account.holds_teen_badge else [])])
