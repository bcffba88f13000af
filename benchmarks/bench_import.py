"""How fast `import_conversations` reads a file, and how much memory it takes for a small and for a large one.

`python -m benchmarks.bench_import [--lines N] [--messages N]`. Own durable embedded servers, thrown away afterwards;
every import is a process of its own. The last line is JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.throwaway import migrate, own_servers

TEXT = "I think it got worse after the move, because nobody here knows me and the evenings are so long. "
IMPORT = (sys.executable, "manage.py", "import_conversations")


@dataclass(frozen=True)
class Run:
    lines: int
    megabytes: int
    seconds: float
    lines_a_second: int
    peak_memory_mb: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_import", description=__doc__)
    parser.add_argument("--lines", type=int, default=200_000, help="of the large file (default: %(default)s)")
    parser.add_argument("--messages", type=int, default=2, help="a line (default: %(default)s)")
    options = parser.parse_args()
    with own_servers(), tempfile.TemporaryDirectory() as folder:
        migrate()
        runs = [
            _run(Path(folder) / f"{lines}.jsonl", lines, options.messages)
            for lines in (max(options.lines // 20, 1), options.lines)
        ]
    for run in runs:
        print(
            f"{run.lines:,} lines ({run.megabytes} MB): {run.lines_a_second:,} lines/s,"
            f" at most {run.peak_memory_mb} MB of memory"
        )
    print(json.dumps([asdict(run) for run in runs]))


def _run(file: Path, lines: int, messages: int) -> Run:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(_lines(file.stem, lines, messages))
    began = time.monotonic()
    process = subprocess.Popen((*IMPORT, str(file)), stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"The import of {lines:,} lines failed.")
    return Run(lines, file.stat().st_size // 2**20, round(took, 1), round(lines / took), usage.ru_maxrss // 1024)


def _lines(name: str, lines: int, messages: int) -> Iterator[str]:
    for number in range(lines):
        said = [
            {"id": f"m{place}", "sender": f"u{place % 2}", "sent_at": "2026-03-01T18:00:00Z", "text": f"{TEXT}{number}"}
            for place in range(messages)
        ]
        yield f"{json.dumps({'id': f'{name}-{number}', 'room': 'one_to_one', 'messages': said})}\n"


if __name__ == "__main__":
    main()
