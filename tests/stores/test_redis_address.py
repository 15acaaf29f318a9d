"""FRONTDESK_REDIS in every form that is taken, and a sentence for what is not."""

import pytest

from stores.redis_address import RedisAddress, redis_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("redis://cache", RedisAddress("one", (("cache", 6379),))),
        ("redis://:p%40ss@[::1]:7000/3", RedisAddress("one", (("::1", 7000),), db=3, password="p@ss")),
        (
            "rediss://me:secret@cache:6380",
            RedisAddress("one", (("cache", 6380),), username="me", password="secret", tls=True),
        ),
        (
            "redis+sentinel://me:secret@s1:1,s2,s3:3/main/2?sentinel_password=x",
            RedisAddress(
                "sentinel", (("s1", 1), ("s2", 26379), ("s3", 3)), "main", 2, "me", "secret", sentinel_password="x"
            ),
        ),
        ("redis+cluster://a:1,b:2", RedisAddress("cluster", (("a", 1), ("b", 2)))),
        ("rediss+cluster://a", RedisAddress("cluster", (("a", 6379),), tls=True)),
    ],
)
def test_an_address_is_read(text: str, address: RedisAddress) -> None:
    assert redis_address(text) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("memcached://cache", "wants redis://"),
        ("redis://", "wants redis://"),
        ("redis://a,b", "one host"),
        ("redis://a:port", "HOST:PORT, not 'a:port'"),
        ("redis://a/x", "wants redis://"),
        ("redis+sentinel://a,b", "master's name"),
        ("redis+cluster://a/1", "wants redis://"),
        ("redis://a?timeout=3", "does not know timeout"),
        ("redis://a,", "HOST:PORT"),
        ("redis+cluster://a,,b", "HOST:PORT, not ''"),
    ],
)
def test_what_is_wrong_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="wants|does not know") as raised:
        redis_address(text)
    assert words in str(raised.value)


def test_a_password_is_not_in_the_sentence() -> None:
    with pytest.raises(ValueError, match="wants HOST:PORT") as raised:
        redis_address("redis://me:hidden-word@host:port")
    assert "hidden-word" not in str(raised.value)
