"""Which language a session is held in: what is known of the customer, what they write, what they choose from a list.

Order: said outright (a page's parameter, an earlier choice) → the channel's profile → what was written, once it is
sure → the channel's own. A session that is not sure looks at each further message.
"""

from functools import lru_cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from msgspec.structs import replace

from core import event as e
from core.fit import pick
from core.language import Guess, chain, detect, normal
from core.message import Choice, Chosen, Content, Form, Message, Option, Text, plain
from core.session import Session
from core.turn import Turn

LIKELY = 0.5  # twice the same guess at least this confident is as good as sure
MOST_OFFERED = 12
_CHOSEN = "language:"


class Opening(NamedTuple):
    """The language a session opens in, whether that is sure, and what the first message looks like otherwise."""

    language: str
    sure: bool
    guess: str | None = None


def opening(turn: Turn, text: str) -> Opening:
    rules, known = turn.rules, turn.state.customer.language
    if known is not None:
        return Opening(known, True)
    guess = _guess(turn, text)
    if guess is None or guess.language is None or guess.confidence < LIKELY:
        return Opening(rules.channel.language, False)
    if guess.confidence >= rules.languages.sure:
        return Opening(guess.language, True)
    return Opening(rules.channel.language, False, guess.language)


def listen(turn: Turn, content: Content) -> None:
    """Look again at the language of a session that is not sure of it; what answers our own options tells nothing."""
    session = turn.open_session()
    if session.language_sure or isinstance(understood(session, content), Chosen | Form):
        return
    guess = _guess(turn, plain(content))
    if guess is None or guess.language is None or guess.confidence < LIKELY:
        return
    if guess.confidence >= turn.rules.languages.sure or guess.language == session.language_guess:
        switch(turn, guess.language)
    else:
        turn.emit(e.LanguageGuessed(guess.language))


def switch(turn: Turn, language: str) -> None:
    """Hold the session in this language from now on, and say so if it was another."""
    before = turn.open_session().language
    turn.emit(e.LanguageChosen(language, True))
    if chain(before)[0] != chain(language)[0]:
        turn.prompt("language_switched", language=autonym(language))


def offer(turn: Turn) -> None:
    """Ask which language it shall be, where the settings say so; once in a session, and never again once chosen."""
    wanted = turn.rules.languages
    if wanted.picker == "never" or len(wanted.offered) < 2:
        return
    session = turn.open_session()
    if session.language_asked or turn.state.customer.chose_language:
        return
    if (wanted.picker == "unsure" and session.language_sure) or not turn.window_open:
        return
    question = turn.rules.say("language_picker", session.language)
    if question is not None:
        options = tuple(Option(f"{_CHOSEN}{tag}", autonym(tag)) for tag in wanted.offered)
        turn.say("language_picker", Choice(question, options))


def answer(turn: Turn, message: Message) -> None:
    """A language that was picked from the list is kept for the customer."""
    content = message.content
    if turn.state.session is None or not isinstance(content, Chosen) or not content.id.startswith(_CHOSEN):
        return
    tag = normal(content.id.removeprefix(_CHOSEN))
    if tag is None or tag not in turn.rules.languages.offered:
        return
    turn.emit(e.CustomerKnown(replace(turn.state.customer, language=tag, chose_language=True)))
    switch(turn, tag)


def said_outright(turn: Turn, language: str | None) -> None:
    """A web page's parameter: the open session follows it."""
    session: Session | None = turn.state.session
    if session is not None and language is not None and language != session.language:
        switch(turn, language)


def understood(session: Session, content: Content) -> Content:
    """A number that answers a numbered list is the option it names."""
    if not session.pending or not isinstance(content, Text):
        return content
    option = pick(content.text, tuple(Option(id, label) for id, label in session.pending))
    return Chosen(option.id, option.label) if option else content


def _guess(turn: Turn, text: str) -> Guess | None:
    wanted = turn.rules.languages
    return detect(text, (turn.rules.channel.language, *wanted.offered)) if wanted.detect else None


@lru_cache(maxsize=512)
def autonym(tag: str) -> str:
    """A language's own name for itself, such as 日本語; the tag where CLDR has none."""
    for known in chain(tag)[:-1] or (tag,):
        try:
            locale = Locale.parse(known, sep="-")
            name = locale.languages.get(str(locale)) or locale.get_display_name(str(locale))
        except (UnknownLocaleError, ValueError):
            continue
        if name:
            return name[:1].upper() + name[1:]
    return tag
