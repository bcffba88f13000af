"""How often a page without sign-in may be asked for. Counted in Redis; while that is away nothing is counted."""

import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Limit:
    name: str
    most: int
    in_s: int


LOOKS = Limit("looks", most=120, in_s=60)  # by one address: more than people do who share one
WORDS = Limit("words", most=10, in_s=3600)  # sent behind one link


class TooOften(Exception):
    """Raised for whoever asks too often; `wait_s` is when to come again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"wait {wait_s} seconds")
        self.wait_s = wait_s


def count(limit: Limit, who: str) -> None:
    """Count one, of this person or link. Raises TooOften."""
    window, gone = divmod(int(time.time()), limit.in_s)
    name = f"hosted:{limit.name}:{who}:{window}"
    cache.add(name, 0, timeout=limit.in_s)
    try:
        counted = cache.incr(name)
    except ValueError:
        return
    if counted > limit.most:
        raise TooOften(limit.in_s - gone)


def address_of(request: HttpRequest) -> str:
    """The address of whoever asks, behind our own proxies."""
    return str(get_adapter().get_client_ip(request))
