"""What happened in a conversation: past participles, frozen, replayable.

An event that carries a `message` is stored beside it: the message may be blanked later (erasing), and the state that
events fold into never depends on a message's content.
"""

from typing import Literal

import msgspec

from core.agreement import Agreement, Goal, Running
from core.customer import Customer
from core.form import Asking
from core.handover import Trigger
from core.message import Content, Message, State, Translation
from core.session import AgentRef, Offer, Picking, Place, ReplyToken, SurveyKind, SurveyStep, Wish
from core.submitted import Reason, Submission


class CustomerKnown(msgspec.Struct, frozen=True, gc=False, tag="customer_known"):
    customer: Customer


class CustomerSaved(msgspec.Struct, frozen=True, gc=False, tag="customer_saved"):
    """A known customer was created or changed in the built-in CRM."""

    customer: Customer
    at: int


class CustomerLinked(msgspec.Struct, frozen=True, gc=False, tag="customer_linked"):
    """The conversation is another person's than was thought: `was` is the record that this one takes over."""

    customer: Customer
    was: str
    at: int
    by: str


class Erased(msgspec.Struct, frozen=True, gc=False, tag="erased"):
    """All that was said, and who said it, is gone for good; numbers and facts stay. `customer` is their id."""

    customer: str
    at: int
    by: str


class AliasesLearned(msgspec.Struct, frozen=True, gc=False, tag="aliases_learned"):
    """The provider knows this person by other names too; the store makes them point to this conversation."""

    aliases: tuple[str, ...]


class Opened(msgspec.Struct, frozen=True, gc=False, tag="opened", omit_defaults=True):
    """`sla_edition` tells under which SLA policies it was opened."""

    session: str
    number: int
    at: int
    language: str
    language_sure: bool = False
    group: str | None = None
    language_guess: str | None = None
    sla_edition: str = ""


class LanguageChosen(msgspec.Struct, frozen=True, gc=False, tag="language_chosen"):
    language: str
    sure: bool


class LanguageGuessed(msgspec.Struct, frozen=True, gc=False, tag="language_guessed"):
    """Not sure; the same guess again will be."""

    language: str


class Received(msgspec.Struct, frozen=True, gc=False, tag="received", omit_defaults=True, kw_only=True):
    """A customer's message. `heard` is the provider's time; `after_close`: it answers the closed session's survey."""

    message: Message
    at: int
    seq: int
    heard: int
    token: ReplyToken | None = None
    read_mark: str | None = None
    after_close: bool = False


class Prompted(msgspec.Struct, frozen=True, gc=False, tag="prompted", omit_defaults=True, kw_only=True):
    """The system said something. `spends` tells that its delivery uses the reply token up; `once` that it is not to be
    said again in this session, or to this customer."""

    message: Message
    at: int
    seq: int
    key: str
    spends: bool = False
    pending: tuple[tuple[str, str], ...] = ()
    after_close: bool = False
    once: Literal["session", "customer"] | None = None


class TurnedAway(msgspec.Struct, frozen=True, gc=False, tag="turned_away", omit_defaults=True):
    """A blocked customer wrote: kept, passed on to nobody."""

    message: Message
    at: int
    told: bool = False


class Queued(msgspec.Struct, frozen=True, gc=False, tag="queued", omit_defaults=True):
    """Routed, and waiting there: `queued` in real-time mode, `unassigned` in always-on mode, where `away_too` tells
    that it may also go to somebody who is away. `steps` are the lines of the order of decision, `inputs` what it was
    decided from; for `priority`, `prefer`, `chain` and `picking` see `Session`. `since`: it waits that long already."""

    at: int
    group: str | None = None
    why: str = ""
    phase: Literal["queued", "unassigned"] = "queued"
    away_too: bool = False
    priority: int = 0
    prefer: tuple[str, ...] = ()
    chain: tuple[Place, ...] = ()
    picking: Picking | None = None
    since: int | None = None
    steps: tuple[str, ...] = ()
    inputs: dict[str, object] = {}


class Unavailable(msgspec.Struct, frozen=True, gc=False, tag="unavailable", omit_defaults=True):
    """Nobody can take the chat now (real-time mode). `opens` is when they open, where that is why."""

    at: int
    reason: Literal["out_of_hours", "nobody_online", "queue_full"]
    opens: int | None = None


class AskedToWait(msgspec.Struct, frozen=True, gc=False, tag="asked_to_wait", omit_defaults=True):
    """A customer in the queue was reminded; `until`: they are let go unless they say something by then."""

    at: int
    until: int | None = None


class Assigned(msgspec.Struct, frozen=True, gc=False, tag="assigned", omit_defaults=True):
    agent: AgentRef
    at: int
    why: str = ""
    inputs: dict[str, object] = {}


class Transferred(msgspec.Struct, frozen=True, gc=False, tag="transferred", omit_defaults=True, kw_only=True):
    """The session left its agent for a group's queue or (with an `Assigned` right behind) for another agent."""

    at: int
    by: str
    source: str | None = None
    group: str | None = None
    why: str = ""


class Replied(msgspec.Struct, frozen=True, gc=False, tag="replied", omit_defaults=True, kw_only=True):
    """`after_close`: an offline message, which opens nothing."""

    message: Message
    at: int
    seq: int
    spends: bool = False
    pending: tuple[tuple[str, str], ...] = ()
    after_close: bool = False


class Wished(msgspec.Struct, frozen=True, gc=False, tag="wished"):
    """The page (or the visitor) asks for an agent or a group, from now on."""

    wish: Wish


class Offered(msgspec.Struct, frozen=True, gc=False, tag="offered"):
    """A transfer waits for somebody's word; the chat stays where it is."""

    offer: Offer
    why: str


class OfferEnded(msgspec.Struct, frozen=True, gc=False, tag="offer_ended", omit_defaults=True):
    """Not accepted, not approved, withdrawn, or nobody said anything in time (`by` None)."""

    at: int
    outcome: Literal["accepted", "declined", "withdrawn", "expired"]
    by: str | None = None


class GuestJoined(msgspec.Struct, frozen=True, gc=False, tag="guest_joined"):
    """A colleague was invited in: they read and answer beside the chat's agent, and it takes none of their places."""

    agent: AgentRef
    at: int
    by: str


class GuestLeft(msgspec.Struct, frozen=True, gc=False, tag="guest_left"):
    agent: str
    at: int
    by: str


class Noted(msgspec.Struct, frozen=True, gc=False, tag="noted"):
    message: Message
    at: int
    seq: int


class Alerted(msgspec.Struct, frozen=True, gc=False, tag="alerted", omit_defaults=True):
    """A word list with the action "alert" matched; supervisors see it at once."""

    at: int
    seq: int
    side: Literal["customer", "agent", "bot"]
    lists: tuple[str, ...]


class FoundWord(msgspec.Struct, frozen=True, gc=False):
    """Which word of which list; what was written around it stands in the message alone."""

    list: str
    word: str
    action: str


class WordsFound(msgspec.Struct, frozen=True, gc=False, tag="words_found", omit_defaults=True, kw_only=True):
    """Word lists matched: a line of the hit log. `seq` is the message; None if it was never sent. `by` wrote it."""

    at: int
    side: Literal["customer", "agent", "bot"]
    found: tuple[FoundWord, ...]
    seq: int | None = None
    by: str | None = None


class Warned(msgspec.Struct, frozen=True, gc=False, tag="warned"):
    """A list with the action "warn" said its text in this session."""

    list: str
    at: int


class ConsentAsked(msgspec.Struct, frozen=True, gc=False, tag="consent_asked"):
    """The message `seq` is held back until the customer agrees that it is passed on."""

    seq: int
    at: int


class ConsentAnswered(msgspec.Struct, frozen=True, gc=False, tag="consent_answered"):
    """`until` is how long the answer holds; 0: it was no, and what is held stays where it is."""

    until: int
    at: int


class Released(msgspec.Struct, frozen=True, gc=False, tag="released"):
    """The customer agreed: the message is passed on as it was written."""

    session: str
    seq: int
    at: int


class Translated(msgspec.Struct, frozen=True, gc=False, tag="translated"):
    """The message `seq` is there in the agents' language; blanked with it when it is erased."""

    session: str
    seq: int
    at: int
    translation: Translation


class Amended(msgspec.Struct, frozen=True, gc=False, tag="amended", omit_defaults=True):
    """The customer edited a message; `content` and `original` are blanked with it when it is erased."""

    session: str
    seq: int
    at: int
    content: Content
    original: Content | None = None
    hits: tuple[str, ...] = ()


class Retracted(msgspec.Struct, frozen=True, gc=False, tag="retracted"):
    """The customer took a message back: its content goes, its seq stays."""

    session: str
    seq: int
    at: int


class Recalled(msgspec.Struct, frozen=True, gc=False, tag="recalled"):
    """An agent took a message back."""

    session: str
    seq: int
    at: int
    by: str


class ReachableChanged(msgspec.Struct, frozen=True, gc=False, tag="reachable_changed"):
    reachable: bool
    at: int


class Invited(msgspec.Struct, frozen=True, gc=False, tag="invited"):
    kind: SurveyKind
    at: int
    expires: int


class InvitationEnded(msgspec.Struct, frozen=True, gc=False, tag="invitation_ended"):
    """Expired, or overtaken by an agent's first reply in the next session."""

    at: int


class Rated(msgspec.Struct, frozen=True, gc=False, tag="rated", omit_defaults=True):
    """`step` is what is asked next, until `comment_until`; without a step it is the comment."""

    kind: SurveyKind
    score: int
    at: int
    comment_until: int | None = None
    step: SurveyStep | None = None
    tags: tuple[str, ...] = ()
    solved: bool | None = None


class RatingDetailed(msgspec.Struct, frozen=True, gc=False, tag="rating_detailed", omit_defaults=True, kw_only=True):
    """What the score was given for, and whether it was solved, as far as that is known by now."""

    at: int
    tags: tuple[str, ...] = ()
    solved: bool | None = None
    step: SurveyStep | None = None
    until: int | None = None


class ScoreAlerted(msgspec.Struct, frozen=True, gc=False, tag="score_alerted"):
    """A rating so low that supervisors are to see it at once."""

    kind: SurveyKind
    score: int
    at: int


class Commented(msgspec.Struct, frozen=True, gc=False, tag="commented"):
    """The message `seq` of the rated session is the comment."""

    seq: int
    at: int


class LockChanged(msgspec.Struct, frozen=True, gc=False, tag="lock_changed"):
    on: bool
    at: int
    by: str


class Tagged(msgspec.Struct, frozen=True, gc=False, tag="tagged"):
    tags: tuple[str, ...]
    at: int
    by: str


class CustomerBlocked(msgspec.Struct, frozen=True, gc=False, tag="customer_blocked"):
    until: int | None
    at: int
    by: str


class WasRead(msgspec.Struct, frozen=True, gc=False, tag="was_read"):
    """An agent has seen all that the customer wrote."""

    at: int
    by: str


class SchemeChosen(msgspec.Struct, frozen=True, gc=False, tag="scheme_chosen"):
    """The customer belongs to a segment that is received in its own way."""

    scheme: str
    segment: str
    at: int


class FormMoved(msgspec.Struct, frozen=True, gc=False, tag="form_moved", omit_defaults=True):
    """A form was begun, answered or is over (`asking` None, and why)."""

    asking: Asking | None
    at: int
    why: str = ""


class BotBegan(msgspec.Struct, frozen=True, gc=False, tag="bot_began"):
    """A bot has the session."""

    bot: str
    name: str
    at: int
    why: str


class BotAsked(msgspec.Struct, frozen=True, gc=False, tag="bot_asked"):
    """The bot is to answer message `seq` before `until`; `mark` is the message's fingerprint, by which a
    repeated question is known (0: it is none)."""

    bot: str
    seq: int
    at: int
    until: int
    mark: int


class BotAnswered(msgspec.Struct, frozen=True, gc=False, tag="bot_answered", omit_defaults=True):
    """The bot answered the message `upto` and those before it; `missed` in a row it did not know. `lists` of words
    withheld what it said."""

    bot: str
    at: int
    upto: int
    missed: int = 0
    lists: tuple[str, ...] = ()


class BotSilenced(msgspec.Struct, frozen=True, gc=False, tag="bot_silenced"):
    """The bot says nothing more in this session, and nobody else takes it over."""

    bot: str
    at: int
    why: str


class HandedOver(msgspec.Struct, frozen=True, gc=False, tag="handed_over", omit_defaults=True, kw_only=True):
    """The bot gave the session to people. `group` and `agent` are whom it, or a keyword, asked for; `quiet`: it says
    nothing more while the customer waits."""

    bot: str
    at: int
    trigger: Trigger
    why: str
    group: str | None = None
    agent: str | None = None
    quiet: bool = True


class Summarized(msgspec.Struct, frozen=True, gc=False, tag="summarized", omit_defaults=True, kw_only=True):
    """An agent summed the session up, perhaps anew; `after_close`: once it was over. `session` is one from before the
    last, of which the conversation knows nothing any more."""

    message: Message
    at: int
    seq: int
    by: str
    types: tuple[str, ...] = ()
    solved: bool | None = None
    after_close: bool = False
    session: str | None = None


class SubmissionOffered(msgspec.Struct, frozen=True, gc=False, tag="submission_offered"):
    """Nobody can take the chat now (or the customer asked): they may leave something instead. They wait no longer."""

    reason: Reason
    at: int


class SubmissionAsked(msgspec.Struct, frozen=True, gc=False, tag="submission_asked"):
    asking: Asking
    at: int


class SubmissionDeclined(msgspec.Struct, frozen=True, gc=False, tag="submission_declined"):
    at: int


class Submitted(msgspec.Struct, frozen=True, gc=False, tag="submitted"):
    submission: Submission


class SubmissionChanged(msgspec.Struct, frozen=True, gc=False, tag="submission_changed"):
    """`submission` as it is now; `by` is an agent, "customer" or "system"."""

    submission: Submission
    by: str

    @property
    def session(self) -> str:
        """It is shown with the chat it was left in, also when that is long over."""
        return self.submission.id


class SubmissionReplied(
    msgspec.Struct, frozen=True, gc=False, tag="submission_replied", omit_defaults=True, kw_only=True
):
    """An agent's answer to what was left; it stands in the chat of the moment, or in the one that ended last."""

    message: Message
    at: int
    seq: int
    spends: bool = False
    pending: tuple[tuple[str, str], ...] = ()
    after_close: bool = False


class TimerSet(msgspec.Struct, frozen=True, gc=False, tag="timer_set"):
    name: str
    due: int


class TimerEnded(msgspec.Struct, frozen=True, gc=False, tag="timer_ended"):
    name: str


class Reminded(msgspec.Struct, frozen=True, gc=False, tag="reminded"):
    at: int


class AgentReminded(msgspec.Struct, frozen=True, gc=False, tag="agent_reminded"):
    """The customer has waited for the agent's answer for as long as the settings allow; the agent is shown it."""

    at: int
    agent: str


class SlaApplied(msgspec.Struct, frozen=True, gc=False, tag="sla_applied"):
    """What the session is promised from now on; None: nothing."""

    at: int
    agreement: Agreement | None


class SlaStarted(msgspec.Struct, frozen=True, gc=False, tag="sla_started"):
    running: Running


class SlaReminded(msgspec.Struct, frozen=True, gc=False, tag="sla_reminded"):
    """A goal is due soon, or was due and still is not met."""

    at: int
    goal: Goal
    due: int
    policy: str
    agent: str | None


class SlaBreached(msgspec.Struct, frozen=True, gc=False, tag="sla_breached"):
    at: int
    goal: Goal
    due: int
    policy: str
    agent: str | None


class SlaEnded(msgspec.Struct, frozen=True, gc=False, tag="sla_ended"):
    """What a goal asked for has happened; `met`: in time."""

    at: int
    goal: Goal
    due: int
    met: bool
    policy: str


class Closed(msgspec.Struct, frozen=True, gc=False, tag="closed", omit_defaults=True):
    by: Literal["agent", "customer", "system"]
    reason: str
    at: int
    who: str | None = None
    agent: str | None = None  # whose place it frees


Event = (
    CustomerKnown
    | CustomerSaved
    | CustomerLinked
    | Erased
    | AliasesLearned
    | Opened
    | LanguageChosen
    | LanguageGuessed
    | Received
    | Prompted
    | TurnedAway
    | Queued
    | Unavailable
    | AskedToWait
    | Assigned
    | Transferred
    | Replied
    | Wished
    | Offered
    | OfferEnded
    | GuestJoined
    | GuestLeft
    | Noted
    | Alerted
    | WordsFound
    | Warned
    | ConsentAsked
    | ConsentAnswered
    | Released
    | Translated
    | Amended
    | Retracted
    | Recalled
    | ReachableChanged
    | Invited
    | InvitationEnded
    | Rated
    | RatingDetailed
    | ScoreAlerted
    | Commented
    | LockChanged
    | Tagged
    | CustomerBlocked
    | WasRead
    | SchemeChosen
    | FormMoved
    | BotBegan
    | BotAsked
    | BotAnswered
    | BotSilenced
    | HandedOver
    | Summarized
    | SubmissionOffered
    | SubmissionAsked
    | SubmissionDeclined
    | Submitted
    | SubmissionChanged
    | SubmissionReplied
    | TimerSet
    | TimerEnded
    | Reminded
    | AgentReminded
    | SlaApplied
    | SlaStarted
    | SlaReminded
    | SlaBreached
    | SlaEnded
    | Closed
)


# Facts about messages that change no conversation: written when an errand is settled or a provider reports.


class StateChanged(msgspec.Struct, frozen=True, gc=False, tag="state_changed", omit_defaults=True):
    """A message moved on its way to the customer; `code` and `reason` tell why it failed."""

    seq: int
    state: State
    at: int
    code: str | None = None
    reason: str | None = None
    maybe_twice: bool = False


class MediaFetched(msgspec.Struct, frozen=True, gc=False, tag="media_fetched", omit_defaults=True):
    """The bytes of a message's media are here (or `reason` says why they will never be)."""

    seq: int
    at: int
    reason: str | None = None


Fact = StateChanged | MediaFetched
