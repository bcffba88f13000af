"""Encrypting what must not be readable in a stolen database: AES-256-GCM, with keys that can be changed one after the
other. Knows no column: texts (moderation.models.secret_text) and second factors are sealed alike.

Equal texts look different once they are sealed, so nothing can be found by them.
"""

import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from functools import lru_cache
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_PURPOSE = b"haven: texts at rest, version 1"
_NAMES = b"haven: marks of texts, version 1"
_NONCE = 12
# No text that the platform sends begins like this, and the rest has to fit too; what does not fit was never encrypted.
_SEALED = re.compile(r"\x02([a-z0-9]{1,16})\.([A-Za-z0-9+/]{38,}={0,2})")


class UnreadableError(Exception):
    """A text cannot be decrypted: its key is not among the settings, or somebody changed the column."""


class Keys:
    """All keys by their names; the first is what is written with."""

    def __init__(self, told: Iterable[tuple[str, str]]) -> None:
        self._ciphers: dict[str, AESGCM] = {}
        for name, secret in told:
            self._ciphers.setdefault(name, AESGCM(hmac.digest(secret.encode(), _PURPOSE, "sha256")))
        self.current = next(iter(self._ciphers))
        self.prefix = f"\x02{self.current}."
        self._seal = self._ciphers[self.current]

    def seal(self, text: str) -> str:
        nonce = urandom(_NONCE)
        return self.prefix + b64encode(nonce + self._seal.encrypt(nonce, text.encode(), None)).decode()

    def open(self, name: str, body: str) -> str:
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise UnreadableError(f"The key “{name}” is not in TEXT_KEYS: put it back behind the first.")
        raw = b64decode(body)
        try:
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except InvalidTag as error:
            raise UnreadableError(f"A text under the key “{name}” does not fit: another key had that name.") from error


def keys() -> Keys:
    """Those of TEXT_KEYS, or made from SECRET_KEY and those before it."""
    return _keys(tuple(settings.TEXT_KEYS), (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=8)
def _keys(told: tuple[str, ...], secrets: tuple[str, ...]) -> Keys:
    named = [(name, secret) for name, _, secret in (one.partition(":") for one in told)]
    derived = [("d" + hmac.digest(secret.encode(), _NAMES, "sha256").hex()[:8], secret) for secret in secrets]
    return Keys([*named, *derived])


def sealed(text: str) -> str:
    """What the column holds. An empty text stays empty: that nothing was written is no secret."""
    return keys().seal(text) if text else text


def opened(stored: str) -> str:
    """The text that a column holds. What was written before texts were encrypted is answered as it is."""
    found = _SEALED.fullmatch(stored) if stored.startswith("\x02") else None
    return keys().open(found[1], found[2]) if found else stored
