"""Translation by a provider: LibreTranslate (or what speaks like it) and DeepL, both over the guarded wire.

LibreTranslate: https://docs.libretranslate.com/api/operations/translate/ · DeepL:
https://developers.deepl.com/api-reference/translate
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from core.channel import Answer, Wire
from core.errors import Rejected, Throttled, Unreachable
from core.language import chain, normal
from core.message import Translation

TIMEOUT_S = 15.0
LONGEST = 10_000
_DEFAULT_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class TranslatorAddress:
    """`kind` is "libretranslate" or "deepl"; `base` without a slash at its end."""

    kind: str
    base: str
    key: str | None = None


def translator_address(text: str, key: str | None) -> TranslatorAddress:
    """Raises ValueError with what is wanted."""
    kind, _, base = text.partition(":")
    parts = urlsplit(base)
    if kind not in ("libretranslate", "deepl") or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"wants libretranslate:https://HOST or deepl:https://api-free.deepl.com, not {text!r}")
    if kind == "deepl" and key is None:
        raise ValueError("wants a key for DeepL in FRONTDESK_TRANSLATOR_KEY")
    return TranslatorAddress(kind, base.rstrip("/"), key)


class Translator:
    def __init__(self, address: TranslatorAddress, wire: Wire) -> None:
        self._address, self._wire = address, wire

    async def translate(self, text: str, target: str) -> Translation:
        """Raises `DeliveryError`: `Unreachable` or `Throttled` where it is worth another try, else `Rejected`."""
        if len(text) > LONGEST:
            raise Rejected("too_long", f"A text of more than {LONGEST} characters is not translated.")
        if self._address.kind == "deepl":
            return await self._deepl(text, target)
        return await self._libre(text, target)

    async def _libre(self, text: str, target: str) -> Translation:
        tags = chain(target)
        code = next((tag for tag in tags if tag in ("zh-Hans", "zh-Hant")), tags[0].split("-")[0])
        body = {"q": text, "source": "auto", "target": code, "format": "text"}
        if self._address.key is not None:
            body["api_key"] = self._address.key
        found = await self._call("/translate", body, {})
        source = found.get("detectedLanguage")
        language = source.get("language") if isinstance(source, dict) else None
        return _read(found.get("translatedText"), language, target)

    async def _deepl(self, text: str, target: str) -> Translation:
        headers = {"Authorization": f"DeepL-Auth-Key {self._address.key}"}
        found = await self._call("/v2/translate", {"text": [text], "target_lang": _deepl_code(target)}, headers)
        first = (found.get("translations") or [{}])[0]
        return _read(first.get("text"), first.get("detected_source_language"), target)

    async def _call(self, path: str, body: Mapping[str, object], headers: Mapping[str, str]) -> dict[str, Any]:
        answer = await self._wire.call(
            "POST",
            self._address.base + path,
            {"Content-Type": "application/json", **headers},
            msgspec.json.encode(body),
            timeout=TIMEOUT_S,
        )
        _refuse(answer)
        try:
            return msgspec.json.decode(answer.body, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise Unreachable("unreadable", "The translation service answered something that cannot be read.") from None


def _deepl_code(target: str) -> str:
    """Its targets: two letters, but for English, Portuguese and Chinese, where it wants to know which."""
    tags = [tag for tag in chain(target) if tag.split("-")[0] == chain(target)[0].split("-")[0]]
    special = {"en": "EN-US", "pt": "PT-BR", "zh-Hans": "ZH-HANS", "zh-Hant": "ZH-HANT", "no": "NB"}
    known = {"en-GB": "EN-GB", "pt-PT": "PT-PT", "es-419": "ES-419"}
    return known.get(tags[0]) or next((special[tag] for tag in tags if tag in special), tags[0].split("-")[0].upper())


def _refuse(answer: Answer) -> None:
    if answer.status == 200:
        return
    code = str(answer.status)
    if answer.status == 429:
        wait = answer.headers.get("retry-after", "")
        raise Throttled(
            code, "The translation service is asked too often.", float(wait) if wait.isdigit() else _DEFAULT_PAUSE_S
        )
    if answer.status >= 500:
        raise Unreachable(code, "The translation service has a failure of its own.")
    if answer.status in (401, 403):
        raise Rejected(code, "The translation service does not accept our key.")
    if answer.status == 456:
        raise Rejected(code, "The translation service's quota is used up.")
    raise Rejected(code, "The translation service does not take this text or language.")


def _read(text: object, source: object, target: str) -> Translation:
    if not isinstance(text, str):
        raise Unreachable("unreadable", "The translation service answered without a translation.")
    return Translation(text=text, language=target, source=normal(source) if isinstance(source, str) else None)
