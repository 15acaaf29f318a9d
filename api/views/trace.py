"""Why a chat is where it is: a line in words for each event that explains something."""

from collections.abc import Mapping

import msgspec

from api.directory import Directory
from api.promises import promised
from api.times import Time, iso
from api.views.refs import agent_ref, group_ref
from core import event as e
from core.ports.reading import FeedRow
from core.session import Overflowing, Place


class TraceView(msgspec.Struct, frozen=True):
    """A line of "why is this chat where it is"; `step` is for programs, `text` for people."""

    at: Time
    step: str
    text: str


def trace_view(row: FeedRow, directory: Directory) -> TraceView | None:
    """One line of the trace; None for events that explain nothing."""
    found = _step(row.event, directory)
    return TraceView(iso(row.at), *found) if found else None


def _step(event: e.Event | e.Fact, directory: Directory) -> tuple[str, str] | None:
    match event:
        case e.Opened(number=number, language=language):
            return "opened", f"Chat {number} was opened; language {language}."
        case e.LanguageChosen(language=language, sure=sure):
            return "language", f"The language is {language}{'' if sure else ', perhaps'}."
        case e.SchemeChosen() | e.FormMoved() | e.BotBegan() | e.BotAnswered() | e.BotSilenced() | e.HandedOver():
            return _received_step(event, directory)
        case e.Unavailable() | e.SlaApplied() | e.SlaReminded() | e.SlaBreached() | e.SlaEnded():
            return promised(event)
        case e.Assigned(agent=agent, why=why):
            return "assigned", _sentence(f"Given to {agent.name}", why)
        case e.Transferred(by=by, group=group, why=why):
            where = group_ref(directory, group)
            whither = f" to {where.name}" if where else ""
            return "transferred", _sentence(f"Transferred{whither} by {_agent(directory, by)}", why)
        case e.Alerted(side=side, lists=lists):
            return "alerted", f"A word list matched what the {side} wrote: {', '.join(lists)}."
        case e.WordsFound(side=side, found=found, seq=None):
            return (
                "withheld",
                f"A message of the {side} was not sent: {', '.join(dict.fromkeys(f.list for f in found))}.",
            )
        case e.ConsentAsked():
            return "consent", "The customer was asked whether personal data may be passed on."
        case e.ConsentAnswered(until=until):
            return "consent", f"The customer {'agreed' if until else 'did not agree'} that it is passed on."
        case e.Warned(list=name):
            return "warned", f"The customer was warned: {name}."
        case e.Invited(kind=kind):
            return "invited", f"A rating was asked for ({kind})."
        case e.Rated(kind=kind, score=score):
            return "rated", f"The customer rated: {score} ({kind})."
        case e.LockChanged(on=on, by=by):
            return "lock", f"{'Locked' if on else 'Unlocked'} by {_agent(directory, by)}."
        case e.Tagged(tags=tags, by=by):
            return "tags", f"Tags by {_agent(directory, by)}: {', '.join(tags) or 'none'}."
        case e.CustomerBlocked(until=until, by=by):
            return (
                "block",
                f"The customer was {'blocked' if until else 'unblocked'} by {_agent(directory, by)}.",
            )
        case e.CustomerLinked(by=by):
            return "linked", f"The customer was found to be one who is known: {_agent(directory, by)}."
        case e.Erased(by=by):
            return "erased", f"What was said here was erased by {_agent(directory, by)}."
        case e.Closed(by=by, reason=reason, who=who):
            return "closed", f"Closed by {_agent(directory, who) if who else f'the {by}'}: {reason}."
        case _:
            return _passed(event, directory)


def _passed(event: e.Event | e.Fact, directory: Directory) -> tuple[str, str] | None:
    """The lines about who gets the chat, and who else is asked."""
    match event:
        case e.Queued():
            return "queued", _queued(event, directory)
        case e.Offered(why=why):
            return "offered", why
        case e.OfferEnded(outcome=outcome, by=by):
            who = f" by {_agent(directory, by)}" if by else ": nobody answered in time"
            return "offered", f"The transfer was {outcome}{who}."
        case e.GuestJoined(agent=agent, by=by):
            return "guests", f"{_agent(directory, by)} asked {agent.name} in."
        case e.GuestLeft(agent=agent, by=by):
            whom = "" if agent == by else f" (asked to by {_agent(directory, by)})"
            return "guests", f"{_agent(directory, agent)} left{whom}."
        case _:
            return _left_step(event, directory)


def _left_step(event: e.Event | e.Fact, directory: Directory) -> tuple[str, str] | None:
    """Of what customers say about a chat, or leave instead of one."""
    match event:
        case e.RatingDetailed(tags=tags, solved=solved):
            said = {True: "solved", False: "not solved"}.get(solved) if solved is not None else None
            return "rated", f"About the rating: {', '.join((*tags, *([said] if said else []))) or 'nothing more'}."
        case e.ScoreAlerted(kind=kind, score=score):
            return "alerted", f"A low rating: {score} ({kind})."
        case e.SubmissionOffered(reason=reason):
            return "submission", f"The customer was offered to leave a message ({reason.replace('_', ' ')})."
        case e.SubmissionDeclined():
            return "submission", "The customer would rather wait."
        case e.Submitted(submission=left):
            return "submission", f"Left as {left.kind} {left.number}{', unfinished' if left.unfinished else ''}."
        case e.SubmissionChanged(submission=left, by=by):
            return "submission", f"The {left.kind} is {left.state}: {_agent(directory, by)}."
        case _:
            return None


def _received_step(event: e.Event | e.Fact, directory: Directory) -> tuple[str, str] | None:
    """What came before people: reception, forms and bots."""
    match event:
        case e.SchemeChosen(scheme=scheme, segment=segment):
            known = directory.segments.get(segment)
            return "scheme", f"Received as “{scheme}”: of the audience {known.name if known else segment}."
        case e.FormMoved(asking=None, why=why):
            return "form", f"The form before the chat is over: {why}"
        case e.BotBegan(name=name, why=why):
            return "bot", f"{name} has the chat: {why}"
        case e.BotAnswered(lists=lists) if lists:
            return "withheld", f"What the bot said was withheld by word lists: {', '.join(lists)}."
        case e.BotAnswered(missed=missed) if missed:
            return "unknown", f"The bot did not know an answer ({missed} in a row)."
        case e.BotSilenced(why=why):
            return "silenced", f"The bot says no more: {why}"
        case e.HandedOver(why=why, group=group, agent=agent):
            where = group_ref(directory, group)
            who = _agent(directory, agent) if agent else where.name if where else "people"
            return "handover", f"The bot gave the chat to {who}: {why}"
        case _:
            return None


def _queued(event: e.Queued, directory: Directory) -> str:
    """Where it waits, why, and where it may overflow to."""
    where = group_ref(directory, event.group)
    start = "Queued for everybody" if where is None else f"Queued for {where.name}"
    if event.chain and event.chain[0].agent is not None:
        start = f"Waits for {_agent(directory, event.chain[0].agent)}"
    lines = [_sentence(start, event.why), *(line for line in event.steps if line != event.why)]
    if event.prefer:
        lines.append(f"First to {' or '.join(_agent(directory, agent) for agent in event.prefer)}.")
    if len(event.chain) > 1:
        lines.append(f"Overflows to {', then '.join(_level(directory, place) for place in event.chain[1:])}.")
    return " ".join(lines)


_OVERFLOW: Mapping[Overflowing, str] = {
    "any": "when nobody there can take it",
    "nobody_online": "when nobody is online",
    "all_busy": "when all are busy",
    "off_duty": "out of hours",
}


def _level(directory: Directory, place: Place) -> str:
    group = group_ref(directory, place.group)
    name = _agent(directory, place.agent) if place.agent else group.name if group else "everybody"
    return f"{name} {_OVERFLOW[place.when]}"


def _sentence(start: str, why: str) -> str:
    return f"{start}: {why}" if why else f"{start}."


def _agent(directory: Directory, id: str) -> str:
    return agent_ref(directory, id).name
