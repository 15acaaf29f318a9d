"""Twilio's WhatsApp: signed forms, one more try after a failed connection only, a list of messages instead of a key.

Sources: CHANNELS.md §1.1, §2.1. A webhook we did not acknowledge is lost, and Twilio says so.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.lab.providers.base import IDS, Asked, Json, Provider, Reply, World

ACCOUNT, SECRET, SENDER = "AC" + "1" * 32, b"twilio-token", "whatsapp:+14155238886"
PUBLIC = "https://desk.example"
WHOLE = 1000
"""As at Meta."""


class Twilio(Provider):
    channel, host = "c-twilio", "api.twilio.com"
    kinds: tuple[str, ...] = (
        "text",
        "text",
        "text",
        "image",
        "audio",
        "video",
        "document",
        "location",
        "sticker",
        "unknown",
        "two",
    )

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._listed: dict[str, list[Json]] = {}

    # --- in

    def write(self, address: str, kind: str, text: str, **more: Any) -> str:
        sid = f"SM{self.serial():032x}"
        quoted = {"OriginalRepliedMessageSid": more["reply_to"]} if more.get("reply_to") else {}
        self.world.posted(self.channel, sid, address, kind)
        self._tell({**self._head(sid, address), **self._message(kind, text), **quoted}, id=sid)
        return sid

    def press(self, address: str, id: str, label: str) -> str:
        sid = f"SM{self.serial():032x}"
        self.world.posted(self.channel, sid, address, "press")
        named = {"ButtonText": label, "ButtonPayload": id} if self.serial() % 2 else {"ListId": id, "ListTitle": label}
        self._tell({**self._head(sid, address), "Body": label, "MessageType": "button", **named}, id=sid)
        return sid

    def chatter(self) -> None:
        forms: list[dict[str, str]] = [
            {"MessageSid": "SM0", "From": "+1555", "Body": "an SMS", "NumMedia": "0"},
            {"MessageSid": "SM1", "MessageStatus": "hovering"},
            {"Nothing": "of this"},
        ]
        self._tell(self.world.random.choice(forms))

    def _head(self, sid: str, address: str) -> dict[str, str]:
        return {
            "MessageSid": sid, "AccountSid": ACCOUNT, "From": address, "To": SENDER, "NumMedia": "0",
            "SmsStatus": "received", "ProfileName": "Ann", "WaId": address.removeprefix("whatsapp:+"),
        }  # fmt: skip

    def _message(self, kind: str, text: str) -> dict[str, str]:
        mimes = {
            "image": "image/jpeg", "audio": "audio/ogg", "video": "video/mp4", "document": "application/pdf",
            "sticker": "image/webp", "two": "image/png",
        }  # fmt: skip
        if kind in mimes:
            count = 2 if kind == "two" else 1
            media = {
                name: value
                for n in range(count)
                for name, value in (
                    (f"MediaUrl{n}", f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/M/Media/{n}"),
                    (f"MediaContentType{n}", mimes[kind]),
                )
            }
            return {"Body": text, "MessageType": kind, "NumMedia": str(count), **media}
        if kind == "location":
            place = {"Latitude": "35.65", "Longitude": "139.7", "Label": text, "Address": "Main St"}
            if self.serial() % 4 == 0:
                place["Latitude"] = "north"
            return {"Body": "", "MessageType": "location", **place}
        return {"Body": "" if kind == "unknown" else text, "MessageType": "hologram" if kind == "unknown" else "text"}

    def _tell(self, form: dict[str, str], *, path: str = "", delay: float | None = None, id: str = "") -> None:
        part, query = "status" if path else "", urlsplit(path).query
        url = f"{PUBLIC}/hooks/{self.channel}" + ("/status" if part else "") + (f"?{query}" if query else "")
        signed = url + "".join(name + form[name] for name in sorted(form))
        signature = base64.b64encode(hmac.digest(SECRET, signed.encode(), hashlib.sha1)).decode()
        headers = {"x-twilio-signature": signature, "content-type": "application/x-www-form-urlencoded", IDS: id}
        body = urlencode(form).encode()
        wait = self.world.random.choice((0.0, 0.1, 0.8)) if delay is None else delay

        async def deliver() -> None:
            taken = await self.post(body, headers, (0.2,), timeout=15.0, part=part, query=query, connection_only=True)
            if not taken and form.get("MessageStatus") == "undelivered":
                self.untold.add(form["MessageSid"])  # it says so once

        self.world.later(wait, deliver)

    # --- out

    def serve(self, asked: Asked) -> Reply:
        if asked.path.endswith("/Messages.json"):
            return self._send(asked.form()) if asked.method == "POST" else self._list(asked.query)
        if asked.path.endswith("/Typing.json"):
            return Reply(200, {"success": True})
        if "/ContentAndApprovals" in asked.path:
            content = {
                "sid": "HX1", "friendly_name": "hello", "language": "en", "variables": {"1": "Ann"},
                "types": {"twilio/text": {"body": "Hello {{1}}"}}, "approval_requests": {"status": "approved"},
            }  # fmt: skip
            meta = {"key": "contents", "page_size": 50, "page": 0, "next_page_url": None}
            return Reply(200, {"contents": [content], "meta": meta})
        return Reply(200, {"sid": ACCOUNT, "status": "active", "friendly_name": "Shop"})

    def throttled(self) -> Reply:
        code = self.world.random.choice((20429, 63018))
        return Reply(429, {"code": code, "message": "slow down"})

    def _send(self, form: dict[str, str]) -> Reply:
        sid, address, text = f"SM{self.serial():032x}", form["To"], form.get("Body", "")
        if text == "refuse":
            return Reply(400, {"code": 63013, "message": "not like this"})
        now = format_datetime(datetime.fromtimestamp(self.seconds(), UTC))
        resource: Json = {
            "sid": sid, "status": "queued", "direction": "outbound-api", "body": text, "to": address, "from": SENDER,
            "date_created": now, "date_sent": None, "date_updated": now, "num_segments": "1", "num_media": "0",
            "error_code": None, "error_message": None, "uri": "", "account_sid": ACCOUNT, "api_version": "2010-04-01",
            "subresource_uris": {},
        }  # fmt: skip
        self._listed.setdefault(address, []).append(resource)
        callback = form.get("StatusCallback", "")
        draw = self.world.random.random
        if draw() < 0.005 and len(text) < WHOLE:
            self.world.counts["failed by status"] += 1
            self._status(sid, "undelivered", callback, address, 1.0, code="63016")
            return Reply(201, resource)
        self.arrive(address, text, sid, "send", key=urlsplit(callback).query)
        self._status(sid, "sent", callback, address, draw())
        self._status(sid, "delivered", callback, address, draw() * 3)
        if draw() < 0.5:
            self._status(sid, "read", callback, address, draw() * 60)
        return Reply(201, resource)

    def _status(self, sid: str, status: str, callback: str, address: str, delay: float, code: str = "") -> None:
        form = {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT, "From": SENDER, "To": address}
        self._tell(form | ({"ErrorCode": code} if code else {}), path=callback, delay=delay)

    def _list(self, query: Any) -> Reply:
        found = self._listed.get(query.get("To", ""), [])[-20:]
        page = {"first_page_uri": "", "next_page_uri": None, "previous_page_uri": None, "page": 0, "page_size": 20}
        return Reply(200, {"messages": found[::-1], "start": 0, "end": len(found), "uri": "", **page})
