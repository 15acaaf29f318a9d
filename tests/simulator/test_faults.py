"""Ordered failures, over real sockets: what the caller sees, and whether the work was done."""

import aiohttp
import pytest

from simulator import actions as do
from simulator.accounts import Account
from simulator.app import Simulator
from simulator.faults import Fault, Faults
from simulator.line_webhooks import Credentials
from tests.simulator.business import Business


@pytest.fixture
def account(sim: Simulator, business: Business) -> Account[Credentials]:
    account = sim.line.account(webhook_url=business.url)
    account.phone("U1")
    return account


async def push(sim: Simulator, account: Account[Credentials], timeout: float = 5) -> int:
    async with sim.world.session.post(
        f"{sim.url}/line/v2/bot/message/push",
        json={"to": "U1", "messages": [{"type": "text", "text": "hello"}]},
        headers={"Authorization": f"Bearer {account.credentials.channel_access_token}"},
        timeout=aiohttp.ClientTimeout(total=timeout),
    ) as answer:
        await answer.json()
        return answer.status


async def test_a_fault_lasts_as_often_as_it_was_ordered(sim: Simulator, account: Account[Credentials]) -> None:
    account.fail(500, times=2)
    assert [await push(sim, account) for _ in range(3)] == [500, 500, 200]
    assert [(call.method, call.status, call.fault) for call in account.calls] == [
        ("push", 500, "status"),
        ("push", 500, "status"),
        ("push", 200, None),
    ]
    assert len(account.sent) == 1


async def test_a_fault_without_end_is_cleared(sim: Simulator, account: Account[Credentials]) -> None:
    account.fail(429, times=None)
    assert [await push(sim, account) for _ in range(3)] == [429, 429, 429]
    account.faults.clear()
    assert await push(sim, account) == 200


async def test_a_fault_for_one_method_leaves_the_others_alone(sim: Simulator, account: Account[Credentials]) -> None:
    account.fail(500, method="reply")
    assert await push(sim, account) == 200
    assert [fault.method for fault in account.faults.standing()] == ["reply"]


@pytest.mark.parametrize(("after", "sent"), [(False, 0), (True, 1)])
async def test_a_dropped_connection_did_the_work_or_not(
    sim: Simulator, account: Account[Credentials], after: bool, sent: int
) -> None:
    account.fail("drop", after=after)
    with pytest.raises(aiohttp.ClientError):
        await push(sim, account)
    assert len(account.sent) == sent
    assert account.calls[0].status == 0


@pytest.mark.parametrize(("after", "sent"), [(False, 0), (True, 1)])
async def test_a_hanging_request_did_the_work_or_not(
    sim: Simulator, account: Account[Credentials], after: bool, sent: int
) -> None:
    account.fail("hang", after=after)
    with pytest.raises(TimeoutError):
        await push(sim, account, timeout=0.1)
    assert len(account.sent) == sent


async def test_broken_json_is_broken(sim: Simulator, account: Account[Credentials]) -> None:
    account.fail("garbage", after=True)
    with pytest.raises(ValueError, match="Expecting value"):
        await push(sim, account)
    assert len(account.sent) == 1


async def test_a_slow_answer_is_right_in_the_end(sim: Simulator, account: Account[Credentials]) -> None:
    account.fail("slow", ms=30)
    assert await push(sim, account) == 200


def test_a_fault_by_chance_follows_the_dice() -> None:
    rolls = iter([False, True])
    faults = Faults(lambda probability: next(rolls))
    faults.add(Fault("status", probability=0.5))
    assert faults.take("push") is None
    assert faults.take("push") == Fault("status", probability=0.5)
    assert faults.take("push") is None


async def test_a_duplicate_webhook_comes_twice_at_the_same_instant(
    account: Account[Credentials], business: Business
) -> None:
    business.gate.clear()
    account.fail_webhooks("duplicate")
    outcome = await account.together([(account.phone("U1"), do.Text("hi"))], wait=False)
    await business.until(lambda: len(business.hooks) == 2)
    business.gate.set()
    await account.settle()
    assert outcome.deliveries[0].attempts == [200, 200]
    assert business.most_in_flight == 2
    assert business.hooks[0].body == business.hooks[1].body


async def test_a_reordered_webhook_comes_after_the_next(account: Account[Credentials], business: Business) -> None:
    account.fail_webhooks("reorder")
    phone = account.phone("U1")
    assert (await phone.text("first")).status is None
    assert (await phone.text("second")).status == 200
    await business.until(lambda: len(business.hooks) == 2)
    assert [hook.json["events"][0]["message"]["text"] for hook in business.hooks] == ["second", "first"]


async def test_a_dropped_webhook_never_comes(account: Account[Credentials], business: Business) -> None:
    account.fail_webhooks("drop")
    phone = account.phone("U1")
    assert (await phone.text("lost")).status is None
    assert (await phone.text("kept")).status == 200
    assert len(business.hooks) == 1
