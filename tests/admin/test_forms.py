"""What forms are made of: each area's and each document's schema, and the list of all changes."""

from typing import Any

from core.policy import AREAS
from tests.api.client import Client
from tests.api.world import World

ADMIN = "/api/v1/admin"


async def area(owner: Client, name: str) -> Any:
    found = (await owner.get(f"{ADMIN}/settings")).body["items"]
    return next(each for each in found if each["area"] == name)


def root(schema: Any) -> Any:
    return schema["$defs"][schema["$ref"].rpartition("/")[2]]


async def test_every_area_has_its_form(owner: Client) -> None:
    found = (await owner.get(f"{ADMIN}/settings")).body["items"]
    assert {each["area"] for each in found} == set(AREAS)
    for each in found:
        properties = root(each["schema"])["properties"]
        assert all(field["title"] for field in properties.values()), each["area"]


async def test_a_field_says_what_it_is_in_whose_words_and_in_which_unit(owner: Client) -> None:
    survey = await area(owner, "surveys")
    field = root(survey["schema"])["properties"]["expires_seconds"]
    assert (field["title"], field["x-unit"]) == ("Open for", "seconds")
    assert field["description"] == "How long after the invitation an answer counts."
    assert survey["defaults"]["on"] is False
    assert (survey["title"], survey["levels"]) == ("Surveys", ["all", "group", "channel"])


async def test_durations_days_and_shares_have_their_unit(owner: Client) -> None:
    async def fields(name: str, struct: str) -> Any:
        return (await area(owner, name))["schema"]["$defs"][struct]["properties"]

    assert (await fields("retention", "Retention"))["raw_days"]["x-unit"] == "days"
    assert (await fields("languages", "Languages"))["sure"]["x-unit"] == "share"
    reminders = (await fields("sla", "Promise"))["remind_before_seconds"]
    assert ("x-unit" in reminders, reminders["items"]["x-unit"]) == (False, "seconds")


async def test_every_area_says_what_holds_where_nothing_is_set(owner: Client) -> None:
    for each in (await owner.get(f"{ADMIN}/settings")).body["items"]:
        assert each["defaults"].keys() == root(each["schema"])["properties"].keys(), each["area"]


async def test_a_map_names_the_keys_it_takes(owner: Client) -> None:
    closing = root((await area(owner, "closing"))["schema"])["properties"]["prompts"]
    assert "agent_closed" in closing["propertyNames"]["enum"]
    prompts = root((await area(owner, "prompts"))["schema"])["properties"]["prompts"]
    assert "agent_closed" not in prompts["propertyNames"]["enum"]
    week = root((await area(owner, "hours"))["schema"])["properties"]["week"]
    assert [each["propertyNames"]["enum"][0] for each in week["anyOf"] if "propertyNames" in each] == ["mon"]


async def test_forms_are_in_the_language_asked_for_and_in_english_where_that_has_no_words(owner: Client) -> None:
    titles = [
        [each["title"] for each in (await owner.get(f"{ADMIN}/settings", params={"language": tag})).body["items"]]
        for tag in ("en", "en-GB", "sw")
    ]
    assert titles[0] == titles[1] == titles[2]
    wrong = await owner.get(f"{ADMIN}/forms", params={"language": "not a language"})
    assert (wrong.status, wrong.body["errors"][0]["field"]) == (422, "language")
    assert (await owner.get(f"{ADMIN}/settings", params={"language": "?"})).status == 422


async def test_an_id_says_what_it_is_of(owner: Client) -> None:
    schema = (await area(owner, "assignment"))["schema"]
    assert schema["$defs"]["Level"]["properties"]["group"]["x-names"] == "groups"
    assert root(schema)["properties"]["weights"]["x-keys"] == "agents"


async def test_routing_is_no_group_s(owner: Client) -> None:
    assert (await area(owner, "routing"))["levels"] == ["all", "channel"]


async def test_every_kind_of_document_has_its_form(owner: Client) -> None:
    found = {each["form"]: each for each in (await owner.get(f"{ADMIN}/forms")).body["items"]}
    assert found.keys() == {
        "channels.drum", "channels.kite", "bots.faq", "bots.webhook", "bots.rasa", "agents", "groups", "segments",
        "try",
    }  # fmt: skip
    kite = found["channels.kite"]["schema"]
    settings = kite["$defs"][root(kite)["properties"]["settings"]["$ref"].rpartition("/")[2]]["properties"]
    assert settings["string_token"]["writeOnly"] is True
    assert settings["string_token"]["title"] == "String token"


async def test_a_channel_is_looked_at_when_one_asks(here: World, owner: Client) -> None:
    await here.channel()
    seen = await owner.post(f"{ADMIN}/channels/kites/check")
    assert (seen.status, seen.body["id"]) == (200, "kites")
    assert here.actions.checked == ["kites"]
    assert (await owner.post(f"{ADMIN}/channels/nothing/check")).status == 404
