"""Made-up sensitive words in several scripts, and chat messages of 200 characters in which few of them occur."""

from random import Random

from bench.mail import TEXTS

_LATIN = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ra", "se", "ti", "vu", "xo", "za", "qui", "tre", "sho")
_HAN = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
_KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん"
_THAI = "กขคงจฉชซญดตถทธนบปผพฟภมยรลวสหอ"
_CYRILLIC = "абвгдежзиклмнопрстуфхцчшыэюя"

# One message of each writing, with what people really write beside words: a code, a date, an apostrophe.
_SENTENCES = {
    "English": "Hello, I'd like to know where my order is. It hasn't arrived yet! My number is AB-1234, thank you. ",
    "French": "Bonjour, je voudrais savoir où est ma commande s'il vous plaît. Numéro AB-1234, merci, à bientôt ! ",
    "Russian": "Здравствуйте, хотел бы узнать, где мой заказ. Он был оформлен 3 мая и ещё не пришёл! Спасибо. ",
    "Arabic": "مرحبا، أود أن أعرف أين طلبي من فضلكم؟ تم الطلب في 3 مايو ولم يصل بعد! شكرا جزيلا لكم. ",
    "Hindi": "नमस्ते, मैं जानना चाहता हूँ कि मेरा ऑर्डर कहाँ है। 3 मई को ऑर्डर किया था! कृपया जाँच करें। ",
    "Thai": "สวัสดีค่ะ อยากทราบว่าสินค้าที่สั่งไปอยู่ที่ไหนแล้วคะ สั่งตั้งแต่วันที่ 3 ยังไม่ได้รับเลย ",
    "Chinese": "你好，我想知道我的订单现在在哪里，五月三号下的单，到现在还没有收到，订单号是AB-1234，谢谢。",
    "Japanese": "注文した商品がまだ届いていません。5月3日に注文しました。番号はAB-1234です。よろしくお願いします。",
    "Korean": "안녕하세요, 주문한 상품이 아직 도착하지 않았습니다. 5월 3일에 주문했는데 확인 부탁드립니다. ",
}
SAMPLES = {name: (sentence * 5)[:200] for name, sentence in _SENTENCES.items()}


def words(count: int, random: Random) -> list[str]:
    """Different words, of two to six signs or syllables."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[_word(random)] = None
    return list(found)


def _word(random: Random) -> str:
    signs = random.choice((_LATIN, _LATIN, _HAN, _KANA, _THAI, _CYRILLIC))
    return "".join(random.choice(signs) for _ in range(random.randint(4, 6)))


def messages(count: int, random: Random, length: int = 200) -> list[str]:
    """What people write, of several scripts each, `length` characters long."""
    return [_message(random, length) for _ in range(count)]


def _message(random: Random, length: int) -> str:
    parts: list[str] = []
    while sum(map(len, parts)) + len(parts) <= length:
        parts.append(random.choice(TEXTS))
    return " ".join(parts)[:length]
