"""What the form on a case's page would send."""

from typing import Any

from accounts.models import User
from moderation.models import Case
from moderation.queries.cases import case_page
from moderation.queries.desk import desk


def form_of(case: Case, user: User, **changed: Any) -> dict[str, Any]:
    """What the form on the page would send, except for what is changed."""
    page = case_page(case.pk, viewer=user)
    shown = desk(page)
    form = {
        "key": str(shown.key),
        "seen_version": page.version,
        "lease_token": page.lease.token,
        "choice": "suggested",
        "length": "suspension:7",
        "accounts": [account.candidate.account_id for account in shown.accounts if account.is_chosen],
        "note": "",
    }
    return form | {f"notice-{notice.code}": notice.text for notice in shown.notices} | changed
