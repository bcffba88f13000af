"""Labelled cases as lessons for the pre-screen, in the format of its case files. Must not know where they go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moderation.domain.vocabulary import Judgement, Kind
from moderation.models import Account, Case, Evidence, Finding, Label, Message
from moderation.queries.surroundings import Near, messages_near

Lesson = dict[str, Any]
MOST_MESSAGES = 300
BATCH = 100


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a lesson, as it read when it was judged."""

    message_id: int
    sender_id: int
    sent_at: str
    text: str


def labelled_cases() -> Iterator[list[int]]:
    """The ids of cases with a label that stands, some at a time, the oldest first."""
    last = 0
    while True:
        labelled = Case.objects.filter(labels__withdrawn_at__isnull=True, labels__isnull=False, pk__gt=last)
        found = list(labelled.order_by("pk").distinct().values_list("pk", flat=True)[:BATCH])
        if not found:
            return
        yield found
        last = found[-1]


def lesson(case_id: int, *, with_text: bool, around: int) -> Lesson:
    """One case: its evidence and `around` messages on either side of it, what stands and what was missed.

    A finding that was marked as wrong is left out: its words are the lesson, as something that breaks no rule. Nobody
    is named: accounts and messages have numbers of this lesson alone. Without the text, messages have no `text`.
    """
    case = Case.objects.select_related("conversation").get(pk=case_id)
    labels = list(case.labels.filter(withdrawn_at__isnull=True).order_by("pk"))
    said = _said(case, around)
    accounts = Account.objects.in_bulk({one.sender_id for one in said})
    people = {pk: f"u{number}" for number, pk in enumerate(dict.fromkeys(one.sender_id for one in said), start=1)}
    numbers = {one.message_id: f"m{number}" for number, one in enumerate(said, start=1)}
    judged = _Judged({one.message_id: one for one in said}, people, numbers)
    return {
        "id": f"case-{case.pk}",
        "room": case.conversation.room if case.conversation else "one_to_one",
        "participants": [_participant(accounts[pk], name) for pk, name in people.items()],
        "messages": [_message(one, people, numbers, with_text=with_text) for one in said],
        "violations": judged.violations(_upheld(case, labels), [la for la in labels if la.message_id is not None]),
        "tags": ["labelled", *sorted({f"{label.judgement}:{label.rule}" for label in labels})],
    }


def _upheld(case: Case, labels: Sequence[Label]) -> list[Finding]:
    wrong = {label.finding_id for label in labels if label.judgement == Judgement.WRONG}
    return [finding for finding in case.findings.order_by("pk") if finding.pk not in wrong]


def _said(case: Case, around: int) -> list[Said]:
    kept: dict[int, Evidence] = {evidence.message_id: evidence for evidence in case.evidence.order_by("pk")}
    wanted = [Near(message_id, around, around) for message_id in kept]
    near: dict[int, Message | Evidence] = {
        message.pk: message for message in messages_near(case.conversation_id, wanted, most=MOST_MESSAGES) if kept
    }
    rows = sorted((near | kept).items(), key=lambda row: (row[1].sent_at, row[0]))
    return [Said(pk, row.sender_id, row.sent_at.isoformat(), row.text) for pk, row in rows]


def _participant(account: Account, name: str) -> Lesson:
    return {
        "id": name,
        "role": account.role,
        "age_group": account.age_group,
        "status": account.status,
        "badges": account.badges,
    }


def _message(one: Said, people: Mapping[int, str], numbers: Mapping[int, str], *, with_text: bool) -> Lesson:
    text = {"text": one.text} if with_text else {}
    return {"id": numbers[one.message_id], "sender": people[one.sender_id], "sent_at": one.sent_at, **text}


@dataclass(frozen=True, slots=True)
class _Judged:
    said: Mapping[int, Said]
    people: Mapping[int, str]
    numbers: Mapping[int, str]

    def violations(self, findings: Sequence[Finding], missed: Sequence[Label]) -> list[Lesson]:
        """One for each rule and actor, as the format has it."""
        found: dict[tuple[str, int], tuple[set[int], list[Lesson]]] = {}
        for finding in findings:
            messages, spans = found.setdefault((finding.rule, finding.actor_id), (set(), []))
            messages |= {pk for pk in finding.message_ids if pk in self.said}
            spans += [span for span in finding.spans if self._fits(span)]
        for label in missed:
            one = self.said.get(label.message_id or 0)
            span = {"message": label.message_id, "start": label.start, "end": label.end, "kind": Kind.OTHER.value}
            if one is not None and self._fits(span):
                messages, spans = found.setdefault((label.rule, one.sender_id), (set(), []))
                messages.add(one.message_id)
                spans.append(span)
        return [self._violation(rule, actor, *what) for (rule, actor), what in found.items() if actor in self.people]

    def _fits(self, span: Mapping[str, Any]) -> bool:
        """A message that was edited may have grown shorter than what was found in its first text."""
        one = self.said.get(span["message"])
        return one is not None and span["end"] <= len(one.text)

    def _violation(self, rule: str, actor: int, messages: set[int], spans: list[Lesson]) -> Lesson:
        return {
            "rule": rule,
            "actor": self.people[actor],
            "messages": [self.numbers[pk] for pk in self.said if pk in messages],
            "spans": [span | {"message": self.numbers[span["message"]]} for span in spans],
        }
