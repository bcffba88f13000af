"""The rail offers what may be opened, and nothing else."""

import pytest
from django.urls import get_resolver, reverse

from moderation.templatetags.navigation import RAIL, Page


@pytest.mark.parametrize("page", [page for _, pages in RAIL for page in pages], ids=lambda page: page.url_name)
def test_the_rail_offers_a_page_to_whoever_may_open_it(page: Page) -> None:
    view = get_resolver().resolve(reverse(page.url_name)).func

    assert getattr(view, "capability", None) == page.capability
