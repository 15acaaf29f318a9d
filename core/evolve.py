"""What each event makes of a conversation: `evolve`, one line per event.

Depends on no message's content: replaying the events with every text blanked gives the same state.
"""

from typing import assert_never

from msgspec.structs import replace

from core import event as e
from core.agreement import Goal, Running
from core.erasing import erased
from core.message import Author
from core.session import BotTurn, Closure, Contact, Conversation, Invitation, Rating, Session, SummaryRef
from core.submitted import MOST_KEPT, Leaving, Submission

LOOP_MS = 60_000  # questions to a bot are counted by this long
MOST_MARKS = 3  # of the newest questions, by which a repeated one is known
MOST_ALIASES = 16  # every one stays findable in the store; the state only keeps from learning them anew
MOST_SERVED = 5

MOST_HELD = 20  # messages one consent can pass on


def evolve(state: Conversation, event: e.Event) -> Conversation:
    """The conversation after an event; total over every event there is."""
    match event:
        case e.Received():
            return _received(state, event)
        case e.Prompted():
            return _prompted(state, event)
        case e.Replied():
            return _replied(state, event)
        case e.CustomerKnown() | e.CustomerSaved() | e.CustomerLinked():
            return replace(state, customer=event.customer)
        case e.Erased():
            return erased(state, event)
        case e.AliasesLearned():
            return replace(state, aliases=(*state.aliases, *event.aliases)[-MOST_ALIASES:])
        case e.Opened():
            return _opened(state, event)
        case e.LanguageChosen():
            return _session(state, language=event.language, language_sure=event.sure)
        case e.LanguageGuessed():
            return _session(state, language_guess=event.language)
        case e.TurnedAway():
            return replace(state, told_blocked=state.told_blocked or event.told)
        case e.Queued():
            return _queued(state, event)
        case e.Unavailable():
            return _session(state, unavailable=event.reason)
        case e.AskedToWait():
            return _session(state, reminded_at=event.at, wait_until=event.until)
        case e.Assigned():
            return _assigned(state, event)
        case e.Wished():
            return replace(state, wish=event.wish)
        case e.Offered():
            return _session(state, offer=event.offer)
        case e.OfferEnded():
            return _session(state, offer=None)
        case e.GuestJoined():
            return _session(state, guests=(*_open(state).guests, event.agent))
        case e.GuestLeft():
            return _session(state, guests=tuple(one for one in _open(state).guests if one.id != event.agent))
        case e.Transferred():
            return _transferred(state, event)
        case e.Noted():
            return _session(state, seq=event.seq, said_seq=event.seq)
        case e.ConsentAsked():
            return _session(state, held=(*_open(state).held, event.seq)[-MOST_HELD:])
        case e.ConsentAnswered():
            until = max(state.consent_until, event.until)
            return replace(_session(state, held=()), consent_until=until)
        case e.Warned():
            return _session(state, warned=(*_open(state).warned, event.list))
        case e.WordsFound() | e.Released() | e.Translated():
            return state
        case e.SlaApplied():
            return _session(state, sla=event.agreement)
        case e.SlaStarted():
            return _running(state, event.running.goal, event.running)
        case e.SlaReminded() | e.SlaBreached():
            return _told(state, event)
        case e.SlaEnded():
            return _running(state, event.goal, None)
        case e.AgentReminded() | e.Alerted() | e.ScoreAlerted() | e.Amended() | e.Retracted() | e.Recalled():
            return state
        case e.Commented():
            return _ended_or_open(state, invited=None)
        case e.ReachableChanged():
            return replace(state, reachable=event.reachable)
        case e.Invited():
            return _invited(state, event)
        case e.InvitationEnded():
            return _ended_or_open(state, invited=None)
        case e.Rated():
            return _rated(state, event)
        case e.RatingDetailed():
            return _detailed(state, event)
        case e.LockChanged():
            return _session(state, locked=event.on, **({} if event.on else {"unlocked_at": event.at}))
        case e.Tagged():
            return _session(state, tags=event.tags)
        case e.CustomerBlocked():
            return replace(state, blocked_until=event.until, told_blocked=False)
        case e.WasRead():
            return _session(state, unread=0)
        case e.SchemeChosen() | e.FormMoved():
            return _received_as(state, event)
        case e.BotBegan() | e.BotAsked() | e.BotAnswered() | e.BotSilenced() | e.HandedOver():
            return _session(state, bot=_bot(_open(state).bot, event))
        case e.SubmissionOffered():
            return _session(state, phase="bot", leaving=Leaving(event.reason), submission_offered=True)
        case e.SubmissionAsked():
            return _asked(state, event)
        case e.SubmissionDeclined():
            return _session(state, leaving=None, pending=())
        case e.Submitted() | e.SubmissionChanged():
            return _submitted(state, event.submission)
        case e.SubmissionReplied():
            return _answered_left(state, event)
        case e.Summarized():
            return _summarized(state, event)
        case e.TimerSet():
            return _timers(state, event.name, event.due)
        case e.TimerEnded():
            return _timers(state, event.name, None)
        case e.Reminded():
            return _session(state, reminded=True)
        case e.Closed():
            return _closed(state, event)
        case _:
            assert_never(event)


def _open(state: Conversation) -> Session:
    assert state.session is not None, "the event belongs to an open session"
    return state.session


def _session(state: Conversation, **changes: object) -> Conversation:
    return replace(state, session=replace(_open(state), **changes))


def _ended_or_open(state: Conversation, **changes: object) -> Conversation:
    """Change the session a survey is about: the closed one that still waits for its answer, else the open one."""
    if state.last is not None and (state.session is None or state.last.invited is not None):
        return replace(state, last=replace(state.last, **changes))
    return _session(state, **changes)


def _received_as(state: Conversation, event: e.SchemeChosen | e.FormMoved) -> Conversation:
    if isinstance(event, e.SchemeChosen):
        return _session(state, scheme=event.scheme)
    return _session(state, asking=event.asking)


def _bot(bot: BotTurn | None, event: e.BotBegan | e.BotAsked | e.BotAnswered | e.BotSilenced | e.HandedOver) -> BotTurn:
    if isinstance(event, e.BotBegan):
        return BotTurn(event.bot)
    assert bot is not None, "the event is about the bot of the session"
    match event:
        case e.BotAsked():
            return _bot_asked(bot, event)
        case e.BotAnswered():
            return _bot_answered(bot, event)
        case e.BotSilenced():
            return replace(bot, quiet=True)
        case e.HandedOver():
            return replace(bot, quiet=event.quiet)
        case _:
            assert_never(event)


def _bot_asked(bot: BotTurn, event: e.BotAsked) -> BotTurn:
    """One more question, counted by the minute it stands in."""
    fresh = not 0 <= event.at - bot.since < LOOP_MS
    return replace(
        bot,
        waits=event.seq,
        asked=bot.asked if bot.waits else event.at,
        marks=(*bot.marks, event.mark)[-MOST_MARKS:] if event.mark else bot.marks,
        since=event.at if fresh else bot.since,
        count=1 if fresh else bot.count + 1,
        said=0,
    )


def _bot_answered(bot: BotTurn, event: e.BotAnswered) -> BotTurn:
    left = bot.waits > event.upto
    return replace(bot, waits=bot.waits if left else 0, asked=event.at if left else 0, missed=event.missed)


def _opened(state: Conversation, event: e.Opened) -> Conversation:
    session = Session(
        id=event.session,
        number=event.number,
        phase="bot",
        opened_at=event.at,
        language=event.language,
        language_sure=event.language_sure,
        language_guess=event.language_guess,
        group=event.group,
        sla_edition=event.sla_edition,
    )
    return replace(state, session=session, sessions=state.sessions + 1)


def _queued(state: Conversation, event: e.Queued) -> Conversation:
    return _session(
        state,
        phase=event.phase,
        group=event.group,
        agent=None,
        queued_at=event.at,
        waits_since=event.since or event.at,
        asked_at=_open(state).asked_at or event.at,
        away_too=event.away_too,
        unavailable=None,
        leaving=None,
        reminded_at=0,
        wait_until=None,
        positioned=False,
        offer=None,
        priority=event.priority,
        prefer=event.prefer,
        chain=event.chain,
        picking=event.picking,
    )


def _running(state: Conversation, goal: Goal, running: Running | None) -> Conversation:
    """The session with this goal running like this, or no longer."""
    sla = _open(state).sla
    assert sla is not None, "a goal belongs to a promise"
    others = tuple(each for each in sla.running if each.goal != goal)
    return _session(state, sla=replace(sla, running=others if running is None else (*others, running)))


def _told(state: Conversation, event: e.SlaReminded | e.SlaBreached) -> Conversation:
    sla = _open(state).sla
    running = sla.goal(event.goal) if sla is not None else None
    assert running is not None, "only of a goal that runs is anybody told"
    breached = running.breached or isinstance(event, e.SlaBreached)
    return _running(state, event.goal, replace(running, told=running.told + 1, breached=breached))


def _received(state: Conversation, event: e.Received) -> Conversation:
    heard = {
        "token": event.token or state.token,
        "read_mark": event.read_mark or state.read_mark,
        "heard_at": max(state.heard_at, event.heard),
        "window_from": event.at,
    }
    if event.after_close:
        assert state.last is not None, "only a closed session hears an answer after its close"
        return replace(state, last=replace(state.last, seq=event.seq, said_seq=event.seq), **heard)
    session = _open(state)
    session = replace(
        session,
        seq=event.seq,
        said_seq=event.seq,
        said_at=event.at,
        answered=False,
        wrote=session.wrote + 1,
        unread=session.unread + 1,
        pending=(),
        reminded=False,
        wait_until=None,
    )
    return replace(state, session=session, **heard)


def _prompted(state: Conversation, event: e.Prompted | e.SubmissionReplied) -> Conversation:
    token = None if event.spends else state.token
    changes: dict[str, object] = {"seq": event.seq}
    if isinstance(event, e.SubmissionReplied):
        changes["said_seq"] = event.seq
    if event.pending:
        changes["pending"] = event.pending
    if isinstance(event, e.Prompted) and event.key in ("queue_position", "no_agent", "out_of_hours"):
        changes["positioned"] = True
    if isinstance(event, e.Prompted) and event.key == "language_picker":
        changes["language_asked"] = True
    told: dict[str, object] = {}
    if isinstance(event, e.Prompted) and event.once == "customer" and event.key not in state.told:
        told["told"] = (*state.told, event.key)
    if event.after_close:
        assert state.last is not None, "only a closed session is spoken to after its close"
        return replace(state, token=token, last=replace(state.last, **changes), **told)
    session = _open(state)
    if isinstance(event, e.Prompted) and event.once == "session" and event.key not in session.told:
        changes["told"] = (*session.told, event.key)
    return replace(state, token=token, session=replace(session, **changes), **told)


def _assigned(state: Conversation, event: e.Assigned) -> Conversation:
    guests = tuple(one for one in _open(state).guests if one.id != event.agent.id)
    return _session(
        state,
        phase="active",
        agent=event.agent,
        assigned_at=event.at,
        excluded=(),
        offer=None,
        guests=guests,
        leaving=None,
        bot=None,
        asking=None,
    )


def _answered_left(state: Conversation, event: e.SubmissionReplied) -> Conversation:
    """An answer after the close is an offline message too: who wrote it gets the customer's next chat, as set."""
    state = _prompted(state, event)
    author: Author = event.message.author
    if not event.after_close or author.id is None:
        return state
    return replace(state, offline=Contact(author.id, event.at))


def _replied(state: Conversation, event: e.Replied) -> Conversation:
    author: Author = event.message.author
    if event.after_close:
        assert state.last is not None and author.id is not None, "an agent writes to a closed session's customer"
        last, offline = replace(state.last, seq=event.seq, said_seq=event.seq), Contact(author.id, event.at)
        return replace(state, last=last, token=None if event.spends else state.token, offline=offline)
    session = _open(state)
    session = replace(
        session,
        seq=event.seq,
        said_seq=event.seq,
        answered_at=event.at,
        answered=True,
        replies=session.replies + (author.kind == "agent"),
        unread=0,
        pending=event.pending,
    )
    if author.kind == "bot" and session.bot is not None:
        session = replace(session, bot=replace(session.bot, said=session.bot.said + 1))
    return replace(state, session=session, token=None if event.spends else state.token)


def _transferred(state: Conversation, event: e.Transferred) -> Conversation:
    session = _open(state)
    excluded = (*session.excluded, event.source) if event.source else session.excluded
    return _session(state, agent=None, group=event.group, excluded=excluded, offer=None)


def _invited(state: Conversation, event: e.Invited) -> Conversation:
    state = replace(state, surveyed_at=event.at)
    session = _asked_about(state)
    return _ended_or_open(state, invited=Invitation(event.kind, event.expires), invites=session.invites + 1)


def _asked_about(state: Conversation) -> Session:
    """The session `_ended_or_open` changes."""
    last = state.last
    about = last if last is not None and (state.session is None or last.invited is not None) else state.session
    assert about is not None, "a survey is about a session"
    return about


def _rated(state: Conversation, event: e.Rated) -> Conversation:
    session = _asked_about(state)
    assert session.invited is not None, "only an invited session is rated"
    step = event.step or ("comment" if event.comment_until is not None else None)
    rating = Rating(event.kind, event.score, event.at, comment=step == "comment", tags=event.tags, solved=event.solved)
    left = None if step is None else replace(session.invited, comment_until=event.comment_until, step=step)
    return replace(_ended_or_open(state, rating=rating, invited=left), rated=rating)


def _detailed(state: Conversation, event: e.RatingDetailed) -> Conversation:
    session = _asked_about(state)
    assert session.invited is not None and session.rating is not None, "only what was rated has more to tell"
    rating = replace(session.rating, tags=event.tags, solved=event.solved)
    if event.step is None:
        return _ended_or_open(state, rating=rating, invited=None)
    rating = replace(rating, comment=rating.comment or event.step == "comment")
    left = replace(session.invited, comment_until=event.until, step=event.step)
    return _ended_or_open(state, rating=rating, invited=left)


def _asked(state: Conversation, event: e.SubmissionAsked) -> Conversation:
    leaving = _open(state).leaving
    assert leaving is not None, "what is asked was offered"
    return _session(state, leaving=replace(leaving, asking=event.asking))


def _submitted(state: Conversation, submission: Submission) -> Conversation:
    """The newest, and before them those that are not solved."""
    known = [each for each in state.submissions if each.id != submission.id]
    while len(known) >= MOST_KEPT:
        known.remove(next((each for each in known if each.state == "solved"), known[0]))
    session = state.session
    if session is not None and session.id == submission.id:
        session = replace(session, leaving=None)
    return replace(state, session=session, submissions=(*known, submission))


def _summarized(state: Conversation, event: e.Summarized) -> Conversation:
    if event.session is not None:
        return state
    if event.after_close:
        assert state.last is not None, "only a session that was is summed up after its close"
        return replace(state, last=summed_up(state.last, event))
    return replace(state, session=summed_up(_open(state), event))


def summed_up(session: Session, event: e.Summarized) -> Session:
    summary = SummaryRef(event.by, event.at, event.seq, event.types, event.solved)
    return replace(session, seq=event.seq, said_seq=event.seq, summary=summary)


def _timers(state: Conversation, name: str, due: int | None) -> Conversation:
    session = state.session or state.last
    assert session is not None, "a timer belongs to a session"
    timers = {key: value for key, value in session.timers.items() if key != name}
    if due is not None:
        timers[name] = due
    return (
        replace(state, session=replace(session, timers=timers))
        if state.session
        else replace(state, last=replace(session, timers=timers))
    )


def _closed(state: Conversation, event: e.Closed) -> Conversation:
    closure = Closure(by=event.by, reason=event.reason, at=event.at, who=event.who)
    last = replace(_open(state), phase="closed", closed=closure, timers={}, offer=None)
    known = () if last.agent is None else (last.agent.id,)
    served = (*known, *(agent for agent in state.served if agent not in known))[:MOST_SERVED]
    return replace(state, session=None, last=last, served=served)
