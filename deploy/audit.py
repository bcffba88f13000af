"""`make audit`: asks pip-audit about the pinned packages, in an environment of its own that is thrown away.

Where the network or the advisories cannot be reached, for all packages or for some, it says so; with
AUDIT_STRICT=1 that is a failure. Must not know the product.
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = "pip-audit==2.10.0"
FILES = ("requirements.txt", "requirements-embedded.txt")
CLEAN, FOUND, SKIPPED, BROKEN = 0, 1, 75, 2  # 75: EX_TEMPFAIL
_PATIENCE_S = 300
_NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Max retries exceeded|ConnectionError|ConnectTimeout|ReadTimeout|ProxyError"
    r"|Temporary failure in name resolution|Network is unreachable|Connection refused|No matching distribution found"
    r"|Could not find a version|ServiceError|HTTPError|Tunnel connection failed",
)


def judged(status: int, said: str) -> int:
    """What a run came to: clean, weaknesses found, nothing looked at, or broken in another way."""
    if status == 0:  # pip-audit calls it clean, too, when an index that is no PyPI knows nothing of a package
        return SKIPPED if "could not be audited" in said else CLEAN
    if re.search(r"Found \d+ known vulnerabilit", said):
        return FOUND
    return SKIPPED if _NO_NETWORK.search(said) else BROKEN


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="haven-audit-") as place:
        python = Path(place) / "bin" / "python"
        venv.create(place, with_pip=True)
        made = _run([str(python), "-m", "pip", "install", "--quiet", "--no-input", "--retries", "1", PINNED])
        outcome = judged(*made)
        if outcome is CLEAN:
            files = [option for file in FILES for option in ("-r", str(ROOT / file))]
            made = _run(
                [str(python), "-m", "pip_audit", "--disable-pip", "--require-hashes", "--timeout", "15", *files]
            )
            outcome = judged(*made)
    return _told(outcome, made[1])


def _run(command: list[str]) -> tuple[int, str]:
    try:
        done = subprocess.run(  # noqa: S603 — fixed programs
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return BROKEN, "ReadTimeout: it did not end in time"
    return done.returncode, done.stdout


def _told(outcome: int, said: str) -> int:
    if outcome == SKIPPED:
        sys.stderr.write(
            "SKIPPED: the advisories cannot be reached from here, so not all was looked at. Run `make audit` where"
            " there is a network.\n"
        )
        return SKIPPED if os.environ.get("AUDIT_STRICT") == "1" else CLEAN
    sys.stderr.write(said)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
