"""The service summary: what an agent writes down about a chat, during it or afterwards."""

from collections.abc import Mapping

from core import command as c
from core import event as e
from core.closing import Summaries
from core.errors import BadInput, Refused
from core.evolve import summed_up
from core.form import Wording, read_all
from core.message import Author, Message, Summary
from core.prompts import Key
from core.session import Session
from core.turn import Turn


def summarize(turn: Turn, command: c.Summarize) -> None:
    """Keep a summary, or a better one; raises `Refused` for another agent's chat, `BadInput` for what the settings do
    not allow."""
    session = _session(turn, command)
    _check(command.summary, turn.context.policy.rules(session.group).ending.summary)
    message = Message(
        seq=session.seq + 1,
        author=Author(kind="agent", id=command.by.id, name=command.by.name),
        content=command.summary,
        at=turn.now,
    )
    earlier = session is turn.context.earlier
    event = e.Summarized(
        message=message,
        at=turn.now,
        seq=message.seq,
        by=command.by.id,
        types=command.summary.types,
        solved=command.summary.solved,
        after_close=session.closed is not None,
        session=session.id if earlier else None,
    )
    turn.emit(event)
    if earlier:
        turn.earlier = summed_up(session, event)


def require_summary(turn: Turn, session: Session) -> None:
    """Raises `Refused` where an agent may not close without having summed up."""
    if turn.rules.ending.summary.required and session.summary is None:
        raise Refused("summary_required", "Sum this chat up before you close it.")


def _session(turn: Turn, command: c.Summarize) -> Session:
    known = (turn.state.session, turn.state.last, turn.context.earlier)
    found = next((one for one in known if one and one.id == command.session), None)
    if found is None:
        raise Refused("unknown", "There is no such chat.")
    agent, by = found.agent, command.by
    if not by.supervisor and (agent is None or agent.id != by.id) and not _nobody_did(found, by):
        reason = f"This chat is {agent.name}'s." if agent else "Claim this chat first."
        raise Refused("not_yours", reason, who=agent.name if agent else None)
    return found


def _nobody_did(session: Session, by: c.Actor) -> bool:
    """A chat that is over is anybody's to sum up who may see it, until somebody else did."""
    return session.closed is not None and (session.summary is None or session.summary.by == by.id)


def _check(summary: Summary, rules: Summaries) -> None:
    wrong: list[tuple[str, str]] = []
    if unknown := [name for name in summary.types if name not in rules.types]:
        known = ", ".join(rules.types) or "none"
        wrong.append(("types", f"There is no type {unknown[0]}; there are: {known}."))
    if rules.type == "required" and not summary.types:
        wrong.append(("types", "Name at least one type."))
    if rules.solved == "required" and summary.solved is None:
        wrong.append(("solved", "Say whether it was solved."))
    if rules.note == "required" and not (summary.note or "").strip():
        wrong.append(("note", "Write a note."))
    wording = Wording(form_agree="yes", form_decline="no")
    _, answers = read_all(rules.fields, summary.fields, "en", "en", wording)
    wrong += [(f"fields.{key}", _REASONS.get(why, "This is no answer.")) for key, why in answers.items()]
    keys = {question.key for question in rules.fields}
    wrong += [(f"fields.{key}", "There is no such field.") for key in summary.fields if key not in keys]
    if wrong:
        raise BadInput(*wrong)


_REASONS: Mapping[Key, str] = {
    "form_required": "This is required.",
    "form_wrong_number": "Give a number.",
    "form_wrong_date": "Give a date as year-month-day.",
    "form_wrong_choice": "Give one of the options.",
    "form_wrong_phone": "Give a phone number with its country code.",
    "form_wrong_email": "Give an e-mail address.",
}
