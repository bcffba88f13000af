"""An import that is killed goes on where it was: nothing doubled, nothing lost, what was refused written down once."""

import gzip
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts import SYSTEM
from moderation.domain.refusals import Stale
from moderation.management import conversation_import, telling
from moderation.management.commands import import_conversations
from moderation.models import Account, ImportRun, Message, MessageEdit
from moderation.operations.imports import Place, begin_import, keep_place, move_on
from tests.journeys.processes import ROOT
from tests.waiting import eventually


def _line(number: int, *texts: str, **given: Any) -> bytes:
    """A conversation; several texts are those of one message, each changing the one before."""
    said = [{"id": "m", "sender": "u", "sent_at": "2026-03-01T18:00:00Z", "text": text} for text in texts or ("hello",)]
    return json.dumps({"id": f"c{number}", "room": "group", "messages": said} | given).encode() + b"\n"


def _import(file: Path | str, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_conversations", str(file), stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "talk.jsonl"


class Stopped(Exception):
    pass


def _stopped_after(batches: int, monkeypatch: pytest.MonkeyPatch, file: Path, **options: Any) -> None:
    """Import until so many batches are in, and die while the next one is on its way."""
    taken = conversation_import.Storing.take

    def take(self: Any, *args: Any) -> Any:
        if self._run.turn == batches:
            raise Stopped
        return taken(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(conversation_import.Storing, "take", take)
        with pytest.raises(Stopped):
            _import(file, **options)


@pytest.mark.django_db
def test_a_file_that_was_changed_is_not_gone_on_with(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation_import, "BATCH", 2)
    file.write_bytes(b"".join(_line(n) for n in range(6)))
    _stopped_after(2, monkeypatch, file)
    file.write_bytes(_line(0) + _line(77) + b"".join(_line(n) for n in range(2, 6)))

    with pytest.raises(CommandError, match="no longer the same up to line 4: give --from-start"):
        _import(file)
    assert "4 conversations" not in _import(file, from_start=True)[0]
    assert Message.objects.count() == 7
    assert not ImportRun.objects.exists()


@pytest.mark.django_db
def test_refused_lines_of_an_earlier_import_are_not_written_over(file: Path) -> None:
    file.write_bytes(b"nonsense\n")
    _import(file)
    with pytest.raises(CommandError, match=r"talk.refused.jsonl is there already"):
        _import(file)
    assert not ImportRun.objects.exists()


@pytest.mark.django_db
def test_an_import_that_was_stopped_keeps_its_file_of_refused_lines(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_import, "BATCH", 1)
    file.write_bytes(b"nonsense\n" + _line(1))
    _stopped_after(1, monkeypatch, file)
    with pytest.raises(CommandError, match=r"wrote what it refused to .*talk.refused.jsonl: give"):
        _import(file, refused=str(file.with_name("other.jsonl")))


@pytest.mark.django_db
def test_refused_lines_that_cannot_be_written_stop_the_import_before_it_moves_on(file: Path) -> None:
    file.write_bytes(b"nonsense\n" + _line(1))
    with pytest.raises(CommandError, match=r"cannot be written \(No such file"):
        _import(file, refused=str(file.parent / "nowhere" / "refused.jsonl"))
    assert ImportRun.objects.get().lines == 0
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_who_was_overtaken_by_another_import_of_the_file_stores_nothing() -> None:
    mine = begin_import("k", actor=SYSTEM)
    other = begin_import("k", actor=SYSTEM)
    keep_place(other, actor=SYSTEM, along=lambda: move_on(other, Place(lines=5)))
    with pytest.raises(Stale, match="under way"):
        keep_place(mine, actor=SYSTEM, along=lambda: move_on(mine, Place(lines=3)))
    assert ImportRun.objects.get().lines == 5


@pytest.mark.django_db
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("batches", [1, 2, 3])
def test_it_goes_on_within_a_conversation(
    file: Path, monkeypatch: pytest.MonkeyPatch, batches: int, packed: bool
) -> None:
    """One message is edited from batch to batch: read twice, it would leave another edit behind."""
    monkeypatch.setattr(conversation_import, "BATCH", 3)
    content = b"\xef\xbb\xbf" + _line(1, *"abcdefgh") + b"nonsense\n" + _line(2)
    file.write_bytes(gzip.compress(content) if packed else content)
    _stopped_after(batches, monkeypatch, file)
    out, err = _import(file)
    assert out == "2 conversations read, 1 bad lines; messages: 2 new, 0 here already, 7 edited, 0 refused."
    assert "Going on after line" in err
    assert sorted(MessageEdit.objects.values_list("text", flat=True)) == list("abcdefg")
    assert file.with_name("talk.refused.jsonl").read_bytes() == b"nonsense\n"
    assert file.with_name("talk.refused.txt").read_text().startswith("Line 2: it is not JSON")


@pytest.mark.django_db
def test_what_was_refused_can_be_mended_and_imported(file: Path) -> None:
    said = [
        {"id": "m1", "sender": "u", "sent_at": "2026-03-01T18:00:00Z", "text": "fine"},
        {"id": "m2", "sender": "u", "sent_at": "2026-03-01T18:00:00Z", "text": "NUL \0"},
    ]
    people = [{"id": "u", "username": "x" * 200}, {"id": "v"}]
    file.write_bytes(_line(1, messages=said, participants=people, rest="left out") + b'{"id": "c2"')
    _, err = _import(file, shared_accounts=True)
    assert "Line 1: account 'u', username: 200 characters are too many" in err
    assert str(file.with_name("talk.refused.jsonl")) in err

    refused = file.with_name("talk.refused.jsonl")
    part, torn = refused.read_bytes().splitlines()
    assert json.loads(part) == {"id": "c1", "room": "group", "messages": said[1:], "participants": people[:1]}
    assert torn == b'{"id": "c2"'
    assert refused.stat().st_mode & 0o077 == 0

    refused.write_bytes(
        part.replace(b"\\u0000", b"gone").replace(b"x" * 200, b"Ann") + b"\n" + torn + b', "room":"group"}'
    )
    out, _ = _import(refused, shared_accounts=True)
    assert out.startswith("2 conversations read, 0 bad lines; messages: 1 new, 0 here already")
    assert Account.objects.get(ext_id="u").username == "Ann"


@pytest.mark.django_db
def test_a_dry_run_says_what_would_be_refused_and_leaves_no_trace(file: Path) -> None:
    file.write_bytes(_line(1) + b"nonsense\n" + _line(2, "NUL \0") + _line(3, id="\x1b[31mred", room="attic"))
    out, err = _import(file, dry_run=True)
    assert out.endswith("messages: 1 can go in, 1 would be refused. Nothing was stored.")
    assert [line.partition(":")[0] for line in err.splitlines()] == ["Line 2", "Line 3", "Line 4"]
    assert not Message.objects.exists()
    assert not ImportRun.objects.exists()
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.django_db
def test_a_name_in_the_file_cannot_write_on_the_terminal(file: Path) -> None:
    file.write_bytes(_line(1, "NUL \0", id="\x1b[31m\u202ered"))
    _, err = _import(file)
    assert "\x1b" not in err
    assert "\u202e" not in err


@pytest.mark.django_db
def test_where_nobody_watches_a_line_tells_now_and_then(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "EVERY_S", 0.0)
    monkeypatch.setattr(import_conversations, "MOST_SENTENCES", 1)
    file.write_bytes(b"x\n" * 3 + _line(1))
    _, err = _import(file)
    assert err.count("Line ") == 1
    assert "More was refused" in err
    assert "4 lines, 1 messages, 3 refused (100 %)" in err


@pytest.mark.django_db
def test_a_number_of_ten_thousand_digits_is_one_bad_line(file: Path) -> None:
    file.write_bytes(b'{"id": ' + b"9" * 10_000 + b"}\n" + _line(1))
    out, err = _import(file)
    assert err.startswith("Line 1: it holds a number that is too long.")
    assert "1 new" in out


def test_memory_does_not_grow_with_the_file(file: Path) -> None:
    with file.open("wb") as lines:
        lines.writelines(_line(n, "word " * 100) for n in range(4_000))
    small = _peak(file)
    with file.open("ab") as lines:
        lines.writelines(_line(n, "word " * 100) for n in range(4_000, 16_000))
    assert _peak(file) < small * 1.2


def _peak(file: Path) -> int:
    tracemalloc.start()
    try:
        _import(file, dry_run=True)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_killed_import_doubles_and_loses_nothing(process_environment: dict[str, str], tmp_path: Path) -> None:
    """Killed twice: once between two batches, once in the midst of one whose refused line is on the disk already."""
    lines = [_line(n, f"first {n}", f"second {n}") for n in range(2_500)]
    lines[300] = b"nonsense 300\n"
    lines[1_200] = b"nonsense 1200\n"
    refused = tmp_path / "refused.jsonl"
    command = (sys.executable, "manage.py", "import_conversations", "-", "--refused", str(refused))

    with _started(command, process_environment, subprocess.PIPE) as first:
        assert first.stdin
        first.stdin.write(b"".join(lines[:1_200]))
        first.stdin.flush()
        eventually(lambda: ImportRun.objects.filter(lines__gte=1_000).exists(), within=120)
        first.kill()

    whole = tmp_path / "whole.jsonl"
    whole.write_bytes(b"".join(lines))
    with whole.open("rb") as file, transaction.atomic():
        run = ImportRun.objects.select_for_update().get()
        written = refused.stat().st_size
        with _started(command, process_environment, file) as second:
            eventually(lambda: refused.stat().st_size > written, within=120)
            second.kill()
    eventually(_alone, what="the killed import's connection is gone")
    run.refresh_from_db()
    assert run.refused_bytes == written

    done = subprocess.run(
        command, cwd=ROOT, env=process_environment, input=b"".join(lines), capture_output=True, check=True, timeout=300
    )
    assert done.stdout.startswith(b"2,498 conversations read, 2 bad lines; messages: 2,498 new, 0 here already, 2,498")
    assert (Message.objects.count(), MessageEdit.objects.count()) == (2_498, 2_498)
    assert refused.read_bytes() == b"nonsense 300\nnonsense 1200\n"
    assert len(refused.with_suffix(".txt").read_text().splitlines()) == 2
    assert not ImportRun.objects.exists()


@contextmanager
def _started(command: tuple[str, ...], environment: dict[str, str], stdin: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=stdin) as running:
        try:
            yield running
        finally:
            running.kill()


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0] == 0)
