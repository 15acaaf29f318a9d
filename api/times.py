"""Times inside are int milliseconds since the epoch; outside ISO 8601 UTC with milliseconds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta

Time = Annotated[str, Meta(examples=["2025-01-31T09:15:00.250Z"], extra_json_schema={"format": "date-time"})]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def iso(ms: int) -> Time:
    return (_EPOCH + timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def iso_or_none(ms: int | None) -> Time | None:
    return None if ms is None else iso(ms)


def milliseconds(text: str) -> int:
    """Raises ValueError for anything but a full ISO 8601 time with its offset."""
    if _FORM.fullmatch(text) is None:
        raise ValueError("expected a time such as 2025-01-31T09:15:00.250Z")
    whole, fraction = re.sub(r"\.\d+", "", text), re.search(r"\.(\d+)", text)
    since = datetime.fromisoformat(whole) - _EPOCH
    return (since // timedelta(seconds=1)) * 1000 + int(((fraction[1] if fraction else "") + "000")[:3])
