"""What every store must keep for message webhooks: order in each lane, turns, fences, replays, the log."""

import pytest
from msgspec.structs import replace

from core.errors import Fenced
from core.ports.hooks import Hook, HookDelivery, HookSizes
from core.ports.store import Store

NOON = 1_000_000
HOUR = 3_600_000


def delivery(n: int, lane: str = "s1", hook: str = "all.crm", **more: object) -> HookDelivery:
    made = HookDelivery(
        id=f"d{n:03}", hook=hook, ord=n * 16, lane=lane, type="session.opened", at=NOON, made=NOON, due=NOON,
        conversation=f"conv-{lane}", session=lane, seq=n, body=b'{"n":1}',
    )  # fmt: skip
    return replace(made, **more)


async def kept(store: Store, *deliveries: HookDelivery, id: str = "all.crm") -> Hook:
    hook = await store.hooks.keep(id, "node-1", NOON, NOON + 10_000, 5)
    assert hook is not None
    await store.hooks.add(replace(hook, cursor=9), deliveries)
    found = await store.hooks.get(id)
    assert found is not None
    return found


def done(one: HookDelivery) -> HookDelivery:
    return replace(one, state="delivered", done_at=NOON + 1)


class HookContract:
    async def test_a_webhook_is_kept_by_one_node_at_a_time(self, store: Store) -> None:
        first = await store.hooks.keep("all.crm", "node-1", NOON, NOON + 10, 7)
        assert first == Hook(id="all.crm", cursor=7, fence=1)
        assert await store.hooks.keep("all.crm", "node-2", NOON + 9, NOON + 30, 8) is None
        assert await store.hooks.keep("all.crm", "node-1", NOON + 9, NOON + 20, 8) == first
        assert await store.hooks.keep("all.crm", "node-2", NOON + 20, NOON + 30, 8) == replace(first, fence=2)
        with pytest.raises(Fenced):
            await store.hooks.add(replace(first, cursor=8), [delivery(1)])
        with pytest.raises(Fenced):
            await store.hooks.settle(first, delivery(1))
        assert await store.hooks.due("all.crm", NOON, 9) == []

    async def test_the_cursor_moves_with_the_deliveries(self, store: Store) -> None:
        hook = await kept(store, delivery(1), delivery(2, "s2"))
        assert hook.cursor == 9
        await store.hooks.add(replace(hook, cursor=12, statuses={"mei": "online"}), [])
        assert await store.hooks.get("all.crm") == replace(hook, cursor=12, statuses={"mei": "online"})
        assert await store.hooks.all() == [replace(hook, cursor=12, statuses={"mei": "online"})]

    async def test_each_lane_is_given_in_order_and_none_waits_for_another(self, store: Store) -> None:
        one, two, other = delivery(1), delivery(2), delivery(3, "s2")
        hook = await kept(store, one, two, other)
        assert await store.hooks.due("all.crm", NOON, 9) == [one, other]
        await store.hooks.settle(hook, replace(one, due=NOON + 50, attempt=1, reason="HTTP 500"))
        assert await store.hooks.due("all.crm", NOON + 49, 9) == [other]
        await store.hooks.settle(hook, done(one))
        assert await store.hooks.due("all.crm", NOON, 9) == [two, other]
        await store.hooks.add(replace(hook, cursor=10), [delivery(4), delivery(5, "s3")])
        assert [each.id for each in await store.hooks.due("all.crm", NOON, 9)] == ["d002", "d003", "d005"]
        assert [each.id for each in await store.hooks.due("all.crm", NOON, 1)] == ["d002"]

    async def test_webhooks_do_not_see_each_other(self, store: Store) -> None:
        await kept(store, delivery(1))
        await kept(store, delivery(2, hook="all.bi"), id="all.bi")
        assert [each.id for each in await store.hooks.due("all.bi", NOON, 9)] == ["d002"]
        assert await store.hooks.replay("all.bi", "d001", NOON) is None
        assert await store.hooks.drop("all.crm", 9) == 1
        assert [hook.id for hook in await store.hooks.all()] == ["all.bi"]
        assert await store.hooks.log("all.crm") == ([], None)

    async def test_after_a_pause_all_whose_turn_it_is_are_due(self, store: Store) -> None:
        hook = await kept(store, delivery(1, due=NOON + HOUR), delivery(2), delivery(3, "s2", due=NOON + HOUR))
        paused = replace(hook, failures=5, paused_at=NOON, reason="HTTP 500", probe_at=NOON + 30)
        await store.hooks.settle(paused, delivery(1, due=NOON + HOUR, attempt=5))
        assert await store.hooks.get("all.crm") == paused
        assert await store.hooks.due("all.crm", NOON, 9) == []
        await store.hooks.resume("all.crm", NOON)
        assert await store.hooks.get("all.crm") == hook
        assert [each.id for each in await store.hooks.due("all.crm", NOON, 9)] == ["d001", "d003"]

    async def test_a_probe_that_succeeds_frees_the_others(self, store: Store) -> None:
        hook = await kept(store, delivery(1), delivery(2, "s2", due=NOON + HOUR))
        await store.hooks.settle(replace(hook, paused_at=NOON, failures=5), delivery(1, attempt=1))
        await store.hooks.settle(hook, done(delivery(1, attempt=2)))
        assert [each.id for each in await store.hooks.due("all.crm", NOON + 1, 9)] == ["d002"]

    async def test_the_log_is_newest_first_page_by_page_and_by_state(self, store: Store) -> None:
        hook = await kept(store, *(delivery(n, f"s{n}") for n in range(1, 6)))
        await store.hooks.settle(hook, done(delivery(2, "s2")))
        page, after = await store.hooks.log("all.crm", limit=3)
        assert [each.id for each in page] == ["d005", "d004", "d003"]
        page, after = await store.hooks.log("all.crm", limit=3, after=after)
        assert ([each.id for each in page], after) == (["d002", "d001"], None)
        assert (await store.hooks.log("all.crm", state="delivered"))[0] == [done(delivery(2, "s2"))]
        assert await store.hooks.sizes("all.crm", 3) == HookSizes(3, 0)

    async def test_one_that_is_replayed_waits_as_if_new(self, store: Store) -> None:
        hook = await kept(store, delivery(1), delivery(2))
        await store.hooks.settle(hook, replace(delivery(1), state="parked", done_at=NOON, attempt=9, reason="HTTP 500"))
        again = await store.hooks.replay("all.crm", "d001", NOON + HOUR)
        assert again == replace(delivery(1), made=NOON + HOUR, due=NOON + HOUR)
        assert [each.id for each in await store.hooks.due("all.crm", NOON + HOUR, 9)] == ["d001"]
        await store.hooks.settle(hook, done(again))
        assert [each.id for each in await store.hooks.due("all.crm", NOON + HOUR, 9)] == ["d002"]

    async def test_those_given_up_are_replayed_in_their_order(self, store: Store) -> None:
        hook = await kept(store, delivery(1), delivery(2), delivery(3, made=NOON + HOUR))
        assert await store.hooks.park("all.crm", NOON + 1, NOON + 2, 9) == 2
        assert await store.hooks.park("all.crm", NOON + 1, NOON + 2, 9) == 0
        assert [each.id for each in await store.hooks.due("all.crm", NOON, 9)] == ["d003"]
        assert await store.hooks.sizes("all.crm", 9) == HookSizes(1, 2)
        assert await store.hooks.replay_parked("all.crm", NOON + 3, 9) == 2
        assert [each.id for each in await store.hooks.due("all.crm", NOON + 3, 9)] == ["d001"]
        await store.hooks.settle(hook, done(delivery(1)))
        assert [each.id for each in await store.hooks.due("all.crm", NOON + 3, 9)] == ["d002"]

    async def test_the_log_is_forgotten_and_what_waits_is_not(self, store: Store) -> None:
        hook = await kept(store, delivery(1, "s1"), delivery(2, "s2"), delivery(3, "s3"))
        await store.hooks.settle(hook, done(delivery(1, "s1")))
        await store.hooks.settle(hook, replace(done(delivery(2, "s2")), done_at=NOON + HOUR))
        assert await store.hooks.forget(NOON + HOUR, 9) == 1
        assert [each.id for each in (await store.hooks.log("all.crm"))[0]] == ["d003", "d002"]
