"""Each advisory lock of the database has a number of its own: two that share one hold each other up for nothing."""

import re
from collections import Counter
from pathlib import Path

from django.conf import settings

NUMBER = re.compile(r"\b1_742_113_\d{3}\b")


def test_no_two_advisory_locks_share_a_number() -> None:
    files = [*Path(settings.BASE_DIR, "moderation").rglob("*.py"), *Path(settings.BASE_DIR, "accounts").rglob("*.py")]
    uses = Counter(number for file in files for number in NUMBER.findall(file.read_text()))
    assert len(uses) >= 4
    assert [number for number, times in uses.items() if times > 1] == []
