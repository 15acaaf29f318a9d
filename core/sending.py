"""What may be sent to a customer now: by its type, by what is left of it, by the channel's service window."""

from core.errors import Refused
from core.fit import fit
from core.message import Content, Template, kind_of
from core.turn import Turn

SENDABLE = frozenset(
    {"text", "image", "audio", "video", "file", "location", "sticker", "contact", "choice", "template"}
)


def may_send(turn: Turn, content: Content) -> None:
    """Raises `Refused` for what no channel carries or nothing is left of, and for free text outside the window."""
    kind = kind_of(content)
    if kind not in SENDABLE:
        raise Refused("not_sendable", f"A message of the type “{kind}” cannot be sent.", field="content.type")
    capabilities = turn.rules.channel.capabilities
    if isinstance(content, Template):
        if not capabilities.templates:
            raise Refused("no_templates", "This channel has no templates.", field="content.type")
        return
    if not turn.window_open:
        hours = capabilities.window_seconds // 3600
        raise Refused(
            "window_closed",
            f"The customer last wrote more than {hours} hours ago: only a template may be sent now.",
            field="content.type",
        )
    try:
        fit(content, capabilities, turn.rules.phrases(turn.language))
    except ValueError as error:
        raise Refused("empty", "There is nothing in this message to send.", field=f"content.{kind}") from error
