"""Contents as LINE's own message models: the SDK builds and checks the request, it does not send it.

Imports linebot (half a second, 40 MiB), so it is itself imported only by a `Line` that exists.
"""

from typing import Any

import msgspec
from linebot.v3.messaging import (
    AudioMessage,
    ImageMessage,
    LocationMessage,
    MarkMessagesAsReadByTokenRequest,
    Message,
    PostbackAction,
    PushMessageRequest,
    QuickReply,
    QuickReplyItem,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
    StickerMessage,
    TextMessage,
    VideoMessage,
)
from pydantic.v1 import ValidationError

from connectors._line_events import pack
from core.channel import Delivery, Part
from core.errors import Rejected
from core.message import Audio, Choice, Image, Location, Sticker, Text, Video, kind_of

_PLACE = 100  # characters of a location's title and address


def reply(delivery: Delivery) -> bytes:
    return _checked(ReplyMessageRequest, reply_token=delivery.token, messages=_messages(delivery))


def push(delivery: Delivery) -> bytes:
    return _checked(PushMessageRequest, to=delivery.address, messages=_messages(delivery))


def loading(address: str, seconds: int) -> bytes:
    """`seconds`: a multiple of 5 up to 60."""
    return _checked(ShowLoadingAnimationRequest, chat_id=address, loading_seconds=seconds)


def mark_as_read(token: str) -> bytes:
    return _checked(MarkMessagesAsReadByTokenRequest, mark_as_read_token=token)


def _checked(model: Any, **fields: Any) -> bytes:
    try:
        made = model(**fields)
        return msgspec.json.encode(made.dict(by_alias=True, exclude_none=True))  # `to_dict` does the nested ones twice
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Rejected("invalid", f"LINE does not take this: {where} {first['msg']}") from None


def _messages(delivery: Delivery) -> list[Message]:
    try:
        return [_message(part) for part in delivery.parts]
    except ValidationError as error:
        raise Rejected("invalid", f"LINE does not take this: {error.errors()[0]['msg']}") from None


def _message(part: Part) -> Message:
    match part.content:
        case Text(text=text):
            return TextMessage(text=text, quote_token=part.quote)
        case Choice():
            return TextMessage(text=part.content.text, quote_token=part.quote, quick_reply=_buttons(part.content))
        case Image(url=str(url)):
            return ImageMessage(original_content_url=url, preview_image_url=url)
        case Video(url=str(url)):
            return VideoMessage(original_content_url=url, preview_image_url=url)
        case Audio(url=str(url), duration=duration):
            return AudioMessage(original_content_url=url, duration=duration or 1000)
        case Location():
            return _location(part.content)
        case Sticker(provider_ref=ref):
            package, _, sticker = ref.partition("/")
            return StickerMessage(package_id=package, sticker_id=sticker, quote_token=part.quote)
        case other:
            raise Rejected("unsupported", f"LINE cannot carry {kind_of(other)}")


def _location(place: Location) -> LocationMessage:
    """Title and address are required: what is missing is filled with the other, or with the figures."""
    figures = f"{place.latitude}, {place.longitude}"
    title = place.title or place.address or figures
    address = place.address or place.title or figures
    return LocationMessage(
        title=title[:_PLACE], address=address[:_PLACE], latitude=place.latitude, longitude=place.longitude
    )


def _buttons(choice: Choice) -> QuickReply:
    return QuickReply(
        items=[
            QuickReplyItem(
                action=PostbackAction(label=option.label, data=pack(option.id, option.label), display_text=option.label)
            )
            for option in choice.options
        ]
    )
