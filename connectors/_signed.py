"""HMAC-SHA256 of a webhook's body."""

import hmac


def signed(key: bytes, body: bytes) -> bytes:
    """Not `hmac.digest`: that lets go of the interpreter for two microseconds of work, and under load another thread
    keeps it for thirty."""
    return hmac.new(key, body, "sha256").digest()
