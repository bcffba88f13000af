"""The list of what Haven is made of: complete, the same each time, and the page of licences is not older than it."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from deploy import audit, bill_of_materials

ROOT = Path(settings.BASE_DIR)
PACKAGES = bill_of_materials.packages()


def test_every_pin_is_in_it_once() -> None:
    pinned = {
        line.split("==")[0]
        for file in bill_of_materials.FILES
        for line in (ROOT / file).read_text().splitlines()
        if re.match(r"[A-Za-z0-9]", line)
    }
    assert sorted(pinned) == [package.name for package in PACKAGES]
    assert all(package.hashes for package in PACKAGES)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_every_licence_is_known_and_one_that_we_may_use(package: bill_of_materials.Package) -> None:
    free = {"MIT", "MIT-0", "0BSD", "Zlib", "CC0-1.0", "Apache-2.0", "PSF-2.0", "BSD-2-Clause", "BSD-3-Clause"}
    used_as_it_is = {"MPL-2.0", "LGPL-3.0-only"}  # of files and libraries that we change nothing in

    assert set(re.split(r" (?:AND|OR) ", package.licence)) <= free | used_as_it_is


def test_the_list_is_cyclonedx_and_the_same_each_time() -> None:
    made = bill_of_materials.sbom(PACKAGES)

    assert json.dumps(made) == json.dumps(bill_of_materials.sbom(bill_of_materials.packages()))
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", made["serialNumber"])
    refs = {component["bom-ref"] for component in made["components"]}
    assert len(refs) == len(PACKAGES)
    named = {ref for each in made["dependencies"] for ref in (each["ref"], *each["dependsOn"])}
    assert named == refs | {"haven"}


def test_what_the_project_asks_for_hangs_on_it() -> None:
    wants = {each["ref"]: each["dependsOn"] for each in bill_of_materials.sbom(PACKAGES)["dependencies"]}

    assert any(ref.startswith("pkg:pypi/django@") for ref in wants["haven"])
    [django] = [ref for ref in wants if ref.startswith("pkg:pypi/django@")]
    assert any(ref.startswith("pkg:pypi/sqlparse@") for ref in wants[django])


def test_the_page_of_licences_is_as_the_requirements_are() -> None:
    assert (ROOT / "docs/licences.md").read_text() == bill_of_materials.licences(PACKAGES), "run: make licences"


@pytest.mark.parametrize("arguments", [[], ["sbom"], ["poem", "x.json"]])
def test_other_words_are_answered_with_how_to_say_it(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert bill_of_materials.main(arguments) == 2
    assert "(sbom|licences)" in capsys.readouterr().err


def test_it_is_written_where_asked(tmp_path: Path) -> None:
    assert bill_of_materials.main(["sbom", str(tmp_path / "sbom.json")]) == 0
    assert len(json.loads((tmp_path / "sbom.json").read_text())["components"]) == len(PACKAGES)


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [
        (0, "No known vulnerabilities found", audit.CLEAN),
        (0, "No known vulnerabilities found\namqp  Dependency not found and could not be audited", audit.SKIPPED),
        (1, "Found 2 known vulnerabilities in 1 package", audit.FOUND),
        (1, "Found 1 known vulnerability in 1 package\nConnectionError", audit.FOUND),
        (1, "requests.exceptions.ConnectionError: Max retries exceeded", audit.SKIPPED),
        (1, "ERROR: No matching distribution found for pip-audit", audit.SKIPPED),
        (1, "Traceback: KeyError", audit.BROKEN),
    ],
)
def test_a_skip_is_never_taken_for_clean_nor_a_finding_for_a_skip(status: int, said: str, outcome: int) -> None:
    assert audit.judged(status, said) == outcome
