"""A look-alike of Telegram's Bot API (api.telegram.org): webhooks with their queues, methods, files."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web

from simulator.accounts import Account, Media, Phone, Settings, opened
from simulator.actions import Action
from simulator.courier import Answer, Courier, Post
from simulator.endpoint import Refused, endpoint
from simulator.faults import Fault
from simulator.telegram_bots import Bot, Credentials, Json
from simulator.telegram_methods import Request, TelegramError, Uploads, call
from simulator.telegram_updates import update
from simulator.world import World

ONE_DAY = 24 * 3600
LONGEST_PAUSE = 60.0
DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class Telegram:
    name = "telegram"
    deadline = 60.0

    def __init__(self, world: World) -> None:
        self.accounts: dict[str, Account[Credentials]] = {}
        self._world = world
        self._courier = Courier(world, self)
        self._bots: dict[str, Bot] = {}

    # Accounts and phones

    def account(
        self,
        id: str = "telegram",
        webhook_url: str | None = None,
        settings: Settings | None = None,
        **credentials: str,
    ) -> Account[Credentials]:
        """`credentials`: bot_token, secret_token, username; made up where not given."""
        return self.open_account(id, credentials, webhook_url, settings or Settings())

    def open_account(
        self, id: str, credentials: dict[str, str], webhook_url: str | None, settings: Settings
    ) -> Account[Credentials]:
        ids = self._world.ids
        made_up = {
            "bot_token": f"{ids.digits(10)}:{ids.token(35)}",
            "secret_token": ids.token(32),
            "username": f"{id.replace('-', '_')}_bot",
        }
        known = msgspec.convert(made_up | credentials, Credentials)
        if re.fullmatch(r"\d+:[\w-]+", known.bot_token) is None:
            raise msgspec.ValidationError("bot_token must look like 123456789:AbC-dEf")
        account = opened(self.accounts, Account(self, self._world, self._courier, id, known, webhook_url, settings))
        self._bots.setdefault(id, Bot(account, int(ids.digits(9))))
        return account

    def new_phone(self, account: Account[Any], id: str | None, name: str, language: str) -> Phone:
        return Phone(account, str(int(id or self._world.ids.digits(10))), name, language)

    # Webhooks

    def posts(self, account: Account[Any], acts: Sequence[tuple[Phone, Action]]) -> list[Post]:
        """One update a POST, always."""
        found = [self._post(self._bots[account.id], phone, action) for phone, action in acts]
        return [post for post in found if post is not None]

    def _post(self, bot: Bot, phone: Phone, action: Action) -> Post | None:
        kind, content, queue = update(self._world, bot, phone, action)
        if not bot.wants(kind):
            return None
        id = content.get("message_id", content.get("id", ""))
        return Post({"update_id": bot.update_id(), kind: content}, message_id=str(id), queue=queue)

    def encode(self, payload: Any, redelivered: bool) -> bytes:
        return msgspec.json.encode(payload)

    def sign(self, account: Account[Any], url: str, body: bytes) -> dict[str, str]:
        bot = self._bots[account.id]
        secret = bot.secret if bot.secret is not None else account.credentials.secret_token
        headers = {"Content-Type": "application/json"}
        return headers | ({"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {})

    def retry_in(self, account: Account[Any], attempt: int, answer: Answer) -> float | None:
        """At once, then 2 s doubling to a minute, for a day; a Retry-After of at most an hour is honoured."""
        bot = self._bots[account.id]
        if 200 <= answer.status < 300:
            return None
        now = self._world.clock.now() // 1000
        bot.last_error = now, f"Wrong response from the webhook: {answer.status or 'Connection failed'}"
        pauses = [0.0] + [min(2.0**step, LONGEST_PAUSE) for step in range(1, attempt)]
        if sum(pauses) > ONE_DAY:
            return None
        if answer.retry_after is not None and answer.retry_after.isdigit():
            return min(float(answer.retry_after), 3600.0)
        return pauses[-1]

    def answered(self, account: Account[Any], answer: Answer) -> None:
        """An answer may itself be a method call; its result goes nowhere."""
        try:
            body = msgspec.json.decode(answer.body or b"null")
        except msgspec.DecodeError:
            return
        if isinstance(body, dict) and isinstance(body.get("method"), str):
            self._run(account, body.pop("method"), body, {})

    # The API

    def routes(self) -> list[web.RouteDef]:
        handler = endpoint(self, lambda request: request.match_info["method"], self._method)
        return [
            web.get("/telegram/bot{token}/{method}", handler),
            web.post("/telegram/bot{token}/{method}", handler),
            web.get("/telegram/file/bot{token}/{path:.+}", endpoint(self, "file", self._file)),
        ]

    def authenticate(self, request: web.Request) -> Account[Credentials]:
        token = request.match_info["token"]
        for account in self.accounts.values():
            if account.credentials.bot_token == token:
                return account
        status = 401 if re.fullmatch(r"\d+:[\w-]+", token) else 404
        raise Refused(_error(TelegramError(status, DESCRIPTIONS[status])))

    def failure(self, fault: Fault) -> web.Response:
        if fault.body is not None:
            return _json(fault.body, fault.status)
        if fault.status == 429:
            seconds = fault.retry_after or 1
            text = fault.message or f"Too Many Requests: retry after {seconds}"
            return _error(TelegramError(429, text, {"retry_after": seconds}))
        text = fault.message or DESCRIPTIONS.get(fault.status, "Bad Request")
        return _error(TelegramError(fault.status, text))

    async def _method(self, account: Account[Credentials], request: web.Request) -> web.Response:
        params, uploads = await _parameters(request)
        return self._run(account, request.match_info["method"], params, uploads)

    def _run(self, account: Account[Credentials], method: str, params: Json, uploads: Uploads) -> web.Response:
        try:
            result = call(Request(self._bots[account.id], self._world, method, params, uploads))
        except TelegramError as error:
            return _error(error)
        return _json({"ok": True, "result": result}, 200)

    async def _file(self, account: Account[Credentials], request: web.Request) -> web.Response:
        name = request.match_info["path"].removeprefix("files/").rpartition(".")[0]
        media = account.media.get(name)
        if media is None:
            return _error(TelegramError(404, "Not Found"))
        return web.Response(body=media.data, headers={"Content-Type": "application/octet-stream"})


async def _parameters(request: web.Request) -> tuple[Json, Uploads]:
    """From query, JSON, form or multipart; nested values arrive as JSON text in forms."""
    params: Json = dict(request.query)
    uploads: Uploads = {}
    if request.content_type == "application/json":
        try:
            params |= msgspec.json.decode(await request.read() or b"{}", type=dict[str, Any])
        except msgspec.DecodeError:
            raise Refused(_error(TelegramError(400, "Bad Request: can't parse JSON object"))) from None
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[name] = Media(name, value.file.read(), value.content_type, value.filename)
            else:
                params[name] = str(value)
    nested = ("reply_markup", "reply_parameters", "media", "entities", "caption_entities", "reaction")
    for name in (*nested, "allowed_updates"):
        if isinstance(params.get(name), str):
            params[name] = _decoded(name, params[name])
    return params, uploads


def _decoded(name: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise Refused(_error(TelegramError(400, f"Bad Request: can't parse {name} JSON object"))) from None


def _error(error: TelegramError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    return _json(body | ({"parameters": error.parameters} if error.parameters else {}), error.code)


def _json(body: Any, status: int) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
