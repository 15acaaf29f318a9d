"""The company of the laboratory: its channels, groups, bot, and settings, with everything in use that there is.

What one channel does not have another has: a queue with a limit, hours and tickets; always-on; a bot and a form first;
rules and transfers that wait for a word; a survey in steps.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

import connectors
import locales
from api.bots import FaqSettings
from api.documents import BotDoc
from core import condition as when
from core.closing import Summaries
from core.faq import Entry
from core.form import Alternative, Question
from core.handover import Handover, Keyword, Wishes
from core.hours import Holiday, Opening, Span
from core.message import Translation
from core.mode import AlwaysOn, Reception
from core.people import Customers
from core.policy import ChannelFacts, Closing, Languages, Level, Policy, Words
from core.promise import Promise, Sla
from core.routes import Assignment, Routing, Rule, Target
from core.routes import Level as Further
from core.scheme import Score, Surveys, Tag
from core.service import Audience, Prechat, Scheme
from core.submitted import Submissions
from core.survey import Answers
from core.waiting import Absence, Queue, Silence
from core.words import WordList
from routing.pools import Team
from tests.lab.providers.line import SECRET as LINE_SECRET
from tests.lab.providers.meta import NUMBER
from tests.lab.providers.meta import SECRET as META_SECRET
from tests.lab.providers.telegram import SECRET as TELEGRAM_SECRET
from tests.lab.providers.telegram import TOKEN as TELEGRAM_TOKEN
from tests.lab.providers.twilio import ACCOUNT, SENDER
from tests.lab.providers.twilio import SECRET as TWILIO_SECRET

TEAMS = {
    "g-sales": Team(frozenset({"a-ada", "a-bob", "a-eva"}), "Sales"),
    "g-help": Team(frozenset({"a-bob", "a-cho", "a-dan"}), "Help", "round_robin"),
}
CHANNELS: Mapping[str, tuple[str, str | None, Mapping[str, object]]] = {
    "c-line": ("line", "g-sales", {"channel_secret": LINE_SECRET.decode(), "channel_access_token": "t"}),
    "c-twilio": (
        "whatsapp", "g-help", {"account_sid": ACCOUNT, "auth_token": TWILIO_SECRET.decode(), "from": SENDER}
    ),
    "c-meta": (
        "whatsapp-cloud", None,
        {"phone_number_id": NUMBER, "access_token": "t", "app_secret": META_SECRET.decode(), "verify_token": "verify",
         "waba_id": "waba"},
    ),
    "c-telegram": ("telegram", "g-sales", {"bot_token": TELEGRAM_TOKEN, "secret_token": TELEGRAM_SECRET}),
    "c-web": ("web", "g-help", {}),
}  # fmt: skip
LABELS = (
    "rating_", "nps_", "thumb_", "options_hint", "link_media", "field", "language_switched", "keep_waiting", "consent_",
    "form_", "bot_none", "bot_person", "bot_yes", "bot_no", "after_re", "after_ra", "leave_message", "solved_",
    "submission_decline", "survey_skip",
)  # fmt: skip
"""Prompts that stand on buttons or inside other texts, and so bear no token."""
DAY = (Span("07:00", "22:30"),)
EVERY_DAY: Any = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), DAY)
ZONE = "Europe/Helsinki"  # where the first day of the simulation begins at midnight
FORM = (
    Question(key="name", label={"en": "Your name?"}, required=True),
    Question(key="age", label={"en": "Your age?"}, kind="number"),
    Question(key="born", label={"en": "Born when?"}, kind="date"),
    Question(key="phone", label={"en": "Your phone?"}, kind="phone", country="FI"),
    Question(key="email", label={"en": "Your e-mail?"}, kind="email", required=True),
    Question(
        key="topic", label={"en": "About what?"}, kind="choice",
        options=(Alternative(id="a", label={"en": "Orders"}), Alternative(id="b", label={"en": "Else"})),
    ),
)  # fmt: skip
FAQ = FaqSettings(questions=(
    Entry(id="order", question={"en": "Where is my order?"}, answer={"en": "On its way."},
          variants={"en": ("when does my parcel come",)}),
    Entry(id="open", question={"en": "When are you open?", "ja": "元気ですか"}, answer={"en": "By day."}),
    Entry(id="open2", question={"en": "When are you closed?"}, answer={"en": "By night."}),
))  # fmt: skip
BOT = BotDoc(
    id="b-faq", name="Fay",
    kind="faq",
    settings=msgspec.to_builtins(FAQ),
    handover=Handover(keywords=(Keyword(words=("refund",), group="g-sales"), Keyword(words=("boss",), agent="a-eva"))),
    while_queued="answers",
    idle_seconds=900,
)  # fmt: skip
SEGMENTS: Mapping[str, when.Condition] = {
    "s-vip": when.Any((when.Vip(), when.VipLevel(2), when.Tagged(any=("vip",)))),
    "s-all": when.All((when.Not(when.Rated(most=0)), when.Time(zone=ZONE), when.Returning(True))),
}
RULES = (
    Rule("vips", Target(agent="a-eva"), when.All((when.Vip(), when.Not(when.Tagged(any=("late",)))))),
    Rule("spanish", Target(group="g-help"), when.Any((when.Speaks(("es",)), when.Wrote(("order",))))),
    Rule("field", Target(group="g-help"), when.Field("topic", ("a",))),
    Rule("age", Target(group="g-sales"), when.Param("field.age", least=18, most=99)),
    Rule("angry", Target(agent="a-eva", must=True), when.Rated(most=1)),
    Rule("closed", Target(group="g-sales"), when.Hours(open=False, group="g-sales")),
    Rule("far", Target(group="g-help"), when.Any((when.FromAddress(("10.0.0.0/8",)), when.FromCountry(("DE",))))),
    Rule("landed", Target(group="g-help"), when.LandedOn(contains=("/shop",))),
    Rule("old friends", Target(group="g-sales"), when.All((when.Returning(), when.OnChannel(("c-telegram",))))),
    Rule("night", Target(group="g-help"), when.Time(zone=ZONE, start="20:00", end="06:00")),
)
PROMISES = (
    Promise(
        name="vips", when=when.Vip(), first_response_seconds=30, next_response_seconds=60,
        remind_before_seconds=(10,), remind_after_seconds=(30,),
    ),
    Promise(
        name="all", clock="open", first_response_seconds=60, next_response_seconds=120, resolution_seconds=1800,
        remind_before_seconds=(30,), remind_after_seconds=(60,),
    ),
)  # fmt: skip
WORDS = Words((
    WordList(name="mild", side="customer", action="mask", words=("damn", "badword", "订单")),
    WordList(name="hard", side="customer", action="block", words=("secretword",)),
    WordList(name="watch", side="customer", action="alert", words=("shame", "ครับ"), except_=("shameful",)),
    WordList(name="personal", side="customer", action="consent", find=("card", "email", "iban", "phone")),
    WordList(name="careful", side="customer", action="warn", words=("password",), text={"en": "Never tell it."}),
    WordList(name="instead", side="customer", action="replace", patterns=(r"order-\d+",)),
    WordList(name="house", side="agent", action="block", words=("damn",)),
    WordList(name="house watch", side="agent", action="alert", words=("漢字",)),
    WordList(name="house care", side="agent", action="warn", words=("promise",)),
    WordList(name="house other", side="agent", action="replace", words=("never",)),
))  # fmt: skip
EVERYWHERE = Level(
    closing=Closing(
        customer_idle_seconds=900, customer_reminder_seconds=300, agent_idle_seconds=240,
        after_close=("restart", "rate", "leave_message"), ask_after_close=True,
    ),
    words=WORDS,
    customers=Customers(auto_save=True, trust_page=True),
    sla=Sla(PROMISES),
    languages=Languages(picker="unsure", offered=("en", "es", "ja", "ar", "zh-Hant"), translate=True),
)  # fmt: skip
TAGS = (Tag("slow", {"en": "Too slow"}), Tag("kind", {"en": "Kind"}))
HERE: Mapping[str, Level] = {
    "c-line": Level(
        hours=Opening(ZONE, EVERY_DAY, (Holiday("12-24"), Holiday("2023-11-16", "short", (Span("09:00", "12:00"),)))),
        submissions=Submissions(on=True, fields=FORM, words={"en": ("ticket",)}),
        assignment=Assignment(
            queue=Queue(limit=6, reminder_seconds=60, answer_seconds=90), overflow=(Further(group="g-help"),),
            familiar_first=True, transfer="accept",
        ),
        surveys=Surveys(on=True, kind="nps", tags=TAGS, solved="optional", alert_at_most=3),
    ),
    "c-twilio": Level(
        reception=Reception(mode="always_on", always_on=AlwaysOn("all", 14_400)),
        surveys=Surveys(on=True, kind="stars", comment="required", scores={"1": Score(tags=TAGS, tags_required=True)}),
        assignment=Assignment(method="weighted", weights={"a-bob": 3}, transfer="approve"),
    ),
    "c-meta": Level(
        reception=Reception(
            service="bot_first", bot=BOT.id, prechat=Prechat(on=True, questions=FORM, consent={"en": "Agree?"}),
            schemes=(Scheme(name="vips", segment="s-vip", service="people_only", prechat=False),
                     Scheme(name="others", segment="s-all", prechat=False, prompts={})),
            repeat={"greeting": "always"},
        ),
        surveys=Surveys(on=True, kind="stars", comment=True, tags=TAGS, solved="required"),
        assignment=Assignment(agent_silent=Silence(reminder_seconds=60, transfer_seconds=180)),
    ),
    "c-telegram": Level(
        routing=Routing(triggers=(Rule("boss", Target(agent="a-eva"), when.Wrote(("boss",))),), rules=RULES),
        surveys=Surveys(on=True, kind="thumbs"),
        assignment=Assignment(
            last_agent_seconds=86_400, offline_message_seconds=86_400, agent_offline=Absence("move"),
            overflow=(Further(group="g-help", when="all_busy"), Further(agent="a-fay", when="nobody_online")),
        ),
        reception=Reception(deferred=True),
    ),
    "c-web": Level(
        reception=Reception(service="people_first", bot=BOT.id, prechat=Prechat(on=True, questions=FORM[:2])),
        closing=Closing(summary=Summaries(types=("order", "other"), fields=FORM[:1], note="optional")),
        submissions=Submissions(on=True, kind="message"),
        assignment=Assignment(queue=Queue(limit=3), agent_offline=Absence("close"), overflow=(
            Further(group="g-sales", when="off_duty"),)),
        surveys=Surveys(on=True, kind="stars", comment=True, customer_may_ask=True),
        routing=Routing(rules=RULES),
    ),
}  # fmt: skip


class Folders:
    """The little of `api.directory.Directory` that bots ask for."""

    def __init__(self) -> None:
        self.bots = {BOT.id: BOT}

    def opened(self, doc: BotDoc) -> Mapping[str, Any]:
        return doc.settings

    def channel(self, id: str) -> None:
        """By its id is enough."""


async def translate(text: str, language: str) -> Translation:
    """What a provider would say."""
    return Translation(f"{text[:50]} in {language}", language, "en")


@cache
def policies() -> Mapping[str, Policy]:
    """Each prompt carries a token by which it is known again."""
    found = locales.read()
    texts = {
        tag: {
            key: text if key.startswith(LABELS) else f"{text} [p:{key}:{{session}}]"
            for key, text in locale.prompts.items()
        }
        for tag, locale in found.items()
    }
    answers = Answers.compile({tag: locale.survey for tag, locale in found.items()})
    audience = Audience(SEGMENTS, {BOT.id: BOT.rules}, Wishes.compile(locales.read_asks()))
    lenient = WordList(name="mild", side="customer", action="mask", words=("damn",), on=False)
    return {
        channel: Policy(
            version=1, channel=ChannelFacts(channel, channel, "en", connectors.load(kind).capabilities, group),
            texts=texts, answers=answers, everywhere=EVERYWHERE, groups={"g-help": Level(words=Words((lenient,)))},
            here=HERE[channel], audience=audience,
        )
        for channel, (kind, group, _) in CHANNELS.items()
    }  # fmt: skip
