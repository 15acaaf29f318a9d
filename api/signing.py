"""Signed calls between Frontdesk and other programs, both ways: HMAC-SHA256 over the time and the body, in hex.

The time is seconds since the epoch; what is older (or newer) than five minutes is refused, so that nothing is replayed.
"""

import hashlib
import hmac
from collections.abc import Mapping

ID, TIMESTAMP, SIGNATURE = "x-frontdesk-id", "x-frontdesk-timestamp", "x-frontdesk-signature"
TOLERANCE_S = 300
SCHEME = "sha256="


def signature(secret: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return SCHEME + digest


def signed(secret: str, body: bytes, *, id: str, now: int) -> dict[str, str]:
    """The headers of a call we make; `now` in ms."""
    timestamp = str(now // 1000)
    return {
        "Content-Type": "application/json",
        ID: id,
        TIMESTAMP: timestamp,
        SIGNATURE: signature(secret, timestamp, body),
    }


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, *, now: int) -> bool:
    """Whether a call to us was signed with the secret, lately; compared in constant time."""
    timestamp = headers.get(TIMESTAMP, "")
    given = headers.get(SIGNATURE, "")
    right = hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode(errors="replace"))
    recent = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13
    return right and recent and abs(now // 1000 - int(timestamp)) <= TOLERANCE_S
