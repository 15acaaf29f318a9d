"""The table of contents of the rules: which command is decided where, and what follows from what happened.

`decide` (command → events), `core.evolve.evolve` (events → state), `errands` (events → effects): all pure.
"""

from typing import assert_never

from msgspec import Struct

from core import (
    admission,
    bots,
    ending,
    identity,
    passing,
    queue,
    rating,
    reception,
    reply,
    silence,
    submission,
    summary,
    timers,
)
from core import command as c
from core import effect as f
from core import event as e
from core.channel import Part
from core.fit import fit
from core.message import Content, Media, Text
from core.session import Conversation, Session
from core.submitted import Submission
from core.translating import translations
from core.turn import Context, Turn

PEOPLE_MS = 24 * 3_600_000  # how long a person's message is tried (DESIGN.md "Connectors")
COURTESY_MS = 60_000  # a position or a reminder is worth nothing later
COURTESIES = frozenset({"queue_position", "queue_reminder", "no_agent", "idle_reminder"})


class Decision(Struct, frozen=True):
    """What a command came to. `session` is the one the events belong to, as it is after them; `seq` the message that
    came of the command, for whoever repeats it; `takes` and `frees` the agents whose load changes."""

    state: Conversation
    events: tuple[e.Event, ...]
    effects: tuple[f.Effect, ...]
    session: Session | None
    others: tuple[Session, ...] = ()
    seq: int | None = None
    takes: str | None = None
    frees: str | None = None
    force: bool = False
    beyond: bool = False
    aliases: tuple[str, ...] = ()
    submissions: tuple[Submission, ...] = ()


def decide(state: Conversation, command: c.Command, context: Context) -> Decision:  # noqa: PLR0915 - contents
    """What happens if this is asked now; raises `Refused`. Deciding changes nothing and may be repeated."""
    turn = Turn(state, context)
    match command:
        case c.Receive():
            admission.receive(turn, command)
        case c.Amend():
            reception.amend(turn, command)
        case c.Retract():
            turn.emit(e.Retracted(command.session, command.seq, turn.now))
        case c.Reach():
            reception.reach(turn, command)
        case c.Visit():
            reception.visit(turn, command)
        case c.Identify():
            identity.identify(turn, command.customer, command.by)
        case c.Erase():
            identity.erase(turn, command)
        case c.Reply():
            reply.reply(turn, command)
        case c.KeepTranslation():
            turn.emit(e.Translated(command.session, command.seq, turn.now, command.translation))
        case c.Withhold():
            reply.withhold(turn, command)
        case c.Annotate():
            reply.annotate(turn, command)
        case c.Assign():
            reply.assign(turn, command)
        case c.Inform():
            queue.inform(turn, command)
        case c.Claim():
            reply.claim(turn, command)
        case c.Transfer() | c.Accept() | c.Decline() | c.Hand() | c.TakeOver() | c.Invite() | c.Uninvite():
            passing.decide(turn, command)
        case c.WriteAfter():
            reply.write_after(turn, command)
        case c.Close():
            ending.close(turn, command)
        case c.Leave():
            ending.leave(turn, command)
        case c.InviteRating():
            rating.invite_now(turn, command)
        case c.Summarize():
            summary.summarize(turn, command)
        case c.Recall():
            reply.recall(turn, command)
        case c.Lock():
            reply.lock(turn, command)
        case c.Tag():
            reply.tag(turn, command)
        case c.Block():
            ending.block(turn, command)
        case c.MarkRead():
            reply.mark_read(turn, command)
        case c.BotSays() | c.BotFailed():
            bots.tell(turn, command)
        case c.Absent():
            silence.absent(turn, command)
        case c.ReplyToSubmission():
            submission.reply_to(turn, command)
        case c.ChangeSubmission():
            submission.change(turn, command)
        case c.Wake():
            timers.wake(turn, command)
        case _:
            assert_never(command)
    return _decision(turn, command)


def _decision(turn: Turn, command: c.Command) -> Decision:
    if any(isinstance(event, e.Queued | e.Assigned | e.Transferred) for event in turn.events):
        silence.given(turn)
    seq: int | None = None
    takes: str | None = None
    frees: str | None = None
    aliases: tuple[str, ...] = ()
    left: dict[str, Submission] = {}
    after_close = turn.state.session is None or isinstance(command, c.WriteAfter)
    for event in turn.events:
        match event:
            case e.Received():
                seq, after_close = seq or event.seq, after_close or event.after_close
            case e.SubmissionReplied():
                seq, after_close = seq or event.seq, after_close or event.after_close
            case e.Replied() | e.Noted():
                seq = seq or event.seq
            case e.Summarized():
                seq, after_close = seq or event.seq, after_close or event.after_close
            case e.Assigned():
                takes = event.agent.id
            case e.Transferred():
                frees = event.source
            case e.Closed():
                frees = event.agent
            case e.Submitted(submission=each) | e.SubmissionChanged(submission=each):
                left[each.id] = each
            case e.AliasesLearned():
                aliases += event.aliases
            case _:
                pass
    last = turn.state.last
    session = turn.earlier or (last if after_close else turn.state.session)
    return Decision(
        state=turn.state,
        events=tuple(turn.events),
        effects=tuple(errands(turn, command, session)),
        session=session,
        others=(last,) if last is not None and last is not turn.before.last and last is not session else (),
        seq=seq,
        takes=takes,
        frees=frees,
        force=_is_forced(command, takes),
        beyond=isinstance(command, c.TakeOver) and turn.context.policy.assigning(None).take_over_beyond,
        aliases=aliases,
        submissions=tuple(left.values()),
    )


def _is_forced(command: c.Command, takes: str | None) -> bool:
    """Whether it takes an agent who is not online: by their own act, or where the absent are meant too."""
    match command:
        case c.Claim() | c.TakeOver() | c.Accept():
            return command.by.id == takes
        case c.Assign():
            return command.away
        case _:
            return False


def errands(turn: Turn, command: c.Command, session: Session | None) -> list[f.Effect]:
    """What is to be done about the events: deliveries first, in order, then the rest."""
    new_id = turn.context.new_id
    effects: list[f.Effect] = list(_deliveries(turn, session))
    for event in turn.events:
        match event:
            case e.Received(message=message) if session and isinstance(message.content, Media) and message.content.ref:
                effects.append(f.FetchMedia(new_id(), session.id, message.seq, message.content.ref))
            case e.Queued() if session:
                effects.append(f.FindAgent(new_id(), session.id))
            case e.TimerSet(name=name, due=due):
                effects.append(f.WakeAt(name, due))
            case e.Recalled(session=owner, seq=seq):
                effects.append(f.Recall(new_id(), owner, seq))
            case e.BotAsked(bot=bot, seq=seq, until=until) if session:
                effects.append(f.AskBot(new_id(), session.id, bot, seq, until))
            case e.WasRead() if turn.state.read_mark and turn.rules.channel.capabilities.read_marks:
                effects.append(f.MarkRead(new_id(), turn.state.read_mark))
            case _:
                pass
    if turn.rules.languages.translate:
        effects += translations(turn)
    if isinstance(command, c.Receive) and command.inbound.ack:
        effects.append(f.Acknowledge(new_id(), command.inbound.ack))
    return effects


class _Said(Struct, frozen=True):
    """One event's share of what goes out."""

    seq: int | None
    content: Content
    quote: str | None = None
    courtesy: bool = False


def _deliveries(turn: Turn, session: Session | None) -> list[f.Deliver]:
    """What the events say to the customer, fitted to the channel and grouped into as few calls as it allows."""
    said = [saying for event in turn.events if (saying := _said(turn, event)) is not None]
    if not said:
        return []
    capabilities = turn.rules.channel.capabilities
    phrases = turn.rules.phrases(turn.language)
    parts = [
        Part(saying.seq, content, saying.quote)
        for saying in said
        for content in fit(saying.content, capabilities, phrases)
    ]
    calls = [parts[start : start + capabilities.batch] for start in range(0, len(parts), capabilities.batch)]
    courteous = {saying.seq for saying in said if saying.courtesy}
    return [
        f.Deliver(
            id=turn.context.new_id(),
            session=session.id if session and said[0].seq is not None else None,
            parts=tuple(call),
            not_after=turn.now + (COURTESY_MS if courtesy else PEOPLE_MS),
            token=turn.spent if call is calls[0] else None,
            courtesy=courtesy,
            shared=_shared(call, calls),
        )
        for call in calls
        for courtesy in (all(part.seq in courteous for part in call),)
    ]


def _shared(call: list[Part], calls: list[list[Part]]) -> tuple[int, ...]:
    """The messages of a call that other calls carry parts of too (a long text on a channel with small messages)."""
    if len(calls) == 1:
        return ()
    elsewhere = {part.seq for other in calls if other is not call for part in other}
    return tuple(dict.fromkeys(part.seq for part in call if part.seq is not None and part.seq in elsewhere))


def _said(turn: Turn, event: e.Event) -> _Said | None:
    match event:
        case e.Prompted(message=message, key=key):
            return _Said(message.seq, message.content, courtesy=key in COURTESIES)
        case e.Replied(message=message):
            return _Said(message.seq, message.content, turn.quote)
        case e.SubmissionReplied(message=message):
            return _Said(message.seq, message.content)
        case e.TurnedAway(told=True):
            text = turn.rules.say("customer_blocked", turn.language)
            return _Said(None, Text(text)) if text else None
        case _:
            return None
