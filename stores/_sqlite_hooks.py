"""What message webhooks keep, in SQLite: each method is one transaction of the writer, or one look."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from core.errors import Fenced
from core.ports.hooks import Hook, HookDelivery, HookSizes
from stores import _rows
from stores._neutral import HookDeliveryRow, HookRow
from stores._sqlite_rows import Row, encode, marks, one

T = TypeVar("T")
Run = Callable[[sqlite3.Connection], T]

_COLUMNS = "id, hook, ord, lane, conversation, state, ready, made, done_at, facts, body"
_CHUNK = 400
_decode = msgspec.json.Decoder(HookDelivery).decode
_decode_hook = msgspec.json.Decoder(Hook).decode


class Does(Protocol):
    def __call__(self, work: Run[T], /) -> Awaitable[T]: ...


class SqliteHooks:
    """`write` runs work in the writer's next transaction, `read` a look at one snapshot."""

    def __init__(self, read: Does, write: Does) -> None:
        self._read, self._write = read, write

    async def keep(self, id: str, node: str, now: int, until: int, start: int) -> Hook | None:
        return await self._write(lambda c: _keep(c, id, node, now, until, start))

    async def get(self, id: str) -> Hook | None:
        return await self._read(lambda c: _get(c, id))

    async def all(self) -> Sequence[Hook]:
        return await self._read(lambda c: [_hook(row) for row in c.execute(f"SELECT {_HOOK} FROM hook ORDER BY id")])

    async def add(self, hook: Hook, deliveries: Sequence[HookDelivery]) -> None:
        await self._write(lambda c: _add(c, hook, deliveries))

    async def due(self, hook: str, now: int, limit: int) -> Sequence[HookDelivery]:
        return await self._read(lambda c: _due(c, hook, now, limit))

    async def settle(self, hook: Hook, delivery: HookDelivery) -> None:
        await self._write(lambda c: _settle(c, hook, delivery))

    async def resume(self, id: str, now: int) -> None:
        await self._write(lambda c: _resume(c, id, now))

    async def replay(self, hook: str, delivery: str, now: int) -> HookDelivery | None:
        return await self._write(lambda c: _replay(c, hook, delivery, now))

    async def replay_parked(self, hook: str, now: int, limit: int) -> int:
        return await self._write(lambda c: _replay_parked(c, hook, now, limit))

    async def park(self, hook: str, before: int, now: int, limit: int) -> int:
        return await self._write(lambda c: _park(c, hook, before, now, limit))

    async def log(
        self, hook: str, *, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> tuple[Sequence[HookDelivery], str | None]:
        return await self._read(lambda c: _log(c, hook, state, after, limit))

    async def sizes(self, hook: str, most: int) -> HookSizes:
        return await self._read(lambda c: HookSizes(_size(c, hook, "waiting", most), _size(c, hook, "parked", most)))

    async def drop(self, id: str, limit: int) -> int:
        return await self._write(lambda c: _drop(c, id, limit))

    async def forget(self, before: int, limit: int) -> int:
        sql = (
            "DELETE FROM hook_delivery WHERE id IN"
            " (SELECT id FROM hook_delivery WHERE done_at < ? ORDER BY done_at LIMIT ?)"
        )
        return await self._write(lambda c: c.execute(sql, (before, limit)).rowcount)


# --- hooks -----------------------------------------------------------------------------------------------------------

_HOOK = "body, cursor, fence"


def _hook(row: Row) -> Hook:
    body, cursor, fence = row
    return replace(_decode_hook(body), cursor=cursor, fence=fence)


def _get(connection: sqlite3.Connection, id: str) -> Hook | None:
    row = connection.execute(f"SELECT {_HOOK} FROM hook WHERE id = ?", (id,)).fetchone()
    return None if row is None else _hook(row)


def _keep(connection: sqlite3.Connection, id: str, node: str, now: int, until: int, start: int) -> Hook | None:
    row = connection.execute("SELECT node, until FROM hook WHERE id = ?", (id,)).fetchone()
    if row is None:
        fresh = Hook(id=id, cursor=start)
        connection.execute("INSERT INTO hook VALUES (?, ?, ?, ?, 1, ?)", (id, start, node, until, encode(fresh)))
    else:
        holder, held = row
        if held > now and holder != node:
            return None
        goes_on = held > now
        sql = "UPDATE hook SET node = ?, until = ?, fence = fence + ? WHERE id = ?"
        connection.execute(sql, (node, until, 0 if goes_on else 1, id))
    return _get(connection, id)


def _fenced(connection: sqlite3.Connection, hook: Hook) -> Hook:
    """The hook as it is; raises `Fenced` before anything is written."""
    found = _get(connection, hook.id)
    if found is None or found.fence != hook.fence:
        raise Fenced("another node keeps this webhook by now")
    return found


def _add(connection: sqlite3.Connection, hook: Hook, deliveries: Sequence[HookDelivery]) -> None:
    kept = replace(_fenced(connection, hook), statuses=hook.statuses)
    sql = "UPDATE hook SET cursor = ?, body = ? WHERE id = ?"
    connection.execute(sql, (hook.cursor, encode(kept), hook.id))
    busy = _busy(connection, hook.id, {delivery.lane for delivery in deliveries})
    rows = []
    for delivery in deliveries:
        rows.append(_row(delivery, None if delivery.lane in busy else delivery.due))
        busy.add(delivery.lane)
    connection.executemany(f"INSERT INTO hook_delivery ({_COLUMNS}) VALUES ({marks(11)})", rows)


def _busy(connection: sqlite3.Connection, hook: str, lanes: Iterable[str]) -> set[str]:
    """The lanes in which something waits already."""
    wanted, found = sorted(lanes), set[str]()
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        where = f"hook = ? AND state = 'waiting' AND lane IN ({marks(len(chunk))})"
        sql = f"SELECT DISTINCT lane FROM hook_delivery WHERE {where}"
        found |= {row[0] for row in connection.execute(sql, (hook, *chunk))}
    return found


def _settle(connection: sqlite3.Connection, hook: Hook, delivery: HookDelivery) -> None:
    known = _fenced(connection, hook)
    body = encode(replace(hook, cursor=known.cursor, statuses=known.statuses))
    connection.execute("UPDATE hook SET body = ? WHERE id = ?", (body, hook.id))
    erased = not one(connection, "SELECT body IS NOT NULL FROM hook_delivery WHERE id = ?", delivery.id)
    _put(connection, _rows.erased_delivery(delivery) if erased and delivery.state == "waiting" else delivery)
    _next(connection, hook.id, delivery.lane)
    if known.paused_at is not None and hook.paused_at is None:
        _all_due(connection, hook.id, delivery.done_at or delivery.due)


def _resume(connection: sqlite3.Connection, id: str, now: int) -> None:
    found = _get(connection, id)
    if found is not None:
        well = replace(found, failures=0, paused_at=None, reason=None, probe_at=0)
        connection.execute("UPDATE hook SET body = ? WHERE id = ?", (encode(well), id))
        _all_due(connection, id, now)


def _all_due(connection: sqlite3.Connection, hook: str, now: int) -> None:
    connection.execute(
        "UPDATE hook_delivery SET ready = ?1 WHERE hook = ?2 AND ready IS NOT NULL AND ready > ?1", (now, hook)
    )


# --- deliveries ------------------------------------------------------------------------------------------------------


def _row(delivery: HookDelivery, ready: int | None) -> Row:
    d = delivery
    facts = encode(replace(d, body=None))
    return (d.id, d.hook, d.ord, d.lane, d.conversation, d.state, ready, d.made, d.done_at, facts, d.body)


def _delivery(facts: bytes, body: bytes | None) -> HookDelivery:
    return replace(_decode(facts), body=body)


def _find(connection: sqlite3.Connection, where: str, *values: object) -> list[HookDelivery]:
    rows = connection.execute(f"SELECT facts, body FROM hook_delivery WHERE {where}", values)
    return [_delivery(*row) for row in rows]


def _due(connection: sqlite3.Connection, hook: str, now: int, limit: int) -> list[HookDelivery]:
    where = "hook = ? AND ready IS NOT NULL AND ready <= ? ORDER BY ready, ord, id LIMIT ?"
    return _find(connection, where, hook, now, limit)


def _put(connection: sqlite3.Connection, delivery: HookDelivery) -> None:
    ready = delivery.due if delivery.state == "waiting" else None
    connection.execute(
        "UPDATE hook_delivery SET state = ?, ready = ?, done_at = ?, facts = ? WHERE id = ? AND hook = ?",
        (delivery.state, ready, delivery.done_at, encode(replace(delivery, body=None)), delivery.id, delivery.hook),
    )


def _next(connection: sqlite3.Connection, hook: str, lane: str) -> None:
    """Give the oldest that waits in a lane its turn, and take it from any other."""
    oldest = one(
        connection,
        "SELECT id FROM hook_delivery WHERE hook = ? AND lane = ? AND state = 'waiting' ORDER BY ord, id LIMIT 1",
        hook,
        lane,
    )
    if oldest is None:
        return
    connection.execute(
        "UPDATE hook_delivery SET ready = NULL WHERE hook = ? AND lane = ? AND state = 'waiting' AND id <> ?"
        " AND ready IS NOT NULL",
        (hook, lane, oldest),
    )
    (found,) = _find(connection, "id = ?", oldest)
    connection.execute("UPDATE hook_delivery SET ready = ? WHERE id = ?", (found.due, oldest))


def _again(connection: sqlite3.Connection, deliveries: Sequence[HookDelivery], now: int) -> int:
    for delivery in deliveries:
        _put(connection, _rows.as_new(delivery, now))
        connection.execute("UPDATE hook_delivery SET made = ? WHERE id = ?", (now, delivery.id))
    for hook, lane in {(delivery.hook, delivery.lane) for delivery in deliveries}:
        _next(connection, hook, lane)
    return len(deliveries)


def _replay(connection: sqlite3.Connection, hook: str, delivery: str, now: int) -> HookDelivery | None:
    found = _find(connection, "id = ? AND hook = ? AND body IS NOT NULL", delivery, hook)
    _again(connection, found, now)
    return _rows.as_new(found[0], now) if found else None


def _replay_parked(connection: sqlite3.Connection, hook: str, now: int, limit: int) -> int:
    where = "hook = ? AND state = 'parked' AND body IS NOT NULL ORDER BY ord, id LIMIT ?"
    return _again(connection, _find(connection, where, hook, limit), now)


def _park(connection: sqlite3.Connection, hook: str, before: int, now: int, limit: int) -> int:
    """The oldest come first in their place; one that was replayed since is made anew and not among them."""
    old = [
        delivery
        for delivery in _find(connection, "hook = ? AND state = 'waiting' ORDER BY ord, id LIMIT ?", hook, limit)
        if delivery.made < before
    ]
    for delivery in old:
        _put(connection, _rows.given_up(delivery, now))
    for lane in {delivery.lane for delivery in old}:
        _next(connection, hook, lane)
    return len(old)


def _log(
    connection: sqlite3.Connection, hook: str, state: str | None, after: str | None, limit: int
) -> tuple[list[HookDelivery], str | None]:
    where, values = "hook = ?", list[Any]([hook])
    if state is not None:
        where, values = f"{where} AND state = ?", [*values, state]
    if after is not None:
        ord, id = _rows.after_delivery(after)
        where, values = f"{where} AND (ord, id) < (?, ?)", [*values, ord, id]
    found = _find(connection, f"{where} ORDER BY ord DESC, id DESC LIMIT ?", *values, limit + 1)
    return _rows.page_of_deliveries(found, limit)


def _size(connection: sqlite3.Connection, hook: str, state: str, most: int) -> int:
    sql = "SELECT count(*) FROM (SELECT 1 FROM hook_delivery WHERE hook = ? AND state = ? LIMIT ?)"
    return int(one(connection, sql, hook, state, most))


def _drop(connection: sqlite3.Connection, id: str, limit: int) -> int:
    sql = "DELETE FROM hook_delivery WHERE id IN (SELECT id FROM hook_delivery WHERE hook = ? LIMIT ?)"
    gone = connection.execute(sql, (id, limit)).rowcount
    if gone < limit:
        connection.execute("DELETE FROM hook WHERE id = ?", (id,))
    return gone


def blank(connection: sqlite3.Connection, conversation: str, session: str | None = None, seq: int | None = None) -> int:
    """Erase what deliveries say of a conversation, or of one message of it; what still waits is given up."""
    where = "conversation = ? AND body IS NOT NULL"
    found = _find(connection, where, conversation)
    mine = [each for each in found if session is None or (each.session, each.seq) == (session, seq)]
    for delivery in mine:
        connection.execute("UPDATE hook_delivery SET body = NULL WHERE id = ?", (delivery.id,))
        if delivery.state == "waiting":
            _put(connection, _rows.erased_delivery(delivery))
            _next(connection, delivery.hook, delivery.lane)
    return len(mine)


# --- a whole store moved ---------------------------------------------------------------------------------------------


def dump(connection: sqlite3.Connection) -> Iterator[HookRow | HookDeliveryRow]:
    for row in connection.execute(f"SELECT {_HOOK} FROM hook ORDER BY id"):
        yield HookRow(msgspec.Raw(encode(_hook(row))))
    for facts, body in connection.execute("SELECT facts, body FROM hook_delivery ORDER BY hook, ord, id"):
        yield HookDeliveryRow(msgspec.Raw(encode(_delivery(facts, body))))


def fill(connection: sqlite3.Connection, row: HookRow | HookDeliveryRow) -> None:
    """Deliveries come in their order, so that the first of a lane is the one whose turn it is."""
    if isinstance(row, HookRow):
        hook = _decode_hook(row.body)
        values = (hook.id, hook.cursor, None, 0, hook.fence, encode(hook))
        connection.execute("INSERT INTO hook VALUES (?, ?, ?, ?, ?, ?)", values)
        return
    delivery = _decode(row.body)
    waits = delivery.state == "waiting"
    first = waits and not _busy(connection, delivery.hook, [delivery.lane])
    columns = _row(delivery, delivery.due if first else None)
    connection.execute(f"INSERT INTO hook_delivery ({_COLUMNS}) VALUES ({marks(11)})", columns)
