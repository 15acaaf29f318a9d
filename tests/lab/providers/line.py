"""LINE: reply tokens that work once within a minute, pushes deduped by their retry key (409), redelivery switched on.

Sources: CHANNELS.md §1.3, §2.3. Several people's events may come in one POST; a redelivery says so.
"""

import asyncio
import base64
import hashlib
import hmac
from typing import Any

import msgspec

from tests.lab.providers.base import IDS, Asked, Json, Provider, Reply, World

SECRET = b"line-secret"
TOKEN_LIFE_S = 60.0
KEY_LIFE_S = 86_400.0


class Line(Provider):
    channel, host = "c-line", "api.line.me"
    kinds: tuple[str, ...] = (
        "text",
        "text",
        "text",
        "image",
        "video",
        "audio",
        "file",
        "location",
        "sticker",
        "odd",
        "unknown",
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._tokens: dict[str, tuple[str, float]] = {}
        self._keys: dict[str, float] = {}
        self._endpoint = ""
        self._bag: list[tuple[Json, str]] = []
        self._transcoding: set[str] = set()

    # --- in

    def write(self, address: str, kind: str, text: str, **more: Any) -> str:
        number = str(400_000_000 + self.serial())
        event = self._event("message", address)
        event["message"] = {"id": number, **self._message(kind, text, number, more)}
        if kind == "odd":
            event["message"]["text"] = 7  # not what is documented: kept as unsupported
        self._send(event, number, address, kind)
        return number

    def press(self, address: str, id: str, label: str) -> str:
        event = self._event("postback", address)
        event["postback"] = {"data": id}
        self._send(event, event["webhookEventId"], address, "postback")
        return str(event["webhookEventId"])

    def unsend(self, address: str, message: str) -> None:
        event = self._event("unsend", address)
        del event["replyToken"]
        event["unsend"] = {"messageId": message}
        self._send(event, "", address, "unsend")

    def edit(self, address: str, message: str, text: str) -> None:
        event = self._event("messageEdited", address)
        event["message"] = {"id": message, "type": "text", "text": text}
        self._send(event, "", address, "edit")

    def befriend(self, address: str, on: bool) -> None:
        self._send(self._event("follow" if on else "unfollow", address), "", address, "follow")

    def chatter(self) -> None:
        """What is none of ours: groups, beacons, things nobody has seen yet, an empty check."""
        event = self._event(self.world.random.choice(("beacon", "message", "somethingNew")), "U0")
        event["source"] = {
            "type": self.world.random.choice(("group", "user", "alien")),
            "groupId": "G1",
            "userId": "U0",
        }
        if event["type"] == "message" and event["source"]["type"] == "user":
            event["replyToken"] = "0" * 32
            event["message"] = {"id": "1", "type": "text", "text": "verify"}
        if self.world.random.random() < 0.3:
            event = {"type": 5}
        self._send(event, "", "", "chatter")

    def _event(self, type: str, address: str) -> Json:
        token = f"rt{self.serial()}"
        self._tokens[token] = (address, self.world.time())
        return {
            "type": type, "mode": "active", "timestamp": self.milliseconds(), "replyToken": token,
            "source": {"type": "user", "userId": address}, "webhookEventId": f"01EV{self.serial():022d}",
            "deliveryContext": {"isRedelivery": False},
        }  # fmt: skip

    def _message(self, kind: str, text: str, number: str, more: Json) -> Json:
        quoted = {"quotedMessageId": more["reply_to"]} if more.get("reply_to") else {}
        match kind:
            case "image":
                source = {"type": "external", "originalContentUrl": "https://pictures.example/1.jpg"}
                return {"type": "image", "contentProvider": source if self.serial() % 2 else {"type": "line"}}
            case "video" | "audio":
                self._transcoding.add(number)
                return {"type": kind, "duration": 6000, "contentProvider": {"type": "line"}}
            case "file":
                return {"type": "file", "fileName": "letter.pdf", "fileSize": 900}
            case "location":
                return {"type": "location", "latitude": 35.6, "longitude": 139.7, "title": text}
            case "sticker":
                return {"type": "sticker", "packageId": "1", "stickerId": "2", "keywords": ["hello", "happy"]}
            case "unknown":
                return {"type": "hologram"}
            case _:
                return {
                    "type": "text",
                    "text": text,
                    "quoteToken": f"q{number}",
                    "markAsReadToken": f"m{number}",
                } | quoted

    def _send(self, event: Json, id: str, address: str, kind: str) -> None:
        if id:
            self.world.posted(self.channel, id, address, kind)
        self._bag.append((event, id))
        if len(self._bag) == 1:
            self.world.later(self.world.random.choice((0.0, 0.05, 0.3)), self._deliver)

    async def _deliver(self) -> None:
        """All that waits, of whomever, in one POST; LINE waits two seconds and redelivers for a while."""
        events, self._bag = self._bag, []
        body = self._signed(events)
        if await self.post(*body, (), timeout=2.0):
            return
        for event, _ in events:
            event.setdefault("deliveryContext", {})["isRedelivery"] = True
        await asyncio.sleep(self.world.random.choice((1.0, 20.0)))
        await self.post(*self._signed(events), (60.0, 300.0, 1800.0, 7200.0, 20_000.0), timeout=2.0)

    def _signed(self, told: list[tuple[Json, str]]) -> tuple[bytes, dict[str, str]]:
        body = msgspec.json.encode({"destination": "Ubot", "events": [event for event, _ in told]})
        signature = base64.b64encode(hmac.digest(SECRET, body, hashlib.sha256)).decode()
        ids = ",".join(id for _, id in told if id)
        return body, {"x-line-signature": signature, "content-type": "application/json", IDS: ids}

    # --- out

    def serve(self, asked: Asked) -> Reply:
        match asked.path:
            case "/v2/bot/message/reply":
                return self._reply(asked.json())
            case "/v2/bot/message/push":
                return self._push(asked.json(), asked.headers.get("x-line-retry-key", ""))
            case "/v2/bot/chat/loading/start" | "/v2/bot/chat/markAsRead":
                return Reply(200)
            case "/v2/bot/info":
                return Reply(200, {"displayName": "Shop", "basicId": "@shop"})
            case "/v2/bot/message/quota":
                return Reply(200, {"type": "limited", "value": 5_000_000})
            case "/v2/bot/message/quota/consumption":
                return Reply(200, {"totalUsage": 17})
            case "/v2/bot/channel/webhook/endpoint":
                if asked.method == "PUT":
                    self._endpoint = asked.json()["endpoint"]
                    return Reply(200)
                if not self._endpoint:
                    return Reply(404, {"message": "no endpoint"})
                return Reply(200, {"endpoint": self._endpoint, "active": True})
            case path:
                return self._other(path)

    def _other(self, path: str) -> Reply:
        if path.endswith("/transcoding"):
            number = path.split("/")[-3]
            waiting = number in self._transcoding
            self._transcoding.discard(number)
            return Reply(200, {"status": "processing" if waiting else "succeeded"})
        if path.startswith("/v2/bot/profile/"):
            return Reply(200, {"displayName": "Ann", "language": "ja"})
        return Reply(404, {"message": "Not found"})

    def _reply(self, body: Json) -> Reply:
        address, born = self._tokens.pop(body["replyToken"], ("", -1e9))
        if not address or self.world.time() - born > TOKEN_LIFE_S:
            return Reply(400, {"message": "Invalid reply token"})
        return self._taken(address, body["messages"], "reply", "")

    def _push(self, body: Json, key: str) -> Reply:
        if self.world.time() - self._keys.get(key, -1e9) < KEY_LIFE_S:
            self.world.counts["line 409"] += 1
            return Reply(409, {"message": "The retry key is already accepted"}, {"x-line-accepted-request-id": key})
        if any(message.get("text") == "refuse" for message in body["messages"]):
            return Reply(400, {"message": "Not like this", "details": [{"property": "text", "message": "no"}]})
        self._keys[key] = self.world.time()
        return self._taken(body["to"], body["messages"], "push", key)

    def _taken(self, address: str, messages: list[Json], way: str, key: str) -> Reply:
        ids = []
        for message in messages:
            ids.append(str(500_000_000 + self.serial()))
            items = message.get("quickReply", {}).get("items", [])
            options = [(item["action"]["data"], item["action"]["label"]) for item in items]
            self.arrive(
                address, message.get("text") or message.get("title") or message["type"], ids[-1], way, options, key
            )
        return Reply(200, {"sentMessages": [{"id": id, "quoteToken": "q"} for id in ids]})
