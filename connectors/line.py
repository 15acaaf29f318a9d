"""LINE: webhooks of the Messaging API in, reply and push messages out.

What is said comes from developers.line.biz/en/reference/messaging-api; limits and traps from CHANNELS.md §1.3, §2.3.
Group chats are counted, not served.
"""

import asyncio
import base64
import hmac
from collections.abc import Mapping, Sequence
from typing import ClassVar, TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec

from connectors._answers import raise_if_later, read_answer, read_body
from connectors._line_events import ENVELOPE, EXTERNAL, TRANSCODED, read_event
from connectors._signed import signed
from core.channel import (
    Answer,
    Capabilities,
    Delivery,
    Health,
    HookRequest,
    Ignored,
    Inbound,
    MediaLimit,
    Profile,
    Rate,
    Receipt,
    Secret,
    Wire,
)
from core.errors import DeliveryError, Forged, Rejected, Throttled, Uncertain, Unreachable

T = TypeVar("T")

REPLY_SECONDS = 20
"""LINE promises a minute for a reply token; in the field they die after 10 to 30 s, and a push costs only money."""

TELLING_SECONDS = 40
"""How old a token may be for "invalid" to mean that it was used: 20 s when a call began, and the longest call."""

_API = "https://api.line.me"
_DATA = "https://api-data.line.me"
_MB = 1_000_000


class LineSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`data_base` is where media come from; it follows `api_base` unless it is given."""

    channel_secret: Secret
    channel_access_token: Secret
    api_base: str = _API
    data_base: str | None = None

    def __post_init__(self) -> None:
        if not self.channel_secret:  # an empty key is one that anybody can sign with
            raise ValueError("`channel_secret` must not be empty")


# --- what LINE answers -----------------------------------------------------------------------------------------


class _Sent(msgspec.Struct, rename="camel"):
    id: str


class _Accepted(msgspec.Struct, rename="camel"):
    sent_messages: list[_Sent] = []


class _Detail(msgspec.Struct, rename="camel"):
    message: str = ""
    property: str = ""


class _Problem(msgspec.Struct, rename="camel"):
    message: str = ""
    details: list[_Detail] = []


class _Quota(msgspec.Struct, rename="camel"):
    type: str
    value: int | None = None


class _Usage(msgspec.Struct, rename="camel"):
    total_usage: int


class _Bot(msgspec.Struct, rename="camel"):
    display_name: str
    basic_id: str = ""


class _Endpoint(msgspec.Struct, rename="camel"):
    endpoint: str
    active: bool


class _Person(msgspec.Struct, rename="camel"):
    display_name: str | None = None
    picture_url: str | None = None
    language: str | None = None


class _Transcoding(msgspec.Struct, rename="camel"):
    status: str


_ACCEPTED = msgspec.json.Decoder(_Accepted)
_PROBLEM = msgspec.json.Decoder(_Problem)


def _words(answer: Answer) -> str:
    problem = read_answer(_PROBLEM, answer.body) or _Problem()
    details = "; ".join(f"{each.property}: {each.message}" for each in problem.details)
    return (f"{problem.message} ({details})" if details else problem.message)[:300]


def _refuse(answer: Answer) -> None:
    """Raises unless the answer is a success; 429 is a matter of seconds or of the month, which only its words tell."""
    if 200 <= answer.status < 300:
        return
    words = _words(answer)
    if answer.status == 429 and "monthly limit" in words.lower():
        raise Rejected("quota", "the monthly message limit of this LINE account is used up")
    raise_if_later(answer)
    if answer.status in (401, 403):
        raise Rejected("credentials", f"LINE does not accept the channel access token: {words}")
    raise Rejected(str(answer.status), words or f"LINE answered {answer.status}")


def _receipt(answer: Answer, maybe_twice: bool = False) -> Receipt:
    accepted = read_answer(_ACCEPTED, answer.body) or _Accepted()
    return Receipt(message_ids=tuple(each.id for each in accepted.sent_messages), maybe_twice=maybe_twice)


# --- the connector ---------------------------------------------------------------------------------------------


class Line:
    kind: ClassVar[str] = "line"
    title: ClassVar[str] = "LINE"
    Settings: ClassVar[type[msgspec.Struct]] = LineSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=5000,
        text_unit="utf16",
        inbound=frozenset({"text", "image", "video", "audio", "file", "location", "sticker", "chosen", "unsupported"}),
        outbound=frozenset({"text", "image", "video", "audio", "location", "sticker", "choice"}),
        options=13,
        option_label=20,
        choice_text=5000,
        media={
            "image": MediaLimit(("image/jpeg", "image/png"), 10 * _MB),
            "video": MediaLimit(("video/mp4",), 200 * _MB),
            "audio": MediaLimit(("audio/mp4", "audio/x-m4a", "audio/mpeg"), 200 * _MB),
        },
        batch=5,
        reply_token_seconds=REPLY_SECONDS,
        typing=True,
        read_marks=True,
        quotes=True,
        rate=Rate(2000, 2000),  # a second, for each endpoint (Messaging API reference, rate limits)
    )

    def __init__(self, settings: LineSettings) -> None:
        from connectors import _line_messages

        self._requests = _line_messages
        self._secret = settings.channel_secret.encode()
        self._bearer = {"Authorization": f"Bearer {settings.channel_access_token}"}
        self._api = settings.api_base.rstrip("/")
        own = _DATA if self._api == _API else self._api
        self._data = (settings.data_base or own).rstrip("/")

    def verify(self, request: HookRequest) -> None:
        given = request.headers.get("x-line-signature", "")
        true = base64.b64encode(signed(self._secret, request.body))
        if not hmac.compare_digest(given.encode("utf-8", "replace"), true):
            raise Forged("x-line-signature is missing or wrong")

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        events = read_body(ENVELOPE, request.body).events
        if not events:
            return [Ignored(kind="verification")]
        return [said for raw in events for said in read_event(raw)]

    async def deliver(self, delivery: Delivery, wire: Wire) -> Receipt:
        if delivery.token is None or delivery.token_age >= REPLY_SECONDS:
            return await self._push(delivery, wire)
        body, time = self._requests.reply(delivery), asyncio.get_running_loop().time
        began = time()
        answer = await self._post("/v2/bot/message/reply", body, wire)
        if answer.status == 400 and "invalid reply token" in _words(answer).lower():
            if not delivery.uncertain:
                return await self._push_instead(delivery, wire)
            if delivery.token_age + time() - began < TELLING_SECONDS:
                return Receipt()
            return await self._push(delivery, wire)  # this process slept meanwhile: it may just have died of age
        if answer.status >= 500:
            # It may have been sent all the same, and a reply knows no retry key; its token works once and will tell.
            raise Uncertain(str(answer.status), f"LINE answered {answer.status}")
        _refuse(answer)
        return _receipt(answer)

    async def _push_instead(self, delivery: Delivery, wire: Wire) -> Receipt:
        """After a reply that was certainly refused.

        An unclear end of this push must not read as an unclear reply, whose next refusal would count as sent. Its
        retry key makes it safe to begin anew.
        """
        try:
            return await self._push(delivery, wire)
        except Uncertain as error:
            raise Unreachable(error.code, error.reason) from None

    async def _push(self, delivery: Delivery, wire: Wire) -> Receipt:
        """The retry key makes a repeat harmless (409), but it knows nothing of an earlier reply."""
        key = {"X-Line-Retry-Key": str(UUID(delivery.id))}
        answer = await self._post("/v2/bot/message/push", self._requests.push(delivery), wire, key)
        if answer.status != 409:
            _refuse(answer)
        return _receipt(answer, maybe_twice=delivery.uncertain and delivery.token is not None)

    async def check(self, wire: Wire, webhook_url: str) -> Health:
        facts: dict[str, str] = {}
        try:
            bot = await self._get("/v2/bot/info", _Bot, wire)
            facts |= {"bot": f"{bot.display_name} {bot.basic_id}".strip()}
            quota = await self._get("/v2/bot/message/quota", _Quota, wire)
            used = (await self._get("/v2/bot/message/quota/consumption", _Usage, wire)).total_usage
            facts |= {"messages this month": f"{used} of {quota.value}" if quota.value is not None else str(used)}
            hook = await self._endpoint(wire)
        except DeliveryError as error:
            return Health(False, error.reason, facts)
        facts |= {
            "webhook": hook.endpoint if hook else "none",
            "webhook in use": "yes" if hook and hook.active else "no",
        }
        if quota.value is not None and used >= quota.value:
            return Health(False, "the monthly message limit is used up; only replies still go out", facts)
        if hook is None or hook.endpoint != webhook_url:
            return Health(False, f"LINE does not send its webhooks to {webhook_url}", facts)
        return Health(True, None, facts) if hook.active else Health(False, "webhooks are switched off at LINE", facts)

    async def _endpoint(self, wire: Wire) -> _Endpoint | None:
        """None where none is set, which LINE answers with 404."""
        try:
            return await self._get("/v2/bot/channel/webhook/endpoint", _Endpoint, wire)
        except Rejected as error:
            if error.code != "404":
                raise
            return None

    async def register(self, webhook_url: str, wire: Wire) -> None:
        body = msgspec.json.encode({"endpoint": webhook_url})
        headers = {**self._bearer, "Content-Type": "application/json"}
        _refuse(await wire.call("PUT", f"{self._api}/v2/bot/channel/webhook/endpoint", headers, body))

    async def media(self, ref: str, wire: Wire) -> tuple[str, Mapping[str, str]]:
        if ref.startswith(EXTERNAL):
            return ref.removeprefix(EXTERNAL), {}
        address = f"{self._data}/v2/bot/message/{quote(ref.removeprefix(TRANSCODED), safe='')}/content"
        if ref.startswith(TRANSCODED):
            await self._transcoded(address, wire)
        return address, self._bearer

    async def _transcoded(self, address: str, wire: Wire) -> None:
        """Audio and video are there only once LINE has transcoded them."""
        answer = await wire.call("GET", f"{address}/transcoding", self._bearer)
        raise_if_later(answer)
        told = read_answer(msgspec.json.Decoder(_Transcoding), answer.body)
        if told and told.status == "processing":
            raise Throttled("processing", "LINE is still preparing this media", 2.0)
        if told and told.status == "failed":
            raise Rejected("media", "LINE could not prepare this media")

    async def profile(self, address: str, wire: Wire) -> Profile:
        person = await self._get(f"/v2/bot/profile/{quote(address, safe='')}", _Person, wire)
        return Profile(name=person.display_name, language=person.language, avatar=person.picture_url)

    async def typing(self, address: str, read_mark: str | None, wire: Wire) -> None:
        _refuse(await self._post("/v2/bot/chat/loading/start", self._requests.loading(address, 20), wire))

    async def mark_read(self, address: str, read_mark: str, wire: Wire) -> None:
        _refuse(await self._post("/v2/bot/chat/markAsRead", self._requests.mark_as_read(read_mark), wire))

    async def _post(self, path: str, body: bytes, wire: Wire, extra: Mapping[str, str] | None = None) -> Answer:
        headers = {**self._bearer, "Content-Type": "application/json", **(extra or {})}
        return await wire.call("POST", self._api + path, headers, body)

    async def _get(self, path: str, wanted: type[T], wire: Wire) -> T:
        answer = await wire.call("GET", self._api + path, self._bearer)
        _refuse(answer)
        found = read_answer(msgspec.json.Decoder(wanted), answer.body)
        if found is None:
            raise Rejected("unreadable", f"LINE's answer to {path} is not what it documents")
        return found


connector = Line
