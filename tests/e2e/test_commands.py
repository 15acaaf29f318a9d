"""The command line as an operator meets it: what it did, or one sentence that names what is wrong."""

import asyncio
import sqlite3
import tarfile
from pathlib import Path

import pytest

from simulator.app import Simulator
from tests.api import hits
from tests.e2e.house import (
    ADMIN,
    INBOX,
    PIXEL,
    Ear,
    Frame,
    House,
    free_port,
    housed,
    visited,
)
from tests.e2e.process import environment, run, served

WRONG: list[tuple[dict[str, str], str]] = [
    ({"FRONTDESK_PORT": "eighty"}, "FRONTDESK_PORT"),
    ({"FRONTDESK_PORT": "70000"}, "FRONTDESK_PORT"),
    ({"FRONTDESK_PUBLIC_URL": "desk.example.com"}, "FRONTDESK_PUBLIC_URL"),
    ({"FRONTDESK_STORE": "postgres://here"}, "FRONTDESK_STORE"),
    ({"FRONTDESK_SECRET": "short"}, "FRONTDESK_SECRET"),
    ({"FRONTDESK_ADMIN_EMAIL": "not-an-address"}, "FRONTDESK_ADMIN_EMAIL"),
    ({"FRONTDESK_ADMIN_PASSWORD": "short"}, "FRONTDESK_ADMIN_PASSWORD"),
    ({"FRONTDESK_ALLOW_PRIVATE": "10.0.0.0/99"}, "FRONTDESK_ALLOW_PRIVATE"),
    ({"FRONTDESK_LOG": "xml"}, "FRONTDESK_LOG"),
    ({"FRONTDESK_HOST": "203.0.113.7"}, "FRONTDESK_HOST"),
    ({"FRONTDESK_DATA": "/dev/null/data"}, "FRONTDESK_DATA"),
    ({"FRONTDESK_STORE": "sqlite:////dev/null/frontdesk.db"}, "/dev/null/frontdesk.db"),
]


async def test_serve_refuses_a_wrong_environment_with_a_sentence_that_names_the_variable(tmp_path: Path) -> None:
    async def refused(number: int, wrong: dict[str, str], named: str) -> None:
        env = environment(tmp_path / str(number), free_port()) | wrong
        status, said = await run("serve", env=env)
        assert status == 1, (wrong, said)
        assert said.startswith("frontdesk: "), said
        assert named in said
        assert len(said.strip().splitlines()) == 1, said

    for start in range(0, len(WRONG), 4):
        await asyncio.gather(*(refused(n, *WRONG[n]) for n in range(start, min(start + 4, len(WRONG)))))


async def test_a_database_that_is_none_or_of_a_newer_version_or_served_already_is_refused_and_left_as_it_was(
    tmp_path: Path,
) -> None:
    none = tmp_path / "none.db"
    none.write_bytes(b"These are no pages of a database. " * 200)
    env = environment(tmp_path / "a", free_port(), FRONTDESK_STORE=f"sqlite:///{none}")
    status, said = await run("serve", env=env)
    assert (status, "Traceback" in said) == (1, False), said
    assert "none.db" in said
    assert none.read_bytes().startswith(b"These are no pages")

    newer = tmp_path / "newer.db"
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    for command in ("serve", "migrate", "check"):
        status, said = await run(command, env=environment(tmp_path / "a", 1, FRONTDESK_STORE=f"sqlite:///{newer}"))
        assert (status, "newer version" in said, "Traceback" in said) == (1, True, False), (command, said)

    async with served(tmp_path / "b"):
        for arguments in (["serve"], ["migrate"], ["rotate-secret"], ["user", "ann@desk.example"]):
            env = environment(tmp_path / "b", free_port(), FRONTDESK_PASSWORD="long-enough-now")
            status, said = await run(*arguments, env=env)
            assert (status, "another process is serving" in said) == (1, True), (arguments, said)


async def test_serve_stops_in_order_when_it_is_asked_to(tmp_path: Path) -> None:
    async with served(tmp_path) as (server, _):
        assert await server.stop() == 0
        assert "Traceback" not in server.said


async def test_the_first_start_makes_a_secret_for_its_owner_only_and_prints_a_password_once(tmp_path: Path) -> None:
    async with served(tmp_path, FRONTDESK_ADMIN_PASSWORD="") as (server, url):
        assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
        password = server.said.partition("with the password ")[2].partition(" ")[0]
        async with Simulator() as simulator, visited(url, simulator, set(), password=password) as house:
            assert (await house.owner.get(f"{INBOX}/me")).body["role"] == "owner"
    async with served(tmp_path, FRONTDESK_ADMIN_PASSWORD="") as (server, _):
        assert password not in server.said, "shown only once"


async def test_check_says_what_is_right_and_what_is_not(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    status, said = await run("check", env=environment(tmp_path / "nothing", 8080))
    assert (status, "new:" in said) == (0, True), said
    async with housed(tmp_path, hits.of(request.config)) as house:
        await house.channel("line")
        await house.channel("telegram")
        await house.channel("web")
        env = environment(tmp_path, 8080, FRONTDESK_SECRET="a-secret-that-only-these-tests-know-of")
        env["FRONTDESK_PUBLIC_URL"] = house.url
        status, said = await run("check", env=env)
        assert status == 0, said
        assert said.count("channel         ok") == 2
        await house.owner.patch(
            f"{ADMIN}/channels/{house.channels['line']['id']}", {"settings": {"channel_access_token": "expired-token"}}
        )
        status, said = await run("check", env=env)
        assert (status, "not ok: Our line (line)" in said) == (1, True), said
        assert "expired-token" not in said


async def test_a_backup_made_beside_a_running_server_brings_everything_back(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Chats, files, sign-ins, channels: all but the secret, which is kept elsewhere."""
    before, after, archive = tmp_path / "before", tmp_path / "after", tmp_path / "backup.tar"
    secret = {"FRONTDESK_SECRET": "a-secret-that-only-these-tests-know-of"}
    async with Simulator(time_scale=0.005) as simulator:
        async with served(before, **secret) as (_, url), visited(url, simulator, hits.of(request.config)) as house:
            session = await _a_chat_with_a_picture(house)
            status, said = await run("backup", str(archive), env=environment(before, 1, **secret))
            assert (status, "The secret is not in it" in said) == (0, True), said
            status, said = await run("backup", str(archive), env=environment(before, 1, **secret))
            assert (status, "overwrites nothing" in said) == (1, True), said
            expected = await house.messages(session)
        status, said = await run("restore", str(archive), env=environment(before, 1, **secret))
        assert (status, "move it away first" in said) == (1, True), said
        status, said = await run("restore", str(archive), env=environment(after, 1, **secret))
        assert (status, "restored" in said) == (0, True), said
        async with served(after, **secret) as (_, url), visited(url, simulator, hits.of(request.config)) as house:
            found = await house.messages(session)
            assert [(m["seq"], m["author"]) for m in found] == [(m["seq"], m["author"]) for m in expected]
            address = next(m["content"]["url"] for m in found if m["content"]["type"] == "image")
            async with house.http.get(f"{house.url}/media/{address.partition('/media/')[2]}") as answer:
                assert (answer.status, await answer.read()) == (200, PIXEL)
            channels = (await house.owner.get(f"{ADMIN}/channels")).body["items"]
            assert [channel["settings"].get("bot_token") for channel in channels] == [{"set": True}]


async def _a_chat_with_a_picture(house: House) -> str:
    mei = await house.agent("Mei")
    await house.channel("telegram")
    ear: Ear = await house.ear(mei)
    phone = house.accounts["telegram"].phone(name="Ann")
    await phone.text("Hello")
    session = await house.session_of(ear, "Hello")
    await ear.of(session, "session.assigned")
    await phone.image(PIXEL, "image/png")

    def arrived(frame: Frame) -> bool:
        content = (frame.get("message") or {}).get("content", {})
        return content.get("type") == "image" and bool(content.get("url"))

    await ear.heard(arrived, "the picture")
    return session


async def test_restore_refuses_what_is_no_backup_and_what_is_left_of_another_database(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with served(data):
        assert (await run("backup", str(tmp_path / "good.tar"), env=environment(data, 1)))[0] == 0
    (tmp_path / "text.tar").write_text("no archive")
    with tarfile.open(tmp_path / "empty.tar", "w"):
        pass
    torn = (tmp_path / "good.tar").read_bytes()
    (tmp_path / "torn.tar").write_bytes(torn[: len(torn) // 2])
    damaged = bytearray(torn)
    damaged[20_000:24_000] = b"\xaa" * 4_000
    (tmp_path / "damaged.tar").write_bytes(damaged)
    for name in ("text", "empty", "torn", "damaged", "missing"):
        target = tmp_path / f"into-{name}"
        status, said = await run("restore", str(tmp_path / f"{name}.tar"), env=environment(target, 1))
        assert (status, "Traceback" in said) == (1, False), (name, said)
        assert said.startswith("frontdesk: ")
        assert not (target / "frontdesk.db").exists()

    for left in ("frontdesk.db-wal", "media/ab/file"):  # a log of another database would be played into this one
        target = tmp_path / f"beside-{left.partition('/')[0]}"
        (target / left).parent.mkdir(parents=True)
        (target / left).write_bytes(b"left over")
        status, said = await run("restore", str(tmp_path / "good.tar"), env=environment(target, 1))
        assert (status, "Traceback" in said, "move" in said) == (1, False, True), said
        assert not (target / "frontdesk.db").exists()


async def test_users_are_added_and_given_passwords_and_the_secret_is_changed(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    env = environment(tmp_path, 1, FRONTDESK_PASSWORD="a-password-from-outside")
    status, said = await run("user", "Ann@Desk.example", "--role", "supervisor", env=env)
    assert (status, said.strip()) == (0, "ann@desk.example is supervisor."), said
    status, said = await run("user", "ann@desk.example", env=env | {"FRONTDESK_PASSWORD": "another-password"})
    assert (status, said.strip()) == (0, "ann@desk.example has a new password."), said
    status, said = await run("user", "no-address", env=env)
    assert (status, "Traceback" in said) == (1, False), said
    status, said = await run("user", "ann@desk.example", env=env | {"FRONTDESK_PASSWORD": "short"})
    assert (status, "10 characters" in said) == (1, True), said

    async with Simulator(time_scale=0.005) as simulator:
        async with served(tmp_path) as (_, url), visited(url, simulator, hits.of(request.config)) as house:
            ann = await house.signed_in("ann@desk.example", "another-password")
            assert (await ann.get(f"{INBOX}/me")).body["role"] == "supervisor"
            old = await house.nobody.post(
                "/api/v1/auth/login", {"email": "ann@desk.example", "password": "a-password-from-outside"}
            )
            assert old.status == 401
            await house.channel("telegram")
            channel = house.channels["telegram"]["id"]
        before = (tmp_path / "secret").read_text().split()
        status, said = await run("rotate-secret", env=environment(tmp_path, 1))
        assert (status, "1 channels sealed" in said) == (0, True), said
        after = (tmp_path / "secret").read_text().split()
        assert (len(before), after[1:], after[0] != before[0]) == (1, before, True)
        assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
        (tmp_path / "secret").write_text(after[0] + "\n")  # the new key alone opens what was sealed anew
        async with served(tmp_path) as (_, url), visited(url, simulator, hits.of(request.config)) as house:
            account = simulator.telegram.accounts["telegram"]
            account.webhook_url = f"{url}/hooks/{channel}"
            phone = account.phone(name="Ann")
            assert (await phone.text("Can you read me?")).status == 200
            await phone.wait_for(lambda message: message.text.startswith("Hello and welcome"))
