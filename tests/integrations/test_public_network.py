"""Which addresses Haven connects to when a name leads somewhere."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import pytest

from moderation.integrations.public_network import NotPublicError, PublicNetwork, is_public, within

PUBLIC = "93.184.216.34"
Resolver = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    with within(5):
        yield


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that somebody tried to connect to; none of them answers."""
    tried: list[str] = []

    def refuse(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def answering(*rounds: list[str]) -> Resolver:
    """A resolver that answers one list of addresses a question, the last one for ever."""
    left = list(rounds)

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",  # shared by the customers of a carrier
        "169.254.169.254",  # where clouds keep the secrets of a machine
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%lo",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo towards 192.0.2.45
    ],
)
def test_private_and_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "0", "2130706433", "0x7f.1", "127.1"])
def test_loopback_is_refused_in_every_notation(host: str, connected: list[str]) -> None:
    with pytest.raises(NotPublicError, match="no public address"):
        PublicNetwork().connect_tcp(host, 80)

    assert connected == []


def test_the_private_ones_among_several_addresses_are_left_out(
    connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(["127.0.0.1", PUBLIC, "10.0.0.7"]))

    with pytest.raises(httpcore.ConnectError):
        PublicNetwork().connect_tcp("chat.example", 443)

    assert connected == [PUBLIC]


def test_a_name_that_changes_its_answer_after_the_check_gains_nothing(
    connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering([PUBLIC], ["127.0.0.1"]))

    with pytest.raises(httpcore.ConnectError):
        PublicNetwork().connect_tcp("rebinding.example", 80)
    with pytest.raises(NotPublicError):
        PublicNetwork().connect_tcp("rebinding.example", 80)

    assert connected == [PUBLIC]


def test_the_next_address_is_tried_when_one_does_not_answer(
    connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(["8.8.8.8", PUBLIC]))

    with pytest.raises(httpcore.ConnectError):
        PublicNetwork().connect_tcp("chat.example", 443)

    assert connected == ["8.8.8.8", PUBLIC]


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example"])
def test_what_cannot_be_a_name_is_a_failed_connection(host: str) -> None:
    with pytest.raises(httpcore.ConnectError, match="cannot be resolved"):
        PublicNetwork().connect_tcp(host, 80)


def test_a_name_that_is_not_resolved_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_at_last = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [answer_at_last.wait(20)][:0])

    with within(0.2), pytest.raises(httpcore.ConnectTimeout, match="not resolved in time"):
        PublicNetwork().connect_tcp("slow.example", 80)
    answer_at_last.set()


def test_nothing_is_begun_when_the_time_is_over(connected: list[str]) -> None:
    with within(0), pytest.raises(httpcore.ConnectTimeout):
        PublicNetwork(allow_private=True).connect_tcp("127.0.0.1", 80)

    assert connected == []
