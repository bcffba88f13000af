"""Loads the word lists beside this file, once. Knows their names, not their meaning."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@cache
def table(name: str) -> dict[str, Any]:
    """The word list `name`, as parsed; callers must not change it."""
    with (_HERE / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def names() -> list[str]:
    """Every word list that ships with the engine."""
    return sorted(path.stem for path in _HERE.glob("*.toml"))
