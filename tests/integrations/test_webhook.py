"""One event on its way to a real HTTP server: signed, bounded in time, and never an exception."""

import socket
import ssl
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import LazySettings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from moderation.domain.refusals import Refused
from moderation.integrations import webhook
from moderation.integrations.webhook import MOST_OF_A_BODY, Endpoint, Sender
from moderation.models import OutboxEvent
from moderation.operations.delivery import Answer
from tests.integrations.receiver import OTHER_SECRET, SECRET, Receiver, answers, drops, receiving, speaks_no_http

CERTIFICATE = Path(__file__).with_name("platform.test.pem")
SOON = timedelta(seconds=0.5)


@pytest.fixture
def platform() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def an_event(text: str = "Grüße & <b>🌱</b>") -> OutboxEvent:
    return OutboxEvent(
        public_id=uuid.uuid4(),
        topic="notice.sent",
        payload={"account": "u1", "text": text},
        created_at=datetime(2026, 3, 1, 12, 30, 15, 250000, tzinfo=UTC),
    )


def send(
    url: str, event: OutboxEvent | None = None, *, secrets: tuple[str, ...] = (SECRET,), allow_private: bool = True
) -> Answer:
    endpoint = Endpoint(httpx.URL(url), secrets, allow_private)
    with Sender(endpoint, longest_try=SOON) as sender:
        return sender.send(event or an_event())


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# What does not arrive


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"])
def test_a_private_address_is_not_called(platform: Receiver, host: str) -> None:
    answer = send(f"http://{host}:{platform.port}/webhooks", allow_private=False)

    assert not answer.arrived
    assert "no public address. Set WEBHOOK_ALLOW_PRIVATE only if" in answer.trouble
    assert platform.connections == 0


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503, 599])
def test_every_status_but_2xx_is_a_failure(platform: Receiver, status: int) -> None:
    platform.manner = answers(status, b"why")

    answer = send(platform.url)

    assert not answer.arrived
    assert answer.status == status
    assert answer.trouble.startswith(f"The platform answered {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_not_followed(platform: Receiver, status: int) -> None:
    platform.manner = answers(status, Location=f"http://127.0.0.1:{platform.port}/elsewhere")

    answer = send(platform.url)

    assert not answer.arrived
    assert "not followed" in answer.trouble
    assert [call.path for call in platform.calls] == ["/webhooks"]


def test_a_platform_that_hangs_is_left_in_time(platform: Receiver) -> None:
    platform.manner = platform.hangs

    assert send(platform.url) == Answer(None, "The platform did not answer within 0.5 seconds.")


def test_a_trickle_of_bytes_does_not_prolong_the_time(platform: Receiver) -> None:
    platform.manner = platform.trickles

    assert send(platform.url) == Answer(None, "The platform did not answer within 0.5 seconds.")


def test_a_dropped_connection_is_a_failure(platform: Receiver) -> None:
    platform.manner = drops

    answer = send(platform.url)

    assert answer.status is None
    assert answer.trouble.startswith("The connection broke")


def test_what_is_no_http_is_a_failure(platform: Receiver) -> None:
    platform.manner = speaks_no_http

    assert send(platform.url).trouble.startswith("The connection broke")


def test_nobody_listening_is_a_failure() -> None:
    assert send(f"http://127.0.0.1:{unused_port()}/").trouble.startswith("No connection to 127.0.0.1:")


def test_a_name_without_address_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    answer = send("https://nowhere.invalid/")

    assert answer.trouble == "No connection to nowhere.invalid: nowhere.invalid cannot be resolved."


# What arrives


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_success(platform: Receiver, status: int) -> None:
    platform.manner = answers(status)

    assert send(platform.url) == Answer(status)


def test_a_long_answer_is_not_read_to_its_end(platform: Receiver) -> None:
    platform.manner = answers(200, b"x" * 50 * MOST_OF_A_BODY)

    assert send(platform.url) == Answer(200)


def test_an_answer_whose_body_does_not_come_is_success(platform: Receiver) -> None:
    platform.manner = platform.answers_in_part

    assert send(platform.url) == Answer(200)


def test_the_body_is_type_timestamp_and_data(platform: Receiver) -> None:
    send(platform.url)

    (call,) = platform.calls
    assert call.headers["content-type"] == "application/json"
    assert call.event == {
        "type": "notice.sent",
        "timestamp": "2026-03-01T12:30:15.250000Z",
        "data": {"account": "u1", "text": "Grüße & <b>🌱</b>"},
    }


def test_a_second_try_differs_in_nothing_but_time_and_signature(platform: Receiver) -> None:
    event = an_event()
    send(platform.url, event)
    send(platform.url, event)

    first, second = platform.calls
    assert first.id == second.id == f"msg_{event.public_id.hex}"
    assert first.body == second.body


def test_connections_are_kept_for_the_next_event(platform: Receiver) -> None:
    with Sender(Endpoint(httpx.URL(platform.url), (SECRET,), allow_private=True)) as sender:
        results = [sender.send(an_event()) for _ in range(3)]

    assert results == [Answer(204)] * 3
    assert platform.connections == 1


def test_name_and_password_in_the_address_are_sent_as_basic_authentication(platform: Receiver) -> None:
    send(f"http://haven:p%40ss@127.0.0.1:{platform.port}/webhooks?from=haven")

    (call,) = platform.calls
    assert call.headers["authorization"] == "Basic aGF2ZW46cEBzcw=="  # haven:p@ss
    assert call.path == "/webhooks?from=haven"


# Signatures, checked by the library that platforms use


def test_a_changed_body_or_another_secret_does_not_verify(platform: Receiver) -> None:
    send(platform.url)

    (call,) = platform.calls
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(call.body.replace(b"u1", b"u2"), call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER_SECRET).verify(call.body, call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(call.body, call.headers | {"webhook-id": "msg_other"})


def test_the_signature_verifies(platform: Receiver) -> None:
    send(platform.url)

    (call,) = platform.calls
    assert Webhook(SECRET).verify(call.body, call.headers) == call.event


@pytest.mark.parametrize("known", [SECRET, OTHER_SECRET])
def test_while_a_secret_is_replaced_the_old_and_the_new_one_verify(platform: Receiver, known: str) -> None:
    send(platform.url, secrets=(OTHER_SECRET, SECRET))

    (call,) = platform.calls
    assert len(call.headers["webhook-signature"].split(" ")) == 2
    assert Webhook(known).verify(call.body, call.headers) == call.event


# The name that the platform is known by


@pytest.fixture
def platform_test_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = socket.getaddrinfo

    def getaddrinfo(host: str, *rest: object, **options: object) -> object:
        host = "127.0.0.1" if host in {"platform.test", "other.test"} else host
        return asked(host, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture
def secure_platform(platform_test_is_loopback: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    webhook._trusted_authorities.cache_clear()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    with receiving(tls=tls) as receiver:
        yield receiver
    webhook._trusted_authorities.cache_clear()


def test_a_certificate_of_another_name_is_refused(secure_platform: Receiver) -> None:
    answer = send(f"https://other.test:{secure_platform.port}/")

    assert answer.trouble.startswith("No connection to other.test: [SSL: CERTIFICATE_VERIFY_FAILED]")
    assert secure_platform.calls == []


def test_the_name_is_kept_though_the_address_is_connected_to(secure_platform: Receiver) -> None:
    assert send(f"https://platform.test:{secure_platform.port}/") == Answer(204)

    assert secure_platform.server_names == ["platform.test"]
    assert secure_platform.calls[0].headers["host"] == f"platform.test:{secure_platform.port}"


def test_a_proxy_of_the_environment_is_not_used(platform: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")

    assert send(platform.url) == Answer(204)


# What is in force


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["ftp://chat.example/", "chat.example", "http://", "http://[::1"])
def test_an_address_that_cannot_be_called_is_refused(settings: LazySettings, url: str) -> None:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = url, SECRET

    with pytest.raises(Refused, match="not an http"):
        Endpoint.current()


@pytest.mark.django_db
def test_an_address_without_a_secret_is_refused(settings: LazySettings) -> None:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = "https://chat.example/", ""

    with pytest.raises(Refused, match="WEBHOOK_SECRET"):
        Endpoint.current()


@pytest.mark.django_db
def test_no_address_is_no_endpoint(settings: LazySettings) -> None:
    settings.WEBHOOK_URL = ""

    assert Endpoint.current() is None


@pytest.mark.django_db
def test_two_secrets_of_the_settings_are_two_words(settings: LazySettings) -> None:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = "https://chat.example/", f"{OTHER_SECRET} {SECRET}"

    assert Endpoint.current() == Endpoint(httpx.URL("https://chat.example/"), (OTHER_SECRET, SECRET))


def test_secrets_are_not_printed(settings: LazySettings) -> None:
    assert SECRET not in repr(Endpoint(httpx.URL("https://chat.example/"), (SECRET,)))
