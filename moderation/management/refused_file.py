"""What an import refused: the lines themselves, to be mended and imported again, and beside them a sentence for each.

Both files are cut back to what was on record before more is written, so that an import that was killed and goes on
leaves every line once.
"""

import os
from collections.abc import Iterable
from pathlib import Path


class CannotWrite(Exception):
    """What was refused cannot be kept; `str()` says why and what to do."""


class RefusedFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.sentences = path.with_suffix(".txt")

    def check_unused(self) -> None:
        """Raises CannotWrite when an earlier import has left something here."""
        for path in (self.path, self.sentences):
            if path.exists():
                raise CannotWrite(
                    f"{path} is there already, from an earlier import: mend and import it, move it away, or name"
                    " another file with --refused."
                )

    def write(self, lines: Iterable[bytes], *, after: int) -> int:
        """Put lines after the first so many bytes; answers how many bytes there are then."""
        return _write(self.path, b"".join(lines), after)

    def write_sentences(self, sentences: Iterable[str], *, after: int) -> int:
        text = "".join(f"{sentence}\n" for sentence in sentences)
        return _write(self.sentences, text.encode(errors="backslashreplace"), after)


def _write(path: Path, content: bytes, after: int) -> int:
    """Touches nothing when there is nothing to write. Whoever took lines away meanwhile gets the rest appended."""
    if not content:
        return after
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
            end = min(after, file.seek(0, os.SEEK_END))
            file.truncate(end)
            file.seek(end)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
    except OSError as error:
        raise CannotWrite(
            f"{path} cannot be written ({error.strerror}), and what is refused must not be lost: name another file"
            " with --refused, or make room. The same command then goes on where it stopped."
        ) from error
