"""A chat platform on loopback for the tests: a real HTTP server in a thread, whose manners a test chooses."""

import json
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER_SECRET = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


@dataclass(frozen=True)
class Call:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def text(self) -> str:
        return str(self.event["data"]["text"])


Manner = Callable[[Call, BaseHTTPRequestHandler], None]


def answers(status: int, body: bytes = b"", **headers: str) -> Manner:
    def manner(_: Call, to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in headers.items():
            to.send_header(name, value)
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)

    return manner


def drops(_: Call, to: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    to.close_connection = True


def speaks_no_http(_: Call, to: BaseHTTPRequestHandler) -> None:
    to.wfile.write(b"SSH-2.0-hello\r\n\r\n")
    to.close_connection = True


@dataclass
class Receiver:
    manner: Manner = field(default_factory=lambda: answers(204))
    calls: list[Call] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)  # set when the test is over
    connections: int = 0
    server_names: list[str | None] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks"

    @property
    def texts(self) -> list[str]:
        return [call.text for call in self.calls]

    def hangs(self, _: Call, to: BaseHTTPRequestHandler) -> None:
        """Say nothing until the test is over."""
        self.released.wait(30)
        to.close_connection = True

    def answers_in_part(self, call: Call, to: BaseHTTPRequestHandler) -> None:
        """Say that a body will follow, and send none."""
        to.send_response(200)
        to.send_header("Content-Length", "5")
        to.end_headers()
        self.hangs(call, to)

    def trickles(self, _: Call, to: BaseHTTPRequestHandler) -> None:
        """Answer, but a byte at a time and without an end."""
        to.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.released.wait(0.02):
            try:
                to.wfile.write(b"a")
            except OSError:
                break
        to.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, *_: object) -> None:
        """A caller that hangs up, or turns away from a certificate, is what some tests are about."""
        if not isinstance(sys.exception(), OSError):
            raise


@contextmanager
def receiving(*, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 5  # of a connection that is kept for more

        def setup(self) -> None:
            receiver.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.calls.append(call)
            receiver.manner(call, self)

        def log_message(self, *_: object) -> None:
            pass

    with _Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_port
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: receiver.server_names.append(name)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown()
            thread.join()
