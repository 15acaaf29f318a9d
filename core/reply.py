"""What agents do in a session: answer, note, claim, transfer, tag, lock, block, read, take back."""

from core import command as c
from core import event as e
from core import silence, sla
from core.consent import warn
from core.ending import arm_idle_timers
from core.errors import Refused
from core.message import Author, Message, Note
from core.screening import alert, log, screen, screened_reply
from core.sending import may_send
from core.turn import Turn, options_of

MOST_TAGS = 50


def reply(turn: Turn, command: c.Reply) -> None:
    """An agent answers. Refused: not theirs, closed, a blocked word, the service window, nothing such a channel has."""
    session = turn.own_session(command.by, guest=True)
    may_send(turn, command.content)
    screened = screened_reply(turn, command.content)
    if session.replies == 0 and turn.state.last is not None and turn.state.last.invited is not None:
        turn.emit(e.InvitationEnded(turn.now))
    message = Message(
        seq=session.seq + 1,
        author=Author(kind="agent", id=command.by.id, name=command.by.name),
        content=screened.content,
        original=screened.original,
        at=turn.now,
        hits=screened.lists,
        reply_to=command.reply_to,
        client_id=command.client_id,
        translation=command.translation,
    )
    turn.quote = command.quote
    pending = options_of(message.content)
    turn.emit(e.Replied(message=message, at=turn.now, seq=message.seq, spends=turn.spend_token(), pending=pending))
    alert(turn, message.seq, "agent", screened, command.by.id)
    warn(turn, screened, "agent")
    sla.answered(turn)
    arm_idle_timers(turn)


def withhold(turn: Turn, command: c.Withhold) -> None:
    """A message that was refused for its words leaves only its line in the hit log."""
    turn.own_session(command.by)
    if hits := screen(turn, command.content, "agent").hits:
        log(turn, "agent", hits, by=command.by.id)


def annotate(turn: Turn, command: c.Annotate) -> None:
    session = turn.open_session()
    message = Message(
        seq=session.seq + 1,
        author=Author(kind="agent", id=command.by.id, name=command.by.name),
        content=Note(command.text, command.mentions, command.whisper),
        at=turn.now,
        client_id=command.client_id,
    )
    turn.emit(e.Noted(message, turn.now, message.seq))


def claim(turn: Turn, command: c.Claim) -> None:
    """An agent takes a waiting session. Only one wins; the others are told who did."""
    session = turn.open_session()
    if session.agent is not None:
        if session.agent.id == command.by.id:
            return
        raise Refused("taken", f"{session.agent.name} has this chat.", who=session.agent.name)
    turn.emit(e.Assigned(command.by.ref, turn.now, f"{command.by.name} took it from the queue."))
    turn.prompt("agent_joined")


def assign(turn: Turn, command: c.Assign) -> None:
    """The desk's choice; refused if the session no longer waits."""
    session = turn.open_session()
    if session.id != command.session or session.phase not in ("queued", "unassigned"):
        raise Refused("not_waiting", "This chat no longer waits.")
    turn.emit(e.Assigned(command.agent, turn.now, command.why, command.inputs))
    turn.prompt("agent_joined")


def write_after(turn: Turn, command: c.WriteAfter) -> None:
    """An offline message. The customer's next chat goes to whoever wrote it, for as long as the settings say."""
    last = turn.state.last
    if turn.state.session is not None:
        raise Refused("open", "The customer has an open chat: answer there.")
    if last is None or turn.context.aim not in (None, last.id):
        raise Refused("not_last", "Only the customer's last chat can be written to after its end.")
    may_send(turn, command.content)
    screened = screened_reply(turn, command.content)
    message = Message(
        seq=last.seq + 1,
        author=Author(kind="agent", id=command.by.id, name=command.by.name),
        content=screened.content,
        original=screened.original,
        at=turn.now,
        hits=screened.lists,
        client_id=command.client_id,
    )
    turn.emit(e.Replied(message=message, at=turn.now, seq=message.seq, spends=turn.spend_token(), after_close=True))


def recall(turn: Turn, command: c.Recall) -> None:
    session = turn.own_session(command.by, guest=True)
    if not turn.rules.channel.capabilities.recall:
        raise Refused("no_recall", "A message cannot be taken back on this channel.", field="message")
    if command.author != command.by.id and not command.by.supervisor:
        raise Refused("not_yours", "Only who wrote a message may take it back.", field="message")
    turn.emit(e.Recalled(session.id, command.seq, turn.now, command.by.id))


def lock(turn: Turn, command: c.Lock) -> None:
    session = turn.own_session(command.by)
    if session.locked != command.on:
        turn.emit(e.LockChanged(command.on, turn.now, command.by.id))
        if not command.on:
            silence.unlocked(turn)


def tag(turn: Turn, command: c.Tag) -> None:
    session = turn.open_session()
    kept = tuple(tag for tag in session.tags if tag not in command.remove)
    tags = (*kept, *(tag for tag in dict.fromkeys(command.add) if tag not in kept))
    if len(tags) > MOST_TAGS:
        raise Refused("too_many_tags", f"A chat has at most {MOST_TAGS} tags.", field="add")
    if tags != session.tags:
        turn.emit(e.Tagged(tags, turn.now, command.by.id))


def mark_read(turn: Turn, command: c.MarkRead) -> None:
    session = turn.own_session(command.by, guest=True)
    if session.unread:
        turn.emit(e.WasRead(turn.now, command.by.id))
