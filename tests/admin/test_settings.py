"""Settings on three levels: what is set, where it is in force, who changed it, and back again."""

import pytest

from core.policy import AREAS
from tests.api.client import Client
from tests.api.world import World

ADMIN = "/api/v1/admin"
LEVELS = (f"{ADMIN}/settings", f"{ADMIN}/groups/sales/settings", f"{ADMIN}/channels/kites/settings")
BYE = {"prompts": {"agent_closed": {"text": {"en": "Bye from {agent}"}}}}
VALID = {
    "closing": {"customer_idle_seconds": 600, "customer_reminder_seconds": 300, **BYE},
    "prompts": {"prompts": {"greeting": {"on": False}, "agent_joined": {"text": {"ja": "{agent}です"}}}},
    "words": {"lists": [{"name": "a", "side": "customer", "action": "mask", "words": ["darn"], "except": ["darns"]}]},
    "surveys": {"on": True, "kind": "thumbs", "ask_on_close": False},
    "assignment": {
        "method": "round_robin",
        "familiar_first": True,
        "queue": {"limit": 50, "reminder_seconds": 120, "answer_seconds": 60},
        "agent_silent": {"reminder_seconds": 60, "transfer_seconds": 180},
        "agent_offline": {"chats": "move"},
    },
    "reception": {"mode": "real_time", "deferred": True, "repeat": {"greeting": "customer"}},
    "hours": {
        "zone": "Europe/Berlin",
        "week": {"mon": [{"from": "09:00", "to": "17:00"}]},
        "holidays": [{"date": "12-25", "name": "Christmas"}],
    },
    "sla": {"policies": [{"name": "Gold", "when": {"if": "vip"}, "first_response_seconds": 60}]},
    "routing": {"rules": [{"name": "VIPs", "to": {"agent": "owner"}, "when": {"if": "vip"}}]},
    "submissions": {"on": True, "kind": "message", "offer": ["asked"], "words": {"en": ["leave a message"]}},
    "languages": {"picker": "unsure", "offered": ["en", "ja", "zh-Hant"], "sure": 0.9, "translate": True},
    "webhooks": {"subscriptions": [{"name": "crm", "url": "https://crm.example/in", "secret": "0123456789abcdef",
                                    "types": ["session.closed"]}]},
    "customers": {"auto_save": True, "fields": ["size"]},
    "retention": {"message_days": 365, "webhook_days": 7},
}  # fmt: skip
SHOWN = {
    "webhooks": {"subscriptions": [{"name": "crm", "url": "https://crm.example/in", "secret": {"set": True},
                                    "types": ["session.closed"]}]},
}  # fmt: skip


@pytest.fixture
async def desk(here: World, owner: Client) -> Client:
    await here.group("sales", "owner")
    await here.channel(group="sales")
    return owner


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("area", AREAS)
async def test_an_area_is_empty_then_what_was_put(desk: Client, level: str, area: str) -> None:
    path = f"{level}/{area}"
    before = await desk.get(path)
    assert (before.status, before.body, before.headers["ETag"]) == (200, {}, '"0"')
    valid = {} if area == "routing" and "/groups/" in level else VALID[area]
    put = await desk.put(path, valid)
    if area == "retention" and level != LEVELS[0]:
        said = "for one channel" if "/channels/" in level else "for all or for a channel, not for a group"
        assert put.status == 422 and all(said in reason for reason in put.fields.values())
        return
    shown = SHOWN.get(area, valid)
    assert (put.status, put.body, put.headers["ETag"]) == (200, shown, '"1"')
    assert (await desk.get(path)).body == shown
    assert (await desk.put(path, {})).body == {}
    assert (await desk.get(path)).body == {}


@pytest.mark.parametrize("level", LEVELS)
async def test_a_stale_put_is_refused(desk: Client, level: str) -> None:
    path = f"{level}/surveys"
    first = await desk.put(path, {"on": True}, headers={"If-Match": '"0"'})
    assert first.status == 200
    assert (await desk.put(path, {"on": False}, headers={"If-Match": '"0"'})).status == 412
    assert (await desk.put(path, {"on": False}, headers={"If-Match": first.headers["ETag"]})).status == 200
    assert (await desk.post(f"{path}/undo", {"version": 1}, headers={"If-Match": '"1"'})).status == 412


@pytest.mark.parametrize("level", LEVELS)
async def test_history_tells_who_changed_what(desk: Client, level: str) -> None:
    path = f"{level}/closing"
    await desk.put(path, {"customer_idle_seconds": 600})
    await desk.put(path, {"customer_idle_seconds": 900, **BYE})
    seen = await desk.get(f"{path}/history")
    at, who = "2025-06-15T15:06:40.000Z", {"id": "owner", "name": "Owner"}
    assert seen.body["items"] == [
        {
            "version": 2,
            "at": at,
            "who": who,
            "diff": [
                {"path": "customer_idle_seconds", "before": 600, "after": 900},
                {"path": "prompts", "after": BYE["prompts"]},
            ],
        },
        {"version": 1, "at": at, "who": who, "diff": [{"path": "customer_idle_seconds", "after": 600}]},
    ]
    assert (await desk.get(f"{path}/history", params={"limit": "0"})).status == 422


@pytest.mark.parametrize("level", LEVELS)
async def test_undoing_goes_back(desk: Client, level: str) -> None:
    path = f"{level}/surveys"
    for kind in ("stars", "nps", "thumbs"):
        await desk.put(path, {"kind": kind})
    assert (await desk.post(f"{path}/undo", {"version": 1})).body == {"kind": "stars"}
    assert (await desk.post(f"{path}/undo", {"version": 4})).body == {"kind": "thumbs"}
    assert (await desk.post(f"{path}/undo", {"version": 0})).body == {}
    assert (await desk.get(path)).headers["ETag"] == '"6"'
    assert (await desk.post(f"{path}/undo", {"version": 99})).status == 404
    assert (await desk.post(f"{path}/undo", {"version": -1})).status == 422


async def test_levels_that_are_not_there(desk: Client) -> None:
    for level in ("groups/nothing", "channels/nothing"):
        path = f"{ADMIN}/{level}/settings/closing"
        assert (await desk.get(path)).status == 404
        assert (await desk.put(path, {})).status == 404
        assert (await desk.get(f"{path}/history")).status == 404
        assert (await desk.post(f"{path}/undo", {"version": 0})).status == 404


async def test_an_area_that_there_is_not_says_so(desk: Client) -> None:
    assert (await desk.get(f"{ADMIN}/settings/nonsense")).body["code"] == "unknown"
    assert (await desk.get(f"{ADMIN}/settings/nonsense/history")).status == 404


@pytest.mark.parametrize(
    ("area", "body", "fields"),
    [
        ("closing", {"customer_idle_seconds": 0}, ["customer_idle_seconds"]),
        ("closing", {"customer_idle_seconds": "soon"}, ["customer_idle_seconds"]),
        (
            "closing",
            {"customer_idle_seconds": 60, "customer_reminder_seconds": 60},
            ["customer_reminder_seconds"],
        ),
        ("closing", {"prompts": {"greeting": {"on": True}}}, ["prompts.greeting"]),
        ("closing", {"prompts": {"agent_closed": {"on": "yes"}}}, ["prompts.agent_closed.on"]),
        ("closing", {"prompts": {"agent_closed": {"text": {"en": 5}}}}, ["prompts.agent_closed.text.en"]),
        (
            "closing",
            {"prompts": {"agent_closed": {"text": {"en": "{", "ja": "{nobody}", "not a tag": "x"}}}},
            [
                "prompts.agent_closed.text.en",
                "prompts.agent_closed.text.ja",
                "prompts.agent_closed.text.not a tag",
            ],
        ),
        ("closing", {"color": "red"}, ["color"]),
        ("prompts", {"prompts": {"agent_closed": {"on": True}}}, ["prompts.agent_closed"]),
        ("words", {"lists": [{"name": "a", "side": "cat", "action": "mask"}]}, ["lists.0.side"]),
        ("words", {"lists": [{"name": "a", "side": "agent"}]}, ["lists.0.action"]),
        ("words", {"lists": [{"name": "a", "side": "agent", "action": "mask", "words": [""]}]}, ["lists.0.words.0"]),
        ("words", {"lists": [{"name": "a", "side": "agent", "action": "mask"}] * 2}, ["lists.1.name"]),
        ("surveys", {"kind": "emoji"}, ["kind"]),
        ("surveys", {"expires_seconds": 5}, ["expires_seconds"]),
        ("surveys", {"kind": "stars", "scores": {"6": {}}}, ["scores.6"]),
        ("surveys", {"kind": "thumbs", "alert_at_most": 3}, ["alert_at_most"]),
        ("surveys", {"kind": "stars", "alert_at_most": 5}, ["alert_at_most"]),
        ("surveys", {"tags_required": True}, ["tags_required"]),
        ("surveys", {"scores": {"1": {"tags": [], "tags_required": True}}}, ["scores.1.tags_required"]),
        ("surveys", {"tags": [{"name": "slow"}, {"name": "slow"}]}, ["tags.1.name"]),
        ("surveys", {"tags": [{"name": "a\nb"}]}, ["tags.0.name"]),
        ("surveys", {"tags": [{"name": "slow", "text": {"no tag": "x", "en": " "}}]},
         ["tags.0.text.en", "tags.0.text.no tag"]),
        ("surveys", {"tags": [{"name": f"t{n}"} for n in range(11)]}, ["tags"]),
        ("surveys", {"scores": {"1": {"text": {"en": "x" * 201}}}}, ["scores.1.text.en"]),
        ("surveys", {"invitations": 0}, ["invitations"]),
        ("surveys", {"comment": "perhaps"}, ["comment"]),
        ("closing", {"summary": {"type": "required"}}, ["summary.type"]),
        ("closing", {"summary": {"types": ["a", "a"]}}, ["summary.types.1"]),
        ("closing", {"summary": {"fields": [{"key": "f", "label": {"en": "F"}, "kind": "file"}]}},
         ["summary.fields.0.kind"]),
        ("closing", {"after_close": ["restart", "restart"]}, ["after_close.1"]),
        ("closing", {"after_close": ["dance"]}, ["after_close.0"]),
        ("submissions", {"kind": "letter"}, ["kind"]),
        ("submissions", {"offer": ["asked", "asked"]}, ["offer.1"]),
        ("submissions", {"offer": ["queue_full"], "words": {"en": ["message"]}}, ["words"]),
        ("submissions", {"words": {"no tag": ["x"], "en": [" "]}}, ["words.en.0", "words.no tag"]),
        ("submissions", {"fields": [{"key": "a", "label": {}}, {"key": "a", "label": {"en": "A"}}]},
         ["fields.0.label", "fields.1.key"]),
        ("submissions", {"fields": [{"key": "ok", "label": {"en": "OK?"}, "kind": "consent"}]}, ["fields"]),
        ("submissions", {"abandon_seconds": 5}, ["abandon_seconds"]),
        ("assignment", {"method": "favourites"}, ["method"]),
        ("languages", {"picker": "always", "offered": ["en"]}, ["offered"]),
        ("languages", {"picker": "sometimes"}, ["picker"]),
        ("languages", {"offered": ["en", "zh_tw", "en", "nonsense!"]}, ["offered.1", "offered.2", "offered.3"]),
        ("languages", {"offered": ["aa", "ab"] * 7}, sorted(["offered", *(f"offered.{n}" for n in range(2, 14))])),
        ("languages", {"sure": 0.2, "translate_to": "english"}, ["sure", "translate_to"]),
    ],
)  # fmt: skip
async def test_bad_settings_name_each_field(
    desk: Client, area: str, body: dict[str, object], fields: list[str]
) -> None:
    seen = await desk.put(f"{ADMIN}/settings/{area}", body)
    assert seen.status == 422
    assert sorted(seen.fields) == fields
    assert (await desk.get(f"{ADMIN}/settings/{area}")).body == {}


async def test_the_nearest_level_wins_and_the_rest_falls_through(here: World, desk: Client) -> None:
    everywhere, group, channel = (f"{level}/surveys" for level in LEVELS)
    await desk.put(everywhere, {"on": True, "kind": "stars", "comment": True})
    await desk.put(group, {"kind": "nps", "ask_on_close": False})
    await desk.put(channel, {"kind": "thumbs"})
    survey = here.rim.directory.policy("kites").rules("sales").survey
    assert (survey.on, survey.kind, survey.comment, survey.ask_on_close) == (True, "thumbs", True, False)
    assert here.rim.directory.policy("kites").rules(None).survey.ask_on_close is True


async def test_a_setting_is_in_force_when_it_is_answered(here: World, desk: Client) -> None:
    rules = here.rim.directory.policy("kites").rules(None)
    assert rules.words.scan("well darn", "customer").action == "pass"
    await desk.put(f"{ADMIN}/settings/words", VALID["words"])
    after = here.rim.directory.policy("kites").rules(None)
    assert after.words.scan("well darn", "customer").text == "well ****"
    assert after.version > rules.version


async def test_the_version_of_the_rules_says_what_was_changed(here: World, desk: Client) -> None:
    await desk.put(f"{LEVELS[2]}/surveys", {"on": True})
    version = here.rim.directory.policy("kites").version
    kept = {one.version: one for one in await here.store.revisions("policy", "current")}
    assert kept[version].body == {"changed": "settings channel:kites:surveys"}
    assert kept[version].who == "owner"


async def test_a_word_list_that_grew_is_told_shortly(desk: Client) -> None:
    words = [f"word{number}" for number in range(200)]
    path = f"{ADMIN}/settings/words"
    entry = {"name": "rude", "side": "agent", "action": "block"}
    await desk.put(path, {"lists": [entry | {"words": words[:100]}]})
    await desk.put(path, {"lists": [entry | {"words": words[50:]}]})
    newest = (await desk.get(f"{path}/history")).body["items"][0]["diff"]
    assert [(each["path"], each["added_count"], each["removed_count"]) for each in newest] == [
        ("lists.rude.words", 100, 50)
    ]
    assert newest[0]["added"] == words[100:150]


async def test_a_large_body_is_refused(desk: Client) -> None:
    lists = {"lists": [{"name": "a", "side": "agent", "action": "mask", "words": ["w" * 100] * 1100}]}
    for level in LEVELS:
        assert (await desk.put(f"{level}/words", lists)).status == 413


async def test_what_came_over_a_channel_is_kept_for_a_time_of_its_own(desk: Client) -> None:
    path = f"{next(level for level in LEVELS if '/channels/' in level)}/retention"
    assert (await desk.put(path, {"message_days": 30, "file_days": None, "session_days": 90})).status == 200
    refused = await desk.put(path, {"message_days": 30, "hit_days": 30, "audit_days": None})
    said = "This is set for all, not for one channel."
    assert (refused.status, refused.fields) == (422, {"hit_days": said, "audit_days": said})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message_days": 30, "file_days": 31}, "file_days"),
        ({"message_days": 30, "session_days": 29}, "session_days"),
        ({"message_days": 30, "customer_days": 29}, "customer_days"),
        ({"hit_days": 0}, "hit_days"),
    ],
)
async def test_kinds_of_data_go_in_an_order_that_makes_sense(desk: Client, body: dict[str, int], field: str) -> None:
    refused = await desk.put(f"{LEVELS[0]}/retention", body)
    assert (refused.status, list(refused.fields)) == (422, [field])
