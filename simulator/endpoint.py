"""One API method of a look-alike: who asks, which fault stands, the answer, the record of the call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from simulator.accounts import Account
from simulator.faults import Fault
from simulator.kept import Call

Work = Callable[[Any, web.Request], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """The provider's own error answer, ready to send."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


class Gate(Protocol):
    def authenticate(self, request: web.Request) -> Account[Any]:
        """Raises Refused in the provider's shape."""

    def failure(self, fault: Fault) -> web.Response:
        """The provider's shape of an ordered failure."""


def endpoint(gate: Gate, name: str | Callable[[web.Request], str], work: Work) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            account = gate.authenticate(request)
        except Refused as refused:
            return refused.response
        method = name if isinstance(name, str) else name(request)
        fault = account.faults.take(method)
        if not request.content_type.startswith("multipart/"):  # which aiohttp cannot read twice
            await request.read()
        response = await _carry_out(gate, account, request, work, fault)
        silent = fault is not None and fault.kind in ("drop", "hang")
        status = 0 if silent else response.status
        account.calls.append(Call(method, account.world.clock.now(), status, None if fault is None else fault.kind))
        if fault is not None:
            await _misbehave(account, request, fault)
        return response

    return handle


async def _carry_out(
    gate: Gate, account: Account[Any], request: web.Request, work: Work, fault: Fault | None
) -> web.StreamResponse:
    response: web.StreamResponse | None = None
    if fault is None or fault.after or fault.kind == "slow":
        try:
            response = await work(account, request)
        except Refused as refused:
            response = refused.response
    if fault is not None and fault.kind == "status":
        return gate.failure(fault)
    if response is None or (fault is not None and fault.kind == "garbage"):
        return web.Response(text='{"ok": tru', content_type="application/json")
    return response


async def _misbehave(account: Account[Any], request: web.Request, fault: Fault) -> None:
    match fault.kind:
        case "slow":
            await asyncio.sleep(fault.ms / 1000)
        case "hang":
            await account.world.stopping.wait()
        case "drop" if request.transport is not None:
            request.transport.close()
        case _:
            pass
