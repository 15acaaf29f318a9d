"""Meta's Graph API: one call, and what its refusals mean. Codes: CHANNELS.md §2.2."""

from collections.abc import Mapping
from typing import Any

import msgspec

from connectors._answers import raise_if_later, read_answer, retry_after
from core.channel import Answer, Wire
from core.errors import Rejected, Throttled, Uncertain, Unreachable

# developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes; an agent reads these
REASONS: Mapping[str, str] = {
    "10": "the access token may not do this",
    "190": "the access token is not valid, or no longer",
    "368": "Meta has locked the account for breaking a rule",
    "130472": "WhatsApp does not deliver to this customer now (an experiment of Meta's)",
    "131005": "the access token may not do this",
    "131021": "the channel cannot write to itself",
    "131026": "WhatsApp cannot deliver to this customer",
    "131030": "the customer's number is not on the test number's list",
    "131031": "Meta has locked the account",
    "131045": "the channel's number is not registered",
    "131047": "more than 24 hours have passed since the customer's last message: send a template",
    "131048": "too many customers reported this number as spam; it is limited for now",
    "131049": "WhatsApp chose not to deliver this marketing message; not before tomorrow again",
    "131050": "the customer does not want marketing messages",
    "131051": "WhatsApp does not know this type of message",
    "131052": "WhatsApp could not fetch the file",
    "131053": "WhatsApp does not take this file",
    "131062": "this message needs the customer's phone number, which they hide",
    "132000": "the template has another number of variables",
    "132001": "there is no such template in this language",
    "132007": "the template breaks a rule of WhatsApp's",
    "132012": "a variable of the template is of the wrong kind",
    "132015": "the template is paused for its low quality",
    "132016": "the template is disabled for its low quality",
}

# Seconds to wait where the answer does not say. 131056: one message in 6 s to one customer; 4, 80007: hourly.
_THROTTLED: Mapping[str, tuple[float, str]] = {
    "4": (60, "the app calls Meta too often"),
    "80007": (60, "the business account calls Meta too often"),
    "130429": (5, "the number sends faster than it may"),
    "131056": (6, "too many messages to this customer in a short time"),
}
_LATER = frozenset({"1", "2", "131000", "131016", "131057"})


class _ErrorData(msgspec.Struct):
    details: str = ""


class _Error(msgspec.Struct):
    code: int | None = None
    message: str = ""
    error_data: _ErrorData | None = None


class _Refusal(msgspec.Struct):
    error: _Error


_REFUSAL = msgspec.json.Decoder(_Refusal)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


def reason(code: str, *words: str) -> str:
    """What an agent reads: our words for the code, else the first of Meta's that there are."""
    return REASONS.get(code) or next(filter(None, words), f"Meta reports error {code}")


async def call(wire: Wire, method: str, url: str, token: str, body: object = None) -> dict[str, Any]:
    """The answer's JSON object; raises a `DeliveryError` for anything else."""
    headers = {"authorization": f"Bearer {token}"}
    if body is None:
        answer = await wire.call(method, url, headers)
    else:
        headers["content-type"] = "application/json"
        answer = await wire.call(method, url, headers, msgspec.json.encode(body))
    raise_refusal(answer)
    found = read_answer(_OBJECT, answer.body)
    if found is None:
        raise Uncertain(str(answer.status), "Meta's answer could not be read")
    return found


def raise_refusal(answer: Answer) -> None:
    if answer.status < 300:
        return
    refusal = read_answer(_REFUSAL, answer.body)
    error = refusal.error if refusal else _Error()
    code = str(answer.status if error.code is None else error.code)
    if code in _THROTTLED:
        seconds, words = _THROTTLED[code]
        raise Throttled(code, words, retry_after(answer, seconds))
    if code in _LATER:
        raise Unreachable(code, "WhatsApp has a failure of its own")
    raise_if_later(answer)
    if answer.status == 401:
        raise Rejected(code, reason(code, REASONS["190"]))
    details = error.error_data.details if error.error_data else ""
    raise Rejected(code, reason(code, details, error.message))
