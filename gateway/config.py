"""The configuration: one typed value, read once from the environment; a wrong one stops the start with a sentence."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import Error
from gateway.translator import TranslatorAddress, translator_address
from stores.redis_address import RedisAddress, redis_address

_SQLITE, _MONGODB = "sqlite:///", ("mongodb://", "mongodb+srv://")


class BadConfiguration(Error):
    """Names the variable and says what it wants."""


@dataclass(frozen=True, slots=True)
class Config:
    """`public_url` is what providers call (signatures depend on it); `store` a URL; times in seconds."""

    host: str
    port: int
    public_url: str
    data: Path
    store: str
    secret: str | None
    admin_email: str | None
    admin_password: str | None
    allow_private: tuple[str, ...]
    log: str
    redis: RedisAddress | None = None
    translator: TranslatorAddress | None = None

    @property
    def shared(self) -> bool:
        """Whether other nodes may work on the same store."""
        return not self.store.startswith(_SQLITE)

    @property
    def database(self) -> Path | None:
        """The SQLite file, if the store is one."""
        return Path(self.store.removeprefix(_SQLITE)) if self.store.startswith(_SQLITE) else None


def read(environment: Mapping[str, str]) -> Config:
    """Raises `BadConfiguration`."""
    get = environment.get
    data = Path(get("FRONTDESK_DATA") or "./data")
    host = get("FRONTDESK_HOST") or "127.0.0.1"
    port = _port(get("FRONTDESK_PORT") or "8080")
    store = _store(get("FRONTDESK_STORE") or f"{_SQLITE}{data / 'frontdesk.db'}")
    secret = _secret(get("FRONTDESK_SECRET") or None)
    if secret is None and store.startswith(_MONGODB):
        raise BadConfiguration(
            "FRONTDESK_SECRET is wanted with MongoDB: all nodes must have the same; `openssl rand -hex 32` makes one."
        )
    return Config(
        host=host,
        port=port,
        public_url=_public_url(get("FRONTDESK_PUBLIC_URL") or f"http://{_shown(host)}:{port}"),
        data=data,
        store=store,
        secret=secret,
        admin_email=_email(get("FRONTDESK_ADMIN_EMAIL") or None),
        admin_password=_password(get("FRONTDESK_ADMIN_PASSWORD") or None),
        allow_private=_allowed(get("FRONTDESK_ALLOW_PRIVATE") or ""),
        log=_log(get("FRONTDESK_LOG") or "console"),
        redis=_redis(get("FRONTDESK_REDIS") or None),
        translator=_translator(get("FRONTDESK_TRANSLATOR") or None, get("FRONTDESK_TRANSLATOR_KEY") or None),
    )


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise BadConfiguration(f"FRONTDESK_PORT wants a number from 0 to 65535, not {text!r}.")
    return int(text)


def _public_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        parts, usable = urlsplit(""), False
    if not usable or parts.query or parts.fragment:
        raise BadConfiguration(
            f"FRONTDESK_PUBLIC_URL wants the address providers call, like https://desk.example.com, not {text!r}."
        )
    return text.rstrip("/")


def _store(text: str) -> str:
    if text.startswith(_SQLITE) and text != _SQLITE:
        return text
    if text.startswith(_MONGODB):
        if not urlsplit(text).path.strip("/"):
            raise BadConfiguration(
                "FRONTDESK_STORE wants the database's name at its end: mongodb://HOST,HOST/DATABASE?replicaSet=NAME."
            )
        return text
    shown = text.rsplit("@", 1)[-1]
    raise BadConfiguration(f"FRONTDESK_STORE wants sqlite:///PATH or mongodb://HOST/DATABASE, not {shown!r}.")


def _secret(text: str | None) -> str | None:
    if text is not None and len(text) < 32:
        raise BadConfiguration("FRONTDESK_SECRET wants at least 32 characters; `openssl rand -hex 32` makes one.")
    return text


def _redis(text: str | None) -> RedisAddress | None:
    try:
        return None if text is None else redis_address(text)
    except ValueError as error:
        raise BadConfiguration(f"FRONTDESK_REDIS {error}.") from error


def _translator(text: str | None, key: str | None) -> TranslatorAddress | None:
    try:
        return None if text is None else translator_address(text, key)
    except ValueError as error:
        raise BadConfiguration(f"FRONTDESK_TRANSLATOR {error}.") from error


def _email(text: str | None) -> str | None:
    if text is not None and not is_email(text):
        raise BadConfiguration(f"FRONTDESK_ADMIN_EMAIL wants an address like owner@example.com, not {text!r}.")
    return text


def is_email(text: str) -> bool:
    """Enough to tell an address from a name; whether it exists only a letter would tell."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+", text) is not None


def _password(text: str | None) -> str | None:
    if text is not None and len(text) < 10:
        raise BadConfiguration("FRONTDESK_ADMIN_PASSWORD wants at least 10 characters.")
    return text


def _allowed(text: str) -> tuple[str, ...]:
    """Hosts or CIDRs, separated by commas or spaces."""
    entries = tuple(text.replace(",", " ").split())
    for entry in entries:
        if "/" in entry:
            try:
                ipaddress.ip_network(entry)
            except ValueError as error:
                raise BadConfiguration(f"FRONTDESK_ALLOW_PRIVATE wants hosts or CIDRs, not {entry!r}.") from error
    return entries


def _log(text: str) -> str:
    if text not in ("console", "json"):
        raise BadConfiguration(f"FRONTDESK_LOG wants console or json, not {text!r}.")
    return text
