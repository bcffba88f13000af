"""Connections that reach public addresses only, and whose every wait ends at one deadline.

A name is resolved once; each address is judged and then connected to as it is, so that a name that changes its
answer between the judging and the connecting (DNS rebinding) gains nothing. Knows nothing of webhooks.
"""

import math
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Any

import httpcore
from httpcore import SOCKET_OPTION

_deadline: ContextVar[float] = ContextVar("deadline")
LONGEST_CONNECT = 5.0  # seconds for name and connection together, of all the time there is
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_CLOUDS_OWN = {IPv4Address("168.63.129.16")}  # where Azure talks to its machines, though the address is a public one
_NAT64 = IPv6Network("64:ff9b::/96")


class NotPublicError(Exception):
    """The name leads to no public address; nothing was connected to."""

    def __init__(self, host: str, addresses: list[str]) -> None:
        super().__init__(f"{host} leads to {', '.join(addresses)}, which is no public address")


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Everything that this thread does over a PublicNetwork inside of the block must be done in that time. A block
    inside of another can only shorten it."""
    token = _deadline.set(min(time.monotonic() + seconds, _deadline.get(math.inf)))
    try:
        yield
    finally:
        _deadline.reset(token)


def is_public(address: str) -> bool:
    """Whether the address belongs to the public internet, whatever notation or tunnel it is wrapped in."""
    ip = _unwrapped(ip_address(address))
    if isinstance(ip, IPv6Address) and ip not in _GLOBAL_UNICAST:
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip in _CLOUDS_OWN)


def is_private_literal(host: str) -> bool:
    """Whether the host is itself an address, and none of the public internet. A name is judged when it is resolved."""
    try:
        return not is_public(host)
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo or NAT64."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip


class PublicNetwork(httpcore.NetworkBackend):
    """Opens connections for an httpcore pool. Use the pool inside of `within`."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises NotPublicError, httpcore.ConnectError or httpcore.ConnectTimeout."""
        with within(LONGEST_CONNECT):
            addresses = _resolve(host, port)
            allowed = [address for address in addresses if self._allow_private or is_public(address)]
            if not allowed:
                raise NotPublicError(host, addresses)
            return self._connect_to_first(allowed, port, socket_options)

    def _connect_to_first(
        self, addresses: list[str], port: int, socket_options: Iterable[SOCKET_OPTION] | None
    ) -> httpcore.NetworkStream:
        """The first that answers. Each but the last gets half of the time left, so that a dead one leaves some."""
        *others, last = addresses
        for address in others:
            try:
                stream = self._sockets.connect_tcp(address, port, _time_left() / 2, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
            return _Bounded(stream)
        return _Bounded(self._sockets.connect_tcp(last, port, _time_left(), None, socket_options))


class _Bounded(httpcore.NetworkStream):
    """A stream that takes its timeouts from the deadline: a trickle of bytes does not prolong it."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _time_left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _time_left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._stream.start_tls(ssl_context, server_hostname, _time_left()))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _time_left(out_of_time: type[httpcore.TimeoutException] = httpcore.ConnectTimeout) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise out_of_time("out of time")
    return left


def _resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the system's order. The system's resolver knows no timeout, hence the thread."""
    answer: Future[list[str]] = Future()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result(list(dict.fromkeys(str(address[0]) for *_, address in found)))
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    Thread(target=ask, name="resolver", daemon=True).start()
    try:
        return answer.result(timeout=_time_left())
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from error
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} cannot be resolved") from error
