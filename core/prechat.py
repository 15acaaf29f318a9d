"""The form before a chat: asked at once where the channel has forms, else question by question. What is answered
becomes known of the customer, and what is known is not asked.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from core import event as e
from core import form
from core.customer import Customer
from core.form import NO, SKIPPED, YES, Asking, Question, Reading, Wording
from core.message import Content, Form, Message, Text, Unsupported
from core.service import Prechat, Serving
from core.turn import Turn

FORM = "prechat"
WHOLE = "*"  # in the place of a question: all of them were put at once
CONSENT = "consent"
TIMER = "form_silent"
FIELD = "field."  # before the company's own fields, among the customer's parameters
_OWN = frozenset(("name", "phone", "email"))


def begin(turn: Turn, serving: Serving) -> bool:
    """Ask what is not known; whether there was anything to ask."""
    prechat = serving.prechat
    if not prechat.on or not turn.window_open:
        return False
    left = _unknown(prechat, turn.state.customer)
    if not any(question.kind != "consent" for question in left):
        return False
    turn.emit(e.TimerSet(TIMER, turn.now + prechat.give_up_seconds * 1000))
    if "form" in turn.rules.channel.capabilities.outbound:
        turn.emit(e.FormMoved(Asking(FORM, WHOLE), turn.now))
        _put_whole(turn, left, _intro(turn, prechat))
    else:
        if intro := _intro(turn, prechat):
            turn.say("form_intro", Text(intro))
        turn.emit(e.FormMoved(Asking(FORM, left[0].key), turn.now))
        _put(turn, left[0])
    return True


def answer(turn: Turn, serving: Serving, message: Message) -> bool:
    """Take a message as an answer; whether the form is over."""
    asking = turn.open_session().asking
    assert asking is not None, "a form is being asked"
    questions = _all(serving.prechat)
    content = message.original or message.content  # a masked phone number is one all the same
    if isinstance(message.content, Unsupported):
        return False  # withheld: the customer was told so
    if asking.at == WHOLE:
        return _whole_answered(turn, asking, questions, content, message.seq)
    question = form.at(questions, asking)
    if question is None:
        return over(turn, "The form was changed.")
    reading = form.read(question, content, turn.language, turn.rules.channel.language, _wording(turn))
    if reading.wrong is not None:
        return _wrong(turn, asking, question, reading)
    return _answered(turn, asking, questions, question, reading.value, message.seq)


def over(turn: Turn, why: str) -> bool:
    turn.emit(e.FormMoved(None, turn.now, why))
    return True


def _answered(
    turn: Turn, asking: Asking, questions: tuple[Question, ...], question: Question, value: str | None, seq: int
) -> bool:
    if value is not None:
        _keep(turn, {question.key: value})
    if question.kind == "consent" and value == NO:
        return over(turn, "The customer did not consent.")
    done = {key for key, _ in asking.answered} | {question.key} | _known(turn.state.customer, questions)
    left = form.following(questions, done)
    if left is None:
        over(turn, "All questions were answered.")
        turn.prompt("form_thanks")
        return True
    turn.emit(e.FormMoved(asking.taken(SKIPPED if value is None else seq, left.key), turn.now))
    _put(turn, left)
    return False


def _whole_answered(turn: Turn, asking: Asking, questions: tuple[Question, ...], content: Content, seq: int) -> bool:
    if not isinstance(content, Form) or content.values is None:
        return _aside(turn, asking, questions)
    language, default = turn.language, turn.rules.channel.language
    left = tuple(one for one in questions if one.key not in _known(turn.state.customer, questions))
    answers, wrong = form.read_all(left, content.values, language, default, _wording(turn))
    _keep(turn, answers)
    if answers.get(CONSENT) == NO:
        return over(turn, "The customer did not consent.")
    asking = asking.missed()
    if not wrong or asking.given_up:
        over(turn, "The form was filled in." if not wrong else "The form was not filled in rightly.")
        turn.prompt("form_thanks")
        return True
    turn.emit(e.FormMoved(asking, turn.now))
    again = tuple(one for one in left if one.key in wrong)
    _put_whole(turn, again, turn.rules.say(wrong[again[0].key], language) or "")
    return False


def _aside(turn: Turn, asking: Asking, questions: tuple[Question, ...]) -> bool:
    """Who writes instead of filling the form in is told once that it is needed, and not held up for ever."""
    asking = asking.missed()
    if asking.given_up or not any(question.required or question.kind == "consent" for question in questions):
        return over(turn, "The customer wrote instead of filling the form in.")
    turn.emit(e.FormMoved(asking, turn.now))
    turn.prompt("form_required")
    return False


def _wrong(turn: Turn, asking: Asking, question: Question, reading: Reading) -> bool:
    asking = asking.missed()
    if asking.given_up:
        return over(turn, "The customer's answers were none.")
    turn.emit(e.FormMoved(asking, turn.now))
    assert reading.wrong is not None, "the answer was wrong"
    turn.prompt(reading.wrong)
    _put(turn, question)
    return False


# --- putting ------------------------------------------------------------------------------------------------------


def _put(turn: Turn, question: Question) -> None:
    turn.say("form", form.put(question, turn.language, turn.rules.channel.language, _wording(turn)))


def _put_whole(turn: Turn, questions: tuple[Question, ...], text: str) -> None:
    turn.say("form", form.whole(questions, text, turn.language, turn.rules.channel.language, _wording(turn)))


def _intro(turn: Turn, prechat: Prechat) -> str:
    if prechat.intro:
        return form.said(prechat.intro, turn.language, turn.rules.channel.language)
    return turn.rules.say("form_intro", turn.language) or ""


def _wording(turn: Turn) -> Wording:
    say = turn.rules.say
    return Wording(
        form_optional=say("form_optional", turn.language) or "",
        form_agree=say("form_agree", turn.language) or YES,
        form_decline=say("form_decline", turn.language) or NO,
    )


# --- what is known ------------------------------------------------------------------------------------------------


def _all(prechat: Prechat) -> tuple[Question, ...]:
    if not prechat.consent:
        return prechat.questions
    return (Question(key=CONSENT, kind="consent", label=prechat.consent), *prechat.questions)


def _unknown(prechat: Prechat, customer: Customer) -> tuple[Question, ...]:
    questions = _all(prechat)
    known = _known(customer, questions)
    return tuple(question for question in questions if question.key not in known)


def _known(customer: Customer, questions: tuple[Question, ...]) -> set[str]:
    return {question.key for question in questions if _value(customer, question.key)}


def _value(customer: Customer, key: str) -> str | None:
    if key in _OWN:
        value: str | None = getattr(customer, key)
        return value
    value = customer.params.get(FIELD + key)
    return None if key == CONSENT and value == NO else value


def _keep(turn: Turn, answers: Mapping[str, str]) -> None:
    customer = turn.state.customer
    own = {key: value for key, value in answers.items() if key in _OWN}
    params = {FIELD + key: value for key, value in answers.items() if key not in _OWN}
    better = replace(customer, params={**customer.params, **params} if params else customer.params, **own)
    if better != customer:
        turn.emit(e.CustomerKnown(better))
