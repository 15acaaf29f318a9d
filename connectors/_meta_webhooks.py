"""What Meta's webhooks for WhatsApp say. Each message and status is decoded alone: an odd one spoils none.

The shapes: CHANNELS.md §1.2. A person who hides the phone number has only a user id; all names are kept.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from connectors import _meta_shapes as shape
from connectors._answers import UNREADABLE, read_body
from connectors._meta import reason
from core.channel import Edited, Ignored, Inbound, Profile, Received, StatusUpdate, Unsent
from core.errors import NotUnderstood
from core.message import (
    Audio,
    Chosen,
    Contact,
    Content,
    File,
    Image,
    Location,
    Reaction,
    State,
    Sticker,
    Text,
    Unsupported,
    Video,
)

T = TypeVar("T")

_ENVELOPE = msgspec.json.Decoder(shape.Envelope)
_ENTRY = msgspec.json.Decoder(shape.Entry)
_CHANGE = msgspec.json.Decoder(shape.Change)
_VALUE = msgspec.json.Decoder(shape.Value)
_PERSON = msgspec.json.Decoder(shape.Person)
_HEAD = msgspec.json.Decoder(shape.Head)
_SAID = msgspec.json.Decoder(shape.Said)
_STATUS = msgspec.json.Decoder(shape.Status)
_FAILED = msgspec.json.Decoder(shape.Failed)
_ERROR = msgspec.json.Decoder(shape.Error)

_UNREADABLE = Ignored(kind="unreadable", keep=True)

_STATES: dict[str, State] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",  # a voice message was listened to
    "failed": "failed",
}


def _try(decoder: "msgspec.json.Decoder[T]", raw: msgspec.Raw) -> T | None:
    try:
        return decoder.decode(raw)
    except UNREADABLE:
        return None


def read_webhook(body: bytes, phone_number_id: str) -> Iterator[Inbound]:
    """Everything in it, in Meta's order; raises `NotUnderstood` first if it is no such webhook."""
    envelope = read_body(_ENVELOPE, body)
    if envelope.object != "whatsapp_business_account":
        raise NotUnderstood("the webhook is not of a WhatsApp business account")
    for raw_entry in envelope.entry:
        entry = _try(_ENTRY, raw_entry)
        for raw in entry.changes if entry else ():
            yield from _change(raw, phone_number_id)
        if entry is None:
            yield _UNREADABLE


def _change(raw: msgspec.Raw, phone_number_id: str) -> Iterator[Inbound]:
    change = _try(_CHANGE, raw)
    if change is None:
        yield _UNREADABLE
    elif change.field == "smb_message_echoes":  # an operator wrote with the phone's own app
        yield Ignored(kind=change.field)
    elif change.field != "messages":
        yield Ignored(kind=change.field, keep=True)
    elif (value := _try(_VALUE, change.value)) is None:
        yield _UNREADABLE
    elif value.metadata.phone_number_id != phone_number_id:
        yield Ignored(kind="other_number")
    else:
        people = [person for raw_person in value.contacts if (person := _try(_PERSON, raw_person))]
        for message in value.messages:
            yield from _message(message, people)
        yield from map(_status, value.statuses)
        yield from map(_account_error, value.errors)


# --- messages


def _message(raw: msgspec.Raw, people: list[shape.Person]) -> Iterator[Inbound]:
    head = _try(_HEAD, raw)
    if head is None:
        yield _UNREADABLE
        return
    if head.group_id is not None:
        yield Ignored(kind="group")
        return
    said = _try(_SAID, raw)
    person = _person(head, people)
    names = _names(head, person, said.system if said else None)
    if not names:
        yield Ignored(kind="nobody", keep=True)
        return
    yield from _told(head, person, names, said or shape.Said(head.type))
    if said is None:
        yield _UNREADABLE


def _told(head: shape.Head, person: shape.Person, names: tuple[str, ...], said: shape.Said) -> Iterator[Inbound]:
    address, at = names[0], int(head.timestamp) * 1000
    if said.edit is not None:
        now = _try(_SAID, said.edit.message)
        content = _contents(now)[0] if now else Unsupported("edit")
        original = said.edit.original_message_id
        yield Edited(id=head.id, address=address, message_id=original, content=content, at=at)
        return
    if said.revoke is not None:
        yield Unsent(id=head.id, address=address, message_id=said.revoke.original_message_id, at=at)
        return
    contents = _contents(said)
    for number, each in enumerate(contents):
        yield Received(
            id=head.id if len(contents) == 1 else f"{head.id}:{number}",
            address=address,
            content=each,
            at=at,
            message_id=head.id,
            reply_to=head.context.id if head.context else None,
            profile=Profile(name=person.profile.name, phone=_phone(names)),
            aliases=names[1:],
        )


def _contents(said: shape.Said) -> tuple[Content, ...]:
    """One, but for several contact cards; `Unsupported` for a type unknown to us or not as we know it."""
    match said:
        case shape.Said(type="text", text=shape.Text(body=body)):
            return (Text(body),)
        case shape.Said(type="image", image=shape.Media() as media):
            return (Image(ref=media.id, mime=media.mime_type, caption=media.caption),)
        case shape.Said(type="video", video=shape.Media() as media):
            return (Video(ref=media.id, mime=media.mime_type, caption=media.caption),)
        case shape.Said(type="audio", audio=shape.Media() as media):
            return (Audio(ref=media.id, mime=media.mime_type),)
        case shape.Said(type="document", document=shape.Media() as media):
            return (File(ref=media.id, mime=media.mime_type, name=media.filename, caption=media.caption),)
        case shape.Said(type="sticker", sticker=shape.Media() as media):
            return (Sticker(media.id),)
        case shape.Said(type="location", location=shape.Place() as place):
            return (Location(place.latitude, place.longitude, place.name, place.address),)
        case shape.Said(type="contacts", contacts=[_, *_] as cards):
            return tuple(Contact(card.name.formatted_name, _numbers(card.phones)) for card in cards)
        case shape.Said(type="button", button=shape.Button() as button):
            return (Chosen(button.payload or button.text, button.text),)
        case shape.Said(type="interactive", interactive=shape.Interactive() as pressed):
            reply = pressed.button_reply or pressed.list_reply
            return (Chosen(reply.id, reply.title) if reply else Unsupported(pressed.type),)
        case shape.Said(type="reaction", reaction=shape.Reaction() as reaction):
            return (Reaction(reaction.emoji, to=reaction.message_id),)
        case _:
            return (Unsupported(said.type),)


def _numbers(phones: Iterable[shape.CardPhone]) -> tuple[str, ...]:
    return tuple(number for phone in phones if (number := phone.phone or phone.wa_id))


# --- who


def _person(head: shape.Head, people: list[shape.Person]) -> shape.Person:
    """Whose message it is. `contacts` names them all; a lone one is the writer even if no name is shared."""
    own = {head.sender, head.from_user_id} - {None}
    for person in people:
        if own & {person.wa_id, person.user_id}:
            return person
    return people[0] if len(people) == 1 and not own else shape.Person()


def _names(head: shape.Head, person: shape.Person, system: shape.System | None) -> tuple[str, ...]:
    """All names of the writer, the address first: the phone number where there is one, as it always was."""
    phones = (head.sender, person.wa_id)
    users = (head.from_user_id, person.user_id, head.from_parent_user_id, person.parent_user_id)
    newer = (system.wa_id, system.new_wa_id, system.user_id) if system else ()
    return tuple(dict.fromkeys(name for name in (*phones, *users, *newer) if name))


def _phone(names: tuple[str, ...]) -> str | None:
    return next((f"+{name}" for name in names if name.isdecimal()), None)


# --- statuses


def _status(raw: msgspec.Raw) -> Inbound:
    found = _try(_STATUS, raw)
    if found is None:
        return _UNREADABLE
    if found.recipient_type == "group":
        return Ignored(kind="group")
    state = _STATES.get(found.status)
    if state is None:
        return Ignored(kind=f"status:{found.status}", keep=True)
    failed = _try(_FAILED, raw)
    code, words = _why(failed.errors if failed else [])
    return StatusUpdate(
        id=f"{found.id}:{found.status}",
        state=state,
        at=int(found.timestamp) * 1000,
        message_id=found.id,
        delivery=found.biz_opaque_callback_data or None,
        code=code,
        reason=words or ("WhatsApp could not deliver it" if state == "failed" else None),
    )


def _why(errors: list[shape.Error]) -> tuple[str | None, str | None]:
    if not errors:
        return None, None
    error, code = errors[0], str(errors[0].code)
    return code, reason(code, error.error_data.details if error.error_data else "", error.message, error.title)


def _account_error(raw: msgspec.Raw) -> Inbound:
    error = _try(_ERROR, raw)
    return Ignored(kind=f"error:{error.code}", keep=True) if error else _UNREADABLE
