"""How today goes, on the floor: counts by the quarter of an hour, of one group and channel or of all."""

from zoneinfo import ZoneInfo

import pytest

from api.pulse import KEPT, QUARTER_MS, Pulse, midnight
from core.pulse import Beat
from stores.memory import MemoryStore
from tests.inbox.floor import Floor

BASE = "/api/v1/inbox"
TODAY = f"{BASE}/floor/today"
COUNTS = ("arrived", "answered", "abandoned", "waiting", "active")


async def day(desk: Floor) -> None:
    """At 15:06 two come to sales and Mei takes one; at 15:26 one comes to nobody's group and leaves at once."""
    mei = await desk.agent("mei")
    await desk.group("sales", "mei")
    await desk.channel("shop", group="sales")
    ann = await desk.chat(channel="shop", address="ann")
    await desk.chat(channel="shop", address="bob")
    await mei.post(f"{BASE}/sessions/{ann}/claim")
    desk.clock.at += 1_200_000
    cat = await desk.chat(address="cat")
    await mei.post(f"{BASE}/sessions/{cat}/close")


async def test_today_is_counted_by_the_quarter_and_adds_up(desk: Floor) -> None:
    boss = await desk.agent("boss", "supervisor", status="offline")
    await day(desk)
    found = (await boss.get(TODAY)).body
    assert (found["since"], found["zone"]) == ("2025-06-15T00:00:00.000Z", "UTC")
    assert (found["at"], len(found["quarters"])) == ("2025-06-15T15:26:40.000Z", 62)
    assert (found["arrived"], found["answered"], found["abandoned"]) == (3, 1, 1)
    last = {quarter["at"][11:16]: tuple(quarter[name] for name in COUNTS) for quarter in found["quarters"][-3:]}
    assert last == {"14:45": (0, 0, 0, 0, 0), "15:00": (2, 1, 0, 1, 1), "15:15": (1, 0, 1, 1, 1)}


async def test_of_a_group_and_a_channel_or_of_chats_without_a_group(desk: Floor) -> None:
    boss = await desk.agent("boss", "supervisor", status="offline")
    await day(desk)

    async def totals(**asked: str) -> tuple[int, ...]:
        found = (await boss.get(TODAY, params=asked)).body
        last = found["quarters"][-1]
        return (found["arrived"], found["answered"], found["abandoned"], last["waiting"], last["active"])

    assert await totals(group="sales") == (2, 1, 0, 1, 1)
    assert await totals(channel="shop") == (2, 1, 0, 1, 1)
    assert await totals(channel="kites") == (1, 0, 1, 0, 0)
    assert await totals(group="") == (1, 0, 1, 0, 0)
    assert await totals(group="", channel="shop") == (0, 0, 0, 0, 0)


@pytest.mark.parametrize("field", ["group", "channel"])
async def test_a_group_or_channel_that_never_was_is_refused(desk: Floor, field: str) -> None:
    boss = await desk.agent("boss", "supervisor")
    seen = await boss.get(TODAY, params={field: "nowhere"})
    assert (seen.status, seen.fields) == (422, {field: f"There is no such {field}."})


async def test_the_day_begins_at_midnight_where_the_opening_hours_are(desk: Floor) -> None:
    boss = await desk.agent("boss", "supervisor")
    await desk.setting("hours", {"zone": "Asia/Kathmandu"})
    found = (await boss.get(TODAY)).body
    assert (found["zone"], found["since"]) == ("Asia/Kathmandu", "2025-06-14T18:15:00.000Z")


async def test_who_waited_before_today_is_there_from_its_beginning(desk: Floor) -> None:
    await desk.chat()
    desk.clock.at += 86_400_000
    boss = await desk.agent("boss", "supervisor")
    found = (await boss.get(TODAY)).body
    assert found["arrived"] == 0
    assert {quarter["waiting"] for quarter in found["quarters"]} == {1}


async def test_a_day_on_which_clocks_change_has_more_or_fewer_hours() -> None:
    berlin = "Europe/Berlin"
    assert ZoneInfo(berlin).key == berlin
    autumn, spring = 1_761_480_000_000, 1_743_249_600_000 + 86_400_000  # noon UTC, 26 October and 30 March 2025
    assert (autumn - midnight(autumn, berlin)) // 3_600_000 == 14
    assert (spring - midnight(spring, berlin)) // 3_600_000 == 13


class Watched(MemoryStore):
    """Notes what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, int]] = []

    async def pulse(self, since: int, until: int, width: int) -> tuple[Beat, ...]:
        self.asked.append((since // QUARTER_MS, until // QUARTER_MS))
        return (Beat(until - width, "kites", None, "arrived", 1),)


async def test_a_quarter_that_is_over_is_read_once() -> None:
    store, pulse = Watched(), Pulse()
    await pulse.quarters(store, 0, 4 * QUARTER_MS + 120_000)
    await pulse.quarters(store, 0, 4 * QUARTER_MS + 130_000)
    assert store.asked == [(0, 5), (4, 5)]
    await pulse.quarters(store, 0, 5 * QUARTER_MS + 119_999)  # the last one may still grow
    found = await pulse.quarters(store, 0, 5 * QUARTER_MS + 119_999)
    assert store.asked[2:] == [(4, 6), (4, 6)]
    assert [len(beats) for _, beats in found] == [0, 0, 0, 0, 0, 1]


async def test_no_more_than_two_days_are_kept() -> None:
    store, pulse = Watched(), Pulse()
    await pulse.quarters(store, 0, 500 * QUARTER_MS)
    oldest = 499 - KEPT
    await pulse.quarters(store, oldest * QUARTER_MS, 500 * QUARTER_MS)
    await pulse.quarters(store, (oldest - 1) * QUARTER_MS, (oldest - 1) * QUARTER_MS)
    assert store.asked == [(0, 501), (499, 501), (oldest - 1, oldest)]
