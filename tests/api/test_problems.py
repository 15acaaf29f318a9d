"""Bad requests: which problem each is, with the field named."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from api.problems import middleware, problem_of
from core.errors import BadInput, Full, Refused, Stale, StoreDown
from tests.api.world import World

LOGIN = "/api/v1/auth/login"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 15_000, 400),
        (b'{"email": NaN}', 400),
        (b'{"email": "\\ud800"}', 400),
        (b"[]", 422),
        (b"5", 422),
        (b'{"email": 5, "password": "x"}', 422),
        (b" " * 20_001, 413),
    ],
)
async def test_what_is_no_body_is_refused(here: World, raw: bytes, status: int) -> None:
    seen = await here.client.send("POST", LOGIN, raw=raw)
    assert seen.status == status
    assert seen.headers["Content-Type"] == "application/problem+json"


async def test_a_missing_field_is_named(here: World) -> None:
    seen = await here.client.post(LOGIN, {"email": "a@b.example"})
    assert seen.status == 422
    assert seen.fields == {"password": "This field is required."}


async def test_a_field_that_is_none_is_named(here: World) -> None:
    seen = await here.client.post(LOGIN, {"email": "a@b.example", "password": "x", "remember": True})
    assert seen.fields == {"remember": "There is no such field."}


async def test_a_body_is_refused_before_it_is_read_to_its_end(here: World) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 4096

    async with here.client.http.post(LOGIN, data=endless()) as answer:
        assert answer.status == 413


async def test_an_unknown_path_and_method_are_problems_too(here: World) -> None:
    nowhere = await here.client.get("/api/v1/nowhere")
    assert (nowhere.status, nowhere.body["title"]) == (404, "Not Found")
    never = await here.client.delete(LOGIN)
    assert (never.status, never.body["title"]) == (405, "Method Not Allowed")
    assert never.headers["Allow"] == "POST"


async def test_a_defect_shows_an_id_and_nothing_else(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(email: str, password: str) -> None:
        raise RuntimeError(f"the password was {password}")

    monkeypatch.setattr(here.rim.auth, "login", broken)
    seen = await here.client.post(LOGIN, {"email": "a@b.example", "password": "hunter2hunter2"})
    assert seen.status == 500
    assert set(seen.body) == {"title", "status", "detail", "id"}
    assert "hunter2" not in str(seen.body)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("unknown", "There is no such chat."), 404),
        (Refused("taken", "Mei has it.", who="mei"), 409),
        (Refused("blocked_word", "No.", field="content.text", word="bad"), 422),
        (Refused("window_closed", "Too late.", field="content.type"), 422),
        (BadInput(("a.b", "is wrong")), 422),
        (Full("mei"), 409),
        (Stale(), 409),
        (StoreDown(), 503),
    ],
)
def test_each_error_is_one_status(error: Exception, status: int) -> None:
    found = problem_of(error)
    assert found is not None
    assert found[0].status == status


def test_a_blocked_word_is_told_with_its_field() -> None:
    found = problem_of(Refused("blocked_word", "No.", field="content.text", word="bad"))
    assert found is not None
    assert [(each.field, each.message, each.word) for each in found[0].errors] == [("content.text", "No.", "bad")]


def test_who_has_it_is_told() -> None:
    found = problem_of(Refused("taken", "Mei has it.", who="mei"))
    assert found is not None
    assert found[0].who == "mei"


async def test_whoever_hangs_up_in_the_middle_of_a_body_is_no_defect_of_ours() -> None:
    over = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        try:
            return web.Response(body=await request.read())
        finally:
            over.set()

    app = web.Application(middlewares=[middleware])
    app.router.add_post("/", take)
    runner = web.AppRunner(app)  # a test server would cancel the handler, which serving does not
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with capture_logs() as logged:
        _, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nhalf")
        await writer.drain()
        writer.close()
        await over.wait()
    await runner.cleanup()
    assert logged == []
