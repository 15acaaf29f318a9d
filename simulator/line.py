"""A look-alike of LINE's Messaging API (api.line.me and api-data.line.me in one place) and of a LINE user's phone."""

import base64
import hashlib
import hmac
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from simulator.accounts import Account, Phone, Settings, opened
from simulator.actions import Action
from simulator.courier import Answer, Courier, Post
from simulator.endpoint import Refused, Work, endpoint
from simulator.faults import Fault
from simulator.line_messages import Json, check_messages, options_of, text_of
from simulator.line_webhooks import Accepted, Book, Credentials, event
from simulator.world import World

RETRY_KEY_MS = 24 * 3_600_000
REDELIVERY_SECONDS = (10, 60, 300)


class Line:
    name = "line"
    deadline = 2.0

    def __init__(self, world: World) -> None:
        self.accounts: dict[str, Account[Credentials]] = {}
        self._world = world
        self._courier = Courier(world, self)
        self._book = Book()

    # Accounts and phones

    def account(
        self,
        id: str = "line",
        webhook_url: str | None = None,
        settings: Settings | None = None,
        **credentials: str,
    ) -> Account[Credentials]:
        """`credentials`: channel_secret, channel_access_token, bot_user_id; made up where not given."""
        return self.open_account(id, credentials, webhook_url, settings or Settings())

    def open_account(
        self, id: str, credentials: dict[str, str], webhook_url: str | None, settings: Settings
    ) -> Account[Credentials]:
        ids = self._world.ids
        made_up = {
            "channel_secret": ids.hex(32),
            "channel_access_token": ids.token(172),
            "bot_user_id": "U" + ids.hex(32),
        }
        known = msgspec.convert(made_up | credentials, Credentials)
        fresh = Account(self, self._world, self._courier, id, known, webhook_url, settings)
        return opened(self.accounts, fresh)

    def new_phone(self, account: Account[Any], id: str | None, name: str, language: str) -> Phone:
        return Phone(account, id or "U" + self._world.ids.hex(32), name, language)

    # Webhooks

    def posts(self, account: Account[Any], acts: Sequence[tuple[Phone, Action]]) -> list[Post]:
        events = [event(self._world, self._book, account, phone, action) for phone, action in acts]
        said = next((happened["message"]["id"] for happened in events if "message" in happened), "")
        payload = {"destination": account.credentials.bot_user_id, "events": events}
        return [Post(payload, message_id=said)]

    def encode(self, payload: Any, redelivered: bool) -> bytes:
        mark = {"deliveryContext": {"isRedelivery": redelivered}}
        return msgspec.json.encode(payload | {"events": [known | mark for known in payload["events"]]})

    def sign(self, account: Account[Any], url: str, body: bytes) -> dict[str, str]:
        digest = hmac.new(account.credentials.channel_secret.encode(), body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
            "x-line-signature": base64.b64encode(digest).decode(),
        }

    def retry_in(self, account: Account[Any], attempt: int, answer: Answer) -> float | None:
        """Redelivery is a switch of the account. LINE publishes neither count nor interval; these are ours."""
        if 200 <= answer.status < 300 or not account.settings.redelivery or attempt > len(REDELIVERY_SECONDS):
            return None
        return REDELIVERY_SECONDS[attempt - 1]

    def answered(self, account: Account[Any], answer: Answer) -> None:
        return None

    # The API

    def routes(self) -> list[web.RouteDef]:
        return [
            self._route("POST", "/message/reply", "reply", self._reply),
            self._route("POST", "/message/push", "push", self._push),
            self._route("POST", "/message/multicast", "multicast", self._multicast),
            self._route("POST", "/message/validate/{kind}", "validate", self._validate),
            self._route("POST", "/chat/loading/start", "loading", self._loading),
            self._route("POST", "/chat/markAsRead", "markAsRead", self._mark_as_read),
            self._route("GET", "/info", "info", self._info),
            self._route("GET", "/message/quota", "quota", self._quota),
            self._route("GET", "/message/quota/consumption", "consumption", self._consumption),
            self._route("GET", "/profile/{user}", "profile", self._profile),
            self._route("GET", "/message/{id}/content", "content", self._content),
            self._route("GET", "/message/{id}/content/preview", "content", self._content),
            self._route("GET", "/message/{id}/content/transcoding", "transcoding", self._transcoding),
            self._route("GET", "/channel/webhook/endpoint", "endpoint", self._get_endpoint),
            self._route("PUT", "/channel/webhook/endpoint", "endpoint", self._put_endpoint),
            self._route("POST", "/channel/webhook/test", "test", self._test_endpoint),
        ]

    def _route(self, method: str, path: str, name: str, work: Work) -> web.RouteDef:
        return web.route(method, f"/line/v2/bot{path}", endpoint(self, name, work))

    def authenticate(self, request: web.Request) -> Account[Credentials]:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        for account in self.accounts.values():
            if account.credentials.channel_access_token == token:
                return account
        raise self._refusal(
            401, "Authentication failed. Confirm that the access token in the authorization header is valid."
        )

    def failure(self, fault: Fault) -> web.Response:
        message = {429: "The API rate limit has been exceeded. Try again later."}.get(
            fault.status, "Internal server error" if fault.status >= 500 else "Bad Request"
        )
        response = self._answer(fault.body or {"message": fault.message or message}, fault.status)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(fault.retry_after)
        return response

    def _answer(self, body: Any, status: int = 200) -> web.Response:
        id = str(uuid.UUID(self._world.ids.hex(32)))
        return web.Response(
            body=msgspec.json.encode(body),
            status=status,
            content_type="application/json",
            headers={"X-Line-Request-Id": id},
        )

    def _refusal(self, status: int, message: str, details: list[dict[str, str]] | None = None) -> Refused:
        return Refused(self._answer({"message": message} | ({"details": details} if details else {}), status))

    async def _body(self, request: web.Request) -> Json:
        try:
            return msgspec.json.decode(await request.read(), type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._refusal(400, "The request body could not be parsed as JSON") from None

    def _checked(self, body: Json) -> list[Json]:
        messages: list[Json] = body.get("messages", [])
        if details := check_messages(messages):
            raise self._refusal(400, f"The request body has {len(details)} error(s)", details)
        return messages

    async def _reply(self, account: Account[Any], request: web.Request) -> web.Response:
        body = await self._body(request)
        if "X-Line-Retry-Key" in request.headers:
            raise self._refusal(400, "The retry key is not supported by this endpoint")
        messages = self._checked(body)
        token = self._book.reply_tokens.pop(str(body.get("replyToken")), None)
        if token is None or token.account != account.id or token.expires < self._world.clock.now():
            raise self._refusal(400, "Invalid reply token")
        return self._accept(account, [token.chat], messages, "reply", None)

    async def _push(self, account: Account[Any], request: web.Request) -> web.Response:
        body = await self._body(request)
        key = self._retry_key(account, request)
        messages = self._checked(body)
        to = body.get("to")
        if not isinstance(to, str) or to not in {*account.phones, *account.groups}:
            raise self._refusal(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
        return self._accept(account, [to], messages, "push", key)

    async def _multicast(self, account: Account[Any], request: web.Request) -> web.Response:
        body = await self._body(request)
        key = self._retry_key(account, request)
        messages = self._checked(body)
        to = body.get("to")
        if not isinstance(to, list) or not 1 <= len(to) <= 500:
            raise self._refusal(
                400,
                "The request body has 1 error(s)",
                [{"message": "Size must be between 1 and 500", "property": "to"}],
            )
        return self._accept(account, [str(id) for id in to if id in account.phones], messages, "multicast", key)

    def _retry_key(self, account: Account[Any], request: web.Request) -> str | None:
        """Raises Refused with 409 when the key was accepted within 24 hours."""
        key = request.headers.get("X-Line-Retry-Key")
        if key is None:
            return None
        try:
            uuid.UUID(key)
        except ValueError:
            raise self._refusal(400, "The retry key is invalid: it must be a UUID") from None
        before = self._book.accepted.get((account.id, key))
        if before is None or before.until < self._world.clock.now():
            return key
        account.mailbox.repeats[before.message_id] += 1
        answer = self._answer({"message": "The retry key is already accepted", "sentMessages": before.sent}, 409)
        answer.headers["x-line-accepted-request-id"] = before.request_id
        raise Refused(answer)

    def _accept(
        self, account: Account[Any], to: list[str], messages: list[Json], via: str, key: str | None
    ) -> web.Response:
        if via != "reply":
            self._spend(account, len(to))
        sent = [{"id": self._world.ids.digits(18), "quoteToken": self._world.ids.token(60)} for _ in messages]
        for phone_id in to:
            for message, receipt in zip(messages, sent, strict=True):
                account.keep(
                    phone_id,
                    "business",
                    str(message["type"]),
                    text_of(message),
                    id=receipt["id"],
                    via=via,
                    options=options_of(message),
                    key=key,
                    delivered=phone_id in account.groups or not account.phones[phone_id].blocked,
                    raw=message,
                )
        response = self._answer({"sentMessages": sent} if via != "multicast" else {})
        if key is not None:
            until = self._world.clock.now() + RETRY_KEY_MS
            request_id = response.headers["X-Line-Request-Id"]
            self._book.accepted[account.id, key] = Accepted(request_id, sent, until, sent[0]["id"])
        return response

    def _spend(self, account: Account[Any], recipients: int) -> None:
        """The quota counts recipients, not message objects."""
        used = self._book.pushed.get(account.id, 0)
        if account.settings.quota is not None and used + recipients > account.settings.quota:
            raise self._refusal(429, "You have reached your monthly limit.")
        self._book.pushed[account.id] = used + recipients

    async def _validate(self, account: Account[Any], request: web.Request) -> web.Response:
        self._checked(await self._body(request))
        return self._answer({})

    async def _loading(self, account: Account[Any], request: web.Request) -> web.Response:
        body = await self._body(request)
        chat, seconds = body.get("chatId"), body.get("loadingSeconds", 20)
        if not isinstance(chat, str) or chat not in account.phones:
            raise self._refusal(400, "The property, 'chatId', in the request body is invalid (line: -, column: -)")
        if seconds not in range(5, 61, 5):
            detail = {"message": "Must be a multiple of 5 between 5 and 60", "property": "loadingSeconds"}
            raise self._refusal(400, "The request body has 1 error(s)", [detail])
        account.keep(chat, "business", "typing", "", id="", via="loading", raw=body)
        return self._answer({}, 202)

    async def _mark_as_read(self, account: Account[Any], request: web.Request) -> web.Response:
        token = str((await self._body(request)).get("markAsReadToken"))
        read = account.mailbox.find(self._book.read_tokens.get(token, ""))
        if read is None:
            raise self._refusal(400, "Invalid markAsReadToken")
        account.keep(read.customer, "business", "read", "", id=read.id, via="markAsRead")
        return self._answer({})

    async def _info(self, account: Account[Any], request: web.Request) -> web.Response:
        bot = {
            "userId": account.credentials.bot_user_id,
            "basicId": f"@{account.id}",
            "displayName": account.id,
        }
        return self._answer(bot | {"chatMode": "bot", "markAsReadMode": "manual"})

    async def _quota(self, account: Account[Any], request: web.Request) -> web.Response:
        if account.settings.quota is None:
            return self._answer({"type": "none"})
        return self._answer({"type": "limited", "value": account.settings.quota})

    async def _consumption(self, account: Account[Any], request: web.Request) -> web.Response:
        return self._answer({"totalUsage": self._book.pushed.get(account.id, 0)})

    async def _profile(self, account: Account[Any], request: web.Request) -> web.Response:
        phone = account.phones.get(request.match_info["user"])
        if phone is None or phone.blocked:
            raise self._refusal(404, "Not found")
        return self._answer({"userId": phone.id, "displayName": phone.name, "language": phone.language})

    async def _content(self, account: Account[Any], request: web.Request) -> web.Response:
        media = account.media.get(request.match_info["id"])
        if media is None:
            raise self._refusal(404, "Not found")
        return web.Response(body=media.data, headers={"Content-Type": media.mime})

    async def _transcoding(self, account: Account[Any], request: web.Request) -> web.Response:
        if request.match_info["id"] not in account.media:
            raise self._refusal(404, "Not found")
        return self._answer({"status": "succeeded"})

    async def _get_endpoint(self, account: Account[Any], request: web.Request) -> web.Response:
        if account.webhook_url is None:
            raise self._refusal(404, "Webhook endpoint not found")
        return self._answer({"endpoint": account.webhook_url, "active": True})

    async def _put_endpoint(self, account: Account[Any], request: web.Request) -> web.Response:
        account.webhook_url = str((await self._body(request)).get("endpoint"))
        return self._answer({})

    async def _test_endpoint(self, account: Account[Any], request: web.Request) -> web.Response:
        """Posts an empty list of events, as the console's Verify button does."""
        body = msgspec.json.encode({"destination": account.credentials.bot_user_id, "events": []})
        status = await account.post_raw(body)
        known = {
            "statusCode": status or 0,
            "reason": "OK" if status == 200 else "ERROR",
            "detail": str(status),
        }
        return self._answer({"success": status == 200, "timestamp": "2026-01-01T00:00:00.000Z"} | known)
