"""FRONTDESK_REDIS as a value: one server, Sentinels with a master's name, or seeds of a Cluster."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

WANTED = (
    "redis://[USER:PASSWORD@]HOST[:PORT][/DB], redis+sentinel://HOST:PORT,HOST:PORT/MASTER[/DB] "
    "or redis+cluster://HOST:PORT,HOST:PORT (rediss… for TLS)"
)
PORTS = {"one": 6379, "sentinel": 26379, "cluster": 6379}
SCHEMES: dict[str, Literal["one", "sentinel", "cluster"]] = {
    "redis": "one",
    "redis+sentinel": "sentinel",
    "redis+cluster": "cluster",
}


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """`hosts` are servers, Sentinels or seeds, by `way`; `master` is the Sentinels' name for the server."""

    way: Literal["one", "sentinel", "cluster"]
    hosts: tuple[tuple[str, int], ...]
    master: str = ""
    db: int = 0
    username: str | None = None
    password: str | None = None
    tls: bool = False
    sentinel_username: str | None = None
    sentinel_password: str | None = None


def redis_address(text: str) -> RedisAddress:
    """Raises ValueError with what is wrong, never showing the password."""
    scheme, _, rest = text.partition("://")
    tls = scheme.startswith("rediss")
    way = SCHEMES.get(scheme.replace("rediss", "redis", 1))
    if way is None or not rest:
        raise ValueError(f"wants {WANTED}")
    # Several hosts are no valid authority for urlsplit: take it apart first.
    authority, slash, after = rest.partition("/")
    parts = urlsplit(f"//x{slash}{after}") if slash else urlsplit(f"//x{'?' + authority.partition('?')[2]}")
    authority = authority.partition("?")[0]
    userinfo, _, hosts = authority.rpartition("@")
    username, _, password = userinfo.partition(":")
    path = [unquote(piece) for piece in parts.path.split("/") if piece]
    query = parse_qs(parts.query)
    master = path.pop(0) if way == "sentinel" and path else ""
    if way == "sentinel" and not master:
        raise ValueError("wants the master's name behind the Sentinels, like redis+sentinel://h1:26379,h2:26379/main")
    if unknown := query.keys() - {"sentinel_username", "sentinel_password"}:
        raise ValueError(f"does not know {', '.join(sorted(unknown))} behind the question mark")
    found = tuple(_host(host, PORTS[way]) for host in hosts.split(","))
    if way == "one" and len(found) > 1:
        raise ValueError("wants one host; several are for redis+sentinel:// or redis+cluster://")
    return RedisAddress(
        way=way,
        hosts=found,
        master=master,
        db=_db(path, way),
        username=unquote(username) or None,
        password=unquote(password) or None,
        tls=tls,
        sentinel_username=query.get("sentinel_username", [None])[0],
        sentinel_password=query.get("sentinel_password", [None])[0],
    )


def _host(text: str, port: int) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text.strip()}")
        host, given = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"wants HOST:PORT, not {text!r}") from None
    if not host or given == 0:
        raise ValueError(f"wants HOST:PORT, not {text!r}")
    return host, given or port


def _db(path: list[str], way: str) -> int:
    if not path:
        return 0
    if way == "cluster" or len(path) > 1 or not path[0].isdecimal():
        raise ValueError(f"wants {WANTED}")
    return int(path[0])
