"""Which language a customer speaks: tags made canonical, the chain of languages to try for a text, and a guess
from what was written. Reads no settings and keeps no choice."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import msgspec
import pycld2  # ships no types

_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?((?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)")
_EXTENSION = re.compile(r"-[a-wyz0-9](?:-[a-z0-9]{2,8})+|-x(?:-[a-z0-9]{1,8})+")

# Codes that were replaced, and macro-language members people's devices send (IANA subtag registry, CLDR).
_RENAMED = {
    "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "tl": "fil", "cmn": "zh", "nb": "no",
    "arb": "ar", "zsm": "ms", "pes": "fa", "swh": "sw", "sh": "sr",
}  # fmt: skip
_TRADITIONAL = frozenset(("TW", "HK", "MO"))
_RIGHT_TO_LEFT = frozenset(("ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"))
_RIGHT_TO_LEFT_SCRIPTS = frozenset(("Arab", "Hebr", "Thaa", "Syrc", "Nkoo"))

_KANA = re.compile("[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9d]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
# Scripts that one language nearly owns.
_OWN_SCRIPTS = (
    ("th", re.compile("[\u0e01-\u0e5b]")),
    ("ko", re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")),
    ("lo", re.compile("[\u0e81-\u0edf]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hy", re.compile("[\u0531-\u058f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
)
_LETTER = re.compile(r"[^\W\d_]")
# Characters that only one of the two ways of writing Chinese has, from the commonest in chat.
_ONLY_SIMPLIFIED = frozenset(
    "们这说吗请问谢对个时来为会没还样开关买卖钱东车门见听话语读写让给过进远运达边认识许谁该谈"
    "单号码价发货递换订购质图视频电脑网络线软业务员师处满错误应当国际银费优终"
    "几岁马鸟鱼龙乐乡书习长张场动办医药头脸爱亲兴学觉实宝点热烦恼简历难题总机经济约继续结帐账"
)
_ONLY_TRADITIONAL = frozenset(
    "們這說嗎請問謝對個時來為會沒還樣開關買賣錢東車門見聽話語讀寫讓給過進遠運達邊認識許誰該談"
    "單號碼價發貨遞換訂購質圖視頻電腦網絡線軟業務員師處滿錯誤應當國際銀費優終於幾歲馬鳥魚龍樂鄉"
    "書習長張場動辦醫藥頭臉愛親興學覺實寶點熱煩惱簡歷難題總機經濟約繼續結帳臺灣嘅喺咗啲冇"
) - _ONLY_SIMPLIFIED  # fmt: skip
_DETECTORS_CODES = {"fil": "tl", "he": "iw", "jv": "jw"}
_SURE = 0.9
_HINT = 0.7
# Languages so near each other that a short text is often taken for the other: words only one of them has. Without
# such a word the guess is no more than a hint.
_SIBLINGS: tuple[tuple[tuple[str, frozenset[str]], ...], ...] = (
    (
        (
            "da",
            frozenset(
                [
                    "hvad",
                    "ordre",
                    "endnu",
                    "tak",
                    "mange",
                    "af",
                    "har",
                    "i",
                    "nogen",
                    "jer",
                    "gerne",
                    "kunne",
                    "siden",
                    "min",
                    "gang",
                    "hedder",
                ]
            ),
        ),
        (
            "no",
            frozenset(
                [
                    "hva",
                    "takk",
                    "tusen",
                    "bestilling",
                    "bestillingen",
                    "ennå",
                    "fått",
                    "noen",
                    "kontoen",
                    "dere",
                    "hvordan",
                    "gjerne",
                ]
            ),
        ),
    ),
    (
        (
            "id",
            frozenset(
                [
                    "paket",
                    "paketnya",
                    "bisa",
                    "uang",
                    "mau",
                    "karena",
                    "apakah",
                    "ukuran",
                    "kapan",
                    "harganya",
                    "banget",
                    "pagi",
                    "kok",
                ]
            ),
        ),
        (
            "ms",
            frozenset(
                [
                    "manakah",
                    "berapakah",
                    "bungkusan",
                    "mahu",
                    "kerana",
                    "adakah",
                    "saiz",
                    "wang",
                    "bila",
                    "boleh",
                    "petang",
                    "encik",
                ]
            ),
        ),
    ),
)
# What the detector finds in short texts of the others, which hardly anybody who writes to a shop speaks.
_RARE = {"co": "it", "ceb": "fil", "nn": "no", "war": "fil", "lb": "de", "nds": "de", "fy": "nl", "af": "nl"}
_SCRIPTS_LEFT = (
    ("uk", re.compile("[іїєґ]", re.IGNORECASE), 0.85),
    ("ru", re.compile("[\u0400-\u04ff]"), 0.55),
    ("fa", re.compile("[پچژگک]"), 0.85),
    ("ar", re.compile("[\u0621-\u064a]"), 0.55),
    ("hi", re.compile("[\u0900-\u097f]"), 0.55),
)


class Guess(msgspec.Struct, frozen=True):
    """`confidence` from 0 to 1; below 0.8 is a hint, not a decision. `language` is None when nothing tells."""

    language: str | None
    confidence: float


@lru_cache(maxsize=1024)
def normal(tag: str) -> str | None:
    """The tag in canonical form (`zh_tw` → `zh-TW`, `iw` → `he`), extensions dropped; None if it is none."""
    cleaned = tag.strip().replace("_", "-").lower()
    found = _TAG.fullmatch(_EXTENSION.sub("", cleaned)) if len(cleaned) <= 64 else None
    if found is None:
        return None
    language, script, region, _variants = found.groups()
    parts = [_RENAMED.get(language, language)]
    if script:
        parts.append(script.title())
    if region:
        parts.append(region.upper())
    return "-".join(parts)


@lru_cache(maxsize=1024)
def chain(language: str | None, default: str | None = None) -> tuple[str, ...]:
    """What to try, nearest first: the exact tag, its script and language parents, the same of the default, and
    English. A tag that is none is passed over."""
    tried: dict[str, None] = {}
    for tag in (language, default, "en"):
        canonical = normal(tag) if tag else None
        if canonical is not None:
            tried.update(dict.fromkeys(_with_parents(canonical)))
    return tuple(tried)


@lru_cache(maxsize=1024)
def forms(tag: str) -> tuple[str, ...]:
    """The tag and what it is a form of, nearest first: `pt-BR`, `pt`. Empty if it is none."""
    canonical = normal(tag)
    return () if canonical is None else tuple(dict.fromkeys(_with_parents(canonical)))


def _with_parents(tag: str) -> Iterable[str]:
    yield tag
    parts = tag.split("-")
    if parts[0] in (
        "zh",
        "yue",
    ):  # the way of writing is what counts, and the region tells it
        script = next((part for part in parts[1:] if len(part) == 4), None)
        if script is None:
            script = "Hant" if parts[0] == "yue" or parts[-1] in _TRADITIONAL else "Hans"
        yield f"zh-{script}"
        yield "zh"
        return
    for size in range(len(parts) - 1, 0, -1):
        yield "-".join(parts[:size])


def direction(tag: str) -> Literal["ltr", "rtl"]:
    parts = (normal(tag) or "en").split("-")
    script = next((part for part in parts[1:] if len(part) == 4), None)
    if script is not None:
        return "rtl" if script in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if parts[0] in _RIGHT_TO_LEFT else "ltr"


def detect(text: str, hints: Iterable[str] = ()) -> Guess:
    """Script first, then the words. `hints` are tags the customer is likely to use (profile, channel): they
    settle what the writing leaves open. Few letters give a low confidence."""
    likely = tuple(found for hint in hints if (found := normal(hint)) is not None)
    letters = len(_LETTER.findall(text)) if not text.isascii() else sum(map(str.isalpha, text))
    if letters == 0:
        return Guess(None, 0.0)
    return _by_script(text, letters, likely) or _by_words(text, letters, likely)


def _by_script(text: str, letters: int, likely: tuple[str, ...]) -> Guess | None:
    if text.isascii():
        return None
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    # One of these says as much as several Latin letters: "请问 iPhone" is Chinese.
    if kana and (kana + han) * 4 >= letters:
        return Guess("ja", 0.98 if kana > 1 else _SURE)
    if han * 4 >= letters:
        return _chinese(text, han, likely)
    for language, script in _OWN_SCRIPTS:
        if len(script.findall(text)) * 2 >= letters:
            return Guess(language, 0.98 if letters > 2 else _SURE)
    return None


def _chinese(text: str, han: int, likely: tuple[str, ...]) -> Guess:
    traditional = sum(c in _ONLY_TRADITIONAL for c in text)
    simplified = sum(c in _ONLY_SIMPLIFIED for c in text)
    if traditional != simplified:
        way = "zh-Hant" if traditional > simplified else "zh-Hans"
        return Guess(way, 0.97 if abs(traditional - simplified) > 1 else _SURE)
    for hint in likely:
        spoken = hint.split("-")[0]
        if spoken in ("ja", "zh", "yue"):
            return Guess("ja" if spoken == "ja" else _with_script(hint), 0.75)
    return Guess("zh-Hans", 0.6 if han > 3 else 0.5)


def _with_script(tag: str) -> str:
    return next(part for part in chain(tag) if part in ("zh-Hans", "zh-Hant"))


def _by_words(text: str, letters: int, likely: tuple[str, ...]) -> Guess:
    hint = likely[0].split("-")[0] if likely else ""
    hint = _DETECTORS_CODES.get(hint, hint)
    try:
        _, _, found = pycld2.detect(text, bestEffort=True, hintLanguage=hint or None)
    except (
        pycld2.error,
        UnicodeEncodeError,
    ):  # control characters and halves of characters
        return _by_words(_printable(text), letters, likely) if _printable(text) != text else Guess(None, 0.0)
    _, code, percent, _ = found[0]
    language = normal(code)
    if language is None or code == "un":
        left = next(((tag, sure) for tag, letter, sure in _SCRIPTS_LEFT if letter.search(text)), None)
        return Guess(*left) if left else Guess(likely[0], 0.3) if likely else Guess(None, 0.0)
    confidence = percent / 100 * _weight(letters, len(text.split()))
    if language in _RARE and language not in {tag.split("-")[0] for tag in likely}:
        language, confidence = _RARE[language], min(confidence, _HINT)
    language, confidence = _sibling(language, text, confidence, letters, likely)
    if any(language == tag.split("-")[0] for tag in likely):
        confidence = min(0.98, confidence + 0.2)
    return Guess(language, round(confidence, 2))


def _sibling(language: str, text: str, confidence: float, letters: int, likely: tuple[str, ...]) -> tuple[str, float]:
    family = next((family for family in _SIBLINGS if any(language == tag for tag, _ in family)), None)
    if family is None:
        return language, confidence
    words = set(re.findall(r"\w+", text.lower()))
    counts = {tag: len(words & own) for tag, own in family}
    other = next(tag for tag in counts if tag != language)
    if counts[other] > counts[language]:
        return other, min(confidence, _SURE)
    if counts[other] == counts[language] and other in likely and language not in likely:
        return other, min(confidence, _SURE)
    if counts[other] == counts[language] and letters < 60:
        return language, min(confidence, _HINT)
    return language, confidence


def _weight(letters: int, words: int) -> float:
    """Below ten letters or three words the detector is right nine times in ten at best."""
    if letters < 4:
        return 0.3
    if letters < 10 or words < 3:
        return 0.6
    return 0.85 if letters < 20 else 0.97


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
