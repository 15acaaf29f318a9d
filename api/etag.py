"""ETag and If-Match: a version as a tag, and a write that is meant for one version only."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.problems import Stop
from api.routes import Answer
from core.errors import Stale


def tagged(version: int, body: object, status: int = 200) -> Answer:
    return Answer(status, body, {"ETag": f'"{version}"'})


def meant(if_match: str | None, version: int) -> int | None:
    """The version a write expects, None if it expects none; raises 412 if it is another than the one in force."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")}
    if str(version) not in tags:
        raise _changed()
    return version


@contextmanager
def unchanged() -> Iterator[None]:
    """Around a write that expects a version: another node may have been faster than the look at it."""
    try:
        yield
    except Stale as error:
        raise _changed() from error


def _changed() -> Stop:
    return Stop(412, "stale", "Somebody else changed this first: load it again.")
