"""What the audit trail costs: recording, sealing, and going through all of it.

`python -m benchmarks.bench_audit [--rows N] [--operations N]`. An own durable embedded server, thrown away afterwards.
The last line is JSON.
"""

import argparse
import json
import os
import time
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.throwaway import migrate, own_servers

VERIFY_LIMIT_S = 60.0  # for a million rows
RECORD_LIMIT_MS = 1.0

_BUILD = """
INSERT INTO accounts_auditentry (verb, actor_kind, actor_id, actor_name, target_type, target_id, request_id,
    policy_version, details)
SELECT (ARRAY['case.read', 'case.decided', 'messages.taken', 'case.updated'])[1 + n %% 4], 'staff', n %% 200,
    'Moderator ' || n %% 200, 'case', (n %% 50000)::text, md5(n::text), 1 + n %% 3,
    jsonb_build_object('severity', 'high', 'priority', n %% 100, 'grounds', jsonb_build_array('contact_shared'))
FROM generate_series(1, %s) AS n
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_audit", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="in the trail (default: %(default)s)")
    parser.add_argument("--operations", type=int, default=2_000, help="that record (default: %(default)s)")
    options = parser.parse_args()
    if options.rows < 100 or options.operations < 100:
        parser.error("--rows and --operations are at least 100.")
    with own_servers():
        os.environ["HAVEN_DATABASE_ROLE"] = "owner"
        migrate()
        _show(measure(options.rows, options.operations))


def measure(rows: int, operations: int) -> dict[str, Any]:
    from django.db import connection

    from accounts import sealing
    from accounts.verifying import Verified, verify

    with connection.cursor() as cursor:
        cursor.execute(_BUILD, [rows])
        cursor.execute("ANALYZE")
    begun = time.perf_counter()
    while sealing.seal_batch() == sealing.BATCH:
        pass
    sealed = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    bare, recorded = _operations(operations)
    begun = time.perf_counter()
    caught_up = 0
    while taken := sealing.seal_batch():
        caught_up += taken
    behind = time.perf_counter() - begun

    seen = Verified()
    begun = time.perf_counter()
    faults = len(list(verify(seen)))
    verified = time.perf_counter() - begun
    assert faults == 0
    assert seen.seals == rows + operations
    return {
        "benchmark": "audit",
        "rows": seen.seals,
        "record_ms": round(median(recorded) - median(bare), 3),
        "record_p95_ms": round(quantiles(recorded, n=20)[-1] - quantiles(bare, n=20)[-1], 3),
        "operation_ms": round(median(bare), 3),
        "seal_rows_per_s": round(rows / sealed),
        "seal_last_ms": round(behind * 1000, 1),
        "sealed_last": caught_up,
        "verify_s": round(verified, 2),
        "verify_rows_per_s": round(seen.seals / verified),
    }


def _operations(times: int) -> tuple[list[float], list[float]]:
    """Milliseconds of a small operation, without and with its row in the trail, in turns."""
    from django.db import transaction

    from accounts import SYSTEM, audit
    from accounts.models import User
    from accounts.roles import Role

    person = User.objects.create_user("bench", role=Role.AUDITOR)

    def operation(*, on_record: bool) -> float:
        begun = time.perf_counter()
        with transaction.atomic(durable=True):
            User.objects.select_for_update().filter(pk=person.pk).update(name="Bench")
            if on_record:
                audit.record("bench.done", actor=SYSTEM, target=person, severity="high", priority=12)
        return (time.perf_counter() - begun) * 1000

    for _ in range(100):
        operation(on_record=False)
    took = [(operation(on_record=False), operation(on_record=True)) for _ in range(times)]
    return [bare for bare, _ in took], [recorded for _, recorded in took]


def _show(result: dict[str, Any]) -> None:
    per_million = result["verify_s"] * 1_000_000 / result["rows"]
    table = Table(title=f"The audit trail with {result['rows']:,} rows")
    for head in ("", "measured", "limit", ""):
        table.add_column(head, justify="left" if not head else "right")
    for name, value, limit, fits in (
        (
            "recording, added to an operation (median)",
            f"{result['record_ms']:.3f} ms",
            f"{RECORD_LIMIT_MS:.0f} ms",
            result["record_ms"] < RECORD_LIMIT_MS,
        ),
        ("recording (p95)", f"{result['record_p95_ms']:.3f} ms", "", True),
        ("sealing what was there", f"{result['seal_rows_per_s']:,} rows/s", "", True),
        (f"sealing the last {result['sealed_last']:,}", f"{result['seal_last_ms']:.0f} ms", "", True),
        ("verifying", f"{result['verify_s']:.1f} s ({result['verify_rows_per_s']:,} rows/s)", "", True),
        ("verifying a million", f"{per_million:.1f} s", f"{VERIFY_LIMIT_S:.0f} s", per_million < VERIFY_LIMIT_S),
    ):
        table.add_row(name, value, limit, "" if not limit else "ok" if fits else "[red]over[/red]")
    Console().print(table)
    print(json.dumps(result | {"verify_million_s": round(per_million, 2)}))


if __name__ == "__main__":
    main()
