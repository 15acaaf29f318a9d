"""The satisfaction survey of a session: asking, understanding the answers step by step, thanking.

Where the channel has forms all is asked at once; elsewhere one question follows the other, and the score counts from
the first on. A button of a survey never opens a chat, however late it is pressed.
"""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from core import command as c
from core import event as e
from core.channel import Received
from core.errors import BadInput, Refused
from core.fit import pick
from core.hearing import hear
from core.message import Choice, Chosen, Content, Form, Option, Sticker, Text, plain
from core.policy import Rules
from core.prompts import Key
from core.scheme import Survey, ratable
from core.session import Invitation, Session, SurveyKind, SurveyStep
from core.survey import chosen_score
from core.survey_form import NO, SCORE, SKIP, TAG, YES, fields_of, filled, score_options, tag_options, yes_no
from core.turn import Turn

QUESTIONS: Mapping[SurveyKind, Key] = {
    "stars": "survey_invite_stars",
    "nps": "survey_invite_nps",
    "thumbs": "survey_invite_thumbs",
}
COMMENT_MS = 10 * 60_000  # once more was asked, the next message within ten minutes may be it (DESIGN.md)
_BETWEEN = re.compile(r"\s*[,;、，؛;\n]\s*|\s+")


# --- asking ------------------------------------------------------------------------------------------------------


def invite(turn: Turn) -> bool:
    """Ask for a rating as the chat ends, if that is wanted and nobody was asked too often; whether it was asked."""
    survey, session = turn.rules.survey, turn.open_session()
    if not survey.on or session.wrote == 0 or session.rating is not None or session.invites >= survey.invitations:
        return False
    if not turn.window_open or _asked_lately(turn, survey):
        return False
    _ask(turn, session)
    return True


def invite_now(turn: Turn, command: c.InviteRating) -> None:
    """An agent asks for a rating before the end."""
    session = turn.own_session(command.by)
    survey = turn.rules.survey
    _may_be_asked(turn, session)
    if session.invites >= survey.invitations:
        raise Refused("invited", "The customer was already asked.")
    _ask(turn, session)


def ask_to_rate(turn: Turn, inbound: Received) -> bool:
    """The customer wants to rate the open chat, else the last one; whether there is one."""
    about = turn.state.session or turn.state.last
    if about is None:
        return False
    hear(turn, about, inbound)
    about = turn.state.last if about.closed else turn.state.session
    assert about is not None, "it was there before"
    if ratable(turn.context.policy.rules(about.group).survey, about) and turn.window_open:
        _ask(turn, about)
    else:
        turn.prompt("survey_over", about=about)
    return True


def _may_be_asked(turn: Turn, session: Session) -> None:
    if not turn.context.policy.rules(session.group).survey.on:
        raise Refused("survey_off", "Surveys are switched off here.")
    if session.rating is not None:
        raise Refused("rated", "The customer has already rated this chat.")
    if session.wrote == 0:
        raise Refused("nothing_said", "The customer has not written anything yet.")
    if not turn.window_open:
        raise Refused("window_closed", "The customer wrote too long ago to be asked now.")


def _asked_lately(turn: Turn, survey: Survey) -> bool:
    asked = turn.state.surveyed_at
    return asked > 0 and turn.now - asked < survey.rest_seconds * 1000


def _ask(turn: Turn, session: Session) -> None:
    rules = turn.context.policy.rules(session.group)
    survey, language = rules.survey, session.language
    last = turn.state.last
    if last is not None and last.invited is not None and last.id != session.id:
        turn.emit(e.InvitationEnded(turn.now))
    turn.emit(e.Invited(survey.kind, turn.now, turn.now + survey.expires_seconds * 1000))
    question = rules.say(QUESTIONS[survey.kind], language) or ""
    scores = score_options(rules, language)
    if "form" in rules.channel.capabilities.outbound:
        turn.say("survey", Form(question, fields_of(rules, question, scores, language)), about=session)
    else:
        turn.say("survey", Choice(question, scores), about=session)


# --- answers -----------------------------------------------------------------------------------------------------


def answer(turn: Turn, inbound: Received) -> bool:
    """Take a message as the survey's answer, if it wholly is one; whether it was."""
    session = _invited(turn)
    invited = session.invited if session is not None else None
    if session is None or invited is None or turn.now >= invited.expires:
        return _too_late(turn, inbound)
    if invited.step == "score" and invited.comment_until is None:
        return _scored(turn, session, inbound) or _too_late(turn, inbound)
    return _went_on(turn, session, invited, inbound) or _too_late(turn, inbound)


def _invited(turn: Turn) -> Session | None:
    """The session that waits for an answer: the closed one first, as in `evolve`."""
    last = turn.state.last
    if last is not None and last.invited is not None:
        return last
    return turn.state.session if turn.state.session and turn.state.session.invited else None


def _too_late(turn: Turn, inbound: Received) -> bool:
    """What can only be meant for a survey that is over is kept where it belongs, and answered; it opens nothing."""
    if isinstance(inbound.content, Text) or not _of_a_survey(turn, inbound.content):
        return False
    about = turn.state.last or turn.state.session
    if about is None:
        return False
    hear(turn, about, inbound, rates=True)
    turn.prompt("survey_over", about=about)
    return True


def _of_a_survey(turn: Turn, content: Content) -> bool:
    match content:
        case Chosen(id=id):
            return id.startswith((SCORE, "survey:"))
        case Form(values=values) if values is not None:
            return _is_filled(turn, values)
        case _:
            return False


def _is_filled(turn: Turn, values: Mapping[str, str]) -> bool:
    """Whether a filled form is the survey's, and not the one that the open chat asks (a company's own field may be
    called `score` too)."""
    session = turn.state.session
    asks = session is not None and (session.asking is not None or session.leaving is not None)
    ours = all(key in ("score", "solved") or key.startswith(("tags.", "comment.")) for key in values)
    return ours and bool(values) and (not asks or values.get("score", "").startswith(SCORE))


def _scored(turn: Turn, session: Session, inbound: Received) -> bool:
    assert session.invited is not None, "only an invited session is answered"
    kind, rules = session.invited.kind, turn.context.policy.rules(session.group)
    score = _score(rules, session, inbound.content)
    if score is None and isinstance(inbound.content, Form) and _of_a_survey(turn, inbound.content):
        raise BadInput(("content.values.score", "Choose one of the scores."))
    if score is None or (isinstance(inbound.content, Form) and not _of_a_survey(turn, inbound.content)):
        return False
    steps = _steps(rules.survey, score)
    tags: tuple[str, ...] = ()
    solved, comment = None, ""
    if isinstance(inbound.content, Form):
        values = inbound.content.values or {}
        tags, solved, comment = filled(rules.survey, score, values)
        fields = fields_of(rules, "", score_options(rules, session.language), session.language)
        inbound = replace(inbound, content=Form("", fields, values))  # with the words of what was chosen
        steps = ("comment",) if comment else ()  # all of it was asked at once
    heard = hear(turn, session, inbound, rates=True)
    until = turn.now + COMMENT_MS if steps else None
    step = steps[0] if steps else None
    turn.emit(e.Rated(kind, score, turn.now, until, step, tags, solved))
    if rules.survey.alarms(score):
        turn.emit(e.ScoreAlerted(kind, score, turn.now))
    if comment:
        turn.emit(e.Commented(heard.seq, turn.now))
    _next(turn, session, None if comment else step)
    return True


def _score(rules: Rules, session: Session, content: Content) -> int | None:
    """What a content scores, if it wholly is an answer: a pressed option, a filled form, words."""
    assert session.invited is not None, "only an invited session is answered"
    kind, read = session.invited.kind, rules.answers.read_score
    match content:
        case Chosen(id=id):
            return chosen_score(id, kind)
        case Form(values=values) if values is not None:
            score = values.get("score", "")
            pressed = chosen_score(score, kind)
            return read(score, kind, session.language) if pressed is None else pressed
        case Text(text=text):
            pressed = _own_words(rules, text, session.language)
            return read(text, kind, session.language) if pressed is None else pressed
        case _:
            return None


def _own_words(rules: Rules, text: str, language: str) -> int | None:
    """The score whose own wording a message repeats."""
    if not rules.survey.scores:
        return None
    found = pick(text, tuple(Option(one.id, one.label) for one in score_options(rules, language)))
    return None if found is None or text.strip().isdigit() else chosen_score(found.id, rules.survey.kind)


def _steps(survey: Survey, score: int) -> tuple[SurveyStep, ...]:
    """What is asked after a score, in order."""
    steps: list[SurveyStep] = []
    if survey.wants_tags(score) != "off":
        steps.append("tags")
    if survey.solved != "off":
        steps.append("solved")
    if survey.wants_comment(score) != "off":
        steps.append("comment")
    return tuple(steps)


# --- what follows the score --------------------------------------------------------------------------------------


def _went_on(turn: Turn, session: Session, invited: Invitation, inbound: Received) -> bool:
    """An answer to what is asked after the score. A button counts until the invitation ends, words for ten minutes;
    a button of something else is no comment."""
    content, step = inbound.content, "comment" if invited.step == "score" else invited.step
    pressed = isinstance(content, Chosen) and _of_a_survey(turn, content)
    if not pressed and (invited.comment_until is None or turn.now >= invited.comment_until):
        return False
    if isinstance(content, Chosen) and content.id.startswith(SCORE):
        hear(turn, session, inbound, rates=True)
        _next(turn, session, step)  # the score stands; a second press asks the same again
        return True
    if isinstance(content, Chosen) and content.id.startswith(TAG):
        return _tagged(turn, session, inbound, (content.id,))
    match step:
        case "tags":
            tags = _read_tags(turn, session, content)
            taken = tags is not None and _tagged(turn, session, inbound, tags)
        case "solved":
            solved = _read_solved(turn, session, content)
            taken = solved is not None and _said_solved(turn, session, inbound, solved)
        case _:
            taken = not isinstance(content, Chosen) and _comment(turn, session, inbound)
    return taken or _asked_again(turn, session, step, inbound)


def _asked_again(turn: Turn, session: Session, step: SurveyStep, inbound: Received) -> bool:
    """What is required is put once more where the message can only be a try at it. Words may be the next chat: they
    open one, and the question stays open beside it."""
    if not _is_required(turn, session, step) or not _wordless(inbound.content):
        return False
    hear(turn, session, inbound, rates=True)
    turn.prompt("form_required" if step == "comment" else "form_wrong_choice", about=session)
    _next(turn, session, step)
    return True


def _is_required(turn: Turn, session: Session, step: SurveyStep) -> bool:
    assert session.rating is not None, "this follows a score"
    survey, score = turn.context.policy.rules(session.group).survey, session.rating.score
    match step:
        case "tags":
            return survey.wants_tags(score) == "required"
        case "solved":
            return survey.solved == "required"
        case _:
            return survey.wants_comment(score) == "required"


def _wordless(content: Content) -> bool:
    match content:
        case Text(text=text):
            return not any(c.isalpha() for c in text)
        case Chosen(id=id):
            return id == SKIP
        case _:
            return isinstance(content, Sticker)


def _read_tags(turn: Turn, session: Session, content: Content) -> tuple[str, ...] | None:
    """Which options a message wholly names, by number or in words; none where it skips; None if it is no answer."""
    if isinstance(content, Chosen):
        return () if content.id == SKIP and not _is_required(turn, session, "tags") else None
    if not isinstance(content, Text):
        return None
    known = tuple(Option(id, label) for id, label in session.pending)
    found = pick(content.text, known)
    parts = [content.text] if found else [part for part in _BETWEEN.split(content.text.strip()) if part]
    picked = [pick(part, known) for part in parts[: len(known) + 1]]
    chosen = [option for option in picked if option is not None]
    if not chosen or len(chosen) != len(parts):
        return None
    return tuple(dict.fromkeys(option.id for option in chosen if option.id.startswith(TAG)))


def _read_solved(turn: Turn, session: Session, content: Content) -> bool | None:
    if isinstance(content, Chosen):
        return {YES: True, NO: False}.get(content.id)
    if not isinstance(content, Text):
        return None
    said = turn.rules.answers.read_score(content.text, "thumbs", session.language)
    return None if said is None else said == 1


def _tagged(turn: Turn, session: Session, inbound: Received, ids: tuple[str, ...]) -> bool:
    """Keep the tags. One that is pressed after the first is added, and asks nothing anew."""
    rating, invited = session.rating, session.invited
    assert rating is not None and invited is not None, "tags follow a score"
    survey = turn.context.policy.rules(session.group).survey
    known = {f"{TAG}{at}": tag.name for at, tag in enumerate(survey.tags_of(rating.score))}
    if any(id not in known for id in ids):
        return False
    hear(turn, session, inbound, rates=True)
    tags = tuple(name for id, name in known.items() if id in ids or name in rating.tags)
    if invited.step != "tags":
        until = invited.comment_until
        turn.emit(e.RatingDetailed(at=turn.now, tags=tags, solved=rating.solved, step=invited.step, until=until))
    else:
        _detail(turn, session, tags, rating.solved, after="tags")
    return True


def _said_solved(turn: Turn, session: Session, inbound: Received, solved: bool) -> bool:
    assert session.rating is not None, "this follows a score"
    hear(turn, session, inbound, rates=True)
    _detail(turn, session, session.rating.tags, solved, after="solved")
    return True


def _detail(turn: Turn, session: Session, tags: tuple[str, ...], solved: bool | None, *, after: SurveyStep) -> None:
    """Keep what was answered, and ask what comes next or thank."""
    assert session.rating is not None, "details follow a score"
    steps = _steps(turn.context.policy.rules(session.group).survey, session.rating.score)
    left = steps[steps.index(after) + 1 :] if after in steps else ()
    step = left[0] if left else None
    until = turn.now + COMMENT_MS if step else None
    turn.emit(e.RatingDetailed(at=turn.now, tags=tags, solved=solved, step=step, until=until))
    _next(turn, session, step)


def _next(turn: Turn, session: Session, step: SurveyStep | None) -> None:
    """Ask the next question, or thank."""
    rules, language = turn.context.policy.rules(session.group), session.language
    match step:
        case "tags":
            about = turn.state.last if session.closed is not None else turn.state.session
            score = about.rating.score if about is not None and about.rating is not None else 0
            offered = tag_options(rules, rules.survey.tags_of(score), language)
            if rules.survey.wants_tags(score) == "optional":
                offered = (*offered, Option(SKIP, rules.say("survey_skip", language) or SKIP))
            _put(turn, session, "survey_tags", offered)
        case "solved":
            _put(turn, session, "survey_solved", yes_no(rules, language))
        case "comment":
            turn.prompt("survey_comment", about=session)
        case _:
            turn.prompt("survey_thanks", about=session)


def _put(turn: Turn, session: Session, key: Key, offered: tuple[Option, ...]) -> None:
    if turn.window_open:
        text = turn.context.policy.rules(session.group).say(key, session.language) or ""
        turn.say(key, Choice(text, offered), about=session)


def _comment(turn: Turn, session: Session, inbound: Received) -> bool:
    if not plain(inbound.content):
        return False
    turn.emit(e.Commented(hear(turn, session, inbound, rates=True).seq, turn.now))
    turn.prompt("survey_thanks", about=session)
    return True
