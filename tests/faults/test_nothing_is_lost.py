"""Messages stream in, a moderator decides, and everything that can die does. Afterwards nothing is missing."""

import threading
import time
from random import Random

import pytest

from tests.faults import ledger, stream
from tests.faults.mischief import Mischief
from tests.faults.moderators import Moderator
from tests.faults.receiver import Manner, Receiver
from tests.faults.system import System
from tests.waiting import eventually

DECISIONS = 20
PATIENCE_S = 180  # after the last fault; a busy machine needs it, a free one a tenth of it


def test_nothing_is_lost_or_doubled(
    system: System, receiver: Receiver, dice: Random, pytestconfig: pytest.Config
) -> None:
    options, seconds = pytestconfig.option, pytestconfig.option.minutes * 60
    told = stream.invent(options.messages, options.reports, Random(dice.random()))
    ledger.watch(system)
    system.hire("ana", "moderator")
    streaming = stream.Streaming(system, told, seconds)
    moderator = Moderator(system, "ana", most=DECISIONS)
    mischief = Mischief(system, receiver, Random(dice.random()))
    threads = [
        threading.Thread(target=streaming.run, args=[Random(dice.random())], daemon=True),
        threading.Thread(target=moderator.run, daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        mischief.run(seconds)
        eventually(streaming.over.is_set, within=PATIENCE_S, what="everything is acknowledged")
        eventually(lambda: moderator.decided, within=PATIENCE_S, what="the moderator decides something")
    finally:
        streaming.stop()
        moderator.stop()
    for thread in threads:
        thread.join(60)
    _settle(system, receiver)

    print(f"answers: {dict(streaming.heard.statuses)}; decisions: {dict(moderator.seen)}")  # noqa: T201 — read with -s
    print(f"faults: {dict(mischief.done)}")  # noqa: T201 — read with -s
    assert streaming.heard.wrong == []
    assert moderator.wrong == []
    assert streaming.heard.acknowledged == len(told.batches) + len(told.reports)
    assert ledger.faults(system, told) == {}
    assert ledger.recorded_messages(system) == len(told.message_ids)
    assert ledger.deliveries_out_of_order(system, receiver) == []
    assert ledger.never_arrived(system, receiver) == set()


def _settle(system: System, receiver: Receiver) -> None:
    """Nothing is left to be screened or sent. Pauses between tries are cut short, as hours of waiting would."""
    receiver.behave(Manner.WELL)
    waiting = "SELECT count(*) FROM moderation_message WHERE screened_at IS NULL"
    eventually(lambda: system.ask(waiting) == [(0,)], within=PATIENCE_S, what="everything is screened")
    hurry = "UPDATE moderation_outboxevent SET not_before = now() WHERE state = 'pending' AND attempts > 0"
    pending = "SELECT count(*) FROM moderation_outboxevent WHERE state = 'pending'"

    def delivered() -> bool:
        system.ask(hurry)
        time.sleep(1)
        return system.ask(pending) == [(0,)]

    eventually(delivered, within=PATIENCE_S, what="every event is delivered")
