"""The web widget: a channel without a provider. What a visitor sends comes over our own socket (`hear`); what we send
is read off the feed: committed is sent, and the widget itself reports delivered and read.
"""

import re
from collections.abc import Sequence
from typing import ClassVar

import msgspec

from core.channel import (
    Capabilities,
    Delivery,
    HookRequest,
    Inbound,
    MediaLimit,
    Rate,
    Receipt,
    Received,
    Secret,
    Wire,
)
from core.errors import BadInput, Forged
from core.message import Audio, Chosen, Contact, Content, File, Form, Image, Location, Text, Video, kind_of

_MB = 1_000_000
_ANY = MediaLimit(("*",), 25 * _MB, 4000)
MAX_TEXT = 10_000  # characters; about four printed pages
_UPLOADED = re.compile(r"media:[0-9a-f]{32}")
MAX_VALUES, MAX_VALUE = 50, 4000


class WebSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`allowed_origins`: the sites that may embed the widget ("https://shop.example"); any, if there are none.
    With an `identity_secret` a visitor's `partner_id` is believed only when it comes signed."""

    allowed_origins: tuple[str, ...] = ()
    identity_secret: Secret | None = None

    def __post_init__(self) -> None:
        if self.identity_secret is not None and not self.identity_secret:
            raise ValueError("`identity_secret` must not be empty")  # an empty key is one anybody can sign with
        for origin in self.allowed_origins:
            scheme, _, host = origin.partition("://")
            if scheme not in ("http", "https") or not host or "/" in host or origin != origin.lower():
                raise ValueError("`allowed_origins` must look like https://shop.example, in lower case")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor wants to say. `reply_to` is the seq of the message it answers."""

    client_id: str
    content: Content
    reply_to: int | None = None


class Web:
    kind: ClassVar[str] = "web"
    title: ClassVar[str] = "Web widget"
    Settings: ClassVar[type[msgspec.Struct]] = WebSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        text_limit=MAX_TEXT,
        inbound=frozenset(["text", "image", "audio", "video", "file", "location", "contact", "chosen", "form"]),
        outbound=frozenset(
            ["text", "image", "audio", "video", "file", "location", "sticker", "contact", "choice", "form"]
        ),
        options=100,
        option_label=200,
        choice_text=MAX_TEXT,
        media={"image": _ANY, "audio": _ANY, "video": _ANY, "file": _ANY},
        batch=10,
        statuses=frozenset({"sent", "delivered", "read"}),
        typing=True,
        read_marks=True,
        recall=True,
        redelivers_seconds=86_400,
        rate=Rate(10_000, 10_000),
    )

    def __init__(self, settings: WebSettings) -> None:
        self.settings = settings

    def verify(self, request: HookRequest) -> None:
        raise Forged("this kind of channel has no webhook")

    def read(self, request: HookRequest) -> Sequence[Inbound]:
        return ()

    async def deliver(self, delivery: Delivery, wire: Wire) -> Receipt:
        """The widget reads the feed, and what is to be delivered stands there already."""
        return Receipt()

    async def typing(self, address: str, read_mark: str | None, wire: Wire) -> None:
        """Open widgets are told by the gateway, as a signal."""

    async def mark_read(self, address: str, read_mark: str, wire: Wire) -> None:
        """The event itself tells the widget."""

    async def recall(self, address: str, message_id: str, wire: Wire) -> None:
        """The event itself tells the widget."""


connector = Web


def client_name(address: str, client_id: str) -> str:
    """What a visitor's own id of a message is to us, unique on the channel."""
    return f"client:{address}:{client_id}"


def hear(said: Said, *, address: str, now: int) -> Received:
    """What a visitor's message is to the rules; raises `BadInput` for what a visitor cannot send."""
    client_id = said.client_id
    if not 0 < len(client_id) <= 100 or not client_id.isprintable():
        raise BadInput(("client_id", "must be 1 to 100 printable characters"))
    _check(said.content)
    return Received(
        id=client_name(address, client_id),
        address=address,
        content=said.content,
        at=now,
    )


def _check(content: Content) -> None:
    kind = kind_of(content)
    if kind not in Web.capabilities.inbound:
        raise BadInput(("content.type", f"a visitor cannot send “{kind}”"))
    match content:
        case Text(text=text):
            _bounded("text", text, MAX_TEXT)
        case Image() | Audio() | Video() | File():
            if content.ref is not None or not _UPLOADED.fullmatch(content.url or ""):
                raise BadInput(("content.url", "must be what an upload answered with"))
            _bounded("caption", content.caption or "-", MAX_VALUE)
            _bounded("name", content.name or "-", 255)
        case Location(latitude=latitude, longitude=longitude):
            if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
                raise BadInput(("content", "is no place on earth"))
            _bounded("title", content.title or "-", 255)
            _bounded("address", content.address or "-", 1000)
        case Contact(name=name, phones=phones):
            _bounded("name", name, 255)
            if len(phones) > 10 or any(len(phone) > 40 for phone in phones):
                raise BadInput(("content.phones", "must be at most 10, of at most 40 characters each"))
        case Chosen(id=id, label=label):
            _bounded("id", id, 200)
            _bounded("label", label, 200)
        case Form():
            _check_form(content)
        case _:
            pass


def _check_form(form: Form) -> None:
    """Only an answer: the values, not the questions."""
    if form.values is None or not 0 < len(form.values) <= MAX_VALUES:
        raise BadInput(("content.values", f"must be 1 to {MAX_VALUES} answers"))
    if any(len(key) > 100 or len(value) > MAX_VALUE for key, value in form.values.items()):
        raise BadInput(("content.values", f"must be of at most {MAX_VALUE} characters each"))
    if form.fields or len(form.text) > MAX_VALUE:
        raise BadInput(("content", "must hold the answers only"))


def _bounded(field: str, text: str, most: int) -> None:
    if not text.strip() or len(text) > most:
        raise BadInput((f"content.{field}", f"must be 1 to {most} characters"))
