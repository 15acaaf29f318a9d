"""What several admin routes ask alike: whether chats are open, whether a language is one."""

from api.rim import Rim
from core.errors import BadInput
from core.language import normal
from core.ports.reading import SessionQuery
from core.session import Phase

OPEN: tuple[Phase, ...] = ("active", "queued", "unassigned", "bot")


async def open_chats(rim: Rim, *, channel: str | None = None, group: str | None = None) -> bool:
    for phase in OPEN:
        page = await rim.store.sessions(SessionQuery(phase=phase, channel=channel, group=group, limit=1))
        if page.items:
            return True
    return False


def language(tag: str, field: str) -> str:
    """The tag in canonical form; raises `BadInput`."""
    found = normal(tag)
    if found is None:
        raise BadInput((field, f'"{tag}" is not a language tag such as en, pt-BR or zh-Hant.'))
    return found
