"""Haven behind PgBouncer in transaction mode, where consecutive transactions run on whichever connection is free."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from moderation.models import Case, Message, Report
from tests import making
from tests.journeys import processes
from tests.waiting import eventually

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
CONVERSATIONS, BATCHES, POOL = 20, 12, 2

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed on this machine; .ci/run installs it"),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the pooler's user can use: it refuses to be root."""
    made = Path(tempfile.mkdtemp(prefix="haven-pool-"))
    if os.geteuid() == 0:
        os.chown(made, pwd.getpwnam("nobody").pw_uid, -1)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def pooled(folder: Path) -> Iterator[str]:
    """The address of a pooler in front of the test database, with far fewer connections than will be asked for."""
    told = connection.settings_dict
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n{told['NAME']} = host={told['HOST']} port={told['PORT']} dbname={told['NAME']}\n"
        f"[pgbouncer]\npool_mode = transaction\ndefault_pool_size = {POOL}\nmax_client_conn = 100\n"
        f"listen_addr =\nlisten_port = 6432\nunix_socket_dir = {folder}\nunix_socket_mode = 0777\n"
        f"auth_type = trust\nauth_file = {folder / 'users'}\nlogfile = {folder / 'log'}\n"
    )
    (folder / "users").write_text(f'"{told["USER"]}" ""\n')
    become: dict[str, Any] = {}
    if os.geteuid() == 0:
        become = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    with _nobody_let_in():
        running = subprocess.Popen([str(PROGRAM), "-q", str(configuration)], **become)
        try:
            address = f"postgresql://{told['USER']}@{quote(str(folder), safe='')}:6432/{told['NAME']}"
            eventually(lambda: _connects(address), what=f"the pooler answers; see {folder / 'log'}")
            yield address
        finally:
            running.terminate()
            running.wait(timeout=20)


class _nobody_let_in:  # noqa: N801 — reads as what it does
    """The embedded server takes connections of its own user only; here the pooler's user too."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW ident_file")
            self._file = Path(cursor.fetchone()[0])
            self._before = self._file.read_text()
            self._file.write_text(f"{self._before}haven nobody all\n")
            cursor.execute("SELECT pg_reload_conf()")

    def __exit__(self, *_: object) -> None:
        self._file.write_text(self._before)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_reload_conf()")


def _connects(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=3, prepare_threshold=None).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def environment(process_environment: dict[str, str], pooled: str) -> dict[str, str]:
    return process_environment | {"DATABASE_URL": pooled, "DATABASE_POOLED": "1", "HAVEN_LOCAL": "1"}


def _batch(number: int) -> dict[str, object]:
    return {
        "messages": [
            {
                "id": f"m{number}-{where}",
                "conversation": {"id": f"c{where}", "room": "one_to_one"},
                "sender": f"u{where}-{number % 2}",
                "sent_at": f"2026-03-01T{number:02}:00:00Z",
                "text": f"text me on +44 7700 9001{where:02}" if number % 3 == 0 else "how was your day?",
            }
            for where in range(CONVERSATIONS)
        ]
    }


def _report(number: int) -> dict[str, object]:
    """About an account, without a conversation: this takes an advisory lock."""
    return {
        "id": f"r{number}",
        "reporter": f"reporter{number}",
        "reported": "rude",
        "reason": "other",
        "text": "this was not right",
        "channel": "app",
        "created_at": "2026-03-01T12:00:00Z",
    }


def test_intake_reports_screening_and_probes_share_two_connections(environment: dict[str, str], tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {making.api_key()[1]}"}
    with processes.web(environment, tmp_path) as address, processes.workers(environment, tmp_path):

        def tell(what: tuple[str, dict[str, object]]) -> int:
            httpx.get(f"{address}/readyz", timeout=30)
            return httpx.post(f"{address}/api/v1/{what[0]}", json=what[1], headers=headers, timeout=30).status_code

        told = [("messages", _batch(n)) for n in range(BATCHES)] + [("reports", _report(n)) for n in range(BATCHES)]
        with ThreadPoolExecutor(8) as senders:
            assert set(senders.map(tell, told)) == {202}
        unscreened = Message.objects.filter(screened_at__isnull=True)
        eventually(lambda: not unscreened.exists(), what="every message is screened", within=60)
        assert httpx.get(f"{address}/readyz", timeout=30).status_code == 200

    assert Message.objects.count() == CONVERSATIONS * BATCHES
    assert Report.objects.count() == BATCHES
    assert Case.objects.count() == CONVERSATIONS + 1  # all reports about one account join one case
    logs = "".join(log.read_text() for log in tmp_path.glob("*.log"))
    assert [line for line in logs.splitlines() if "Traceback" in line or "prepared statement" in line] == []


def test_nothing_that_one_transaction_sets_is_found_by_the_next(environment: dict[str, str], tmp_path: Path) -> None:
    with processes.web(environment, tmp_path) as address, ThreadPoolExecutor(4) as askers:
        assert set(askers.map(lambda _: httpx.get(f"{address}/readyz", timeout=30).status_code, range(12))) == {200}
    asked = "SELECT current_setting('statement_timeout'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
    with (
        psycopg.connect(environment["DATABASE_URL"], prepare_threshold=None) as one,
        psycopg.connect(environment["DATABASE_URL"], prepare_threshold=None) as other,
    ):
        found = [at.execute(asked).fetchone() for at in (one, other)]  # both transactions open: two server connections
    assert found == [("0", 0), ("0", 0)]


def test_a_long_read_needs_no_cursor_of_the_servers(environment: dict[str, str]) -> None:
    """`iterator()` outside of a transaction, over more rows than one fetch brings."""
    ann = making.account()
    where = making.conversation(ann)
    Message.objects.bulk_create(
        Message(ext_id=f"m{n}", conversation=where, sender=ann, sent_at=making.NOON, text="hello") for n in range(5_000)
    )
    code = (
        "import django; django.setup()\n"
        "from moderation.models import Account, Message\n"
        "print(sum(Account.objects.count() for _ in Message.objects.iterator(chunk_size=100)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "5000"), done.stderr
