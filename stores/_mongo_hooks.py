"""What message webhooks keep, in MongoDB. Whatever changes whose turn it is also writes the webhook's document, so
that of two at once one is done again."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from core.errors import Fenced
from core.ports.hooks import Hook, HookDelivery, HookSizes
from stores import _rows
from stores._mongo_driver import Doc, Insert, Missed, Mongo, Session, Taken, Update, Write
from stores._neutral import HookDeliveryRow, HookRow

_decode = msgspec.json.Decoder(HookDelivery).decode
_decode_hook = msgspec.json.Decoder(Hook).decode
_encode = msgspec.json.Encoder().encode
_ORDER = [("ord", 1), ("_id", 1)]
_WAITS: Doc = {"state": "waiting"}


class MongoHooks:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def keep(self, id: str, node: str, now: int, until: int, start: int) -> Hook | None:
        fresh: Doc = {
            "cursor": start,
            "node": node,
            "until": until,
            "fence": 1,
            "body": _text(Hook(id=id, cursor=start)),
        }
        try:
            if await self._mongo.one("hook", {"_id": id}, fields=["_id"]) is None:
                await self._mongo.insert("hook", [{"_id": id, **fresh}])
        except Taken:
            pass  # another node was faster; it may have it
        held = await self._mongo.change(
            "hook", {"_id": id, "node": node, "until": {"$gt": now}}, {"$set": {"until": until}}
        )
        if held is None:
            change = {"$set": {"node": node, "until": until}, "$inc": {"fence": 1}}
            held = await self._mongo.change("hook", {"_id": id, "until": {"$lte": now}}, change)
        return None if held is None else _hook(held)

    async def get(self, id: str) -> Hook | None:
        found = await self._mongo.one("hook", {"_id": id})
        return None if found is None else _hook(found)

    async def all(self) -> Sequence[Hook]:
        return [_hook(found) for found in await self._mongo.find("hook", {}, sort=[("_id", 1)])]

    async def add(self, hook: Hook, deliveries: Sequence[HookDelivery]) -> None:
        async def work(within: Session) -> None:
            known = await self._fenced(hook, within)
            change = {"cursor": hook.cursor, "body": _text(replace(known, statuses=hook.statuses))}
            writes: list[Write] = [_mine(hook, change)]
            busy = await self._busy(hook.id, {delivery.lane for delivery in deliveries}, within)
            for delivery in deliveries:
                ready = None if delivery.lane in busy else delivery.due
                busy.add(delivery.lane)
                writes.append(
                    Insert("hook_delivery", {"_id": delivery.id, **_fields(delivery, ready), **_said(delivery)})
                )
            await self._mongo.write(writes, within)

        async def already() -> bool | None:
            """Told by the cursor, or by the deliveries themselves."""
            if not deliveries:
                return None
            return await self._mongo.one("hook_delivery", {"_id": deliveries[0].id}, fields=["_id"]) is not None or None

        await self._guarded(self._mongo.transact(work, already))

    async def _guarded(self, doing: Any) -> None:
        try:
            await doing
        except Missed as error:
            raise Fenced("another node keeps this webhook by now") from error

    async def _fenced(self, hook: Hook, within: Session) -> Hook:
        found = await self._mongo.one("hook", {"_id": hook.id, "fence": hook.fence}, session=within)
        if found is None:
            raise Fenced("another node keeps this webhook by now")
        return _hook(found)

    async def _busy(self, hook: str, lanes: set[str], within: Session) -> set[str]:
        where: Doc = {"hook": hook, **_WAITS, "lane": {"$in": sorted(lanes)}, "ready": {"$ne": None}}
        found = await self._mongo.find("hook_delivery", where, fields=["lane"], session=within) if lanes else []
        return {document["lane"] for document in found}

    async def due(self, hook: str, now: int, limit: int) -> Sequence[HookDelivery]:
        where = {"hook": hook, "ready": {"$ne": None, "$lte": now}}
        found = await self._mongo.find("hook_delivery", where, sort=[("ready", 1), *_ORDER], limit=limit)
        return [_delivery(document) for document in found]

    async def settle(self, hook: Hook, delivery: HookDelivery) -> None:
        async def work(within: Session) -> None:
            known = await self._fenced(hook, within)
            kept = replace(hook, cursor=known.cursor, statuses=known.statuses)
            await self._mongo.write([_mine(hook, {"body": _text(kept)})], within)
            row = await self._mongo.one("hook_delivery", {"_id": delivery.id}, fields=["said"], session=within)
            if row is None:
                return
            after = (
                _rows.erased_delivery(delivery) if row.get("said") is None and delivery.state == "waiting" else delivery
            )
            await self._mongo.write([_put(after)], within)
            await self._next(hook.id, [delivery.lane], within)
            if known.paused_at is not None and hook.paused_at is None:
                await self._all_due(hook.id, delivery.done_at or delivery.due, within)

        await self._guarded(self._mongo.transact(work))

    async def resume(self, id: str, now: int) -> None:
        async def work(within: Session) -> None:
            found = await self._mongo.one("hook", {"_id": id}, session=within)
            if found is None:
                return
            well = replace(_hook(found), failures=0, paused_at=None, reason=None, probe_at=0)
            await self._mongo.write([Update("hook", {"_id": id}, {"$set": {"body": _text(well)}})], within)
            await self._all_due(id, now, within)

        await self._mongo.transact(work)

    async def _all_due(self, hook: str, now: int, within: Session) -> None:
        where = {"hook": hook, "ready": {"$ne": None, "$gt": now}}
        await self._mongo.change_all("hook_delivery", where, {"$set": {"ready": now}}, within)

    async def replay(self, hook: str, delivery: str, now: int) -> HookDelivery | None:
        found = await self._again({"_id": delivery, "hook": hook, "said": {"$ne": None}}, hook, now, 1)
        return _rows.as_new(found[0], now) if found else None

    async def replay_parked(self, hook: str, now: int, limit: int) -> int:
        return len(await self._again({"hook": hook, "state": "parked", "said": {"$ne": None}}, hook, now, limit))

    async def _again(self, where: Doc, hook: str, now: int, limit: int) -> list[HookDelivery]:
        async def work(within: Session) -> list[HookDelivery]:
            await self._touch(hook, within)
            found = [
                _delivery(document)
                for document in await self._mongo.find("hook_delivery", where, sort=_ORDER, limit=limit, session=within)
            ]
            await self._mongo.write([_put(_rows.as_new(delivery, now)) for delivery in found], within)
            await self._next(hook, {delivery.lane for delivery in found}, within)
            return found

        return await self._mongo.transact(work)

    async def park(self, hook: str, before: int, now: int, limit: int) -> int:
        async def work(within: Session) -> int:
            where = {"hook": hook, **_WAITS}
            found = await self._mongo.find("hook_delivery", where, sort=_ORDER, limit=limit, session=within)
            old = [delivery for delivery in map(_delivery, found) if delivery.made < before]
            if old:
                await self._touch(hook, within)
                await self._mongo.write([_put(_rows.given_up(delivery, now)) for delivery in old], within)
                await self._next(hook, {delivery.lane for delivery in old}, within)
            return len(old)

        return await self._mongo.transact(work)

    async def _touch(self, hook: str, within: Session) -> None:
        await self._mongo.write([Update("hook", {"_id": hook}, {"$inc": {"touched": 1}})], within)

    async def _next(self, hook: str, lanes: Iterable[str], within: Session) -> None:
        """Give the oldest that waits in each lane its turn, and take it from any other."""
        for lane in sorted(lanes):
            where: Doc = {"hook": hook, "lane": lane, **_WAITS}
            oldest = await self._mongo.find(
                "hook_delivery", where, sort=_ORDER, limit=1, fields=["due"], session=within
            )
            if not oldest:
                continue
            others = {**where, "_id": {"$ne": oldest[0]["_id"]}, "ready": {"$ne": None}}
            await self._mongo.change_all("hook_delivery", others, {"$set": {"ready": None}}, within)
            turn = Update("hook_delivery", {"_id": oldest[0]["_id"]}, {"$set": {"ready": oldest[0]["due"]}})
            await self._mongo.write([turn], within)

    async def log(
        self, hook: str, *, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[Sequence[HookDelivery], str | None]:
        where: Doc = {"hook": hook}
        if state is not None:
            where["state"] = state
        if after is not None:
            ord, id = _rows.after_delivery(after)
            where["$or"] = [{"ord": {"$lt": ord}}, {"ord": ord, "_id": {"$lt": id}}]
        found = await self._mongo.find("hook_delivery", where, sort=[("ord", -1), ("_id", -1)], limit=limit + 1)
        return _rows.page_of_deliveries([_delivery(document) for document in found], limit)

    async def sizes(self, hook: str, most: int) -> HookSizes:
        async def size(state: str) -> int:
            where = {"hook": hook, "state": state}
            return len(await self._mongo.find("hook_delivery", where, limit=most, fields=["_id"]))

        return HookSizes(await size("waiting"), await size("parked"))

    async def drop(self, id: str, limit: int) -> int:
        found = await self._mongo.find("hook_delivery", {"hook": id}, limit=limit, fields=["_id"])
        await self._mongo.delete("hook_delivery", {"_id": {"$in": [document["_id"] for document in found]}})
        if len(found) < limit:
            await self._mongo.delete("hook", {"_id": id})
        return len(found)

    async def forget(self, before: int, limit: int) -> int:
        where = {"done_at": {"$lt": before, "$gt": 0}}
        old = await self._mongo.find("hook_delivery", where, sort=[("done_at", 1)], limit=limit, fields=["_id"])
        return await self._mongo.delete("hook_delivery", {"_id": {"$in": [document["_id"] for document in old]}})


async def blanked(
    mongo: Mongo, conversation: str, within: Session, session: str | None = None, seq: int | None = None
) -> None:
    """Erase what deliveries say of a conversation, or of one message of it; what still waits is given up."""
    where = {"conversation": conversation, "said": {"$ne": None}}
    found = [_delivery(document) for document in await mongo.find("hook_delivery", where, session=within)]
    mine = [each for each in found if session is None or (each.session, each.seq) == (session, seq)]
    writes: list[Write] = [Update("hook_delivery", {"_id": each.id}, {"$set": {"said": None}}) for each in mine]
    writes += [_put(_rows.erased_delivery(each)) for each in mine if each.state == "waiting"]
    await mongo.write(writes, within)
    hooks = MongoHooks(mongo)
    for hook in sorted({each.hook for each in mine}):
        await hooks._next(hook, {each.lane for each in mine if each.hook == hook}, within)


def _mine(hook: Hook, fields: Doc) -> Write:
    return Update("hook", {"_id": hook.id, "fence": hook.fence}, {"$set": fields}, must="hook")


def _text(value: object) -> str:
    return _encode(value).decode()


def _hook(document: Doc) -> Hook:
    return replace(_decode_hook(document["body"]), cursor=document["cursor"], fence=document["fence"])


def _fields(delivery: HookDelivery, ready: int | None) -> Doc:
    d = delivery
    return {
        "hook": d.hook, "ord": d.ord, "lane": d.lane, "conversation": d.conversation, "state": d.state,
        "ready": ready, "due": d.due, "made": d.made, "done_at": d.done_at, "facts": _text(replace(d, body=None)),
    }  # fmt: skip


def _said(delivery: HookDelivery) -> Doc:
    return {"said": None if delivery.body is None else delivery.body.decode()}


def _put(delivery: HookDelivery) -> Write:
    ready = delivery.due if delivery.state == "waiting" else None
    return Update("hook_delivery", {"_id": delivery.id}, {"$set": _fields(delivery, ready)})


def _delivery(document: Doc) -> HookDelivery:
    said = document.get("said")
    return replace(_decode(document["facts"]), body=None if said is None else said.encode())


# --- a whole store moved ---------------------------------------------------------------------------------------------


def hook_row(document: Doc) -> HookRow:
    return HookRow(msgspec.Raw(_encode(_hook(document))))


def delivery_row(document: Doc) -> HookDeliveryRow:
    return HookDeliveryRow(msgspec.Raw(_encode(_delivery(document))))


def filled_hook(row: HookRow) -> Doc:
    hook = _decode_hook(row.body)
    return {"_id": hook.id, "cursor": hook.cursor, "node": None, "until": 0, "fence": hook.fence, "body": _text(hook)}


def filled_delivery(row: HookDeliveryRow, lanes: set[tuple[str, str]]) -> Doc:
    """They come in their order: the first that waits in a lane has its turn. `lanes` remembers which had one."""
    delivery = _decode(row.body)
    lane, waits = (delivery.hook, delivery.lane), delivery.state == "waiting"
    ready = delivery.due if waits and lane not in lanes else None
    if waits:
        lanes.add(lane)
    return {"_id": delivery.id, **_fields(delivery, ready), **_said(delivery)}
