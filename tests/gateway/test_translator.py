"""Translation services: what is asked of each and made of its answers, and the errand that waits behind the commit."""

import json
from random import Random
from typing import Any

import pytest

from core import effect as f
from core.errors import DeliveryError, Rejected, Throttled, Unreachable
from core.message import Translation
from core.ports.writing import Lease
from gateway.config import BadConfiguration, read
from gateway.errands import Errands
from gateway.shell import Shell
from gateway.translator import Translator, TranslatorAddress, translator_address
from tests.api import hits
from tests.connectors.wires import FakeWire, answer
from tests.inbox.floor import Floor, Interpreter, floor

LIBRE = TranslatorAddress("libretranslate", "https://translate.example", "k3y")
DEEPL = TranslatorAddress("deepl", "https://api-free.deepl.com", "k3y:fx")


async def test_libretranslate_is_asked_in_its_words() -> None:
    wire = FakeWire([answer(200, {"translatedText": "Good day", "detectedLanguage": {"language": "ja"}})])
    assert await Translator(LIBRE, wire).translate("こんにちは", "en-GB") == Translation("Good day", "en-GB", "ja")
    (call,) = wire.calls
    assert (call.method, call.url) == ("POST", "https://translate.example/translate")
    assert json.loads(call.body or b"") == {
        "q": "こんにちは",
        "source": "auto",
        "target": "en",
        "format": "text",
        "api_key": "k3y",
    }


@pytest.mark.parametrize(
    ("target", "code"),
    [("en", "EN-US"), ("en-GB", "EN-GB"), ("pt", "PT-BR"), ("zh-TW", "ZH-HANT"), ("no", "NB"), ("ja-JP", "JA")],
)
async def test_deepl_is_asked_in_its_words(target: str, code: str) -> None:
    wire = FakeWire([answer(200, {"translations": [{"text": "…", "detected_source_language": "DE"}]})])
    assert await Translator(DEEPL, wire).translate("Guten Tag", target) == Translation("…", target, "de")
    (call,) = wire.calls
    assert call.url == "https://api-free.deepl.com/v2/translate"
    assert call.headers["authorization"] == "DeepL-Auth-Key k3y:fx"
    assert json.loads(call.body or b"") == {"text": ["Guten Tag"], "target_lang": code}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, None, Throttled),
        (503, None, Unreachable),
        (403, None, Rejected),
        (456, None, Rejected),
        (400, {"error": "no such language"}, Rejected),
        (200, b"<html>", Unreachable),
        (200, {"translations": []}, Unreachable),
        (200, {"translatedText": 5}, Unreachable),
    ],
)
async def test_a_failure_says_whether_to_try_again(status: int, body: object, error: type[DeliveryError]) -> None:
    for address in (LIBRE, DEEPL):
        with pytest.raises(error) as raised:
            await Translator(address, FakeWire([answer(status, body)])).translate("Guten Tag", "en")
        assert "k3y" not in str(raised.value)
        assert type(raised.value) is error


async def test_a_text_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(Rejected):
        await Translator(LIBRE, FakeWire()).translate("x" * 10_001, "en")


def test_a_translator_is_configured_by_the_environment() -> None:
    set_up = read({"FRONTDESK_TRANSLATOR": "deepl:https://api-free.deepl.com/", "FRONTDESK_TRANSLATOR_KEY": "k3y:fx"})
    assert set_up.translator == DEEPL
    assert translator_address("libretranslate:http://127.0.0.1:5000", None).base == "http://127.0.0.1:5000"
    for wrong in ("deepl:https://api.deepl.com", "google:https://x.test", "libretranslate:x.test", "nonsense"):
        with pytest.raises(BadConfiguration, match="FRONTDESK_TRANSLATOR wants"):
            read({"FRONTDESK_TRANSLATOR": wrong})


@pytest.fixture
async def desk(aiohttp_client: Any, request: pytest.FixtureRequest) -> Floor:
    found = await floor(aiohttp_client, hits.of(request.config))
    await found.channel()
    return found


def errands(desk: Floor) -> Errands:
    def unasked(*_: object) -> Any:
        raise AssertionError("no translation asks for this")

    return Errands(
        Shell(
            store=desk.store,
            engine=desk.rim.engine,
            clock=desk.clock,
            random=Random(1),
            lease=lambda now: Lease("test", now),
            ways=unasked,
            find_agent=unasked,
            fetch=unasked,
            public=unasked,
            count=lambda channel, what: None,
            translate=Interpreter().translate,
        )
    )


async def translations(desk: Floor) -> list[Any]:
    later = Lease("other", desk.clock.at + 900_000)
    found = await desk.store.claim(desk.clock.at + 600_000, 50, later)
    return [errand for errand in found if isinstance(errand.effect, f.Translate)]


async def test_a_customers_words_are_translated_behind_the_commit_and_kept_as_they_were(desk: Floor) -> None:
    await desk.setting("languages", {"translate": True, "translate_to": "en"})
    session = await desk.chat("注文した商品がまだ届いていません")
    (errand,) = await translations(desk)
    settled = await errands(desk).do(errand)
    assert settled.done
    mei = await desk.agent("mei")
    (message,) = [
        item
        for item in (await mei.get(f"/api/v1/inbox/sessions/{session}/messages")).body["items"]
        if item["author"]["kind"] == "customer"
    ]
    assert message["content"]["text"] == "注文した商品がまだ届いていません"
    assert message["translation"] == {"text": "(en) 注文した商品がまだ届いていません", "language": "en", "source": "en"}


async def test_nothing_is_translated_unless_it_is_switched_on_and_another_language(desk: Floor) -> None:
    await desk.chat("注文した商品がまだ届いていません")
    assert await translations(desk) == []
    await desk.setting("languages", {"translate": True, "translate_to": "en"})
    await desk.chat("Hello, I would like to know where my order is", address="bob")
    await desk.chat("12345 👍", address="eve")
    assert await translations(desk) == []


async def test_a_service_that_is_away_is_asked_again_later_and_the_chat_goes_on(desk: Floor) -> None:
    await desk.setting("languages", {"translate": True, "translate_to": "ja"})
    await desk.chat("Hello, I would like to know where my order is")
    await desk.chat("fail")
    first, second = await translations(desk)
    assert (await errands(desk).do(first)).done
    again = await errands(desk).do(second)
    assert (again.done, again.attempt) == (False, 1)
    assert again.due > desk.clock.at


async def test_an_agent_gets_a_draft_and_what_they_wrote_is_kept(desk: Floor) -> None:
    mei = await desk.agent("mei")
    session = await desk.chat("注文した商品がまだ届いていません")
    chat = f"/api/v1/inbox/sessions/{session}"
    assert (await mei.post(f"{chat}/claim")).status == 200
    assert (await mei.post(f"{chat}/translate", {"text": "It is on its way."})).status == 409
    await desk.setting("languages", {"translate": True})
    draft = await mei.post(f"{chat}/translate", {"text": "It is on its way."})
    assert draft.body == {"text": "(ja) It is on its way.", "language": "ja", "source": "en"}
    assert (await mei.post(f"{chat}/translate", {"text": "Hi", "to": "th"})).body["language"] == "th"
    assert (await mei.post(f"{chat}/translate", {"text": "fail"})).status == 502
    assert (await mei.post(f"{chat}/translate", {"text": "Hi", "to": "!"})).status == 422
    assert (await mei.post("/api/v1/inbox/sessions/nothing/translate", {"text": "Hi"})).status == 404
    content = {"type": "text", "text": draft.body["text"]}
    written = {"text": "It is on its way.", "language": "en"}
    sent = await mei.post(f"{chat}/messages", {"client_id": "c1", "content": content, "written": written})
    assert sent.status == 201
    assert (sent.body["content"]["text"], sent.body["translation"]) == ("(ja) It is on its way.", written)
