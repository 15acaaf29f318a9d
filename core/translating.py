"""Which of a turn's messages are to be translated for the agents; that a provider does it is an errand."""

from core import effect as f
from core import event as e
from core.message import Text, plain
from core.turn import Turn


def translations(turn: Turn) -> list[f.Translate]:
    """What a customer said in another language than the agents'. A held message waits until it is released."""
    wanted, session = turn.rules.languages, turn.state.session
    if session is None or _spoken(session.language) == _spoken(wanted.translate_to):
        return []
    seqs: list[int] = []
    for event in turn.events:
        match event:
            case e.Received(message=message) if not event.after_close and _worded(message.content):
                seqs.append(event.seq)
            case e.Released(seq=seq):
                seqs.append(seq)
            case e.Amended(session=owner, seq=seq, content=content) if owner == session.id and _worded(content):
                seqs.append(seq)
            case _:
                pass
    return [f.Translate(turn.context.new_id(), session.id, seq, wanted.translate_to) for seq in seqs]


def _worded(content: object) -> bool:
    return isinstance(content, Text) and any(c.isalpha() for c in plain(content))


def _spoken(tag: str) -> str:
    """Traditional and simplified Chinese are read by the same people; other tags count by their language."""
    return tag.split("-", maxsplit=1)[0]
