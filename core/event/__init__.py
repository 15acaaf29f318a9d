"""What happened in a conversation: past participles, frozen, replayable. This is the table of contents.

An event that carries a `message` is stored beside it: the message may be blanked later (erasing), and the state that
events fold into never depends on a message's content.
"""

from core.event.customer import (
    AliasesLearned,
    CustomerBlocked,
    CustomerKnown,
    CustomerLinked,
    CustomerSaved,
    Erased,
    ReachableChanged,
)
from core.event.message import (
    Amended,
    MediaFetched,
    Noted,
    Prompted,
    Recalled,
    Received,
    Released,
    Replied,
    Retracted,
    StateChanged,
    Summarized,
    Translated,
    TurnedAway,
)
from core.event.passing import (
    AskedToWait,
    Assigned,
    GuestJoined,
    GuestLeft,
    Offered,
    OfferEnded,
    Queued,
    Transferred,
    Unavailable,
    Wished,
)
from core.event.rating import Commented, InvitationEnded, Invited, Rated, RatingDetailed, ScoreAlerted
from core.event.reception import BotAnswered, BotAsked, BotBegan, BotSilenced, FormMoved, HandedOver, SchemeChosen
from core.event.session import (
    AgentReminded,
    Closed,
    LanguageChosen,
    LanguageGuessed,
    LockChanged,
    Opened,
    Reminded,
    Tagged,
    TimerEnded,
    TimerSet,
    WasRead,
)
from core.event.sla import SlaApplied, SlaBreached, SlaEnded, SlaReminded, SlaStarted
from core.event.submission import (
    SubmissionAsked,
    SubmissionChanged,
    SubmissionDeclined,
    SubmissionOffered,
    SubmissionReplied,
    Submitted,
)
from core.event.words import Alerted, ConsentAnswered, ConsentAsked, Warned, WordsFound
from core.event.words import FoundWord as FoundWord

# What moves the counts of a day (core/pulse.py); asked of every event, which a set answers soonest.
COUNTED: frozenset[type] = frozenset((Queued, Assigned, Transferred, SubmissionOffered, Closed))

Event = (
    # customer: who they are
    CustomerKnown
    | CustomerSaved
    | CustomerLinked
    | Erased
    | AliasesLearned
    | CustomerBlocked
    | ReachableChanged
    # session: its life
    | Opened
    | LanguageChosen
    | LanguageGuessed
    | LockChanged
    | Tagged
    | WasRead
    | TimerSet
    | TimerEnded
    | Reminded
    | AgentReminded
    | Closed
    # message: what was said, and what became of it
    | Received
    | Prompted
    | TurnedAway
    | Replied
    | Noted
    | Released
    | Translated
    | Amended
    | Retracted
    | Recalled
    | Summarized
    # passing: whose the session is
    | Queued
    | Unavailable
    | AskedToWait
    | Assigned
    | Transferred
    | Wished
    | Offered
    | OfferEnded
    | GuestJoined
    | GuestLeft
    # words: what was found, and what was agreed to
    | Alerted
    | WordsFound
    | Warned
    | ConsentAsked
    | ConsentAnswered
    # reception: what comes before people (forms, bots)
    | SchemeChosen
    | FormMoved
    | BotBegan
    | BotAsked
    | BotAnswered
    | BotSilenced
    | HandedOver
    # rating: the survey
    | Invited
    | InvitationEnded
    | Rated
    | RatingDetailed
    | ScoreAlerted
    | Commented
    # submission: what is left when nobody is there
    | SubmissionOffered
    | SubmissionAsked
    | SubmissionDeclined
    | Submitted
    | SubmissionChanged
    | SubmissionReplied
    # sla: what was promised
    | SlaApplied
    | SlaStarted
    | SlaReminded
    | SlaBreached
    | SlaEnded
)

# Facts about messages that change no conversation: written when an errand is settled or a provider reports.
Fact = StateChanged | MediaFetched
