"""The satisfaction survey of a session: asking, understanding the answer, thanking."""

from collections.abc import Mapping

from core import command as c
from core import event as e
from core.channel import Received
from core.errors import Refused
from core.hearing import hear
from core.message import Choice, Chosen, Content, Field, Form, Option, Text, plain
from core.prompts import Key
from core.session import Session, SurveyKind
from core.survey import chosen_score, options
from core.turn import Turn

QUESTIONS: Mapping[SurveyKind, Key] = {
    "stars": "survey_invite_stars",
    "nps": "survey_invite_nps",
    "thumbs": "survey_invite_thumbs",
}
COMMENT_MS = 10 * 60_000  # once a comment was asked, the next message within ten minutes is it (DESIGN.md)


def invite(turn: Turn) -> bool:
    """Ask for a rating if surveys are on, the customer wrote at least once and has not rated, and the channel would
    carry it now; whether it was asked."""
    survey = turn.rules.survey
    session = turn.open_session()
    if not survey.on or session.wrote == 0 or session.rating is not None or session.invited is not None:
        return False
    if not turn.window_open:
        return False
    question = turn.rules.say(QUESTIONS[survey.kind], turn.language) or ""
    if turn.state.last is not None and turn.state.last.invited is not None:
        turn.emit(e.InvitationEnded(turn.now))
    labels = tuple(
        Option(one.id, turn.rules.say(one.key, turn.language, score=one.score) or str(one.score))
        for one in options(survey.kind)
    )
    turn.emit(e.Invited(survey.kind, turn.now, turn.now + survey.expires_seconds * 1000))
    if "form" in turn.rules.channel.capabilities.outbound:
        field = Field("score", question, survey.kind, required=True, options=labels)
        turn.say("survey", Form(question, (field,)))
    else:
        turn.say("survey", Choice(question, labels))
    return True


def invite_now(turn: Turn, command: c.InviteRating) -> None:
    """An agent asks for a rating before the end."""
    session = turn.own_session(command.by)
    if not turn.rules.survey.on:
        raise Refused("survey_off", "Surveys are switched off here.")
    if session.rating is not None:
        raise Refused("rated", "The customer has already rated this chat.")
    if session.invited is not None:
        raise Refused("invited", "The customer was already asked.")
    if session.wrote == 0:
        raise Refused("nothing_said", "The customer has not written anything yet.")
    if not invite(turn):
        raise Refused("window_closed", "The customer wrote too long ago to be asked now.")


def answer(turn: Turn, inbound: Received) -> bool:
    """Take a message as the survey's answer, if it wholly is one; whether it was."""
    session = _invited(turn)
    if session is None or session.invited is None or turn.now >= session.invited.expires:
        return False
    if session.invited.comment_until is not None:
        return _comment(turn, session, inbound)
    score = _score(turn, session, inbound.content)
    if score is None:
        return False
    hear(turn, session, inbound)
    asks = turn.context.policy.rules(session.group).survey.comment
    turn.emit(e.Rated(session.invited.kind, score, turn.now, turn.now + COMMENT_MS if asks else None))
    turn.prompt("survey_comment" if asks else "survey_thanks", about=session)
    return True


def _invited(turn: Turn) -> Session | None:
    """The session that waits for an answer: the closed one first, as in `evolve`."""
    last = turn.state.last
    if last is not None and last.invited is not None:
        return last
    return turn.state.session if turn.state.session and turn.state.session.invited else None


def _score(turn: Turn, session: Session, content: Content) -> int | None:
    """What a content scores, if it wholly is an answer: a pressed option, a filled form, words."""
    assert session.invited is not None, "only an invited session is answered"
    kind, read = session.invited.kind, turn.rules.answers.read_score
    match content:
        case Chosen(id=id):
            return chosen_score(id, kind)
        case Form(values=values) if values is not None:
            return read(values.get("score", ""), kind, session.language)
        case Text(text=text):
            return read(text, kind, session.language)
        case _:
            return None


def _comment(turn: Turn, session: Session, inbound: Received) -> bool:
    assert session.invited is not None and session.invited.comment_until is not None
    if turn.now >= session.invited.comment_until or not plain(inbound.content):
        return False
    turn.emit(e.Commented(hear(turn, session, inbound).seq, turn.now))
    turn.prompt("survey_thanks", about=session)
    return True
