import pytest

from core.language import chain, detect, direction, normal


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        ("en", "en"),
        ("EN_us", "en-US"),
        ("zh_tw", "zh-TW"),
        ("zh-hant-hk", "zh-Hant-HK"),
        ("iw", "he"),
        ("in-ID", "id-ID"),
        ("es-419", "es-419"),
        ("de-DE-u-co-phonebk", "de-DE"),
        ("en-x-private", "en"),
        ("de-1996", "de"),
        (" th ", "th"),
    ],
)
def test_a_tag_is_made_canonical(tag: str, canonical: str) -> None:
    assert normal(tag) == canonical


@pytest.mark.parametrize(
    "tag",
    ["", "e", "english", "en-", "-en", "e!", "12", "zh--TW", "en-US-", "x" * 65, "ไทย"],
)
def test_what_is_no_tag_is_none(tag: str) -> None:
    assert normal(tag) is None


@pytest.mark.parametrize(
    ("language", "default", "tried"),
    [
        ("zh-TW", "ja", ("zh-TW", "zh-Hant", "zh", "ja", "en")),
        ("zh-CN", "en", ("zh-CN", "zh-Hans", "zh", "en")),
        ("zh", "en", ("zh", "zh-Hans", "en")),
        ("zh-HK", "en", ("zh-HK", "zh-Hant", "zh", "en")),
        ("pt-BR", "zh-TW", ("pt-BR", "pt", "zh-TW", "zh-Hant", "zh", "en")),
        ("sr-Latn-RS", "en", ("sr-Latn-RS", "sr-Latn", "sr", "en")),
        ("iw", "en", ("he", "en")),
        ("not a tag", "th", ("th", "en")),
        (None, "en", ("en",)),
        ("en-GB", "fr", ("en-GB", "en", "fr")),
    ],
)
def test_the_nearest_language_is_tried_first(language: str | None, default: str, tried: tuple[str, ...]) -> None:
    assert chain(language, default) == tried


def test_the_direction_follows_script_before_language() -> None:
    assert [direction(tag) for tag in ("ar", "he-IL", "iw", "fa", "az-Arab", "uz-Arab-AF")] == ["rtl"] * 6
    assert [direction(tag) for tag in ("en", "ar-Latn", "zh-Hant", "nonsense!")] == ["ltr"] * 4


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, I would like to know where my order is", "en"),
        ("Hola, quisiera saber dónde está mi pedido", "es"),
        ("Bonjour, je voudrais savoir où est ma commande", "fr"),
        ("Terima kasih, kapan pesanan saya dikirim ya?", "id"),
        ("สวัสดีค่ะ สินค้ายังไม่ถึงเลย", "th"),
        ("注文した商品がまだ届いていません", "ja"),
        ("배송이 언제 시작되나요?", "ko"),
        ("请问我的订单什么时候到？", "zh-Hans"),
        ("請問我的訂單什麼時候會到？", "zh-Hant"),
        ("Здравствуйте, где мой заказ? Я жду уже неделю", "ru"),
        ("مرحبا، أين طلبي من فضلكم؟ لم يصل بعد", "ar"),
        ("שלום, איפה ההזמנה שלי?", "he"),
        ("Xin chào, đơn hàng của tôi đang ở đâu?", "vi"),
        ("Γεια σας, πού είναι η παραγγελία μου;", "el"),
    ],
)
def test_a_sentence_is_told_with_confidence(text: str, language: str) -> None:
    guess = detect(text)
    assert guess.language == language
    assert guess.confidence >= 0.8


def test_a_short_text_in_a_shared_script_is_only_a_hint() -> None:
    assert detect("ok").confidence < 0.5
    assert detect("hola").confidence < 0.8


def test_nothing_to_read_is_no_guess() -> None:
    for text in ("", "12345", "👍👍", "...", "\ud800", "\x00\x01"):
        assert detect(text).language is None
        assert detect(text).confidence == 0.0


def test_hints_settle_what_the_writing_leaves_open() -> None:
    assert detect("大丈夫").confidence < 0.8
    assert detect("大丈夫", hints=["ja-JP"]).language == "ja"
    assert detect("你好", hints=["zh-TW"]).language == "zh-Hant"
    assert detect("你好").confidence < 0.8


def test_a_name_in_another_script_does_not_change_the_language() -> None:
    assert detect("iPhone 15 Pro 请问有货吗").language == "zh-Hans"
    assert detect("请问 iPhone").language == "zh-Hans"


def test_control_characters_are_read_over() -> None:
    assert detect("Hello,\x00 where is my order please?").language == "en"
