"""Importing a file: bad lines are reported and kept out, the rest goes in, and twice is as good as once."""

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from moderation.management import conversation_import, line_reader
from moderation.models import Account, Conversation, Message, Participant

pytestmark = pytest.mark.django_db


def _line(**given: Any) -> dict[str, Any]:
    known = {
        "id": "c1",
        "room": "one_to_one",
        "participants": [
            {"id": "u1", "role": "listener", "age_group": "adult", "status": "active", "badges": ["verified"]},
            {"id": "u2", "role": "member", "age_group": "teen", "status": "self_care_break", "badges": []},
        ],
        "messages": [
            {"id": "m1", "sender": "u1", "sent_at": "2026-03-01T18:00:00Z", "text": "how was your day?"},
            {"id": "m2", "sender": "u2", "sent_at": "2026-03-01T18:00:40Z", "text": "long"},
        ],
        "violations": [{"rule": "contact_shared"}],
        "tags": ["plain"],
    }
    return known | given


def _message(**given: Any) -> dict[str, Any]:
    known = {"id": "m1", "sender": "u1", "sent_at": "2026-03-01T18:00:00Z", "text": "hello"}
    return known | given


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conversations.jsonl"


def _import(file: Path | str, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_conversations", str(file), stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue()


def _write(file: Path, *lines: Any) -> Path:
    file.write_bytes(
        b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in lines)
    )
    return file


def test_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        _import(file)


@pytest.mark.parametrize("content", [b"plain text", gzip.compress(b'{"id": "c1"}' * 100, mtime=0)[:40]])
def test_a_file_that_cannot_be_unpacked(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "conversations.jsonl.gz"
    file.write_bytes(content)
    with pytest.raises(CommandError, match="cannot be read"):
        _import(file)


BAD_LINES: dict[str, tuple[Any, str]] = {
    "not JSON": (b"{id: 1}", "it is not JSON (Expecting property name enclosed in double quotes at column 2)"),
    "not UTF-8": (b'{"id": "\xff"}', "it is not UTF-8"),
    "too deep": (b"[" * 100_000, "it is nested too deeply"),
    "a list": ([], "the line is not an object"),
    "no id": (_line(id=""), "“id” is missing or not a string"),
    "room unknown": (_line(room="attic"), "“room” is none of one_to_one, group, forum"),
    "room a list": (_line(room=[]), "“room” is none of one_to_one, group, forum"),
    "messages no list": (_line(messages={}), "“messages” is not a list"),
    "message no object": (_line(messages=["hello"]), "messages/0 is not an object"),
    "message without sender": (_line(messages=[_message(sender=None)]), "“sender” is missing or not a string"),
    "text a number": (_line(messages=[_message(text=1)]), "“text” is missing or not a string"),
    "naive time": (
        _line(messages=[_message(), _message(sent_at="2026-03-01T18:00:00")]),
        "messages/1/sent_at: The offset is missing",
    ),
    "no time": (_line(messages=[_message(sent_at=None)]), "messages/0/sent_at: This is not a time of RFC 3339"),
    "role unknown": (_line(participants=[{"id": "u1", "role": "boss"}]), "“role” is none of listener, member"),
    "badges no strings": (_line(participants=[{"id": "u1", "badges": [1]}]), "“badges” is not a list of strings"),
}


@pytest.mark.parametrize(("bad", "why"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_is_reported_with_its_number_and_the_rest_goes_in(file: Path, bad: Any, why: str) -> None:
    out, err = _import(_write(file, _line(id="c1"), b"", bad, _line(id="c2")))
    assert err.startswith(f"Line 3: {why}")
    assert out == ("2 conversations read, 1 bad lines; messages: 4 new, 0 here already, 0 edited, 0 refused.")
    assert set(Conversation.objects.values_list("ext_id", flat=True)) == {"c1", "c2"}


def test_a_message_that_cannot_be_stored_is_reported_with_its_line(file: Path) -> None:
    late = _message(id="m3", sent_at="9999-12-31T23:59:59-14:00")
    messages = [_message(id="m1", text="a\0"), _message(id="m2"), late]
    out, err = _import(_write(file, _line(id="c1"), _line(id="c2", messages=messages)))
    assert "Line 2: message 'c2:m1', text: It holds a NUL" in err
    assert "Line 2: message 'c2:m3', sent_at: This lies more than 5 minutes in the future" in err
    assert "3 new" in out
    assert "2 refused" in out


def test_a_file_may_tell_of_times_that_have_not_come(file: Path) -> None:
    out, err = _import(_write(file, _line(messages=[_message(sent_at="2999-01-01T00:00:00Z")])))
    assert (err, Message.objects.get().sent_at.year) == ("", 2999)
    assert "1 new" in out


def test_a_line_that_is_too_long_is_left_out(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_reader, "LONGEST_LINE", 2_000)
    long = _line(id="c1", messages=[_message(text="x" * 10_000)])
    out, err = _import(_write(file, long, _line(id="c2")))
    assert err.startswith("Line 1: it is longer than")
    assert out.startswith("1 conversations read, 1 bad lines")


def test_what_the_file_tells_goes_in(file: Path) -> None:
    out, err = _import(_write(file, _line(id="c1"), _line(id="c2")))
    assert err == ""
    assert "4 new" in out
    assert set(Message.objects.values_list("ext_id", "sender__ext_id", "conversation__ext_id")) == {
        ("c1:m1", "c1:u1", "c1"), ("c1:m2", "c1:u2", "c1"), ("c2:m1", "c2:u1", "c2"), ("c2:m2", "c2:u2", "c2"),
    }  # fmt: skip
    teen = Account.objects.get(ext_id="c1:u2")
    assert (teen.role, teen.age_group, teen.status, teen.badges) == ("member", "teen", "self_care_break", [])
    assert Participant.objects.count() == 4


def test_twice_adds_nothing(file: Path) -> None:
    _write(file, _line(id="c1"), _line(id="c2"))
    _import(file)
    out, _ = _import(file)
    assert out.endswith("messages: 0 new, 4 here already, 0 edited, 0 refused.")
    assert (Message.objects.count(), Account.objects.count()) == (4, 4)


def test_accounts_may_be_shared_by_conversations(file: Path) -> None:
    _import(_write(file, _line(id="c1"), _line(id="c2")), shared_accounts=True)
    assert set(Account.objects.values_list("ext_id", flat=True)) == {"u1", "u2"}


def test_a_packed_file_and_one_that_starts_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "conversations.jsonl.gz"
    file.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(_line()).encode()))
    assert "2 new" in _import(file)[0]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(_line()).encode())))
    assert "2 new" in _import("-")[0]


def test_nothing_in_nothing_out(file: Path) -> None:
    assert _import(_write(file))[0].startswith("0 conversations read, 0 bad lines; messages: 0 new")


def test_batches_end_within_conversations_without_loss(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_import, "BATCH", 3)
    out, err = _import(_write(file, *(_line(id=f"c{n}") for n in range(5)), b"bad", _line(id="last")))
    assert "12 new" in out
    assert err.startswith("Line 6: ")
    assert Account.objects.exclude(role="unknown").count() == 12
