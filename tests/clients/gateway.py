"""A gateway between the client and the real server that fails as asked: it stands for the network, not for Haven."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


@dataclass(frozen=True)
class Answers:
    """Answers itself, and the server hears nothing."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"<h1>gateway</h1>"


class Drops:
    """Hangs up before the server hears of it."""


class Loses:
    """Lets the server act, and loses its answer."""


@dataclass(frozen=True)
class Limits:
    """Takes bodies of so many bytes at most, now and from then on."""

    most: int


Manner = Answers | Drops | Loses | Limits


class Gateway(ThreadingHTTPServer):
    def __init__(self, server: str, manners: tuple[Manner, ...]) -> None:
        self.server_url = server
        self.manners = deque(manners)
        self.calls: list[tuple[str, str, bytes]] = []
        self.most = 2**31
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.calls.append((self.command, self.path, body))
        manner = self.server.manners.popleft() if self.server.manners else None
        if isinstance(manner, Limits):
            self.server.most = manner.most
        if isinstance(manner, Drops):
            self.close_connection = True
        elif isinstance(manner, Answers):
            self._answer(manner.status, manner.headers, manner.body)
        elif len(body) > self.server.most:
            self._answer(413, {}, b"too large")
        else:
            self._forward(body, lost=isinstance(manner, Loses))

    do_PUT = do_GET = do_DELETE = do_POST  # noqa: N815 — names of the standard library

    def _forward(self, body: bytes, *, lost: bool) -> None:
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type") if name in self.headers}
        to = self.server.server_url + self.path
        answer = httpx.request(self.command, to, content=body, headers=headers, timeout=None)  # the client gives up
        if lost:
            self.close_connection = True
        else:
            self._answer(answer.status_code, {"Content-Type": answer.headers["Content-Type"]}, answer.content)

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Tests look at `calls`."""


@contextmanager
def gateway(server: str, *manners: Manner) -> Iterator[Gateway]:
    """The next calls meet these manners, one each; all others go through."""
    with Gateway(server, manners) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()
