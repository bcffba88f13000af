"""What the sign-in page says besides its form."""

from typing import Any

from django import template
from django.conf import settings

from accounts.demo import PASSWORD, demo_sign_ins

register = template.Library()


@register.inclusion_tag("account/_demo.html")
def demo_note() -> dict[str, Any]:
    """The sign-ins of the demo, on one's own machine and nowhere else."""
    return {"demo": demo_sign_ins() if settings.LOCAL else None, "password": PASSWORD}
