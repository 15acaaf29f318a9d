"""The peer: the bot one writes by hand in an afternoon, with aiohttp, line-bot-sdk and SQLite. Durable both ways.

The SDK's parser checks the signature and reads the webhook, the message is committed at synchronous=FULL, 200,
the SDK's client replies, the reply is committed. `python -m bench.peer PORT DATABASE API_BASE SECRET` serves it.
"""

import asyncio
import sqlite3
import sys
from pathlib import Path

import uvloop
from aiohttp import web
from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.webhooks import MessageEvent, TextMessageContent

PATH = "/callback"
GREETING = "Thank you for your message. Somebody will be with you shortly."


class Bot:
    def __init__(self, database: Path, api: AsyncMessagingApi, secret: str) -> None:
        self._parser = WebhookParser(secret)
        self._api = api
        self._database = sqlite3.connect(database, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(
            "CREATE TABLE message (id TEXT PRIMARY KEY, user TEXT, at INTEGER, direction TEXT, text TEXT)"
        )
        self._replies: set[asyncio.Task[None]] = set()

    async def hook(self, request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        try:
            events = self._parser.parse(body, request.headers.get("x-line-signature", ""))
        except InvalidSignatureError:
            return web.Response(status=403)
        for event in events:
            if isinstance(event, MessageEvent) and isinstance(event.message, TextMessageContent):
                self._keep(event.message.id, event.source.user_id, event.timestamp, "in", event.message.text)
                task = asyncio.create_task(self._reply(event))
                self._replies.add(task)
                task.add_done_callback(self._replies.discard)
        return web.Response()

    async def _reply(self, event: MessageEvent) -> None:
        request = ReplyMessageRequest(replyToken=event.reply_token, messages=[TextMessage(text=GREETING)])
        sent = await self._api.reply_message(request)
        self._keep(sent.sent_messages[0].id, event.source.user_id, event.timestamp, "out", GREETING)

    def _keep(self, id: str, user: str, at: int, direction: str, text: str) -> None:
        self._database.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?)", (id, user, at, direction, text))


async def _alive(request: web.Request) -> web.Response:
    return web.Response()


async def serve(port: int, database: Path, api_base: str, secret: str) -> None:
    async with AsyncApiClient(Configuration(host=api_base, access_token="token")) as client:
        bot = Bot(database, AsyncMessagingApi(client), secret)
        app = web.Application()
        app.router.add_post(PATH, bot.hook)
        app.router.add_get("/", _alive)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
