"""The control API: accounts, customers' acts, faults, and what was kept, as JSON under /control.

POST accounts, customers, act, redeliver, faults, templates, clock · GET accounts, messages, calls, deliveries ·
DELETE faults
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web

from simulator.accounts import Account, Outcome, Settings, UnknownAccount
from simulator.actions import Action, NotOnThisChannel
from simulator.courier import Delivery, NoWebhook
from simulator.faults import Fault
from simulator.kept import Message
from simulator.lookalikes import LOOKALIKES

S = TypeVar("S")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ACT_SECONDS = 10.0


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    provider: str
    id: str | None = None
    webhook_url: str | None = None
    credentials: dict[str, str] = {}
    settings: Settings = Settings()


class NewCustomer(msgspec.Struct, forbid_unknown_fields=True):
    provider: str
    account: str
    id: str | None = None
    name: str = "Mei"
    language: str = "en"


class Act(msgspec.Struct, forbid_unknown_fields=True):
    customer: str
    do: Action


class Acts(msgspec.Struct, forbid_unknown_fields=True):
    """`acts` more than one: at once, in one POST where the provider joins them. `wait` false answers before the
    webhooks went out."""

    provider: str
    account: str
    acts: list[Act]
    wait: bool = True


class Redelivery(msgspec.Struct, forbid_unknown_fields=True):
    """`number`: place in `GET deliveries` of the account."""

    provider: str
    account: str
    number: int


class NewFault(msgspec.Struct, forbid_unknown_fields=True):
    provider: str
    account: str
    fault: Fault
    on: Literal["api", "webhook"] = "api"


class NewTemplate(msgspec.Struct, forbid_unknown_fields=True):
    """Meta: `body` and `buttons`; Twilio: `types`."""

    provider: Literal["meta", "twilio"]
    account: str
    name: str
    language: str = "en"
    body: str = ""
    buttons: tuple[str, ...] = ()
    types: dict[str, dict[str, Any]] = {}


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    advance_ms: int


def routes() -> list[web.RouteDef]:
    return [
        web.post("/control/accounts", _told(_open_account)),
        web.get("/control/accounts", _told(_list_accounts)),
        web.post("/control/customers", _told(_open_customer)),
        web.post("/control/act", _told(_act)),
        web.post("/control/redeliver", _told(_redeliver)),
        web.post("/control/faults", _told(_add_fault)),
        web.delete("/control/faults", _told(_clear_faults)),
        web.post("/control/templates", _told(_add_template)),
        web.post("/control/clock", _told(_advance)),
        web.get("/control/messages", _told(_messages)),
        web.get("/control/calls", _told(_calls)),
        web.get("/control/deliveries", _told(_deliveries)),
    ]


def _told(work: Handler) -> Handler:
    """Mistakes of the caller as sentences."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await work(request)
        except UnknownAccount as unknown:
            return _json({"error": str(unknown)}, 404)
        except (msgspec.MsgspecError, ValueError, NotOnThisChannel) as wrong:
            return _json({"error": str(wrong)}, 400)
        except NoWebhook as missing:
            return _json({"error": str(missing)}, 409)

    return handle


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


async def _body(request: web.Request, shape: type[S]) -> S:
    return msgspec.json.decode(await request.read(), type=shape)


def _account(request: web.Request, provider: str, account: str) -> Account[Any]:
    return request.app[LOOKALIKES].find(provider, account)


def _asked(request: web.Request) -> list[Account[Any]]:
    """The accounts that the query's `provider` and `account` leave."""
    provider, id = request.query.get("provider"), request.query.get("account")
    accounts = request.app[LOOKALIKES].accounts()
    return [a for a in accounts if provider in (None, a.provider.name) and id in (None, a.id)]


def _described(account: Account[Any], base: str) -> dict[str, Any]:
    customers = [{"id": phone.id, "name": phone.name} for phone in account.phones.values()]
    return {
        "provider": account.provider.name,
        "id": account.id,
        "api_base": f"{base}/{account.provider.name}",
        "webhook_url": account.webhook_url,
        "credentials": account.credentials,
        "settings": account.settings,
        "customers": customers,
    }


async def _open_account(request: web.Request) -> web.Response:
    wanted = await _body(request, NewAccount)
    sim = request.app[LOOKALIKES]
    if (look := sim.providers.get(wanted.provider)) is None:
        return _json({"error": f"provider must be one of {', '.join(sim.providers)}"}, 400)
    id = wanted.id or wanted.provider
    known = look.accounts.get(id)
    kept = msgspec.to_builtins(known.credentials) if known is not None else {}
    account = look.open_account(id, kept | wanted.credentials, wanted.webhook_url, wanted.settings)
    return _json(_described(account, sim.url), 201)


async def _list_accounts(request: web.Request) -> web.Response:
    sim = request.app[LOOKALIKES]
    return _json({"items": [_described(account, sim.url) for account in _asked(request)]})


async def _open_customer(request: web.Request) -> web.Response:
    wanted = await _body(request, NewCustomer)
    account = _account(request, wanted.provider, wanted.account)
    phone = account.phone(wanted.id, wanted.name, wanted.language)
    return _json({"id": phone.id, "name": phone.name, "language": phone.language}, 201)


async def _act(request: web.Request) -> web.Response:
    wanted = await _body(request, Acts)
    account = _account(request, wanted.provider, wanted.account)
    acts = [(account.phone(act.customer), act.do) for act in wanted.acts]
    outcome = await account.together(acts, wanted.wait, ACT_SECONDS)
    return _json(_outcome(account, outcome))


async def _redeliver(request: web.Request) -> web.Response:
    wanted = await _body(request, Redelivery)
    account = _account(request, wanted.provider, wanted.account)
    if not 0 <= wanted.number < len(account.deliveries):
        return _json({"error": f"There is no delivery {wanted.number}"}, 404)
    return _json(_outcome(account, await account.redeliver(account.deliveries[wanted.number])))


def _outcome(account: Account[Any], outcome: Outcome) -> dict[str, Any]:
    numbers = [account.deliveries.index(delivery) for delivery in outcome.deliveries]
    return {"status": outcome.status, "message_id": outcome.message_id, "deliveries": numbers}


async def _add_fault(request: web.Request) -> web.Response:
    wanted = await _body(request, NewFault)
    account = _account(request, wanted.provider, wanted.account)
    (account.faults if wanted.on == "api" else account.webhook_faults).add(wanted.fault)
    return _json(wanted.fault, 201)


async def _clear_faults(request: web.Request) -> web.Response:
    for account in _asked(request):
        account.faults.clear()
        account.webhook_faults.clear()
    return web.Response(status=204)


async def _add_template(request: web.Request) -> web.Response:
    wanted = await _body(request, NewTemplate)
    sim = request.app[LOOKALIKES]
    account = sim.find(wanted.provider, wanted.account)
    if wanted.provider == "twilio":
        return _json(sim.twilio.template(wanted.name, wanted.types, wanted.language), 201)
    made = sim.meta.template(account, wanted.name, wanted.body, wanted.language, wanted.buttons)
    return _json(made, 201)


async def _advance(request: web.Request) -> web.Response:
    clock = request.app[LOOKALIKES].clock
    clock.advance((await _body(request, Advance)).advance_ms)
    return _json({"now": clock.now()})


async def _messages(request: web.Request) -> web.Response:
    """`provider`, `account`, `customer`, `side`, `after` (a seq). With `wait_ms`, one account: waits for one."""
    query = request.query
    accounts, after = _asked(request), int(query.get("after", 0))
    if "wait_ms" in query and len(accounts) == 1:
        await _first(accounts[0], request, after, int(query["wait_ms"]) / 1000)
    found = [message for account in accounts for message in _matching(account, request, after)]
    items = [_message(message, request) for message in sorted(found, key=lambda message: message.seq)]
    return _json({"items": items})


async def _first(account: Account[Any], request: web.Request, after: int, seconds: float) -> None:
    try:
        await account.mailbox.wait_until(lambda: _matching(account, request, after) or None, seconds)
    except TimeoutError:
        return


def _matching(account: Account[Any], request: web.Request, after: int) -> list[Message]:
    customer, side = request.query.get("customer"), request.query.get("side")
    return [
        message
        for message in account.mailbox.messages
        if message.seq > after and customer in (None, message.customer) and side in (None, message.side)
    ]


def _message(message: Message, request: web.Request) -> dict[str, Any]:
    account = _account(request, message.provider, message.account)
    kept: dict[str, Any] = msgspec.to_builtins(message)
    return kept | {"repeats": account.mailbox.repeats[message.id]}


async def _calls(request: web.Request) -> web.Response:
    calls = [
        {"provider": account.provider.name, "account": account.id} | msgspec.to_builtins(call)
        for account in _asked(request)
        for call in account.calls
    ]
    return _json({"items": calls})


async def _deliveries(request: web.Request) -> web.Response:
    items = [
        _delivery(account, number, delivery)
        for account in _asked(request)
        for number, delivery in enumerate(account.deliveries)
    ]
    return _json({"items": items})


def _delivery(account: Account[Any], number: int, delivery: Delivery) -> dict[str, Any]:
    return {
        "provider": account.provider.name,
        "account": account.id,
        "number": number,
        "message_id": delivery.message_id,
        "attempts": delivery.attempts,
        "settled": delivery.returned.is_set(),
        "url": delivery.post.url or account.webhook_url,
        "payload": delivery.post.payload,
    }
