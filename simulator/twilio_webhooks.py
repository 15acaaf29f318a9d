"""Twilio's webhooks for WhatsApp: the forms and their signature (twilio.com/docs/usage/security). Sends nothing."""

import base64
import hashlib
import hmac
from typing import assert_never
from urllib.parse import parse_qsl

import msgspec

from simulator import actions as do
from simulator.accounts import Account, Phone
from simulator.actions import Action, NotOnThisChannel
from simulator.world import Ids

Params = dict[str, str]


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`api_key` and `api_secret` are let in beside the account's own token. `sender`: `whatsapp:+…`."""

    account_sid: str
    auth_token: str
    sender: str
    messaging_service_sid: str = ""
    api_key: str = ""
    api_secret: str = ""


def signature(auth_token: str, url: str, body: bytes) -> str:
    """Over the URL and every parameter in order of name; values of a repeated name sorted and each once."""
    params: dict[str, set[str]] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        params.setdefault(name, set()).add(value)
    signed = url + "".join(name + value for name in sorted(params) for value in sorted(params[name]))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def media_path(account_sid: str, message_sid: str, media_sid: str) -> str:
    return f"/2010-04-01/Accounts/{account_sid}/Messages/{message_sid}/Media/{media_sid}"


def inbound(account: Account[Credentials], phone: Phone, action: Action, ids: Ids, base: str) -> Params:
    """The form for what the customer said. Raises NotOnThisChannel for what WhatsApp through Twilio does not tell."""
    own = account.credentials
    sid = ("MM" if isinstance(action, do.Media | do.Sticker | do.Contact) else "SM") + ids.hex(32)
    number = phone.id.removeprefix("+")
    params = {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": own.account_sid,
        "From": f"whatsapp:+{number}",
        "To": own.sender,
        "Body": "",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "ProfileName": phone.name,
        "WaId": number,
        "ReferralNumMedia": "0",
    }
    if own.messaging_service_sid:
        params["MessagingServiceSid"] = own.messaging_service_sid
    return params | _content(account, phone, action, sid, ids, base)


def _content(account: Account[Credentials], phone: Phone, action: Action, sid: str, ids: Ids, base: str) -> Params:
    match action:
        case do.Text():
            return {"Body": action.text, "MessageType": "text"} | _quoting(account, action.reply_to)
        case do.Media():
            kind = {"file": "document", "voice": "audio", "animation": "video"}.get(action.kind, action.kind)
            body = action.caption or (action.name if action.kind == "file" else "")
            return {"Body": body, "MessageType": kind} | _media(account, action.data, action.mime, sid, ids, base)
        case do.Sticker():
            return {"MessageType": "sticker"} | _media(account, action.data, "image/webp", sid, ids, base)
        case do.Contact():
            lines = [f"TEL;TYPE=CELL:{phone_number}" for phone_number in action.phones]
            card = "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"FN:{action.name}", *lines, "END:VCARD", ""])
            return {"MessageType": "contacts"} | _media(account, card.encode(), "text/vcard", sid, ids, base)
        case do.Location():
            place = {"Latitude": str(action.latitude), "Longitude": str(action.longitude)}
            given = {"Label": action.title, "Address": action.address}
            return {"MessageType": "location"} | place | {k: v for k, v in given.items() if v is not None}
        case do.Press():
            return _pressed(account, phone, action)
        case do.Unknown():
            return {"MessageType": action.kind} | {name: str(value) for name, value in action.content.items()}
        case do.React() | do.Edit() | do.Unsend() | do.Follow() | do.Unfollow() | do.Read():
            raise NotOnThisChannel(f"Twilio has no webhook for: {type(action).__name__.lower()}")
        case _:
            assert_never(action)


def _quoting(account: Account[Credentials], quoted: str | None) -> Params:
    message = account.mailbox.find(quoted) if quoted is not None else None
    if quoted is None:
        return {}
    by_customer = message is not None and message.side == "customer"
    sender = (
        f"whatsapp:+{message.customer.removeprefix('+')}" if message and by_customer else account.credentials.sender
    )
    return {"OriginalRepliedMessageSid": quoted, "OriginalRepliedMessageSender": sender}


def _media(account: Account[Credentials], data: bytes, mime: str, sid: str, ids: Ids, base: str) -> Params:
    media = account.add_media("ME" + ids.hex(32), data, mime, "")
    url = base + media_path(account.credentials.account_sid, sid, media.id)
    return {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": mime}


def _pressed(account: Account[Credentials], phone: Phone, press: do.Press) -> Params:
    found = phone.option(press.option)
    if found is None and press.data is None:
        raise NotOnThisChannel(f"No button {press.option!r} was sent to {phone.id}")
    id = press.data if press.data is not None else found[1].id if found is not None else press.option
    label = found[1].label if found is not None else press.option
    origin = _quoting(account, found[0].id if found is not None else None)
    if found is not None and found[1].answers == "list":
        return {"MessageType": "interactive", "Body": label, "ListId": id, "ListTitle": label} | origin
    kind = "button" if found is not None and found[0].raw.get("approved") else "interactive"
    return {"MessageType": kind, "Body": label, "ButtonText": label, "ButtonPayload": id} | origin
