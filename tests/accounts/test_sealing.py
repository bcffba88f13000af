"""The chain over the audit trail: nothing escapes it, nobody forks it, and what is done behind its back is named."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from accounts import SYSTEM, audit, sealing
from accounts.models import AuditEntry, AuditSeal
from accounts.verifying import Fault, Verified, Wrong, verify
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)


def happened(times: int, verb: str = "something.done") -> list[int]:
    target = making.account()
    return [audit.record(verb, actor=SYSTEM, target=target, nth=nth).pk for nth in range(times)]


def behind_its_back(statement: str, *values: Any) -> None:
    """As whoever owns the whole server could."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)


def faults(published: tuple[int, bytes] | None = None) -> list[Fault]:
    return list(verify(Verified(), published=published))


def sealed(times: int = 5) -> list[int]:
    ids = happened(times)
    assert sealing.seal_batch() == times
    return ids


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_auditseal SET said = ''", "DELETE FROM accounts_auditseal", "TRUNCATE accounts_auditseal"],
)
def test_seals_can_be_neither_changed_nor_removed(statement: str) -> None:
    sealed(1)
    with pytest.raises(ProgrammingError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditSeal.objects.count() == 1


def test_nobody_can_write_a_row_into_the_past() -> None:
    AuditEntry.objects.create(
        verb="x", actor_kind="system", actor_name="x", target_type="x", target_id="1", at=making.NOON
    )
    assert AuditEntry.objects.get().at > making.NOON


def test_an_empty_trail_is_as_it_should_be() -> None:
    assert sealing.seal_batch() == 0
    assert faults() == []
    assert sealing.head() == sealing.Head(0, sealing.FIRST_HEAD, None)


def test_what_is_sealed_in_several_batches_is_one_chain() -> None:
    ids = happened(7)
    assert [sealing.seal_batch(3) for _ in range(3)] == [3, 3, 1]
    assert sealing.seal_batch(3) == 0
    assert list(AuditSeal.objects.order_by("seq").values_list("seq", "entry_id")) == list(enumerate(ids, start=1))
    assert faults() == []


def test_what_is_not_sealed_yet_is_no_fault_and_is_counted() -> None:
    sealed(2)
    happened(3)
    seen = Verified()
    assert list(verify(seen)) == []
    assert (seen.seals, seen.waiting) == (2, 3)


def test_a_row_that_is_committed_after_its_neighbours_is_sealed_too() -> None:
    early, go_on, done = threading.Event(), threading.Event(), threading.Event()
    target = making.account()

    def slowly() -> None:
        try:
            with transaction.atomic():
                audit.record("slow.done", actor=SYSTEM, target=target)
                early.set()
                go_on.wait(20)
        finally:
            connection.close()
            done.set()

    thread = threading.Thread(target=slowly)
    thread.start()
    assert early.wait(20)
    audit.record("quick.done", actor=SYSTEM, target=target)
    assert sealing.seal_batch() == 1
    go_on.set()
    assert done.wait(20)
    thread.join()

    assert sealing.seal_batch() == 1
    slow, quick = (AuditEntry.objects.get(verb=verb).pk for verb in ("slow.done", "quick.done"))
    assert slow < quick
    assert list(AuditSeal.objects.order_by("seq").values_list("entry_id", flat=True)) == [quick, slow]
    assert faults() == []


def test_two_sealers_never_fork_the_chain() -> None:
    happened(40)
    start = threading.Barrier(4)

    def seal() -> None:
        try:
            start.wait(20)
            for _ in range(20):
                sealing.seal_batch(3)
        finally:
            connection.close()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while sealing.seal_batch(3):
        pass

    assert list(AuditSeal.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 41))
    assert faults() == []


def _edit(ids: list[int]) -> int:
    behind_its_back("UPDATE accounts_auditentry SET verb = 'nothing.done', details = '{}' WHERE id = %s", ids[2])
    return ids[2]


def _remove(ids: list[int]) -> int:
    behind_its_back("DELETE FROM accounts_auditentry WHERE id = %s", ids[2])
    return ids[2]


def _exchange(ids: list[int]) -> int:
    """Two places of the chain."""
    for was, is_now in ((3, -1), (4, 3), (-1, 4)):
        behind_its_back("UPDATE accounts_auditseal SET seq = %s WHERE seq = %s", is_now, was)
    return ids[3]


def _add_unsealed(ids: list[int]) -> int:
    behind_its_back(
        "INSERT INTO accounts_auditentry (id, at, verb, actor_kind, actor_name, target_type, target_id, request_id,"
        " details) VALUES (0, now() - interval '2 days', 'x', 'staff', 'x', 'case', '1', '', '{}')"
    )
    return 0


def _reseal(ids: list[int]) -> int:
    """An edited row whose own seal says the same."""
    _edit(ids)
    behind_its_back(
        f"UPDATE accounts_auditseal SET said = (SELECT {sealing.SAID} FROM accounts_auditentry AS entry"
        " WHERE id = entry_id) WHERE entry_id = %s",
        ids[2],
    )
    return ids[2]


def _add_sealed(ids: list[int]) -> int:
    """The task takes it for one of today's; its claim to be of the day before yesterday betrays it."""
    added = _add_unsealed(ids)
    assert sealing.seal_batch() == 1
    return added


@pytest.mark.parametrize(
    ("deed", "wrong"),
    [
        (_edit, Wrong.EDITED),
        (_remove, Wrong.MISSING),
        (_exchange, Wrong.REORDERED),
        (_reseal, Wrong.REORDERED),
        (_add_unsealed, Wrong.ADDED),
        (_add_sealed, Wrong.ADDED),
    ],
)
def test_whatever_is_done_to_a_row_is_named(deed: Callable[[list[int]], int], wrong: Wrong) -> None:
    ids = sealed()
    touched = deed(ids)
    assert (wrong, touched) in [(fault.wrong, fault.entry) for fault in faults()]


def test_an_edit_names_the_columns_and_nothing_of_what_they_say() -> None:
    _edit(sealed())
    [fault] = faults()
    assert fault.detail == "not as sealed: verb, details."


def test_a_hole_in_the_chain_is_seen() -> None:
    sealed()
    behind_its_back("DELETE FROM accounts_auditseal WHERE seq = 2")
    assert "from place 2 to 2" in str(next(fault for fault in faults() if fault.wrong is Wrong.MISSING))


def test_a_cut_off_end_is_seen_by_the_head_that_was_told() -> None:
    ids = sealed()
    told = sealing.tell_head()
    behind_its_back("DELETE FROM accounts_auditseal WHERE seq >= 4")
    behind_its_back("DELETE FROM accounts_auditentry WHERE id >= %s", ids[3])
    assert faults() == []
    [fault] = faults((told.seq, told.head))
    assert fault.wrong is Wrong.CUT_OFF


def test_a_chain_written_anew_is_seen_by_the_head_that_was_told() -> None:
    ids = sealed()
    told = sealing.tell_head()
    _edit(ids)
    behind_its_back("DELETE FROM accounts_auditseal")
    assert sealing.seal_batch() == 5
    assert faults() == []
    assert [fault.wrong for fault in faults((told.seq, told.head))] == [Wrong.REORDERED]


def _verify(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_refuses_what_is_no_head() -> None:
    with pytest.raises(CommandError, match="place:hash"):
        _verify("--published", "nine")


def test_the_command_ends_with_an_error_when_a_row_was_edited() -> None:
    _edit(sealed())
    with pytest.raises(CommandError, match="1 rows are not as they were sealed"):
        _verify()


def test_the_command_says_that_all_is_well_and_the_head() -> None:
    sealed()
    said = _verify("--published", str(sealing.head()))
    assert "Every row is as it was sealed." in said
    assert str(sealing.head()) in said
