"""The inbox's live part in an application: the board is there for as long as the application serves."""

import asyncio

from aiohttp import web

from api.rim import Rim
from api.sockets import MAX_WAITING
from inbox.board import Board
from inbox.socket import BOARD

CHECK_SIGN_INS_S = 30.0


def install(app: web.Application, rim: Rim, *, max_waiting: int = MAX_WAITING) -> Board:
    """Call once, before the application starts, and with a hub that is started by then."""
    board = Board(rim, max_waiting=max_waiting)
    tasks: list[asyncio.Task[None]] = []
    app[BOARD] = board

    async def start(app: web.Application) -> None:
        board.start()
        tasks.append(asyncio.create_task(_checking(board), name="inbox sign-ins"))

    async def stop(app: web.Application) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await board.stop()

    app.on_startup.append(start)
    app.on_shutdown.append(stop)
    return board


async def _checking(board: Board) -> None:
    while True:
        await asyncio.sleep(CHECK_SIGN_INS_S)
        await board.check_sign_ins()
