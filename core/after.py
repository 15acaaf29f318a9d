"""What a customer is offered when a chat has ended: a new one, the survey, to leave a message."""

from collections.abc import Mapping

from core.channel import Received
from core.closing import AfterClose
from core.fit import pick
from core.message import Choice, Chosen, Option, Text
from core.policy import Rules
from core.prompts import Key
from core.scheme import ratable
from core.session import Session
from core.turn import Turn

_AFTER = "after:"
_LABELS: Mapping[AfterClose, Key] = {
    "restart": "after_restart",
    "rate": "after_rate",
    "leave_message": "leave_message",
}


def offers(rules: Rules, session: Session) -> tuple[Option, ...]:
    """What a customer may do besides writing: once the chat is over, and while they wait for somebody."""
    if session.closed is not None:
        return _options(rules, session, _afterwards(rules, session))
    waits = session.phase != "active" and session.leaving is None
    return _options(rules, session, ("leave_message",)) if waits and _may_leave(rules) else ()


def _options(rules: Rules, session: Session, what: tuple[AfterClose, ...]) -> tuple[Option, ...]:
    return tuple(Option(_AFTER + each, rules.say(_LABELS[each], session.language) or each) for each in what)


def _afterwards(rules: Rules, session: Session) -> tuple[AfterClose, ...]:
    """As far as it is switched on and there is anything to do."""
    possible = {"restart": True, "rate": ratable(rules.survey, session), "leave_message": _may_leave(rules)}
    return tuple(each for each in rules.ending.after_close if possible[each])


def _may_leave(rules: Rules) -> bool:
    return rules.submissions.on and "asked" in rules.submissions.offer and not rules.working.always_on


def offer(turn: Turn, session: Session) -> None:
    """Ask what is next, where the settings want it asked; a lone new chat needs no question."""
    rules = turn.context.policy.rules(session.group)
    found = _afterwards(rules, session)
    if not rules.ending.ask_after_close or found in ((), ("restart",)) or not turn.window_open:
        return
    text = rules.say("after_close", session.language) or ""
    turn.say("after_close", Choice(text, _options(rules, session, found)), about=session)


def chosen(turn: Turn, inbound: Received) -> AfterClose | None:
    """What a message chooses: a button at any time, a number or a label while nothing else was said."""
    content = inbound.content
    if isinstance(content, Chosen):
        return _named(content.id)
    last = turn.state.last
    if turn.state.session is not None or last is None or not isinstance(content, Text):
        return None
    found = pick(content.text, tuple(Option(id, label) for id, label in last.pending))
    return None if found is None else _named(found.id)


def _named(id: str) -> AfterClose | None:
    return next((each for each in _LABELS if id == _AFTER + each), None)
