"""Sending one event to the chat platform as a Standard Webhook.

Writes nothing down: what follows from an answer is decided in operations.delivery.
"""

import base64
import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpcore
import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from standardwebhooks import Webhook

from moderation import meters
from moderation.integrations.public_network import NotPublicError, PublicNetwork, within
from moderation.models import OutboxEvent
from moderation.operations import delivery
from moderation.operations.delivery import LONGEST_TRY, Answer

MOST_OF_A_BODY = 16 * 1024  # bytes of an answer that are read, and thrown away, to keep the connection usable


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the platform listens, and the secrets that it may check with: two while one replaces the other."""

    url: httpx.URL
    secrets: tuple[str, ...]
    allow_private: bool = False

    @classmethod
    def from_settings(cls) -> Self | None:
        """None when no platform is connected. Raises ImproperlyConfigured for what config.checks would refuse."""
        if not settings.WEBHOOK_URL:
            return None
        try:
            url = httpx.URL(settings.WEBHOOK_URL)
        except httpx.InvalidURL as error:
            raise ImproperlyConfigured("WEBHOOK_URL is not an http(s) address.") from error
        if url.scheme not in {"http", "https"} or not url.host:
            raise ImproperlyConfigured("WEBHOOK_URL is not an http(s) address.")
        secrets = tuple(settings.WEBHOOK_SECRET.split())
        if not secrets:
            raise ImproperlyConfigured("WEBHOOK_URL is set without a WEBHOOK_SECRET to sign with.")
        return cls(url, secrets, settings.WEBHOOK_ALLOW_PRIVATE)


def deliver_due() -> int:
    """Send what is due to the platform of the settings; without one, events wait and no try is counted."""
    endpoint = Endpoint.from_settings()
    if endpoint is None:
        return 0
    with Sender(endpoint) as sender:
        return delivery.deliver_due(sender.send)


def webhook_id(event: OutboxEvent) -> str:
    return f"msg_{event.public_id.hex}"


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
            max_connections=delivery.SENT_AT_ONCE,
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
        answer = self._try(event)
        outcome = "arrived" if answer.arrived else f"answered {answer.status}" if answer.status else "no answer"
        meters.count("haven_deliveries_total", outcome=outcome)
        meters.observe("haven_delivery_seconds", time.monotonic() - started)
        return answer

    def _try(self, event: OutboxEvent) -> Answer:
        try:
            with within(self._seconds):
                return _judged(self._post(event))
        except NotPublicError as error:
            return Answer(
                trouble=f"{error}. Set WEBHOOK_ALLOW_PRIVATE only if the platform is on your own private network."
            )
        except httpcore.TimeoutException:
            return Answer(trouble=f"The platform did not answer within {self._seconds:g} seconds.")
        except httpcore.ConnectError as error:
            return Answer(trouble=f"No connection to {self._endpoint.url.host}: {error}.")
        except (httpcore.NetworkError, httpcore.ProtocolError):
            return Answer(trouble="The connection broke, or what came over it was no HTTP, before there was an answer.")

    def _post(self, event: OutboxEvent) -> int:
        content = body(event)
        headers = {
            "host": self._endpoint.url.netloc.decode(),
            "content-type": "application/json",
            "user-agent": "Haven",
            **signed(webhook_id(event), content, self._endpoint.secrets, now=datetime.now(UTC)),
            **_credentials(self._endpoint.url),
        }
        with self._pool.stream("POST", self._url, headers=list(headers.items()), content=content.encode()) as response:
            _skim(response)
            return response.status


def _skim(response: httpcore.Response) -> None:
    """Read a short answer to its end, so that the connection can serve the next event; leave a long one."""
    length = 0
    try:
        for chunk in response.iter_stream():
            length += len(chunk)
            if length > MOST_OF_A_BODY:
                return
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        return  # the status has come, and nothing else counts


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
