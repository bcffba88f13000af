"""The chat platform's ear, with bad days: it answers 500, hangs, drops the connection, or is not there at all."""

import json
import threading
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

TOLD_ANEW = "audit.sealed"  # the head of the trail, every minute: no account's, and promised neither once nor in order


class Manner(StrEnum):
    WELL = "answers"
    BROKEN = "answers 500"
    HANGS = "hangs"
    DROPS = "drops the connection"
    FORGETS = "takes the event and drops the connection"
    DOWN = "is down"


class Receiver:
    def __init__(self) -> None:
        self.taken: list[str] = []  # webhook-ids, in the order in which the platform acted upon them
        self._manner = Manner.WELL
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = _serve(self, 0)
        self.port: int = self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks"

    def __enter__(self) -> "Receiver":
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        if self._manner is not Manner.DOWN:
            _end(self._server)

    def behave(self, manner: Manner) -> None:
        before, self._manner = self._manner, manner
        self._released.set()  # whoever still hangs from before
        self._released = threading.Event()
        if manner is Manner.DOWN and before is not Manner.DOWN:
            _end(self._server)
        elif before is Manner.DOWN and manner is not Manner.DOWN:
            self._server = _serve(self, self.port)

    def hear(self, to: BaseHTTPRequestHandler) -> None:
        event = json.loads(to.rfile.read(int(to.headers["Content-Length"])))
        manner, released = self._manner, self._released
        if manner in (Manner.WELL, Manner.FORGETS) and event["type"] != TOLD_ANEW:
            with self._lock:
                self.taken.append(to.headers["webhook-id"])
        if manner is Manner.HANGS:
            released.wait(30)
        if manner in (Manner.HANGS, Manner.DROPS, Manner.FORGETS, Manner.DOWN):
            to.close_connection = True
            return
        to.send_response(500 if manner is Manner.BROKEN else 204)
        to.send_header("Content-Length", "0")
        to.end_headers()


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A caller that was killed in the middle is what this is about."""


def _serve(receiver: Receiver, port: int) -> _Server:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 15

        def do_POST(self) -> None:
            receiver.hear(self)

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


def _end(server: _Server) -> None:
    server.shutdown()
    server.server_close()
