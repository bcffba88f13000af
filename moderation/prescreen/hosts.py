"""Host names: registrable domain, kind of link, mail providers, published resources. Knows no message."""

import re
from functools import cache

from moderation.prescreen.contract import Kind
from moderation.prescreen.lexicon import table


def registrable(host: str) -> str:
    """`www.mind.org.uk` → `mind.org.uk`: the name that somebody had to register."""
    labels = [label for label in host.lower().strip(".").split(".") if label]
    shared = len(labels) >= 3 and labels[-2] in _second() and labels[-1] in _countries()
    return ".".join(labels[-3:] if shared else labels[-2:])


@cache
def _second() -> frozenset[str]:
    return frozenset(table("domains")["suffixes"]["second"])


@cache
def _countries() -> frozenset[str]:
    return frozenset(table("domains")["endings"]["countries"])


@cache
def endings() -> set[str]:
    known = table("domains")["endings"]
    listed = {host.rpartition(".")[2] for host in _kinds()}
    return listed.union(known["countries"], known["general"], known["reserved"])


@cache
def _written() -> dict[str, str]:
    return {word: end for end, words in table("domains")["endings_as_heard"].items() for word in words}


def ending(word: str) -> str:
    """The top-level domain that a word is or sounds like, or ""."""
    lowered = word.lower()
    return lowered if lowered in endings() else _written().get(lowered, "")


@cache
def risky_endings() -> frozenset[str]:
    """Endings that are also words: after a missing space they prove nothing."""
    return frozenset(table("domains")["endings"]["words"])


@cache
def resources() -> frozenset[str]:
    services = {line["domain"] for line in table("services")["line"] if line.get("domain")}
    return frozenset(table("domains")["published"]["resources"]) | services


@cache
def _kinds() -> dict[str, Kind]:
    return {host: Kind(kind) for kind, hosts in table("domains")["link_kinds"].items() for host in hosts}


def kind_of(host: str) -> Kind | None:
    """The kind of contact that a link to this host gives, None for an ordinary site."""
    found = known_host(host)
    return _kinds()[found] if found else None


def kind_of_hub(name: str) -> Kind:
    """The kind of a host that is named without its ending."""
    return next((kind for host, kind in _kinds().items() if host.split(".")[0] == name), Kind.URL)


def known_host(host: str) -> str:
    """The listed host that this one is or stands under, or ""."""
    host = host.lower().removeprefix("www.")
    while host and host not in _kinds():
        _, _, host = host.partition(".")
    return host


@cache
def _content() -> frozenset[str]:
    return frozenset(table("domains")["content"]["hosts"])


@cache
def _profile_paths() -> tuple[str, ...]:
    return tuple(table("domains")["content"]["profiles"])


def leads_to_a_person(host: str, path: str) -> bool:
    """False for a film, a song, a question or a single post on a host where profiles are kept too."""
    if path.lower().startswith(_profile_paths()):
        return True
    if known_host(host) in _content():
        return False
    return kind_of(host) is not Kind.SOCIAL_HANDLE or "/" not in path.strip("/")


@cache
def provider_words() -> str:
    """Mail providers that need no further proof, as one pattern."""
    words = sorted(table("domains")["mail"]["sure"], key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s?") for word in words)


@cache
def sure_providers() -> frozenset[str]:
    """Names that prove a mail address without an ending, spaces taken out."""
    return frozenset(_squeezed(word) for word in table("domains")["mail"]["sure"])


@cache
def providers() -> frozenset[str]:
    """All mail providers, those too whose names are words; spaces taken out."""
    return sure_providers() | frozenset(_squeezed(word) for word in table("domains")["mail"]["dotted"])


@cache
def provider_heads() -> frozenset[str]:
    """The telling words of sure providers."""
    split = [re.split(r"[\s.-]", word) for word in table("domains")["mail"]["sure"]]
    return frozenset(max(words, key=len) for words in split) | sure_providers()


@cache
def provider_starts() -> frozenset[str]:
    """The first words of all providers."""
    names = table("domains")["mail"]
    return frozenset(re.split(r"[\s.-]", word)[0] for word in names["sure"] + names["dotted"]) | providers()


def mail_names() -> frozenset[str]:
    """Names of mail providers that no ordinary word is spelled like."""
    return frozenset(name for name in sure_providers() if name.isascii() and name.isalpha() and len(name) > 4)


@cache
def hub_names() -> frozenset[str]:
    return frozenset(_squeezed(word) for word in table("domains")["hubs"]["names"])


@cache
def payment_ends() -> frozenset[str]:
    return frozenset(table("domains")["payment"]["ends"])


def _squeezed(name: str) -> str:
    return re.sub(r"[\s.-]", "", name)
