"""The settings that many nodes need: the shared database, Redis and the secret, each with its sentence."""

import pytest

from gateway.config import BadConfiguration, read
from stores.redis_address import RedisAddress

SECRET = "0123456789abcdef0123456789abcdef"


def test_nothing_set_is_one_node_on_sqlite() -> None:
    config = read({})
    assert (config.store, config.redis, config.shared) == ("sqlite:///data/frontdesk.db", None, False)


def test_many_nodes_have_a_database_a_redis_and_a_secret() -> None:
    config = read(
        {
            "FRONTDESK_STORE": "mongodb://a,b,c/frontdesk?replicaSet=rs",
            "FRONTDESK_REDIS": "redis+sentinel://s1,s2/main",
            "FRONTDESK_SECRET": SECRET,
        }
    )
    assert config.shared
    assert config.redis == RedisAddress("sentinel", (("s1", 26379), ("s2", 26379)), "main")


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"FRONTDESK_REDIS": "http://cache"}, "FRONTDESK_REDIS wants redis://"),
        ({"FRONTDESK_REDIS": "redis+sentinel://a,b"}, "FRONTDESK_REDIS wants the master's name"),
        ({"FRONTDESK_STORE": "mysql://x/y"}, "FRONTDESK_STORE wants sqlite:///PATH or mongodb://HOST/DATABASE, not"),
        ({"FRONTDESK_STORE": "mongodb://host"}, "wants the database's name at its end"),
        ({"FRONTDESK_STORE": "mongodb://host/name"}, "FRONTDESK_SECRET is wanted with MongoDB"),
        ({"FRONTDESK_SECRET": "short"}, "FRONTDESK_SECRET wants at least 32 characters"),
    ],
)
def test_what_is_wrong_is_said(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadConfiguration) as raised:
        read(environment)
    assert sentence in str(raised.value)
