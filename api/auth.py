"""Who calls: passwords, tokens, roles. One code for requests and sockets alike.

A token is 256 random bits, kept only as its SHA-256. Whoever cannot sign in learns no more than that.
"""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.directory import Directory
from api.documents import AgentDoc, Role
from api.problems import Stop
from core.ports.clock import Clock
from core.ports.papers import Grant
from core.ports.store import Store

Audience = Literal["nobody", "agent", "supervisor", "admin", "owner"]
RANK: dict[str, int] = {"nobody": 0, "agent": 1, "supervisor": 2, "admin": 3, "owner": 4}

LIFE_MS = 12 * 3_600_000
CACHE = 10_000
TRUSTED_MS = 30_000  # how long a token is believed without asking the store: another node may have revoked it
FREE_TRIES = 5
FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 15 * 60_000
REMEMBERED = 10_000
AT_ONCE = 2  # hashings at a time: each takes a core and 19 MiB (OWASP's first choice for Argon2id)
WAITING = 32


class Caller(msgspec.Struct, frozen=True):
    id: str
    name: str
    role: Role

    def at_least(self, role: Audience) -> bool:
        return RANK[self.role] >= RANK[role]

    def require(self, role: Audience) -> None:
        """Raises 403."""
        if not self.at_least(role):
            raise Stop(403, "forbidden", f"This needs the role {role}; yours is {self.role}.")


@dataclass(frozen=True, slots=True)
class SignedIn:
    token: str
    expires: int
    caller: Caller


@dataclass(slots=True)
class _Tries:
    failed: int = 0
    until: int = 0


class Auth:
    def __init__(self, store: Store, directory: Directory, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        self._store, self._directory, self._clock = store, directory, clock
        self._hasher = hasher or PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobody = self._hasher.hash(secrets.token_hex())
        self._turns, self._waiting = asyncio.Semaphore(AT_ONCE), 0
        self._known: OrderedDict[bytes, tuple[Grant, int]] = OrderedDict()
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def login(self, email: str, password: str) -> SignedIn:
        """Raises 401 for whatever is wrong, 429 after too many tries at one address."""
        email = email.strip().lower()
        tries = self._try(email)
        agent = next((agent for agent in self._directory.agents.values() if agent.email == email), None)
        if not await self._matches(agent, password) or agent is None:
            raise Stop(401, "wrong_login", "This e-mail address and password do not belong together.")
        if self._tries.get(email) is tries:
            del self._tries[email]
        return await self._sign_in(agent)

    async def logout(self, token: str) -> None:
        digest = _digest(token)
        self._known.pop(digest, None)
        await self._store.revoke(digest=digest)

    async def sign_out(self, agent: str) -> None:
        """End every sign-in of an agent: their password changed, or they are gone."""
        for digest in [digest for digest, (grant, _) in self._known.items() if grant.agent == agent]:
            del self._known[digest]
        await self._store.revoke(agent=agent)

    async def caller(self, token: str | None) -> Caller | None:
        """Who a token belongs to; None if it is none, expired or revoked. The role is today's."""
        grant = await self._granted(_digest(token)) if token else None
        agent = self._directory.agents.get(grant.agent) if grant else None
        return _caller(agent) if agent else None

    async def _granted(self, digest: bytes) -> Grant | None:
        now = self._clock.now()
        known = self._known.get(digest)
        if known is not None and 0 <= now - known[1] < TRUSTED_MS:
            grant: Grant | None = known[0]
        else:
            grant = await self._store.granted(digest)
            self._remember(digest, grant, now)
        return grant if grant is not None and now < grant.expires else None

    def _remember(self, digest: bytes, grant: Grant | None, now: int) -> None:
        self._known.pop(digest, None)
        if grant is not None:
            self._known[digest] = (grant, now)
            if len(self._known) > CACHE:
                self._known.popitem(last=False)

    async def _sign_in(self, agent: AgentDoc) -> SignedIn:
        token, now = secrets.token_urlsafe(32), self._clock.now()
        grant = Grant(_digest(token), agent.id, now + LIFE_MS)
        await self._store.grant(grant)
        self._remember(grant.digest, grant, now)
        return SignedIn(token, grant.expires, _caller(agent))

    def _try(self, email: str) -> _Tries:
        """Counted as failed before the look, so that tries at one instant count too."""
        now = self._clock.now()
        tries = self._tries.setdefault(email, _Tries())
        self._tries.move_to_end(email)
        if now < tries.until:
            wait = -(-(tries.until - now) // 1000)
            raise Stop(429, "locked", f"Too many tries; again in {wait} seconds.", headers={"Retry-After": str(wait)})
        tries.failed += 1
        if tries.failed >= FREE_TRIES:
            tries.until = now + min(FIRST_WAIT_MS << min(tries.failed - FREE_TRIES, 10), LONGEST_WAIT_MS)
        if len(self._tries) > REMEMBERED:
            self._tries.popitem(last=False)
        return tries

    async def _matches(self, agent: AgentDoc | None, password: str) -> bool:
        """Takes as long for an unknown address as for a known one."""
        if self._waiting >= WAITING:
            raise Stop(429, "busy", "Too many people are signing in.", headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            async with self._turns:
                hashed = agent.password_hash if agent else self._nobody
                return await asyncio.to_thread(self._verify, hashed, password) and agent is not None
        finally:
            self._waiting -= 1

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def _caller(agent: AgentDoc) -> Caller:
    return Caller(agent.id, agent.name, agent.role)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
