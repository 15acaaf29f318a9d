"""The page at /: every customer's phone and a shop's page with the widget, to chat with oneself beside the inbox."""

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from simulator import actions as do
from simulator import phones, samples
from simulator.actions import Action, NotOnThisChannel
from simulator.courier import NoWebhook
from simulator.lookalikes import LOOKALIKES, Site

STATIC = Path(__file__).parent / "static"
SECONDS_FOR_AN_ANSWER = 5.0
LONGEST_WAIT_S = 20.0
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer the browser sends `Origin: null`, which the guard refuses
    "Cache-Control": "no-store",
}
PAGE = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}


def routes() -> list[web.RouteDef | web.StaticDef]:
    return [
        web.get("/", _show),
        web.get("/changed", _changed),
        web.get("/shop", _shop),
        web.post("/phone", _write),
        web.static("/static", STATIC),
    ]


async def _show(request: web.Request) -> web.Response:
    sim = request.app[LOOKALIKES]
    now = sim.clock.now()
    shown = "".join(
        phones.phone(account, phone, now) for account in sim.accounts() for phone in account.phones.values()
    )
    if not shown:
        shown = "<p>No phone yet: POST /control/accounts, then /control/customers.</p>"
    body = f'{_head(sim.site)}<main data-seen="{sim.said}">{shown}{_browser(sim.site)}</main>'
    return web.Response(text=_document("Phones", body), content_type="text/html", headers=PAGE)


def _head(site: Site | None) -> str:
    inbox = (
        f'<a class="inbox" href="{escape(site.inbox)}" target="frontdesk-inbox">Open the inbox beside</a>'
        if site is not None
        else ""
    )
    return (
        '<header class="top"><div><h1>The customers’ phones</h1><p>Write from any of them, answer in the inbox: '
        f"the same webhooks and API calls go over the wire as with the real providers.</p></div>{inbox}</header>"
    )


def _browser(site: Site | None) -> str:
    if site is None:
        return ""
    return (
        '<article class="browser" aria-label="A shop’s page"><header><span class="dots" aria-hidden="true"></span>'
        "<h2>shop.example<small>a page with the widget</small></h2></header>"
        '<iframe src="/shop" title="A shop’s page with the widget"></iframe></article>'
    )


async def _changed(request: web.Request) -> web.Response:
    """204 once more was said than `since`, or after some time."""
    since = request.query.get("since", "0")
    await request.app[LOOKALIKES].until_said(int(since) if since.isdigit() else 0, LONGEST_WAIT_S)
    return web.Response(status=204, headers=HEADERS)


async def _shop(request: web.Request) -> web.Response:
    """A customer's own page: another origin than Frontdesk's, with a strict policy."""
    site = request.app[LOOKALIKES].site
    if site is None:
        raise web.HTTPNotFound(text="No web channel was made known.")
    parts = urlsplit(site.url)
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    policy = (
        f"default-src 'none'; script-src {site.url}; style-src 'self'; connect-src {site.url} {socket}; "
        f"img-src {site.url} blob: data:; media-src {site.url} blob:; base-uri 'none'; frame-ancestors 'self'"
    )
    body = (
        '<main class="shop"><h1>Kites &amp; Strings</h1><p>Handmade kites since 1974. Questions? '
        "The button in the corner is Frontdesk’s widget.</p>"
        "<ul><li>Delta, red<small>€ 39</small></li><li>Box kite<small>€ 59</small></li>"
        "<li>Dragon, silk<small>€ 120</small></li></ul></main>"
        f'<script async src="{escape(site.url)}/widget.js" data-channel="{escape(site.channel)}"></script>'
    )
    page = _document("Kites & Strings", body, script=False)
    return web.Response(text=page, content_type="text/html", headers=HEADERS | {"Content-Security-Policy": policy})


async def _write(request: web.Request) -> web.Response:
    form = {name: str(value) for name, value in (await request.post()).items()}
    look = request.app[LOOKALIKES].providers.get(form.get("provider", ""))
    account = look.accounts.get(form.get("account", "")) if look is not None else None
    phone = account.phones.get(form.get("customer", "")) if account is not None else None
    action = _asked(form)
    if phone is None or action is None:
        return _problem("There is no such phone, or nothing was written.", 400)
    try:
        await phone.do(action, timeout=SECONDS_FOR_AN_ANSWER)
    except (NotOnThisChannel, NoWebhook) as wrong:
        return _problem(str(wrong), 409)
    raise web.HTTPSeeOther("/")


def _asked(form: dict[str, str]) -> Action | None:
    if "press" in form:
        return do.Press(form["press"])
    match form.get("send"):
        case "picture":
            return do.Media("image", samples.picture(), "image/png", "sky.png")
        case "place":
            return do.Location(35.6586, 139.7454, "Tokyo Tower", "4 Chome-2-8 Shibakoen, Tokyo")
        case "sticker":
            return do.Sticker()
        case "paper":
            return do.Media("file", samples.paper(), "application/pdf", "invoice.pdf")
        case _:
            return do.Text(form["text"]) if form.get("text") else None


def _problem(text: str, status: int) -> web.Response:
    body = f'<p class="problem" role="alert">{escape(text)}</p><p><a href="/">Back</a></p>'
    return web.Response(text=_document("Phones", body), status=status, content_type="text/html", headers=PAGE)


def _document(title: str, body: str, *, script: bool = True) -> str:
    live = '<script src="/static/simulator.js" defer></script>' if script else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="/static/simulator.css">{live}</head><body>{body}</body></html>'
    )
