"""Telegram: updates of a chat strictly one after another until each has its 2xx; no key for repeats, no statuses.

Sources: CHANNELS.md §1.4, §2.4.
"""

import asyncio
from collections import deque
from typing import Any

import msgspec

from tests.lab.providers.base import IDS, Asked, Json, Provider, Reply, World

TOKEN, SECRET = "123456:ABC-DEF", "telegram-secret"
DROPPED_AFTER_S = 86_400.0


class Telegram(Provider):
    channel, host = "c-telegram", "api.telegram.org"
    kinds: tuple[str, ...] = (
        "text", "text", "text", "photo", "voice", "video", "document", "location", "venue", "contact", "sticker",
        "unknown", "odd",
    )  # fmt: skip

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._queues: dict[str, deque[tuple[float, bytes, str]]] = {}
        self._updates = 910_000_000
        self._blocked: set[str] = set()
        self._hook = ""

    # --- in

    def write(self, address: str, kind: str, text: str, **more: Any) -> str:
        message = {**self._head(address), **self._message(kind, text)}
        if more.get("reply_to"):
            message["reply_to_message"] = {"message_id": int(more["reply_to"])}
        self.world.posted(self.channel, str(message["message_id"]), address, kind)
        self._update(address, {"message": message}, str(message["message_id"]))
        return str(message["message_id"])

    def press(self, address: str, id: str, label: str) -> str:
        message = {"chat": {"id": int(address), "type": "private"}, "message_id": self.serial(), "date": self.seconds()}
        message["reply_markup"] = {"inline_keyboard": [[{"text": label, "callback_data": id}]]}
        press = {"id": f"cb{self.serial()}", "from": _user(address), "message": message, "data": id}
        update = str(self._updates + 1)
        self.world.posted(self.channel, update, address, "press")
        self._update(address, {"callback_query": press}, update)
        return update

    def edit(self, address: str, message: str, text: str) -> None:
        edited = {**self._head(address), "message_id": int(message), "edit_date": self.seconds(), "text": text}
        self._update(address, {"edited_message": edited})

    def react(self, address: str, message: str) -> None:
        emoji = self.world.random.choice(([{"type": "emoji", "emoji": "👍"}], [], [{"type": "custom_emoji"}]))
        reaction = {
            "chat": {"id": int(address), "type": "private"}, "message_id": int(message), "date": self.seconds(),
            "user": _user(address), "new_reaction": emoji,
        }  # fmt: skip
        self.world.posted(self.channel, str(self._updates + 1), address, "reaction")
        self._update(address, {"message_reaction": reaction}, str(self._updates + 1))

    def befriend(self, address: str, on: bool) -> None:
        (self._blocked.discard if on else self._blocked.add)(address)
        member = {
            "chat": {"id": int(address), "type": "private"}, "date": self.seconds(), "from": _user(address),
            "new_chat_member": {"status": "member" if on else "kicked"},
        }  # fmt: skip
        self._update(address, {"my_chat_member": member})

    def chatter(self) -> None:
        group = {"message_id": 1, "date": self.seconds(), "chat": {"id": -5, "type": "group"}, "text": "hello all"}
        updates: list[Json] = [
            {"message": group}, {"edited_message": group}, {"channel_post": {}}, {"poll": {}}, {}, {"message": 5},
            {"callback_query": {"id": "x", "from": {"id": 1}}},
            {"my_chat_member": {"chat": {"id": -5, "type": "group"}, "date": 1, "from": {"id": 1},
                                "new_chat_member": {"status": "left"}}},
            {"message_reaction": {"chat": {"id": -5, "type": "group"}, "message_id": 1, "date": 1,
                                  "new_reaction": []}},
        ]  # fmt: skip
        self._update("-5", self.world.random.choice(updates))

    def _head(self, address: str) -> Json:
        chat = {"id": int(address), "type": "private", "first_name": "Ann"}
        return {"message_id": self.serial(), "date": self.seconds(), "chat": chat, "from": _user(address)}

    def _message(self, kind: str, text: str) -> Json:
        file = {"file_id": f"f{self.serial()}", "file_unique_id": "u", "file_size": 900, "duration": 3}
        match kind:
            case "photo":
                return {"photo": [file, file], "caption": text}
            case "voice" | "video" | "document":
                return {kind: file, "caption": text}
            case "location":
                return {"location": {"latitude": 1.0, "longitude": 2.0}}
            case "venue":
                place = {"latitude": 1.0, "longitude": 2.0}
                return {"location": place, "venue": {"location": place, "title": text, "address": "Main St"}}
            case "contact":
                return {"contact": {"phone_number": "+1555", "first_name": "Bob"}}
            case "sticker":
                return {"sticker": {**file, "emoji": "👋"}}
            case "unknown":
                return {"dice": {"value": 6}}
            case "odd":
                return {"text": 5}
            case _:
                return {"text": text}

    def _update(self, address: str, body: Json, id: str = "") -> None:
        self._updates += 1
        update = msgspec.json.encode({"update_id": self._updates, **body})
        queue = self._queues.get(address)
        if queue is None:
            queue = self._queues[address] = deque()
            self.world.later(self.world.random.choice((0.0, 0.1)), lambda: self._work_off(address))
        queue.append((self.world.time(), update, id))

    async def _work_off(self, address: str) -> None:
        """One at a time, in order; the next only after a 2xx, or once this one is a day old."""
        queue = self._queues[address]
        headers = {"x-telegram-bot-api-secret-token": SECRET, "content-type": "application/json"}
        while queue:
            born, update, id = queue[0]
            wait = 0.0
            while not await self.post(update, {**headers, IDS: id}, (), timeout=60.0):
                self.gave_up -= 1
                wait = min(wait * 2 + 1.0, self.world.random.uniform(60, 120))
                if self.world.time() - born > DROPPED_AFTER_S:
                    self.gave_up += 1
                    break
                self.world.counts["webhook sent again"] += 1
                await asyncio.sleep(wait)
            queue.popleft()
        del self._queues[address]

    # --- out

    def serve(self, asked: Asked) -> Reply:
        method, body = asked.path.rsplit("/", 1)[-1], asked.json()
        match method:
            case "getMe":
                return _ok({"id": 1, "is_bot": True, "first_name": "Shop", "username": "shop_bot"})
            case "setWebhook":
                self._hook = body["url"]
                return _ok(True)
            case "getWebhookInfo":
                return _ok({"url": self._hook, "has_custom_certificate": False, "pending_update_count": 0})
            case "answerCallbackQuery" | "sendChatAction" | "deleteMessage":
                return _ok(True)
            case "getFile":
                return _ok({"file_id": body["file_id"], "file_unique_id": "u", "file_path": "photos/a.jpg"})
            case _:
                return self._send(body)

    def throttled(self) -> Reply:
        return Reply(429, {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 3}})

    def _send(self, body: Json) -> Reply:
        address = str(body["chat_id"])
        text = str(body.get("text") or body.get("caption") or body.get("title") or "something")
        if address in self._blocked:
            return Reply(403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})
        if text == "refuse":
            return Reply(400, {"ok": False, "error_code": 400, "description": "Bad Request: not like this"})
        id = self.serial()
        markup = body.get("reply_markup") or {}
        markup = msgspec.json.decode(markup) if isinstance(markup, str) else markup
        buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
        self.arrive(address, text, str(id), "send", [(each["callback_data"], each["text"]) for each in buttons])
        return _ok({"message_id": id, "date": self.seconds(), "chat": {"id": int(address), "type": "private"}})


def _user(address: str) -> Json:
    return {"id": int(address), "first_name": "Ann", "last_name": "Lee", "language_code": "en"}


def _ok(result: Any) -> Reply:
    return Reply(200, {"ok": True, "result": result})
