"""The first owner, so that somebody can sign in."""

import secrets

from api.auth import Auth
from api.directory import Directory
from api.documents import AgentDoc
from core.errors import Stale
from gateway.config import Config

FIRST_OWNER = "owner"  # one id for all nodes, so that those which start together make one


async def first_owner(config: Config, directory: Directory, auth: Auth, now: int) -> None:
    """Somebody must be able to sign in: from the environment, or with a password that is printed once."""
    if any(agent.role == "owner" for agent in directory.agents.values()):
        return
    email = (config.admin_email or "owner@localhost").lower()
    password = config.admin_password or secrets.token_urlsafe(12)
    hashed = await auth.hash(password)
    owner = AgentDoc(
        id=FIRST_OWNER, name=email.partition("@")[0].title(), email=email, role="owner", password_hash=hashed,
        created_at=now,
    )  # fmt: skip
    try:
        await directory.save_agent(owner, who="first start", expected=0)
    except Stale:  # another node was started at the same instant
        await directory.load()
        return
    if config.admin_password is None:
        print(f"\nFirst start: sign in as {email} with the password {password} (shown only now).\n", flush=True)
