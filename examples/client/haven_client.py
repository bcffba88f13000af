"""A client for Haven's machine interface, version 1, in one file: copy it into your platform.

Needs Python 3.11 and httpx, nothing of Haven. Everything it sends carries your own ids, so that all of it may be sent
again: after a lost answer, a crash, or from a backup. It never logs what people wrote.

    with Haven("https://haven.example.org", key) as haven:
        sent = haven.send(messages)          # any iterable of Message and Account, as long as you like
        for refused in sent.rejected:
            print(refused.item.id, refused.detail)
"""

import json
import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Self
from urllib.parse import quote, urlsplit

import httpx

MOST_ITEMS = 1_000  # of a kind, in one call
MOST_BYTES = 2 * 1024 * 1024
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0
_ROUND = len(b'{"messages":[],"accounts":[]}')  # what stands around the items

log = logging.getLogger("haven_client")

Room = Literal["one_to_one", "group", "forum"]
Reason = Literal["contact_shared", "contact_requested", "offsite_contact", "offsite_harm", "other"]


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    conversation: str
    room: Room
    sender: str
    sent_at: datetime
    text: str = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "conversation": {"id": self.conversation, "room": self.room},
            "sender": self.sender,
            "sent_at": _moment(self.sent_at),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Account:
    """Everything you know of an account: what is left out becomes unknown, whatever was said before."""

    id: str
    username: str = field(default="", repr=False)
    role: Literal["listener", "member", "unknown"] = "unknown"
    age_group: Literal["adult", "teen", "unknown"] = "unknown"
    status: Literal["active", "self_care_break", "deactivation_break", "closed"] = "active"
    badges: Sequence[str] = ()
    person: str = field(default="", repr=False)
    joined_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Report:
    id: str
    reporter: str
    reported: str
    reason: Reason
    created_at: datetime
    text: str = field(default="", repr=False)
    channel: str = ""
    conversation: str | None = None
    messages: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Appeal:
    id: str
    sanction: str
    created_at: datetime
    text: str = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        return _plain(self)


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item that Haven did not take, and will not take as it is. The others of its batch are in."""

    item: Message | Account
    type: str
    detail: str
    pointer: str = ""


@dataclass(slots=True)
class Sent:
    accepted: int = 0
    duplicates: int = 0
    edited: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, other: "Sent") -> None:
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        self.edited += other.edited
        self.rejected += other.rejected


class HavenError(Exception):
    """A call that did not succeed; `str()` is Haven's own sentence, which never repeats what was sent."""


class Refused(HavenError):
    """Haven said no: sending the same again will not help. `problem` is stable, as in urn:haven:problem:no-scope."""

    def __init__(self, status: int, problem: str, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        said = "".join(f" {error.get('pointer', '')}: {error.get('detail', '')}" for error in errors)
        super().__init__(f"{status}: {detail}{said}")
        self.status = status
        self.problem = problem
        self.detail = detail
        self.errors = list(errors)


class Away(HavenError):
    """Haven could not be reached, or was too busy, for as long as patience lasted. Send the same again later."""


class Haven:
    """One connection to Haven; use it from one thread at a time.

    `patience` is how many seconds a call may wait between its tries, all in all. `on_sent` hears of every batch that
    has been taken: what an importer remembers to go on from.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        patience: float = 600.0,
        on_sent: Callable[[Sent], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        http: httpx.Client | None = None,
    ) -> None:
        place = urlsplit(address)
        if place.scheme != "https" and place.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("The key and what people wrote must not travel in the open: begin the address with https.")
        self._root = f"{address.rstrip('/')}/api/v1/"
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._patience = patience
        self._on_sent = on_sent
        self._sleep = sleep
        self._http = http or httpx.Client(timeout=httpx.Timeout(30.0, connect=10.0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # Telling Haven

    def send(self, items: Iterable[Message | Account]) -> Sent:
        """Send messages, and accounts worth describing along with them, in their order and in as few calls as may be.

        Answers what became of them; `rejected` holds what was not taken. Raises Away or Refused: what was sent before
        is in, and sending everything once more is harmless.
        """
        sent = Sent()
        for batch in _batches(items, sent):
            sent.add(self._send_batch(batch))
        return sent

    def put_account(self, account: Account) -> None:
        self._call("PUT", f"accounts/{_quoted(account.id)}", _bytes(account.as_json()), what="account")

    def report(self, report: Report) -> None:
        self._call("POST", "reports", _bytes(report.as_json()), what="report")

    def appeal(self, appeal: Appeal) -> None:
        """Raises Refused with status 409 when the sanction was appealed already, 422 after the window."""
        self._call("POST", "appeals", _bytes(appeal.as_json()), what="appeal")

    def erase(self, account: str) -> dict[str, Any]:
        """Ask for an account to be erased; answers the receipt."""
        return self._answer("DELETE", f"accounts/{_quoted(account)}", what="erasure")

    # Asking Haven

    def standing(self, account: str) -> dict[str, Any]:
        """What the account may do at this moment."""
        return self._answer("GET", f"accounts/{_quoted(account)}/standing", what="standing")

    def standing_changes(self, after: str = "") -> dict[str, Any]:
        """A page of the feed after a cursor, which is remembered only when the page has been acted on."""
        return self._answer("GET", f"standing-changes?after={quote(after, safe='')}", what="standing changes")

    # How it is sent

    def _send_batch(self, batch: "_Batch") -> Sent:
        """One call, or two halves when Haven, or a proxy before it, finds the batch too large."""
        try:
            answer = self._call("POST", "messages", batch.body(), what=f"{len(batch)} items").json()
        except Refused as refusal:
            if refusal.status != 413:
                raise
            if len(batch) == 1:
                return Sent(rejected=[Rejected(batch.only, "too_large", refusal.detail)])
            first, second = batch.halves()
            sent = self._send_batch(first)
            sent.add(self._send_batch(second))
            return sent
        sent = Sent(answer["accepted"], answer["duplicates"], answer["edited"], batch.rejected(answer["rejected"]))
        log.info(
            "%d new, %d known, %d edited, %d rejected", sent.accepted, sent.duplicates, sent.edited, len(sent.rejected)
        )
        if self._on_sent:
            self._on_sent(sent)
        return sent

    def _answer(self, method: str, path: str, *, what: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._call(method, path, None, what=what).json()
        return answer

    def _call(self, method: str, path: str, body: bytes | None, *, what: str) -> httpx.Response:
        """Try until there is an answer worth having. `what` is for the log, because a path names an account."""
        waited, tries = 0.0, 0
        while True:
            tries += 1
            answer = self._try(method, path, body)
            if isinstance(answer, httpx.Response) and answer.status_code not in TRY_AGAIN:
                return _accepted(answer)
            trouble = answer if isinstance(answer, str) else str(answer.status_code)
            pause = _pause(tries, None if isinstance(answer, str) else _retry_after(answer))
            waited += pause
            if waited > self._patience:
                raise Away(f"Given up after {tries} tries ({trouble}). Nothing is wrong with sending it again later.")
            log.warning("%s %s: %s; trying again in %.1f s (try %d)", method, what, trouble, pause, tries)
            self._sleep(pause)

    def _try(self, method: str, path: str, body: bytes | None) -> httpx.Response | str:
        """The answer, or the name of what went wrong on the way."""
        headers = self._headers | ({"Content-Type": "application/json"} if body is not None else {})
        try:
            return self._http.request(method, self._root + path, content=body, headers=headers, follow_redirects=False)
        except httpx.TransportError as error:
            return type(error).__name__


@dataclass(slots=True)
class _Batch:
    """Items with their JSON, as long as they go into one call together."""

    messages: list[tuple[Message, bytes]] = field(default_factory=list)
    accounts: list[tuple[Account, bytes]] = field(default_factory=list)
    size: int = _ROUND

    def __len__(self) -> int:
        return len(self.messages) + len(self.accounts)

    @property
    def only(self) -> Message | Account:
        return self.messages[0][0] if self.messages else self.accounts[0][0]

    def has_room(self, item: Message | Account, told: bytes) -> bool:
        count = len(self.messages) if isinstance(item, Message) else len(self.accounts)
        return count < MOST_ITEMS and self.size + len(told) + 1 <= MOST_BYTES

    def add(self, item: Message | Account, told: bytes) -> None:
        if isinstance(item, Message):
            self.messages.append((item, told))
        else:
            self.accounts.append((item, told))
        self.size += len(told) + 1

    def body(self) -> bytes:
        messages = b",".join(told for _, told in self.messages)
        accounts = b",".join(told for _, told in self.accounts)
        return b'{"messages":[' + messages + b'],"accounts":[' + accounts + b"]}"

    def halves(self) -> tuple["_Batch", "_Batch"]:
        first, second = _Batch(), _Batch()
        items: list[tuple[Message | Account, bytes]] = [*self.accounts, *self.messages]
        for place, (item, told) in enumerate(items):
            (first if place < len(items) // 2 else second).add(item, told)
        return first, second

    def rejected(self, told: Iterable[Mapping[str, Any]]) -> list[Rejected]:
        found = []
        for each in told:
            pointer = str(each.get("pointer", ""))
            items: Sequence[tuple[Message | Account, bytes]] = (
                self.accounts if pointer.startswith("/accounts/") else self.messages
            )
            found.append(Rejected(items[each["index"]][0], each["type"], each["detail"], pointer))
        return found


def _batches(items: Iterable[Message | Account], sent: Sent) -> Iterator[_Batch]:
    """As few as may be, in the order of the items. One that can never go is rejected here."""
    batch = _Batch()
    for item in items:
        told = _bytes(item.as_json())
        if len(told) + _ROUND > MOST_BYTES:
            detail = f"It has {len(told):,} bytes, and a call has {MOST_BYTES:,} at most."
            sent.rejected.append(Rejected(item, "too_large", detail))
            continue
        if not batch.has_room(item, told):
            yield batch
            batch = _Batch()
        batch.add(item, told)
    if len(batch):
        yield batch


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_success and "json" in answer.headers.get("Content-Type", ""):
        return answer
    try:
        told = answer.json()
        detail, problem, errors = str(told["detail"]), str(told["type"]), told.get("errors", [])
    except (ValueError, KeyError, TypeError):  # something before Haven spoke
        detail, problem, errors = f"The answer is not Haven's ({answer.reason_phrase}): is the address right?", "", []
    raise Refused(answer.status_code, problem, detail, errors)


def _pause(tries: int, wanted: float | None) -> float:
    """Twice as long each time, anywhere within it, so that many clients do not come back together; never before what
    Retry-After asks for."""
    chance = random.random()  # noqa: S311 — chance, not a secret
    if wanted is not None:
        return wanted + chance * min(wanted / 10 + 0.1, FIRST_PAUSE_S)
    return (0.5 + chance / 2) * min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries - 1, 16))


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds, from either form that the header may have; None when it says nothing of use."""
    said = answer.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(min(int(said[:9]), 86_400))
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - datetime.now(UTC)).total_seconds()), 86_400.0)


def _bytes(told: Mapping[str, Any]) -> bytes:
    """Half a surrogate pair cannot be UTF-8; escaped, Haven refuses it as one item and takes the others."""
    try:
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(told, separators=(",", ":")).encode()


def _plain(item: Any) -> dict[str, Any]:
    told = {each.name: getattr(item, each.name) for each in fields(item)}
    plain = {name: _moment(value) if isinstance(value, datetime) else value for name, value in told.items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("A time without an offset: say which time zone it is in, as in datetime.now(UTC).")
    return at.isoformat()


def _quoted(account: str) -> str:
    return quote(account, safe="")
