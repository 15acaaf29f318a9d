"""The configuration: defaults, and a sentence that names the variable for what is wrong."""

from pathlib import Path

import pytest

from gateway.config import BadConfiguration, read


def test_an_empty_environment_is_one_machine_on_loopback() -> None:
    config = read({})
    assert (config.host, config.port, config.public_url) == ("127.0.0.1", 8080, "http://127.0.0.1:8080")
    assert (config.data, config.store, config.database) == (
        Path("data"), "sqlite:///data/frontdesk.db", Path("data/frontdesk.db"),
    )  # fmt: skip
    assert (config.secret, config.admin_email, config.admin_password) == (None, None, None)
    assert (config.allow_private, config.log) == ((), "console")


def test_what_is_empty_is_not_set() -> None:
    names = ("HOST", "PORT", "PUBLIC_URL", "DATA", "STORE", "SECRET", "ADMIN_EMAIL", "ADMIN_PASSWORD", "ALLOW_PRIVATE")
    assert read({f"FRONTDESK_{name}": "" for name in (*names, "LOG")}) == read({})


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://127.0.0.1:8080"),
        ("::1", "http://[::1]:8080"),
        ("desk.lan", "http://desk.lan:8080"),
    ],
)
def test_without_a_public_url_it_is_where_we_listen(host: str, url: str) -> None:
    assert read({"FRONTDESK_HOST": host}).public_url == url


def test_a_public_url_keeps_its_path_and_loses_its_slash() -> None:
    assert read({"FRONTDESK_PUBLIC_URL": "https://x.test/desk/"}).public_url == "https://x.test/desk"


def test_private_addresses_are_hosts_and_nets() -> None:
    config = read({"FRONTDESK_ALLOW_PRIVATE": "localhost, 10.0.0.0/8  ::1"})
    assert config.allow_private == ("localhost", "10.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("name", "value", "wants"),
    [
        ("PORT", "http", "wants a number from 0 to 65535, not 'http'"),
        ("PORT", "65536", "wants a number from 0 to 65535"),
        ("PORT", "-1", "wants a number from 0 to 65535"),
        ("PUBLIC_URL", "desk.example.com", "wants the address providers call"),
        ("PUBLIC_URL", "ftp://x.test", "wants the address providers call"),
        ("PUBLIC_URL", "https://x.test/?a=b", "wants the address providers call"),
        ("PUBLIC_URL", "https://[::1", "wants the address providers call"),
        ("PUBLIC_URL", "https://x.test:many", "wants the address providers call"),
        ("STORE", "postgres://me:pass@x", "wants sqlite:///PATH or mongodb://HOST/DATABASE, not 'x'"),
        ("STORE", "sqlite:///", "wants sqlite:///PATH"),
        ("STORE", "mongodb://a,b:27018", "wants the database's name at its end"),
        ("STORE", "mongodb://a/?replicaSet=rs", "wants the database's name at its end"),
        ("SECRET", "short", "wants at least 32 characters"),
        ("ADMIN_PASSWORD", "short", "wants at least 10 characters"),
        ("ALLOW_PRIVATE", "10.0.0.0/99", "wants hosts or CIDRs, not '10.0.0.0/99'"),
        ("LOG", "xml", "wants console or json, not 'xml'"),
    ],
)
def test_a_wrong_value_names_its_variable_and_what_it_wants(name: str, value: str, wants: str) -> None:
    with pytest.raises(BadConfiguration) as error:
        read({f"FRONTDESK_{name}": value})
    assert str(error.value).startswith(f"FRONTDESK_{name} {wants}")


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET", "s3cret-too-short"), ("ADMIN_PASSWORD", "pa55"), ("STORE", "mongodb://u:pa55@h/n")]
)
def test_a_secret_is_not_repeated_in_the_complaint(name: str, value: str) -> None:
    with pytest.raises(BadConfiguration) as error:
        read({f"FRONTDESK_{name}": value})
    assert "s3cret" not in str(error.value) and "pa55" not in str(error.value)


def test_mongodb_wants_a_secret_that_all_nodes_have() -> None:
    store = "mongodb://me:hush@a,b/desk?replicaSet=rs"
    with pytest.raises(BadConfiguration, match="FRONTDESK_SECRET is wanted with MongoDB"):
        read({"FRONTDESK_STORE": store})
    config = read({"FRONTDESK_STORE": store, "FRONTDESK_SECRET": "x" * 32})
    assert (config.store, config.database) == (store, None)
