"""WhatsApp through Twilio: signed forms in, the Messages API out through the SDK's client over our `Wire`.

Limits and traps: CHANNELS.md §1.1 and §2.1. What the webhooks say is read in `_twilio_webhooks`.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from connectors import _whatsapp as wa
from connectors._twilio import API, TwilioHttp, basic, is_twilio, understood
from connectors._twilio_webhooks import Form, read_form, read_webhook, retold
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
from core.errors import DeliveryError, Forged, Rejected, Unreadable
from core.fit import filled
from core.message import (
    Audio,
    Content,
    File,
    Image,
    Location,
    Template,
    Text,
    Video,
    kind_of,
)

_FORM = "application/x-www-form-urlencoded"
_MISSED_AT_MOST = 500  # of each direction: one page


class TwilioSettings(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """`from` or `messaging_service_sid` says who writes. `api_base` stands for all of Twilio's hosts."""

    account_sid: str
    auth_token: Secret
    from_: Annotated[str, msgspec.Meta(pattern=r"^whatsapp:\+[0-9]+$")] | None = None
    messaging_service_sid: str | None = None
    api_base: str = API

    def __post_init__(self) -> None:
        if not self.auth_token:  # an empty key is one that anybody can sign with
            raise ValueError("must not be empty - at `$.auth_token`")
        if bool(self.from_) == bool(self.messaging_service_sid):
            raise ValueError("Give either `from` or `messaging_service_sid` - at `$.from`")


class WhatsApp:
    kind: ClassVar[str] = "whatsapp"
    title: ClassVar[str] = "WhatsApp (Twilio)"
    Settings: ClassVar[type[msgspec.Struct]] = TwilioSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=1600,
        text_unit="utf16",  # Twilio does not say which; this one never exceeds the other
        inbound=frozenset({"text", "image", "audio", "video", "file", "location", "sticker", "chosen", "unsupported"}),
        outbound=frozenset({"text", "image", "audio", "video", "file", "location", "template"}),
        media={
            "image": MediaLimit(wa.IMAGES, 5 * wa.MB, wa.CAPTION),
            "audio": MediaLimit(wa.AUDIO, 16 * wa.MB),
            "video": MediaLimit(wa.VIDEOS, 16 * wa.MB, wa.CAPTION),
            "file": MediaLimit(wa.DOCUMENTS, 16 * wa.MB),  # a document's Body would be lost
        },
        window_seconds=wa.WINDOW_SECONDS,
        statuses=frozenset({"queued", "sent", "delivered", "read", "failed"}),
        typing=True,
        templates=True,
        redelivers_seconds=86_400,
        rate=Rate(80, 80),
    )

    def __init__(self, settings: TwilioSettings) -> None:
        """Imports the SDK: it takes 0.1 s, and the first reply should not wait for it."""
        import twilio.rest  # noqa: F401 - for its time alone; who uses it imports it again
        from twilio.request_validator import RequestValidator

        self._settings = settings
        self._validator = RequestValidator(settings.auth_token)

    def verify(self, request: HookRequest) -> None:
        """HMAC over the URL and the fields, or over a URL that holds the body's hash."""
        given = request.headers.get("x-twilio-signature", "")
        if not given:
            raise Forged("the X-Twilio-Signature header is missing")
        fields = self._signed_fields(request)
        settings = request.headers.get("x-twilio-webhooks-signature-settings", "")
        try:
            expected = self._signatures(request.url, fields, settings)
        except ValueError:
            raise Forged("this algorithm or URL cannot be signed") from None
        matches = [hmac.compare_digest(each.encode(), given.encode(errors="replace")) for each in expected]
        if not any(matches):
            raise Forged("the signature does not match")

    def _signed_fields(self, request: HookRequest) -> Form:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
            try:
                return read_form(request.body)
            except ValueError:
                raise Unreadable("the body is not a form in UTF-8") from None
        try:
            hashes = parse_qs(urlsplit(request.url).query).get("bodySHA256", [""])
        except ValueError:
            raise Forged("the webhook's URL cannot be read") from None
        body_hash = hashlib.sha256(request.body).hexdigest()
        if not hmac.compare_digest(body_hash.encode(), hashes[0].encode(errors="replace")):
            raise Forged("the URL does not hold the hash of the body")
        return Form()

    def _signatures(self, url: str, fields: Form, settings: str) -> list[str]:
        """Twilio signs the URL with its port or without: either may be the one. Raises ValueError."""
        from twilio.request_validator import add_port, get_signature_algorithm, remove_port

        algorithm, parts = get_signature_algorithm(settings), urlsplit(url)
        sign = self._validator.compute_signature
        return [str(sign(form(parts), fields, algorithm)) for form in (remove_port, add_port)]

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        return read_webhook(request)

    async def deliver(self, delivery: Delivery, wire: Wire) -> Receipt:
        """Twilio takes no key for repeats: after an uncertain attempt its list of messages is asked first."""
        content = delivery.parts[0].content
        fields = _fields(content)
        if delivery.uncertain and (found := await self._found(delivery, content, wire)):
            return Receipt(message_ids=found[:1], maybe_twice=len(found) > 1 or delivery.tries > 1)
        own = self._settings
        sender = {"from_": own.from_} if own.from_ else {"messaging_service_sid": own.messaging_service_sid}
        callback = {"status_callback": delivery.callback_url} if delivery.callback_url else {}
        messages = self._client(wire).messages
        made = await understood(messages.create_async(to=delivery.address, **sender, **callback, **fields))
        return Receipt(message_ids=(made.sid,) if made.sid else (), maybe_twice=delivery.uncertain)

    async def _found(self, delivery: Delivery, content: Content, wire: Wire) -> tuple[str, ...]:
        """The ids of what was sent to this address since we first tried, if it reads the same: more than one, if an
        attempt that seemed lost was only slow.

        Not filtered by the provider's `DateSent`: what still waits there has none.
        """
        body = _reads(content)
        if body is None or not delivery.began:
            return ()
        listed = self._client(wire).messages.list_async(to=delivery.address, limit=20)
        return tuple(
            str(message.sid)
            for message in await understood(listed)
            if str(message.direction).startswith("outbound")
            and (message.body or "").strip() == body.strip()
            and _since(message.date_created, delivery.began)
        )

    async def missed(self, since: int, known: Callable[[str], Awaitable[bool]], wire: Wire) -> Sequence[Inbound]:
        """Twilio calls once, and keeps the message: docs/messaging/api/message-resource. What it does not keep is who
        the sender is by name, where a location is, and which button was pressed (its text is there)."""
        own, messages = self._settings, self._client(wire).messages
        after = datetime.fromtimestamp(since / 1000, UTC)
        listed: list[Any] = []
        for which in ({"to": own.from_}, {"from_": own.from_}) if own.from_ else ({},):
            listed += await understood(messages.list_async(**which, date_sent_after=after, limit=_MISSED_AT_MOST))
        told: list[Inbound] = []
        listed.reverse()  # each list has its newest first, and times are whole seconds
        for message in sorted(listed, key=_sent_at):
            if own.from_ or message.messaging_service_sid == own.messaging_service_sid:
                told += retold(message, _sent_at(message), await self._files(message, known, wire))
        return told

    async def _files(self, message: Any, known: Callable[[str], Awaitable[bool]], wire: Wire) -> list[tuple[str, str]]:
        """Address and type of each file of a customer's message that is not here."""
        if message.direction != "inbound" or message.num_media in (None, "0") or await known(message.sid):
            return []
        listed = await understood(self._client(wire).messages(message.sid).media.list_async(limit=10))
        base = self._settings.api_base.rstrip("/")
        return [(base + str(file.uri).removesuffix(".json"), str(file.content_type)) for file in listed]

    async def check(self, wire: Wire, webhook_url: str) -> Health:
        sid = self._settings.account_sid
        try:
            account = await understood(self._client(wire).api.v2010.accounts(sid).fetch_async())
        except DeliveryError as error:
            return Health(False, error.reason)
        status = str(account.status)
        facts = {"account": str(account.friendly_name or sid), "status": status, "webhook": webhook_url}
        return Health(True, facts=facts) if status == "active" else Health(False, f"the account is {status}", facts)

    async def templates(self, wire: Wire) -> Sequence[TemplateInfo]:
        """Those that WhatsApp approved: no other may be sent outside the 24 hours."""
        listed = await understood(self._client(wire).content.v1.content_and_approvals.list_async(limit=500))
        return [_template(each) for each in listed if (each.approval_requests or {}).get("status") == "approved"]

    async def typing(self, address: str, read_mark: str | None, wire: Wire) -> None:
        """Twilio shows it for up to 25 s, and marks the message as read by the way."""
        if read_mark:
            indicator = self._client(wire).messaging.v2.typing_indicator
            await understood(indicator.create_async(channel="whatsapp", message_id=read_mark))

    async def media(self, ref: str, wire: Wire) -> tuple[str, Mapping[str, str]]:
        own = self._settings
        if is_twilio(ref) or ref.startswith(own.api_base.rstrip("/") + "/"):
            return ref, {"authorization": basic(own.account_sid, own.auth_token)}
        raise Rejected("host", "the file is not at Twilio")

    def _client(self, wire: Wire) -> Any:
        """0.1 ms to make, so one for each call; `environment` keeps the SDK from looking at the process's."""
        from twilio.rest import Client

        own = self._settings
        http = TwilioHttp(wire, own.api_base)
        return Client(own.account_sid, own.auth_token, http_client=http, environment={"TWILIO_REGION": ""})


def _fields(content: Content) -> dict[str, Any]:
    """The SDK's arguments for a content; raises `Rejected` for what was not fitted to this channel."""
    match content:
        case Text(text=text):
            return {"body": text}
        case Image(url=str(url)) | Audio(url=str(url)) | Video(url=str(url)) | File(url=str(url)):
            return {"media_url": [url]} | ({"body": content.caption} if content.caption else {})
        case Location():
            label = ", ".join(part for part in (content.title, content.address) if part)
            place = f"geo:{content.latitude},{content.longitude}"
            return {"body": _reads(content), "persistent_action": [f"{place}|{label}" if label else place]}
        case Template(name=name, variables=variables):
            numbered = {str(number): value for number, value in enumerate(variables, 1)}
            given = {"content_variables": msgspec.json.encode(numbered).decode()} if numbered else {}
            return {"content_sid": name, **given}
        case _:
            raise Rejected("unsupported", f"{kind_of(content)} cannot be sent through Twilio")


def _reads(content: Content) -> str | None:
    """The Body of the message at Twilio; None for a template whose text we do not know."""
    match content:
        case Text(text=text):
            return text
        case Location():
            return content.title or content.address or f"{content.latitude},{content.longitude}"
        case Template():
            return filled(content) if content.text else None
        case Image() | Audio() | Video() | File():
            return content.caption or ""
        case _:
            return None


def _since(created: object, began: int) -> bool:
    """Twilio's times are whole seconds, cut off: one of the same second may be ours."""
    return isinstance(created, datetime) and int(created.timestamp() * 1000) + 999 >= began


def _sent_at(message: Any) -> int:
    """Milliseconds. What still waits at Twilio was made, but not sent."""
    moment: object = message.date_sent or message.date_created
    return int(moment.timestamp() * 1000) if isinstance(moment, datetime) else 0


def _template(found: Any) -> TemplateInfo:
    kinds: Mapping[str, Any] = found.types or {}
    shown: Mapping[str, Any] = kinds.get("twilio/text") or next(iter(kinds.values()), {})
    text = shown.get("body") or shown.get("title") or found.friendly_name
    return TemplateInfo(str(found.sid), str(found.language), str(text), len(found.variables or {}))


connector = WhatsApp
