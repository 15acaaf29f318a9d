"""Made-up sensitive words in several scripts, and chat messages of 200 characters in which few of them occur."""

from random import Random

from bench.mail import TEXTS

_LATIN = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ra", "se", "ti", "vu", "xo", "za", "qui", "tre", "sho")
_HAN = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
_KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん"
_THAI = "กขคงจฉชซญดตถทธนบปผพฟภมยรลวสหอ"
_CYRILLIC = "абвгдежзиклмнопрстуфхцчшыэюя"


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
