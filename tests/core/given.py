"""Small beginnings for the tests of the rules: a policy, a conversation that is talked to, agents."""

from functools import cache
from itertools import count

import locales
from core import command as c
from core import effect as f
from core import event as e
from core.channel import Capabilities, Profile, Received
from core.conversation import Decision, decide
from core.customer import Customer
from core.handover import Asks, Wishes
from core.hours import Opening
from core.message import Choice, Content, Message, Option, Text, plain
from core.mode import Reception
from core.policy import ChannelFacts, Closing, Level, Policy, Prompts, Words
from core.prompts import KEYS, Override
from core.routes import Assignment, Route
from core.scheme import Surveys
from core.service import Audience, Bot
from core.session import AgentRef, Conversation, Session
from core.survey import Answers
from core.turn import Context, Outlook, Standing, to_the_default
from core.words import Action, Side, WordList

NOON = 1_700_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000

MEI, TOM = c.Actor("agent-mei", "Mei"), c.Actor("agent-tom", "Tom")
BOSS = c.Actor("agent-boss", "Bea", supervisor=True)
FREE, BUSY, NOBODY = Outlook(free=True, online=1), Outlook(waiting=2, online=1), Outlook()

EVERYTHING = frozenset(
    ("text", "image", "audio", "video", "file", "location", "sticker", "contact", "choice", "chosen", "reaction")
) | {"template", "unsupported"}
CHAT = Capabilities(text_limit=1000, inbound=EVERYTHING, outbound=EVERYTHING, options=13, batch=5, recall=True)
TOKENS = Capabilities(
    text_limit=1000, inbound=EVERYTHING, outbound=EVERYTHING, options=13, batch=5, reply_token_seconds=20
)
WINDOW = Capabilities(
    text_limit=1000, inbound=EVERYTHING, outbound=EVERYTHING, options=3, window_seconds=86_400, templates=True
)
PLAIN = Capabilities(text_limit=40, inbound=EVERYTHING, outbound=frozenset({"text"}))

_ENGLISH = {
    "greeting": "Hello!",
    "no_agent": "Nobody is here.",
    "queue_position": "You are number {position}.",
    "queue_wait": "Wait {minutes}.",
    "agent_joined": "{agent} is here.",
    "transferred": "Over to {agent}.",
    "idle_reminder": "Still there?",
    "agent_closed": "Goodbye from {agent}.",
    "customer_timeout": "You were silent.",
    "customer_left": "You left.",
    "blocked": "Chat over.",
    "customer_blocked": "You cannot write here.",
    "word_blocked": "That was not passed on.",
    "options_hint": "Send a number.",
    "survey_invite_stars": "How was it?",
    "survey_invite_nps": "Recommend us?",
    "survey_invite_thumbs": "Happy?",
    "survey_comment": "Why?",
    "survey_thanks": "Thank you.",
    "nps_score": "{score}",
    "link_media": "{name}: {url}",
    "rating_1": "*",
    "rating_2": "**",
    "rating_3": "***",
    "rating_4": "****",
    "rating_5": "*****",
}
TEXTS: dict[str, dict[str, str]] = {
    "en": {key: _ENGLISH.get(key, key) for key in KEYS},
    "ja": {"greeting": "こんにちは!", "agent_closed": "さようなら", "survey_thanks": "ありがとう"},
}


@cache
def answers() -> Answers:
    return Answers.compile({tag: locale.survey for tag, locale in locales.read().items()})


def words(action: Action, *found: str, side: Side = "customer", name: str = "list") -> WordList:
    return WordList(name=name, side=side, action=action, words=found)


def policy(
    capabilities: Capabilities = CHAT,
    *,
    lists: tuple[WordList, ...] = (),
    surveys: Surveys | None = None,
    closing: Closing | None = None,
    prompts: dict[str, Override] | None = None,
    reception: Reception | None = None,
    audience: Audience | None = None,
    assignment: Assignment | None = None,
    hours: Opening | None = None,
    groups: dict[str, Level] | None = None,
    group: str | None = None,
    language: str = "en",
) -> Policy:
    return Policy(
        version=7,
        channel=ChannelFacts("chan", "Shop", language, capabilities, group),
        texts=TEXTS,
        answers=answers(),
        everywhere=Level(
            closing=closing or Closing(),
            prompts=Prompts(prompts or {}),
            words=Words(lists),
            surveys=surveys or Surveys(),
            reception=reception or Reception(),
            assignment=assignment or Assignment(),
            hours=hours or Opening(),
        ),
        groups=groups or {},
        here=Level(),
        audience=audience or Audience(),
    )


ROBO = Bot(id="robo", name="Robo")
WISHES = Wishes.compile({"en": Asks(("human",), ("talk to a person",)), "ja": Asks(("人間",), ("担当者に",))})


def bots(*known: Bot) -> Audience:
    return Audience(bots={bot.id: bot for bot in known or (ROBO,)}, wishes=WISHES)


def inbound(content: Content | str, *, at: int = NOON, id: str = "m", **more: object) -> Received:
    said = Text(content) if isinstance(content, str) else content
    return Received(id=id, address="ann", content=said, at=at, **more)  # type: ignore[arg-type]


class Talk:
    """One customer's conversation: commands go in, the newest decision and the state stay."""

    def __init__(self, rules: Policy | None = None, outlook: Outlook = FREE) -> None:
        self.policy, self.outlook, self.now = rules or policy(), outlook, NOON
        self.standing: Standing | None = None
        self.others_online, self.away_free = True, False
        self.route: Route | None = None
        self.gone_since: int | None = None
        self.earlier: Session | None = None
        self.state = Conversation(id="conv", channel="chan", address="ann", customer=Customer(id="cust"))
        self._ids, self._numbers, self._inbounds = count(1), count(1), count(1)

    def context(self, aim: str | None = None) -> Context:
        return Context(
            now=self.now,
            policy=self.policy,
            new_id=lambda: f"id-{next(self._ids):04}",
            number=lambda: next(self._numbers),
            outlook=lambda group: self.outlook,
            standing=lambda session: self.standing,
            others_online=lambda group, agent: self.others_online,
            away_free=lambda group: self.away_free,
            gone_since=lambda agent: self.gone_since,
            route=lambda asked: self.route or to_the_default(asked),
            aim=aim,
            earlier=self.earlier,
        )

    def do(self, command: c.Command, aim: str | None = None) -> Decision:
        decision = decide(self.state, command, self.context(aim))
        self.state = decision.state
        return decision

    def hear(self, content: Content | str = "hello", *, at: int | None = None, **more: object) -> Decision:
        heard = inbound(content, at=self.now if at is None else at, id=f"m-{next(self._inbounds)}", **more)
        return self.do(c.Receive(heard))

    def later(self, ms: int) -> "Talk":
        self.now += ms
        return self

    @property
    def session(self) -> Session:
        assert self.state.session is not None
        return self.state.session

    @property
    def last(self) -> Session:
        assert self.state.last is not None
        return self.state.last

    def assign(self, agent: c.Actor = MEI) -> Decision:
        return self.do(c.Assign(self.session.id, agent.ref, "Mei was free.", {"method": "saturation"}))

    def reply(self, content: Content | str = "How can I help?", by: c.Actor = MEI, client_id: str = "c1") -> Decision:
        said = Text(content) if isinstance(content, str) else content
        return self.do(c.Reply(by=by, client_id=client_id, content=said))

    def close(self, by: c.Actor = MEI) -> Decision:
        return self.do(c.Close(by))


def active(rules: Policy | None = None) -> Talk:
    """Ann said hello, was greeted, and Mei has the chat."""
    talk = Talk(rules)
    talk.hear("hello")
    talk.assign()
    return talk


def closed(rules: Policy | None = None) -> Talk:
    """The same, answered once and closed by Mei."""
    talk = active(rules)
    talk.reply()
    talk.close()
    return talk


def named(decision: Decision) -> list[str]:
    """The events, by name."""
    return [type(event).__name__ for event in decision.events]


def delivers(decision: Decision) -> list[f.Deliver]:
    return [effect for effect in decision.effects if isinstance(effect, f.Deliver)]


def said(decision: Decision) -> list[str]:
    """What goes out to the customer, in words and in order."""
    return [plain(part.content) for deliver in delivers(decision) for part in deliver.parts]


def message(decision: Decision) -> Message:
    """The message of the first event that has one."""
    return next(
        event.message for event in decision.events if isinstance(event, e.Received | e.Replied | e.Noted | e.TurnedAway)
    )


def named_profile(name: str, language: str | None = None) -> Profile:
    return Profile(name=name, language=language)


COLOURS = Choice("Which colour?", (Option("r", "Red"), Option("g", "Green")))
MEI_REF = AgentRef("agent-mei", "Mei")
