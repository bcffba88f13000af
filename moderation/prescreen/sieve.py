"""A sieve: one linear look at a text says which of many patterns are worth searching for. Knows none of them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import re2

_MEMORY = 16 << 20
_EDGE = r"[^\pL\pN_]"


class Sieve:
    """Patterns by name, in RE2's syntax; case is ignored. May let through too much, never too little."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        options = re2.Options()
        options.case_sensitive = False
        options.max_mem = _MEMORY
        options.log_errors = False
        self._names = tuple(patterns)
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns.values():
            self._set.Add(pattern)
        self._set.Compile()
        self.seen = lru_cache(maxsize=512)(self._seen)

    def _seen(self, text: str) -> frozenset[str]:
        """The names of the patterns that occur in the text."""
        return frozenset(self._names[hit] for hit in self._set.Match(text.encode("utf-8", "replace")) or ())


def words(alternatives: Iterable[str]) -> str:
    """One pattern for patterns that stand as words, in any alphabet."""
    one = "|".join(alternatives).replace(r"\w", r"[\pL\pN_]").replace(r"\b", "")
    return rf"(?:^|{_EDGE})(?:{one})(?:$|{_EDGE})"
