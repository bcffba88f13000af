"""Sending one event to the chat platform as a Standard Webhook.

Writes nothing down: what follows from an answer is decided in operations.delivery.
"""

import base64
import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpcore
import httpx
import structlog
from django.conf import settings
from standardwebhooks import Webhook

from moderation import meters
from moderation.domain.refusals import Refused
from moderation.integrations.public_network import NotPublicError, PublicNetwork, is_private_literal, within
from moderation.models import OutboxEvent
from moderation.operations import delivery
from moderation.operations.delivery import LONGEST_TRY, Answer
from moderation.operations.endpoint import Tried
from moderation.queries.endpoint import target, without_password

log = structlog.get_logger(__name__)

MOST_OF_A_BODY = 16 * 1024  # bytes of an answer that are read, and thrown away, to keep the connection usable
MOST_OF_A_BODY_SHOWN = 2_000  # characters of the answer to a test event
LONGEST_BODY = 1.0  # seconds that an answer's body may take once the status is there
TEST_TOPIC = "endpoint.test"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the platform listens, and the secrets that it may check with: two while one replaces the other."""

    url: httpx.URL
    secrets: tuple[str, ...] = field(repr=False)
    allow_private: bool = False

    @classmethod
    def current(cls) -> Self | None:
        """None when no platform is connected. Raises Refused for what cannot be called or signed."""
        known = target()
        if not known.url:
            return None
        url = address(known.url)
        if not known.secrets:
            raise Refused("There is no secret to sign with: make one under Webhooks, or set WEBHOOK_SECRET.")
        return cls(url, known.secrets, settings.WEBHOOK_ALLOW_PRIVATE)


def address(text: str) -> httpx.URL:
    """An address that can be called; raises Refused. Whether it is a public one is seen on connecting."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise Refused(f"“{without_password(text)}” is not an http(s) address, such as https://chat.example.org/haven.")
    return url


def new_address(text: str) -> str:
    """The same for one that an admin types: what can be seen beforehand not to work is refused. Raises Refused."""
    text = text.strip()
    url = address(text)
    if url.userinfo or url.fragment:
        raise Refused("Leave name, password and “#” out of the address: every call is signed instead.")
    if settings.WEBHOOK_ALLOW_PRIVATE:
        return text
    if url.scheme != "https":
        raise Refused("The address is not https: notices about people would travel readable.")
    if is_private_literal(url.host):
        raise Refused(f"{url.host} is no public address. Only the setting WEBHOOK_ALLOW_PRIVATE lets events go there.")
    return text


def deliver_due() -> int:
    """Send what is due to the platform; without one, or without a secret, events wait and no try is counted."""
    try:
        endpoint = Endpoint.current()
    except Refused as error:
        log.warning("nothing_can_be_delivered", why=str(error))
        return 0
    if endpoint is None:
        return 0
    with Sender(endpoint) as sender:
        return delivery.deliver_due(sender.send)


def try_current(webhook_id: str) -> Tried:
    """A test event to the platform. Raises Refused when there is none, or none that can be called."""
    endpoint = Endpoint.current()
    if endpoint is None:
        raise Refused("No address is set yet: say first where the platform listens.")
    with Sender(endpoint) as sender:
        return sender.try_out(webhook_id)


def body(event: OutboxEvent) -> str:
    """What the platform reads; the same on every try."""
    timestamp = event.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    said = {"type": event.topic, "timestamp": timestamp, "data": event.payload}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def signed(message_id: str, content: str, secrets: Sequence[str], *, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks, with one signature a secret."""
    signatures = [Webhook(secret).sign(message_id, now, content) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class Sender:
    """Keeps the connections to one endpoint; `send` may be called from several threads at once."""

    def __init__(self, endpoint: Endpoint, *, longest_try: timedelta = LONGEST_TRY) -> None:
        self._endpoint = endpoint
        self._seconds = longest_try.total_seconds()
        url = endpoint.url
        self._url = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trusted_authorities() if url.scheme == "https" else None,
            max_connections=delivery.MOST_AT_ONCE,
            keepalive_expiry=5,
            network_backend=PublicNetwork(allow_private=endpoint.allow_private),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def send(self, event: OutboxEvent) -> Answer:
        """One try, over in time, and counted. Whatever the network or the platform does ends as an Answer."""
        started = time.monotonic()
        reply = self._post(event.webhook_id, body(event))
        answer = reply if isinstance(reply, Answer) else _judged(reply.status)
        outcome = "arrived" if answer.arrived else f"answered {answer.status}" if answer.status else "no answer"
        meters.count("haven_deliveries_total", outcome=outcome)
        meters.observe("haven_delivery_seconds", time.monotonic() - started)
        return answer

    def try_out(self, webhook_id: str) -> Tried:
        """One test event, with what came back of it."""
        begun = time.monotonic()
        reply = self._post(webhook_id, _test_body())
        took_ms = round((time.monotonic() - begun) * 1000)
        if isinstance(reply, Answer):
            return Tried(webhook_id, took_ms, reply.status, reply.trouble)
        text = _readable(reply.body)
        return Tried(
            webhook_id,
            took_ms,
            reply.status,
            _judged(reply.status).trouble,
            content_type=reply.content_type,
            body=text[:MOST_OF_A_BODY_SHOWN],
            is_cut=reply.is_cut or len(text) > MOST_OF_A_BODY_SHOWN,
        )

    def _post(self, webhook_id: str, content: str) -> "_Reply | Answer":
        try:
            with within(self._seconds):
                return self._posted(webhook_id, content)
        except NotPublicError as error:
            return Answer(
                trouble=f"{error}. Set WEBHOOK_ALLOW_PRIVATE only if the platform is on your own private network."
            )
        except httpcore.ConnectTimeout:
            return Answer(trouble=f"No connection to {self._endpoint.url.host} came about in time.")
        except httpcore.TimeoutException:
            return Answer(trouble=f"The platform did not answer within {self._seconds:g} seconds.")
        except httpcore.ConnectError as error:
            return Answer(trouble=f"No connection to {self._endpoint.url.host}: {error}.")
        except (httpcore.NetworkError, httpcore.ProtocolError):
            return Answer(trouble="The connection broke, or what came over it was no HTTP, before there was an answer.")

    def _posted(self, webhook_id: str, content: str) -> "_Reply":
        headers = {
            "host": self._endpoint.url.netloc.decode(),
            "content-type": "application/json",
            "user-agent": "Haven",
            **signed(webhook_id, content, self._endpoint.secrets, now=datetime.now(UTC)),
            **_credentials(self._endpoint.url),
        }
        with self._pool.stream("POST", self._url, headers=list(headers.items()), content=content.encode()) as response:
            read, is_cut = _skimmed(response)
            types = [value for name, value in response.headers if name.lower() == b"content-type"]
            return _Reply(response.status, _readable(b"".join(types[:1]))[:100], read, is_cut)


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    content_type: str
    body: bytes  # its beginning
    is_cut: bool


def _skimmed(response: httpcore.Response) -> tuple[bytes, bool]:
    """Read a short answer to its end, so that the connection can serve the next event; leave a long or slow one.

    Answers what was read, and whether more would have come. The status has come, and nothing else counts.
    """
    read = bytearray()
    try:
        with within(LONGEST_BODY):
            for chunk in response.iter_stream():
                read += chunk
                if len(read) > MOST_OF_A_BODY:
                    return bytes(read[:MOST_OF_A_BODY]), True
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        return bytes(read), True
    return bytes(read), False


def _test_body() -> str:
    timestamp = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    said = {"type": TEST_TOPIC, "timestamp": timestamp, "data": {"text": "A test by an admin. It is about nobody."}}
    return json.dumps(said, separators=(",", ":"))


def _readable(received: bytes) -> str:
    """As text, without what a terminal or a reading direction could be turned by."""
    text = received.decode(errors="replace").replace("\r\n", "\n")
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


def _judged(status: int) -> Answer:
    if 200 <= status < 300:
        return Answer(status)
    if 300 <= status < 400:
        return Answer(status, f"The platform answered {status}, a redirect, and those are not followed.")
    return Answer(status, f"The platform answered {status}{_phrase(status)}.")


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""


def _credentials(url: httpx.URL) -> dict[str, str]:
    """Basic authentication, where the address of the settings carries a name and a password."""
    if not url.userinfo:
        return {}
    named = f"{url.username}:{url.password}".encode()
    return {"authorization": f"Basic {base64.b64encode(named).decode()}"}


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than sending an event."""
    return httpx.create_ssl_context()
