"""The control API and the page, over HTTP as `make run` and the browser use them."""

import asyncio
import base64
from html.parser import HTMLParser
from typing import Any

import pytest
from linebot.v3.webhook import SignatureValidator

from simulator.app import Simulator
from tests.simulator.business import Business

Json = dict[str, Any]


async def ask(sim: Simulator, method: str, path: str, body: Json | None = None) -> tuple[int, Any]:
    async with sim.world.session.request(method, f"{sim.url}/control/{path}", json=body) as answer:
        return answer.status, await answer.json() if answer.content_length else None


async def open_line(sim: Simulator, business: Business) -> Json:
    body = {
        "provider": "line",
        "webhook_url": f"{business.url}/hooks/1",
        "credentials": {"channel_secret": "s3cret"},
    }
    status, account = await ask(sim, "POST", "accounts", body)
    assert status == 201
    found: Json = account
    return found


async def test_an_account_is_opened_used_and_looked_at(sim: Simulator, business: Business) -> None:
    account = await open_line(sim, business)
    assert account["api_base"] == f"{sim.url}/line"
    assert account["credentials"]["channel_secret"] == "s3cret"
    where = {"provider": "line", "account": "line"}
    status, customer = await ask(sim, "POST", "customers", where | {"name": "Mei"})
    assert status == 201
    act = {"customer": customer["id"], "do": {"type": "text", "text": "hi"}}
    status, outcome = await ask(sim, "POST", "act", where | {"acts": [act]})
    assert (status, outcome["status"]) == (200, 200)
    hook = business.hooks[0]
    assert SignatureValidator("s3cret").validate(hook.body.decode(), hook.headers["x-line-signature"])
    _, again = await ask(sim, "POST", "redeliver", where | {"number": outcome["deliveries"][0]})
    assert again["message_id"] == outcome["message_id"]
    _, kept = await ask(sim, "GET", f"messages?provider=line&account=line&customer={customer['id']}")
    assert [(one["side"], one["kind"], one["text"], one["repeats"]) for one in kept["items"]] == [
        ("customer", "text", "hi", 0)
    ]
    _, deliveries = await ask(sim, "GET", "deliveries?provider=line")
    assert [(one["number"], one["attempts"], one["settled"]) for one in deliveries["items"]] == [
        (0, [200], True),
        (1, [200], True),
    ]


async def test_opening_an_account_again_changes_only_what_is_given(sim: Simulator, business: Business) -> None:
    first = await open_line(sim, business)
    status, second = await ask(sim, "POST", "accounts", {"provider": "line", "webhook_url": f"{business.url}/hooks/2"})
    assert status == 201
    assert second["credentials"] == first["credentials"]
    assert second["webhook_url"] == f"{business.url}/hooks/2"
    assert len((await ask(sim, "GET", "accounts"))[1]["items"]) == 1


async def test_pictures_travel_as_base64(sim: Simulator, business: Business) -> None:
    await open_line(sim, business)
    picture = {
        "type": "media",
        "kind": "image",
        "mime": "image/png",
        "data": base64.b64encode(b"png").decode(),
    }
    act = {"customer": "U1", "do": picture}
    _, outcome = await ask(sim, "POST", "act", {"provider": "line", "account": "line", "acts": [act]})
    assert sim.find("line", "line").media[outcome["message_id"]].data == b"png"


async def test_a_fault_is_ordered_and_cleared(sim: Simulator, business: Business) -> None:
    await open_line(sim, business)
    where = {"provider": "line", "account": "line"}
    fault = {"kind": "status", "status": 503, "times": None}
    assert (await ask(sim, "POST", "faults", where | {"fault": fault}))[0] == 201
    own = sim.find("line", "line")
    bearer = {"Authorization": f"Bearer {own.credentials.channel_access_token}"}
    async with sim.world.session.get(f"{sim.url}/line/v2/bot/info", headers=bearer) as failed:
        assert failed.status == 503
    assert (await ask(sim, "DELETE", "faults?provider=line"))[0] == 204
    async with sim.world.session.get(f"{sim.url}/line/v2/bot/info", headers=bearer) as fine:
        assert fine.status == 200
    _, calls = await ask(sim, "GET", "calls")
    assert [(call["method"], call["status"], call["fault"]) for call in calls["items"]] == [
        ("info", 503, "status"),
        ("info", 200, None),
    ]


async def test_messages_can_be_waited_for(sim: Simulator, business: Business) -> None:
    await open_line(sim, business)
    waiting = asyncio.create_task(ask(sim, "GET", "messages?provider=line&side=customer&wait_ms=5000"))
    await sim.find("line", "line").phone("U1").text("hi")
    _, kept = await waiting
    assert [message["text"] for message in kept["items"]] == ["hi"]
    _, nothing = await ask(sim, "GET", f"messages?provider=line&after={kept['items'][0]['seq']}&wait_ms=10")
    assert nothing == {"items": []}


async def test_the_clock_can_be_advanced(sim: Simulator) -> None:
    before = sim.clock.now()
    _, answer = await ask(sim, "POST", "clock", {"advance_ms": 86_400_000})
    assert answer["now"] - before >= 86_400_000


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("accounts", {"provider": "icq"}, 400),
        ("accounts", {"provider": "line", "credentials": {"colour": "red"}}, 400),
        ("accounts", {"provider": "telegram", "credentials": {"bot_token": "nonsense"}}, 400),
        ("customers", {"provider": "line", "account": "none"}, 404),
        (
            "faults",
            {"provider": "line", "account": "line", "fault": {"kind": "status", "times": 0}},
            400,
        ),
        (
            "act",
            {
                "provider": "line",
                "account": "line",
                "acts": [{"customer": "U1", "do": {"type": "react", "message": "1", "emoji": "x"}}],
            },
            400,
        ),
        ("redeliver", {"provider": "line", "account": "line", "number": 7}, 404),
    ],
)
async def test_mistakes_are_told_in_a_sentence(
    sim: Simulator, business: Business, path: str, body: Json, status: int
) -> None:
    await open_line(sim, business)
    given, answer = await ask(sim, "POST", path, body)
    assert (given, len(answer["error"]) > 10) == (status, True)


async def test_an_act_before_the_webhook_url_is_known_is_a_conflict(sim: Simulator) -> None:
    await ask(sim, "POST", "accounts", {"provider": "meta"})
    act = {"customer": "16505551234", "do": {"type": "text", "text": "hi"}}
    status, answer = await ask(sim, "POST", "act", {"provider": "meta", "account": "meta", "acts": [act]})
    assert (status, answer["error"]) == (409, "The account meta has no webhook URL")


async def test_pages_of_other_origins_may_not_drive_it(sim: Simulator) -> None:
    for origin, status in (("https://evil.example", 403), (sim.url, 201)):
        async with sim.world.session.post(
            f"{sim.url}/control/accounts", json={"provider": "line"}, headers={"Origin": origin}
        ) as answer:
            assert answer.status == status


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def page(sim: Simulator) -> tuple[str, list[tuple[str, dict[str, str | None]]], str]:
    async with sim.world.session.get(sim.url) as answer:
        text = await answer.text()
        tags = Tags()
        tags.feed(text)
        assert answer.headers["Referrer-Policy"] == "same-origin"  # else forms come with `Origin: null`
        return text, tags.found, answer.headers["Content-Security-Policy"]


async def test_the_page_shows_what_was_said_escaped_and_runs_nothing_inline(sim: Simulator, business: Business) -> None:
    await open_line(sim, business)
    await sim.find("line", "line").phone("U1", '<img src=x onerror="1">').text("<script>alert(1)</script>")
    text, tags, policy = await page(sim)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "img" not in [tag for tag, _ in tags]
    assert [attrs for tag, attrs in tags if tag == "script"] == [{"src": "/static/simulator.js", "defer": None}]
    assert not [name for _, attrs in tags for name in attrs if name.startswith("on") or name == "style"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    for asset in ("simulator.css", "simulator.js"):
        async with sim.world.session.get(f"{sim.url}/static/{asset}") as answer:
            assert answer.status == 200


async def test_a_customer_writes_and_presses_from_the_page(sim: Simulator, business: Business) -> None:
    account = sim.telegram.account(webhook_url=business.url)
    phone = account.phone("4242")
    who = {"provider": "telegram", "account": "telegram", "customer": "4242"}
    async with sim.world.session.post(f"{sim.url}/phone", data=who | {"text": "hi there"}) as written:
        assert written.status == 200
    keyboard = {"inline_keyboard": [[{"text": "Sales", "callback_data": "sales"}]]}
    async with sim.world.session.post(
        f"{sim.url}/telegram/bot{account.credentials.bot_token}/sendMessage",
        json={"chat_id": 4242, "text": "Where to?", "reply_markup": keyboard},
    ) as sent:
        assert sent.status == 200
    _, tags, _ = await page(sim)
    assert {"name": "press", "value": "sales"} in [attrs for tag, attrs in tags if tag == "button"]
    await sim.world.session.post(f"{sim.url}/phone", data=who | {"press": "sales"})
    assert [hook.json.get("message", {}).get("text") for hook in business.hooks] == ["hi there", None]
    assert business.hooks[1].json["callback_query"]["data"] == "sales"
    _, tags, _ = await page(sim)
    assert "press" not in [attrs.get("name") for tag, attrs in tags if tag == "button"]
    assert [message.text for message in phone.received] == ["Where to?"]


async def test_a_phone_that_does_not_exist_is_told(sim: Simulator) -> None:
    async with sim.world.session.post(f"{sim.url}/phone", data={"provider": "line", "text": "x"}) as answer:
        assert answer.status == 400


async def test_waiting_for_a_message_that_never_comes_ends(sim: Simulator, business: Business) -> None:
    account = sim.line.account(webhook_url=business.url)
    with pytest.raises(TimeoutError):
        await account.wait_for(lambda message: message.text == "never", timeout=0.02)


async def test_templates_are_made_through_the_control_api(sim: Simulator) -> None:
    sim.meta.account()
    body = {"provider": "meta", "account": "meta", "name": "hello", "body": "Hello {{1}}"}
    status, made = await ask(sim, "POST", "templates", body)
    assert (status, made["name"], made["status"]) == (201, "hello", "APPROVED")
