"""Secrets inside settings: bound to their place, shown to nobody, and still there after the key was changed."""

import pytest

from admin.area_secrets import place, resealed, sealed, shown
from api.documents import EVERYWHERE, Scope
from api.vault import CannotOpen, Vault
from core.errors import BadInput

OLD, NEW = "an old key of the tests", "a new key of the tests"


def document(secret: object) -> dict[str, object]:
    return {"subscriptions": [{"name": "crm", "secret": secret}]}


def opened(vault: Vault, body: dict[str, object], scope: Scope = EVERYWHERE) -> str:
    entry = body["subscriptions"][0]  # type: ignore[index]  # as `document` makes it
    return vault.open(entry["secret"]["sealed"], place(scope, "webhooks"), "crm")


def test_a_secret_opens_only_where_it_was_set() -> None:
    vault = Vault.of(OLD)
    body = sealed(vault, EVERYWHERE, "webhooks", document("canary"), {})
    assert opened(vault, body) == "canary"
    with pytest.raises(CannotOpen):
        opened(vault, body, Scope("channel", "c1"))
    assert shown("webhooks", body) == document({"set": True})


def test_after_a_change_of_keys_it_is_sealed_with_the_new_one() -> None:
    body = sealed(Vault.of(OLD), EVERYWHERE, "webhooks", document("canary"), {})
    again = resealed(Vault.of(NEW, OLD), EVERYWHERE, "webhooks", body)
    assert opened(Vault.of(NEW), again) == "canary"
    with pytest.raises(CannotOpen):
        opened(Vault.of(NEW), body)


def test_a_secret_is_kept_for_its_own_name_only() -> None:
    vault = Vault.of(OLD)
    before = sealed(vault, EVERYWHERE, "webhooks", document("canary"), {})
    assert sealed(vault, EVERYWHERE, "webhooks", document({"set": True}), before) == before
    other: dict[str, object] = {"subscriptions": [{"name": "bi", "secret": {"set": True}}]}
    with pytest.raises(BadInput, match="no secret to keep"):
        sealed(vault, EVERYWHERE, "webhooks", other, before)


def test_areas_without_secrets_are_as_they_are() -> None:
    body: dict[str, object] = {"on": True}
    assert sealed(Vault.of(OLD), EVERYWHERE, "surveys", body, {}) is body
    assert resealed(Vault.of(OLD), EVERYWHERE, "surveys", body) is body
    assert shown("surveys", body) is body
