"""Where events go and what signs them: what an admin has edited, before that what the settings say. Knows no HTTP."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from accounts import Actor
from accounts.roles import Capability
from moderation.domain import signing
from moderation.models import PlatformEndpoint, SigningSecret
from moderation.permissions import require


@dataclass(frozen=True, slots=True)
class SecretInUse:
    """`text` is the secret itself and for signing only; None: it was made under another SECRET_KEY."""

    fingerprint: str
    ending: str
    made_at: datetime | None  # None: it stands in the settings
    text: str | None = field(repr=False)

    @property
    def is_of_settings(self) -> bool:
        return self.made_at is None


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecretRow:
    fingerprint: str
    shown: str  # «whsec_…QmI8»
    made_at: datetime | None
    is_usable: bool


@dataclass(frozen=True, slots=True)
class EndpointPage:
    url: str
    is_of_settings: bool
    url_of_settings: str
    secrets: tuple[SecretRow, ...]
    can_make: bool
    can_retire: bool
    allows_private: bool


def is_connected() -> bool:
    """Whether there is an address to tell events to. Without one they wait for it, and nothing waits for them."""
    return bool(_url())


def target() -> Target:
    """Two queries. Empty where nothing is set up."""
    return Target(_url(), tuple(each.text for each in secrets_in_use() if each.text))


def secrets_in_use() -> list[SecretInUse]:
    """What calls are signed with, the newest first, those of the settings last."""
    rows = list(SigningSecret.objects.order_by("-id"))
    made = [
        SecretInUse(row.fingerprint, row.ending, row.made_at, _text(row))
        for row in rows
        if row.retired_at is None and row.seed
    ]
    retired = {row.fingerprint for row in rows if row.retired_at is not None}
    of_settings = [(signing.fingerprint(secret), secret) for secret in settings.WEBHOOK_SECRET.split()]
    return made + [
        SecretInUse(mark, signing.ending(secret), None, secret) for mark, secret in of_settings if mark not in retired
    ]


def endpoint_page(*, viewer: Actor) -> EndpointPage:
    """Nothing on it tells a secret. Raises NotPermitted."""
    require(viewer, Capability.MANAGE_INTEGRATIONS)
    edited = PlatformEndpoint.objects.values_list("url", flat=True).first()
    secrets = secrets_in_use()
    return EndpointPage(
        url=without_password(edited or settings.WEBHOOK_URL),
        is_of_settings=not edited,
        url_of_settings=without_password(settings.WEBHOOK_URL),
        secrets=tuple(
            SecretRow(each.fingerprint, f"{signing.PREFIX}…{each.ending}", each.made_at, each.text is not None)
            for each in secrets
        ),
        can_make=len(secrets) < signing.MOST_IN_USE,
        can_retire=len(secrets) > 1,
        allows_private=settings.WEBHOOK_ALLOW_PRIVATE,
    )


def without_password(url: str) -> str:
    """The address as a page may show it: one of the settings may hold a name and a password."""
    scheme, colon, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{colon}{authority.rpartition('@')[2]}{slash}{path}"


def _url() -> str:
    edited = PlatformEndpoint.objects.values_list("url", flat=True).first()
    return edited or settings.WEBHOOK_URL


def _text(row: SigningSecret) -> str | None:
    """The secret anew, under SECRET_KEY or one of its fallbacks: whichever gives the fingerprint."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        secret = signing.secret_from(bytes(row.seed), key)
        if signing.fingerprint(secret) == row.fingerprint:
            return secret
    return None
