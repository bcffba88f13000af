"""What an admin does about the endpoint: its address, making and retiring secrets, trying it out.

Knows nothing of HTTP: what makes an address callable, and how a try travels, is the caller's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.conf import settings

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain import signing
from moderation.domain.refusals import Missing, Refused
from moderation.models import PlatformEndpoint, SigningSecret, clock
from moderation.permissions import require, require_fresh, staff_of
from moderation.queries.endpoint import SecretInUse, secrets_in_use

_ONLY_ONE = 1


@dataclass(frozen=True, slots=True)
class Tried:
    """What came back of a test event. `body` is the beginning of the answer's, as text."""

    webhook_id: str
    took_ms: int
    status: int | None
    trouble: str
    content_type: str = ""
    body: str = ""
    is_cut: bool = False

    @property
    def arrived(self) -> bool:
        return not self.trouble


@whole
def change_address(url: str, *, actor: Actor) -> None:
    """Send events there from now on; empty: where the settings say. Whoever calls has checked what an address is.

    Raises NotPermitted, StepUp.
    """
    endpoint = _locked()

    require(actor, Capability.MANAGE_INTEGRATIONS)
    require_fresh(actor)

    if endpoint.url == url:
        return

    host_before = _host(endpoint.url)
    endpoint.url = url
    endpoint.save(update_fields=["url"])

    audit.record(
        "endpoint.changed", actor=actor, target=endpoint, of_settings=not url, host_before=host_before, host=_host(url)
    )


@whole
def make_secret(*, actor: Actor) -> str:
    """A new secret that signs from now on, beside the one before it. Shown this once.

    Raises NotPermitted, StepUp, Refused while two are in use.
    """
    _locked()

    require(actor, Capability.MANAGE_INTEGRATIONS)
    require_fresh(actor)
    maker = staff_of(actor)

    if len(secrets_in_use()) >= signing.MOST_IN_USE:
        raise Refused("Two secrets are valid already: retire one, once the platform checks with the other.")

    seed = signing.new_seed()
    secret = signing.secret_from(seed, settings.SECRET_KEY)
    made = SigningSecret.objects.create(
        seed=seed, fingerprint=signing.fingerprint(secret), ending=signing.ending(secret), made_by=maker
    )

    audit.record("secret.made", actor=actor, target=made, ending=made.ending)
    return secret


@whole
def retire_secret(fingerprint: str, *, actor: Actor) -> str:
    """Stop signing with a secret; answers its ending. Raises NotPermitted, Missing, Refused for the only one."""
    _locked()
    in_use = {each.fingerprint: each for each in secrets_in_use()}
    now = clock.now()

    require(actor, Capability.MANAGE_INTEGRATIONS)

    if fingerprint not in in_use:
        raise Missing("This secret is not in use any more.")
    if not any(each.text for each in in_use.values() if each.fingerprint != fingerprint):
        raise Refused("It is the only secret that can sign: make another first, and tell it to the platform.")

    retired = _retire(in_use[fingerprint], now)

    audit.record("secret.retired", actor=actor, target=retired, ending=retired.ending)
    return retired.ending


def try_endpoint(send: Callable[[str], Tried], *, actor: Actor) -> Tried:
    """Send a test event under a new webhook-id, outside of any transaction. Raises NotPermitted."""
    require(actor, Capability.MANAGE_INTEGRATIONS)

    tried = send(f"msg_{uuid4().hex}")

    _record_try(tried, actor)
    return tried


@whole
def _record_try(tried: Tried, actor: Actor) -> None:
    audit.record(
        "endpoint.tried",
        actor=actor,
        target=_locked(),
        arrived=tried.arrived,
        status=tried.status,
        took_ms=tried.took_ms,
    )


def _locked() -> PlatformEndpoint:
    PlatformEndpoint.objects.get_or_create(pk=_ONLY_ONE)
    return PlatformEndpoint.objects.select_for_update(no_key=True).get(pk=_ONLY_ONE)


def _retire(secret: SecretInUse, now: datetime) -> SigningSecret:
    if secret.is_of_settings:
        return SigningSecret.objects.create(
            seed=b"", fingerprint=secret.fingerprint, ending=secret.ending, retired_at=now
        )
    made = SigningSecret.objects.get(fingerprint=secret.fingerprint)
    made.retired_at = now
    made.save(update_fields=["retired_at"])
    return made


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
