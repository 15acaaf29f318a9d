"""Who answers a new chat: by service mode, segment and page; what comes before; and what is said how often."""

import pytest
from msgspec.structs import replace

from core import command as c
from core import event as e
from core.condition import Condition, Hours, Speaks, Vip
from core.conversation import Decision
from core.customer import Customer
from core.form import Alternative, Question
from core.hours import Opening, Span
from core.message import Chosen, Content, Form, Image, Reaction, Sticker, Text
from core.mode import Reception
from core.policy import Policy
from core.prompts import Override
from core.routes import Assignment
from core.service import Audience, Prechat, Scheme, Service, validate_reception
from core.turn import Outlook
from core.waiting import Queue
from tests.core.given import (
    CHAT,
    DAY,
    FREE,
    MINUTE,
    NOBODY,
    ROBO,
    WINDOW,
    WISHES,
    Talk,
    bots,
    delivers,
    named,
    policy,
    said,
)

WEB = replace(CHAT, outbound=CHAT.outbound | {"form"}, inbound=CHAT.inbound | {"form"})
NAME = Question(key="name", label={"en": "Your name?"}, required=True)
MAIL = Question(key="email", label={"en": "Your e-mail?"}, kind="email")
PLAN = Question(
    key="plan",
    label={"en": "Which plan?"},
    kind="choice",
    options=(Alternative(id="free", label={"en": "Free"}), Alternative(id="pro", label={"en": "Pro"})),
)
FORM = Prechat(on=True, questions=(NAME, MAIL, PLAN))
CONSENT = Prechat(on=True, consent={"en": "May we keep this?"}, questions=(NAME,))


def received_by(decision: Decision) -> str:
    """Who answers: the bot, people, or nobody yet."""
    if any(isinstance(event, e.BotBegan) for event in decision.events):
        return "bot"
    return "people" if any(isinstance(event, e.Queued) for event in decision.events) else "nobody"


def why(decision: Decision) -> str:
    return next(event.why for event in decision.events if isinstance(event, e.BotBegan | e.Queued))


# --- service modes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "outlook", "who"),
    [
        ("bot_only", FREE, "bot"),
        ("bot_only", NOBODY, "bot"),
        ("people_only", FREE, "people"),
        ("people_only", NOBODY, "people"),
        ("bot_first", FREE, "bot"),
        ("bot_first", NOBODY, "bot"),
        ("people_first", FREE, "people"),
        ("people_first", Outlook(waiting=9, online=1), "people"),
        ("people_first", NOBODY, "bot"),
    ],
)
def test_who_answers_first(service: Service, outlook: Outlook, who: str) -> None:
    talk = Talk(policy(reception=Reception(service=service, bot="robo"), audience=bots()), outlook)
    assert received_by(talk.hear("where is my order")) == who


@pytest.mark.parametrize("service", ["bot_only", "bot_first", "people_first"])
def test_without_its_bot_people_answer(service: Service) -> None:
    assert received_by(Talk(policy(reception=Reception(service=service, bot="gone")), NOBODY).hear()) == "people"


def test_nothing_set_is_people_first_without_a_bot() -> None:
    decision = Talk(outlook=NOBODY).hear()
    assert (received_by(decision), why(decision)) == ("people", "People answer first on this channel.")


def test_the_page_beats_the_setting() -> None:
    talk = Talk(policy(reception=Reception(service="people_only", bot="robo"), audience=bots()))
    talk.do(c.Visit(Customer(id="cust", params={"page.service": "bot_first"})))
    assert received_by(talk.hear()) == "bot"
    other = Talk(policy(reception=Reception(service="bot_first", bot="robo"), audience=bots()))
    other.do(c.Visit(Customer(id="cust", params={"page.service": "people_only"})))
    assert received_by(other.hear()) == "people"


@pytest.mark.parametrize(("service", "who"), [("bot_first", "people"), ("people_first", "people"), ("bot_only", "bot")])
def test_a_page_may_ask_for_the_queue_first(service: Service, who: str) -> None:
    talk = Talk(policy(reception=Reception(service=service, bot="robo", deferred=True), audience=bots()), NOBODY)
    talk.do(c.Visit(Customer(id="cust", params={"queue_first": "yes"})))
    assert received_by(talk.hear("👋")) == who


def test_a_page_that_asks_for_nonsense_is_as_if_it_had_not() -> None:
    talk = Talk(policy(reception=Reception(service="bot_first", bot="robo"), audience=bots()))
    talk.do(c.Visit(Customer(id="cust", params={"page.service": "magic"})))
    assert received_by(talk.hear()) == "bot"


# --- out of hours, and in always-on mode ------------------------------------------------------------------------

SUNDAYS = Opening(week={"sun": (Span("09:00", "17:00"),)})  # NOON is a Tuesday


@pytest.mark.parametrize(("service", "who"), [("people_first", "bot"), ("people_only", "nobody"), ("bot_first", "bot")])
def test_out_of_hours_the_bot_answers_where_people_would_be_first(service: Service, who: str) -> None:
    talk = Talk(policy(reception=Reception(service=service, bot="robo"), audience=bots(), hours=SUNDAYS))
    assert received_by(talk.hear("where is my order")) == who


def test_a_hand_over_out_of_hours_leaves_the_customer_with_the_bot_until_they_open() -> None:
    talk = Talk(policy(reception=Reception(service="bot_first", bot="robo"), audience=bots(), hours=SUNDAYS))
    talk.hear("where is my order")
    decision = talk.hear("human")
    assert said(decision) == ["bot_handover", "out_of_hours"]
    assert why(decision) == "Nobody can take the chat now, so the bot goes on."
    assert [event.seq for event in talk.hear("and my other parcel").events if isinstance(event, e.BotAsked)] == [6]
    opened = talk.later(talk.session.timers["opening"] - talk.now).do(c.Wake("opening"))
    assert (received_by(opened), talk.session.phase) == ("people", "queued")
    assert not [event for event in talk.hear("hello?").events if isinstance(event, e.BotAsked)]


def test_a_queue_that_is_full_ends_the_chat_of_the_bot_too() -> None:
    full = Assignment(queue=Queue(limit=1))
    rules = policy(reception=Reception(service="bot_first", bot="robo"), audience=bots(), assignment=full)
    talk = Talk(rules, Outlook(waiting=1, online=1))
    talk.hear("where is my order")
    talk.hear("human")
    assert talk.state.session is None and talk.last.closed is not None and talk.last.closed.reason == "queue_full"


def test_in_always_on_mode_a_hand_over_waits_unassigned() -> None:
    talk = Talk(policy(reception=Reception("always_on", service="bot_first", bot="robo"), audience=bots()), NOBODY)
    talk.hear("where is my order")
    talk.hear("human")
    assert talk.session.phase == "unassigned"


def test_a_segment_may_look_at_the_hours() -> None:
    segments: dict[str, Condition] = {"night": Hours(open=False)}
    scheme = Scheme(name="night", segment="night", service="bot_only", bot="robo")
    audience = Audience(segments=segments, bots={"robo": ROBO}, wishes=WISHES)
    assert received_by(Talk(policy(reception=Reception(schemes=(scheme,)), audience=audience)).hear()) == "people"
    closed = policy(reception=Reception(schemes=(scheme,)), audience=audience, hours=SUNDAYS)
    assert received_by(Talk(closed).hear()) == "bot"


# --- segments ---------------------------------------------------------------------------------------------------


def vips(*schemes: Scheme, reception: Reception | None = None) -> Policy:
    segments: dict[str, Condition] = {"vip": Vip(), "spanish": Speaks(values=("es",))}
    audience = Audience(segments=segments, bots={"robo": ROBO}, wishes=WISHES)
    told = reception or Reception(service="bot_first", bot="robo")
    return policy(
        audience=audience,
        reception=Reception(
            service=told.service, bot=told.bot, repeat=told.repeat, prechat=told.prechat, schemes=schemes
        ),
    )


def visitor(rules: Policy, **more: object) -> Talk:
    talk = Talk(rules)
    talk.do(c.Visit(Customer(id="cust", **more)))  # type: ignore[arg-type]
    return talk


def test_a_segment_picks_its_own_service() -> None:
    rules = vips(Scheme(name="gold", segment="vip", service="people_only"))
    assert received_by(visitor(rules, vip=True).hear()) == "people"
    assert received_by(visitor(rules).hear()) == "bot"


def test_a_segment_picks_its_own_bot_and_prompts() -> None:
    prompts = {"greeting": Override(text={"en": "Welcome back, dear friend!"})}
    rules = vips(
        Scheme(name="gold", segment="vip", bot="robo", prompts=prompts),
        reception=Reception(service="bot_first", bot="gone"),
    )
    decision = visitor(rules, vip=True).hear()
    assert (received_by(decision), said(decision)) == ("bot", ["Welcome back, dear friend!"])
    stranger = visitor(rules).hear()
    assert (received_by(stranger), said(stranger)) == ("people", ["Hello!"])


def test_the_first_scheme_that_fits_wins_and_stays() -> None:
    rules = vips(
        Scheme(name="gold", segment="vip", service="people_only"),
        Scheme(name="es", segment="spanish", service="bot_only"),
    )
    talk = visitor(rules, vip=True, language="es")
    decision = talk.hear()
    (scheme,) = [event for event in decision.events if isinstance(event, e.SchemeChosen)]
    assert (scheme.scheme, scheme.segment, talk.session.scheme) == ("gold", "vip", "gold")


def test_the_page_beats_the_segment() -> None:
    rules = vips(Scheme(name="gold", segment="vip", service="people_only"))
    assert received_by(visitor(rules, vip=True, params={"page.service": "bot_only"}).hear()) == "bot"


def test_a_scheme_may_leave_out_the_form() -> None:
    rules = vips(
        Scheme(name="gold", segment="vip", prechat=False),
        reception=Reception(service="people_only", bot=None, prechat=FORM),
    )
    assert received_by(visitor(rules, vip=True).hear()) == "people"
    assert received_by(visitor(rules).hear()) == "nobody"


def test_a_scheme_whose_segment_is_gone_is_passed_over() -> None:
    assert received_by(visitor(vips(Scheme(name="x", segment="gone", service="people_only"))).hear()) == "bot"


# --- deferred assignment ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [Text("/start"), Text("👋"), Text("..."), Sticker("s1"), Reaction("❤", "m1")])
def test_deferred_means_that_nobody_is_called_for_nothing(content: Content) -> None:
    talk = Talk(policy(reception=Reception(deferred=True)))
    decision = talk.hear(content)
    assert (received_by(decision), said(decision), talk.session.phase) == ("nobody", ["Hello!"], "bot")
    assert received_by(talk.hear("my order is late")) == "people"


def test_who_never_says_anything_is_not_kept_for_ever() -> None:
    talk = Talk(policy(reception=Reception(deferred=True)))
    talk.hear("/start")
    talk.later(60 * MINUTE).do(c.Wake("unsaid"))
    assert talk.last.closed is not None and talk.last.closed.reason == "customer_timeout"
    other = Talk(policy(reception=Reception(deferred=True)))
    other.hear("/start")
    other.hear("my order is late")
    assert named(other.later(60 * MINUTE).do(c.Wake("unsaid"))) == ["TimerEnded"]


@pytest.mark.parametrize("content", [Text("help"), Text("注文"), Image(url="media:1"), Chosen("a", "A")])
def test_whoever_says_something_is_not_made_to_wait(content: Content) -> None:
    assert received_by(Talk(policy(reception=Reception(deferred=True))).hear(content)) == "people"


def test_what_is_not_deferred_is_offered_at_once() -> None:
    assert received_by(Talk().hear(Sticker("s1"))) == "people"


# --- how often a prompt is said ---------------------------------------------------------------------------------


def two_chats(repeat: str) -> tuple[Decision, Decision]:
    talk = Talk(policy(reception=Reception(repeat={"greeting": repeat})))  # type: ignore[dict-item]
    first = talk.hear()
    talk.do(c.Leave())
    return first, talk.hear()


@pytest.mark.parametrize(("repeat", "again"), [("always", ["Hello!"]), ("session", ["Hello!"]), ("customer", [])])
def test_a_greeting_once_per_customer_session_or_always(repeat: str, again: list[str]) -> None:
    first, second = two_chats(repeat)
    assert (said(first), said(second)) == (["Hello!"], again)


@pytest.mark.parametrize(("repeat", "times"), [("always", 2), ("session", 1), ("customer", 1)])
def test_that_an_agent_joined_once_per_session_or_always(repeat: str, times: int) -> None:
    talk = Talk(policy(reception=Reception(repeat={"agent_joined": repeat})))  # type: ignore[dict-item]
    talk.hear()
    joined = said(talk.assign())
    boss = c.Actor("boss", "Bea", supervisor=True)
    talk.do(c.Transfer(by=boss, group=None))
    joined += [text for text in said(talk.assign()) if "is here" in text]
    assert joined == ["Mei is here."] * times


# --- the form before a chat, on a channel without forms ---------------------------------------------------------


def asked(prechat: Prechat = FORM, **more: object) -> Talk:
    talk = Talk(policy(reception=Reception(prechat=prechat, **more), audience=bots()))  # type: ignore[arg-type]
    talk.hear("my order is late")
    return talk


def test_questions_are_asked_one_by_one_and_then_people_answer() -> None:
    talk = Talk(policy(reception=Reception(prechat=FORM)))
    first = talk.hear("my order is late")
    assert said(first) == ["Hello!", "form_intro", "Your name?"]
    assert received_by(first) == "nobody"
    assert said(talk.hear("Ann Lee")) == ["Your e-mail?\nform_optional"]
    assert said(talk.hear("it is ann@example.com")) == ["Which plan?"]
    last = talk.hear(Chosen("form:plan:pro", "Pro"))
    assert (said(last), received_by(last)) == (["form_thanks"], "people")
    assert talk.state.customer == Customer(
        id="cust", name="Ann Lee", email="ann@example.com", params={"field.plan": "pro"}
    )
    assert talk.session.asking is None


def test_a_wrong_answer_is_said_to_be_one_and_asked_again() -> None:
    talk = asked()
    talk.hear("Ann")
    assert said(talk.hear("none of your business")) == ["form_wrong_email", "Your e-mail?\nform_optional"]
    assert said(talk.hear("-")) == ["Which plan?"]


def test_nobody_is_trapped_in_a_form() -> None:
    talk = asked(Prechat(on=True, questions=(MAIL,)))
    talk.hear("no")
    talk.hear("no!")
    assert received_by(talk.hear("NO")) == "people"


def test_who_asks_for_a_person_gets_one() -> None:
    talk = asked()
    assert received_by(talk.hear("I want to talk to a person")) == "people"
    assert (talk.session.asking, talk.state.customer.name) == (None, None)


def test_what_is_known_is_not_asked() -> None:
    talk = visitor(policy(reception=Reception(prechat=FORM)), name="Ann", params={"field.plan": "pro"})
    assert said(talk.hear())[-1] == "Your e-mail?\nform_optional"
    known = visitor(policy(reception=Reception(prechat=Prechat(on=True, questions=(NAME,)))), name="Ann")
    assert received_by(known.hear()) == "people"


def test_without_consent_nothing_is_asked_and_nothing_kept() -> None:
    talk = asked(CONSENT)
    assert talk.session.pending == (("form:consent:yes", "form_agree"), ("form:consent:no", "form_decline"))
    decision = talk.hear(Chosen("form:consent:no", "No"))
    assert received_by(decision) == "people"
    assert talk.state.customer.params == {"field.consent": "no"}


def test_consent_once_given_is_not_asked_for_again() -> None:
    talk = asked(CONSENT)
    assert said(talk.hear(Chosen("form:consent:yes", "Yes"))) == ["Your name?"]
    talk.hear("Ann")
    talk.do(c.Leave())
    assert received_by(talk.hear("hello again")) == "people"


def test_a_form_that_is_not_answered_holds_up_nobody_for_ever() -> None:
    talk = asked()
    decision = talk.later(5 * MINUTE).do(c.Wake("form_silent"))
    assert (received_by(decision), talk.session.asking) == ("people", None)


def test_after_the_form_the_bot_is_asked_what_the_customer_wrote_first() -> None:
    talk = asked(Prechat(on=True, questions=(NAME,)), service="bot_first", bot="robo")
    decision = talk.hear("Ann")
    assert received_by(decision) == "bot"
    assert [event.seq for event in decision.events if isinstance(event, e.BotAsked)] == [1]


def test_a_form_that_was_changed_meanwhile_is_over() -> None:
    talk = asked()
    talk.policy = policy(reception=Reception(prechat=Prechat(on=True, questions=(MAIL,))))
    assert received_by(talk.hear("Ann")) == "people"


def test_outside_the_service_window_nothing_is_asked() -> None:
    talk = Talk(policy(WINDOW, reception=Reception(prechat=FORM)))
    talk.hear()
    assert talk.session.asking is not None
    talk.later(2 * DAY).do(c.Wake("form_silent"))
    assert talk.session.phase == "queued"


def test_an_agent_may_take_a_chat_whose_form_is_not_filled_in() -> None:
    talk = asked()
    talk.assign() if talk.session.phase == "queued" else talk.do(c.Claim(c.Actor("agent-mei", "Mei")))
    assert (talk.session.phase, talk.session.asking) == ("active", None)
    assert talk.later(5 * MINUTE).do(c.Wake("form_silent")).state.session == replace(talk.session, timers={})


# --- the form on the web ----------------------------------------------------------------------------------------


def on_the_web(prechat: Prechat = FORM) -> Talk:
    return Talk(policy(WEB, reception=Reception(prechat=prechat)))


def filled(talk: Talk, **values: str) -> Decision:
    return talk.hear(Form("", (), values))


def test_a_channel_with_forms_gets_it_whole() -> None:
    decision = on_the_web().hear()
    form = delivers(decision)[0].parts[-1].content
    assert isinstance(form, Form) and form.text == "form_intro"
    assert [(field.key, field.kind, field.required) for field in form.fields] == [
        ("name", "text", True),
        ("email", "email", False),
        ("plan", "choice", False),
    ]


def test_a_filled_form_is_kept_and_people_answer() -> None:
    talk = on_the_web()
    talk.hear()
    assert received_by(filled(talk, name="Ann", email="ann@example.com", plan="form:plan:free")) == "people"
    assert (talk.state.customer.email, talk.state.customer.params) == ("ann@example.com", {"field.plan": "free"})


def test_only_what_is_wrong_is_asked_again() -> None:
    talk = on_the_web()
    talk.hear()
    again = delivers(filled(talk, name="Ann", email="ann@"))[0].parts[-1].content
    assert isinstance(again, Form) and again.text == "form_wrong_email"
    assert [field.key for field in again.fields] == ["email"]
    assert received_by(filled(talk, email="")) == "people"


def test_whoever_writes_instead_of_filling_it_in_is_told_once_and_then_answered() -> None:
    talk = on_the_web()
    talk.hear()
    assert said(talk.hear("hello?")) == ["form_required"]
    talk.hear("hello??")
    assert received_by(talk.hear("HELLO")) == "people"


def test_where_nothing_is_required_writing_is_enough() -> None:
    talk = on_the_web(Prechat(on=True, questions=(MAIL,)))
    talk.hear()
    assert received_by(talk.hear("just a question")) == "people"


def test_the_texts_of_a_form_are_the_admins() -> None:
    decision = on_the_web(Prechat(on=True, intro={"en": "Who are you?"}, questions=(NAME,))).hear()
    form = delivers(decision)[0].parts[-1].content
    assert isinstance(form, Form) and form.text == "Who are you?"


# --- settings ---------------------------------------------------------------------------------------------------


def test_what_is_wrong_with_reception_is_named_by_its_field() -> None:
    document = Reception(
        repeat={"agent_closed": "session"},
        prechat=Prechat(
            on=True,
            consent={"xx-": "?"},
            questions=(replace(NAME, label={}), replace(MAIL, kind="file"), replace(PLAN, key="consent")),
        ),
        schemes=(
            Scheme(name="a", segment="vip"),
            Scheme(name="a", segment="vip", prompts={"agent_closed": Override(on=False)}),
        ),
    )
    assert [field for field, _ in validate_reception(document)] == [
        "repeat.agent_closed",
        "prechat.questions.0.label",
        "prechat.consent.xx-",
        "prechat.questions.1.kind",
        "prechat.questions.2.key",
        "schemes.1.name",
        "schemes.1.prompts.agent_closed",
    ]
    assert validate_reception(Reception(prechat=Prechat(on=True))) == [
        ("prechat.questions", "A form needs at least one question.")
    ]
    assert validate_reception(Reception(prechat=FORM, schemes=(Scheme(name="a", segment="vip"),))) == []


def test_names_of_events_stay_in_order() -> None:
    assert named(Talk(policy(reception=Reception(service="bot_first", bot="robo"), audience=bots())).hear()) == [
        "CustomerKnown",
        "Opened",
        "Received",
        "Prompted",
        "BotBegan",
        "BotAsked",
        "TimerSet",
    ]
