"""Sensitive words beside the settings document: the test box and CSV, on every level."""

import pytest

from tests.api.client import Client
from tests.api.world import World

ADMIN = "/api/v1/admin"
LEVELS = (f"{ADMIN}/settings", f"{ADMIN}/groups/sales/settings", f"{ADMIN}/channels/kites/settings")
TRY = f"{ADMIN}/settings/words/try"
RUDE = {
    "name": "rude",
    "side": "agent",
    "action": "mask",
    "words": ["darn", "-heck-"],
    "except": ["darning"],
    "anywhere": True,
}
DATA = {
    "name": "data",
    "side": "customer",
    "action": "consent",
    "patterns": [r"\bab-\d{4}\b"],
    "find": ["phone"],
    "text": {"en": "May we pass it on, yes or no?", "ja": "よろしいですか"},
    "language": "en",
    "on": True,
}
SHEET = """list,side,action,on,anywhere,language,kind,value
rude,agent,mask,true,true,,word,darn
rude,agent,mask,true,true,,word,'-heck-
rude,agent,mask,true,true,,except,darning
data,customer,consent,true,,en,pattern,\\bab-\\d{4}\\b
data,customer,consent,true,,en,find,phone
data,customer,consent,true,,en,text:en,"May we pass it on, yes or no?"
data,customer,consent,true,,en,text:ja,よろしいですか
"""


@pytest.fixture
async def desk(here: World, owner: Client) -> Client:
    await here.group("sales", "owner")
    await here.channel(group="sales")
    return owner


@pytest.mark.parametrize("level", LEVELS)
async def test_lists_go_out_as_csv_and_come_in_again(desk: Client, level: str) -> None:
    await desk.put(f"{level}/words", {"lists": [RUDE, DATA]})
    sheet = (await desk.get(f"{level}/words/csv")).body["csv"]
    assert sheet.replace("\r\n", "\n") == SHEET
    await desk.put(f"{level}/words", {})
    taken = await desk.post(f"{level}/words/csv", {"csv": sheet})
    assert taken.status == 200
    assert taken.body == {"lists": [RUDE | {"on": True, "text": {}}, DATA]}
    assert (await desk.post(f"{level}/words/undo", {"version": 1})).body == {"lists": [RUDE, DATA]}


async def test_an_import_adds_to_lists_of_its_names_or_replaces_all(desk: Client) -> None:
    path = f"{LEVELS[0]}/words"
    await desk.put(path, {"lists": [RUDE, DATA]})
    more = "\ufefflist,side,action,value\nrude,agent,block,drat\nrude,agent,block,darn\n"
    merged = (await desk.post(f"{path}/csv", {"csv": more})).body["lists"]
    assert [(one["name"], one["action"]) for one in merged] == [("rude", "block"), ("data", "consent")]
    assert merged[0]["words"] == ["darn", "-heck-", "drat"]
    replaced = (await desk.post(f"{path}/csv", {"csv": more, "mode": "replace"})).body["lists"]
    assert [(one["name"], one["words"]) for one in replaced] == [("rude", ["drat", "darn"])]


@pytest.mark.parametrize(
    ("sheet", "field", "told"),
    [
        ("", "csv", "The first line lacks the columns action, list, side, value."),
        ("list,side,action,value\n,agent,mask,x\n", "csv", "Line 2 names no list."),
        ("list,side,action,kind,value\na,agent,mask,verb,x\n", "csv", "Line 2: “verb” is no kind"),
        ("list,side,action,on,value\na,agent,mask,perhaps,x\n", "csv", "Line 2: on is true, false or empty."),
        ("list,side,action,value\na,cat,mask,x\n", "lists.0.side", "cat"),
        ("list,side,action,value\na,agent,shout,x\n", "lists.0.action", "shout"),
        ("list,side,action,value\na,agent,mask,...\n", "lists.0.words.0", "at least one letter"),
    ],
)
async def test_a_sheet_that_cannot_be_taken_says_where(desk: Client, sheet: str, field: str, told: str) -> None:
    seen = await desk.post(f"{LEVELS[0]}/words/csv", {"csv": sheet})
    assert seen.status == 422
    assert told in seen.fields[field]
    assert (await desk.get(f"{LEVELS[0]}/words")).body == {}


async def test_a_stale_import_and_levels_that_are_not_there(desk: Client) -> None:
    for level in LEVELS:
        await desk.put(f"{level}/words", {"lists": [RUDE]})
        body = {"csv": SHEET}
        assert (await desk.post(f"{level}/words/csv", body, headers={"If-Match": '"0"'})).status == 412
    for level in ("groups/nothing", "channels/nothing"):
        path = f"{ADMIN}/{level}/settings/words/csv"
        assert (await desk.get(path)).status == 404
        assert (await desk.post(path, {"csv": SHEET})).status == 404


async def test_a_text_is_tried_against_what_is_in_force_or_a_draft(desk: Client) -> None:
    await desk.put(f"{LEVELS[0]}/words", {"lists": [RUDE]})
    await desk.put(f"{LEVELS[1]}/words", {"lists": [{**RUDE, "name": "more", "words": ["drat"], "action": "block"}]})
    text = "oh d.a.r.n, drat"
    first = (await desk.post(TRY, {"text": text, "side": "agent"})).body
    assert (first["action"], first["text"]) == ("mask", "oh *******, drat")
    assert first["hits"] == [
        {"list": "rude", "word": "darn", "action": "mask", "start": 3, "end": 10, "found": "d.a.r.n"}
    ]
    group = (await desk.post(TRY, {"text": text, "side": "agent", "group": "sales"})).body
    channel = (await desk.post(TRY, {"text": text, "side": "agent", "channel": "kites", "group": "sales"})).body
    assert (group["action"], channel["action"]) == ("block", "block")
    assert (await desk.post(TRY, {"text": text})).body == {"action": "pass", "text": text, "hits": []}
    draft = await desk.post(TRY, {"text": "AB-1234", "lists": [DATA]})
    assert draft.body["action"] == "consent"
    assert (await desk.get(f"{LEVELS[0]}/words")).body == {"lists": [RUDE]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x" * 10_001}, "text"),
        ({"text": "x", "side": "cat"}, "side"),
        ({"text": "x", "group": "nothing"}, "group"),
        ({"text": "x", "channel": "nothing"}, "channel"),
        ({"text": "x", "lists": [{**DATA, "side": "agent"}]}, "lists.0.action"),
        ({"text": "x", "lists": [{**DATA, "patterns": ["("]}]}, "lists.0.patterns.0"),
    ],
)
async def test_a_trial_that_cannot_be_names_its_field(desk: Client, body: dict[str, object], field: str) -> None:
    seen = await desk.post(TRY, body)
    assert (seen.status, list(seen.fields)) == (422, [field])


async def test_channels_with_equal_lists_share_one_filter_and_keep_it_when_something_else_changes(
    here: World, desk: Client
) -> None:
    await here.channel("other")
    await desk.put(f"{LEVELS[0]}/words", {"lists": [RUDE]})

    def filters() -> set[int]:
        return {id(here.rim.directory.policy(each).rules(None).words) for each in ("kites", "other")}

    before = filters()
    assert len(before) == 1
    await desk.put(f"{LEVELS[0]}/surveys", {"on": True})
    assert filters() == before
    await desk.put(f"{LEVELS[2]}/words", {"lists": [{**RUDE, "name": "own"}]})
    assert len(filters()) == 2
    assert before < filters()
