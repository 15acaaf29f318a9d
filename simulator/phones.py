"""What the customers' phones show, as HTML: one phone for each customer, in the manner of its provider."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from simulator.accounts import Account, Phone
from simulator.kept import SIGNALS, Message, Option

NAMES = {
    "line": "LINE",
    "twilio": "WhatsApp (Twilio)",
    "meta": "WhatsApp (Cloud API)",
    "telegram": "Telegram",
}
SHOWN = {
    "image": "🖼 Picture", "audio": "🎵 Audio", "voice": "🎤 Voice message", "video": "🎬 Video", "file": "📄 File",
    "animation": "🎞 Animation", "location": "📍 Place", "sticker": "Sticker", "contact": "👤 Contact",
}  # fmt: skip
TYPING_MS = 20_000
SENT, SEEN = "✓", "✓✓"


def phone(account: Account[Any], person: Phone, now: int) -> str:
    """`now` in milliseconds tells whether the business is still typing."""
    seen = [m for m in person.conversation if m.kind not in SIGNALS and (m.side == "customer" or m.delivered)]
    signals = [m for m in person.conversation if m.kind in SIGNALS and m.side == "business"]
    read = {m.id for m in signals if m.kind == "read"}
    bubbles = "".join(_bubble(message, read) for message in seen) + _typing(seen, signals, now)
    provider = account.provider.name
    key = escape(f"{provider}-{account.id}-{person.id}")
    who = (("provider", provider), ("account", account.id), ("customer", person.id))
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in who)
    name = escape(person.name)
    return (
        f'<article class="phone {escape(provider)}" aria-label="{name}, {escape(NAMES.get(provider, provider))}">'
        f'<header><span class="face" aria-hidden="true">{name[:1]}</span><h2>{name}'
        f"<small>{escape(NAMES.get(provider, provider))} · {escape(person.id)}</small></h2></header>"
        f'<div class="live" id="{key}"><ol class="bubbles" tabindex="0" aria-label="Conversation">{bubbles}</ol>'
        f"{_buttons(seen, hidden)}</div>"
        f'<form method="post" action="/phone" class="write">{hidden}{_more()}<input name="text" autocomplete="off" '
        f'aria-label="Message from {name}" placeholder="Message"><button aria-label="Send">➤</button></form></article>'
    )


def _bubble(message: Message, read: set[str]) -> str:
    time = datetime.fromtimestamp(message.at / 1000, UTC).strftime("%H:%M")
    kind = "" if message.kind == "text" else f"<em>{escape(SHOWN.get(message.kind, message.kind))}</em> "
    note = f" · {escape(message.via)}" if message.side == "business" else f" {SEEN if message.id in read else SENT}"
    return (
        f'<li class="{message.side}"><span dir="auto">{kind}{escape(message.text)}</span>'
        f"<small>{time}{note}</small></li>"
    )


def _typing(seen: list[Message], signals: list[Message], now: int) -> str:
    newest = max((m.seq for m in seen if m.side == "business"), default=0)
    typing = any(m.kind == "typing" and m.seq > newest and now - m.at < TYPING_MS for m in signals)
    return '<li class="business typing"><span>is typing …</span></li>' if typing else ""


def _buttons(seen: list[Message], hidden: str) -> str:
    """Those of the newest message that has any, unless the customer has said something since."""
    newest: tuple[Option, ...] = ()
    for message in seen:
        newest = () if message.side == "customer" else message.options or newest
    shown = "".join(
        f'<button name="press" value="{escape(option.id)}">{escape(option.label)}</button>'
        for option in newest
        if option.answers != "link"
    )
    return f'<form method="post" action="/phone" class="options">{hidden}{shown}</form>' if shown else ""


def _more() -> str:
    """What else this customer can send."""
    sends = (("picture", "🖼 Picture"), ("place", "📍 Place"), ("sticker", "😀 Sticker"), ("paper", "📄 File"))
    buttons = "".join(f'<button name="send" value="{value}">{label}</button>' for value, label in sends)
    return f'<details class="more"><summary aria-label="Send something else">+</summary><div>{buttons}</div></details>'
