"""What was found and kept in a case, read once and used by every part of its page. Must not know how it is shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from moderation.domain.masking import Mark, Piece, is_contact, occurrences, pieces, readings
from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Ground, Judgement, Kind
from moderation.models import Account, Case, CaseParty, Evidence, Finding, Label, PolicyVersion, Referral, Report
from moderation.models.prepared import Prepared, Slot

SHORTEST_REPEAT = 5  # characters; a shorter contact is not looked for elsewhere, it would be found in plain words


@dataclass(frozen=True)
class Matter:
    """A case with its rows. `policy` is the version in force, which is what a decision is made under."""

    case: Case
    version: PolicyVersion
    now: datetime
    is_revealed: bool
    parties: Sequence[CaseParty]
    findings: Sequence[Finding]
    evidence: Sequence[Evidence]
    reports: Sequence[Report]
    labels: Sequence[Label] = ()  # those that stand
    referrals: Sequence[Referral] = ()

    @cached_property
    def policy(self) -> Policy:
        return self.version.policy

    @cached_property
    def accounts(self) -> Mapping[int, Account]:
        """The parties, the actors first."""
        return {party.account_id: party.account for party in self.parties}

    @cached_property
    def kept(self) -> Mapping[int, Evidence]:
        """The text of each message that the findings are about: the last one kept."""
        return {evidence.message_id: evidence for evidence in self.evidence}

    @cached_property
    def wrong(self) -> Mapping[int, Label]:
        """The findings that a person has marked as wrong, with their word on it."""
        wrong = [label for label in self.labels if label.judgement == Judgement.WRONG]
        return {label.finding_id: label for label in wrong if label.finding_id}

    @cached_property
    def missed(self) -> Sequence[Label]:
        return [label for label in self.labels if label.judgement == Judgement.MISSED]

    @cached_property
    def upheld(self) -> Sequence[Finding]:
        """The findings that nobody has marked as wrong."""
        return [finding for finding in self.findings if finding.pk not in self.wrong]

    def pieces_of(self, text: str, message_id: int = 0) -> tuple[Piece, ...]:
        """A text of this case, cut and masked. Contacts found elsewhere in the case are hidden here too."""
        contacts = list(occurrences(self._contacts, text))
        words: list[Mark] = []
        for mark, hides in self._marks.get(message_id, ()):
            (contacts if hides else words).append(mark)
        return pieces(text, contacts=contacts, words=words, is_revealed=self.is_revealed)

    def pieces_of_explanation(self, text: str) -> tuple[Piece, ...]:
        return pieces(text, contacts=readings(text), is_revealed=self.is_revealed)

    @cached_property
    def _marks(self) -> Mapping[int, Sequence[tuple[Mark, bool]]]:
        found: dict[int, list[tuple[Mark, bool]]] = {}
        for finding in self.findings:
            for span in finding.spans:
                mark = Mark(span["start"], span["end"], span["kind"], finding_key(finding.pk))
                hides = is_contact(Ground(finding.rule), span["kind"])
                found.setdefault(span["message"], []).append((mark, hides))
        for label in self.missed:
            if label.message_id is not None and label.start is not None and label.end is not None:
                mark = Mark(label.start, label.end, Kind.OTHER, label_key(label.pk))
                hides = is_contact(Ground(label.rule), Kind.OTHER)
                found.setdefault(label.message_id, []).append((mark, hides))
        return found

    @cached_property
    def _contacts(self) -> frozenset[str]:
        return frozenset(contact for contact in self._said() if len(contact) >= SHORTEST_REPEAT)

    def _said(self) -> Iterator[str]:
        for message_id, marks in self._marks.items():
            text = self.kept[message_id].text if message_id in self.kept else ""
            for mark, hides in marks:
                if hides:
                    yield text[mark.start : mark.end].strip()


def finding_key(finding_id: int) -> str:
    """What its marks in a text are known by."""
    return f"finding:{finding_id}"


def label_key(label_id: int) -> str:
    return f"label:{label_id}"


MOST_PARTIES = 60  # a group of more shows those who did something first


_PARTIES = Prepared(
    lambda: (
        CaseParty.objects.filter(case=Slot("case")).select_related("account").order_by("-is_actor", "pk")[:MOST_PARTIES]
    )
)
_FINDINGS = Prepared(lambda: Finding.objects.filter(case=Slot("case")).order_by("-score", "pk"))
_EVIDENCE = Prepared(lambda: Evidence.objects.filter(case=Slot("case")).order_by("pk"))
_REPORTS = Prepared(lambda: Report.objects.filter(case=Slot("case")).order_by("created_at", "pk"))
_LABELS = Prepared(
    lambda: Label.objects.filter(case=Slot("case"), withdrawn_at__isnull=True).select_related("given_by").order_by("pk")
)
_REFERRALS = Prepared(lambda: Referral.objects.filter(case=Slot("case")).select_related("made_by").order_by("pk"))


def matter_of(case: Case, *, now: datetime, is_revealed: bool) -> Matter:
    """Seven queries, whatever the case holds."""
    return Matter(
        case=case,
        version=PolicyVersion.objects.in_force(),
        now=now,
        is_revealed=is_revealed,
        parties=_PARTIES(case=case.pk),
        findings=_FINDINGS(case=case.pk),
        evidence=_EVIDENCE(case=case.pk),
        reports=_REPORTS(case=case.pk),
        labels=_LABELS(case=case.pk),
        referrals=_REFERRALS(case=case.pk),
    )
