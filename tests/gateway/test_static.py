"""What browsers load: the files that were built, their headers and sizes."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp import AiohttpClient

from gateway import static
from tests.house.tree import ROOT

Client = TestClient[web.Request, web.Application]
PAGES = ("/", "/widget-demo.html", "/api/docs")
ASSETS = ("/pages.css", "/demo.js", "/api/docs/swagger-ui.css", "/api/docs/swagger-ui-bundle.js", "/api/docs/init.js")
EMBEDDED = ("/widget.js", "/widget-texts/ja.json")
LARGEST_WIDGET = 20_000  # bytes, compressed: all script before the first message
LANGUAGES = ("ar", "en", "es", "id", "ja", "th", "zh-Hans", "zh-Hant")


def texts(language: str) -> dict[str, str]:
    found: Any = json.loads((ROOT / "web" / "src" / "locales" / f"{language}.json").read_text(encoding="utf-8"))
    return {str(key): str(text) for key, text in found.items()}


def named(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Client:
    assert static.DIST.is_dir(), "run `make web` first"
    return await serving(aiohttp_client, static.DIST)


async def serving(aiohttp_client: AiohttpClient, dist: Path) -> Client:
    app = web.Application()
    app.add_routes(static.routes(dist))
    return await aiohttp_client(app)


@pytest.mark.parametrize("path", [*PAGES, *ASSETS, *EMBEDDED])
async def test_every_file_says_that_it_is_what_it_says_and_is_kept_for_minutes_only(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = await client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_only_files_of_ours_and_in_nobodys_frame(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    page = await answer.text()
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", page) == []


@pytest.mark.parametrize("path", EMBEDDED)
async def test_what_other_sites_embed_is_open_to_all_of_them(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("path", [*PAGES, *ASSETS])
async def test_nothing_else_is_open_to_other_sites(client: Client, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in (await client.get(path)).headers


async def test_the_widget_is_sent_compressed_and_is_small(client: Client) -> None:
    answer = await client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert 5_000 < int(answer.headers["Content-Length"]) < LARGEST_WIDGET
    script = (static.DIST / "widget.js").read_bytes()
    assert gzip.decompress((static.DIST / "widget.js.gz").read_bytes()) == script


@pytest.mark.parametrize("path", ["/desk", "/desk/", "/desk/chats/01J", "/desk/admin/channels"])
async def test_every_screen_of_the_desk_is_the_one_page_under_the_strictest_policy(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    page = await answer.text()
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", page) == []


async def test_the_desks_pieces_are_kept_for_good(client: Client) -> None:
    page = await (await client.get("/desk/")).text()
    for piece in re.findall(r"/desk/assets/[\w.-]+", page):
        answer = await client.get(piece, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
    assert (await client.get("/desk/assets/nothing.js")).status == 404


async def test_where_nothing_was_built_the_answer_says_what_builds_it(
    aiohttp_client: AiohttpClient, tmp_path: Path
) -> None:
    client = await serving(aiohttp_client, tmp_path / "dist")
    for path in (*PAGES, *ASSETS, *EMBEDDED):
        answer = await client.get(path)
        assert (answer.status, await answer.text()) == (
            503,
            "The web assets are not built. `make setup` builds them.\n",
        )


@pytest.mark.parametrize(
    "path",
    ["/api/docs/..", "/api/docs/%2e%2e/index.html", "/api/docs/LICENSE", "/widget-texts/xx.json", "/widget.js.gz"],
)
async def test_nothing_but_the_listed_files_is_served(client: Client, path: str) -> None:
    assert (await client.get(path, allow_redirects=False)).status == 404


def test_the_widget_speaks_the_languages_of_the_prompts() -> None:
    prompts = {file.stem for file in (ROOT / "locales").glob("*.json")}
    assert {file.stem for file in (ROOT / "web" / "src" / "locales").glob("*.json")} == prompts


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_of_the_widget_has_every_text_and_every_value_in_it(language: str) -> None:
    english, translated = texts("en"), texts(language)
    assert list(translated) == list(english)
    assert {key: named(text) for key, text in translated.items()} == {key: named(text) for key, text in english.items()}
    assert [key for key, text in translated.items() if not text.strip()] == []


def test_every_text_of_the_widget_is_used() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "web" / "src" / "widget").glob("*.ts*"))
    by_name = {"image", "audio", "video", "file", "agent", "bot", "system"}  # looked up by a kind
    assert [
        key for key in texts("en") if f"texts.{key}" not in source and f".{key}" not in source and key not in by_name
    ] == []


def test_nothing_in_the_widget_writes_markup() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "web" / "src").rglob("*.ts*"))
    assert re.findall(r"(?i)innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function", source) == []
