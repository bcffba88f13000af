"""Many stretches read together give exactly what each gives by itself, over cases of every sort kept with the tests."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.prescreen import Conversation, Message, Stretch, screen, screen_all

CASES = Path(__file__).parent / "cases"
AT_ONCE = 100
EVERY = 3  # reading them all takes a minute and says no more


def _stretches(name: str) -> Iterator[Stretch]:
    """Each case as a whole, and once more with its second half new."""
    for line in (CASES / f"{name}.jsonl").read_text().splitlines()[::EVERY]:
        case = json.loads(line)
        messages = tuple(Message(told["id"], told["sender"], told["text"]) for told in case["messages"])
        conversation = Conversation(case["id"], case["room"], (), messages)
        yield from (Stretch(conversation, since) for since in {0, len(messages) // 2})


@pytest.mark.parametrize("name", ["dev", "short", "long"])
def test_together_is_exactly_as_alone(name: str) -> None:
    stretches = list(_stretches(name))
    for at in range(0, len(stretches), AT_ONCE):
        some = stretches[at : at + AT_ONCE]
        together = screen_all(some)
        assert any(together)
        assert together == [screen(one.conversation, since=one.since) for one in some]
