"""What Django lets pass in a template and a reader of the page does not."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_a_comment_ends_on_its_line() -> None:
    """One that does not is printed on the page."""
    begun = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in TEMPLATES
        for line in path.read_text().splitlines()
        if "{#" in re.sub(r"{#.*?#}", "", line)
    ]

    assert TEMPLATES
    assert begun == []
