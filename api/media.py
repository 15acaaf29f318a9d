"""Files in contents: taken in as uploads, and shown by addresses that work outside for a while."""

import re
from collections.abc import Mapping

from aiohttp import web
from msgspec.structs import replace

from api.problems import Stop
from api.rim import Files
from core.errors import Rejected
from core.fit import AnyMedia
from core.message import Audio, File, Image, Media, Video
from core.ports.reading import FeedRow, SessionRow, StoredMessage


def linked(stored: StoredMessage, files: Files) -> StoredMessage:
    message = stored.message
    if not isinstance(message.content, Media) and not isinstance(message.original, Media):
        return stored
    original = None if message.original is None else files.public(message.original)
    return replace(stored, message=replace(message, content=files.public(message.content), original=original))


def linked_row(row: SessionRow, files: Files) -> SessionRow:
    last, said = row.last_message, row.last_said
    shown = None if last is None else linked(last, files)
    shown_said = None if said is None else linked(said, files)
    return row if shown is last and shown_said is said else replace(row, last_message=shown, last_said=shown_said)


def linked_feed(row: FeedRow, files: Files) -> FeedRow:
    stored = None if row.stored is None else linked(row.stored, files)
    session = None if row.row is None else linked_row(row.row, files)
    if stored is row.stored and session is row.row:
        return row
    return replace(row, stored=stored, row=session)


# What the first bytes may show; office documents are zip archives.
_TAKEN: Mapping[str, type[AnyMedia]] = {"image": Image, "audio": Audio, "video": Video, "application": File}
_DOCUMENTS = frozenset({"application/pdf", "application/zip"})
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]")
MAX_NAME = 255


async def keep_upload(request: web.Request, files: Files) -> AnyMedia:
    """The raw body as a content to send, named by `?name=`. What it is, its first bytes say, not its sender.

    Raises 413 where it is too large, 415 for a type that is not taken, 422 where it is empty.
    """
    name = _UNFIT.sub("", request.query.get("name", ""))[-MAX_NAME:].strip() or None
    try:
        kept = await files.keep(request.content.iter_any())
    except Rejected as error:
        status = 413 if error.code == "too_large" else 422
        raise Stop(status, error.code, error.reason) from None
    family = kept.mime.partition("/")[0]
    if family not in _TAKEN or (family == "application" and kept.mime not in _DOCUMENTS):
        await files.remove(kept.url)
        raise Stop(415, "not_taken", "Pictures, sound, films, PDF and office documents can be sent.")
    return _TAKEN[family](url=kept.url, mime=kept.mime, size=kept.size, name=name)
