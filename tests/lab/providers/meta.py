"""Meta's Cloud API: no key for repeats, statuses with our own id in them, webhooks again for a week, in any order.

Sources: CHANNELS.md §1.2, §2.2.
"""

import asyncio
import hashlib
import hmac
from typing import Any

import msgspec

from tests.lab.providers.base import IDS, Asked, Json, Provider, Reply

SECRET = b"app-secret"
NUMBER = "106540352242922"
WHOLE = 1000
"""Only messages that are no part of a longer one fail by status:
the product shows the state of such a message as the best of its parts."""


class Meta(Provider):
    channel, host = "c-meta", "graph.facebook.com"
    kinds: tuple[str, ...] = (
        "text", "text", "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction",
        "odd", "unknown", "hidden",
    )  # fmt: skip

    # --- in

    def write(self, address: str, kind: str, text: str, **more: Any) -> str:
        id = f"wamid.in{self.serial()}"
        message: Json = {"id": id, "from": address, "timestamp": str(self.seconds()), **self._message(kind, text, more)}
        if kind == "hidden":
            message |= {"from_user_id": f"US.{address}"}
        if more.get("reply_to"):
            message["context"] = {"id": more["reply_to"]}
        self.world.posted(self.channel, id, address, kind)
        self._tell({"messages": [message], "contacts": [_contact(address)]}, id=id)
        return id

    def press(self, address: str, id: str, label: str) -> str:
        wamid = f"wamid.in{self.serial()}"
        reply = {"id": id, "title": label}
        kind = self.world.random.choice(("button_reply", "list_reply"))
        message = {"type": "interactive", "interactive": {"type": kind, kind: reply}}
        if self.world.random.random() < 0.2:
            message = {"type": "button", "button": {"payload": id, "text": label}}
        self.world.posted(self.channel, wamid, address, "press")
        self._tell(
            {"messages": [{"id": wamid, "from": address, "timestamp": str(self.seconds()), **message}]}, id=wamid
        )
        return wamid

    def edit(self, address: str, message: str, text: str) -> None:
        edit = {"original_message_id": message, "message": {"type": "text", "text": {"body": text}}}
        self._event(address, {"type": "edit", "edit": edit})

    def unsend(self, address: str, message: str) -> None:
        self._event(address, {"type": "revoke", "revoke": {"original_message_id": message}})

    def chatter(self) -> None:
        values: list[tuple[str, Json]] = [
            ("messages", {"errors": [{"code": 131000, "title": "x"}]}),
            ("messages", {"messages": [{"type": 3}]}),
            ("messages", {"statuses": [{"id": "x"}]}),
            ("messages", {"messages": [{"id": "g1", "type": "text", "timestamp": "1", "group_id": "g"}]}),
            ("messages", {"messages": [{"id": "n1", "type": "text", "timestamp": "1"}]}),
            ("smb_message_echoes", {}),
            ("account_update", {}),
            ("messages", {"statuses": [{"id": "w", "status": "hovering", "timestamp": "1"}]}),
        ]
        field, value = self.world.random.choice(values)
        self._tell(value, field=field)

    def _event(self, address: str, body: Json) -> None:
        head = {"id": f"wamid.in{self.serial()}", "from": address, "timestamp": str(self.seconds())}
        self._tell({"messages": [{**head, **body}], "contacts": [_contact(address)]})

    def _message(self, kind: str, text: str, more: Json) -> Json:
        match kind:
            case "image" | "video" | "audio" | "sticker":
                mime = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/ogg", "sticker": "image/webp"}
                caption = {"caption": text} if kind in ("image", "video") else {}
                return {"type": kind, kind: {"id": f"{self.serial()}", "mime_type": mime[kind], **caption}}
            case "document":
                file = {"id": f"{self.serial()}", "mime_type": "application/pdf", "filename": "a.pdf", "caption": text}
                return {"type": "document", "document": file}
            case "location":
                return {"type": "location", "location": {"latitude": 3.1, "longitude": 4.1, "name": text}}
            case "contacts":
                card = {"name": {"formatted_name": "Bob"}, "phones": [{"phone": "+15550001"}, {"wa_id": "15550002"}]}
                return {"type": "contacts", "contacts": [card, card]}
            case "reaction":
                return {
                    "type": "reaction",
                    "reaction": {"message_id": more.get("reply_to") or "wamid.0", "emoji": "👍"},
                }
            case "odd":
                return {"type": "text", "text": {"body": 9}}
            case "unknown":
                return {"type": "hologram", "hologram": {}}
            case _:
                return {"type": "text", "text": {"body": text}}

    def _tell(self, value: Json, *, field: str = "messages", delay: float | None = None, id: str = "") -> None:
        value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}, **value}
        entry = {"id": "waba", "changes": [{"field": field, "value": value}]}
        body = msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})
        signature = "sha256=" + hmac.digest(SECRET, body, hashlib.sha256).hex()
        headers = {"x-hub-signature-256": signature, "content-type": "application/json", IDS: id}
        wait = self.world.random.choice((0.0, 0.1, 0.8)) if delay is None else delay

        async def deliver() -> None:
            waits = (2.0, 10.0, 60.0, 600.0, 3600.0, 20_000.0, 80_000.0, 160_000.0, 300_000.0)
            await self.post(body, headers, waits, timeout=10.0, again=0.04)

        self.world.later(wait, deliver)

    # --- out

    def serve(self, asked: Asked) -> Reply:
        last = asked.path.rsplit("/", 1)[-1]
        if last == "messages" and asked.method == "POST":
            return self._send(asked.json())
        if last == "message_templates":
            text = {"type": "BODY", "text": "Hello {{1}}, {{name}}"}
            row = {"name": "hello", "language": "en", "status": "APPROVED", "components": [text]}
            if "after" in asked.query:
                return Reply(200, {"data": [row | {"name": "bye", "status": "REJECTED"}]})
            return Reply(200, {"data": [row, 5], "paging": {"cursors": {"after": "x"}, "next": "https://x"}})
        if last == NUMBER:
            return Reply(200, {"display_phone_number": "+1 555", "verified_name": "Shop", "quality_rating": "GREEN"})
        return Reply(200, {"url": f"https://lookaside.fbsbx.com/{last}", "mime_type": "image/jpeg"})

    def throttled(self) -> Reply:
        code = self.world.random.choice((130429, 131056, 4))
        return Reply(429 if code == 130429 else 400, {"error": {"code": code, "message": "slow down"}})

    def broke(self) -> Reply:
        code = self.world.random.choice((131000, 131016, None))
        return Reply(500, {"error": {"code": code, "message": "try again"}} if code else {})

    def _send(self, body: Json) -> Reply:
        if body.get("status") == "read":
            return Reply(200, {"success": True})
        address = body.get("to") or body["recipient"]
        id, ours, content = f"wamid.out{self.serial()}", body["biz_opaque_callback_data"], body[body["type"]]
        text = _text(body["type"], content)
        if text == "refuse":
            details = {"details": "not like this"}
            return Reply(400, {"error": {"code": 131051, "message": "no", "error_data": details}})
        if self.world.random.random() < 0.005 and len(text) < WHOLE:
            error = {"code": 131026, "title": "undeliverable", "message": "undeliverable"}
            self._status(id, "failed", ours, address, 1.0, errors=[error])
            self.world.counts["failed by status"] += 1
            return Reply(200, {"messages": [{"id": id}], "contacts": [{"wa_id": address}]})
        rows = content.get("action", {}) if isinstance(content, dict) else {}
        buttons = [each["reply"] for each in rows.get("buttons", ())]
        buttons += [row for section in rows.get("sections", ()) for row in section["rows"]]
        self.arrive(address, text, id, "send", [(each["id"], each["title"]) for each in buttons], ours)
        draw = self.world.random.random
        self._status(id, "sent", ours, address, draw())
        self._status(id, "delivered", ours, address, draw() * 3)
        if draw() < 0.5:
            self._status(id, "read", ours, address, draw() * 60)
        return Reply(200, {"messages": [{"id": id}], "contacts": [{"wa_id": address}]})

    def _status(self, id: str, status: str, ours: str, address: str, delay: float, **more: Any) -> None:
        told = {"id": id, "status": status, "timestamp": str(self.seconds()), "recipient_id": address}
        self._tell({"statuses": [{**told, "biz_opaque_callback_data": ours, **more}]}, delay=delay)


def _contact(address: str) -> Json:
    return {"profile": {"name": "Ann"}, "wa_id": address, "user_id": f"US.{address}"}


def _text(kind: str, content: Any) -> str:
    if isinstance(content, list):
        return kind
    body = content.get("body") or content.get("caption") or content.get("name") or kind
    return str(body["text"] if isinstance(body, dict) else body)


async def challenge(meta: Meta) -> None:
    """Meta asks whether the address is ours."""
    for token in ("verify", "wrong"):
        query = f"hub.mode=subscribe&hub.verify_token={token}&hub.challenge=42"
        await meta.world.knock(meta.channel, b"", {}, query=query, timeout=10.0, method="GET")
        await asyncio.sleep(0)
