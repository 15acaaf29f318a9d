"""One account at a provider, its customers' phones, and what tests and the page ask of them. No provider rules here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec
from aiohttp import web

from simulator import actions as do
from simulator.actions import Action
from simulator.courier import Courier, Delivery, Post
from simulator.faults import Fault, FaultKind, Faults
from simulator.kept import Call, Mailbox, Message, Option, sent_by_business
from simulator.world import World

C = TypeVar("C", bound=msgspec.Struct)


class UnknownAccount(Exception):
    """No such provider or account; the message names it."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`redelivery`: LINE's switch, off as there. `receipts`: how far WhatsApp statuses go by themselves. `quota`:
    LINE's pushes a month, None is unlimited. `deadline`: seconds a webhook may take, None is the provider's own."""

    redelivery: bool = False
    receipts: Literal["none", "sent", "delivered", "read"] = "delivered"
    quota: int | None = None
    deadline: float | None = None


class Lookalike(Protocol):
    """What one provider's file supplies."""

    name: str
    accounts: dict[str, "Account[Any]"]

    def routes(self) -> list[web.RouteDef]: ...

    def posts(self, account: "Account[Any]", acts: Sequence[tuple["Phone", Action]]) -> list[Post]:
        """The webhooks for what happened on the phones, kept and ready to send. Raises NotOnThisChannel."""

    def open_account(
        self, id: str, credentials: dict[str, str], webhook_url: str | None, settings: Settings
    ) -> "Account[Any]":
        """Also called for an account that exists: it gets the new values. Raises msgspec.ValidationError."""

    def new_phone(self, account: "Account[Any]", id: str | None, name: str, language: str) -> "Phone": ...


@dataclass(frozen=True, slots=True)
class Media:
    id: str
    data: bytes
    mime: str
    name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the webhooks of one act. `status`: the worst of the last attempts, 0 where no
    connection or answer came, None while one is still out (or was held back or dropped by a fault)."""

    deliveries: tuple[Delivery, ...]

    @property
    def status(self) -> int | None:
        statuses = [delivery.status for delivery in self.deliveries]
        known = [status for status in statuses if status is not None]
        return max(known) if known and len(known) == len(statuses) else None

    @property
    def message_id(self) -> str:
        """The provider's id of the (first) message said."""
        return self.deliveries[0].message_id if self.deliveries else ""


class Account(Generic[C]):
    def __init__(
        self,
        provider: Lookalike,
        world: World,
        courier: Courier,
        id: str,
        credentials: C,
        webhook_url: str | None,
        settings: Settings,
    ) -> None:
        self.provider = provider
        self.world = world
        self.id = id
        self.credentials = credentials
        self.webhook_url = webhook_url
        self.settings = settings
        self.phones: dict[str, Phone] = {}
        self.groups: set[str] = set()
        self.mailbox = Mailbox()
        self.calls: list[Call] = []
        self.media: dict[str, Media] = {}
        self.faults = Faults(world.ids.chance)
        self.webhook_faults = Faults(world.ids.chance)
        self.deliveries: list[Delivery] = []
        self._courier = courier

    @property
    def deadline(self) -> float | None:
        """Seconds that the business has for an answer, if not the provider's own."""
        return self.settings.deadline

    @property
    def sent(self) -> list[Message]:
        """What customers were sent, oldest first: no typing or read marks (those are in `mailbox.messages`)."""
        return sent_by_business(self.mailbox.messages)

    def phone(self, id: str | None = None, name: str = "Mei", language: str = "en") -> "Phone":
        """The phone with that id, made if there is none."""
        if id is not None and id in self.phones:
            return self.phones[id]
        phone = self.provider.new_phone(self, id, name, language)
        return self.phones.setdefault(phone.id, phone)

    async def wait_for(self, fits: Callable[[Message], bool], timeout: float = 5.0) -> Message:
        """The first message of the business, also one sent already, that fits. Raises TimeoutError."""
        return await self.mailbox.wait_until(
            lambda: next((m for m in self.mailbox.messages if m.side == "business" and fits(m)), None),
            timeout,
        )

    async def wait_for_sent(self, count: int, timeout: float = 5.0) -> list[Message]:
        """All of `sent` as soon as there are at least `count`. Raises TimeoutError."""
        return await self.mailbox.wait_until(lambda: self.sent if len(self.sent) >= count else None, timeout)

    def fail(self, kind: FaultKind | int, **rest: Any) -> None:
        """`fail(429, times=3, retry_after=1)`, `fail("drop", method="push", after=True)`: see Fault."""
        if isinstance(kind, int):
            self.faults.add(Fault("status", status=kind, **rest))
        else:
            self.faults.add(Fault(kind, **rest))

    def fail_webhooks(self, kind: Literal["duplicate", "reorder", "drop"], times: int | None = 1) -> None:
        self.webhook_faults.add(Fault(kind, times=times))

    async def together(
        self, acts: Sequence[tuple["Phone", Action]], wait: bool = True, timeout: float | None = None
    ) -> Outcome:
        """Several customers' acts; LINE and Meta put them into one POST. Waits until answered for good, given up, held
        or dropped, at most `timeout` seconds."""
        return await self.dispatch(self.provider.posts(self, acts), wait, timeout)

    async def dispatch(self, posts: Sequence[Post], wait: bool = True, timeout: float | None = None) -> Outcome:
        outcome = Outcome(tuple(self._courier.send(self, post) for post in posts))
        if wait:
            for delivery in outcome.deliveries:
                await delivery.wait(timeout)
        return outcome

    async def redeliver(self, delivery: Delivery) -> Outcome:
        """The same webhook once more, as the provider would: same ids, for LINE marked as a redelivery."""
        return await self.dispatch([msgspec.structs.replace(delivery.post, redelivered=True)])

    async def post_raw(self, body: bytes, headers: dict[str, str] | None = None) -> int | None:
        """Any bytes to the webhook URL, rightly signed unless `headers` are given. One attempt."""
        return await self._courier.post_once(self, body, headers)

    async def settle(self) -> None:
        """Returns when no webhook is under way (those held back by a fault do not count)."""
        while waiting := [delivery for delivery in self.deliveries if not delivery.returned.is_set()]:
            for delivery in waiting:
                await delivery.returned.wait()

    def keep(
        self,
        customer: str,
        side: Literal["customer", "business"],
        kind: str,
        text: str,
        *,
        id: str,
        via: str = "webhook",
        options: tuple[Option, ...] = (),
        key: str | None = None,
        reply_to: str | None = None,
        delivered: bool = True,
        raw: dict[str, Any] | None = None,
    ) -> Message:
        message = Message(
            seq=self.world.next_seq(),
            provider=self.provider.name,
            account=self.id,
            customer=customer,
            side=side,
            kind=kind,
            text=text,
            at=self.world.clock.now(),
            id=id,
            via=via,
            options=options,
            key=key,
            reply_to=reply_to,
            delivered=delivered,
            raw=raw or {},
        )
        self.mailbox.add(message)
        return message

    def add_media(self, id: str, data: bytes, mime: str, name: str) -> Media:
        return self.media.setdefault(id, Media(id, data, mime, name))


def opened(accounts: dict[str, Account[C]], fresh: Account[C]) -> Account[C]:
    """`fresh`, or the account of that id with its values: what was kept stays."""
    known = accounts.setdefault(fresh.id, fresh)
    known.credentials, known.settings = fresh.credentials, fresh.settings
    known.webhook_url = fresh.webhook_url or known.webhook_url
    return known


class Phone:
    """One customer of one account. `id` is the provider's id of the person; `alias` a second one (Meta's user_id)."""

    def __init__(self, account: Account[Any], id: str, name: str, language: str, alias: str = "") -> None:
        self.account = account
        self.id = id
        self.name = name
        self.language = language
        self.alias = alias
        self.hidden_number = False
        self.blocked = False
        self.wrote_at: int | None = None

    @property
    def conversation(self) -> list[Message]:
        return self.account.mailbox.of(self.id)

    @property
    def received(self) -> list[Message]:
        """What this customer can see of the business, oldest first."""
        return [message for message in sent_by_business(self.conversation) if message.delivered]

    def option(self, wanted: str) -> tuple[Message, Option] | None:
        """The newest button with that id or label, and its message."""
        for message in reversed(self.received):
            for option in message.options:
                if wanted in (option.id, option.label):
                    return message, option
        return None

    def window_open(self, hours: int = 24) -> bool:
        now = self.account.world.clock.now()
        return self.wrote_at is not None and now - self.wrote_at < hours * 3_600_000

    async def wait_for(self, fits: Callable[[Message], bool], timeout: float = 5.0) -> Message:
        return await self.account.wait_for(lambda message: message.customer == self.id and fits(message), timeout)

    async def do(self, action: Action, wait: bool = True, timeout: float | None = None) -> Outcome:
        return await self.account.together([(self, action)], wait, timeout)

    async def text(self, text: str, *, reply_to: str | None = None, group: str | None = None) -> Outcome:
        return await self.do(do.Text(text, reply_to, group))

    async def image(self, data: bytes, mime: str = "image/jpeg", caption: str = "") -> Outcome:
        return await self.do(do.Media("image", data, mime, "photo.jpg", caption))

    async def audio(self, data: bytes, mime: str = "audio/ogg", duration: int = 3000) -> Outcome:
        return await self.do(do.Media("audio", data, mime, "audio.ogg", duration=duration))

    async def voice(self, data: bytes, mime: str = "audio/ogg", duration: int = 3000) -> Outcome:
        return await self.do(do.Media("voice", data, mime, "voice.ogg", duration=duration))

    async def video(self, data: bytes, mime: str = "video/mp4", caption: str = "") -> Outcome:
        return await self.do(do.Media("video", data, mime, "video.mp4", caption))

    async def file(self, data: bytes, name: str, mime: str = "application/pdf", caption: str = "") -> Outcome:
        return await self.do(do.Media("file", data, mime, name, caption))

    async def location(
        self, latitude: float, longitude: float, title: str | None = None, address: str | None = None
    ) -> Outcome:
        return await self.do(do.Location(latitude, longitude, title, address))

    async def sticker(self) -> Outcome:
        return await self.do(do.Sticker())

    async def contact(self, name: str, *phones: str) -> Outcome:
        return await self.do(do.Contact(name, phones))

    async def press(self, option: str, data: str | None = None, params: dict[str, str] | None = None) -> Outcome:
        return await self.do(do.Press(option, data, params))

    async def react(self, message: str, emoji: str) -> Outcome:
        return await self.do(do.React(message, emoji))

    async def edit(self, message: str, text: str, group: str | None = None) -> Outcome:
        return await self.do(do.Edit(message, text, group))

    async def unsend(self, message: str) -> Outcome:
        return await self.do(do.Unsend(message))

    async def follow(self) -> Outcome:
        return await self.do(do.Follow())

    async def unfollow(self) -> Outcome:
        return await self.do(do.Unfollow())

    async def read(self) -> Outcome:
        return await self.do(do.Read())

    async def unknown(self, kind: str = "hologram", **content: Any) -> Outcome:
        return await self.do(do.Unknown(kind, content))
