"""Taking Haven's webhooks, in one file: copy it into your platform. Needs Python 3.11 and nothing else.

    receiver = Receiver(os.environ["WEBHOOK_SECRET"], act=lock_or_unlock_the_account)
    answer = receiver.take(body, headers)      # the bytes as they came, before any parsing
    # … answer the call with answer.status

It verifies the signature by either of two secrets, refuses calls that are more than five minutes old, acts once on
every event however often it comes, and tells you when an event comes after a younger one about the same account.
"""

import base64
import binascii
import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

TOLERANCE = timedelta(minutes=5)


class BadSecretError(Exception):
    """The secret cannot be used; the message says how to mend it."""


class UnreadableError(Exception):
    """The file that should hold the events holds something else."""


class NotAnEventError(Exception):
    """What was signed is not an event as Haven's interface describes it."""


@dataclass(frozen=True)
class Event:
    """`is_late`: a younger event about the same account was here first. It was given up and sent again by hand, so
    what the younger one said of the same sanction or badge still holds."""

    id: str
    received_at: str
    type: str
    timestamp: str
    data: Mapping[str, Any]
    is_late: bool = False

    @classmethod
    def read(cls, body: bytes, *, message_id: str, received_at: datetime) -> Self:
        try:
            told = json.loads(body)
            _aware(told["timestamp"])
            kind, data = told["type"], told["data"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise NotAnEventError("An event is an object with type, timestamp and data.") from error
        if not isinstance(kind, str) or not isinstance(data, dict):
            raise NotAnEventError("The type of an event is text and its data an object.")
        return cls(message_id, received_at.isoformat(), kind, told["timestamp"], data)

    @property
    def told_at(self) -> datetime:
        return _aware(self.timestamp)

    @property
    def account(self) -> str:
        """Whom the event is for: a closed report concerns the one who reported."""
        return self.says("account") or self.says("reporter")

    @property
    def subject(self) -> str:
        """What the order of events is kept for: the account, or the sanction of an event that names none."""
        return self.account or self.says("sanction") or self.id

    def says(self, name: str) -> str:
        """A fact of the event as text; empty when it has none of that name."""
        value = self.data.get(name)
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Answer:
    """What to answer Haven: any 2xx says that the event is here; anything else brings it again later."""

    status: HTTPStatus
    sentence: str
    event: Event | None = None  # when it is new


class Receiver:
    """Keeps events in the order of their arrival, each once; with a file, they survive a restart: one line an event.

    `act` is called once for each new event, one at a time. What it raises is answered with 503 and the event is not
    kept, so that Haven sends it again: act must bear being called again for what it did not finish. In a real platform
    the event and what it changes are written in one transaction of the database, with the id as a unique key and the
    account's row locked: that is what the lock stands for here.
    """

    def __init__(
        self, secrets: str, file: Path | None = None, act: Callable[[Event], None] = lambda _event: None
    ) -> None:
        self._keys = _keys(secrets)
        self._file = file
        self._act = act
        self._lock = threading.Lock()
        self._events: dict[str, Event] = {}
        self._repeats: Counter[str] = Counter()
        self._youngest: dict[str, datetime] = {}  # by subject
        for event in _lines(file) if file else []:
            self._remember(event)

    @property
    def events(self) -> list[Event]:
        with self._lock:
            return list(self._events.values())

    def repeats(self, event_id: str) -> int:
        """How often the event came again after the first time."""
        return self._repeats[event_id]

    def take(self, body: bytes, headers: Mapping[str, str], *, now: datetime | None = None) -> Answer:
        """Verify first, know it already second, act third."""
        now = now or datetime.now(UTC)
        given = {name.lower(): value for name, value in headers.items()}
        if not self.is_genuine(body, given, now):
            return Answer(HTTPStatus.UNAUTHORIZED, "The signature or the time of this call is not right.")
        try:
            event = Event.read(body, message_id=given["webhook-id"], received_at=now)
        except NotAnEventError as error:
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        with self._lock:
            return self._take(event)

    def is_genuine(self, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        """Signed with one of our secrets, over these very bytes, within the last five minutes. Names in lower case."""
        message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not message_id or not _is_fresh(sent_at, now):
            return False
        signed = f"{message_id}.{sent_at}.".encode(errors="replace") + body
        ours = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in self._keys]
        theirs = [one.removeprefix("v1,").encode(errors="replace") for one in _signatures(headers)]
        matches = [hmac.compare_digest(one, other) for one in ours for other in theirs]  # all, in constant time
        return any(matches)

    def _take(self, event: Event) -> Answer:
        if event.id in self._events:
            self._repeats[event.id] += 1
            return Answer(HTTPStatus.OK, "Known already.")
        event = replace(event, is_late=event.told_at < self._youngest.get(event.subject, event.told_at))
        try:
            self._act(event)
            self._keep(event)
        except Exception as error:  # whatever it is, Haven must not hear that all is well
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, f"Not now ({type(error).__name__}): send it again.")
        self._remember(event)
        return Answer(HTTPStatus.OK, "Taken.", event)

    def _keep(self, event: Event) -> None:
        """With a file, the event is there before Haven hears that it arrived."""
        if self._file:
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(event)) + "\n")

    def _remember(self, event: Event) -> None:
        self._events[event.id] = event
        self._youngest[event.subject] = max(event.told_at, self._youngest.get(event.subject, event.told_at))


def _keys(secrets: str) -> list[bytes]:
    """One secret, or two separated by a blank while the new one replaces the old."""
    try:
        keys = [base64.b64decode(secret.removeprefix("whsec_"), validate=True) for secret in secrets.split()]
    except (binascii.Error, ValueError) as error:
        raise BadSecretError("WEBHOOK_SECRET must be whsec_ and base64, as in Haven's own setting.") from error
    if not keys:
        raise BadSecretError("Set WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE) to the secret that Haven signs with.")
    if not all(keys):
        raise BadSecretError("WEBHOOK_SECRET must be whsec_ and base64, as in Haven's own setting.")
    return keys


def _is_fresh(sent_at: str, now: datetime) -> bool:
    """An old call may be one that somebody recorded and plays again."""
    if not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 12):
        return False
    return abs(now.timestamp() - int(sent_at)) <= TOLERANCE.total_seconds()


def _signatures(headers: Mapping[str, str]) -> Iterator[str]:
    return (one for one in headers.get("webhook-signature", "").split() if one.startswith("v1,"))


def _lines(file: Path) -> list[Event]:
    if not file.exists():
        return []
    try:
        whole, _, torn = file.read_text(encoding="utf-8").rpartition("\n")
        events = [Event(**json.loads(line)) for line in whole.splitlines()]
    except (ValueError, TypeError) as error:
        raise UnreadableError(
            f"{file} holds no events: move it away, or name another one in PLATFORM_STATE."
        ) from error
    if torn:  # cut off while it was written, so Haven was not told that it arrived, and sends it again
        file.write_text(f"{whole}\n" if whole else "", encoding="utf-8")
    return events


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment
