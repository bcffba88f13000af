"""Host names: registrable domain, kind of link, published resources. Knows no message."""

import re
from functools import cache

from moderation.prescreen.contract import Kind
from moderation.prescreen.lexicon import table


def registrable(host: str) -> str:
    """`www.mind.org.uk` → `mind.org.uk`; the name somebody had to register, by the frozen suffix list."""
    labels = [label for label in host.lower().strip(".").split(".") if label]
    if len(labels) >= 3 and ".".join(labels[-2:]) in _two_part():
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


@cache
def _two_part() -> frozenset[str]:
    return frozenset(table("domains")["two_part"])


@cache
def endings() -> frozenset[str]:
    return frozenset(table("domains")["endings"])


@cache
def risky_endings() -> frozenset[str]:
    """Endings that are also words: after a missing space they prove nothing."""
    return frozenset(table("domains")["risky_endings"])


@cache
def resources() -> frozenset[str]:
    services = {line["domain"] for line in table("services")["line"] if line.get("domain")}
    return frozenset(table("domains")["resources"]) | services


@cache
def _kinds() -> dict[str, Kind]:
    return {host: Kind(kind) for kind, hosts in table("domains")["link_kinds"].items() for host in hosts}


def kind_of(host: str) -> Kind | None:
    """The kind of contact that a link to this host gives, None for an ordinary site."""
    host = host.lower().removeprefix("www.")
    while host:
        if host in _kinds():
            return _kinds()[host]
        _, _, host = host.partition(".")
    return None


@cache
def provider_words() -> str:
    """Mail providers that need no further proof, as one pattern."""
    words = sorted(table("domains")["sure_providers"], key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s?") for word in words)
