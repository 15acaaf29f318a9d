"""Leaving a message or a ticket instead of waiting: offered, asked question by question (or at once where the channel
has forms), kept, answered both ways, solved. The values are in submitted.py.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from core import command as c
from core import event as e
from core import form, sla
from core.channel import Received
from core.ending import end
from core.errors import BadInput, Refused
from core.fold import fold
from core.form import SKIPPED, Asking, Question, Wording
from core.hearing import hear
from core.message import Author, Choice, Chosen, Form, Message, Option, Text, Unsupported
from core.policy import Rules
from core.prompts import Key
from core.screening import alert, screened_reply
from core.sending import may_send
from core.session import Session
from core.submitted import MOST_KEPT, Answer, Reason, Submission
from core.turn import Turn, options_of

TIMER = "submission"
ACCEPT, DECLINE = "submission:accept", "submission:decline"
_OFFERS: Mapping[Reason, Key] = {
    "out_of_hours": "submission_out_of_hours",
    "nobody_online": "submission_nobody_online",
    "queue_full": "submission_queue_full",
    "asked": "submission_asked",
}


# --- offering ----------------------------------------------------------------------------------------------------


def offer(turn: Turn, reason: Reason) -> bool:
    """Offer the customer who just wrote to leave something, if that is wanted for this reason; whether it was offered.
    Once a session, and never once an agent has answered in it."""
    session, rules = turn.open_session(), turn.rules
    if not may_leave(rules, reason) or session.phase == "active":
        return False
    if reason != "asked" and (session.submission_offered or session.replies):
        return False
    if not turn.window_open or sum(each.state != "solved" for each in turn.state.submissions) >= MOST_KEPT:
        return False
    turn.emit(e.SubmissionOffered(reason, turn.now))
    sla.rest(turn)
    turn.emit(e.TimerSet(TIMER, turn.now + rules.submissions.abandon_seconds * 1000))
    text = rules.say(_OFFERS[reason], session.language) or ""
    if _at_once(rules):
        language = session.language
        questions, default, wording = _questions(rules, language), rules.channel.language, _wording(rules, language)
        turn.emit(e.SubmissionAsked(Asking("submission", questions[0].key), turn.now))
        turn.say("submission", form.whole(questions, text, language, default, wording))
    elif reason == "asked":
        turn.say("submission", Text(text))
        _ask(turn, Asking("submission", _questions(rules, session.language)[0].key))
    else:
        labels = (
            Option(ACCEPT, rules.say("leave_message", session.language) or ACCEPT),
            Option(DECLINE, rules.say("submission_decline", session.language) or DECLINE),
        )
        turn.say("submission", Choice(text, labels))
    return True


def may_leave(rules: Rules, reason: Reason) -> bool:
    """Whoever is always answered some day needs no form: only in real-time mode."""
    return rules.submissions.on and reason in rules.submissions.offer and not rules.working.always_on


def asked_for(turn: Turn, inbound: Received) -> bool:
    """Whether a message wholly is one of the words that ask for it."""
    words, content = turn.rules.submissions.words, inbound.content
    if not words or not isinstance(content, Text) or len(content.text) > 200:
        return False
    said = fold(content.text).strip()
    return any(said == fold(phrase).strip() for phrases in words.values() for phrase in phrases)


def _at_once(rules: Rules) -> bool:
    return "form" in rules.channel.capabilities.outbound


def _questions(rules: Rules, language: str) -> tuple[Question, ...]:
    if rules.submissions.fields:
        return rules.submissions.fields
    text = Question(key="text", label={language: rules.say("field_text", language) or ""}, required=True)
    if not _at_once(rules):
        return (text,)  # who they are, and where to answer, the channel knows
    name = Question(key="name", label={language: rules.say("field_name", language) or ""})
    email = Question(key="email", label={language: rules.say("field_email", language) or ""}, kind="email")
    return (name, email, text)


def _wording(rules: Rules, language: str) -> Wording:
    return Wording(
        form_optional=rules.say("form_optional", language) or "",
        form_agree=rules.say("form_agree", language) or form.YES,
        form_decline=rules.say("form_decline", language) or form.NO,
    )


# --- asking ------------------------------------------------------------------------------------------------------


def fill(turn: Turn, inbound: Received) -> bool:
    """A form that was filled at once; whether it was this one. Raises `BadInput` for each answer that is none."""
    session, content = turn.state.session, inbound.content
    if session is None or session.leaving is None or not isinstance(content, Form) or content.values is None:
        return False
    rules, language = turn.rules, session.language
    questions, default, wording = _questions(rules, language), rules.channel.language, _wording(rules, language)
    values, wrong = form.read_all(questions, content.values, language, default, wording)
    if wrong:
        raise BadInput(*((f"content.values.{key}", rules.say(why, language) or why) for key, why in wrong.items()))
    asked = form.whole(questions, "", language, default, wording)
    message = hear(turn, session, replace(inbound, content=Form("", asked.fields, values)))
    if _refused(questions, values):
        _decline(turn)
    elif isinstance(message.content, Unsupported):
        turn.say("submission", form.whole(questions, "", language, default, wording))
    else:
        _submit(turn, tuple((question.key, message.seq) for question in questions if question.key in values))
    return True


def take(turn: Turn, message: Message) -> bool:
    """What was just heard is (or is not) an answer to what was offered or asked; whether anything was."""
    session = turn.open_session()
    leaving = session.leaving
    if leaving is None:
        return False
    content = message.original or message.content
    if leaving.asking is None:
        if isinstance(content, Chosen) and content.id == ACCEPT:
            _ask(turn, Asking("submission", _questions(turn.rules, session.language)[0].key))
        elif isinstance(content, Chosen) and content.id == DECLINE:
            _decline(turn)
        return True
    if _at_once(turn.rules):
        return True  # said beside the form, which still waits
    if isinstance(message.content, Unsupported):
        _missed(turn, leaving.asking, None)  # withheld: the customer was told why
    else:
        _answer(turn, session, leaving.asking, message)
    return True


def _answer(turn: Turn, session: Session, asking: Asking, message: Message) -> None:
    rules, language = turn.rules, session.language
    questions, wording = _questions(rules, language), _wording(rules, language)
    question = form.at(questions, asking)
    if question is None:  # the form was changed meanwhile
        return _go_on(turn, questions, asking)
    content = message.original or message.content
    reading = form.read(question, content, language, rules.channel.language, wording)
    if reading.wrong is not None:
        return _missed(turn, asking, reading.wrong)
    if question.kind == "consent" and reading.value == form.NO:
        return _decline(turn)
    seq = SKIPPED if reading.value is None else message.seq
    return _go_on(turn, questions, Asking(asking.form, asking.at, (*asking.answered, (asking.at, seq))))


def _go_on(turn: Turn, questions: tuple[Question, ...], asking: Asking) -> None:
    following = form.following(questions, {key for key, _ in asking.answered})
    if following is None:
        _submit(turn, asking.answered)
    else:
        _ask(turn, Asking(asking.form, following.key, asking.answered))


def _missed(turn: Turn, asking: Asking, why: Key | None) -> None:
    """Not an answer: say so and ask again, but not for ever."""
    missed = asking.missed()
    if missed.given_up:
        return _submit(turn, asking.answered, unfinished=True)
    if why is not None:
        turn.prompt(why)
    return _ask(turn, missed)


def _ask(turn: Turn, asking: Asking) -> None:
    turn.emit(e.SubmissionAsked(asking, turn.now))
    session, rules = turn.open_session(), turn.rules
    question = form.at(_questions(rules, session.language), asking)
    if question is not None and turn.window_open:
        language = session.language
        turn.say("submission", form.put(question, language, rules.channel.language, _wording(rules, language)))


def _decline(turn: Turn) -> None:
    """The customer would rather wait: `reception` queues whoever is left without anything to answer."""
    turn.emit(e.SubmissionDeclined(turn.now))


def _refused(questions: tuple[Question, ...], values: Mapping[str, str]) -> bool:
    return any(question.kind == "consent" and values.get(question.key) == form.NO for question in questions)


def _submit(turn: Turn, answered: tuple[tuple[str, int], ...], *, unfinished: bool = False) -> None:
    """Keep it, say so, and end the session that was only for it."""
    session, rules = turn.open_session(), turn.rules
    language, default = session.language, rules.channel.language
    labels = {question.key: form.said(question.label, language, default) for question in _questions(rules, language)}
    reason: Reason = session.leaving.reason if session.leaving is not None else "asked"
    submission = Submission(
        id=session.id,
        number=session.number,
        kind=rules.submissions.kind,
        reason=reason,
        language=language,
        at=turn.now,
        changed_at=turn.now,
        group=session.group,
        answers=tuple(Answer(key, labels.get(key, key), seq) for key, seq in answered if seq != SKIPPED),
        unfinished=unfinished,
    )
    turn.emit(e.Submitted(submission))
    sla.leave(turn)
    turn.prompt("submitted")
    if submission.kind == "ticket":
        turn.prompt("ticket_created", ticket=str(submission.number))
    end(turn, by="system", reason="submitted", prompt=None, survey=False)


def wake(turn: Turn) -> None:
    """Whoever went silent leaves what they wrote so far; whoever only pressed a button left nothing."""
    session = turn.state.session
    if session is None or TIMER not in session.timers:
        return
    leaving, due = session.leaving, session.said_at + turn.rules.submissions.abandon_seconds * 1000
    if leaving is None:
        turn.emit(e.TimerEnded(TIMER))
    elif due > turn.now:
        turn.emit(e.TimerSet(TIMER, due))
    else:
        answered = leaving.asking.answered if leaving.asking is not None else ()
        if leaving.reason == "asked" and not any(seq for _, seq in answered):
            end(turn, by="system", reason="abandoned", prompt=None, survey=False)
        else:
            _submit(turn, answered, unfinished=True)


# --- both ways afterwards ----------------------------------------------------------------------------------------


def hear_reply(turn: Turn, inbound: Received) -> bool:
    """What a customer writes after an agent's answer belongs to the submission; whether it did."""
    last = turn.state.last
    if turn.state.session is not None or last is None or not turn.state.submissions:
        return False
    waiting = [each for each in turn.state.submissions if turn.now < each.answered_until]
    if not waiting:
        return False
    about = max(waiting, key=lambda each: each.answered_until)
    hear(turn, last, inbound, submission=about.id)
    turn.emit(_changed(replace(about, state="open", changed_at=turn.now), by="customer"))
    return True


def reply_to(turn: Turn, command: c.ReplyToSubmission) -> None:
    """An agent answers; refused like any reply, and where it is another agent's."""
    about = _known(turn, command.submission, command.by)
    session = turn.state.session or turn.state.last
    assert session is not None, "a submission was left in a session"
    may_send(turn, command.content)
    screened = screened_reply(turn, command.content)
    if about.kind == "ticket":
        turn.prompt("ticket_replied", about=session, ticket=str(about.number))
    session = turn.state.session or turn.state.last
    assert session is not None, "it was there before"
    message = Message(
        seq=session.seq + 1,
        author=Author(kind="agent", id=command.by.id, name=command.by.name),
        content=screened.content,
        original=screened.original,
        at=turn.now,
        hits=screened.lists,
        client_id=command.client_id,
        submission=about.id,
    )
    turn.emit(
        e.SubmissionReplied(
            message=message,
            at=turn.now,
            seq=message.seq,
            spends=turn.spend_token(),
            pending=options_of(message.content),
            after_close=session.closed is not None,
        )
    )
    alert(turn, message.seq, "agent", screened)
    until = turn.now + turn.rules.submissions.reply_seconds * 1000
    owner = about.agent or command.by.id
    state = "open" if about.state == "new" else about.state
    turn.emit(
        _changed(replace(about, state=state, agent=owner, answered_until=until, changed_at=turn.now), by=command.by.id)
    )


def change(turn: Turn, command: c.ChangeSubmission) -> None:
    """Assign it, or move it on; the customer is told when a ticket is solved."""
    about = _known(turn, command.submission, command.by)
    if command.only_new and (about.state != "new" or about.agent is not None):
        return
    after = replace(
        about,
        state=command.state or about.state,
        agent=about.agent if command.agent is None else command.agent,
        group=about.group if command.group is None else command.group,
    )
    if command.group is not None and command.agent is None:
        after = replace(after, agent=None)
    if after == about:
        return
    if after.state == "solved" and about.state != "solved":  # who is told may say that it is not
        until = turn.now + turn.rules.submissions.reply_seconds * 1000
        after = replace(after, answered_until=until)
    turn.emit(_changed(replace(after, changed_at=turn.now), by=command.by.id))
    if after.kind == "ticket" and after.state == "solved" and about.state != "solved":
        turn.prompt("ticket_solved", about=turn.state.session or turn.state.last, ticket=str(after.number))


def _changed(submission: Submission, *, by: str) -> e.SubmissionChanged:
    return e.SubmissionChanged(submission, by)


def _known(turn: Turn, id: str, by: c.Actor) -> Submission:
    found = next((each for each in turn.state.submissions if each.id == id), None)
    if found is None:
        raise Refused("too_late", "This was left so long ago that it cannot be changed any more.")
    if found.agent not in (None, by.id) and not by.supervisor:
        raise Refused("not_yours", "This is another agent's.", who=found.agent)
    return found
