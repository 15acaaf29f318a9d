"""Secrets and masked words are planted, a whole story is played, then they are looked for wherever they might be."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.app import Simulator
from tests.api import hits
from tests.api.client import Client
from tests.e2e.house import ADMIN, AGENT_PASSWORD, INBOX, PASSWORD, PIXEL, House, reaches, settings_of, text, visited
from tests.e2e.process import environment, run, served

KEY = "canary-frontdesk-secret-0123456789abcdef"
WORD = "kanarienvogel"
"""What agents say and must not be seen to have said; supervisors may see it."""

CREDENTIALS: dict[str, dict[str, str]] = {
    "line": {"channel_secret": "canary-line-secret", "channel_access_token": "canary-line-token"},
    "whatsapp": {"auth_token": "canary-twilio-token"},
    "whatsapp-cloud": {
        "access_token": "canary-meta-token",
        "app_secret": "canary-meta-secret",
        "verify_token": "canary-meta-word",
    },
    "telegram": {"bot_token": "1234567890:canary-telegram-token", "secret_token": "canary-telegram-secret"},
}
SECRETS = [
    KEY,
    PASSWORD,
    AGENT_PASSWORD,
    "canary-identity-secret",
    *(value for known in CREDENTIALS.values() for value in known.values()),
]


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it is, and as it is easily read back from."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    for shift in range(3):  # wherever it begins in what was encoded
        coded = base64.b64encode(bytes(shift) + raw)
        yield coded[4 if shift else 0 : -4]


def found_in(place: bytes, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if any(form in place for form in forms(secret))]


def test_the_search_finds_what_is_only_written_otherwise() -> None:
    for hidden in (b"Basic " + base64.b64encode(b"AC1:canary-twilio-token!"), b"canary-twilio-token".hex().encode()):
        assert found_in(b"... " + hidden + b" ...", SECRETS) == ["canary-twilio-token"]


@pytest.mark.parametrize("style", ["console", "json"])
async def test_no_secret_and_no_masked_word_is_seen_where_it_must_not_be(
    tmp_path: Path, request: pytest.FixtureRequest, style: str
) -> None:
    data, archive = tmp_path / "data", tmp_path / "backup.tar"
    settings = {"FRONTDESK_SECRET": KEY, "FRONTDESK_LOG": style}
    async with Simulator(time_scale=0.005) as simulator, served(data, **settings) as (server, url):
        async with visited(url, simulator, hits.of(request.config)) as house:
            seen = await _story(house)
            tokens = [client.token or "" for client in (house.owner, *house.agents.values())]
            async with house.http.get("/metrics") as answer:
                metrics = await answer.text()
            await _errors(house)
            status, said = await run("backup", str(archive), env=environment(data, 1, **settings))
            assert status == 0, said
            status, checked = await run("check", env=environment(data, 1, **settings))
            overheard = "\n".join(house.overheard)
        await server.stop()
        logs = server.said + said + checked

    assert "forged" in metrics, "the story was told"
    secrets = [*SECRETS, *tokens]
    assert found_in(logs.encode(), [*secrets, WORD]) == []
    assert found_in(metrics.encode(), [*secrets, WORD]) == []
    assert found_in(overheard.encode(), SECRETS) == [], "no answer and no frame holds a secret"
    assert [token for token in tokens if overheard.count(token) != 1] == [], "a token is said once, at the sign-in"
    for place in (archive, *(path for path in data.rglob("*") if path.is_file())):
        assert found_in(place.read_bytes(), secrets) == [], place
    assert WORD not in seen, "what is masked is masked in every answer and frame of an agent and of the customer"


async def _story(house: House) -> str:
    """What an agent and a visitor were shown of it, all of it."""
    mei, boss = await house.agent("Mei"), await house.agent("Sam", "supervisor")
    await boss.put(f"{INBOX}/me/status", {"status": "offline"})
    await _channels(house)
    lists = [{"name": side, "side": side, "action": "mask", "words": [WORD]} for side in ("customer", "agent")]
    await house.settings("words", {"lists": lists})
    await house.settings("surveys", {"on": True, "kind": "stars"})
    theirs, bosses, visitor = await house.ear(mei), await house.ear(boss), await house.visitor(language="en")
    for kind, account in house.accounts.items():
        phone = account.phone(name="Ann")
        await phone.text(f"my {WORD} is ill, says {kind}")
        masked = f"my {'*' * len(WORD)} is ill, says {kind}"
        session = await house.session_of(theirs, masked)
        await theirs.of(session, "session.assigned")
        said = await house.reply(mei, session, f"poor {WORD}!")
        await reaches(phone, f"poor {'*' * len(WORD)}!")
        await theirs.state(said["id"], "sent")
        await phone.image(PIXEL, "image/png")
        await mei.post(f"{INBOX}/sessions/{session}/notes", {"text": "a note"})
        for path in ("", "/messages", "/templates"):
            await mei.get(f"{INBOX}/sessions/{session}{path}")
        await mei.post(f"{INBOX}/sessions/{session}/close")
    await visitor.say(type="message", client_id="1", content=text(f"a {WORD} here"))
    session = await house.session_of(theirs, f"a {'*' * len(WORD)} here")
    await theirs.of(session, "session.assigned")
    await house.reply(mei, session, f"which {WORD}?")
    await visitor.message(f"which {'*' * len(WORD)}?")
    originals = [
        message["original"]
        for message in (await boss.get(f"{INBOX}/sessions/{session}/messages")).body["items"]
        if "original" in message
    ]
    assert [original["text"] for original in originals] == [f"a {WORD} here", f"which {WORD}?"], (
        "supervisors may see it"
    )
    await bosses.message(f"which {'*' * len(WORD)}?")
    again = await house.ear(mei, theirs.frames[0]["cursor"])  # all of it once more, from the start
    await again.message(f"which {'*' * len(WORD)}?")
    return str([await _all_of(mei), theirs.frames, again.frames, visitor.frames])


async def _channels(house: House) -> None:
    for kind, known in CREDENTIALS.items():
        provider = {"whatsapp": "twilio", "whatsapp-cloud": "meta"}.get(kind, kind)
        account = getattr(house.simulator, provider).account(provider, None, **known)
        settings = settings_of(kind, account, house.simulator.url)
        made = await house.owner.post(f"{ADMIN}/channels", {"kind": kind, "name": kind, "settings": settings})
        assert made.status == 201, made.body
        house.channels[kind], house.accounts[kind] = made.body, account
        account.webhook_url = made.body["webhook_url"]
        for path in ("", "/raws"):
            await house.owner.get(f"{ADMIN}/channels/{made.body['id']}{path}")
    await house.channel("web")
    body = {"settings": {"identity_secret": "canary-identity-secret"}}
    await house.owner.patch(f"{ADMIN}/channels/{house.channels['web']['id']}", body)


async def _all_of(client: Client) -> list[Any]:
    found: list[Any] = [(await client.get(f"{INBOX}/customers")).body]
    page = (await client.get(f"{INBOX}/sessions")).body
    found += [page, (await client.get(f"{INBOX}/sessions", params={"q": WORD})).body]
    for session in page["items"]:
        for path in ("", "/messages"):
            found.append((await client.get(f"{INBOX}/sessions/{session['id']}{path}")).body)
    return found


async def _errors(house: House) -> None:
    """Everything that goes wrong and might quote what it had in hand."""
    for kind, account in house.accounts.items():
        url = account.webhook_url or ""
        provider: Any = account.provider
        signed = provider.sign(account, url, b"nonsense")
        for headers in (signed, {}, {key: value + "x" for key, value in signed.items()}):
            async with house.http.post(url, data=b"nonsense", headers=headers):
                pass
        account.faults.clear()
        for fault in (401, 403, 404, 400):
            account.fail(fault, method="*")
        account.fail("garbage", method="*")
        account.fail("drop", method="*")
        broken = {"settings": {"api_base": "http://127.0.0.1:9"}}
        await account.phone(name="Ann").text(f"hello again on {kind}")
        await account.phone(name="Ann").image(PIXEL, "image/png")
        await house.owner.patch(f"{ADMIN}/channels/{house.channels[kind]['id']}", broken)
        await house.owner.patch(f"{ADMIN}/channels/{house.channels[kind]['id']}", {"settings": {"nonsense": "x"}})
    for token in ("guessed", (house.owner.token or "")[:-1]):
        await house.nobody.as_(token).get(f"{INBOX}/me")
    await house.nobody.post("/api/v1/auth/login", {"email": "owner@desk.example", "password": PASSWORD + "x"})
    for path in ("/nowhere", "/media/x.1.y", "/hooks/none"):
        async with house.http.get(path) as answer:
            assert not re.search("Traceback|site-packages", await answer.text())
