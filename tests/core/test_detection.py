"""How often the language of a short chat message is told, on a labelled set: 32 languages, eight messages each."""

from pathlib import Path

import pytest

from core.language import detect
from locales import read

MESSAGES = [
    (tag, text)
    for line in Path(__file__).with_name("chat_messages.txt").read_text(encoding="utf-8").splitlines()
    for tag, _, texts in (line.partition(": "),)
    for text in texts.split("|")
]
RIGHT_AT_LEAST = 0.96
RIGHT_WHEN_SURE = 0.98
SURE_AT_LEAST = 0.8


def test_every_language_there_is_has_eight_messages() -> None:
    assert {tag for tag, _ in MESSAGES} == read().keys()
    assert len(MESSAGES) == 8 * len(read())


def test_short_messages_are_told_nearly_always_and_a_sure_guess_is_hardly_ever_wrong() -> None:
    guesses = [(tag, text, detect(text)) for tag, text in MESSAGES]
    wrong = [(tag, text, guess) for tag, text, guess in guesses if guess.language != tag]
    sure = [(tag, text, guess) for tag, text, guess in guesses if guess.confidence >= 0.8]
    sure_and_wrong = [each for each in sure if each[2].language != each[0]]
    print(
        f"\n{len(guesses)} messages: {1 - len(wrong) / len(guesses):.1%} right; sure of {len(sure) / len(guesses):.1%},"
        f" of these {1 - len(sure_and_wrong) / len(sure):.1%} right"
    )
    assert len(wrong) <= (1 - RIGHT_AT_LEAST) * len(guesses), wrong
    assert len(sure_and_wrong) <= (1 - RIGHT_WHEN_SURE) * len(sure), sure_and_wrong
    assert len(sure) >= SURE_AT_LEAST * len(guesses)


@pytest.mark.parametrize("tag", sorted({tag for tag, _ in MESSAGES}))
def test_a_hint_of_the_language_settles_what_is_open(tag: str) -> None:
    right = [detect(text, [tag]).language == tag for of, text in MESSAGES if of == tag]
    assert sum(right) >= 6
