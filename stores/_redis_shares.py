"""What nodes keep together in Redis for a while: the roll of agents' sockets, and the rates of channels.

Both are worth nothing after a minute; a Redis that lost them is filled again by those who know.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
import structlog

from core.channel import Rate
from stores._redis_links import Links, Trouble

ROLL = "frontdesk:{roll}"
REFRESH_S, EXPIRE_S = 5.0, 15.0
SETTLED_S = 2 * REFRESH_S  # after a restart of Redis every living node has entered itself again
RETRY_S = 1.0
AT_ONCE = 8  # fewer than there may be connections, or redis-py refuses

log = structlog.get_logger()
_agents = msgspec.json.Decoder(tuple[str, ...])

# A node's entry is "EXPIRY AGENTS", by the server's own clock, and written whole: once or twice is the same.
ENTER = """
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], (time[1] + ARGV[2]) .. ' ' .. ARGV[3])
redis.call('EXPIRE', KEYS[1], 3600)
"""
ROLL_CALL = """
local time, found = redis.call('TIME'), {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local expiry, agents = string.match(all[i + 1], '^(%d+) (.*)$')
  if tonumber(expiry) < tonumber(time[1]) then
    redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= ARGV[1] then
    found[#found + 1] = agents
  end
end
return found
"""

# Buckets as in the gateway's own (limits.py): the debt is booked at once, so that waiters queue up fairly. All keys of
# a channel share its hash tag, so that they are in one slot of a Cluster.
TAKE = """
local time = redis.call('TIME')
local now, wait = time[1] + time[2] / 1000000, 0
for i = 2, #KEYS do
  local rate, burst = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  local kept = redis.call('HMGET', KEYS[i], 'tokens', 'at')
  local tokens, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
  tokens = math.min(burst, tokens + math.max(0, now - at) * rate) - 1
  redis.call('HSET', KEYS[i], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
  redis.call('PEXPIRE', KEYS[i], math.ceil((burst - tokens) / rate * 1000) + 1000)
  if tokens < 0 then wait = math.max(wait, -tokens / rate) end
end
local pause = math.max(redis.call('PTTL', KEYS[1]), 0) / 1000
return {tostring(math.max(wait, pause)), tostring(pause)}
"""


class RedisRoll:
    """`well_for` is for how many seconds Redis has been well; None while it is not."""

    def __init__(self, links: Links, node: str, well_for: Callable[[], float | None]) -> None:
        self._links, self._node, self._well_for = links, node, well_for
        self._agents: tuple[str, ...] = ()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def here(self, agents: Collection[str]) -> None:
        self._agents = tuple(sorted(agents))
        self._changed.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._entering(), name="redis roll")

    async def stop(self) -> None:
        """Our agents are on their way to another node: leave the roll at once."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task, self._agents = None, ()
        await self._enter()

    async def elsewhere(self) -> Collection[str] | None:
        well = self._well_for()
        if well is None or well < SETTLED_S:
            return None
        try:
            found = await self._links.client.eval(ROLL_CALL, 1, ROLL, self._node)
        except Trouble as error:
            log.info("roll.unknown", reason=str(error))
            return None
        return frozenset(agent for agents in found for agent in _agents.decode(agents))

    async def _entering(self) -> None:
        """Again and again, or the entry expires."""
        while True:
            self._changed.clear()
            entered = await self._enter()
            try:
                async with asyncio.timeout(REFRESH_S if entered else RETRY_S):
                    await self._changed.wait()
            except TimeoutError:
                pass  # the usual way: nobody came or went
            await asyncio.sleep(0.05)  # those who come together are entered together

    async def _enter(self) -> bool:
        try:
            agents = msgspec.json.encode(self._agents)
            await self._links.client.eval(ENTER, 1, ROLL, self._node, int(EXPIRE_S), agents)
        except Trouble as error:
            log.debug("roll.not_entered", reason=str(error))  # the feed says what is wrong
            return False
        return True


class RedisShares:
    """Asked on the way of each delivery, so not at all while Redis is not well."""

    def __init__(self, links: Links, well_for: Callable[[], float | None]) -> None:
        self._links, self._well_for = links, well_for
        self._places = asyncio.Semaphore(AT_ONCE)

    async def take(self, channel: str, buckets: Sequence[tuple[str, Rate]]) -> tuple[float, float] | None:
        if self._well_for() is None:
            return None
        tag = f"frontdesk:{{{channel}}}"
        keys = [f"{tag}:pause", *(f"{tag}:rate:{name}" for name, _ in buckets)]
        figures = [figure for _, rate in buckets for figure in (rate.per_second, rate.burst)]
        answer = await self._asked(TAKE, keys, figures)
        return None if answer is None else (float(answer[0]), float(answer[1]))

    async def pause(self, channel: str, seconds: float) -> None:
        if self._well_for() is None:
            return
        script = "return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])"
        await self._asked(script, [f"frontdesk:{{{channel}}}:pause"], [max(int(seconds * 1000), 1)])

    async def _asked(self, script: str, keys: Sequence[str], arguments: Sequence[object]) -> Any:
        try:
            async with self._places:
                return await self._links.client.eval(script, len(keys), *keys, *arguments)
        except Trouble as error:
            log.info("shares.unknown", reason=str(error))  # our own buckets do until the feed says it is well
            return None
