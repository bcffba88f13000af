"""Reads a stream of bytes line by line and knows at every line how far it is and what came before. Knows no format."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Self

LONGEST_LINE = 64 * 1024 * 1024  # so that a file without line breaks cannot fill the memory
HEAD = 64 * 1024
_CHUNK = 1024 * 1024
_BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Position:
    """Between two lines: how much lies before, in bytes and lines, and their hash."""

    size: int = 0
    lines: int = 0
    hash: Any = field(default_factory=hashlib.sha256)

    def after(self, line: bytes) -> Self:
        digest = self.hash.copy()
        digest.update(line)
        return type(self)(self.size + len(line), self.lines + 1, digest)


@dataclass(frozen=True, slots=True)
class Line:
    """`content` is None when the line is too long to be read."""

    number: int
    content: bytes | None
    start: Position
    end: Position


class LineReader:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._head = file.readline(HEAD)
        self._pending = self._head
        self.position = Position()

    @property
    def head(self) -> bytes:
        """How the file begins: its first line, or as much of it as tells files apart."""
        return self._head

    def pass_over(self, size: int, lines: int, digest: str) -> bool:
        """Go on after this many bytes, if they are those that were read before."""
        left, hashed = size, hashlib.sha256()
        while left and (chunk := self._chunk(min(left, _CHUNK))):
            hashed.update(chunk)
            left -= len(chunk)
        self.position = Position(size, lines, hashed)
        return not left and hashed.hexdigest() == digest

    def __iter__(self) -> Iterator[Line]:
        """Every line that holds something. What stands last and has no line break may be torn: its end is its start,
        so that whoever goes on reads it again."""
        while content := self._line(LONGEST_LINE):
            start = self.position
            self.position = start.after(content)
            if len(content) == LONGEST_LINE and not content.endswith(b"\n"):
                self._pass_rest()
                yield Line(self.position.lines, None, start, self.position)
                continue
            bare = content.removeprefix(_BOM) if start.size == 0 else content
            if bare.strip():
                end = self.position if content.endswith(b"\n") else start
                yield Line(self.position.lines, bare, start, end)

    def _pass_rest(self) -> None:
        while rest := self._line(_CHUNK):
            self.position.hash.update(rest)
            self.position.size += len(rest)
            if rest.endswith(b"\n"):
                return

    def _line(self, most: int) -> bytes:
        pending, self._pending = self._pending[:most], self._pending[most:]
        if pending.endswith(b"\n") or len(pending) == most:
            return pending
        return pending + self._file.readline(most - len(pending))

    def _chunk(self, most: int) -> bytes:
        if self._pending:
            pending, self._pending = self._pending[:most], self._pending[most:]
            return pending
        return self._file.read(most)
