"""Twilio's API through its SDK, over our `Wire`; and its codes in words. Only functions import the SDK.

The SDK's own asynchronous client opens a session for itself, ignores its time limit (twilio-python#925) and
sends forms where JSON is due. The SDK asks no more of a client than `is_async` and `request`: this seam.
"""

from base64 import b64encode
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from connectors._answers import UNREADABLE, raise_if_later, read_answer, retry_after
from core.channel import Answer, Wire
from core.errors import Rejected, Throttled, Uncertain, Unreachable

API = "https://api.twilio.com"
SECONDS = 15.0

T = TypeVar("T")

# twilio.com/docs/api/errors; an agent reads these
REASONS: Mapping[str, str] = {
    "11751": "the file is too large for WhatsApp",
    "12300": "WhatsApp does not take files of this type",
    "14107": "too many replies in a short time; Twilio stopped what looked like a loop",
    "20003": "Twilio does not accept the account SID and the auth token",
    "20404": "Twilio does not know this account",
    "20429": "Twilio asks to send more slowly",
    "21211": "the customer's address is not a valid number",
    "21610": "the customer asked not to be written to (STOP)",
    "21617": "the text is too long",
    "21655": "Twilio does not know this template",
    "21656": "the template's variables are not valid",
    "63003": "Twilio could not reach the customer's address",
    "63005": "WhatsApp refused the content",
    "63007": "Twilio does not know the sender: check the channel's number",
    "63013": "the message breaks a rule of WhatsApp's",
    "63015": "the customer has not joined the sandbox",
    "63016": "more than 24 hours have passed since the customer's last message: send a template",
    "63017": "the account sends faster than it may",
    "63018": "WhatsApp asks to send more slowly",
    "63019": "Twilio could not fetch the file",
    "63021": "WhatsApp does not accept the content",
    "63024": "the number has no WhatsApp",
    "63032": "WhatsApp does not deliver to this customer now (an experiment of Meta's)",
    "63038": "the account has sent all the messages it may send today",
    "63049": "WhatsApp chose not to deliver this marketing message",
}

# Seconds to wait where the answer does not say: a busy line, a rate, a day's quota.
_LATER: Mapping[str, float] = {"14107": 30, "20429": 1, "63017": 5, "63018": 5, "63038": 3600}


def reason(code: str, message: str = "") -> str:
    return REASONS.get(code) or message or f"Twilio reports error {code}"


class _Problem(msgspec.Struct):
    code: int | None = None
    message: str = ""


_PROBLEM = msgspec.json.Decoder(_Problem)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


class TwilioHttp:
    """What the SDK takes for its HTTP client. Raises our errors: the SDK's drop the headers."""

    is_async = True

    def __init__(self, wire: Wire, api_base: str) -> None:
        self._wire = wire
        self._base = api_base.rstrip("/")

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Any:
        """The SDK's `Response`; `auth` is turned into the header that `basic` makes."""
        from twilio.http.response import Response

        named = dict(headers or {})
        if auth is not None:
            named["Authorization"] = basic(*auth)
        target = self._rebased(url) + (f"?{urlencode(params, doseq=True)}" if params else "")
        body = _encoded(data, named.get("Content-Type", "")) if data else None
        answer = await self._wire.call(method, target, named, body, timeout=timeout or SECONDS)
        raise_refusal(answer)
        if read_answer(_OBJECT, answer.body) is None:
            raise Uncertain(str(answer.status), "Twilio's answer could not be read")
        return Response(answer.status, answer.body.decode(), answer.headers)

    def _rebased(self, url: str) -> str:
        """All of Twilio's hosts are one behind `api_base`; credentials go nowhere else."""
        parts = urlsplit(url)
        if url.startswith(self._base + "/") or (self._base == API and is_twilio(url)):
            return url
        if not is_twilio(url):
            raise Rejected("host", "Twilio pointed to a host that is not its own")
        return self._base + parts.path + (f"?{parts.query}" if parts.query else "")


def is_twilio(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and (host == "twilio.com" or host.endswith(".twilio.com"))


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _encoded(data: Mapping[str, object], content_type: str) -> bytes:
    if content_type.startswith("application/json"):
        return msgspec.json.encode(data)
    return urlencode(data, doseq=True).encode()


def raise_refusal(answer: Answer) -> None:
    """What an answer that is no success means for the next step."""
    if answer.status < 300:
        return
    problem = read_answer(_PROBLEM, answer.body) or _Problem()
    code = str(problem.code or answer.status)
    if code in _LATER:
        raise Throttled(code, reason(code, problem.message), retry_after(answer, _LATER[code]))
    raise_if_later(answer)
    if answer.status == 408:
        raise Unreachable(code, "Twilio did not get the whole request in time")
    if answer.status in (401, 403) and code not in REASONS:
        raise Rejected(code, REASONS["20003"])
    raise Rejected(code, reason(code, problem.message))


async def understood(asked: Awaitable[T]) -> T:
    """The SDK's value; `Uncertain` where the SDK stumbles over an answer that Twilio does not document."""
    from twilio.base.exceptions import TwilioException

    try:
        return await asked
    except (TwilioException, AttributeError, KeyError, TypeError, ValueError, *UNREADABLE):
        raise Uncertain("answer", "Twilio's answer could not be understood") from None
