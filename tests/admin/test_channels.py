"""Channels: connected, changed, removed; secrets go in and never come out."""

import asyncio
import json

from msgspec.structs import replace

from api.documents import HealthDoc
from core.channel import Health, Secret
from core.command import Actor, Close
from core.errors import Unreachable
from core.ports.papers import Raw
from tests.api.client import Client
from tests.api.kept import URL
from tests.api.kinds import Kite
from tests.api.world import NOON, World

CHANNELS = "/api/v1/admin/channels"
CANARY = "canary-4711-secret"
GIVEN = {"kind": "kite", "name": "Kites", "settings": {"string_token": CANARY}}


async def test_a_channel_is_connected_and_looked_at_afterwards(here: World, owner: Client) -> None:
    seen = await owner.post(CHANNELS, GIVEN)
    assert seen.status == 201
    id = seen.body["id"]
    assert seen.body == {
        "id": id,
        "kind": "kite",
        "name": "Kites",
        "language": "en",
        "group": None,
        "signature": "enforce",
        "settings": {"string_token": {"set": True}, "tail_token": {"set": False}},
        "webhook_url": f"{URL}/hooks/{id}",
        "health": {"ok": None, "reason": None, "facts": {}, "at": None},
        "created_at": "2025-06-15T15:06:40.000Z",
    }
    assert here.actions.checked == [id]
    connector = here.rim.directory.connector(id)
    assert isinstance(connector, Kite)
    assert str(connector.settings.string_token) == CANARY
    assert isinstance(connector.settings.string_token, Secret)


async def test_a_secret_is_nowhere_to_be_read(here: World, owner: Client) -> None:
    id = (await owner.post(CHANNELS, GIVEN)).body["id"]
    shown = [await owner.get(f"{CHANNELS}/{id}"), await owner.get(CHANNELS)]
    shown.append(await owner.patch(f"{CHANNELS}/{id}", {"name": "Red kites"}))
    assert CANARY not in json.dumps([each.body for each in shown])
    assert CANARY not in repr([here.rim.directory.channel(id), here.rim.directory.connector(id)])
    kept = await here.store.get("channels", id)
    assert kept is not None
    assert CANARY not in repr(kept.body)


async def test_what_an_unknown_kind_may_be_is_said(owner: Client) -> None:
    seen = await owner.post(CHANNELS, {"kind": "pigeon", "name": "Coo"})
    assert seen.status == 422
    assert seen.fields == {"kind": "There is no such kind; there are drum, kite."}


async def test_a_kind_without_settings_needs_none(owner: Client) -> None:
    assert (await owner.post(CHANNELS, {"kind": "drum", "name": "Drums"})).status == 201


async def test_each_wrong_setting_is_named(owner: Client) -> None:
    async def fields(settings: dict[str, object]) -> dict[str, str]:
        seen = await owner.post(CHANNELS, GIVEN | {"settings": settings})
        assert seen.status == 422
        return seen.fields

    assert await fields({}) == {"settings.string_token": "This field is required."}
    assert await fields({"string_token": ""}) == {"settings.string_token": "`string_token` must not be empty"}
    assert list(await fields({"string_token": 5})) == ["settings.string_token"]
    assert list(await fields({"string_token": "x", "from": "over there"})) == ["settings.from"]
    assert list(await fields({"string_token": "x", "from": "kite:1", "hill": "h"})) == ["settings.from"]
    assert await fields({"string_token": "x", "colour": 1, "shape": 2}) == {
        "settings.colour": "There is no such field.",
        "settings.shape": "There is no such field.",
    }
    for address in ("kites", "ftp://kites.example", "https://", "https://[", 5, "http://x:99999999"):
        assert await fields({"string_token": "x", "api_base": address}) == {
            "settings.api_base": "This wants an address such as https://example.com."
        }


async def test_the_rest_of_a_channel_is_checked_too(owner: Client) -> None:
    for wrong, field in (
        ({"language": "not a language"}, "language"),
        ({"group": "nothing"}, "group"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"signature": "maybe"}, "signature"),
        ({"settings": []}, "settings"),
    ):
        seen = await owner.post(CHANNELS, GIVEN | wrong)
        assert seen.status == 422
        assert list(seen.fields) == [field]


async def test_settings_are_merged(here: World, owner: Client) -> None:
    id = (await owner.post(CHANNELS, GIVEN | {"language": "zh_tw"})).body["id"]
    path = f"{CHANNELS}/{id}"
    seen = await owner.patch(path, {"settings": {"hill": "north", "tail_token": "tail", "string_token": {"set": True}}})
    assert seen.body["language"] == "zh-TW"
    assert seen.body["settings"] == {
        "hill": "north",
        "string_token": {"set": True},
        "tail_token": {"set": True},
    }
    connector = here.rim.directory.connector(id)
    assert isinstance(connector, Kite)
    assert (connector.settings.string_token, connector.settings.tail_token) == (CANARY, "tail")
    seen = await owner.patch(path, {"settings": {"hill": None, "tail_token": None}})
    assert seen.body["settings"] == {"string_token": {"set": True}, "tail_token": {"set": False}}
    assert here.actions.checked == [id, id, id]


async def test_a_change_that_makes_the_whole_wrong_is_refused(here: World, owner: Client) -> None:
    id = (await owner.post(CHANNELS, GIVEN)).body["id"]
    seen = await owner.patch(f"{CHANNELS}/{id}", {"name": "Other", "settings": {"string_token": None}})
    assert seen.fields == {"settings.string_token": "This field is required."}
    assert here.rim.directory.channels[id].name == "Kites"


async def test_a_secret_sealed_for_another_key_has_to_be_given_again(here: World, owner: Client) -> None:
    doc = await here.channel()
    sealed = {"sealed": "000000000000.AAAA"}
    await here.rim.directory.save_channel(replace(doc, settings={"string_token": sealed}), who="setup")
    path = f"{CHANNELS}/{doc.id}"
    assert (await owner.patch(path, {"name": "Other"})).fields == {"settings.string_token": "This field is required."}
    assert (await owner.patch(path, {"settings": {"string_token": "new"}})).status == 200


async def test_a_stale_change_is_refused(owner: Client) -> None:
    made = await owner.post(CHANNELS, GIVEN)
    path, tag = f"{CHANNELS}/{made.body['id']}", made.headers["ETag"]
    assert (await owner.get(path)).headers["ETag"] == tag
    first = await owner.patch(path, {"name": "One"}, headers={"If-Match": tag})
    assert first.status == 200
    assert (await owner.patch(path, {"name": "Two"}, headers={"If-Match": tag})).status == 412
    assert (await owner.patch(path, {"name": "Three"}, headers={"If-Match": "*"})).status == 200


async def test_a_channel_with_open_chats_stays(here: World, owner: Client) -> None:
    await here.channel()
    session = await here.chat("kites")
    assert (await owner.delete(f"{CHANNELS}/kites")).status == 409
    mei = await here.agent("agent", "mei")
    await here.claim(session, mei)
    assert (await owner.delete(f"{CHANNELS}/kites")).status == 409
    await here.rim.engine.at_session(session, Close(Actor("mei", "Mei")))
    assert (await owner.delete(f"{CHANNELS}/kites")).status == 204
    assert (await owner.get(f"{CHANNELS}/kites")).status == 404
    assert (await owner.delete(f"{CHANNELS}/kites")).status == 404
    assert (await owner.patch(f"{CHANNELS}/kites", {})).status == 404
    gone = here.rim.directory.channel("kites")
    assert gone is not None
    assert (gone.name, gone.settings, gone.removed_at) == ("Kites", {}, NOON)
    assert here.rim.directory.policy("kites").channel.name == "Kites"


async def test_health_is_shown_with_its_reason(here: World, owner: Client) -> None:
    await here.channel()
    bad = Health(False, "The token was revoked.", {"bot": "kitebot"})
    await here.rim.directory.save_health(
        "kites", HealthDoc(ok=bad.ok, reason=bad.reason, facts=dict(bad.facts), at=NOON)
    )
    assert (await owner.get(f"{CHANNELS}/kites")).body["health"] == {
        "ok": False,
        "reason": "The token was revoked.",
        "facts": {"bot": "kitebot"},
        "at": "2025-06-15T15:06:40.000Z",
    }


async def test_templates_are_the_providers(here: World, owner: Client) -> None:
    await here.channel()
    await here.channel("drums", "drum")
    seen = await owner.get(f"{CHANNELS}/kites/templates")
    assert seen.body["items"] == [{"name": "welcome_back", "language": "en", "text": "Hello {{1}}", "variables": 1}]
    assert (await owner.get(f"{CHANNELS}/drums/templates")).status == 409
    assert (await owner.get(f"{CHANNELS}/nothing/templates")).status == 404
    here.actions.failure = Unreachable("refused", "connection refused")
    down = await owner.get(f"{CHANNELS}/kites/templates")
    assert (down.status, down.body["detail"]) == (502, "The provider did not answer: connection refused")


async def test_what_was_not_understood_can_be_read(here: World, owner: Client) -> None:
    await here.channel()
    await here.store.keep_raw(Raw("kites", NOON, "unknown kind", b'{"a": "\xff"}'))
    seen = await owner.get(f"{CHANNELS}/kites/raws", params={"limit": "10"})
    assert seen.body["items"] == [
        {"at": "2025-06-15T15:06:40.000Z", "why": "unknown kind", "size": 10, "body": '{"a": "\ufffd"}'}
    ]
    assert (await owner.get(f"{CHANNELS}/nothing/raws")).status == 404
    assert (await owner.get(f"{CHANNELS}/kites/raws", params={"limit": "none"})).status == 422


async def test_kinds_say_what_they_take(owner: Client) -> None:
    seen = await owner.get("/api/v1/admin/kinds")
    drum, kite = seen.body["items"]
    assert (drum["kind"], drum["settings"]) == ("drum", [])
    assert kite["capabilities"]["text_limit"] == 1000
    assert [(each["name"], each["secret"], each["required"]) for each in kite["settings"]] == [
        ("string_token", True, True),
        ("tail_token", True, False),
        ("from", False, False),
        ("hill", False, False),
        ("api_base", False, False),
    ]


async def test_pages_follow_one_another(here: World, owner: Client) -> None:
    for number in range(5):
        await here.channel(f"kites-{number}")
    first = await owner.get(CHANNELS, params={"limit": "3"})
    second = await owner.get(CHANNELS, params={"limit": "3", "after": first.body["next"]})
    assert [each["id"] for each in first.body["items"] + second.body["items"]] == [
        f"kites-{number}" for number in range(5)
    ]
    assert second.body["next"] is None
    for wrong in ({"limit": "0"}, {"limit": "many"}, {"after": "tomorrow"}, {"sort": "name"}):
        assert (await owner.get(CHANNELS, params=wrong)).status == 422
    assert len((await owner.get(CHANNELS, params={"limit": "9999"})).body["items"]) == 5


async def test_two_changes_at_one_instant_both_count(here: World, owner: Client) -> None:
    await here.channel()
    path = f"{CHANNELS}/kites"
    await asyncio.gather(
        owner.patch(path, {"name": "Red kites"}),
        owner.patch(path, {"language": "ja"}),
        owner.patch(path, {"settings": {"hill": "north"}}),
    )
    doc = here.rim.directory.channels["kites"]
    assert (doc.name, doc.language, doc.settings["hill"]) == ("Red kites", "ja", "north")
