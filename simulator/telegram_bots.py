"""What Telegram remembers of a bot and how it describes people, chats, files and messages. No HTTP here."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from simulator.accounts import Account, Phone
from simulator.world import World

Json = dict[str, Any]
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`secret_token` is what is sent until setWebhook gives another one."""

    bot_token: str
    secret_token: str
    username: str

    @property
    def bot_id(self) -> int:
        return int(self.bot_token.partition(":")[0])


@dataclass(slots=True)
class Bot:
    """`allowed` None: every kind of update, as long as setWebhook was not called."""

    account: Account[Credentials]
    next_update: int
    secret: str | None = None
    allowed: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    max_connections: int = 40
    last_message: int = 0
    messages: dict[int, Json] = field(default_factory=dict)
    callbacks: set[str] = field(default_factory=set)
    reactions: dict[tuple[str, int], list[Json]] = field(default_factory=dict)
    last_error: tuple[int, str] | None = None

    def wants(self, kind: str) -> bool:
        return kind not in self.excluded and (self.allowed is None or kind in self.allowed)

    def update_id(self) -> int:
        self.next_update += 1
        return self.next_update

    def message_id(self) -> int:
        self.last_message += 1
        return self.last_message

    def myself(self) -> Json:
        own = self.account.credentials
        return {"id": own.bot_id, "is_bot": True, "first_name": self.account.id, "username": own.username}


def user(phone: Phone) -> Json:
    return {"id": int(phone.id), "is_bot": False, "first_name": phone.name, "language_code": phone.language}


def chat_with(phone: Phone) -> Json:
    return {"id": int(phone.id), "type": "private", "first_name": phone.name}


def group_chat(id: str) -> Json:
    return {"id": int(id), "type": "supergroup", "title": f"Group {id}"}


def chat(account: Account[Any], id: str) -> Json:
    return group_chat(id) if id in account.groups else chat_with(account.phones[id])


def extension(mime: str) -> str:
    return {"image/jpeg": "jpg", "image/png": "png", "audio/ogg": "oga", "video/mp4": "mp4"}.get(mime, "bin")


def keep_file(world: World, account: Account[Any], data: bytes, mime: str, name: str) -> str:
    """The file_id."""
    return account.add_media(f"AgAC{world.ids.token(40)}", data, mime, name).id


def described(account: Account[Any], kind: str, file_id: str) -> Json:
    """The message field for a file of that kind, as `{kind: …}`; an animation also fills `document`."""
    media = account.media[file_id]
    file: Json = {"file_id": file_id, "file_unique_id": file_id[-16:], "file_size": len(media.data)}
    typed = file | {"mime_type": media.mime, "file_name": media.name}
    match kind:
        case "photo":
            small = file | {"file_unique_id": file_id[-16:] + "s", "width": 90, "height": 60}
            return {"photo": [small, file | {"width": 1280, "height": 853}]}
        case "audio" | "voice":
            return {kind: {**typed, "duration": 3}}
        case "video":
            return {kind: {**typed, "duration": 3, "width": 640, "height": 360}}
        case "video_note":
            return {kind: {**file, "duration": 3, "length": 240}}
        case "animation":
            return {kind: {**typed, "duration": 3, "width": 320, "height": 180}, "document": typed}
        case "sticker":
            about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {kind: {**file, **about, "emoji": "😀"}}
        case _:
            return {"document": typed}
