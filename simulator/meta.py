"""A look-alike of Meta's WhatsApp Cloud API (graph.facebook.com): messages, statuses, media, templates."""

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from simulator.accounts import Account, Phone, Settings, opened
from simulator.actions import Action
from simulator.courier import Answer, Courier, NoWebhook, Post
from simulator.endpoint import Refused, Work, endpoint
from simulator.faults import Fault
from simulator.kept import Message
from simulator.meta_messages import Invalid, Seen, Template, seen
from simulator.meta_webhooks import (
    Credentials,
    contact_of,
    envelope,
    inbound,
    messages_and_statuses,
    sha256,
    status_of,
    text_of,
    wamid,
)
from simulator.world import World

Json = dict[str, Any]
SEVEN_DAYS = 7 * 24 * 3600
TITLES = {
    4: "Application request limit reached",
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
}
TRANSIENT = frozenset({4, 80007, 130429, 131000, 131016, 131056})


class Meta:
    name = "meta"
    deadline = 20.0

    def __init__(self, world: World) -> None:
        self.accounts: dict[str, Account[Credentials]] = {}
        self._world = world
        self._courier = Courier(world, self)
        self._templates: defaultdict[str, list[Template]] = defaultdict(list)
        self._reported: dict[str, str] = {}

    # Accounts and phones

    def account(
        self,
        id: str = "meta",
        webhook_url: str | None = None,
        settings: Settings | None = None,
        **credentials: str,
    ) -> Account[Credentials]:
        """`credentials`: phone_number_id, access_token, app_secret, verify_token, waba_id, display_phone_number."""
        return self.open_account(id, credentials, webhook_url, settings or Settings())

    def open_account(
        self, id: str, credentials: dict[str, str], webhook_url: str | None, settings: Settings
    ) -> Account[Credentials]:
        ids = self._world.ids
        made_up = {
            "phone_number_id": ids.digits(15),
            "access_token": "EAA" + ids.token(60),
            "app_secret": ids.hex(32),
            "verify_token": ids.token(20),
            "waba_id": ids.digits(15),
            "display_phone_number": f"1555{ids.digits(7)}",
        }
        known = msgspec.convert(made_up | credentials, Credentials)
        return opened(self.accounts, Account(self, self._world, self._courier, id, known, webhook_url, settings))

    def new_phone(self, account: Account[Any], id: str | None, name: str, language: str) -> Phone:
        number = (id or f"1650{self._world.ids.digits(7)}").lstrip("+")
        return Phone(account, number, name, language, alias=f"US.{self._world.ids.digits(20)}")

    def template(
        self,
        account: Account[Credentials],
        name: str,
        body: str,
        language: str = "en",
        buttons: Sequence[str] = (),
    ) -> Template:
        made = Template(self._world.ids.digits(16), name, language, body, tuple(buttons))
        self._templates[account.id].append(made)
        return made

    async def verify(self, account: Account[Credentials], token: str | None = None) -> bool:
        """Meta's GET when a webhook URL is entered: true when the challenge came back as plain text."""
        if account.webhook_url is None:
            raise NoWebhook(f"The account {account.id} has no webhook URL")
        challenge = self._world.ids.digits(10)
        query = {"hub.mode": "subscribe", "hub.verify_token": token or account.credentials.verify_token}
        async with self._world.session.get(
            account.webhook_url, params=query | {"hub.challenge": challenge}
        ) as response:
            return response.status == 200 and await response.text() == challenge

    # Webhooks

    def posts(self, account: Account[Any], acts: Sequence[tuple[Phone, Action]]) -> list[Post]:
        said, readers = messages_and_statuses(acts)
        messages = [self._said(account, phone, action) for phone, action in said]
        contacts = [contact_of(phone) for phone in {phone.id: phone for phone, _ in said}.values()]
        statuses = [self._mark(phone, message, "read") for phone in readers for message in self._unread(phone)]
        if not messages and not statuses:
            return []
        payload = envelope(account.credentials, messages, contacts, statuses)
        return [Post(payload, message_id=messages[0]["id"] if messages else statuses[0]["id"])]

    def _said(self, account: Account[Credentials], phone: Phone, action: Action) -> Json:
        message = inbound(self._world, account, phone, action, f"{self._world.url}/meta")
        phone.wrote_at = self._world.clock.now()
        quoted = message.get("context", {}).get("id")
        account.keep(
            phone.id,
            "customer",
            message["type"],
            text_of(action, message),
            id=message["id"],
            reply_to=quoted,
            raw=message,
        )
        return message

    def encode(self, payload: Any, redelivered: bool) -> bytes:
        """Meta escapes everything beyond ASCII, and slashes: only the raw bytes verify."""
        return json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()

    def sign(self, account: Account[Any], url: str, body: bytes) -> dict[str, str]:
        digest = hmac.new(account.credentials.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": f"sha256={digest}",
        }

    def retry_in(self, account: Account[Any], attempt: int, answer: Answer) -> float | None:
        """Ever slower for seven days; Meta publishes no table. Ours doubles from 5 s to an hour."""
        waited: float = sum(min(5.0 * 2**step, 3600.0) for step in range(attempt - 1))
        if answer.status == 200 or waited > SEVEN_DAYS:
            return None
        pause: float = min(5.0 * 2 ** (attempt - 1), 3600.0)
        return pause

    def answered(self, account: Account[Any], answer: Answer) -> None:
        return None

    def _unread(self, phone: Phone) -> list[Message]:
        return [m for m in phone.received if self._reported.get(m.id) in ("sent", "delivered")]

    def _mark(self, phone: Phone, message: Message, status: str, error: Json | None = None) -> Json:
        self._reported[message.id] = status
        return status_of(self._world, phone, message, status, error)

    async def _report(self, account: Account[Credentials], message: Message, failure: int) -> None:
        """The statuses of one message, one POST each."""
        phone = account.phones.get(message.customer) or self.new_phone(account, message.customer, "", "en")
        steps = ["sent", "delivered", "read"]
        told = steps[: ["none", "sent", "delivered", "read"].index(account.settings.receipts)]
        for status in ["failed"] if failure else told:
            await self._world.pause(0.2)
            if account.webhook_url is None or self._reported.get(message.id) == "read":
                return
            error = self._error(failure, None) if failure else None
            mark = self._mark(phone, message, status, error)
            post = Post(envelope(account.credentials, [], [], [mark]), message_id=message.id)
            await account.dispatch([post])

    # The API

    def routes(self) -> list[web.RouteDef]:
        return [
            *self._route("POST", "/{node}/messages", "messages", self._send),
            *self._route("POST", "/{node}/media", "upload", self._upload),
            *self._route("GET", "/{node}/message_templates", "templates", self._list_templates),
            *self._route("GET", "/{node}/phone_numbers", "phone_numbers", self._list_numbers),
            *self._route("POST", "/{node}/subscribed_apps", "subscribed_apps", self._subscribe),
            *self._route("GET", r"/{node:\d+}", "node", self._node),
            web.get("/meta/media-download/{media}", endpoint(self, "download", self._download)),
        ]

    def _route(self, method: str, path: str, name: str, work: Work) -> list[web.RouteDef]:
        """With and without an API version in front."""
        handler = endpoint(self, name, work)
        return [web.route(method, f"/meta{version}{path}", handler) for version in ("", r"/{version:v\d+\.\d+}")]

    def authenticate(self, request: web.Request) -> Account[Credentials]:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        for account in self.accounts.values():
            if account.credentials.access_token == token:
                return account
        raise self._refusal(401, 190)

    def failure(self, fault: Fault) -> web.Response:
        code = fault.code or {429: 130429, 401: 190}.get(fault.status, 131000 if fault.status >= 500 else 131009)
        response = self._refusal(fault.status, code, fault.message).response
        if fault.body is not None:
            response = _json(fault.body, fault.status)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(fault.retry_after)
        return response

    def _error(self, code: int, details: str | None) -> Json:
        title = TITLES.get(code, "Something went wrong")
        data = {"messaging_product": "whatsapp", "details": details or title}
        return {"code": code, "title": title, "message": title, "error_data": data}

    def _refusal(self, status: int, code: int, details: str | None = None) -> Refused:
        error = self._error(code, details)
        error |= {
            "message": error["title"] if code == 190 else f"(#{code}) {error['title']}",
            "type": "OAuthException",
            "fbtrace_id": self._world.ids.token(23),
        }
        error.pop("title")
        if code == 190:
            error.pop("error_data")
        if code in TRANSIENT:
            error["is_transient"] = True
        return Refused(_json({"error": error}, status))

    def _unknown_node(self, node: str) -> Refused:
        text = f"Unsupported request. Object with ID '{node}' does not exist, or cannot be loaded"
        return self._refusal(400, 100, text)

    async def _send(self, account: Account[Credentials], request: web.Request) -> web.Response:
        if request.match_info["node"] != account.credentials.phone_number_id:
            raise self._unknown_node(request.match_info["node"])
        body = await self._body(request)
        if body.get("messaging_product") != "whatsapp":
            raise self._refusal(400, 100, "The parameter messaging_product is required.")
        if body.get("status") == "read":
            return self._read(account, body)
        try:
            shown = seen(body, self._templates[account.id])
        except Invalid as invalid:
            status = 404 if invalid.code == 132001 else 400
            raise self._refusal(status, invalid.code, invalid.details) from None
        return self._accept(account, body, shown)

    async def _body(self, request: web.Request) -> Json:
        try:
            return msgspec.json.decode(await request.read(), type=dict[str, Any])
        except msgspec.DecodeError:
            raise self._refusal(400, 100, "The body must be JSON") from None

    def _recipient(self, account: Account[Credentials], body: Json) -> tuple[str, str]:
        """What was asked for, and the phone's number; a user_id is accepted in place of the number."""
        to = body.get("to") or body.get("recipient")
        if not isinstance(to, str) or not to:
            raise self._refusal(400, 100, "The parameter to is required.")
        for phone in account.phones.values():
            if to == phone.alias:
                return to, phone.id
        return to, "".join(letter for letter in to if letter.isdigit())

    def _accept(self, account: Account[Credentials], body: Json, shown: Seen) -> web.Response:
        to, number = self._recipient(account, body)
        phone = account.phones.get(number)
        if shown.kind != "template" and phone is not None and not phone.window_open():
            failure = 131047
        else:
            failure = 131026 if phone is None or phone.blocked else 0
        message = account.keep(
            number,
            "business",
            shown.kind,
            shown.text,
            id=wamid(self._world),
            via="messages",
            options=shown.options,
            key=body.get("biz_opaque_callback_data"),
            reply_to=body.get("context", {}).get("message_id"),
            delivered=not failure,
            raw=body,
        )
        if shown.kind != "reaction":
            self._world.spawn(self._report(account, message, failure))
        contact = {"input": to, "wa_id": number}
        accepted = {"id": message.id} | ({"message_status": "accepted"} if shown.kind == "template" else {})
        return _json({"messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted]})

    def _read(self, account: Account[Credentials], body: Json) -> web.Response:
        message = account.mailbox.find(str(body.get("message_id")))
        if message is None or message.side != "customer":
            raise self._refusal(400, 100, "Invalid message_id")
        account.keep(message.customer, "business", "read", "", id=message.id, via="messages", raw=body)
        if "typing_indicator" in body:
            account.keep(message.customer, "business", "typing", "", id=message.id, via="messages", raw=body)
        return _json({"success": True})

    async def _upload(self, account: Account[Credentials], request: web.Request) -> web.Response:
        form = await request.post()
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, web.FileField):
            raise self._refusal(400, 100, "messaging_product and file are required")
        media = account.add_media(
            self._world.ids.digits(16),
            file.file.read(),
            str(form.get("type") or file.content_type),
            file.filename,
        )
        return _json({"id": media.id})

    async def _list_templates(self, account: Account[Credentials], request: web.Request) -> web.Response:
        if request.match_info["node"] != account.credentials.waba_id:
            raise self._unknown_node(request.match_info["node"])
        listed = [template.listed() for template in self._templates[account.id]]
        return _json({"data": listed, "paging": {"cursors": {"before": "MAZDZD", "after": "MjQZD"}}})

    async def _list_numbers(self, account: Account[Credentials], request: web.Request) -> web.Response:
        if request.match_info["node"] != account.credentials.waba_id:
            raise self._unknown_node(request.match_info["node"])
        return _json({"data": [self._number(account)]})

    async def _subscribe(self, account: Account[Credentials], request: web.Request) -> web.Response:
        return _json({"success": True})

    @staticmethod
    def _number(account: Account[Credentials]) -> Json:
        own = account.credentials
        return {
            "id": own.phone_number_id,
            "display_phone_number": f"+{own.display_phone_number}",
            "verified_name": account.id,
            "quality_rating": "GREEN",
            "code_verification_status": "VERIFIED",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
        }

    async def _node(self, account: Account[Credentials], request: web.Request) -> web.Response:
        """A phone number or a media id: one name space, as in the Graph API."""
        node = request.match_info["node"]
        if node == account.credentials.phone_number_id:
            return _json(self._number(account))
        if node == account.credentials.waba_id:
            return _json({"id": node, "name": account.id})
        media = account.media.get(node)
        if media is None:
            raise self._unknown_node(node)
        about = {"mime_type": media.mime, "sha256": sha256(media.data), "file_size": len(media.data)}
        url = f"{self._world.url}/meta/media-download/{node}"
        return _json({"messaging_product": "whatsapp", "url": url, "id": node} | about)

    async def _download(self, account: Account[Credentials], request: web.Request) -> web.Response:
        media = account.media.get(request.match_info["media"])
        if media is None:
            raise Refused(web.Response(status=404))
        return web.Response(body=media.data, headers={"Content-Type": media.mime})


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
