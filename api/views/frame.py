"""What an agent's socket is told of an event of the feed."""

from typing import Literal, assert_never

import msgspec

from api.directory import Directory
from api.times import Time, iso
from api.views.message import Audience, MessageView, concealed, message_view
from api.views.refs import Ref, agent_ref
from api.views.session import SessionView, session_view
from core import event as e
from core.ports.reading import FeedRow
from core.submitted import Kind, State


class SubmissionRef(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer left, as much of it as a list needs to know that it changed."""

    id: str
    number: int
    kind: Kind
    state: State
    agent: Ref | None


FrameType = Literal[
    "session.opened",
    "session.queued",
    "session.assigned",
    "session.transferred",
    "session.updated",
    "session.rated",
    "session.alerted",
    "submission.created",
    "submission.updated",
    "words.found",
    "session.reminded",
    "session.sla_reminded",
    "session.sla_breached",
    "session.closed",
    "message.created",
    "message.updated",
]


class HitView(msgspec.Struct, frozen=True):
    """A word of a sensitive-word list that was found; what was written around it is the message's."""

    list: str
    word: str
    action: str


class FrameView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event on an agent's socket, with the session (and message) as they are now. `hits`: of `words.found`, which
    goes to supervisors; it has no message where an agent's was refused."""

    cursor: str
    type: FrameType
    session: SessionView
    at: Time
    message: MessageView | None = None
    submission: SubmissionRef | None = None
    hits: tuple[HitView, ...] = ()


FLOOR = frozenset({"session.alerted", "words.found"})  # for those who watch over others


def submission_ref(event: e.Event | e.Fact, directory: Directory) -> SubmissionRef | None:
    if not isinstance(event, e.Submitted | e.SubmissionChanged):
        return None
    about = event.submission
    agent = agent_ref(directory, about.agent) if about.agent else None
    return SubmissionRef(id=about.id, number=about.number, kind=about.kind, state=about.state, agent=agent)


def frame_view(row: FeedRow, cursor: str, directory: Directory, audience: Audience) -> FrameView | None:
    """None for what this audience is not shown, or what stands in no session."""
    kind = frame_type(row.event)
    if kind is None or row.row is None or (kind in FLOOR and audience != "supervisor"):
        return None
    about_message = kind in ("message.created", "message.updated") or isinstance(row.event, e.Alerted)
    if about_message and row.stored is None:
        return None
    return FrameView(
        cursor=cursor,
        type=kind,
        session=session_view(row.row, directory, audience),
        at=iso(row.at),
        message=message_view(concealed(row.stored, row.row, directory, audience), audience) if row.stored else None,
        submission=submission_ref(row.event, directory),
        hits=hit_views(row.event) if isinstance(row.event, e.WordsFound) else (),
    )


def hit_views(event: e.WordsFound) -> tuple[HitView, ...]:
    return tuple(HitView(found.list, found.word, found.action) for found in event.found)


def frame_type(event: e.Event | e.Fact) -> FrameType | None:
    """What an event is called on the socket; None for what only the rules need to know."""
    match event:
        case e.Opened():
            return "session.opened"
        case e.Queued():
            return "session.queued"
        case e.Assigned():
            return "session.assigned"
        case e.Transferred():
            return "session.transferred"
        case e.Closed():
            return "session.closed"
        case e.Rated() | e.RatingDetailed() | e.Commented():
            return "session.rated"
        case e.Alerted() | e.ScoreAlerted():
            return "session.alerted"
        case e.WordsFound():
            return "words.found"
        case e.Submitted():
            return "submission.created"
        case e.SubmissionChanged():
            return "submission.updated"
        case e.AgentReminded():
            return "session.reminded"
        case e.SlaReminded():
            return "session.sla_reminded"
        case e.SlaBreached():
            return "session.sla_breached"
        case e.Received() | e.Prompted() | e.Replied() | e.Noted() | e.Summarized() | e.SubmissionReplied():
            return "message.created"
        case (
            e.Amended()
            | e.Released()
            | e.Translated()
            | e.Retracted()
            | e.Recalled()
            | e.StateChanged()
            | e.MediaFetched()
        ):
            return "message.updated"
        case (
            e.CustomerKnown()
            | e.CustomerSaved()
            | e.CustomerLinked()
            | e.Erased()
            | e.LanguageChosen()
            | e.Invited()
            | e.InvitationEnded()
            | e.LockChanged()
            | e.Tagged()
            | e.CustomerBlocked()
            | e.ReachableChanged()
            | e.WasRead()
            | e.SchemeChosen()
            | e.BotBegan()
            | e.BotSilenced()
            | e.HandedOver()
            | e.Unavailable()
            | e.SlaApplied()
            | e.SlaStarted()
            | e.SlaEnded()
            | e.Offered()
            | e.OfferEnded()
            | e.GuestJoined()
            | e.GuestLeft()
            | e.SubmissionOffered()
            | e.SubmissionAsked()
            | e.SubmissionDeclined()
        ):
            return "session.updated"
        case e.LanguageGuessed() | e.Warned() | e.ConsentAsked() | e.ConsentAnswered():
            return None
        case e.FormMoved() | e.BotAsked() | e.BotAnswered():
            return None
        case (
            e.Wished()
            | e.AliasesLearned()
            | e.TurnedAway()
            | e.TimerSet()
            | e.TimerEnded()
            | e.Reminded()
            | e.AskedToWait()
        ):
            return None
        case _:
            assert_never(event)
