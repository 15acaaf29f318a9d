"""Bots in the admin API: what each kind takes, secrets that are never read back, trying one, and who uses it."""

from typing import Any

import pytest

from api.bots import ReplyIn
from api.contents import TextIn
from api.resealing import reseal
from api.rim import Trial
from tests.api.client import Client
from tests.api.world import World

BOTS = "/api/v1/admin/bots"
RECEPTION = "/api/v1/admin/settings/reception"
SECRET = "a secret of 22 letters"
FAQ = {
    "name": "Robo",
    "kind": "faq",
    "settings": {
        "questions": [{"id": "hours", "question": {"en": "When are you open?"}, "answer": {"en": "Nine to five."}}]
    },
}
NAMELESS = {"id": "x", "question": {}, "answer": {"en": "y"}}
HOOK = {"name": "Hook", "kind": "webhook", "settings": {"url": "https://bot.example/f", "secret": SECRET}}
RASA = {"name": "Rasa", "kind": "rasa", "settings": {"url": "https://rasa.example"}}


async def made(owner: Client, body: dict[str, Any]) -> str:
    seen = await owner.post(BOTS, body)
    assert seen.status == 201, seen.body
    return str(seen.body["id"])


@pytest.mark.parametrize("body", [FAQ, HOOK, RASA], ids=["faq", "webhook", "rasa"])
async def test_a_bot_of_each_kind_is_kept_and_shown(owner: Client, body: dict[str, Any]) -> None:
    id = await made(owner, body)
    seen = await owner.get(f"{BOTS}/{id}")
    assert (seen.body["kind"], seen.body["wait_seconds"], seen.body["while_queued"]) == (body["kind"], 15, "quiet")
    assert seen.body["handover"] == {}  # as it comes: the button, twice unknown, repeats and dislikes
    assert seen.body["reply_url"].endswith(f"/api/v1/bots/{id}/sessions/{{session}}/messages")
    assert [each["id"] for each in (await owner.get(BOTS)).body["items"]] == [id]


async def test_a_secret_is_written_and_never_read_back(here: World, owner: Client) -> None:
    id = await made(owner, HOOK)
    seen = await owner.get(f"{BOTS}/{id}")
    assert seen.body["settings"] == {"url": "https://bot.example/f", "secret": {"set": True}}
    kept = await here.store.get("bots", id)
    assert kept is not None and SECRET not in str(kept.body)
    assert here.rim.directory.opened(here.rim.directory.bots[id])["secret"] == SECRET


async def test_a_change_leaves_what_is_not_given(here: World, owner: Client) -> None:
    id = await made(owner, HOOK)
    seen = await owner.patch(
        f"{BOTS}/{id}", {"name": "Hooky", "idle_seconds": None, "settings": {"url": "https://b.example"}}
    )
    assert (seen.body["name"], seen.body["idle_seconds"]) == ("Hooky", None)
    assert here.rim.directory.opened(here.rim.directory.bots[id]) == {"url": "https://b.example", "secret": SECRET}
    again = await owner.patch(f"{BOTS}/{id}", {"handover": {"on_repeat": False}, "while_queued": "answers"})
    assert (again.body["handover"], again.body["while_queued"]) == ({"on_repeat": False}, "answers")


async def test_a_stale_change_is_refused(owner: Client) -> None:
    id = await made(owner, FAQ)
    tag = (await owner.get(f"{BOTS}/{id}")).headers["ETag"]
    assert (await owner.patch(f"{BOTS}/{id}", {"name": "A"}, headers={"If-Match": tag})).status == 200
    assert (await owner.patch(f"{BOTS}/{id}", {"name": "B"}, headers={"If-Match": tag})).status == 412


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**FAQ, "kind": "oracle"}, "kind"),
        ({**FAQ, "settings": {"questions": [{"id": "X"}]}}, "settings.questions.0.id"),
        ({**FAQ, "settings": {"language": "?"}}, "settings.language"),
        ({**FAQ, "settings": {"sure": 0.2, "near": 0.5}}, "settings.near"),
        (
            {**FAQ, "settings": {"questions": [NAMELESS]}},
            "settings.questions.0.question",
        ),
        ({**HOOK, "settings": {"url": "https://b.example"}}, "settings.secret"),
        ({**HOOK, "settings": {"url": "https://b.example", "secret": "short"}}, "settings.secret"),
        ({**HOOK, "settings": {"url": "ftp://b.example", "secret": SECRET}}, "settings.url"),
        ({**RASA, "settings": {"url": "rasa"}}, "settings.url"),
        ({**RASA, "settings": {"url": "https://r.example", "channel": "a/b"}}, "settings.channel"),
        ({**RASA, "settings": {"url": "https://r.example", "colour": "red"}}, "settings.colour"),
        ({**FAQ, "wait_seconds": 600}, "wait_seconds"),
        ({**FAQ, "handover": {"words": {"q-": ["x"]}}}, "handover.words.q-"),
        ({**FAQ, "handover": {"keywords": [{"words": ["buy"], "group": "gone"}]}}, "handover.keywords.0.group"),
        ({**FAQ, "handover": {"keywords": [{"words": ["buy"], "agent": "gone"}]}}, "handover.keywords.0.agent"),
        ({**FAQ, "handover": {"after_unknown": 0}}, "handover.after_unknown"),
    ],
)
async def test_what_is_wrong_is_named(owner: Client, body: dict[str, Any], field: str) -> None:
    seen = await owner.post(BOTS, body)
    assert (seen.status, list(seen.fields)) == (422, [field]), seen.body


async def test_what_is_wrong_with_a_change_is_named(owner: Client) -> None:
    id = await made(owner, FAQ)
    seen = await owner.patch(f"{BOTS}/{id}", {"handover": {"words": {"q-": ["x"]}}})
    assert (seen.status, list(seen.fields)) == (422, ["handover.words.q-"])


async def test_a_bot_can_be_tried(here: World, owner: Client) -> None:
    id = await made(owner, FAQ)
    here.trials.answer = Trial(True, 7, None, ReplyIn(messages=(TextIn("Nine to five."),), helpful=True))
    seen = await owner.post(f"{BOTS}/{id}/test", {"text": "opening hours", "language": "EN"})
    assert here.trials.asked == [(id, "opening hours", "en")]
    assert (seen.body["ok"], seen.body["milliseconds"]) == (True, 7)
    assert seen.body["reply"]["messages"] == [{"type": "text", "text": "Nine to five."}]
    assert (await owner.post(f"{BOTS}/{id}/test", {"text": "x", "language": "??"})).status == 422


async def test_a_bot_that_is_used_stays_and_its_users_are_named(owner: Client) -> None:
    id = await made(owner, FAQ)
    assert (await owner.put(RECEPTION, {"service": "bot_first", "bot": id})).status == 200
    seen = await owner.delete(f"{BOTS}/{id}")
    assert (seen.status, seen.body["code"], seen.fields) == (409, "used", {"bot": "Used by reception for all."})
    (use,) = (await owner.get(f"{BOTS}/{id}")).body["users"]
    assert use == {"level": "all", "id": None, "name": None, "area": "reception", "field": "bot"}
    await owner.put(RECEPTION, {})
    assert (await owner.delete(f"{BOTS}/{id}")).status == 204


async def test_a_bot_that_is_not_there(owner: Client) -> None:
    assert (await owner.get(f"{BOTS}/gone")).status == 404
    assert (await owner.patch(f"{BOTS}/gone", {})).status == 404
    assert (await owner.delete(f"{BOTS}/gone")).status == 404
    assert (await owner.post(f"{BOTS}/gone/test", {"text": "x"})).status == 404


async def test_a_removed_bot_keeps_no_secret(here: World, owner: Client) -> None:
    id = await made(owner, HOOK)
    await owner.delete(f"{BOTS}/{id}")
    kept = await here.store.get("bots", id)
    assert kept is not None and kept.body["settings"] == {}


async def test_secrets_of_bots_are_sealed_anew_with_the_others(here: World, owner: Client) -> None:
    id = await made(owner, HOOK)
    before = here.rim.directory.bots[id].settings["secret"]
    await reseal(here.rim.directory, who="test")
    assert here.rim.directory.bots[id].settings["secret"] != before
    assert here.rim.directory.opened(here.rim.directory.bots[id])["secret"] == SECRET


async def test_a_group_that_a_bot_or_a_segment_names_is_not_removed_under_it(here: World, owner: Client) -> None:
    await here.group("sales")
    await here.agent("agent", "tom")
    keyword = {"words": ["buy"], "group": "sales", "agent": "tom"}
    id = await made(owner, {**FAQ, "handover": {"keywords": [keyword]}})
    condition = {"if": "hours", "group": "sales"}
    segment = (await owner.post("/api/v1/admin/segments", {"name": "By day", "condition": condition})).body["id"]
    seen = await owner.delete("/api/v1/admin/groups/sales")
    assert (seen.status, set(seen.fields.values())) == (
        409,
        {"The bot Robo names it.", "The segment By day names it."},
    )
    assert (await owner.delete("/api/v1/admin/agents/tom")).status == 409
    await owner.delete(f"{BOTS}/{id}")
    await owner.delete(f"/api/v1/admin/segments/{segment}")
    assert (await owner.delete("/api/v1/admin/groups/sales")).status == 204


async def test_a_bot_has_a_history_without_secrets_and_goes_back_with_the_secret_it_has(
    here: World, owner: Client
) -> None:
    id = await made(owner, HOOK)
    path = f"{BOTS}/{id}"
    await owner.patch(
        path, {"name": "Hooky", "settings": {"url": "https://b.example", "secret": "another of 22 letters"}}
    )
    seen = await owner.get(f"{path}/history")
    assert [line["path"] for line in seen.body["items"][0]["diff"]] == [
        "name", "settings.secret.version", "settings.url",
    ]  # fmt: skip
    assert SECRET not in str(seen.body) and "sealed" not in str(seen.body)
    undone = await owner.post(f"{path}/undo", {"version": 1})
    assert (undone.status, undone.body["name"], undone.body["settings"]) == (
        200, "Hook", {"url": "https://bot.example/f", "secret": {"set": True}},
    )  # fmt: skip
    opened = here.rim.directory.opened(here.rim.directory.bots[id])
    assert opened == {"url": "https://bot.example/f", "secret": "another of 22 letters"}


async def test_a_bot_goes_back_only_where_it_can(here: World, owner: Client) -> None:
    group = (await owner.post("/api/v1/admin/groups", {"name": "Sales", "agents": []})).body["id"]
    id = await made(owner, {**FAQ, "handover": {"keywords": [{"words": ["buy"], "group": group}]}})
    path = f"{BOTS}/{id}"
    for version in (0, 1, 9):
        assert (await owner.post(f"{path}/undo", {"version": version})).status == 404
    await owner.patch(path, {"handover": {}})
    assert (await owner.post(f"{path}/undo", {"version": 1}, headers={"If-Match": '"1"'})).status == 412
    assert (await owner.delete(f"/api/v1/admin/groups/{group}")).status == 204
    seen = await owner.post(f"{path}/undo", {"version": 1})
    assert (seen.status, list(seen.fields)) == (422, ["handover.keywords.0.group"])
    assert (await owner.post(f"{path}/undo", {"version": -1})).status == 422
    assert (await owner.get(f"{BOTS}/gone/history")).status == 404
    assert (await owner.post(f"{BOTS}/gone/undo", {"version": 1})).status == 404
