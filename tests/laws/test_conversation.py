"""The laws of `decide` and `evolve`, whatever is asked in whatever order (DESIGN.md "Laws" 2 and 3).

Folding the events over the old state gives the new one, also with every text blanked; seq is contiguous; nothing is
said or promised without its errand; deciding changes nothing and may be repeated; only `Refused` is ever raised.
"""

import dataclasses
import os
from collections import Counter
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from core import admission
from core import command as c
from core import effect as f
from core import event as e
from core.channel import Profile, Reached, Received
from core.condition import Vip
from core.conversation import Decision, decide
from core.customer import Customer
from core.erasing import blank_event, is_erased
from core.errors import BadInput, Refused
from core.evolve import evolve
from core.form import Question
from core.handover import Handover, Keyword
from core.hours import Opening, Span
from core.message import (
    Choice,
    Chosen,
    Content,
    Form,
    Image,
    Note,
    Option,
    Reaction,
    Sticker,
    Summary,
    Template,
    Text,
    plain,
)
from core.mode import AlwaysOn, Reception
from core.policy import Closing, Level, Policy
from core.promise import Promise, Sla
from core.routes import Assignment, Handed
from core.routes import Level as Overflow
from core.scheme import Surveys, Tag
from core.service import Prechat
from core.session import AgentRef, Conversation, Wish
from core.submitted import Submissions
from core.turn import Context, Outlook
from core.waiting import Absence, Queue, Silence
from tests.core.given import BOSS, CHAT, MEI, NOON, PLAIN, ROBO, TOKENS, TOM, WINDOW, bots, policy, words

LISTS = (
    words("mask", "sekrit", name="codes"),
    words("block", "bomb", name="no"),
    words("alert", "lawyer", name="legal"),
    words("mask", "sekrit", side="agent", name="agents"),
    words("block", "idiot", side="agent", name="manners"),
)
IDLE = Closing(customer_idle_seconds=120, customer_reminder_seconds=60, agent_idle_seconds=90)
TALKING = bots(replace(ROBO, while_queued="answers", handover=Handover(keywords=(Keyword(words=("apples",)),))))
PRECHAT = Prechat(
    on=True,
    consent={"en": "May we?"},
    questions=(Question(key="age", kind="number", label={"en": "Age?"}, required=True),),
)
BASE: tuple[Policy, ...] = (
    policy(),
    policy(TOKENS, lists=LISTS, surveys=Surveys(on=True, comment=True), closing=IDLE),
    policy(replace(WINDOW, batch=1), lists=LISTS, surveys=Surveys(on=True, kind="thumbs"), closing=IDLE),
    policy(PLAIN, surveys=Surveys(on=True, kind="nps", expires_seconds=60), groups={"sales": Level(closing=IDLE)}),
    policy(replace(CHAT, outbound=CHAT.outbound | {"form"}, read_marks=True), surveys=Surveys(on=True), group="sales"),
    policy(TOKENS, lists=LISTS, closing=IDLE, reception=Reception(service="bot_first", bot="robo"), audience=TALKING),
    policy(reception=Reception(service="bot_only", bot="robo", prechat=PRECHAT, deferred=True), audience=TALKING),
    policy(
        replace(CHAT, outbound=CHAT.outbound | {"form"}),
        surveys=Surveys(on=True),
        reception=Reception(bot="robo", prechat=PRECHAT, repeat={"greeting": "customer", "agent_joined": "session"}),
        audience=TALKING,
    ),
    policy(assignment=Assignment(transfer="accept", transfer_seconds=60, overflow=(Overflow(group="sales"),))),
    policy(assignment=Assignment(transfer="approve"), lists=LISTS, closing=IDLE),
)
SCHEME = Surveys(
    on=True, tags=(Tag("slow"), Tag("rude")), solved="optional", comment="optional", alert_at_most=3, invitations=3,
)  # fmt: skip
LEFT = Level(
    surveys=SCHEME,
    submissions=Submissions(on=True, abandon_seconds=60, reply_seconds=300, words={"en": ("idiot",)}),
    closing=Closing(ask_after_close=True, agent_idle_seconds=90),
)
BASE += (
    policy(TOKENS, lists=LISTS, groups={"sales": LEFT}, group="sales"),
    policy(replace(CHAT, outbound=CHAT.outbound | {"form"}), groups={"sales": LEFT}, group="sales"),
    policy(PLAIN, groups={"sales": LEFT}, group="sales"),
)
WAITS = Assignment(
    queue=Queue(limit=3, reminder_seconds=60, answer_seconds=40),
    agent_silent=Silence(reminder_seconds=50, transfer_seconds=100),
    agent_offline=Absence("move"),
)
PROMISES = Sla(
    (
        Promise(name="VIP", when=Vip(), first_response_seconds=30, clock="open"),
        Promise(
            name="All", first_response_seconds=60, next_response_seconds=30, resolution_seconds=300,
            remind_before_seconds=(20,), remind_after_seconds=(10, 50),
        ),
    )
)  # fmt: skip
CLOSES = Level(
    assignment=Assignment(agent_offline=Absence("close")), sla=Sla((Promise(name="S", resolution_seconds=9),))
)
POLICIES = BASE + tuple(
    Policy(
        version=made.version,
        channel=made.channel,
        texts=made.texts,
        answers=made.answers,
        everywhere=dataclasses.replace(
            made.everywhere, assignment=WAITS, sla=PROMISES, reception=reception, hours=hours
        ),
        groups={"sales": CLOSES},
        here=Level(),
    )
    for made, reception, hours in (
        (BASE[0], Reception("real_time"), Opening()),
        (BASE[1], Reception("real_time"), Opening(week={"tue": (Span("22:00", "22:20"), Span("22:30", "23:00"))})),
        (BASE[2], Reception("always_on", AlwaysOn(target="all", pending_seconds=90)), Opening()),
        (BASE[3], Reception("always_on"), Opening()),
    )
)
NUMBERED = st.sampled_from(range(len(POLICIES)))
"""Which of them. Hypothesis keeps what it draws from in words, for each example: of the settings that is 9 MB."""
TIMERS = [
    "customer_idle", "customer_reminder", "agent_idle", "agent_transfer", "queue_reminder", "pending", "opening",
    "sla_first_response", "sla_next_response", "sla_resolution", "transfer_offer", "submission", "unknown",
    *sorted(admission.TIMERS),
]  # fmt: skip
CANARY = "canary body"
SAYINGS = st.sampled_from(
    [
        "human", "where is my order", "👎",
        "hello", CANARY, "5", "2", "5 minutes ago", "👍", "my sekrit code", "a bomb", "my lawyer", "idiot", " ", "",
        "注文した商品がまだ届いていません", "One sentence is here. Another sentence is there. " * 3,
    ]
) | st.text(max_size=12)  # fmt: skip
OPTIONS = (Option("a", "Apples"), Option("b", "Bombs"))
CONTENTS: st.SearchStrategy[Content] = st.one_of(
    SAYINGS.map(Text),
    st.sampled_from(
        [
            Choice("Which?", OPTIONS), Chosen("rate:4", "****"), Chosen("a", "Apples"), Sticker("s1"), Note("psst"),
            Chosen("bot:no", "No"), Chosen("form:consent:yes", "I agree"), Form("", (), {"consent": "yes", "age": "7"}),
            Image(mime="image/png", ref="r1", caption="my sekrit"), Image(url="https://x.test/a.png"),
            Form("How?", (), {"score": "3"}), Form("", (), {"text": CANARY}), Chosen("submission:accept", "Leave"),
            Chosen("submission:decline", "No"), Chosen("after:rate", "Rate"), Chosen("after:leave_message", "Leave"),
            Chosen("after:restart", "New"), Chosen("survey:tag:0", "slow"), Chosen("survey:yes", "Yes"),
            Reaction("❤", "m1"), Template("t", variables=("idiot",), text="Hi {{1}}"),
        ]
    ),
)  # fmt: skip
ACTORS = st.sampled_from([MEI, TOM, BOSS])
AGENTS = st.sampled_from([MEI.ref, TOM.ref])
SECONDS = st.integers(0, 200)
Speaking = e.Received | e.Prompted | e.Replied | e.Noted | e.Summarized | e.SubmissionReplied
_json = msgspec.json


def blank(event: e.Event) -> e.Event:
    """The event after an erasure."""
    if isinstance(event, Speaking | e.TurnedAway):
        return replace(event, message=replace(event.message, content=Text(""), original=None, hits=()))
    if isinstance(event, e.Amended):
        return replace(event, content=Text(""), original=None, hits=())
    return event


def fold(state: Conversation, events: tuple[e.Event, ...]) -> Conversation:
    for event in events:
        state = evolve(state, event)
    return state


class AnyConversation(RuleBasedStateMachine):
    @initialize(which=NUMBERED)
    def begin(self, which: int) -> None:
        self.policy, self.now, self.step = POLICIES[which], NOON, count()
        self.people = count()
        self.somebody_new()
        self.seqs: Counter[str] = Counter()
        self.loads: Counter[str] = Counter()
        self.sessions = ["nowhere"]
        self.tokens: set[str] = set()
        self.inbounds = count()
        self.outlook = Outlook()

    def somebody_new(self) -> None:
        number = next(self.people)
        self.state = Conversation(
            id=f"conv{number}", channel="chan", address="ann", customer=Customer(id=f"cust{number}")
        )
        self.first, self.history = self.state, list[e.Event]()
        self.counts: Counter[tuple[str, str | None]] = Counter()

    # what may be asked

    @rule(seconds=SECONDS, back=st.booleans())
    def time_passes(self, seconds: int, back: bool) -> None:
        self.now += -min(seconds, 5) * 1000 if back else seconds * 1000

    @rule(waiting=st.integers(0, 3), free=st.booleans(), online=st.integers(0, 2))
    def the_desk_changes(self, waiting: int, free: bool, online: int) -> None:
        self.outlook = Outlook(waiting, free, online)

    @rule(content=CONTENTS, token=st.booleans(), late=SECONDS, alias=st.sampled_from([(), ("b1",), ("b1", "b2")]))
    def the_customer_writes(self, content: Content, token: bool, late: int, alias: tuple[str, ...]) -> None:
        number = next(self.inbounds)
        inbound = Received(
            id=f"m{number}", address="ann", content=content, at=self.now - late * 1000, aliases=alias,
            reply_token=f"t{number}" if token else None, ack=f"k{number}" if late % 7 == 0 else None,
            profile=Profile(language="ja") if late % 5 == 0 else Profile(),
        )  # fmt: skip
        self.ask(c.Receive(inbound))

    @rule(data=st.data(), seq=st.integers(1, 6), content=CONTENTS)
    def the_customer_edits(self, data: st.DataObject, seq: int, content: Content) -> None:
        self.ask(c.Amend(data.draw(st.sampled_from(self.sessions)), seq, content, self.now))

    @rule(data=st.data(), seq=st.integers(1, 6))
    def the_customer_takes_back(self, data: st.DataObject, seq: int) -> None:
        self.ask(c.Retract(data.draw(st.sampled_from(self.sessions)), seq))

    @rule(reachable=st.booleans())
    def the_customer_is_reached_or_not(self, reachable: bool) -> None:
        self.ask(c.Reach(Reached(id="u", address="ann", reachable=reachable, at=self.now)))

    @rule(name=st.sampled_from(["Ann", "Bo"]), wish=st.sampled_from([Wish(), Wish(agent="agent-mei", must=True)]))
    def the_customer_visits(self, name: str, wish: Wish) -> None:
        self.ask(c.Visit(replace(self.state.customer, name=name), wish=wish))

    @rule(id=st.sampled_from(["cust0", "other"]), own=st.sampled_from([None, "p-1"]), saved=st.booleans())
    def somebody_says_who_the_customer_is(self, id: str, own: str | None, saved: bool) -> None:
        self.ask(c.Identify(replace(self.state.customer, id=id, partner_id=own, saved=saved), "agent-mei"))

    @rule(really=st.integers(0, 3))
    def the_customer_is_erased(self, really: int) -> None:
        """All that happened still folds into what is there, with every word and name gone; who comes next is new."""
        if really:
            return
        self.ask(c.Erase("agent-mei"))
        assert is_erased(self.state)
        assert fold(self.first, tuple(map(blank_event, self.history))) == self.state
        assert fold(self.first, tuple(self.history)) == self.state
        self.somebody_new()

    @rule(really=st.integers(0, 4))
    def the_customer_leaves(self, really: int) -> None:
        if really == 0:
            self.ask(c.Leave())

    @rule(saying=SAYINGS, by=st.sampled_from([MEI, TOM]), content=CONTENTS)
    def a_chat_gets_going(self, saying: str, by: c.Actor, content: Content) -> None:
        self.ask(c.Block(BOSS, None))
        self.the_customer_writes(Text(saying), True, 0, ())
        self.ask(c.Claim(by))
        self.ask(c.Reply(by=by, client_id="c", content=content))

    @rule(data=st.data(), ends=st.booleans(), answer=st.sampled_from(["5", "1", "👍", "hello"]))
    def whoever_has_it_goes_on(self, data: st.DataObject, ends: bool, answer: str) -> None:
        session = self.state.session
        if session is None or session.agent is None:
            return
        by = c.Actor(session.agent.id, session.agent.name)
        self.an_agent_does_something_small(by, data.draw(st.integers(0, 5)), data.draw(st.booleans()))
        self.ask(c.Recall(by, 1, by.id, self.now))
        self.ask(c.Reply(by=by, client_id="c", content=data.draw(CONTENTS)))
        if ends:
            self.ask(c.Close(by))
            self.the_customer_writes(Text(answer), False, 0, ())
            self.the_customer_writes(Text(CANARY), False, 0, ())

    @rule(by=ACTORS, content=CONTENTS, quote=st.sampled_from([None, "q"]))
    def an_agent_answers(self, by: c.Actor, content: Content, quote: str | None) -> None:
        self.ask(c.Reply(by=by, client_id="c", content=content, quote=quote))

    @rule(content=st.none() | CONTENTS, how=st.sampled_from(["", "unknown", "helpful", "end", "hand", "suggest"]))
    def the_bot_says(self, content: Content | None, how: str) -> None:
        if self.state.session is not None:
            said = c.BotSays(
                session=self.state.session.id, bot="robo", client_id="b", contents=(content,) if content else (),
                unknown=how == "unknown", helpful=how == "helpful", end=how == "end",
                handover=Handed("sales", None, CANARY) if how == "hand" else None,
                suggestions=OPTIONS if how == "suggest" else (),
            )  # fmt: skip
            self.ask(said)

    @rule(seq=st.integers(1, 9))
    def the_bot_is_down(self, seq: int) -> None:
        if self.state.session is not None:
            self.ask(c.BotFailed(self.state.session.id, "robo", seq, "away"))

    @rule(by=ACTORS)
    def an_agent_claims(self, by: c.Actor) -> None:
        self.ask(c.Claim(by))

    @rule(data=st.data(), agent=AGENTS)
    def the_desk_assigns(self, data: st.DataObject, agent: AgentRef) -> None:
        self.ask(c.Assign(data.draw(st.sampled_from(self.sessions[-2:])), agent, "was free", {"candidates": ["x"]}))

    @rule(data=st.data(), position=st.integers(1, 9), online=st.integers(0, 2))
    def the_desk_informs(self, data: st.DataObject, position: int, online: int) -> None:
        self.ask(c.Inform(data.draw(st.sampled_from(self.sessions[-2:])), position, online))

    @rule(by=ACTORS, agent=AGENTS, note=st.sampled_from([None, CANARY]))
    def an_agent_transfers_to_another(self, by: c.Actor, agent: AgentRef, note: str | None) -> None:
        self.ask(c.Transfer(by=by, agent=agent, note=note))

    @rule(by=ACTORS, group=st.sampled_from([None, "sales"]))
    def an_agent_transfers_to_a_group(self, by: c.Actor, group: str | None) -> None:
        self.ask(c.Transfer(by=by, group=group))

    @rule(by=ACTORS, agent=AGENTS, which=st.integers(0, 6))
    def it_changes_hands_some_other_way(self, by: c.Actor, agent: AgentRef, which: int) -> None:
        ways: tuple[c.Command, ...] = (
            c.Accept(by), c.Decline(by), c.Hand(by=BOSS, agent=agent), c.Hand(by=BOSS, group="sales"), c.TakeOver(BOSS),
            c.Invite(by, agent), c.Uninvite(by, agent.id),
        )  # fmt: skip
        self.ask(ways[which])

    @rule(by=ACTORS, content=CONTENTS)
    def an_agent_writes_after_the_end(self, by: c.Actor, content: Content) -> None:
        self.ask(c.WriteAfter(by=by, client_id="c", content=content))

    @rule(by=ACTORS)
    def an_agent_closes(self, by: c.Actor) -> None:
        self.ask(c.Close(by))

    @rule(by=ACTORS, until=st.sampled_from([None, None, None, -1, NOON + 60_000]))
    def an_agent_blocks(self, by: c.Actor, until: int | None) -> None:
        self.ask(c.Block(by, until))

    @rule(by=ACTORS, seq=st.integers(1, 6), author=st.sampled_from(["agent-mei", "agent-tom"]))
    def an_agent_takes_back(self, by: c.Actor, seq: int, author: str) -> None:
        self.ask(c.Recall(by, seq, author, self.now))

    @rule(by=ACTORS, which=st.integers(0, 5), on=st.booleans())
    def an_agent_does_something_small(self, by: c.Actor, which: int, on: bool) -> None:
        small: tuple[c.Command, ...] = (
            c.InviteRating(by), c.Lock(by, on), c.MarkRead(by), c.Annotate(by, CANARY),
            c.Tag(by, add=("x", "y") if on else (), remove=() if on else ("x",)), c.InviteRating(by),
        )  # fmt: skip
        self.ask(small[which])

    @rule(by=ACTORS, data=st.data(), solved=st.sampled_from([True, False, None]))
    def an_agent_sums_up(self, by: c.Actor, data: st.DataObject, solved: bool | None) -> None:
        session = data.draw(st.sampled_from(self.sessions[-3:]))
        self.ask(c.Summarize(by=by, session=session, summary=Summary((), solved, CANARY)))

    @rule(by=ACTORS, data=st.data(), content=CONTENTS)
    def an_agent_answers_what_was_left(self, by: c.Actor, data: st.DataObject, content: Content) -> None:
        session = data.draw(st.sampled_from(self.sessions[-3:]))
        self.ask(c.ReplyToSubmission(by=by, submission=session, client_id="c", content=content))

    @rule(by=ACTORS, data=st.data(), state=st.sampled_from(["new", "open", "solved", None]), new=st.booleans())
    def what_was_left_moves_on(self, by: c.Actor, data: st.DataObject, state: Any, new: bool) -> None:
        session = data.draw(st.sampled_from(self.sessions[-3:]))
        agent = by.id if state is None else None
        self.ask(c.ChangeSubmission(by=by, submission=session, state=state, agent=agent, only_new=new))

    @rule(name=st.sampled_from(TIMERS))
    def a_timer_is_due(self, name: str) -> None:
        self.ask(c.Wake(name))

    @rule(names=st.permutations(TIMERS), seconds=SECONDS)
    def time_passes_and_every_timer_is_due(self, names: list[str], seconds: int) -> None:
        self.now += seconds * 1000
        for name in names:
            self.ask(c.Wake(name))

    @rule(agent=AGENTS, ago=SECONDS)
    def an_agent_is_gone(self, agent: AgentRef, ago: int) -> None:
        self.ask(c.Absent(agent.id, self.now - ago * 1000))

    @rule(which=NUMBERED)
    def the_settings_change(self, which: int) -> None:
        if POLICIES[which].channel.capabilities == self.policy.channel.capabilities:
            self.policy = POLICIES[which]

    # what holds

    def decided(self, command: c.Command, step: int) -> Decision | str:
        ids = count()
        context = Context(
            now=self.now,
            policy=self.policy,
            new_id=lambda: f"{step:04}-{next(ids)}",
            number=lambda: step,
            outlook=lambda group: self.outlook,
            others_online=lambda group, agent: self.outlook.online > 0,
        )
        try:
            return decide(self.state, command, context)
        except Refused as error:
            return f"{error.code}: {error.reason}"
        except BadInput as error:
            return str(error)

    def ask(self, command: c.Command) -> None:
        step, before, kept = next(self.step), self.state, _json.encode(self.state)
        decision = self.decided(command, step)
        assert self.decided(command, step) == decision, "deciding twice gives the same"
        assert _json.encode(before) == kept, "deciding changes nothing"
        if isinstance(decision, str):
            return
        assert fold(before, decision.events) == decision.state, "the events make the state"
        assert fold(before, tuple(map(blank, decision.events))) == decision.state, "without a text of theirs"
        self.every_value_survives_json(decision)
        self.seqs_are_contiguous(before, decision)
        self.what_is_owed_is_there(before, decision)
        self.places_are_taken_and_given_back(decision)
        self.nothing_says_what_must_not_be_said(decision)
        self.state = decision.state
        self.history += decision.events
        for tick in (tick for event in decision.events for tick in getattr(event, "pulse", ())):
            self.counts[tick.what, tick.group] += tick.by
        if self.state.session is not None and self.state.session.id not in self.sessions:
            self.sessions.append(self.state.session.id)

    def every_value_survives_json(self, decision: Decision) -> None:
        assert _json.decode(_json.encode(decision.state), type=Conversation) == decision.state
        assert _json.decode(_json.encode(decision.events), type=tuple[e.Event, ...]) == decision.events
        assert _json.decode(_json.encode(decision.effects), type=tuple[f.Effect, ...]) == decision.effects

    def seqs_are_contiguous(self, before: Conversation, decision: Decision) -> None:
        state = before
        for event in decision.events:
            after = evolve(state, event)
            if isinstance(event, Speaking):
                closed = getattr(event, "after_close", False)
                session = after.last if closed else after.session
                assert session is not None
                self.seqs[session.id] += 1
                assert event.seq == event.message.seq == session.seq == self.seqs[session.id]
                assert decision.session is not None and decision.session.id == session.id
            state = after

    def what_is_owed_is_there(self, before: Conversation, decision: Decision) -> None:
        events, effects = decision.events, decision.effects
        delivers = [effect for effect in effects if isinstance(effect, f.Deliver)]
        said = [event.seq for event in events if isinstance(event, e.Prompted | e.Replied | e.SubmissionReplied)]
        parts = [part.seq for deliver in delivers for part in deliver.parts]
        assert list(dict.fromkeys(seq for seq in parts if seq is not None)) == said
        assert parts.count(None) == sum(isinstance(event, e.TurnedAway) and event.told for event in events)
        owner = decision.session.id if decision.session else None
        assert all(deliver.session == (owner if said else None) for deliver in delivers)
        for seq in said:
            carriers = [deliver for deliver in delivers if any(part.seq == seq for part in deliver.parts)]
            assert all((seq in deliver.shared) == (len(carriers) > 1) for deliver in carriers)
        assert sum(isinstance(effect, f.FindAgent) for effect in effects) == sum(
            isinstance(event, e.Queued) for event in events
        )
        assert [(effect.name, effect.due) for effect in effects if isinstance(effect, f.WakeAt)] == [
            (event.name, event.due) for event in events if isinstance(event, e.TimerSet)
        ]
        assert [(effect.session, effect.seq) for effect in effects if isinstance(effect, f.Recall)] == [
            (event.session, event.seq) for event in events if isinstance(event, e.Recalled)
        ]
        assert [effect.seq for effect in effects if isinstance(effect, f.FetchMedia)] == [
            event.seq
            for event in events
            if isinstance(event, e.Received) and getattr(event.message.content, "ref", None)
        ]
        assert [(effect.bot, effect.seq) for effect in effects if isinstance(effect, f.AskBot)] == [
            (event.bot, event.seq) for event in events if isinstance(event, e.BotAsked)
        ]
        self.a_token_is_spent_once(delivers, decision)
        if not events:
            assert effects == () and decision.state is before

    def a_token_is_spent_once(self, delivers: list[f.Deliver], decision: Decision) -> None:
        spent = [deliver.token for deliver in delivers if deliver.token is not None]
        assert len(spent) <= 1
        for token in spent:
            assert token.value not in self.tokens
            assert self.now - token.at < self.policy.channel.capabilities.reply_token_seconds * 1000
            assert delivers[0].token == token
            assert decision.state.token != token
            self.tokens.add(token.value)

    def places_are_taken_and_given_back(self, decision: Decision) -> None:
        assigned = [event.agent.id for event in decision.events if isinstance(event, e.Assigned)]
        assert assigned == ([decision.takes] if decision.takes else [])
        if decision.takes is not None:
            self.loads[decision.takes] += 1
        if decision.frees is not None:
            self.loads[decision.frees] -= 1
        session = decision.state.session
        holder = {session.agent.id: 1} if session is not None and session.agent is not None else {}
        assert {agent: load for agent, load in self.loads.items() if load} == holder

    def nothing_says_what_must_not_be_said(self, decision: Decision) -> None:
        for event in decision.events:
            if isinstance(event, e.Received) and self.policy.everywhere.words.lists:
                assert "sekrit" not in plain(event.message.content)
                assert "bomb" not in plain(event.message.content).split()
        blanked = _json.encode(tuple(map(blank, decision.events)))
        assert CANARY.encode() not in blanked, "an event holds no text but its message's"

    @invariant()
    def phases_are_legal(self) -> None:
        session, last = self.state.session, self.state.last
        if session is not None:
            assert session.phase in ("bot", "queued", "unassigned", "active")
            if session.phase == "bot":  # somebody or something goes on with it: nobody is forgotten there
                waits_for = session.bot or session.asking or session.leaving or session.unavailable
                assert waits_for or admission.UNSAID in session.timers
            assert (session.phase == "active") == (session.agent is not None)
            assert session.closed is None
        if last is not None:
            assert last.phase == "closed" and last.closed is not None and last.timers == {}

    @invariant()
    def the_counts_of_the_day_add_up_to_what_is(self) -> None:
        counts, session = self.counts, self.state.session
        phase = session.phase if session is not None else "closed"
        stands = {"queued": "waiting", "unassigned": "waiting", "active": "active"}.get(phase)
        group = session.group if session is not None else None
        levels = {key: count for key, count in counts.items() if key[0] in ("waiting", "active") and count}
        assert levels == ({(stands, group): 1} if stands else {})
        total = {what: sum(n for key, n in counts.items() if key[0] == what) for what, _ in counts}
        open_one = session is not None and session.asked_at > 0 and session.assigned_at == 0
        came = total.get("arrived", 0)
        assert came == total.get("answered", 0) + total.get("abandoned", 0) + open_one

    @invariant()
    def the_state_is_bounded(self) -> None:
        encoded = _json.encode(self.state)
        assert CANARY.encode() not in encoded, "no message lives in the state"
        assert len(encoded) < 12_000
        assert len(self.state.submissions) <= 20
        assert len(self.state.aliases) <= 16
        for session in (self.state.session, self.state.last):
            if session is not None:
                assert len(session.timers) <= len(TIMERS) and len(session.excluded) <= 1 and len(session.tags) <= 50


EXAMPLES = 8000 if os.environ.get("LAB") == "long" else 200

TestAnyConversation = pytest.mark.timeout(900)(AnyConversation.TestCase)
TestAnyConversation.settings = settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
