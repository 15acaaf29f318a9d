"""Sealed values open where they belong and nowhere else; signatures serve one purpose."""

from collections.abc import Callable

import pytest

from api.vault import CannotOpen, Key, Vault

OLD, NEW = "an old secret of the desk", "a new secret of the desk"


def test_what_is_sealed_opens_again() -> None:
    vault = Vault.of(NEW)
    sealed = vault.seal("hunter2 – 東京", "line-1", "channel_secret")
    assert "hunter2" not in sealed
    assert vault.open(sealed, "line-1", "channel_secret") == "hunter2 – 東京"


def test_the_same_value_is_sealed_differently_each_time() -> None:
    vault = Vault.of(NEW)
    assert vault.seal("hunter2", "a") != vault.seal("hunter2", "a")


@pytest.mark.parametrize("place", [("line-2", "token"), ("line-1", "secret"), ("line-1t", "oken"), (), ("line-1",)])
def test_it_opens_in_no_other_place(place: tuple[str, ...]) -> None:
    vault = Vault.of(NEW)
    sealed = vault.seal("hunter2", "line-1", "token")
    with pytest.raises(CannotOpen):
        vault.open(sealed, *place)


@pytest.mark.parametrize("change", [lambda s: s[:-2] + "AA", lambda s: s + "A", lambda s: s[:20], lambda s: "!" + s])
def test_a_changed_value_does_not_open(change: Callable[[str], str]) -> None:
    vault = Vault.of(NEW)
    sealed = vault.seal("hunter2", "a")
    with pytest.raises(CannotOpen):
        vault.open(change(sealed), "a")


@pytest.mark.parametrize("nonsense", ["", ".", "abc", "abc.", "000000000000.AAAA"])
def test_nonsense_does_not_open(nonsense: str) -> None:
    with pytest.raises(CannotOpen):
        Vault.of(NEW).open(nonsense, "a")


def test_an_older_secret_still_opens_and_verifies() -> None:
    before, after = Vault.of(OLD), Vault.of(NEW, OLD)
    sealed, signed = before.seal("hunter2", "a"), before.sign(b"/media/1", "media")
    assert after.open(sealed, "a") == "hunter2"
    assert after.verify(b"/media/1", signed, "media")
    assert not after.is_current(sealed)
    assert after.is_current(after.seal("hunter2", "a"))
    with pytest.raises(CannotOpen):
        Vault.of(NEW).open(sealed, "a")


def test_a_signature_is_for_one_text_and_one_purpose() -> None:
    vault = Vault.of(NEW)
    signed = vault.sign(b"visitor 1", "widget")
    assert vault.verify(b"visitor 1", signed, "widget")
    assert not vault.verify(b"visitor 2", signed, "widget")
    assert not vault.verify(b"visitor 1", signed, "media")
    for wrong in ("", "x", signed[:-3], signed + "=", signed.partition(".")[2], signed[:-1] + "\u00e9"):
        assert not vault.verify(b"visitor 1", wrong, "widget")


def test_a_short_secret_is_refused_and_none_is_shown() -> None:
    with pytest.raises(ValueError, match="16 characters"):
        Vault.of("short")
    assert NEW not in repr(Key(NEW))
