"""Any prompt in any language on any channel, before a customer sees it."""

import pytest

from tests.api.client import Client
from tests.api.world import World

ADMIN = "/api/v1/admin"
PREVIEW = f"{ADMIN}/settings/prompts/preview"


@pytest.fixture
async def desk(here: World, owner: Client) -> Client:
    await here.group("sales", "owner")
    await here.channel(group="sales")
    return owner


async def test_a_prompt_is_shown_with_its_values_language_and_direction(desk: Client) -> None:
    seen = await desk.post(PREVIEW, {"key": "agent_joined", "language": "he-IL", "channel": "kites"})
    assert seen.status == 200
    assert (seen.body["language"], seen.body["direction"], seen.body["on"]) == ("he", "rtl", True)
    assert "Mei" in seen.body["text"]
    assert seen.body["length"] == len(seen.body["text"])
    assert seen.body["parts"] == [{"type": "text", "text": seen.body["text"]}]
    other = await desk.post(
        PREVIEW, {"key": "agent_joined", "language": "en", "channel": "kites", "values": {"agent": "<b>Bo</b>"}}
    )
    assert other.body["text"] == "<b>Bo</b> has joined the chat and will be happy to help you."


async def test_overrides_of_channel_and_group_and_drafts_are_shown(desk: Client) -> None:
    await desk.put(f"{ADMIN}/settings/prompts", {"prompts": {"greeting": {"on": False, "text": {"en": "Hi all"}}}})
    await desk.put(f"{ADMIN}/groups/sales/settings/prompts", {"prompts": {"greeting": {"text": {"en": "Hi buyer"}}}})
    asked = {"key": "greeting", "language": "en", "channel": "kites"}
    everywhere = (await desk.post(PREVIEW, asked)).body
    assert (everywhere["on"], everywhere["text"]) == (False, "Hi all")
    assert (await desk.post(PREVIEW, {**asked, "group": "sales"})).body["text"] == "Hi buyer"
    assert (await desk.post(PREVIEW, {**asked, "text": "Dear {agent}"})).body["text"] == "Dear Mei"


async def test_a_question_is_shown_with_its_options(desk: Client) -> None:
    for key, count in ("survey_invite_stars", 5), ("survey_invite_thumbs", 2), ("word_consent", 2):
        seen = (await desk.post(PREVIEW, {"key": key, "language": "ja", "channel": "kites"})).body
        part = seen["parts"][-1]  # this kind of channel has room for three buttons
        assert len(part.get("options", ())) == count or f"{count}. " in part["text"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": "nothing"}, "key"),
        ({"language": "english"}, "language"),
        ({"channel": "nothing"}, "channel"),
        ({"group": "nothing"}, "group"),
        ({"text": "{"}, "text"),
        ({"text": "{nobody}"}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"values": {"agent": ["x"]}}, "values.agent"),
    ],
)
async def test_a_preview_that_cannot_be_names_its_field(desk: Client, wrong: dict[str, object], field: str) -> None:
    seen = await desk.post(PREVIEW, {"key": "greeting", "language": "en", "channel": "kites", **wrong})
    assert (seen.status, list(seen.fields)) == (422, [field])
