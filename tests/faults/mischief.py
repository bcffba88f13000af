"""What goes wrong, in an order and at moments that the seed decides."""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

from tests.faults.receiver import Manner, Receiver
from tests.faults.system import System


class Mischief:
    """Every fault at least once, then any of them, until the time is over; then everything runs and answers again."""

    def __init__(self, system: System, receiver: Receiver, dice: Random) -> None:
        self.done: Counter[str] = Counter()
        self._system, self._receiver, self._dice = system, receiver, dice
        self._faults: dict[str, Callable[[], None]] = {
            "web server killed": lambda: self._kill_and_start("web"),
            "web worker killed": lambda: system.kill_child("web", dice.choice),
            "celery worker killed": lambda: self._kill_and_start("worker"),
            "pool child killed": lambda: system.kill_child("worker", dice.choice),
            "beat killed": lambda: self._kill_and_start("beat"),
            "Redis lost": self._lose_redis,
            "PostgreSQL shut down": self._shut_postgres_down,
            **{f"receiver {manner}": partial(receiver.behave, manner) for manner in Manner},
        }

    def run(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        pause = seconds / (3 * len(self._faults))
        waiting: list[str] = []
        while time.monotonic() < until or not self._faults.keys() <= self.done.keys():
            waiting = waiting or self._dice.sample(sorted(self._faults), len(self._faults))
            fault = waiting.pop()
            self._faults[fault]()
            self.done[fault] += 1
            time.sleep(self._dice.uniform(0.3, 1.7) * pause)  # not to wait for anything: the pace of the faults
        self._receiver.behave(Manner.WELL)

    def _kill_and_start(self, name: str) -> None:
        self._system.kill(name)
        self._away()
        self._system.start(name)

    def _lose_redis(self) -> None:
        self._system.kill_redis()
        self._away()
        self._system.servers.redis.start()

    def _shut_postgres_down(self) -> None:
        self._system.kill_postgres()
        self._away()
        self._system.servers.postgres.start()

    def _away(self) -> None:
        time.sleep(self._dice.uniform(0, 2))
