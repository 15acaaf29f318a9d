"""The page at /: every account's conversations as the customers see them, with a field to write from each phone."""

from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator import actions as do
from simulator.accounts import Account, Phone
from simulator.actions import Action, NotOnThisChannel
from simulator.courier import NoWebhook
from simulator.kept import SIGNALS, Message, Option
from simulator.lookalikes import LOOKALIKES

STATIC = Path(__file__).parent / "static"
SECONDS_FOR_AN_ANSWER = 5.0
NAMES = {
    "line": "LINE",
    "twilio": "WhatsApp (Twilio)",
    "meta": "WhatsApp (Cloud API)",
    "telegram": "Telegram",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer the browser sends `Origin: null`, which the guard refuses
    "Cache-Control": "no-store",
}


def routes() -> list[web.RouteDef | web.StaticDef]:
    return [
        web.get("/", _show),
        web.post("/phone", _write),
        web.static("/static", STATIC),
    ]


async def _show(request: web.Request) -> web.Response:
    accounts = request.app[LOOKALIKES].accounts()
    body = "".join(_account(account) for account in accounts) or "<p>No account yet: POST /control/accounts.</p>"
    return web.Response(text=_document(body), content_type="text/html", headers=HEADERS)


async def _write(request: web.Request) -> web.Response:
    form = {name: str(value) for name, value in (await request.post()).items()}
    look = request.app[LOOKALIKES].providers.get(form.get("provider", ""))
    account = look.accounts.get(form.get("account", "")) if look is not None else None
    phone = account.phones.get(form.get("customer", "")) if account is not None else None
    action: Action = do.Press(form["press"]) if "press" in form else do.Text(form.get("text", ""))
    if phone is None or action == do.Text(""):
        return _problem("There is no such phone, or nothing was written.", 400)
    try:
        await phone.do(action, timeout=SECONDS_FOR_AN_ANSWER)
    except (NotOnThisChannel, NoWebhook) as wrong:
        return _problem(str(wrong), 409)
    raise web.HTTPSeeOther("/")


def _problem(text: str, status: int) -> web.Response:
    body = f'<p class="problem">{escape(text)}</p><p><a href="/">Back</a></p>'
    return web.Response(text=_document(body), status=status, content_type="text/html", headers=HEADERS)


def _document(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Simulator</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/simulator.css"><script src="/static/simulator.js" defer></script>'
        f"</head><body><h1>Phones of the customers</h1><main>{body}</main></body></html>"
    )


def _account(account: Account[Any]) -> str:
    name = NAMES.get(account.provider.name, account.provider.name)
    phones = "".join(_phone(account, phone) for phone in account.phones.values())
    return f"<section><h2>{escape(name)} · {escape(account.id)}</h2><div class=phones>{phones}</div></section>"


def _phone(account: Account[Any], phone: Phone) -> str:
    seen = [m for m in phone.conversation if m.kind not in SIGNALS and (m.side == "customer" or m.delivered)]
    bubbles = "".join(_bubble(message) for message in seen)
    key = escape(f"{account.provider.name}-{account.id}-{phone.id}")
    who = (("provider", account.provider.name), ("account", account.id), ("customer", phone.id))
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in who)
    return (
        f'<article class="phone"><h3>{escape(phone.name)} <small>{escape(phone.id)}</small></h3>'
        f'<div class="live" id="{key}"><ol class="bubbles">{bubbles}</ol>{_buttons(seen, hidden)}</div>'
        f'<form method="post" action="/phone">{hidden}<input name="text" autocomplete="off" required '
        f'aria-label="Message from {escape(phone.name)}"><button>Send</button></form></article>'
    )


def _bubble(message: Message) -> str:
    time = datetime.fromtimestamp(message.at / 1000, UTC).strftime("%H:%M:%S")
    kind = "" if message.kind == "text" else f"<em>{escape(message.kind)}</em> "
    via = f" · {escape(message.via)}" if message.side == "business" else ""
    return (
        f'<li class="{message.side}"><span dir="auto">{kind}{escape(message.text)}</span>'
        f"<small>{time}{via}</small></li>"
    )


def _buttons(seen: list[Message], hidden: str) -> str:
    """Those of the newest message that has any, unless the customer has said something since."""
    newest: tuple[Option, ...] = ()
    for message in seen:
        newest = () if message.side == "customer" else message.options or newest
    shown = "".join(
        f'<button name="press" value="{escape(option.id)}">{escape(option.label)}</button>'
        for option in newest
        if option.answers != "link"
    )
    return f'<form method="post" action="/phone" class="options">{hidden}{shown}</form>' if shown else ""
