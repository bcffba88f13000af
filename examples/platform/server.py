"""HTTP: where webhooks come in, and where people and tests look at what they said."""

import json
import random
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from examples.platform.pages import page
from examples.platform.receiver import Receiver
from examples.platform.standing import accounts

MOST_BYTES = 1024 * 1024
_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Server(ThreadingHTTPServer):
    """Listens; hands each request to a Handler in a thread of its own."""

    request_queue_size = 128

    def __init__(self, address: tuple[str, int], *, receiver: Receiver, fail_rate: float = 0) -> None:
        self.receiver = receiver
        self.fail_rate = fail_rate
        self.closing = threading.Event()
        super().__init__(address, Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody who hangs up while being answered is nothing to talk about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Reply:
    status: HTTPStatus
    body: str = ""
    kind: str = "text/plain"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "ExamplePlatform"
    sys_version = ""
    timeout = 30
    wbufsize = -1  # head and body leave as one

    def do_GET(self) -> None:
        replies: dict[str, Callable[[], Reply]] = {
            "/": self._page,
            "/accounts.json": self._accounts,
            "/events.json": self._events,
            "/page.css": lambda: Reply(HTTPStatus.OK, (_HERE / "page.css").read_text("utf-8"), "text/css"),
            "/page.js": lambda: Reply(HTTPStatus.OK, (_HERE / "page.js").read_text("utf-8"), "text/javascript"),
        }
        found = replies.get(urlsplit(self.path).path)
        self._send(found() if found else Reply(HTTPStatus.NOT_FOUND, "There is nothing here; the page is at /."))

    def do_POST(self) -> None:
        body = self._read()
        if body is None:
            return
        replies: dict[str, Callable[[bytes], Reply]] = {
            "/webhooks": self._take,
            "/webhooks/fail": lambda _: Reply(HTTPStatus.INTERNAL_SERVER_ERROR, "This address always fails."),
            "/webhooks/hang": self._hang,
        }
        found = replies.get(urlsplit(self.path).path)
        self._send(found(body) if found else Reply(HTTPStatus.NOT_FOUND, "Webhooks are taken at /webhooks."))

    def _take(self, body: bytes) -> Reply:
        headers = dict(self.headers.items())
        if random.random() < self.server.fail_rate:  # noqa: S311 — chance, not a secret
            return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, "Failing as asked by --fail-rate.")
        answer = self.server.receiver.take(body, headers)
        if answer.event:
            print(f"{answer.event.type} for {answer.event.account!r}: {answer.event.id}")
        return Reply(answer.status, answer.sentence)

    def _hang(self, _: bytes) -> Reply:
        """Longer than any sender should wait."""
        self.server.closing.wait(60)
        return Reply(HTTPStatus.OK, "Too late.")

    def _page(self) -> Reply:
        paused = "paused" in urlsplit(self.path).query
        return Reply(HTTPStatus.OK, page(self.server.receiver, datetime.now(UTC), paused=paused), "text/html")

    def _accounts(self) -> Reply:
        known = accounts(self.server.receiver.events, datetime.now(UTC))
        return _json({"accounts": [account.as_json() for account in known]})

    def _events(self) -> Reply:
        newest_first = reversed(self.server.receiver.events)
        repeats = self.server.receiver.repeats
        return _json({"events": [asdict(event) | {"repeats": repeats(event.id)} for event in newest_first]})

    def _read(self) -> bytes | None:
        """The body, of known and bearable length; None when the refusal has been sent."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            refusal = Reply(HTTPStatus.LENGTH_REQUIRED, "Say the length of the body.")
        elif int(length) > MOST_BYTES:
            refusal = Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body has {MOST_BYTES} bytes at most.")
        else:
            return self.rfile.read(int(length))
        self.close_connection = True  # the body that was not read is still on it
        self._send(refusal)
        return None

    def _send(self, reply: Reply) -> None:
        content = reply.body.encode(errors="replace")
        self.send_response(reply.status)
        self.send_header("Content-Type", f"{reply.kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """A line an event is printed; a line a request would hide it."""


def _json(value: object) -> Reply:
    return Reply(HTTPStatus.OK, json.dumps(value, ensure_ascii=False, indent=2), "application/json")
