"""Opening hours tried before they are saved: open now or not, and when that changes."""

import pytest

from tests.api.client import Client
from tests.api.world import World

TRY = "/api/v1/admin/settings/hours/try"
WEEK = {"mon": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "02:00"}]}  # now it is Sunday, 15:06:40 UTC


async def test_nothing_set_is_open_and_stays_so(owner: Client) -> None:
    seen = await owner.post(TRY, {})
    assert seen.body == {"at": "2025-06-15T15:06:40.000Z", "zone": "UTC", "open": True, "changes": []}


async def test_what_changes_next_is_told_in_the_zone_of_the_draft(owner: Client) -> None:
    draft = {"zone": "Asia/Tokyo", "week": WEEK, "holidays": [{"date": "2025-06-23", "name": "Kite day"}]}
    seen = (await owner.post(TRY, {"settings": draft})).body
    assert (seen["zone"], seen["open"]) == ("Asia/Tokyo", False)
    assert [(each["at"], each["open"]) for each in seen["changes"]] == [
        ("2025-06-16T00:00:00.000Z", True),
        ("2025-06-16T03:00:00.000Z", False),
        ("2025-06-16T04:00:00.000Z", True),
        ("2025-06-16T17:00:00.000Z", False),
        ("2025-06-30T00:00:00.000Z", True),
        ("2025-06-30T03:00:00.000Z", False),
    ]
    assert (await owner.get("/api/v1/admin/settings/hours")).body == {}


async def test_what_a_level_leaves_out_comes_from_above(here: World, owner: Client) -> None:
    group = (await owner.post("/api/v1/admin/groups", {"name": "Sales"})).body["id"]
    await here.channel(group=group)
    await owner.put("/api/v1/admin/settings/hours", {"zone": "Asia/Tokyo", "week": {}})
    await owner.put(f"/api/v1/admin/groups/{group}/settings/hours", {"week": WEEK})
    first = {"at": "2025-06-16T00:00:00.000Z", "open": True}
    for asked in ({"group": group}, {"channel": "kites"}, {"channel": "kites", "settings": {}}):
        seen = (await owner.post(TRY, asked)).body
        assert (seen["zone"], seen["open"], seen["changes"][0]) == ("Asia/Tokyo", False, first)
    assert (await owner.post(TRY, {})).body["changes"] == []
    closed = (await owner.post(TRY, {"channel": "kites", "settings": {"zone": "UTC", "week": {}}})).body
    assert (closed["zone"], closed["open"], closed["changes"]) == ("UTC", False, [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "nowhere"}, "channel"),
        ({"group": "nowhere"}, "group"),
        ({"group": "a", "channel": "b"}, "group"),
        ({"settings": {"zone": "Mars"}}, "settings.zone"),
        ({"settings": {"week": {"mon": [{"from": "9", "to": "10:00"}]}}}, "settings.week.mon.0.from"),
        ({"settings": {"weak": {}}}, "settings.weak"),
    ],
)
async def test_what_could_not_be_saved_is_not_tried(owner: Client, body: dict[str, object], field: str) -> None:
    seen = await owner.post(TRY, body)
    assert (seen.status, list(seen.fields)) == (422, [field])
