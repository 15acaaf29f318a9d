"""`frontdesk demo`: the server with the channel simulator beside it, set up and played through over HTTP.

Everything here goes through the public API, so what a newcomer sees is what the product does.
"""

import asyncio
import dataclasses
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

from core.errors import Error
from gateway import logs
from gateway.app import Frontdesk, running
from gateway.config import Config
from gateway.process import stopped
from simulator.accounts import Account, Phone
from simulator.app import Simulator
from simulator.lookalikes import Site

OWNER, PASSWORD = "owner@example.com", "demo-password"
AGENTS = (("Mei", "mei@example.com", ["zh-Hant", "en"]), ("Jonas", "jonas@example.com", ["en", "de"]))
WAIT_S = 20.0
ICON = "\N{BLACK RIGHT-POINTING SMALL TRIANGLE}"


class DemoFailed(Error):
    """What the demo was doing, and what came instead."""


async def demo(config: Config, simulator_port: int, *, once: bool = False) -> int:
    logs.configure(config.log)
    stop = stopped()
    config = dataclasses.replace(
        config, admin_email=config.admin_email or OWNER, admin_password=config.admin_password or PASSWORD
    )
    simulator = Simulator()
    await simulator.start("127.0.0.1", simulator_port)
    try:
        async with running(config) as desk, aiohttp.ClientSession() as session:
            stage = Stage(desk, simulator, session, config)
            await stage.set_up()
            simulator.site = Site(desk.url, stage.web, f"{desk.url}/desk/")
            _say_where(desk, simulator, config, stage.web)
            await stage.play()
            if not once:
                print(
                    "\nAll five conversations are done. Frontdesk and the simulator stay up; Ctrl-C stops them.\n",
                    flush=True,
                )
                await stop.wait()
    finally:
        await simulator.stop()
    return 0


def _say_where(desk: Frontdesk, simulator: Simulator, config: Config, web: str) -> None:
    print(
        f"""
Frontdesk        {desk.url}            API documentation  {desk.url}/api/docs
The desk         {desk.url}/desk/
Web widget       {desk.url}/widget-demo.html?channel={web}
Simulator        {simulator.url}            the customers' phones and a shop's page: chat with yourself
Sign in          {config.admin_email} / {config.admin_password}            (owner)
                 {AGENTS[0][1]}, {AGENTS[1][1]} / {PASSWORD}            (agents)
""",
        flush=True,
    )


class Stage:
    """The demo's own small client: signs in, sets up what is missing, plays the conversations."""

    def __init__(self, desk: Frontdesk, simulator: Simulator, session: aiohttp.ClientSession, config: Config) -> None:
        self._url, self._simulator, self._session, self._config = desk.url, simulator, session, config
        self._tokens: dict[str, str] = {}
        self._channels: dict[str, dict[str, Any]] = {}

    async def set_up(self) -> None:
        assert self._config.admin_email is not None and self._config.admin_password is not None, "the demo has an owner"
        await self._sign_in(self._config.admin_email, self._config.admin_password)
        agents = [await self._agent(*agent) for agent in AGENTS]
        group = await self._group("Support", agents)
        accounts = Path(self._config.data / "demo-accounts.json")
        kept = await asyncio.to_thread(_accounts, accounts)
        self._open_accounts(kept)
        for kind, settings in _settings(kept, self._simulator.url).items():
            await self._channel(kind, group, settings)
        for kind, provider in (
            ("line", "line"),
            ("whatsapp", "twilio"),
            ("whatsapp-cloud", "meta"),
            ("telegram", "telegram"),
        ):
            self._account(provider).webhook_url = str(self._channels[kind]["webhook_url"])
        await self._owner("PUT", "settings/surveys", {"on": True, "kind": "stars"})
        for _, email, _ in AGENTS:
            await self._sign_in(email, PASSWORD)
            await self._call(email, "PUT", "/api/v1/inbox/me/status", {"status": "online"})

    @property
    def web(self) -> str:
        """The id of the web channel."""
        return str(self._channels["web"]["id"])

    async def play(self) -> None:
        await self._chat(
            "line", self._account("line").phone(name="Aiko", language="ja"), "こんにちは、注文が届きません"
        )
        await self._chat("whatsapp", self._account("twilio").phone(name="Maria"), "Hola, ¿dónde está mi pedido?")
        await self._chat("whatsapp-cloud", self._account("meta").phone(name="Ahmed"), "مرحبا، أين طلبي من فضلكم؟")
        await self._chat("telegram", self._account("telegram").phone(name="Tom"), "Hello, where is my order?")
        await self._web_chat("Hi, is anybody there?")

    # --- setting up ------------------------------------------------------------------------------------------

    async def _sign_in(self, email: str, password: str) -> None:
        answer = await self._call(None, "POST", "/api/v1/auth/login", {"email": email, "password": password})
        self._tokens[email] = answer["token"]

    async def _owner(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return await self._call(self._config.admin_email, method, f"/api/v1/admin/{path}", body)

    async def _agent(self, name: str, email: str, languages: list[str]) -> str:
        for known in (await self._owner("GET", "agents"))["items"]:
            if known["email"] == email:
                return str(known["id"])
        body = {"name": name, "email": email, "password": PASSWORD, "role": "agent", "languages": languages}
        return str((await self._owner("POST", "agents", body))["id"])

    async def _group(self, name: str, agents: list[str]) -> str:
        for known in (await self._owner("GET", "groups"))["items"]:
            if known["name"] == name:
                return str(known["id"])
        return str((await self._owner("POST", "groups", {"name": name, "agents": agents}))["id"])

    async def _channel(self, kind: str, group: str, settings: Mapping[str, Any]) -> None:
        name = f"Demo {kind}"
        for known in (await self._owner("GET", "channels"))["items"]:
            if known["kind"] == kind and known["name"] == name:
                channel = await self._owner("PATCH", f"channels/{known['id']}", {"settings": settings})
                break
        else:
            body = {"kind": kind, "name": name, "group": group, "settings": settings}
            channel = await self._owner("POST", "channels", body)
        self._channels[kind] = channel

    def _open_accounts(self, kept: Mapping[str, Mapping[str, Any]]) -> None:
        """Give the simulator's accounts the credentials that the channels have."""
        simulator = self._simulator
        simulator.line.account("line", **kept["line"])
        simulator.twilio.account("twilio", **kept["twilio"])
        simulator.meta.account("meta", **kept["meta"])
        simulator.telegram.account("telegram", **kept["telegram"])

    def _account(self, provider: str) -> Account[Any]:
        look_alike = getattr(self._simulator, provider)
        found: Account[Any] = look_alike.accounts[provider]
        return found

    # --- playing -----------------------------------------------------------------------------------------------

    async def _chat(self, kind: str, phone: Phone, words: str) -> None:
        """Customer writes, is greeted, an agent answers and closes, the customer rates."""
        print(f"\n{kind}", flush=True)
        _line(phone.name, words)
        await phone.text(words)
        seen = await self._heard(phone, 0)
        session = await self._session_of(kind)
        agent = await self._agent_of(session)
        answer = "Good day! Let me look at that for you right away."
        await self._reply(agent, session, answer)
        seen = await self._heard(phone, seen, until=answer)
        _line(phone.name, "Thank you!")
        await phone.text("Thank you!")
        await self._call(agent, "POST", f"/api/v1/inbox/sessions/{session}/close", {})
        seen = await self._heard(phone, seen, more=2)
        _line(phone.name, "5")
        await phone.text("5")
        await self._heard(phone, seen)
        await self._rated(agent, session)

    async def _web_chat(self, words: str) -> None:
        """The same over the widget's own socket."""
        print("\nweb", flush=True)
        channel = self._channels["web"]["id"]
        visit = await self._call(None, "POST", f"/widget/{channel}/visits", {"language": "en", "name": "Grace"})
        async with self._session.ws_connect(f"{self._url}/widget/{channel}/socket") as socket:
            await socket.send_json({"type": "auth", "token": visit["token"], "after": visit["cursor"]})
            await self._send(socket, words)
            await _shown(socket)
            session = await self._session_of("web")
            agent = await self._agent_of(session)
            await self._reply(agent, session, "Hello Grace, yes. What can I do for you?")
            await _shown(socket, author="agent")
            await self._call(agent, "POST", f"/api/v1/inbox/sessions/{session}/close", {})
            await _shown(socket, kind="form")
            await self._send(socket, "5 stars")
            await _shown(socket)
        await self._rated(agent, session)

    async def _send(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
        _line("Grace", text)
        await socket.send_json(
            {"type": "message", "client_id": secrets.token_hex(8), "content": {"type": "text", "text": text}}
        )

    async def _heard(self, phone: Phone, seen: int, *, more: int = 1, until: str | None = None) -> int:
        """Print what reached the phone since; how much it has now."""
        try:
            if until is not None:
                await phone.wait_for(lambda message: message.text == until, WAIT_S)
            else:
                async with asyncio.timeout(WAIT_S):
                    while len(phone.received) < seen + more:
                        await phone.wait_for(lambda _: len(phone.received) >= seen + more, WAIT_S)
        except TimeoutError as error:
            raise DemoFailed(f"{phone.name}'s phone waited {WAIT_S:.0f} s for an answer.") from error
        for message in phone.received[seen:]:
            options = "   ".join(f"[{option.label}]" for option in message.options)
            _line("Frontdesk", f"{message.text}{'  ' + options if options else ''}")
        return len(phone.received)

    async def _session_of(self, kind: str) -> str:
        email = self._config.admin_email
        page = await self._call(email, "GET", f"/api/v1/inbox/sessions?channel={self._channels[kind]['id']}&limit=1")
        if not page["items"]:
            raise DemoFailed(f"No session appeared on {kind}.")
        return str(page["items"][0]["id"])

    async def _agent_of(self, session: str) -> str:
        """The e-mail of whoever the desk gave the session to, as soon as it did."""
        async with asyncio.timeout(WAIT_S):
            while True:
                detail = await self._call(self._config.admin_email, "GET", f"/api/v1/inbox/sessions/{session}")
                if detail["agent"] is not None:
                    return next(email for name, email, _ in AGENTS if name == detail["agent"]["name"])
                await asyncio.sleep(0.05)

    async def _reply(self, agent: str, session: str, text: str) -> None:
        body = {"client_id": secrets.token_hex(8), "content": {"type": "text", "text": text}}
        await self._call(agent, "POST", f"/api/v1/inbox/sessions/{session}/messages", body)

    async def _rated(self, agent: str, session: str) -> None:
        detail = await self._call(agent, "GET", f"/api/v1/inbox/sessions/{session}")
        rating = detail["rating"]
        why = next(line["text"] for line in detail["trace"] if line["step"] == "assigned")
        rated = f"rated {rating['score']} of 5" if rating else "not rated"
        print(f"   {ICON} {rated}. Why this agent: {why}", flush=True)

    async def _call(self, email: str | None, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[email]}"} if email else {}
        async with self._session.request(method, self._url + path, json=body, headers=headers) as answer:
            if answer.status >= 400:
                raise DemoFailed(f"{method} {path}: {answer.status} {await answer.text()}")
            return await answer.json() if answer.content_type == "application/json" else None


async def _shown(
    socket: aiohttp.ClientWebSocketResponse, *, author: str | None = None, kind: str | None = None
) -> None:
    """Print messages of the other side until one from `author` (or of `kind`, or any) came."""
    async with asyncio.timeout(WAIT_S):
        while True:
            frame = await socket.receive_json()
            message = frame.get("message")
            if frame["type"] != "message.created" or message["author"]["kind"] == "customer":
                continue
            _line(message["author"].get("name") or "Frontdesk", message["content"].get("text", ""))
            if author in (None, message["author"]["kind"]) and kind in (None, message["content"]["type"]):
                return


def _line(who: str, text: str) -> None:
    print(f"   {who:<10} {text}", flush=True)


def _accounts(path: Path) -> dict[str, dict[str, str]]:
    """The demo accounts' made-up credentials, kept so that a second run talks to the same channels."""
    import json

    if path.exists():
        found: dict[str, dict[str, str]] = json.loads(path.read_text())
        return found
    made = {
        "line": {"channel_secret": secrets.token_hex(16), "channel_access_token": secrets.token_urlsafe(120)},
        "twilio": {
            "account_sid": "AC" + secrets.token_hex(16),
            "auth_token": secrets.token_hex(16),
            "sender": "whatsapp:+14155238886",
        },
        "meta": {
            "phone_number_id": "106540352242922",
            "access_token": secrets.token_urlsafe(60),
            "app_secret": secrets.token_hex(16),
            "verify_token": secrets.token_hex(8),
        },
        "telegram": {"bot_token": f"110201543:{secrets.token_urlsafe(26)[:35]}", "secret_token": secrets.token_hex(16)},
    }
    path.write_text(json.dumps(made))
    path.chmod(0o600)
    return made


def _settings(kept: Mapping[str, Mapping[str, str]], url: str) -> dict[str, dict[str, str]]:
    """The channels' settings that match the simulator's accounts."""
    twilio = dict(kept["twilio"])
    return {
        "line": {**kept["line"], "api_base": f"{url}/line", "data_base": f"{url}/line"},
        "whatsapp": {
            "account_sid": twilio["account_sid"],
            "auth_token": twilio["auth_token"],
            "from": twilio["sender"],
            "api_base": f"{url}/twilio",
        },
        "whatsapp-cloud": {**kept["meta"], "api_base": f"{url}/meta"},
        "telegram": {**kept["telegram"], "api_base": f"{url}/telegram"},
        "web": {},
    }
