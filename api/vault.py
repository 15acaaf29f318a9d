"""What must be used again is sealed (AEAD with a key id, bound to its place); what goes out is signed.

Both keys come from one secret by HKDF. What is only compared is not here: it is kept as a hash (auth.py).
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import Error

NONCE = 12


class CannotOpen(Error):
    """Sealed with a key that is not here, for another place, or tampered with."""


class Key:
    """One secret's keys. `id` names it without telling anything of it."""

    __slots__ = ("_seal", "_sign", "id")

    def __init__(self, secret: str) -> None:
        if len(secret) < 16:
            raise ValueError("a secret needs at least 16 characters")
        raw = secret.encode()
        self.id = _derived(raw, b"frontdesk key id", 6).hex()
        self._seal = ChaCha20Poly1305(_derived(raw, b"frontdesk seal", 32))
        self._sign = _derived(raw, b"frontdesk sign", 32)

    def __repr__(self) -> str:
        return f"Key({self.id})"

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + self._seal.encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        return self._seal.decrypt(sealed[:NONCE], sealed[NONCE:], bound)

    def sign(self, purpose: str, data: bytes) -> bytes:
        return hmac.digest(self._sign, _joined((purpose.encode(), data)), hashlib.sha256)


class Vault:
    """The first key seals and signs; all of them open and verify, so a secret can be changed in peace."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        self._newest = keys[0]
        self._keys = {key.id: key for key in keys}

    @classmethod
    def of(cls, secret: str, *older: str) -> "Vault":
        return cls([Key(secret), *map(Key, older)])

    def seal(self, plain: str, *bound: str) -> str:
        """`bound` says where it belongs (channel id, field): it opens nowhere else."""
        return f"{self._newest.id}.{_text(self._newest.seal(plain.encode(), _place(bound)))}"

    def open(self, sealed: str, *bound: str) -> str:
        """Raises `CannotOpen`."""
        name, _, rest = sealed.partition(".")
        key = self._keys.get(name)
        if key is None:
            raise CannotOpen(f"sealed with the key {name or '?'}, which is not here")
        try:
            return key.open(_bytes(rest), _place(bound)).decode()
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("it was sealed for another place, or changed") from error

    def is_current(self, sealed: str) -> bool:
        """Whether the newest key sealed it."""
        return sealed.startswith(self._newest.id + ".")

    def sign(self, data: bytes, purpose: str) -> str:
        """For signed URLs and widget tokens; `purpose` keeps one's signature from serving as another's."""
        return f"{self._newest.id}.{_text(self._newest.sign(purpose, data))}"

    def verify(self, data: bytes, signature: str, purpose: str) -> bool:
        name, _, rest = signature.partition(".")
        key = self._keys.get(name)
        if key is None:
            return False
        return hmac.compare_digest(rest.encode(errors="replace"), _text(key.sign(purpose, data)).encode())


def _derived(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)


def _place(bound: tuple[str, ...]) -> bytes:
    return _joined(tuple(part.encode() for part in bound))


def _joined(parts: tuple[bytes, ...]) -> bytes:
    """With lengths, so that ("ab", "c") is not ("a", "bc")."""
    return b"".join(len(part).to_bytes(4) + part for part in parts)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def is_sealed(value: object) -> bool:
    """Whether a setting is a secret in the form in which it is kept."""
    return isinstance(value, dict) and "sealed" in value
