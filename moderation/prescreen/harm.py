# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Finds gossip, threats and bullying that come out of contact outside the site. Needs an off-site clue to start from."""

import re
from collections.abc import Iterator, Sequence

from moderation.prescreen import phrases, speech
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue
from moderation.prescreen.splits import Talk

_DIRECTED = re.compile(
    r"\b(?:you|u|ur|your|you'?re|she|he|her|him|they|me|my|@\w+|ella|el|tu|te|ti|sei|du|sie|je|ka|mo|tum|sen|nila|gano)\b|[а-яё]",
    re.IGNORECASE,
)
_REACH = 8


def find(talk: Talk, clues: Sequence[Clue]) -> Iterator[Clue]:
    """Hurtful clauses near an off-site clue; several in one conversation make each other likelier."""
    anchors = [clue for clue in clues if clue.rule is Rule.OFFSITE_CONTACT and clue.score >= 0.5]
    if not anchors:
        return
    first = min(clue.line.index for clue in anchors)
    last = max(clue.line.index for clue in anchors)
    kind = max(anchors, key=lambda clue: clue.score).kind
    for index in range(max(0, first - 2), min(talk.length, last + _REACH)):
        line = talk.line(index)
        acts = [act for act in phrases.acts_of(line.text, "harm") if not _harmless(line.text, act.start, act.end)]
        if not acts or not _DIRECTED.search(line.text):
            continue
        start, end = acts[0].start, acts[-1].end
        left, _ = speech.sentence(line.text, start, end)
        _, right = speech.sentence(line.text, acts[-1].start, end)
        score = 0.56 + 0.12 * (len(acts) - 1) + 0.1 * any(clue.line.index == index for clue in anchors)
        yield Clue(
            Rule.OFFSITE_HARM,
            line,
            left,
            right,
            Kind(kind),
            min(0.93, score),
            "harm",
            "hurts somebody with what comes from contact outside the site",
        )


def _harmless(text: str, start: int, end: int) -> bool:
    left, right = speech.sentence(text, start, end)
    return bool(
        re.search(
            r"\b(?:stop|leave (?:her|him|them|me)|not (?:ok|fair|nice|true)|i feel|i'?m (?:so )?(?:pathetic|crazy|stupid|such)|sounds|sorry|that'?s (?:awful|horrible|bullying)|nobody (?:gets|deserves)|please)\b",
            text[left:right],
            re.IGNORECASE,
        )
    )
