"""Runs every benchmark, or those that are named: `python -m benchmarks [intake …]`."""

import argparse
import subprocess
import sys
from pathlib import Path

PREFIX = "bench_"


def main() -> int:
    known = sorted(path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob(f"{PREFIX}*.py"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(known)}; all without a name")
    names = parser.parse_args().names or known
    if unknown := set(names) - set(known):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; choose among {', '.join(known)}")
    runs = [subprocess.run([sys.executable, "-m", f"benchmarks.{PREFIX}{name}"], check=False) for name in names]
    return max(run.returncode for run in runs)


if __name__ == "__main__":
    sys.exit(main())
