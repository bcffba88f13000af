"""What Django lets pass in a template and a reader of the page does not."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_comment_ends_on_its_line(path: Path) -> None:
    """One that does not is printed on the page."""
    begun = [line for line in path.read_text().splitlines() if "{#" in re.sub(r"{#.*?#}", "", line)]

    assert begun == []
