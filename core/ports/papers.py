"""What is kept beside conversations: settings with their revisions, sign-ins, webhooks not understood."""

import msgspec


class Document(msgspec.Struct, frozen=True, gc=False):
    """A versioned setting, channel, agent or group. `body` is plain JSON values."""

    collection: str
    id: str
    version: int
    body: dict[str, object]


class Revision(msgspec.Struct, frozen=True, gc=False):
    version: int
    at: int
    who: str
    body: dict[str, object] | None


class Grant(msgspec.Struct, frozen=True, gc=False):
    """A sign-in: only the SHA-256 of its token is kept."""

    digest: bytes
    agent: str
    expires: int


class Raw(msgspec.Struct, frozen=True, gc=False):
    """A webhook that was signed but not understood."""

    channel: str
    at: int
    why: str
    body: bytes
