"""Whether a call truly comes from Haven, and is no old one played again. Knows nothing of what it says."""

import binascii
from collections.abc import Mapping

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError


class BadSecretError(Exception):
    """The secret cannot be used; the message says how to mend it."""


class Verifier:
    """Knows the secrets shared with Haven: one, or two while the new one replaces the old."""

    def __init__(self, secrets: str) -> None:
        try:
            self._webhooks = [Webhook(secret) for secret in secrets.split()]
        except (EmptyWebhookSecretError, binascii.Error) as error:
            raise BadSecretError("WEBHOOK_SECRET must be whsec_ and base64, as in Haven's own setting.") from error
        if not self._webhooks:
            raise BadSecretError("Set WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE) to the secret that Haven signs with.")

    def is_genuine(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Signed with one of our secrets, over these very bytes, within the last five minutes."""
        return any(_verifies(webhook, body, headers) for webhook in self._webhooks)


def _verifies(webhook: Webhook, body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: headers or body that cannot even be decoded
        return False
    return True
