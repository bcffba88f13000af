"""Seals the secrets of second factors before they are stored, under a key made from SECRET_KEY.

Knows no factor. Earlier keys (SECRET_KEY_FALLBACKS) still open what they sealed.
"""

import base64
from hashlib import blake2b

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises cryptography.fernet.InvalidToken for anything that none of the keys has sealed."""
    return _box().decrypt(sealed.encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([_one(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _one(key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(blake2b(key.encode(), digest_size=32, person=b"haven.factors").digest()))
