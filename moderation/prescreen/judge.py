"""The two readers of what is meant: the skim reads a part alone, the judge reads it beside what was said around it.

Both say for each of RULES how likely the part breaks it. Plain numbers in lexicon/skim.npz and lexicon/judge.npz.
"""

from functools import cache
from pathlib import Path

from moderation.prescreen.contract import Rule
from moderation.prescreen.reader import Reader

_LEXICON = Path(__file__).parent / "lexicon"
RULES = (Rule.CONTACT_SHARED, Rule.CONTACT_REQUESTED, Rule.OFFSITE_CONTACT, Rule.OFFSITE_HARM)


@cache
def skim() -> Reader:
    return Reader.load(_LEXICON / "skim.npz")


@cache
def judge() -> Reader:
    return Reader.load(_LEXICON / "judge.npz")
