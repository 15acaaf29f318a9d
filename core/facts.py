"""What conditions are asked about, taken from a conversation as it is now."""

from collections.abc import Callable

from core.condition import Facts
from core.policy import ChannelFacts
from core.session import Conversation

PAGE, IP, COUNTRY, LEVEL = "page.url", "visit.ip", "visit.country", "vip_level"  # parameters that visitors cannot name


def facts_of(
    state: Conversation,
    channel: ChannelFacts,
    now: int,
    *,
    text: str = "",
    is_open: Callable[[str | None], bool] = lambda group: True,
) -> Facts:
    """`text` is what the customer just wrote; `is_open` tells whether a group's (None: the channel's) hours hold."""
    customer, session = state.customer, state.session or state.last
    level = customer.params.get(LEVEL, "")
    return Facts(
        now=now,
        names=frozenset((channel.id, *channel.families)),
        language=session.language if session else customer.language or channel.language,
        vip=customer.vip,
        vip_level=int(level) if level.isdecimal() and len(level) < 10 else None,
        tags=frozenset((*customer.tags, *(session.tags if session else ()))),
        params=customer.params,
        ip=customer.params.get(IP),
        country=customer.params.get(COUNTRY),
        page=customer.params.get(PAGE),
        rated=state.rated,
        sessions=state.sessions,
        text=text,
        is_open=is_open,
    )
