"""What a signing secret is: how one follows from a seed, and by what one recognises it. Knows no table and no key."""

import base64
import hmac
import secrets
from hashlib import sha256

PREFIX = "whsec_"
MOST_IN_USE = 2  # while one replaces the other
_PURPOSE = b"haven webhook secret v1\0"


def new_seed() -> bytes:
    return secrets.token_bytes(32)


def secret_from(seed: bytes, key: str) -> str:
    """The secret of Standard Webhooks that belongs to the seed; without the key nobody can tell which it is."""
    derived = hmac.digest(key.encode(), _PURPOSE + seed, "sha256")
    return PREFIX + base64.b64encode(derived).decode()


def fingerprint(secret: str) -> str:
    """Secrets are at least 192 random bits, so that there is nothing to guess."""
    return sha256(secret.encode()).hexdigest()


def ending(secret: str) -> str:
    return secret.rstrip("=")[-4:]
