"""Who a web visitor says they are, and how much of that is believed.

A visitor's token holds all of it, signed by us: a visit writes nothing, the customer is kept with their first message.
The company's page may sign more (`Identity`): `base64url(payload) + "." + hex(HMAC-SHA256(secret, base64url(payload)))`
where the payload is JSON with `exp` (seconds since the epoch) and what it vouches for.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from api.vault import Vault
from core import language
from core.channel import Secret
from core.customer import Customer
from core.errors import BadInput
from core.people import People
from core.service import QUEUE_FIRST, SERVICE_PARAM, Service
from core.session import Wish

LIFE_MS = 3_600_000  # a token opens sockets for an hour
RENEWAL_MS = 30 * 86_400_000  # and is exchanged for a new one, of the same visitor, for thirty days
PURPOSE = "widget visitor"
MAX_TOKEN = 16_384

Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Address = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^https?://[^\x00-\x20]+$")]
Id = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x20]+$")]
Level = Annotated[int, Meta(ge=0, le=1000)]
Key = Annotated[str, Meta(min_length=1, max_length=50)]
Params = Annotated[dict[Key, Annotated[str, Meta(max_length=500)]], Meta(max_length=30)]
Tags = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=50)], ...], Meta(max_length=20)]

STRICT = People()
UNSIGNED = ("partner_id", "vip", "vip_level", "tags")
"""What would give a stranger another's name or a better place in the queue: believed only when signed, or where the
channel asks for no signature and the area `customers` says so."""


OURS = ("page.", "designated.", "visit.", "vip_level", QUEUE_FIRST)
"""Parameters that a page cannot name."""


class SignedIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`token` is made by the company's server with the channel's `identity_secret`."""

    token: Annotated[str, Meta(min_length=1, max_length=8000)]


class VisitRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The visitor parameters; `token` is that of an earlier visit, to be the same visitor again. `agent` and `group`
    are whom the page asks for (`must`: nobody else); `picked` is the group the visitor chose."""

    token: Annotated[str, Meta(max_length=MAX_TOKEN)] | None = None
    identity: SignedIdentity | None = None
    partner_id: Id | None = None
    nickname: Line | None = None
    name: Line | None = None
    phone: Annotated[str, Meta(min_length=3, max_length=40, pattern=r"^[0-9+() ./-]+$")] | None = None
    email: Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    avatar: Address | None = None
    vip: bool | None = None
    vip_level: Level | None = None
    tags: Tags | None = None
    params: Params | None = None
    fields: Params | None = None
    language: Annotated[str, Meta(min_length=2, max_length=35, pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    timezone: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")] | None = None
    title: Line | None = None
    url: Address | None = None
    agent: Id | None = None
    group: Id | None = None
    must: bool | None = None
    picked: Id | None = None
    queue_first: bool | None = None
    service: Service | None = None


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a page's server vouches for."""

    exp: Annotated[int, Meta(ge=0, le=10**11)]
    partner_id: Id
    name: Line | None = None
    phone: Annotated[str, Meta(max_length=40)] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    vip: bool | None = None
    vip_level: Level | None = None
    tags: Tags | None = None


class Visitor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token holds. `address` is the visitor's place on the channel; `claims` has no id of ours yet."""

    channel: str
    address: str
    expires: int
    claims: Customer = Customer(id="")
    wish: Wish = Wish()

    @property
    def signed(self) -> bool:
        return self.address.startswith("partner:")


def admit(
    request: VisitRequest,
    *,
    channel: str,
    secret: Secret | None,
    vault: Vault,
    now: int,
    new_id: str,
    people: People = STRICT,
    origin: Mapping[str, str] = {},
) -> tuple[Visitor, tuple[str, ...]]:
    """The visitor, and the names of what was not believed. Raises `BadInput` for an identity that is not right.

    `origin` are the parameters that we found out ourselves (`visit.…`).
    """
    identity = _identity(request, secret, now)
    request, unknown = _with_known_fields(request, people)
    known = None if request.token is None else read_token(request.token, vault, now, RENEWAL_MS)
    if known is not None and (known.channel != channel or known.signed):
        known = None  # who was vouched for once is vouched for again, or is a stranger: computers are shared
    unsigned = _believed(request, people) if identity is None and secret is None else ()
    ignored = [
        field for field in UNSIGNED
        if getattr(request, field) is not None and identity is None and field not in unsigned
    ] + unknown  # fmt: skip
    if request.token is not None and known is None and identity is None:
        ignored.append("token")
    address = f"partner:{identity.partner_id}" if identity else known.address if known else f"visitor:{new_id}"
    claims = _claims(request, identity, unsigned, known.claims if known else Customer(id=""))
    claims = replace(claims, params={**claims.params, **origin})
    wish = _wish(request) or (known.wish if known else Wish())
    visitor = Visitor(channel=channel, address=address, expires=now + LIFE_MS, claims=claims, wish=wish)
    if len(make_token(visitor, vault)) > MAX_TOKEN:
        raise BadInput(("params", "All of it together is too long."))
    return visitor, tuple(ignored)


def _believed(request: VisitRequest, people: People) -> tuple[str, ...]:
    """What of it is taken as the page says it, on a channel that asks for no signature. A partner id said so gives
    the visitor nothing of anybody's: it tells agents and the CRM who this claims to be."""
    trusted = ("vip", "vip_level", "tags") if people.trust_page else ()
    return ("partner_id", *trusted) if people.auto_save or people.trust_page else trusted


def _with_known_fields(request: VisitRequest, people: People) -> tuple[VisitRequest, list[str]]:
    if people.fields is None or not request.fields:
        return request, []
    known = {name: value for name, value in request.fields.items() if name in people.fields}
    unknown = [f"fields.{name}" for name in request.fields if name not in known]
    return replace(request, fields=known), unknown


def make_token(visitor: Visitor, vault: Vault) -> str:
    body = _base64(msgspec.json.encode(visitor))
    return f"{body}.{vault.sign(body.encode(), PURPOSE)}"


def read_token(token: str, vault: Vault, now: int, grace: int = 0) -> Visitor | None:
    """None for a token that is not ours, was changed, or has expired more than `grace` ms ago."""
    body, _, signature = token.partition(".")
    if len(token) > MAX_TOKEN or not token.isascii() or not vault.verify(body.encode(), signature, PURPOSE):
        return None
    visitor = msgspec.json.decode(_unbase64(body), type=Visitor)
    return visitor if now < visitor.expires + grace else None


def merged(known: Customer, visitor: Visitor) -> Customer:
    """What is kept of a customer, with what this visit says of them put over it."""
    said = {field: value for field in Customer.__struct_fields__ if (value := getattr(visitor.claims, field))}
    said["params"] = {**_lasting(known.params), **visitor.claims.params}
    if "tags" in said:
        said["tags"] = tuple(dict.fromkeys((*known.tags, *visitor.claims.tags)))
    return replace(known, **said)


def _identity(request: VisitRequest, secret: Secret | None, now: int) -> Identity | None:
    if request.identity is None:
        return None
    if secret is None:
        raise BadInput(("identity.token", "This channel has no identity secret to check it with."))
    body, _, signature = request.identity.token.rpartition(".")
    expected = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.lower().encode()):
        raise BadInput(("identity.token", "Its signature is not right."))
    try:
        identity = msgspec.json.decode(_unbase64(body), type=Identity)
    except (ValueError, RecursionError) as error:
        raise BadInput(("identity.token", f"It cannot be read: {error}")) from None
    if now >= identity.exp * 1000:
        raise BadInput(("identity.token", "It has expired."))
    return identity


def _claims(request: VisitRequest, identity: Identity | None, unsigned: tuple[str, ...], before: Customer) -> Customer:
    """Signed before said before known."""
    believed = {field: getattr(request, field) for field in unsigned if field != "vip_level"}
    said: dict[str, object] = {
        **believed,
        "name": request.name or request.nickname,
        "nickname": request.nickname,
        "language": language.normal(request.language) if request.language else None,
        "avatar": request.avatar,
        "phone": request.phone,
        "email": request.email,
        "timezone": request.timezone,
        "params": {**_lasting(before.params), **_params(request)},
    }
    if "vip_level" in unsigned and request.vip_level is not None:
        said["params"] = {**_lasting(before.params), **_params(request), "vip_level": str(request.vip_level)}
    if identity is not None:
        vouched = {field: getattr(identity, field) for field in ("partner_id", "name", "phone", "email", "vip", "tags")}
        said |= {field: value for field, value in vouched.items() if value is not None} | {"verified": True}
        if identity.vip_level is not None:
            said["params"] = {**_lasting(before.params), **_params(request), "vip_level": str(identity.vip_level)}
    return replace(before, **{field: value for field, value in said.items() if value is not None})


def _lasting(params: dict[str, str]) -> dict[str, str]:
    """Without what one page asked for: the next one may not."""
    return {key: value for key, value in params.items() if key not in (SERVICE_PARAM, QUEUE_FIRST)}


def _wish(request: VisitRequest) -> Wish | None:
    """None where this visit asks for nobody."""
    asked = request.agent or request.group or request.picked
    return Wish(request.agent, request.group, bool(request.must), request.picked) if asked else None


def _params(request: VisitRequest) -> dict[str, str]:
    """Free and own fields side by side, and the page, under names that theirs cannot take."""
    page = {
        "page.title": request.title, "page.url": request.url, "designated.agent": request.agent,
        QUEUE_FIRST: "yes" if request.queue_first else None,
    }  # fmt: skip
    theirs = {
        **(request.params or {}),
        **{f"field.{key}": value for key, value in (request.fields or {}).items()},
    }
    kept = {key: value for key, value in theirs.items() if not key.startswith(OURS)}
    if request.service is not None:
        kept[SERVICE_PARAM] = request.service
    return {**kept, **{key: value for key, value in page.items() if value is not None}}


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unbase64(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
