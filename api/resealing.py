"""Secrets sealed anew, after the key was changed."""

from msgspec.structs import replace

from api.directory import Directory
from api.documents import BotDoc
from api.vault import is_sealed


async def reseal(directory: Directory, *, who: str) -> int:
    """Seal every channel's secrets with the newest key; how many channels."""
    for doc in list(directory.channels.values()):
        plain = directory.opened(doc)
        sealed = {
            name: directory.seal(doc.id, name, str(plain[name]))
            for name in doc.settings
            if is_sealed(doc.settings[name])
        }
        await directory.save_channel(replace(doc, settings={**doc.settings, **sealed}), who=who)
    for bot in list(directory.bots.values()):
        await directory.save_bot(replace(bot, settings=_sealed_anew(directory, bot)), who=who)
    return len(directory.channels)


def _sealed_anew(directory: Directory, doc: BotDoc) -> dict[str, object]:
    plain = directory.opened(doc)
    return {
        name: directory.seal(doc.id, name, str(plain[name])) if is_sealed(value) else value
        for name, value in doc.settings.items()
    }
