"""A look-alike of Twilio's API for WhatsApp: messages, status callbacks, media, content templates, typing."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from simulator import actions as do
from simulator.accounts import Account, Phone, Settings, opened
from simulator.actions import Action
from simulator.courier import Answer, Courier, Post
from simulator.endpoint import Refused, Work, endpoint
from simulator.faults import Fault
from simulator.kept import Message
from simulator.twilio_content import Rendered, Template, problems, render
from simulator.twilio_webhooks import Credentials, Params, inbound, signature
from simulator.world import World

Json = dict[str, Any]
FORM = "application/x-www-form-urlencoded; charset=utf-8"
MESSAGES = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
}


class Twilio:
    name = "twilio"
    deadline = 15.0

    def __init__(self, world: World) -> None:
        self.accounts: dict[str, Account[Credentials]] = {}
        self._world = world
        self._courier = Courier(world, self)
        self._resources: dict[str, Json] = {}
        self._templates: dict[str, Template] = {}

    # Accounts and phones

    def account(
        self,
        id: str = "twilio",
        webhook_url: str | None = None,
        settings: Settings | None = None,
        **credentials: str,
    ) -> Account[Credentials]:
        """`credentials`: account_sid, auth_token, sender, messaging_service_sid, api_key, api_secret."""
        return self.open_account(id, credentials, webhook_url, settings or Settings())

    def open_account(
        self, id: str, credentials: dict[str, str], webhook_url: str | None, settings: Settings
    ) -> Account[Credentials]:
        ids = self._world.ids
        made_up = {
            "account_sid": "AC" + ids.hex(32),
            "auth_token": ids.hex(32),
            "sender": f"whatsapp:+1415{ids.digits(7)}",
        }
        known = msgspec.convert(made_up | credentials, Credentials)
        return opened(self.accounts, Account(self, self._world, self._courier, id, known, webhook_url, settings))

    def new_phone(self, account: Account[Any], id: str | None, name: str, language: str) -> Phone:
        number = id or f"1500{self._world.ids.digits(7)}"
        return Phone(account, "+" + number.removeprefix("whatsapp:").removeprefix("+"), name, language)

    def template(
        self, name: str, types: dict[str, Json], language: str = "en", variables: dict[str, str] | None = None
    ) -> Template:
        """An approved content template, as if made in Twilio's console."""
        sid = "HX" + self._world.ids.hex(32)
        made = Template(sid, name, language, variables or {}, types, self._iso(), "approved")
        self._templates[sid] = made
        return made

    # Webhooks

    def posts(self, account: Account[Any], acts: Sequence[tuple[Phone, Action]]) -> list[Post]:
        return [post for phone, action in acts for post in self._posts(account, phone, action)]

    def _posts(self, account: Account[Credentials], phone: Phone, action: Action) -> list[Post]:
        match action:
            case do.Follow() | do.Unfollow():
                phone.blocked = isinstance(action, do.Unfollow)
                return []
            case do.Read():
                return [self._status(account, message, "read") for message in self._unread(phone)]
            case _:
                base = f"{self._world.url}/twilio"
                params = inbound(account, phone, action, self._world.ids, base)
        phone.wrote_at = self._world.clock.now()
        sid, body = params["MessageSid"], params["Body"] or params.get("Label", "")
        quoted = params.get("OriginalRepliedMessageSid")
        account.keep(phone.id, "customer", params["MessageType"], body, id=sid, reply_to=quoted, raw=dict(params))
        kept = self._add_resource(account, sid, params["From"], params["To"], body, "received", "inbound")
        kept["num_media"] = params["NumMedia"]
        token = {"I-Twilio-Idempotency-Token": self._world.ids.hex(32)}
        return [Post(params, message_id=sid, headers=token)]

    def encode(self, payload: Any, redelivered: bool) -> bytes:
        return urlencode(payload).encode()

    def sign(self, account: Account[Any], url: str, body: bytes) -> dict[str, str]:
        return {
            "Content-Type": FORM,
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature(account.credentials.auth_token, url, body),
        }

    def retry_in(self, account: Account[Any], attempt: int, answer: Answer) -> float | None:
        """Connection failures are tried once more; an answer of any kind, or none in time, is final."""
        return 0.0 if attempt == 1 and answer.status == 0 and not answer.timed_out else None

    def answered(self, account: Account[Any], answer: Answer) -> None:
        return None

    def _unread(self, phone: Phone) -> list[Message]:
        return [message for message in phone.received if self._may_report(message, "read")]

    def _may_report(self, message: Message, status: str) -> bool:
        resource = self._resources[message.id]
        return resource["status"] in ("sent", "delivered") and bool(message.raw.get("StatusCallback"))

    def _status(self, account: Account[Credentials], message: Message, status: str, code: int = 0) -> Post:
        resource = self._resources[message.id]
        resource["status"] = status
        params: Params = {
            "MessageSid": message.id,
            "SmsSid": message.id,
            "MessageStatus": status,
            "SmsStatus": status,
            "AccountSid": account.credentials.account_sid,
            "From": account.credentials.sender,
            "To": f"whatsapp:{message.customer}",
            "ApiVersion": "2010-04-01",
            "ChannelPrefix": "whatsapp",
            "ChannelToAddress": message.customer,
        }
        if status == "read":
            params["EventType"] = "READ"
        if code:
            resource["error_code"] = code
            params["ErrorCode"] = str(code)
        return Post(params, message_id=message.id, url=message.raw["StatusCallback"])

    async def _report(self, account: Account[Credentials], message: Message, failure: int) -> None:
        """The callbacks of one message, one after the other."""
        steps = ["queued", "sent", "delivered", "read"]
        told = steps[: 1 + ["none", "sent", "delivered", "read"].index(account.settings.receipts)]
        for status in told if not failure else ["queued", "failed"]:
            await self._world.pause(0.2)
            if self._resources[message.id]["status"] == "read":
                return
            code = failure if status == "failed" else 0
            if not message.raw.get("StatusCallback"):
                self._resources[message.id] |= {"status": status, "error_code": code or None}
                continue
            await account.dispatch([self._status(account, message, status, code)])

    # The API

    def routes(self) -> list[web.RouteDef]:
        messages = "/2010-04-01/Accounts/{account}/Messages"
        return [
            self._route("POST", f"{messages}.json", "messages", self._send),
            self._route("GET", f"{messages}.json", "list", self._list),
            self._route("GET", messages + "/{sid:[A-Z]{2}[0-9a-f]{32}}.json", "fetch", self._fetch),
            self._route("GET", messages + "/{sid}/Media.json", "media.list", self._list_media),
            self._route("GET", messages + "/{sid}/Media/{media}", "media", self._media),
            self._route("GET", "/2010-04-01/Accounts/{account}.json", "account", self._fetch_account),
            self._route("POST", "/v1/Content", "content", self._create_content),
            self._route("GET", "/v1/Content", "content.list", self._list_content),
            self._route("GET", "/v1/ContentAndApprovals", "content.list", self._list_content),
            self._route("GET", "/v1/Content/{sid}", "content.fetch", self._fetch_content),
            self._route("POST", "/v1/Content/{sid}/ApprovalRequests/whatsapp", "content.approve", self._approve),
            self._route("POST", "/v2/Indicators/Typing.json", "typing", self._typing),
            web.get("/twilio/cdn/{account}/{media}", self._cdn),
        ]

    def _route(self, method: str, path: str, name: str, work: Work) -> web.RouteDef:
        return web.route(method, f"/twilio{path}", endpoint(self, name, work))

    def authenticate(self, request: web.Request) -> Account[Credentials]:
        kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True).decode() if kind.lower() == "basic" else ""
        except ValueError:
            given = ""
        for account in self.accounts.values():
            own = account.credentials
            keys = [f"{own.account_sid}:{own.auth_token}"]
            keys += [f"{own.api_key}:{own.api_secret}"] if own.api_key else []
            if given in keys and request.match_info.get("account", own.account_sid) == own.account_sid:
                return account
        raise self._refusal(401, 20003)

    def failure(self, fault: Fault) -> web.Response:
        code = fault.code or {429: 20429, 401: 20003, 404: 20404}.get(fault.status, 20500)
        response = self._refusal(fault.status, code, fault.message).response
        if fault.body is not None:
            response = _json(fault.body, fault.status)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(fault.retry_after)
        return response

    def _refusal(self, status: int, code: int, message: str | None = None) -> Refused:
        text = message or MESSAGES.get(code, "Bad Request")
        more = f"https://www.twilio.com/docs/errors/{code}"
        return Refused(_json({"code": code, "message": text, "more_info": more, "status": status}, status))

    async def _send(self, account: Account[Credentials], request: web.Request) -> web.Response:
        form = await request.post()
        values = {name: str(value) for name, value in form.items()}
        urls = [str(url) for url in form.getall("MediaUrl", [])]
        to = self._check_addresses(account, values)
        rendered, template = self._check_content(values, urls)
        phone = account.phones.get(to)
        if phone is not None and phone.blocked:
            raise self._refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        approved = template is not None and template.approval == "approved"
        failure = 63024 if phone is None else 0 if approved or phone.window_open() else 63016
        sid = ("MM" if urls else "SM") + self._world.ids.hex(32)
        message = account.keep(
            to,
            "business",
            rendered.kind,
            rendered.text,
            id=sid,
            via="messages",
            options=rendered.options,
            delivered=not failure,
            raw=dict(values) | {"MediaUrl": urls, "approved": approved},
        )
        resource = self._add_resource(
            account,
            sid,
            account.credentials.sender,
            f"whatsapp:{to}",
            rendered.text,
            "queued",
            "outbound-api",
        )
        answer = _json(resource, 201)
        self._world.spawn(self._report(account, message, failure))
        return answer

    def _check_addresses(self, account: Account[Credentials], values: Params) -> str:
        to, own = values.get("To", ""), account.credentials
        if not to:
            raise self._refusal(400, 21604, "A 'To' phone number is required.")
        if not to.removeprefix("whatsapp:+").isdigit():
            raise self._refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        sender, service = values.get("From"), values.get("MessagingServiceSid")
        if not sender and not service:
            raise self._refusal(400, 21603, "A 'From' phone number is required.")
        if (sender and sender != own.sender) or (service and service != own.messaging_service_sid):
            raise self._refusal(400, 63007, "Twilio could not find a Channel with the specified From address")
        return to.removeprefix("whatsapp:")

    def _check_content(self, values: Params, urls: list[str]) -> tuple[Rendered, Template | None]:
        body = values.get("Body", "")
        if len(body) > 1600:
            raise self._refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if "ContentSid" in values:
            return self._render(values)
        place = values.get("PersistentAction", "")
        if place.startswith("geo:"):
            return Rendered("location", body or place, ()), None
        if not body and not urls:
            raise self._refusal(400, 21619, "A text message body or media urls must be specified.")
        if len(urls) > 10:
            raise self._refusal(400, 21623, "Number of media files exceeds allowed limit")
        return Rendered("media" if urls else "text", body, ()), None

    def _render(self, values: Params) -> tuple[Rendered, Template]:
        template = self._templates.get(values["ContentSid"])
        if template is None:
            raise self._refusal(400, 21655, "The ContentSid is Invalid")
        try:
            variables = msgspec.json.decode(values.get("ContentVariables") or "{}", type=dict[str, str])
        except msgspec.DecodeError:
            raise self._refusal(400, 21656, "The Content Variables parameter is invalid.") from None
        return render(template, variables), template

    def _add_resource(
        self,
        account: Account[Credentials],
        sid: str,
        sender: str,
        to: str,
        body: str,
        status: str,
        direction: str,
    ) -> Json:
        own = account.credentials
        now = format_datetime(self._now())
        self._resources[sid] = {
            "sid": sid,
            "account_sid": own.account_sid,
            "messaging_service_sid": own.messaging_service_sid or None,
            "from": sender,
            "to": to,
            "body": body,
            "status": status,
            "direction": direction,
            "num_segments": "1",
            "num_media": "0",
            "api_version": "2010-04-01",
            "price": None,
            "price_unit": None,
            "error_code": None,
            "error_message": None,
            "date_created": now,
            "date_updated": now,
            "date_sent": now,
            "uri": f"/2010-04-01/Accounts/{own.account_sid}/Messages/{sid}.json",
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{own.account_sid}/Messages/{sid}/Media.json"},
        }
        return self._resources[sid]

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._world.clock.now() // 1000, UTC)

    def _iso(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")

    async def _list(self, account: Account[Credentials], request: web.Request) -> web.Response:
        """Newest first; `To`, `From`, `DateSent>`, `DateSent<` and `PageSize` are understood; one page."""
        query = request.query
        found = [r for r in self._resources.values() if r["account_sid"] == account.credentials.account_sid]
        for name in ("To", "From"):
            if name in query:
                found = [resource for resource in found if resource[name.lower()] == query[name]]
        created = {message.id: message.at for message in account.mailbox.messages}
        if "DateSent>" in query:
            found = [r for r in found if created[r["sid"]] >= _moment(query["DateSent>"])]
        if "DateSent<" in query:
            found = [r for r in found if created[r["sid"]] <= _moment(query["DateSent<"])]
        size = min(int(query.get("PageSize", 50)), 1000)
        uri = request.path.removeprefix("/twilio")
        page = {"page": 0, "page_size": size, "next_page_uri": None, "previous_page_uri": None, "uri": uri}
        return _json({"messages": found[::-1][:size], "first_page_uri": uri, "start": 0} | page)

    async def _fetch(self, account: Account[Credentials], request: web.Request) -> web.Response:
        resource = self._resources.get(request.match_info["sid"])
        if resource is None or resource["account_sid"] != account.credentials.account_sid:
            raise self._refusal(404, 20404)
        return _json(resource)

    async def _fetch_account(self, account: Account[Credentials], request: web.Request) -> web.Response:
        sid, now = account.credentials.account_sid, format_datetime(self._now())
        about = {"sid": sid, "friendly_name": account.id, "status": "active", "type": "Full"}
        dates = {"date_created": now, "date_updated": now}
        return _json(about | dates | {"owner_account_sid": sid, "uri": f"/2010-04-01/Accounts/{sid}.json"})

    async def _list_media(self, account: Account[Credentials], request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        message = account.mailbox.find(sid)
        if message is None:
            raise self._refusal(404, 20404)
        uri = request.path.removeprefix("/twilio")
        found = [
            {
                "sid": url.rpartition("/")[2],
                "parent_sid": sid,
                "account_sid": account.credentials.account_sid,
                "content_type": message.raw[f"MediaContentType{number}"],
                "uri": f"{uri.removesuffix('.json')}/{url.rpartition('/')[2]}.json",
            }
            for number in range(int(message.raw.get("NumMedia", 0)))
            for url in (message.raw[f"MediaUrl{number}"],)
        ]
        page = {"page": 0, "page_size": 50, "next_page_uri": None, "previous_page_uri": None, "uri": uri}
        return _json({"media_list": found, "first_page_uri": uri, "start": 0, "end": len(found)} | page)

    async def _media(self, account: Account[Credentials], request: web.Request) -> web.Response:
        """Redirects to a place that wants no credentials, as Twilio does."""
        if request.match_info["media"] not in account.media:
            raise self._refusal(404, 20404)
        place = f"{self._world.url}/twilio/cdn/{account.credentials.account_sid}/{request.match_info['media']}"
        return web.Response(status=307, headers={"Location": place})

    async def _cdn(self, request: web.Request) -> web.Response:
        for account in self.accounts.values():
            media = account.media.get(request.match_info["media"])
            if media is not None and account.credentials.account_sid == request.match_info["account"]:
                return web.Response(body=media.data, headers={"Content-Type": media.mime})
        return web.Response(status=403, text="AccessDenied")

    async def _create_content(self, account: Account[Credentials], request: web.Request) -> web.Response:
        try:
            body = msgspec.json.decode(await request.read(), type=dict[str, Any])
        except msgspec.DecodeError:
            raise self._refusal(400, 20001, "Bad request: the body is not JSON") from None
        if (problem := problems(body.get("types"))) is not None:
            raise self._refusal(400, 20001, f"Bad request: {problem}")
        sid = "HX" + self._world.ids.hex(32)
        name, language = str(body.get("friendly_name", "")), str(body.get("language", "en"))
        template = Template(sid, name, language, body.get("variables") or {}, body["types"], self._iso())
        self._templates[sid] = template
        return _json(self._content(account, template), 201)

    def _content(self, account: Account[Credentials], template: Template) -> Json:
        url = f"{self._world.url}/twilio/v1/Content/{template.sid}"
        about = {
            "account_sid": account.credentials.account_sid,
            "date_created": template.created,
            "date_updated": template.created,
            "url": url,
            "links": {"approval_fetch": f"{url}/ApprovalRequests"},
            "approval_requests": {"name": template.friendly_name, "status": template.approval},
        }
        return (
            about
            | {name: getattr(template, name) for name in ("sid", "friendly_name", "language")}
            | {
                "variables": template.variables,
                "types": template.types,
            }
        )

    async def _list_content(self, account: Account[Credentials], request: web.Request) -> web.Response:
        url = f"{self._world.url}{request.path}"
        meta = {"page": 0, "page_size": 50, "first_page_url": url, "url": url, "key": "contents"}
        contents = [self._content(account, template) for template in self._templates.values()]
        return _json({"meta": meta | {"next_page_url": None, "previous_page_url": None}, "contents": contents})

    async def _fetch_content(self, account: Account[Credentials], request: web.Request) -> web.Response:
        template = self._templates.get(request.match_info["sid"])
        if template is None:
            raise self._refusal(404, 20404)
        return _json(self._content(account, template))

    async def _approve(self, account: Account[Credentials], request: web.Request) -> web.Response:
        """Approved at once; at Twilio it takes minutes to a day."""
        template = self._templates.get(request.match_info["sid"])
        if template is None:
            raise self._refusal(404, 20404)
        approved = msgspec.structs.replace(template, approval="approved")
        self._templates[template.sid] = approved
        return _json({"name": template.friendly_name, "category": "UTILITY", "status": "received"}, 201)

    async def _typing(self, account: Account[Credentials], request: web.Request) -> web.Response:
        """Also marks the customer's message as read."""
        form = await request.post()
        message = account.mailbox.find(str(form.get("messageId")))
        if form.get("channel") != "whatsapp" or message is None or message.side != "customer":
            raise self._refusal(400, 20001, "Bad request: messageId must be a received WhatsApp message")
        account.keep(message.customer, "business", "typing", "", id=message.id, via="typing")
        account.keep(message.customer, "business", "read", "", id=message.id, via="typing")
        return _json({"success": True})


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


def _moment(text: str) -> int:
    """Milliseconds of a date or a date with time, taken as UTC; resources carry whole seconds."""
    moment = datetime.fromisoformat(text)
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
