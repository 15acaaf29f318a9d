"""WhatsApp through Meta's Cloud API: signed webhooks in, plain HTTP out (Meta has no SDK for it).

Limits and traps: CHANNELS.md §1.2 and §2.2. What webhooks say is read in `_meta_webhooks`.
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from connectors import _whatsapp as wa
from connectors._meta import call
from connectors._meta_messages import message, places
from connectors._meta_webhooks import read_webhook
from connectors._signed import signed
from core.channel import (
    Capabilities,
    Delivery,
    Health,
    HookRequest,
    Inbound,
    MediaLimit,
    Rate,
    Receipt,
    Secret,
    TemplateInfo,
    Wire,
)
from core.errors import DeliveryError, Forged, Rejected

_API = "https://graph.facebook.com/v23.0"
_MEDIA_HOST = "lookaside.fbsbx.com"
_MOST_PAGES = 10

T = TypeVar("T")
_Word = Annotated[str, msgspec.Meta(min_length=1)]


class CloudSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`waba_id`, the business account, is needed for the list of templates alone."""

    phone_number_id: _Word
    access_token: Secret
    app_secret: Secret
    verify_token: Secret
    waba_id: str | None = None
    api_base: str = _API

    def __post_init__(self) -> None:
        for name in ("access_token", "app_secret", "verify_token"):
            if not getattr(self, name):  # an empty key is one that anybody can sign with
                raise ValueError(f"must not be empty - at `$.{name}`")


class _Id(msgspec.Struct):
    id: str | None = None


class _Contact(msgspec.Struct):
    user_id: str | None = None


class _Taken(msgspec.Struct):
    messages: list[_Id] = []
    contacts: list[_Contact] = []


class _Component(msgspec.Struct):
    type: str = ""
    text: str = ""


class _Template(msgspec.Struct):
    name: str
    language: str
    status: str = ""
    components: list[_Component] = []


class WhatsAppCloud:
    kind: ClassVar[str] = "whatsapp-cloud"
    title: ClassVar[str] = "WhatsApp (Meta Cloud API)"
    Settings: ClassVar[type[msgspec.Struct]] = CloudSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=4096,
        text_unit="utf16",  # Meta does not say which; this one never exceeds the other
        inbound=frozenset(
            {
                "text",
                "image",
                "audio",
                "video",
                "file",
                "location",
                "sticker",
                "contact",
                "chosen",
                "reaction",
            }
            | {"unsupported"}
        ),
        outbound=frozenset(
            {
                "text",
                "image",
                "audio",
                "video",
                "file",
                "location",
                "sticker",
                "contact",
                "choice",
                "reaction",
            }
            | {"template"}
        ),
        options=10,
        option_label=20,
        choice_text=1024,
        media={
            "image": MediaLimit(wa.IMAGES, 5 * wa.MB, wa.CAPTION),
            "audio": MediaLimit(wa.AUDIO, 16 * wa.MB),
            "video": MediaLimit(wa.VIDEOS, 16 * wa.MB, wa.CAPTION),
            "file": MediaLimit(wa.DOCUMENTS, 100 * wa.MB, wa.CAPTION),
        },
        window_seconds=wa.WINDOW_SECONDS,
        statuses=frozenset({"sent", "delivered", "read", "failed"}),
        typing=True,
        read_marks=True,
        templates=True,
        quotes=True,
        confirms_by_status_seconds=30,
        rate=Rate(80, 80),
        rate_per_address=Rate(1 / 6, 45),
    )

    def __init__(self, settings: CloudSettings) -> None:
        self._settings = settings
        self._base = settings.api_base.rstrip("/")
        self._number = f"{self._base}/{quote(settings.phone_number_id, safe='')}"

    def challenge(self, request: HookRequest) -> bytes:
        query = request.query
        given = query.get("hub.verify_token", "").encode(errors="replace")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(given, self._settings.verify_token.encode()):
            raise Forged("the verify token does not match")
        return query.get("hub.challenge", "").encode(errors="replace")

    def verify(self, request: HookRequest) -> None:
        """Over the raw bytes: Meta escapes what is not ASCII, and writing the JSON again would not."""
        given = request.headers.get("x-hub-signature-256", "")
        expected = "sha256=" + signed(self._settings.app_secret.encode(), request.body).hex()
        if not hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
            raise Forged("the signature is missing or does not match")

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        return list(read_webhook(request.body, self._settings.phone_number_id))

    async def deliver(self, delivery: Delivery, wire: Wire) -> Receipt:
        """Meta takes no key for repeats; `biz_opaque_callback_data` comes back with each status instead."""
        part = delivery.parts[0]
        kind, body = message(part.content)
        request = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            _recipient(delivery.address): delivery.address,
            "type": kind,
            kind: body,
            "biz_opaque_callback_data": delivery.id,
        }
        if part.quote and kind != "reaction":
            request["context"] = {"message_id": part.quote}
        taken = _read(_Taken, await self._call(wire, "POST", f"{self._number}/messages", request)) or _Taken()
        return Receipt(
            message_ids=tuple(each.id for each in taken.messages if each.id),
            maybe_twice=delivery.uncertain,
            address=_moved(delivery.address, taken.contacts),
        )

    async def typing(self, address: str, read_mark: str | None, wire: Wire) -> None:
        """Meta shows it for up to 25 s, and marks the message as read by the way."""
        if read_mark:
            await self._read_up_to(read_mark, wire, typing_indicator={"type": "text"})

    async def mark_read(self, address: str, read_mark: str, wire: Wire) -> None:
        await self._read_up_to(read_mark, wire)

    async def _read_up_to(self, message_id: str, wire: Wire, **more: object) -> None:
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id, **more}
        await self._call(wire, "POST", f"{self._number}/messages", body)

    async def check(self, wire: Wire, webhook_url: str) -> Health:
        fields = "display_phone_number,verified_name,quality_rating"
        try:
            found = await self._call(wire, "GET", f"{self._number}?fields={fields}")
        except DeliveryError as error:
            return Health(False, error.reason)
        named = {"number": "display_phone_number", "name": "verified_name", "quality": "quality_rating"}
        facts = {fact: str(found[field]) for fact, field in named.items() if field in found}
        return Health(True, facts={**facts, "webhook": webhook_url})

    async def templates(self, wire: Wire) -> Sequence[TemplateInfo]:
        """The approved ones; none if the business account is not set."""
        waba_id, listed, after = self._settings.waba_id, list[TemplateInfo](), ""
        for _ in range(_MOST_PAGES if waba_id else 0):
            query = urlencode({"status": "APPROVED", "limit": 100} | ({"after": after} if after else {}))
            url = f"{self._base}/{quote(waba_id or '', safe='')}/message_templates?{query}"
            page = await self._call(wire, "GET", url)
            rows = page.get("data")
            listed += [info for row in (rows if isinstance(rows, list) else ()) if (info := _template(row))]
            after = _next(page.get("paging"))
            if not after:
                break
        return listed

    async def media(self, ref: str, wire: Wire) -> tuple[str, Mapping[str, str]]:
        """The address is good for five minutes, and wants the same token."""
        found = await self._call(wire, "GET", f"{self._base}/{quote(ref, safe='')}")
        url = str(found.get("url", ""))
        if not self._is_metas(url):
            raise Rejected("host", "the file is not at Meta")
        return url, {"authorization": f"Bearer {self._settings.access_token}", "user-agent": "Frontdesk"}

    def _is_metas(self, url: str) -> bool:
        try:
            parts, own = urlsplit(url), urlsplit(self._base)
        except ValueError:
            return False
        return (parts.scheme, parts.netloc) in ((own.scheme, own.netloc), ("https", _MEDIA_HOST))

    async def _call(self, wire: Wire, method: str, url: str, body: object = None) -> dict[str, Any]:
        return await call(wire, method, url, self._settings.access_token, body)


def _recipient(address: str) -> str:
    """A phone number goes by `to`, a user id by `recipient` (…/whatsapp/business-scoped-user-ids)."""
    return "to" if address.removeprefix("+").isdecimal() else "recipient"


def _moved(address: str, contacts: list[_Contact]) -> str | None:
    """The user id that took the place of the one we wrote to."""
    if _recipient(address) == "to" or not contacts:
        return None
    now = contacts[0].user_id
    return now if now and now != address else None


def _read(wanted: type[T], value: object) -> T | None:
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return None


def _template(row: object) -> TemplateInfo | None:
    found = _read(_Template, row)
    if found is None or found.status != "APPROVED":
        return None
    text = next((part.text for part in found.components if part.type == "BODY"), found.name)
    return TemplateInfo(found.name, found.language, text, len(places(text)))


def _next(paging: object) -> str:
    """The cursor of the next page, "" if this was the last. Meta's `next` holds the token: not used."""
    if not isinstance(paging, dict) or "next" not in paging:
        return ""
    cursors = paging.get("cursors")
    return str(cursors.get("after", "")) if isinstance(cursors, dict) else ""


connector = WhatsAppCloud
