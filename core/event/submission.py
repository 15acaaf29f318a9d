"""What customers leave when nobody is there."""

import msgspec

from core.form import Asking
from core.message import Message
from core.pulse import Ticks
from core.submitted import Reason, Submission


class SubmissionOffered(msgspec.Struct, frozen=True, gc=False, tag="submission_offered", omit_defaults=True):
    """Nobody can take the chat now (or the customer asked): they may leave something instead. They wait no longer."""

    reason: Reason
    at: int
    pulse: Ticks = ()


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
